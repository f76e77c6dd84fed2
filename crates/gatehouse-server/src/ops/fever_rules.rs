//! What the policy in force says of a fever: who is told, who takes the person, how long to rest
//! (GATE-7). Found by asking the policy about a feverish resident at the gate, so that a new
//! notice needs no code.

use crate::ops::read_policies::read_policies;
use gatehouse_core::area::ManagerKind;
use gatehouse_core::gate::duty::{Duty, Receiver};
use gatehouse_core::gate::fact::place_kind;
use gatehouse_core::gate::{Effect, Fact, Policy, Situation, SubjectKind, Value, Way, decide};
use gatehouse_core::moment::Moment;
use gatehouse_core::policy::document::LOCAL_CHOICE;
use gatehouse_store::area::AreaRow;
use gatehouse_store::{ReadTx, StoreError};

/// Rest before the second reading where no policy says (local choice).
const REST_MINUTES: i64 = 15;
/// A reading that every policy calls a fever, in tenths.
const HIGH_TENTHS: i64 = 400;

/// A receiver that is to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiverRule {
    /// Who.
    pub to: Receiver,
    /// Minutes by which they are told, where the text sets a time.
    pub within_minutes: Option<i64>,
    /// The clause; `None`: a local choice.
    pub source: Option<String>,
}

/// What holds at one place now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeverRules {
    /// Who is told, each once, in the order of the text.
    pub receivers: Vec<ReceiverRule>,
    /// Who takes the person and where to, as the text says.
    pub transport: Vec<(Receiver, Option<String>)>,
    /// Minutes to rest before the second reading.
    pub rest_minutes: i64,
    /// Names of the documents in force.
    pub documents: Vec<String>,
}

/// The rules of a compound, given all above it.
pub fn read_fever_rules(
    tx: &ReadTx<'_>,
    path: &[AreaRow],
    now: Moment,
) -> Result<FeverRules, StoreError> {
    let spells = read_policies(tx, path, now.millis)?;
    let spell = spells.iter().find(|spell| spell.span.contains(now.millis));
    let policy = spell.and_then(|spell| Policy::read(&spell.compiled).ok());
    Ok(fever_rules(policy.as_ref(), path.last(), now))
}

/// The same from a policy.
pub fn fever_rules(policy: Option<&Policy>, place: Option<&AreaRow>, now: Moment) -> FeverRules {
    let Some(policy) = policy else {
        return FeverRules {
            receivers: vec![told(Receiver::Community, None, LOCAL_CHOICE)],
            transport: Vec::new(),
            rest_minutes: REST_MINUTES,
            documents: Vec::new(),
        };
    };
    let decision = decide(&feverish(place, now), Some(policy));
    let applied = decision.applied.iter();
    let rows = applied.filter_map(|at| policy.rows().get(usize::from(*at)));
    let mut rules = FeverRules {
        receivers: Vec::new(),
        transport: Vec::new(),
        rest_minutes: i64::from(policy.compiled().rest_minutes),
        documents: Vec::new(),
    };
    for document in &policy.compiled().documents {
        rules.documents.push(document.id.clone());
    }
    for row in rows.filter(|row| row.effect == Effect::Refer) {
        for duty in &row.duties {
            rules.add(duty, &row.source);
        }
    }
    if rules.receivers.is_empty() {
        // A text that names nobody: the community, which has to know either way.
        rules
            .receivers
            .push(told(Receiver::Community, None, LOCAL_CHOICE));
    }
    rules
}

impl FeverRules {
    fn add(&mut self, duty: &Duty, source: &str) {
        match duty {
            Duty::Report { to, within_minutes } => {
                for to in to {
                    self.tell(*to, *within_minutes, source);
                }
            }
            Duty::HandTo { to } => {
                if !matches!(to, Receiver::DesignatedHospital | Receiver::GateTeam) {
                    self.tell(*to, None, source);
                }
                self.take(*to, source);
            }
            Duty::Transport { by } => {
                if *by == Receiver::Ambulance {
                    self.tell(*by, None, source);
                }
                self.take(*by, source);
            }
            _ => {}
        }
    }

    fn tell(&mut self, to: Receiver, within: Option<u16>, source: &str) {
        if self.receivers.iter().all(|there| there.to != to) {
            self.receivers.push(told(to, within, source));
        }
    }

    fn take(&mut self, by: Receiver, source: &str) {
        if self.transport.iter().all(|(there, _)| *there != by) {
            self.transport.push((by, clause(source)));
        }
    }
}

fn told(to: Receiver, within: Option<u16>, source: &str) -> ReceiverRule {
    ReceiverRule {
        to,
        within_minutes: within.map(i64::from),
        source: clause(source),
    }
}

/// The clause of the notice stands first; rules of ours behind it name nobody.
fn clause(source: &str) -> Option<String> {
    let first = source
        .split(", ")
        .next()
        .filter(|first| *first != LOCAL_CHOICE);
    first.map(str::to_owned)
}

/// A resident who comes in with a fever that nobody doubts.
fn feverish(place: Option<&AreaRow>, now: Moment) -> Situation {
    let mut situation = Situation::new(now);
    situation
        .set(
            Fact::SubjectKind,
            Value::Choice(SubjectKind::Resident as u8),
        )
        .set(Fact::Way, Value::Choice(Way::In as u8))
        .set(Fact::FoundFever, Value::Flag(true))
        .set(Fact::Temperature, Value::Number(HIGH_TENTHS))
        .set(Fact::SecondTemperature, Value::Number(HIGH_TENTHS));
    let run_by = place.and_then(|place| place.manager.as_deref());
    let village = run_by == Some(ManagerKind::VillageCommittee.code());
    let name = if village { "village" } else { "compound" };
    let choices = place_kind::CHOICES.iter();
    if let Some(at) = choices
        .map(|choice| choice.name)
        .position(|there| there == name)
    {
        let at = u8::try_from(at).unwrap_or(0);
        situation.set(Fact::PlaceKind, Value::Choice(at));
    }
    situation
}

#[cfg(test)]
mod tests {
    use super::*;
    use gatehouse_core::policy::{compile, read};

    fn rules(text: &str, manager: &str) -> FeverRules {
        let document = read(text).expect("a policy");
        let policy = compile(&[&document]).expect("compiles");
        let place = AreaRow {
            area: gatehouse_core::id::AreaId([1; 16]),
            parent: None,
            shard: None,
            level: "compound".to_owned(),
            name: "幸福里".to_owned(),
            manager: Some(manager.to_owned()),
            zone_offset_minutes: 480,
            ended_on: None,
            version: 1,
        };
        fever_rules(
            Some(&policy),
            Some(&place),
            Moment::new(1_582_066_800_000, 480),
        )
    }

    fn named(rules: &FeverRules) -> Vec<(&'static str, &str)> {
        let receivers = rules.receivers.iter();
        receivers
            .map(|rule| (rule.to.name(), rule.source.as_deref().unwrap_or("local")))
            .collect()
    }

    #[test]
    fn each_notice_names_whom_it_names() {
        let henan = include_str!("../../../../policies/henan-2020-02/policy.toml");
        let found = rules(henan, "property_company");
        let clause = "HN 三(四)";
        let expected = [
            ("community", clause),
            ("property", clause),
            ("health_department", clause),
        ];
        assert_eq!(named(&found), expected);
        let zhongxiang = include_str!("../../../../policies/zhongxiang-2020-02/policy.toml");
        let found = rules(zhongxiang, "property_company");
        assert_eq!(named(&found), [("community", "ZX 6")]);
        let takers: Vec<Receiver> = found.transport.iter().map(|(by, _)| *by).collect();
        assert_eq!(takers, [Receiver::GateTeam, Receiver::DesignatedHospital]);
        let zhuji = include_str!("../../../../policies/zhuji-2020-02/policy.toml");
        let compound = rules(zhuji, "property_company");
        assert_eq!(named(&compound), [("community", "ZJ-3.六")]);
        let village = rules(zhuji, "village_committee");
        assert_eq!(named(&village), [("township", "ZJ-4.五")]);
    }

    #[test]
    fn without_a_policy_the_community_is_told_by_local_choice() {
        let found = fever_rules(None, None, Moment::new(0, 480));
        assert_eq!(named(&found), [("community", "local")]);
    }
}
