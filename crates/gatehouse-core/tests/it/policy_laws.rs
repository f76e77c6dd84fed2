//! What holds for every delivered document, over generated situations: no gap, no dead end, home
//! is home, an emergency goes through.

use crate::policies::{folders, load};
use gatehouse_core::gate::fact::{ALL, Absent, Fact, Kind, Source};
use gatehouse_core::gate::json;
use gatehouse_core::gate::record::{read_facts, write_facts};
use gatehouse_core::gate::{Ground, Known, Policy, Situation, Value, Verdict, decide};
use gatehouse_core::json::Json;
use gatehouse_core::moment::Moment;
use proptest::prelude::*;
use std::sync::LazyLock;

static POLICIES: LazyLock<Vec<(String, Policy)>> = LazyLock::new(|| {
    let loaded = folders().into_iter().map(|folder| load(&folder));
    loaded
        .map(|(document, policy, _)| (document.id, policy))
        .collect()
});

/// Some value of the fact; `raw` chooses it.
fn value(fact: Fact, raw: u32) -> Option<Value> {
    Some(match fact.spec().kind {
        Kind::Flag { .. } => Value::Flag(raw % 2 == 1),
        Kind::Choice(choices) => Value::Choice((raw as usize % choices.len()) as u8),
        Kind::Set(choices) => Value::Set(raw & ((1 << choices.len()) - 1)),
        Kind::Number { least, most, .. } => {
            // Temperatures lie around the threshold, else both sides would be rare.
            let (least, most) = match fact {
                Fact::Temperature | Fact::SecondTemperature => (365, 380),
                _ => (least, most),
            };
            Value::Number(least + i64::from(raw) % (most - least + 1))
        }
        Kind::Stays | Kind::Outings => return None,
    })
}

/// A situation in which each fact that can arise is known where its bit of `known` is set.
pub(crate) fn situation(known: u64, raw: &[u32], fixed: &[(Fact, Value)]) -> Situation {
    let moment = Moment::parse("2020-02-20T08:00:00+08:00").expect("a moment");
    let mut situation = Situation::new(moment);
    for (at, fact) in ALL.into_iter().enumerate() {
        let spec = fact.spec();
        if fact == Fact::Emergency || spec.source == Source::Clock || known >> at & 1 == 0 {
            continue;
        }
        // What does not arise for this subject stays as its file says.
        let arises = matches!(situation.known(fact).as_ref(), Known::Unknown)
            || spec.when_absent == Absent::Nothing && situation.given(fact).is_none();
        if let Some(value) = value(fact, raw[at]).filter(|_| arises) {
            situation.set(fact, value);
        }
    }
    for (fact, value) in fixed {
        situation.set(*fact, value.clone());
    }
    take_back_what_cannot_be(&mut situation);
    situation
}

/// Of what can never be together, the fact that says so is unknown again.
fn take_back_what_cannot_be(situation: &mut Situation) {
    for fact in ALL {
        let holds = |name: &str, literal: &str| {
            let other = Fact::named(name).expect("a fact of the vocabulary");
            let literal = Json::parse(literal.as_bytes()).expect("JSON");
            json::read_value(other, &literal)
                .ok()
                .map(Known::Is)
                .as_ref()
                == situation.given(other)
        };
        let together =
            |group: &&[(&str, &str)]| group.iter().all(|(name, value)| holds(name, value));
        if fact.spec().never.iter().any(together) {
            situation.clear(fact);
        }
    }
}

pub(crate) fn raws() -> impl Strategy<Value = Vec<u32>> {
    proptest::collection::vec(any::<u32>(), ALL.len())
}

/// Under every delivered notice.
fn is_admitted_everywhere(situation: &Situation) -> Result<(), TestCaseError> {
    for (id, policy) in POLICIES.iter() {
        let decision = decide(situation, Some(policy));
        prop_assert_eq!(decision.verdict, Verdict::Admit, "{}: {:?}", id, decision);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// Once everything is known, some row covers the case.
    #[test]
    fn no_case_is_without_a_rule(raw in raws()) {
        let situation = situation(u64::MAX, &raw, &[]);
        for (id, policy) in POLICIES.iter() {
            let decision = decide(&situation, Some(policy));
            prop_assert_ne!(decision.ground, Ground::NoRule, "{}: {:?}", id, situation);
        }
    }

    /// Whoever is asked for something is told what to do about it.
    #[test]
    fn an_ask_names_a_step(known in any::<u64>(), raw in raws()) {
        let situation = situation(known, &raw, &[]);
        for (id, policy) in POLICIES.iter() {
            let decision = decide(&situation, Some(policy));
            let dead_end = decision.verdict == Verdict::Ask && decision.missing.is_empty();
            prop_assert!(!dead_end, "{id}: {situation:?}");
        }
    }

    /// Design §2: learning a fact takes nothing back that was said, facts that follow from others
    /// included.
    #[test]
    fn learning_a_fact_takes_nothing_back(
        known in any::<u64>(),
        raw in raws(),
        at in 0..ALL.len(),
    ) {
        let more = situation(known | 1 << at, &raw, &[]);
        let mut less = more.clone();
        if ALL[at].spec().source == Source::Clock || more.given(ALL[at]).is_none() {
            return Ok(());
        }
        less.put(ALL[at], Known::Unknown);
        for (id, policy) in POLICIES.iter() {
            let before = decide(&less, Some(policy)).verdict;
            let after = decide(&more, Some(policy)).verdict;
            let holds = match before {
                Verdict::Admit => after == Verdict::Admit,
                Verdict::Refuse | Verdict::Refer => after.gravity() == 2,
                Verdict::Ask => true,
            };
            let fact = ALL[at];
            prop_assert!(holds, "{id}, {fact:?}: {before:?} became {after:?}: {more:?}");
        }
    }

    /// GATE-14: what a record keeps of a case decides it again alike.
    #[test]
    fn a_record_is_decided_again_alike(known in any::<u64>(), raw in raws()) {
        let situation = situation(known, &raw, &[]);
        for (id, policy) in POLICIES.iter() {
            let bytes = write_facts(&situation, Some(policy));
            let again = read_facts(&bytes, situation.moment).expect("a record");
            let first = decide(&situation, Some(policy));
            prop_assert_eq!(&first.verdict, &decide(&again, Some(policy)).verdict, "{}", id);
        }
    }

    /// GATE-15: a registered resident under no order, masked, measured and registered, is let
    /// home whatever the pass and the hour.
    #[test]
    fn residents_come_home(raw in raws(), temporary in any::<bool>(), pass in 0_u8..9) {
        // A gate always knows what became of the pass: none was shown, or this was found.
        let fixed = [
            (Fact::PassState, Value::Choice(pass)),
            (Fact::PassKind, Value::Choice(u8::from(pass > 0))),
            (Fact::SubjectKind, Value::Choice(u8::from(temporary))),
            (Fact::Way, Value::Choice(0)),
            (Fact::RegisteredResident, Value::Flag(true)),
            (Fact::FirstTime, Value::Flag(false)),
            (Fact::Order, Value::Choice(0)),
            (Fact::Zone, Value::Choice(0)),
            (Fact::Mask, Value::Flag(true)),
            (Fact::RegisteredNow, Value::Flag(true)),
            (Fact::Questioned, Value::Flag(true)),
            (Fact::Temperature, Value::Number(366)),
            (Fact::Symptoms, Value::Set(0)),
            (Fact::FoundFever, Value::Flag(false)),
        ];
        // Only residents' own facts: who they are is fixed before the rest is drawn.
        let mut raw = raw;
        raw[Fact::SubjectKind as usize] = u32::from(temporary);
        raw[Fact::Way as usize] = 0;
        let situation = situation(u64::MAX, &raw, &fixed);
        is_admitted_everywhere(&situation)?;
    }

    /// GATE-15: whoever comes back to live here and is on no list, without symptoms and under no
    /// order, is let home once looked at and registered.
    #[test]
    fn people_on_no_list_come_home(raw in raws()) {
        let fixed = [
            (Fact::PassState, Value::Choice(0)),
            (Fact::PassKind, Value::Choice(0)),
            (Fact::SubjectKind, Value::Choice(0)),
            (Fact::Way, Value::Choice(0)),
            (Fact::RegisteredResident, Value::Flag(false)),
            (Fact::Order, Value::Choice(0)),
            (Fact::Zone, Value::Choice(0)),
            (Fact::IdChecked, Value::Flag(true)),
            (Fact::Mask, Value::Flag(true)),
            (Fact::RegisteredNow, Value::Flag(true)),
            (Fact::Questioned, Value::Flag(true)),
            (Fact::Temperature, Value::Number(366)),
            (Fact::Symptoms, Value::Set(0)),
            (Fact::FoundFever, Value::Flag(false)),
        ];
        let mut raw = raw;
        raw[Fact::SubjectKind as usize] = 0;
        raw[Fact::Way as usize] = 0;
        let situation = situation(u64::MAX, &raw, &fixed);
        is_admitted_everywhere(&situation)?;
    }

    /// GATE-7: whoever has two readings of a fever, or is found feverish, is taken charge of under
    /// every notice: in either direction, whoever they are, never just sent away.
    #[test]
    fn fever_is_taken_charge_of(known in any::<u64>(), raw in raws(), found in any::<bool>()) {
        let fixed = if found {
            vec![(Fact::FoundFever, Value::Flag(true))]
        } else {
            vec![
                (Fact::Temperature, Value::Number(381)),
                (Fact::SecondTemperature, Value::Number(380)),
            ]
        };
        let mut situation = situation(known, &raw, &fixed);
        // A gate knows what it closes.
        situation.set(Fact::PlaceKind, Value::Choice((raw[0] % 2) as u8));
        if matches!(situation.known(Fact::Way).as_ref(), Known::Unknown) {
            situation.set(Fact::Way, Value::Choice((raw[1] % 2) as u8));
        }
        if matches!(situation.known(Fact::SubjectKind).as_ref(), Known::Unknown) {
            situation.set(Fact::SubjectKind, Value::Choice((raw[2] % 7) as u8));
        }
        for (id, policy) in POLICIES.iter() {
            let verdict = decide(&situation, Some(policy)).verdict;
            prop_assert_eq!(verdict, Verdict::Refer, "{}: {:?}", id, situation);
        }
    }

    /// SCOPE-3: nothing that a document says stands before an emergency.
    #[test]
    fn an_emergency_goes_through(known in any::<u64>(), raw in raws()) {
        let situation = situation(known, &raw, &[(Fact::Emergency, Value::Flag(true))]);
        for (id, policy) in POLICIES.iter() {
            prop_assert_eq!(decide(&situation, Some(policy)).verdict, Verdict::Admit, "{}", id);
        }
    }
}

#[test]
fn there_are_documents_to_hold_to_it() {
    let ids: Vec<&str> = POLICIES.iter().map(|(id, _)| id.as_str()).collect();
    for id in ["HN", "ZX", "HL", "ZJ", "P1", "P5", "P7", "P9"] {
        assert!(ids.contains(&id), "{id} is not among {ids:?}");
    }
}
