//! How long a suspended row stays suspended: in what holds, in what was approved before, and not in
//! what is approved in sight of it.

use super::key_tests::{COMPOUND, COUNTY, Fixed, HOUR, NOW, signer};
use super::lower_document_tests::{LOWER, LOWER_CASES};
use super::policy_folder::Texts;
use super::put_in_force::{Wanted, approve_policy, submit_folder, submit_policy};
use super::put_in_force_tests::{HENAN, bars, code, desk, shipped};
use super::sign_order::OrderDesk;
use super::suspend_row::{Which, resume_row, suspend_row};
use super::suspensions::{brought_back, suspended_at};
use gatehouse_core::key::KeyId;
use gatehouse_core::policy::read;
use gatehouse_store::{Store, StoreError};

const ROW: &str = "HN/vehicle";
const HERE: Which<'static> = Which {
    document: HENAN,
    row: ROW,
    area: COMPOUND,
};

/// Puts it in force; the rows that come back with it, as whoever signs is told both times.
fn approved(desk: &OrderDesk, keys: &[KeyId], decided: i64, begins: i64) -> Vec<String> {
    let (clock, from_at) = (Fixed(NOW + decided * HOUR), NOW + begins * HOUR);
    let wanted = Wanted {
        area: COUNTY,
        from_at,
        to_at: None,
    };
    let signed = submit_folder(desk, &shipped(HENAN), wanted, &signer(keys, 0), &clock);
    let what = (HENAN, COUNTY, from_at);
    let both = [
        signed,
        approve_policy(desk, what, None, &signer(keys, 1), &clock),
    ];
    let [first, second] = both.map(|answer| {
        let back = answer.expect("signed").brought_back.into_iter();
        back.map(|one| one.row).collect::<Vec<_>>()
    });
    assert_eq!(first, second);
    second
}

/// Everything that was ever suspended in the compound, the latest first: hours after the first,
/// from when until when, and whether it was withdrawn.
fn logged(store: &Store) -> Vec<(i64, Option<i64>, bool)> {
    let read = |tx: &gatehouse_store::ReadTx<'_>| tx.suspension_log(COMPOUND, 10);
    let log = store
        .read_blocking::<_, StoreError, _>(read)
        .expect("reads");
    let hours = |at: i64| (at - NOW) / HOUR;
    let lines = log.iter();
    lines
        .map(|one| (hours(one.from_at), one.to_at.map(hours), one.is_withdrawn()))
        .collect()
}

/// What of the county's document that begins then was suspended in the one before it, and what is
/// suspended in the compound then.
fn told(store: &Store, begins: i64) -> (Vec<String>, usize) {
    let at = NOW + begins * HOUR;
    let told = store.read_blocking::<_, StoreError, _>(move |tx| {
        let rows = tx.policy_forces(COUNTY, HENAN)?;
        let row = rows.iter().find(|row| row.from_at == at).expect("one");
        let kept = tx.policy_document(HENAN, row.version)?.expect("kept");
        let document = read(&kept.text).expect("is read");
        let back = brought_back(tx, row, &document)?.into_iter();
        let back = back.map(|one| one.row_id).collect();
        Ok((back, suspended_at(tx, COMPOUND, at)?.len()))
    });
    told.expect("reads")
}

#[test]
fn a_version_that_is_approved_in_sight_of_a_suspension_brings_the_row_back() {
    let (store, desk, keys) = desk();
    assert_eq!(approved(&desk, &keys, 0, 0), [""; 0]);
    // One that was approved before anybody knew of the harm: the brake reaches it as well.
    assert_eq!(approved(&desk, &keys, 1, 10), [""; 0]);
    let suspend = |hours| {
        let world = Fixed(NOW + hours * HOUR);
        let answer = suspend_row(&desk, HERE, "harms", &signer(&keys, 2), &world);
        answer.map(|answer| answer.state).map_err(code)
    };
    let resume = |hours| {
        let world = Fixed(NOW + hours * HOUR);
        let answer = resume_row(&desk, HERE, &signer(&keys, 0), &world);
        answer.map(|answer| answer.state).map_err(code)
    };
    let there = |hours| bars(&store, ROW, hours);
    assert_eq!(suspend(2), Ok("suspended"));
    assert_eq!(approved(&desk, &keys, 3, 20), [ROW]);
    assert_eq!(
        [1, 2, 9, 10, 19].map(there),
        [true, false, false, false, false]
    );
    assert!(there(20), "who approved it saw that the row is suspended");
    assert_eq!(told(&store, 10), (vec![], 1));
    assert_eq!(told(&store, 20), (vec![ROW.to_owned()], 0));

    // Brought back before the second begins, and let go again: it reaches the second anew, and the
    // third, which is approved by now.
    assert_eq!(resume(4), Ok("resumed"));
    assert_eq!(resume(5), Err("P-NONE".to_owned()));
    assert_eq!([3, 4, 10, 20].map(there), [false, true, true, true]);
    assert_eq!(told(&store, 20), (vec![], 0));
    // What was to begin with the second is kept as withdrawn.
    assert_eq!(logged(&store), [(10, Some(4), true), (2, Some(4), false)]);
    assert_eq!(suspend(6), Ok("suspended"));
    assert_eq!(suspend(11), Err("P-THERE".to_owned()));
    assert_eq!([5, 6, 11, 20].map(there), [true, false, false, false]);
    // In the third alone it comes back; what was before stays as it was.
    assert_eq!(resume(21), Ok("resumed"));
    assert_eq!(resume(22), Err("P-NONE".to_owned()));
    assert_eq!(
        [3, 5, 6, 11, 20, 21].map(there),
        [false, true, false, false, false, true]
    );
    let held = |from| (from, Some(21), false);
    assert_eq!(
        logged(&store),
        [held(20), held(10), held(6), (2, Some(4), false)]
    );
    assert_eq!(suspend(23), Ok("suspended"));
    assert_eq!([22, 23].map(there), [true, false]);
}

/// A row that takes the place of one which may only be tightened, and the cases that try it.
const TIGHTER: &str = r#"
[[row]]
id = "LO/visitor"
effect = "bar"
source = "deployment"
who = { subject_kind = ["visitor", "regular_helper"] }
way = "in"
say = { zh = "外来人员，不进。", en = "A visitor, not in." }
post = { zh = "外来人员不能进。", en = "Visitors may not come in." }
replaces = ["HN/visitor"]
"#;
const TIGHTER_CASES: &str = r#"
[[case]]
id = "visitor"
clause = "deployment"
moment = "2020-02-20T08:00:00+08:00"
facts = { subject_kind = "visitor", way = "in", symptoms = [] }
expect = { verdict = "refuse", rows = ["LO/visitor"] }
[[case]]
id = "visitor-out"
clause = "deployment"
moment = "2020-02-20T08:00:00+08:00"
facts = { subject_kind = "visitor", way = "out", temperature = 36.5, symptoms = [] }
expect = { verdict = "admit" }
"#;

#[test]
fn a_suspended_row_keeps_no_other_document_from_coming_into_force() {
    let (store, desk, keys) = desk();
    assert_eq!(approved(&desk, &keys, 0, 0), [""; 0]);
    let put = |text: String, cases: String, hours: i64| {
        let (world, from_at) = (Fixed(NOW + hours * HOUR), NOW + hours * HOUR);
        let wanted = Wanted {
            area: COMPOUND,
            from_at,
            to_at: None,
        };
        let id = read(&text).expect("is read").id.to_lowercase();
        let texts = Texts {
            policy: text,
            cases,
        };
        submit_policy(&desk, (&id, texts), wanted, &signer(&keys, 0), &world)?;
        let what = (&*id, COMPOUND, from_at);
        approve_policy(&desk, what, None, &signer(&keys, 1), &world).map(|answer| answer.document)
    };
    let lower = put(
        format!("{LOWER}{TIGHTER}"),
        format!("{LOWER_CASES}{TIGHTER_CASES}"),
        1,
    );
    let lower = lower.expect("is in force");
    for (document, row) in [(&*lower, "LO/visitor"), (HENAN, "HN/courier")] {
        let which = Which {
            document,
            row,
            ..HERE
        };
        let world = Fixed(NOW + 2 * HOUR);
        suspend_row(&desk, which, "harms", &signer(&keys, 2), &world).expect("suspended");
    }
    assert!(!bars(&store, "LO/visitor", 3));
    // Another at the compound, whose cases count on a row above that is suspended; and a new
    // version at the county.
    let (head, _) = LOWER
        .replace("\"LO", "\"NX")
        .split_once("[[row]]")
        .map_or_else(
            || (String::new(), String::new()),
            |(head, rest)| (head.to_owned(), rest.to_owned()),
        );
    let (_, courier) = LOWER_CASES.rsplit_once("[[case]]").expect("a case");
    let words = "[[wording]]\nid = \"NX/words\"\nsource = \"deployment\"\n\
                 row = \"HN/courier\"\nsay = { zh = \"放门口。\", en = \"At the gate.\" }\n";
    let next = put(format!("{head}{words}"), format!("[[case]]{courier}"), 4);
    assert_eq!(next.map_err(code), Ok("nx".to_owned()));
    assert_eq!(approved(&desk, &keys, 5, 6), ["HN/courier"]);
    assert!(!bars(&store, "LO/visitor", 7), "it stays suspended");
}
