//! GATE-10: what an order about a zone means at a gate, whatever notice is in force.

use crate::policies::{folders, load, small_document};
use crate::policy_laws::{raws, situation};
use crate::policy_texts::complaints_about;
use gatehouse_core::gate::{Fact, Policy, SubjectKind, Value, Verdict, decide};
use gatehouse_core::policy::cases::{Case, read_cases, run_case};
use gatehouse_core::policy::{compile, compile_orders_alone, coverage};
use proptest::prelude::*;
use std::sync::LazyLock;

/// A document that lets everybody through: what stops somebody here is the zone.
const EVERYBODY: &str = r#"
[[row]]
id = "XX/all"
effect = "grant"
source = "XX 1"
say = { zh = "可以走。", en = "May cross." }
"#;

fn cases() -> (Policy, Vec<Case>) {
    let document = small_document("XX", EVERYBODY);
    let cases = read_cases(include_str!("zone_cases.toml")).expect("the cases read");
    (compile(&[&document]).expect("it compiles"), cases)
}

#[test]
fn cases_of_zones_are_answered_as_expected() {
    let (policy, cases) = cases();
    let failures = cases
        .iter()
        .filter_map(|case| Some(run_case(case, &policy).err()?.en));
    let failures: Vec<String> = failures.collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_row_of_zones_decides_once_and_just_fails_once() {
    let (policy, cases) = cases();
    let untried = coverage::untried_of(&cases, &policy, |row| row.id.starts_with("always/zone-"));
    assert!(untried.is_empty(), "{untried:#?}");
}

/// Every effective policy has them, whatever its documents say.
#[test]
fn every_policy_has_the_rows_of_zones() {
    let ids = |policy: &Policy| -> Vec<String> {
        let rows = policy.rows().iter().filter(|row| row.document.is_none());
        rows.map(|row| row.id.clone()).collect()
    };
    let wanted = ids(&cases().0);
    assert_eq!(wanted.len(), 12, "{wanted:?}");
    for folder in folders() {
        assert_eq!(ids(&load(&folder).1), wanted, "{}", folder.display());
    }
}

/// Where no document is in force an order closes what it speaks of, and nothing else.
#[test]
fn an_order_alone_stops_just_whom_it_speaks_of() {
    let policy = compile_orders_alone().expect("compiles");
    let (open, cases) = cases();
    for case in cases {
        let alone = decide(&case.situation, Some(&policy)).verdict;
        let beside = decide(&case.situation, Some(&open)).verdict;
        assert_eq!(alone, beside, "{}", case.id);
    }
}

/// Built-in sentences can be read aloud once at night, like those of documents.
#[test]
fn built_in_sentences_can_be_read_aloud() {
    let policy = compile_orders_alone().expect("compiles");
    for row in policy.rows().iter().filter(|row| row.document.is_none()) {
        let say = row.say.as_ref().expect("every built-in row says something");
        let complaints = complaints_about(say);
        assert!(complaints.is_empty(), "{}: {complaints:#?}", row.id);
    }
}

static POLICIES: LazyLock<Vec<Policy>> = LazyLock::new(|| {
    let loaded = folders().into_iter().map(|folder| load(&folder).1);
    loaded.collect()
});

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// Nobody crosses a spot; in an emergency everybody does.
    #[test]
    fn a_spot_lets_nobody_through_but_in_an_emergency(known in any::<u64>(), raw in raws()) {
        let mut situation = situation(known, &raw, &[(Fact::Zone, Value::Choice(1))]);
        for policy in POLICIES.iter() {
            let verdict = decide(&situation, Some(policy)).verdict;
            prop_assert_ne!(verdict, Verdict::Admit, "{:?}", situation);
        }
        situation.set(Fact::Emergency, Value::Flag(true));
        for policy in POLICIES.iter() {
            prop_assert_eq!(decide(&situation, Some(policy)).verdict, Verdict::Admit);
        }
    }

    /// No zone lets in whoever does not live or work there, and no zone is milder than none.
    #[test]
    fn a_zone_is_never_milder_than_none(
        known in any::<u64>(),
        raw in raws(),
        class in 1_u8..5,
        visitor in any::<bool>(),
    ) {
        let kind = if visitor { SubjectKind::Visitor } else { SubjectKind::Courier };
        let fixed = [
            (Fact::Zone, Value::Choice(class)),
            (Fact::SubjectKind, Value::Choice(kind as u8)),
            (Fact::Way, Value::Choice(0)),
        ];
        for policy in POLICIES.iter() {
            let outsider = situation(known, &raw, &fixed);
            prop_assert!(decide(&outsider, Some(policy)).verdict.gravity() == 2);
            let mut anybody = situation(known, &raw, &[(Fact::Zone, Value::Choice(class))]);
            let inside = decide(&anybody, Some(policy)).verdict;
            anybody.set(Fact::Zone, Value::Choice(0));
            let outside = decide(&anybody, Some(policy)).verdict;
            prop_assert!(
                inside.gravity() >= outside.gravity(),
                "{outside:?} became {inside:?}: {anybody:?}"
            );
        }
    }
}
