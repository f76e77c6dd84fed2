//! Records decided again: what is said to be known is so whatever was not recorded, and "cannot be
//! known" is said only where two answers are possible.

use crate::laws::{drafts, policy_over};
use crate::policies::small_document;
use gatehouse_core::audit::Hash;
use gatehouse_core::gate::record::write_facts;
use gatehouse_core::gate::value::{Outing, Outings};
use gatehouse_core::gate::{
    Fact, Known, Outcome, Policy, Situation, SubjectKind, Value, Verdict, Way, decide,
};
use gatehouse_core::id::{DeviceId, GateId, HouseholdId};
use gatehouse_core::moment::Moment;
use gatehouse_core::policy::{compile, read};
use gatehouse_core::replay::{
    Again, Attempt, Before, Draft, Place, Prepared, Recorded, Replayer, Summary, To,
    decide_by_record,
};
use gatehouse_core::wire::{Crossing, Event, EventBody};
use proptest::prelude::*;

/// Three flags that a guard finds out, three that the gate knows.
const FACTS: [Fact; 6] = [
    Fact::Mask,
    Fact::IdChecked,
    Fact::RegisteredNow,
    Fact::RegisteredResident,
    Fact::HouseholdUnderOrder,
    Fact::Holiday,
];
const OF_GUARD: usize = 3;

const NOON: Moment = Moment::new(1_582_171_200_000, 480);

/// What a record holds of a flag.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Held {
    Nothing,
    Unknown,
    Flag(bool),
}

fn held() -> impl Strategy<Value = Held> {
    prop_oneof![
        Just(Held::Nothing),
        Just(Held::Unknown),
        any::<bool>().prop_map(Held::Flag),
    ]
}

/// The situation with what is known of each flag; `None` leaves it out of the record.
fn situation(known: impl IntoIterator<Item = Option<Option<bool>>>) -> Situation {
    let mut situation = Situation::new(NOON);
    for (fact, known) in FACTS.into_iter().zip(known) {
        match known {
            None => {}
            Some(None) => {
                situation.put(fact, Known::Unknown);
            }
            Some(Some(flag)) => {
                situation.set(fact, Value::Flag(flag));
            }
        }
    }
    situation
}

/// Everything that the gate could have said in the end: each flag that was not recorded as it may
/// have been; it asks where it has to, and is answered.
fn possible(policy: &Policy, record: &[Held], verdict: Verdict) -> Vec<Verdict> {
    let mut found = Vec::new();
    for world in 0..3usize.pow(FACTS.len() as u32) {
        let was = |at: usize| [None, Some(false), Some(true)][world / 3usize.pow(at as u32) % 3];
        let step = |at: usize| FACTS[at].spec().step.is_some();
        let is_unasked = |at: usize| match record[at] {
            Held::Nothing => at < OF_GUARD,
            Held::Unknown => step(at) && verdict != Verdict::Ask,
            Held::Flag(_) => false,
        };
        let flags = 0..FACTS.len();
        // An answer is yes or no.
        if flags.clone().any(|at| is_unasked(at) && was(at).is_none()) {
            continue;
        }
        let at_first = flags.clone().map(|at| match record[at] {
            Held::Flag(flag) => Some(Some(flag)),
            _ if is_unasked(at) => Some(None),
            Held::Unknown => Some(None),
            Held::Nothing => Some(was(at)),
        });
        let mut said = decide(&situation(at_first.clone()), Some(policy)).verdict;
        if said == Verdict::Ask && flags.clone().any(is_unasked) {
            let asked = flags.zip(at_first).map(|(at, first)| match is_unasked(at) {
                true => Some(was(at)),
                false => first,
            });
            said = decide(&situation(asked), Some(policy)).verdict;
        }
        found.push(said);
    }
    found.sort_by_key(|verdict| *verdict as u8);
    found.dedup();
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn a_verdict_is_known_exactly_where_only_one_is_possible(
        table in drafts(5),
        record in proptest::collection::vec(held(), FACTS.len()),
        was_ask in any::<bool>(),
    ) {
        let policy = policy_over(&FACTS, &table);
        let verdict = if was_ask { Verdict::Ask } else { Verdict::Admit };
        let given = record.iter().map(|held| match held {
            Held::Nothing => None,
            Held::Unknown => Some(None),
            Held::Flag(flag) => Some(Some(*flag)),
        });
        let recorded = Recorded { outing_days: 0, verdict };
        let possible = possible(&policy, &record, verdict);
        match decide_by_record(&situation(given), recorded, Some(&policy)) {
            Again::Known(decision) => prop_assert_eq!(possible, vec![decision.verdict]),
            Again::CannotBeKnown(facts) => {
                prop_assert!(possible.len() > 1, "{:?}", possible);
                let missing = |fact: &Fact| {
                    let at = FACTS.iter().position(|one| one == fact).expect("one of ours");
                    !matches!(record[at], Held::Flag(_))
                };
                prop_assert!(facts.iter().all(missing), "{:?}", facts);
            }
        }
    }
}

fn text_of(folder: &str) -> String {
    let file = format!(
        "{}/../../policies/{folder}/policy.toml",
        env!("CARGO_MANIFEST_DIR")
    );
    std::fs::read_to_string(file).expect("a policy")
}

fn delivered(folder: &str) -> Policy {
    compile(&[&read(&text_of(folder)).expect("reads")]).expect("compiles")
}

/// A resident goes out with a valid pass, masked and measured.
fn resident(moment: Moment) -> Situation {
    let mut situation = Situation::new(moment);
    situation
        .set(
            Fact::SubjectKind,
            Value::Choice(SubjectKind::Resident as u8),
        )
        .set(Fact::Way, Value::Choice(Way::Out as u8))
        .set(Fact::RegisteredResident, Value::Flag(true))
        .set(Fact::PassKind, Value::Choice(0))
        .set(Fact::PassState, Value::Choice(0))
        .set(Fact::Mask, Value::Flag(true))
        .set(Fact::RegisteredNow, Value::Flag(true))
        .set(Fact::Temperature, Value::Number(365));
    situation
}

/// The public part of the event of an attempt that a device decides.
fn record(situation: &Situation, policy: Option<&Policy>, seq: u64) -> Vec<u8> {
    let decision = decide(situation, policy);
    let crossing = Crossing {
        gate: GateId([1; 16]),
        staff: None,
        way: situation.way().unwrap_or(Way::In),
        subject_kind: situation.subject_kind(),
        pass: None,
        copied_minutes: None,
        facts: write_facts(situation, policy),
        policy: policy.map(Policy::id),
        evaluator: 1,
        decided_at: situation.moment.millis,
        rows: Vec::new(),
        verdict: decision.verdict,
        outcome: Outcome::Crossed,
        overruling_reason: None,
        emergency: None,
    };
    let event = Event {
        device: DeviceId([2; 16]),
        seq,
        previous: Hash::START,
        at: situation.moment,
        skew_millis: (situation.skew_minutes > 0)
            .then(|| i64::from(situation.skew_minutes) * 60_000),
        snapshot: 0,
        body: EventBody::Crossing(Box::new(crossing)),
        private: None,
    };
    event.public_bytes()
}

/// Replays records of one policy under another.
fn replay(records: &[Vec<u8>], before: Option<&Prepared>, draft: Draft<'_>) -> Summary {
    let mut replayer = Replayer::default();
    for (seq, record) in (1..).zip(records) {
        let attempt = Attempt::read(record).expect("an attempt");
        let place = Place {
            device: DeviceId([2; 16]),
            seq,
            household: Some(HouseholdId([(seq % 5) as u8; 16])),
        };
        let before = match (&attempt.policy, before) {
            (None, _) => Before::NoDocument,
            (Some(_), Some(prepared)) => Before::Policy(prepared),
            (Some(_), None) => Before::NotKept,
        };
        replayer.take(&attempt, &place, before, draft);
    }
    replayer.finish()
}

/// Every hour of a week, with 0 to 2 outings in the two days before, some with a clock that is
/// off.
fn week(policy: Option<&Policy>) -> Vec<Vec<u8>> {
    (0..168u64)
        .map(|hour| {
            let moment = NOON.plus_millis(hour as i64 * 3_600_000);
            let mut one = resident(moment);
            let outing = |ago: i64| Outing {
                at: moment.plus_millis(-ago * 3_600_000),
                purpose: Some((hour % 3) as u8),
                own: true,
            };
            let outings = Outings {
                taken: (0..(hour % 3) as i64)
                    .map(|at| outing(20 + at * 9))
                    .collect(),
                unsent: 0,
            };
            one.set(Fact::Outings, Value::Outings(outings));
            one.skew_minutes = if hour % 7 == 0 { 90 } else { 0 };
            record(&one, policy, hour + 1)
        })
        .collect()
}

#[test]
fn the_policy_of_a_record_reproduces_it_also_by_the_clock_and_with_outings() {
    for folder in [
        "henan-2020-02",
        "hulunbuir-2020-02",
        "zhongxiang-2020-02",
        "zhuji-2020-02",
    ] {
        let prepared = Prepared::new(delivered(folder), 1);
        let records = week(Some(prepared.policy()));
        let found = replay(&records, Some(&prepared), Draft::AsItWas);
        assert_eq!(found.counts.all(), 168, "{folder}");
        assert_eq!(found.not_reproduced, 0, "{folder}");
        assert_eq!(
            found.counts.changed() + found.counts.unknown(),
            0,
            "{folder}"
        );
        // The same document as a draft changes nothing either.
        let again = Prepared::new(delivered(folder), 2);
        let found = replay(&records, Some(&prepared), Draft::Policy(Some(&again)));
        assert_eq!(
            found.counts.changed() + found.counts.unknown(),
            0,
            "{folder}"
        );
        let hours: u64 = found.hours.iter().map(|hour| hour.all()).sum();
        assert_eq!(hours, 168, "{folder}");
        assert!(found.hours.iter().all(|hour| hour.all() == 7), "{folder}");
    }
}

#[test]
fn where_no_document_held_the_draft_decides_by_the_base_list() {
    let records = week(None);
    let draft = Prepared::new(delivered("henan-2020-02"), 1);
    let found = replay(&records, None, Draft::Policy(Some(&draft)));
    assert_eq!((found.not_reproduced, found.not_compared), (0, 0));
    // Without a document nobody was asked for anything; under the draft they would have been.
    assert_eq!(found.counts.unknown(), 168);
    assert_eq!(found.unrecorded.values().max(), Some(&168));
    let none = replay(&records, None, Draft::Policy(None));
    assert_eq!(none.counts.changed() + none.counts.unknown(), 0);
}

#[test]
fn parts_of_a_replay_add_up_to_the_whole() {
    let own = Prepared::new(delivered("henan-2020-02"), 1);
    let draft = Prepared::new(delivered("zhongxiang-2020-02"), 2);
    let mut records = week(Some(own.policy()));
    let mut stranger = Situation::new(NOON);
    stranger
        .set(Fact::SubjectKind, Value::Choice(SubjectKind::Courier as u8))
        .set(Fact::Way, Value::Choice(Way::In as u8));
    records.push(record(&stranger, Some(own.policy()), 500));
    let whole = replay(&records, Some(&own), Draft::Policy(Some(&draft)));
    let mut parts = replay(&records[..60], Some(&own), Draft::Policy(Some(&draft)));
    parts.add_all(replay(
        &records[60..],
        Some(&own),
        Draft::Policy(Some(&draft)),
    ));
    assert_eq!(parts.counts, whole.counts);
    assert_eq!(parts.rows, whole.rows);
    assert_eq!(parts.kinds, whole.kinds);
    assert_eq!(parts.lacking, whole.lacking);
    let lacking: u64 = whole.lacking.values().sum();
    assert_eq!(lacking, whole.counts.unknown(), "each attempt once");
    assert_eq!(parts.hit_hardest(9).len(), whole.hit_hardest(9).len());
    let known = whole.counts.ways().map(|(_, _, count)| count).sum::<u64>();
    assert_eq!(known, 169);
    for (from, to, count) in whole.counts.ways() {
        let examples = whole.examples_of(from, to);
        let is_change = to != To::of(from);
        assert_eq!(!examples.is_empty(), is_change, "{from:?} {to:?}");
        assert!(examples.len() as u64 <= count);
        for example in examples.iter().chain(parts.examples_of(from, to)) {
            assert!(whole.rows.contains_key(&example.rows), "{example:?}");
        }
    }
}

#[test]
fn emergencies_and_who_comes_home_are_counted_apart_and_never_stopped() {
    let own = Prepared::new(delivered("henan-2020-02"), 1);
    let strict = text_of("zhongxiang-2020-02").replacen("[[row]]", NOBODY, 1);
    let strict = compile(&[&read(&strict).expect("reads")]).expect("compiles");
    let strict = Prepared::new(strict, 2);
    let one = |change: &dyn Fn(&mut Situation)| {
        let mut situation = resident(NOON);
        situation
            .set(Fact::Way, Value::Choice(Way::In as u8))
            .set(Fact::Order, Value::Choice(0))
            .set(Fact::Zone, Value::Choice(0));
        change(&mut situation);
        let record = record(&situation, Some(own.policy()), 1);
        let found = replay(&[record], Some(&own), Draft::Policy(Some(&strict)));
        let stopped = found.counts.of(Verdict::Admit, To::of(Verdict::Refuse));
        (found.emergencies.all(), found.coming_home.all(), stopped)
    };
    let out = Value::Choice(Way::Out as u8);
    assert_eq!(one(&|_| ()), (0, 1, 0));
    let none = one(&|situation| {
        situation.set(Fact::Way, out.clone());
    });
    assert_eq!(none, (0, 0, 1), "the draft lets nobody out");
    let urgent = one(&|situation| {
        situation
            .set(Fact::Way, out.clone())
            .set(Fact::Emergency, Value::Flag(true));
    });
    assert_eq!(urgent, (1, 0, 0));
    let strange = one(&|situation| {
        situation.set(Fact::RegisteredResident, Value::Flag(false));
    });
    assert_eq!((strange.0, strange.1), (0, 0));
    let under_order = one(&|situation| {
        situation.set(Fact::Order, Value::Choice(1));
    });
    assert_eq!((under_order.0, under_order.1), (0, 0));
}

const NOBODY: &str = r#"[[row]]
id = "ZX/nobody"
effect = "bar"
source = "deployment"
who = { subject_kind = "resident" }
say = { zh = "今天请留在家里。", en = "Please stay at home today." }

[[row]]"#;

#[test]
fn a_policy_that_is_not_kept_is_no_hindrance() {
    let own = Prepared::new(delivered("henan-2020-02"), 1);
    let records = week(Some(own.policy()));
    let draft = Prepared::new(delivered("henan-2020-02"), 2);
    let found = replay(&records, None, Draft::Policy(Some(&draft)));
    assert_eq!(found.not_compared, 168);
    assert_eq!(found.counts.changed() + found.counts.unknown(), 0);
    let found = replay(&records, None, Draft::AsItWas);
    assert_eq!(found.counts.unknown(), 168);
}

#[test]
fn the_same_verdict_by_another_row_is_counted_and_is_no_change() {
    let before = Prepared::new(delivered("henan-2020-02"), 1);
    let records = week(Some(before.policy()));
    let same = replay(&records, Some(&before), Draft::Policy(Some(&before)));
    assert_eq!(same.by_another_row, 0);
    // The same rules under another name.
    let mut document = read(&text_of("henan-2020-02")).expect("reads");
    document.id = "XX".to_owned();
    for row in &mut document.rows {
        row.id = row.id.replacen("HN/", "XX/", 1);
    }
    let after = Prepared::new(compile(&[&document]).expect("compiles"), 2);
    let other = replay(&records, Some(&before), Draft::Policy(Some(&after)));
    let counted = |summary: &Summary| (summary.counts.changed(), summary.counts.all());
    assert_eq!(counted(&other), counted(&same));
    assert_eq!(other.by_another_row, records.len() as u64);
    let mut both = other.clone();
    both.add_all(other);
    assert_eq!(both.by_another_row, 2 * records.len() as u64);
}

#[test]
fn readings_of_one_fact_are_tried_only_as_they_can_be_together() {
    const STAYS: &str = r#"
[[row]]
id = "T/visitor"
effect = "grant"
source = "deployment"
who = { subject_kind = "visitor" }
say = { zh = "访客可以进。", en = "Visitors may come in." }
[[row]]
id = "T/stay"
effect = "bar"
source = "deployment"
who = { subject_kind = "visitor" }
when = { stays = { any = ["key_area"], within_days = 7 } }
unless = { stays = { any = ["key_area", "abroad"], within_days = DAYS } }
say = { zh = "先不进。", en = "Not now." }
"#;
    let mut visitor = Situation::new(NOON);
    visitor
        .set(Fact::SubjectKind, Value::Choice(SubjectKind::Visitor as u8))
        .set(Fact::Way, Value::Choice(Way::In as u8));
    for fact in [Fact::Order, Fact::Zone] {
        visitor.set(fact, Value::Choice(0));
    }
    let recorded = Recorded {
        outing_days: 0,
        verdict: Verdict::Admit,
    };
    let again = |days: &str| {
        let document = small_document("T", &STAYS.replace("DAYS", days));
        let policy = compile(&[&document]).expect("compiles");
        decide_by_record(&visitor, recorded, Some(&policy))
    };
    // Whoever was there within 7 days was within 14: nobody is ever barred.
    match again("14") {
        Again::Known(decision) => assert_eq!(decision.verdict, Verdict::Admit),
        other => panic!("{other:?}"),
    }
    // Somebody may have been there 5 days ago.
    assert_eq!(again("3"), Again::CannotBeKnown(vec![Fact::Stays]));
}
