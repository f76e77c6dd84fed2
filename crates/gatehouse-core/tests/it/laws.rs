//! The laws of the decision (design §2), over generated tables and situations with unknown facts.
//!
//! admit < ask < refuse, refer. Adding a bar, refer or duty row never softens; learning a fact
//! never turns admit into anything else, nor refuse or refer into ask or admit; the order of the
//! rows does not matter; an emergency admits.

use gatehouse_core::gate::compiled::{
    COMPILED_VERSION, CompiledPolicy, DocumentName, Row, Test, Text,
};
use gatehouse_core::gate::reading::{Lens, Reading, accept_flag};
use gatehouse_core::gate::{
    Decision, Effect, Fact, Ground, Known, Policy, Situation, Value, Verdict, decide,
};
use gatehouse_core::moment::Moment;
use proptest::prelude::*;

/// Flags that can be unknown; the laws do not depend on which facts they are.
const FACTS: [Fact; 6] = [
    Fact::Mask,
    Fact::IdChecked,
    Fact::RegisteredNow,
    Fact::Questioned,
    Fact::ProtectiveGear,
    Fact::RegisteredResident,
];

type Conditions = Vec<(usize, bool)>;

#[derive(Clone, Debug)]
pub struct Draft {
    effect: Effect,
    all: Conditions,
    unless: Vec<Conditions>,
    needs: Conditions,
}

fn conditions(most: usize) -> impl Strategy<Value = Conditions> {
    proptest::collection::vec((0..FACTS.len(), any::<bool>()), 0..=most)
}

fn draft(effect: impl Strategy<Value = Effect>) -> impl Strategy<Value = Draft> {
    (
        effect,
        conditions(3),
        proptest::collection::vec(conditions(2), 0..=1),
        conditions(2),
    )
        .prop_map(|(effect, all, unless, needs)| Draft {
            effect,
            all,
            unless: unless
                .into_iter()
                .filter(|group| !group.is_empty())
                .collect(),
            needs: if effect == Effect::Grant {
                needs
            } else {
                Vec::new()
            },
        })
}

fn any_effect() -> impl Strategy<Value = Effect> {
    prop_oneof![
        Just(Effect::Grant),
        Just(Effect::Bar),
        Just(Effect::Refer),
        Just(Effect::Duty)
    ]
}

fn policy(drafts: &[Draft]) -> Policy {
    policy_over(&FACTS, drafts)
}

/// A table of these rows over six flags.
pub fn policy_over(facts: &[Fact; 6], drafts: &[Draft]) -> Policy {
    let tests = |conditions: &Conditions| -> Vec<Test> {
        conditions
            .iter()
            .map(|(at, wanted)| Test {
                reading: *at as u8,
                accept: accept_flag(*wanted),
            })
            .collect()
    };
    let text = |text: &str| Text {
        zh: text.to_owned(),
        en: text.to_owned(),
    };
    let rows = drafts
        .iter()
        .enumerate()
        .map(|(at, draft)| Row {
            id: format!("T/{at}"),
            effect: draft.effect,
            document: Some(0),
            source: "deployment".to_owned(),
            all: tests(&draft.all),
            unless: draft.unless.iter().map(tests).collect(),
            needs: tests(&draft.needs),
            duties: Vec::new(),
            say: Some(text("话")),
        })
        .collect();
    let readings = facts
        .iter()
        .map(|fact| Reading {
            fact: fact.spec().number,
            lens: Lens::Whole { cuts: Vec::new() },
        })
        .collect();
    Policy::new(CompiledPolicy {
        version: COMPILED_VERSION,
        documents: vec![DocumentName {
            id: "T".to_owned(),
            version: 1,
            title: text("试"),
        }],
        readings,
        rows,
        rest_minutes: 15,
        offsets: vec![(0, 480)],
    })
    .expect("a table that holds together")
}

fn situation(known: &[Option<bool>]) -> Situation {
    let mut situation = Situation::new(Moment::new(1_582_156_800_000, 480));
    for (fact, known) in FACTS.into_iter().zip(known) {
        match known {
            Some(flag) => situation.set(fact, Value::Flag(*flag)),
            None => situation.put(fact, Known::Unknown),
        };
    }
    situation
}

fn facts() -> impl Strategy<Value = Vec<Option<bool>>> {
    proptest::collection::vec(any::<Option<bool>>(), FACTS.len())
}

pub fn drafts(most: usize) -> impl Strategy<Value = Vec<Draft>> {
    proptest::collection::vec(draft(any_effect()), 0..=most)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn another_bar_refer_or_duty_never_softens(
        table in drafts(6),
        more in draft(prop_oneof![Just(Effect::Bar), Just(Effect::Refer), Just(Effect::Duty)]),
        known in facts(),
    ) {
        let situation = situation(&known);
        let before = decide(&situation, Some(&policy(&table))).verdict;
        let mut longer = table;
        longer.push(more);
        let after = decide(&situation, Some(&policy(&longer))).verdict;
        prop_assert!(after.gravity() >= before.gravity(), "{before:?} became {after:?}");
    }

    #[test]
    fn learning_a_fact_never_takes_back_what_was_said(
        table in drafts(6),
        known in facts(),
        at in 0..FACTS.len(),
        learnt in any::<bool>(),
    ) {
        let policy = policy(&table);
        let (mut less, mut more) = (known.clone(), known);
        less[at] = None;
        more[at] = Some(learnt);
        let before = decide(&situation(&less), Some(&policy)).verdict;
        let after = decide(&situation(&more), Some(&policy)).verdict;
        match before {
            Verdict::Admit => prop_assert_eq!(after, Verdict::Admit),
            Verdict::Refuse | Verdict::Refer => prop_assert_eq!(after.gravity(), 2),
            Verdict::Ask => {}
        }
    }

    #[test]
    fn the_order_of_rows_does_not_matter(table in drafts(6), known in facts(), turn in 0..6_usize) {
        let ids = |decision: &Decision, order: &[usize]| {
            let mut rows: Vec<usize> =
                decision.reasons.iter().map(|at| order[usize::from(*at)]).collect();
            rows.sort_unstable();
            rows
        };
        let situation = situation(&known);
        let straight: Vec<usize> = (0..table.len()).collect();
        let mut turned = straight.clone();
        if !turned.is_empty() {
            let by = turn % turned.len();
            turned.rotate_left(by);
            turned.reverse();
        }
        let other: Vec<Draft> = turned.iter().map(|at| table[*at].clone()).collect();
        let first = decide(&situation, Some(&policy(&table)));
        let second = decide(&situation, Some(&policy(&other)));
        prop_assert_eq!(first.verdict, second.verdict);
        prop_assert_eq!(first.steps(), second.steps());
        if first.verdict != Verdict::Ask {
            prop_assert_eq!(ids(&first, &straight), ids(&second, &turned));
        }
    }

    #[test]
    fn an_emergency_admits(table in drafts(6), known in facts()) {
        let mut situation = situation(&known);
        situation.set(Fact::Emergency, Value::Flag(true));
        let decision = decide(&situation, Some(&policy(&table)));
        prop_assert_eq!(decision.verdict, Verdict::Admit);
        prop_assert_eq!(decision.ground, Ground::Emergency);
    }

    /// Ask names steps, and taking them in the person's favour leads to a decision: nobody is
    /// asked for ever.
    #[test]
    fn ask_says_what_to_do(table in drafts(6), known in facts()) {
        let decision = decide(&situation(&known), Some(&policy(&table)));
        prop_assert_eq!(decision.verdict == Verdict::Ask, !decision.missing.is_empty());
    }
}

#[test]
fn without_a_document_people_cross_as_usual() {
    let decision = decide(&situation(&[None; 6]), None);
    assert_eq!(
        (decision.verdict, decision.ground),
        (Verdict::Admit, Ground::NoPolicy)
    );
}
