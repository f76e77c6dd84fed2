//! A document on its way into force and out of it: nothing holds before two have said so.

use super::key_home::KeyHome;
use super::key_tests::{
    COMPOUND, COUNTY, Fixed, HOUR, NOW, database, everybody, made, root, signer,
};
use super::put_in_force::{
    Ending, Wanted, approve_policy, end_policy, submit_folder, withdraw_policy,
};
use super::read_policies::read_rules;
use super::sign_order::OrderDesk;
use super::suspend_row::{Which, resume_row, suspend_row};
use crate::secrets::Secrets;
use gatehouse_core::gate::Effect;
use gatehouse_core::key::KeyId;
use gatehouse_store::policy::PolicyForceRow;
use gatehouse_store::{Lane, Store, StoreError};
use std::path::{Path, PathBuf};

pub(super) fn shipped(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../policies")
        .join(name)
}

pub(super) const HENAN: &str = "henan-2020-02";

pub(super) fn desk() -> (Store, OrderDesk, Vec<KeyId>) {
    let store = database();
    let home = KeyHome::Database(store.clone());
    let summary = made(&home, &Secrets::make(&Fixed(NOW)), &root(), &everybody());
    let keys = summary.people.iter().map(|person| person.key).collect();
    (store, OrderDesk::open(home).expect("opens"), keys)
}

/// Documents that hold in the compound so many hours from now.
pub(super) fn held(store: &Store, hours: i64) -> Vec<String> {
    let at = NOW + hours * HOUR;
    let rules = store.read_blocking::<_, StoreError, _>(move |tx| {
        read_rules(tx, &tx.area_path(COMPOUND)?, at, at + 1)
    });
    let rules = rules.expect("reads").into_iter();
    rules
        .flat_map(|rules| rules.force)
        .map(|row| row.document)
        .collect()
}

/// The first code in what somebody is told.
pub(super) fn code(error: anyhow::Error) -> String {
    let text = error.to_string();
    let is_code = |word: &&str| {
        ["P-", "P0", "O-"]
            .iter()
            .any(|begin| word.starts_with(begin))
    };
    let found = text.split([':', ' ']).find(is_code);
    found.unwrap_or_default().to_owned()
}

/// Kinds of all entries in the audit chains.
fn audited(store: &Store) -> Vec<String> {
    let entries = store.read_blocking::<_, StoreError, _>(|tx| {
        let mut kinds = Vec::new();
        for shard in tx.shards()? {
            for head in tx.audit_heads(shard)? {
                let entries = tx.audit_entries(shard, head.writer, 0, 100)?;
                kinds.extend(entries.into_iter().map(|entry| entry.kind));
            }
        }
        Ok(kinds)
    });
    entries.expect("reads")
}

pub(super) const fn ending(at: Option<i64>) -> Ending<'static> {
    Ending {
        document: HENAN,
        area: COUNTY,
        from_at: None,
        at,
    }
}

/// Who ends what holds does not cut what is to follow; what was taken back is not approved.
#[test]
fn ending_what_holds_leaves_what_is_to_come() {
    let (store, desk, keys) = desk();
    let put = |from_at: i64, is_approved: bool| {
        let wanted = Wanted {
            area: COUNTY,
            from_at,
            to_at: None,
        };
        let (folder, now) = (shipped(HENAN), Fixed(NOW));
        submit_folder(&desk, &folder, wanted, &signer(&keys, 0), &now).expect("proposed");
        if is_approved {
            let what = (HENAN, COUNTY, from_at);
            approve_policy(&desk, what, None, &signer(&keys, 1), &now).expect("approved");
        }
    };
    put(NOW, true);
    put(NOW + 10 * HOUR, true);
    put(NOW + 20 * HOUR, false);
    let end = |from_at: Option<i64>, now: i64| {
        let ending = Ending {
            from_at,
            ..ending(None)
        };
        let ended = end_policy(&desk, ending, &signer(&keys, 0), &Fixed(now));
        ended.map(|ended| ended.from_at).map_err(code)
    };
    let held_at = |hours: i64| held(&store, hours).len();
    // Not said which: what holds. A proposal is none that could be ended.
    assert_eq!(end(None, NOW + HOUR), Ok(NOW));
    assert_eq!([held_at(2), held_at(11), held_at(21)], [0, 1, 1]);
    assert_eq!(
        end(Some(NOW + 20 * HOUR), NOW + HOUR),
        Err("P-NONE".to_owned())
    );
    assert_eq!(end(Some(NOW + 10 * HOUR), NOW + HOUR), Ok(NOW + 10 * HOUR));
    assert_eq!(held_at(11), 0, "it never begins");
    assert_eq!(end(None, NOW + HOUR), Err("P-NONE".to_owned()));
}

/// A successor takes the place of what holds once it begins; taken back before, it never did. One
/// that begins before it holds until then.
#[test]
fn a_successor_that_never_begins_leaves_what_holds() {
    let (store, desk, keys) = desk();
    let put = |from_at: i64| {
        let wanted = Wanted {
            area: COUNTY,
            from_at,
            to_at: None,
        };
        let now = Fixed(NOW);
        submit_folder(&desk, &shipped(HENAN), wanted, &signer(&keys, 0), &now).map_err(code)?;
        let what = (HENAN, COUNTY, from_at);
        let approved = approve_policy(&desk, what, None, &signer(&keys, 1), &now);
        approved.map(|_| ()).map_err(code)
    };
    let since = |hours: i64| {
        let at = NOW + hours * HOUR;
        let rules = store.read_blocking::<_, StoreError, _>(move |tx| {
            read_rules(tx, &tx.area_path(COMPOUND)?, at, at + 1)
        });
        let rules = rules.expect("reads").into_iter();
        let begins = rules
            .flat_map(|rules| rules.force)
            .map(|row| row.from_at - NOW);
        begins.map(|begin| begin / HOUR).collect::<Vec<_>>()
    };
    assert_eq!(
        [put(NOW), put(NOW + 20 * HOUR), put(NOW + 10 * HOUR)],
        [Ok(()), Ok(()), Ok(())]
    );
    assert_eq!([since(9), since(19), since(29)], [[0], [10], [20]]);
    for begin in [20, 10] {
        let ending = Ending {
            from_at: Some(NOW + begin * HOUR),
            ..ending(None)
        };
        end_policy(&desk, ending, &signer(&keys, 0), &Fixed(NOW + HOUR)).expect("is ended");
    }
    assert_eq!([since(9), since(19), since(29)], [[0], [0], [0]]);
}

#[test]
fn a_document_holds_once_another_office_has_approved_it_and_until_it_is_ended() {
    let (store, desk, keys) = desk();
    let wanted = Wanted {
        area: COUNTY,
        from_at: NOW + 23 * HOUR,
        to_at: None,
    };
    let henan = shipped(HENAN);
    let proposed = submit_folder(&desk, &henan, wanted, &signer(&keys, 0), &Fixed(NOW));
    let proposed = proposed.expect("is proposed");
    assert_eq!((proposed.state, proposed.version), ("submitted", 1));
    assert_eq!(held(&store, 24), [""; 0]);

    let what = (HENAN, COUNTY, wanted.from_at);
    // The proposer, and a colleague of theirs, are not another office.
    for of in [0, 2] {
        let refused = approve_policy(&desk, what, None, &signer(&keys, of), &Fixed(NOW));
        assert_eq!(refused.map(|_| ()).map_err(code), Err("P-TWO".to_owned()));
    }
    let late = Fixed(wanted.from_at + 1);
    let refused = approve_policy(&desk, what, None, &signer(&keys, 1), &late);
    assert_eq!(refused.map(|_| ()).map_err(code), Err("P-TIME".to_owned()));
    let approved = approve_policy(&desk, what, None, &signer(&keys, 1), &Fixed(NOW + HOUR));
    assert_eq!(approved.expect("is approved").state, "approved");
    assert_eq!(
        (held(&store, 22), held(&store, 23)),
        (vec![], vec![HENAN.to_owned()])
    );
    let again = approve_policy(&desk, what, None, &signer(&keys, 1), &Fixed(NOW + HOUR));
    assert_eq!(again.map(|_| ()).map_err(code), Err("P-NONE".to_owned()));

    // A later stretch of the same document takes the place of the earlier one.
    let next = Wanted {
        from_at: NOW + 48 * HOUR,
        ..wanted
    };
    submit_folder(&desk, &henan, next, &signer(&keys, 1), &Fixed(NOW)).expect("is proposed");
    let what = (HENAN, COUNTY, next.from_at);
    approve_policy(&desk, what, None, &signer(&keys, 0), &Fixed(NOW)).expect("is approved");
    assert_eq!(held(&store, 49).len(), 1);

    let end = |at, now| {
        let ended = end_policy(&desk, ending(at), &signer(&keys, 2), &Fixed(now));
        ended.map(|ended| ended.to_at).map_err(code)
    };
    let past = NOW + 49 * HOUR;
    assert_eq!(end(Some(past), past + 1), Err("P-TIME".to_owned()));
    let at = NOW + 60 * HOUR;
    let ended = end_policy(&desk, ending(Some(at)), &signer(&keys, 2), &Fixed(NOW));
    assert_eq!(ended.expect("is ended").to_at, Some(at));
    assert_eq!((held(&store, 59).len(), held(&store, 60).len()), (1, 0));
    // Whoever says no time means now, however long it takes to open the key.
    assert_eq!(end(None, at - HOUR), Ok(Some(at - HOUR)));
    assert_eq!((held(&store, 58).len(), held(&store, 59).len()), (1, 0));
    let kinds = audited(&store);
    let wanted = ["submit", "approve", "submit", "approve", "end", "end"];
    assert_eq!(kinds, wanted.map(|act| format!("policy.{act}")));
}

#[test]
fn what_may_not_come_into_force_is_refused_with_a_code() {
    let (store, desk, keys) = desk();
    let at = |from_at, to_at| Wanted {
        area: COUNTY,
        from_at,
        to_at,
    };
    let henan = shipped(HENAN);
    let refused = |folder: &Path, wanted| {
        let proposed = submit_folder(&desk, folder, wanted, &signer(&keys, 0), &Fixed(NOW));
        proposed.map(|_| ()).map_err(code)
    };
    let time = Err("P-TIME".to_owned());
    assert_eq!(refused(&henan, at(NOW - 1, None)), time);
    assert_eq!(refused(&henan, at(NOW + HOUR, Some(NOW + HOUR))), time);
    assert_eq!(
        refused(&henan, at(NOW, Some(NOW + 10 * 365 * 24 * HOUR))),
        time
    );
    assert!(refused(Path::new("nowhere"), at(NOW, None)).is_err());
    assert_eq!(refused(&henan, at(NOW + HOUR, None)), Ok(()));
    assert_eq!(
        refused(&henan, at(NOW + HOUR, None)),
        Err("P-THERE".to_owned())
    );
    let elsewhere = Wanted {
        area: gatehouse_core::id::AreaId([9; 16]),
        ..at(NOW, None)
    };
    assert_eq!(refused(&henan, elsewhere), Err("O-AREA".to_owned()));
    // Rows of one id in two layers do not go together: the first signature finds it where the other
    // holds already, the second where it came meanwhile.
    let copy = tempfile::tempdir().expect("a folder");
    let twin = |name: &str| {
        let twin = copy.path().join(name);
        std::fs::create_dir(&twin).expect("made");
        for file in ["policy.toml", "cases.toml"] {
            std::fs::copy(henan.join(file), twin.join(file)).expect("copied");
        }
        twin
    };
    let below = Wanted {
        area: COMPOUND,
        ..at(NOW + 2 * HOUR, None)
    };
    assert_eq!(refused(&twin("twin"), below), Ok(()));
    let approve = |what| {
        let approved = approve_policy(&desk, what, None, &signer(&keys, 1), &Fixed(NOW));
        approved.map(|_| ()).map_err(code)
    };
    assert_eq!(approve((HENAN, COUNTY, NOW + HOUR)), Ok(()));
    let clash = Err("P020".to_owned());
    assert_eq!(approve(("twin", COMPOUND, below.from_at)), clash);
    assert_eq!(refused(&twin("other"), below), clash);
    assert_eq!(held(&store, 3), [HENAN]);
}

/// Whether a row of the policy that holds in the compound so many hours from now bars anybody.
pub(super) fn bars(store: &Store, row: &str, hours: i64) -> bool {
    let at = NOW + hours * HOUR;
    let rules = store.read_blocking::<_, StoreError, _>(move |tx| {
        read_rules(tx, &tx.area_path(COMPOUND)?, at, at + 1)
    });
    let rules = rules.expect("reads").pop().expect("something holds");
    let mut rows = rules.policy.rows().iter();
    rows.any(|one| one.id == row && one.effect == Effect::Bar)
}

#[test]
fn a_row_is_suspended_at_once_by_one_and_what_was_before_stays_as_it_was() {
    const ROW: &str = "HN/vehicle";
    let (store, desk, keys) = desk();
    let wanted = Wanted {
        area: COUNTY,
        from_at: NOW,
        to_at: None,
    };
    submit_folder(
        &desk,
        &shipped(HENAN),
        wanted,
        &signer(&keys, 0),
        &Fixed(NOW),
    )
    .expect("proposed");
    approve_policy(
        &desk,
        (HENAN, COUNTY, NOW),
        None,
        &signer(&keys, 1),
        &Fixed(NOW),
    )
    .expect("approved");
    let there = |hours| bars(&store, ROW, hours);
    let which = |row, area| Which {
        document: HENAN,
        row,
        area,
    };
    let at = |hours: i64| Fixed(NOW + hours * HOUR);
    let suspend = |which, reason, hours| {
        let answer = suspend_row(&desk, which, reason, &signer(&keys, 2), &at(hours));
        answer.map(|answer| answer.state).map_err(code)
    };
    assert!(there(1));
    let here = which(ROW, COMPOUND);
    assert_eq!(suspend(here, "because", 2), Err("P-REASON".to_owned()));
    assert_eq!(
        suspend(which("HN/nothing", COMPOUND), "harms", 2),
        Err("P-ROW".to_owned())
    );
    assert_eq!(suspend(here, "cannot_be_met", 2), Ok("suspended"));
    assert_eq!(suspend(here, "harms", 3), Err("P-THERE".to_owned()));
    assert_eq!([1, 2, 9].map(there), [true, false, false]);
    let resume = |which, hours| {
        let answer = resume_row(&desk, which, &signer(&keys, 0), &at(hours));
        answer.map(|answer| answer.state).map_err(code)
    };
    assert_eq!(resume(which(ROW, COUNTY), 10), Err("P-NONE".to_owned()));
    assert_eq!(resume(here, 10), Ok("resumed"));
    assert_eq!([1, 2, 9, 10].map(there), [true, false, false, true]);
    let acts = ["submit", "approve", "suspend", "resume"];
    assert_eq!(audited(&store), acts.map(|act| format!("policy.{act}")));
}

#[test]
fn what_nobody_has_approved_is_taken_back_and_can_be_proposed_anew() {
    let (store, desk, keys) = desk();
    let wanted = Wanted {
        area: COUNTY,
        from_at: NOW + HOUR,
        to_at: None,
    };
    let propose = || {
        let folder = shipped(HENAN);
        let proposed = submit_folder(&desk, &folder, wanted, &signer(&keys, 0), &Fixed(NOW));
        proposed.map(|_| ()).map_err(code)
    };
    let withdraw = || {
        let what = (HENAN, COUNTY, NOW + HOUR);
        let staff = gatehouse_core::id::StaffId([1; 16]);
        let taken = store.write_blocking::<_, StoreError, _>(Lane::People, move |tx| {
            withdraw_policy(tx, what, staff, NOW)
        });
        taken.expect("writes").is_some()
    };
    assert!(!withdraw(), "nothing is proposed");
    assert_eq!(propose(), Ok(()));
    assert!(withdraw());
    let approve = || {
        let what = (HENAN, COUNTY, NOW + HOUR);
        let approved = approve_policy(&desk, what, None, &signer(&keys, 1), &Fixed(NOW));
        approved.map(|_| ()).map_err(code)
    };
    assert_eq!(approve(), Err("P-NONE".to_owned()));
    assert_eq!(propose(), Ok(()));
    assert_eq!(approve(), Ok(()));
    assert!(!withdraw(), "what is approved stays");
    assert_eq!(held(&store, 2), [HENAN]);
}

#[test]
fn a_successor_takes_the_place_of_what_no_person_put_in_force() {
    let (store, desk, keys) = desk();
    // As the demo and `policy load` write it: with neither signature.
    let text = std::fs::read_to_string(shipped(HENAN).join("policy.toml")).expect("is read");
    let loaded = store.write_blocking::<_, StoreError, _>(Lane::People, move |tx| {
        let version = tx.load_policy_document(HENAN, (&text, None), &[1; 32], NOW, None)?;
        tx.insert_policy_force(&PolicyForceRow {
            area: COUNTY,
            document: HENAN.to_owned(),
            version,
            from_at: NOW - HOUR,
            to_at: None,
            decided_by: None,
            approved_by: None,
        })
    });
    loaded.expect("writes");
    let wanted = Wanted {
        area: COUNTY,
        from_at: NOW + HOUR,
        to_at: None,
    };
    let (folder, now) = (shipped(HENAN), Fixed(NOW));
    submit_folder(&desk, &folder, wanted, &signer(&keys, 0), &now).expect("is proposed");
    let what = (HENAN, COUNTY, NOW + HOUR);
    approve_policy(&desk, what, None, &signer(&keys, 1), &now).expect("is approved");
    assert_eq!([held(&store, 0), held(&store, 2)], [[HENAN], [HENAN]]);
}
