//! One attempt at a gate, decided as a guard and the program decide it together.
//!
//! What is true of the one who stands there is laid down beforehand; the gate learns it step by
//! step, as the decision asks for it, so verdicts and rows are those of the policy and never
//! written by the demo itself.

use gatehouse_core::gate::json::read_known;
use gatehouse_core::gate::{Decision, Fact, Outcome, Policy, Situation, Step, Verdict, decide};
use gatehouse_core::moment::Moment;
use serde_json::{Map, Value, json};

/// Rounds of asking and answering; the longest way at any gate has seven steps.
const ROUNDS_MOST: usize = 12;

/// What is true of the one who stands at the gate, in the words of a case file.
#[derive(Clone, Debug)]
pub struct Truth {
    facts: Map<String, Value>,
}

/// How an attempt went.
#[derive(Clone, Debug)]
pub struct Settled {
    /// Everything that was known at the end.
    pub situation: Situation,
    /// The last decision.
    pub decision: Decision,
    /// The verdict before any step was taken.
    pub first: Verdict,
    /// The steps that the guard took, in order.
    pub steps: Vec<Step>,
    /// What really happened.
    pub outcome: Outcome,
}

impl Truth {
    /// Someone of this kind, going this way, who has everything that gates usually ask for.
    pub fn of(kind: &str, way: &str) -> Truth {
        let facts = json!({
            "subject_kind": kind,
            "way": way,
            "temperature": 36.5,
            "temperature_way": "forehead",
            "mask": true,
            "registered_now": true,
            "questioned": true,
            "id_checked": true,
            "pass_state": "none",
            "pass_kind": "none",
            "protective_gear": true,
            "purpose": "other",
        });
        let Value::Object(facts) = facts else {
            unreachable!("an object was written above")
        };
        Truth { facts }
    }

    /// The same, but for one fact.
    pub fn with(mut self, fact: &str, value: Value) -> Truth {
        self.facts.insert(fact.to_owned(), value);
        self
    }

    /// With a pass that verifies as `state`.
    pub fn with_pass(self, kind: &str, state: &str) -> Truth {
        self.with("pass_kind", json!(kind))
            .with("pass_state", json!(state))
    }

    /// Supplies a fact to the gate, if anything is true of it.
    fn tell(&self, situation: &mut Situation, fact: Fact) -> bool {
        let known = self.facts.get(fact.spec().name);
        match known.and_then(|value| read_known(fact, &value.into()).ok()) {
            Some(known) => {
                situation.put(fact, known);
                // The gate's thermometer was said at the start of the shift.
                if matches!(fact, Fact::Temperature | Fact::SecondTemperature) {
                    self.tell(situation, Fact::TemperatureWay);
                }
                true
            }
            None => false,
        }
    }
}

/// Goes through an attempt until it is decided or nothing more can be supplied.
pub fn settle(truth: &Truth, policy: &Policy, moment: Moment) -> Settled {
    let mut situation = Situation::new(moment);
    // What is seen at once, before anybody asks.
    let seen = [
        Fact::Emergency,
        Fact::SubjectKind,
        Fact::Way,
        Fact::Symptoms,
        Fact::Order,
    ];
    for fact in seen {
        truth.tell(&mut situation, fact);
    }
    // Whoever has a pass shows it. One whose signature verifies also says who lives here.
    let pass_state = truth
        .facts
        .get("pass_state")
        .and_then(Value::as_str)
        .unwrap_or("none");
    if pass_state != "none" {
        truth.tell(&mut situation, Fact::PassState);
        truth.tell(&mut situation, Fact::PassKind);
    }
    if !matches!(pass_state, "none" | "altered" | "unverifiable") {
        for fact in [
            Fact::RegisteredResident,
            Fact::FirstTime,
            Fact::WorkerClass,
            Fact::VehicleOutside,
        ] {
            truth.tell(&mut situation, fact);
        }
    }
    let first = decide(&situation, Some(policy)).verdict;
    let mut steps = Vec::new();
    for _ in 0..ROUNDS_MOST {
        let decision = decide(&situation, Some(policy));
        let before = situation.clone();
        for missing in &decision.missing {
            let told = missing
                .facts
                .iter()
                .filter(|fact| truth.tell(&mut situation, **fact));
            if told.count() > 0 && !steps.contains(&missing.step) {
                steps.push(missing.step);
            }
        }
        if situation == before {
            break;
        }
    }
    let decision = decide(&situation, Some(policy));
    let outcome = match decision.verdict {
        Verdict::Admit => Outcome::Crossed,
        Verdict::Ask | Verdict::Refuse => Outcome::TurnedBack,
        Verdict::Refer => Outcome::TakenInCharge,
    };
    Settled {
        situation,
        decision,
        first,
        steps,
        outcome,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::ops::policy_folder::read_policy;
    use std::path::PathBuf;

    /// The policy of the demo.
    pub(crate) fn henan() -> Policy {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../policies/henan-2020-02");
        let policy = read_policy(&[folder]).expect("the shipped document compiles");
        policy.expect("it has rows")
    }

    #[test]
    fn the_policy_decides_and_the_guard_only_answers() {
        let policy = henan();
        let moment = Moment::parse("2020-02-20T08:00:00+08:00").expect("a moment");
        let resident = || Truth::of("resident", "in").with("registered_resident", json!(true));
        let visitor = || Truth::of("visitor", "in");
        let table = [
            (
                "pass",
                resident().with_pass("resident", "valid"),
                Verdict::Admit,
            ),
            ("no pass", resident(), Verdict::Admit),
            (
                "fever",
                resident()
                    .with("temperature", json!(37.9))
                    .with("second_temperature", json!(37.6)),
                Verdict::Refer,
            ),
            (
                "warm once",
                resident()
                    .with("temperature", json!(37.4))
                    .with("second_temperature", json!(36.8)),
                Verdict::Admit,
            ),
            (
                "visitor",
                visitor().with("special_reason", json!(false)),
                Verdict::Refuse,
            ),
            (
                "guest",
                visitor()
                    .with("special_reason", json!(true))
                    .with("host_consent", json!(true))
                    .with("host_escort", json!(true)),
                Verdict::Admit,
            ),
            (
                "host is out",
                visitor()
                    .with("special_reason", json!(true))
                    .with("host_consent", json!(true)),
                Verdict::Ask,
            ),
            ("courier", Truth::of("courier", "in"), Verdict::Refuse),
            (
                "urgent",
                Truth::of("visitor", "in").with("emergency", json!(true)),
                Verdict::Admit,
            ),
        ];
        for (name, truth, expected) in table {
            let settled = settle(&truth, &policy, moment);
            let given = |fact| settled.situation.given(fact).is_some();
            assert_eq!(
                given(Fact::Temperature),
                given(Fact::TemperatureWay),
                "{name}"
            );
            assert_eq!(
                settled.decision.verdict, expected,
                "{name}: {:?}",
                settled.decision
            );
        }
    }
}
