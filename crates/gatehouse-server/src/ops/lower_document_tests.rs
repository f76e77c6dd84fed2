//! Documents of a place below, which stand upon what holds above: as long as it does, no longer.

use super::key_tests::{COMPOUND, COUNTY, Fixed, HOUR, NOW, signer};
use super::list_policy_versions::{ForceState, reviews_due, versions_of};
use super::put_in_force::{Wanted, approve_policy, end_policy, submit_folder};
use super::put_in_force_tests::{HENAN, code, desk, ending, held, shipped};
use super::read_policies::read_rules;
use gatehouse_core::moment::Moment;
use gatehouse_store::{Store, StoreError};
use std::path::Path;

/// A document of a compound that takes the place of one row of the county's.
pub(super) const LOWER: &str = r#"id = "LO"
version = 1
title = { zh = "小区", en = "Compound" }
notice = "lower"
[force]
from = { value = "2020-02-06T00:00:00+08:00", source = "deployment" }
ends = { value = "2027-02-06T00:00:00+08:00", source = "deployment" }
review = { value = "2026-12-06", source = "deployment" }
[basis]
health_ground = "zone_order"
legal_basis = { zh = "法", en = "law" }
authority = { zh = "街道", en = "street" }
appeal = { zh = "街道", en = "street" }
source = "deployment"
[parameters]
fever_threshold_celsius = { value = 37.3, unit = "℃", source = "deployment" }
rest_minutes = { value = 15, unit = "分钟", source = "deployment" }
[[row]]
id = "LO/resident"
effect = "grant"
source = "deployment"
who = { subject_kind = "resident" }
need = { pass_state = ["valid", "grace"], mask = true }
say = { zh = "住户，证有效，戴口罩。", en = "Resident, pass valid, mask on." }
post = { zh = "带证，戴口罩。", en = "Pass and mask." }
replaces = ["HN/resident"]
"#;
pub(super) const LOWER_CASES: &str = r#"[[case]]
id = "resident"
clause = "deployment"
moment = "2020-02-20T08:00:00+08:00"
[case.facts]
subject_kind = "resident"
way = "in"
registered_resident = true
pass_state = "valid"
mask = true
temperature = 36.5
[case.expect]
verdict = "admit"
rows = ["LO/resident"]
[[case]]
id = "courier"
clause = "deployment"
moment = "2020-02-20T08:00:00+08:00"
facts = { subject_kind = "courier", way = "in" }
expect = { verdict = "refuse" }
"#;

#[test]
fn a_document_that_a_lower_one_stands_upon_can_be_ended() {
    let (store, desk, keys) = desk();
    let folder = tempfile::tempdir().expect("a folder");
    let lower = folder.path().join("lower");
    std::fs::create_dir(&lower).expect("made");
    let near = LOWER.replace("2026-12-06", "2020-02-07");
    std::fs::write(lower.join("policy.toml"), near).expect("written");
    std::fs::write(lower.join("cases.toml"), LOWER_CASES).expect("written");
    for (folder, area) in [(shipped(HENAN), COUNTY), (lower, COMPOUND)] {
        let wanted = Wanted {
            area,
            from_at: NOW,
            to_at: None,
        };
        let now = Fixed(NOW);
        let proposed = submit_folder(&desk, &folder, wanted, &signer(&keys, 0), &now);
        let name = proposed.expect("is proposed").document;
        let what = (name.as_str(), area, NOW);
        approve_policy(&desk, what, None, &signer(&keys, 1), &now).expect("is approved");
    }
    assert_eq!(held(&store, 0), [HENAN, "lower"]);
    let shown = |hours| shown(&store, hours);
    assert_eq!(shown(0), (vec![ForceState::InForce], vec!["LO".to_owned()]));
    end_policy(&desk, ending(None), &signer(&keys, 0), &Fixed(NOW + HOUR)).expect("is ended");
    // What stood upon it holds no longer either: the gate is open for everybody.
    assert_eq!(held(&store, 2), [""; 0]);
    // Its page says so, and nobody is to look at it again.
    assert_eq!(shown(2), (vec![ForceState::LetGo], vec![]));
}

/// How the documents of the compound itself stand so many hours from now, and which of them are to
/// be looked at again.
fn shown(store: &Store, hours: i64) -> (Vec<ForceState>, Vec<String>) {
    let at = Moment::new(NOW + hours * HOUR, 480);
    let shown = store.read_blocking::<_, StoreError, _>(move |tx| {
        let versions = versions_of(tx, COMPOUND, at.millis)?.into_iter();
        let states = versions.map(|version| version.state).collect();
        let reviews = reviews_due(tx, COMPOUND, at)?.into_iter();
        let names = reviews.map(|review| review.names[0].clone());
        Ok((states, names.collect()))
    });
    shown.expect("reads")
}

/// A document that only gives a row of the county's other words.
const WORDS: &str = r#"
[[wording]]
id = "LO/words-resident"
source = "deployment"
row = "HN/resident"
say = { zh = "李庄的住户：看证。", en = "Residents of Lizhuang: look at the pass." }
"#;

/// What a guard reads of a row that holds in the compound so many hours from now.
fn said(store: &Store, row: &str, hours: i64) -> String {
    let at = NOW + hours * HOUR;
    let rules = store.read_blocking::<_, StoreError, _>(move |tx| {
        read_rules(tx, &tx.area_path(COMPOUND)?, at, at + 1)
    });
    let rules = rules.expect("reads").pop().expect("something holds");
    let mut rows = rules.policy.rows().iter();
    let row = rows.find(|one| one.id == row).expect("the row");
    row.say
        .as_ref()
        .map_or_else(String::new, |say| say.zh.clone())
}

#[test]
fn words_of_a_lower_document_hold_as_long_as_the_row_that_they_are_for() {
    let (store, desk, keys) = desk();
    let folder = tempfile::tempdir().expect("a folder");
    let lower = folder.path().join("lower");
    std::fs::create_dir(&lower).expect("made");
    let (head, _) = LOWER.split_once("[[row]]").expect("a row");
    let text = format!("{head}{WORDS}");
    std::fs::write(lower.join("policy.toml"), &text).expect("written");
    let (_, courier) = LOWER_CASES.rsplit_once("[[case]]").expect("a case");
    std::fs::write(lower.join("cases.toml"), format!("[[case]]{courier}")).expect("written");
    let put = |folder: &Path, area, from_at| {
        let wanted = Wanted {
            area,
            from_at,
            to_at: None,
        };
        let now = Fixed(NOW);
        let proposed = submit_folder(&desk, folder, wanted, &signer(&keys, 0), &now);
        let name = proposed.map_err(code)?.document;
        let what = (name.as_str(), area, from_at);
        let approved = approve_policy(&desk, what, None, &signer(&keys, 1), &now);
        approved.map(|_| ()).map_err(code)
    };
    // Words for a row that no document above has.
    assert_eq!(put(&lower, COMPOUND, NOW), Err("P020".to_owned()));
    assert_eq!(put(&shipped(HENAN), COUNTY, NOW), Ok(()));
    let before = said(&store, "HN/resident", 0);
    assert_eq!(put(&lower, COMPOUND, NOW + HOUR), Ok(()));
    assert_eq!(said(&store, "HN/resident", 0), before);
    assert_eq!(said(&store, "HN/resident", 1), "李庄的住户：看证。");
    end_policy(
        &desk,
        ending(None),
        &signer(&keys, 0),
        &Fixed(NOW + 2 * HOUR),
    )
    .expect("is ended");
    // Alone they keep nobody out, and hold no longer.
    assert_eq!(held(&store, 3), [""; 0]);
}

#[test]
fn the_second_signature_looks_again_at_what_the_proposal_stands_upon() {
    let (_store, desk, keys) = desk();
    let folder = tempfile::tempdir().expect("a folder");
    let lower = folder.path().join("lower");
    std::fs::create_dir(&lower).expect("made");
    std::fs::write(lower.join("policy.toml"), LOWER).expect("written");
    std::fs::write(lower.join("cases.toml"), LOWER_CASES).expect("written");
    let propose = |folder: &Path, area, from_at| {
        let wanted = Wanted {
            area,
            from_at,
            to_at: None,
        };
        let now = Fixed(NOW);
        submit_folder(&desk, folder, wanted, &signer(&keys, 0), &now).expect("is proposed");
    };
    let approve = |name, area, from_at| {
        let now = Fixed(NOW + HOUR);
        let approved = approve_policy(&desk, (name, area, from_at), None, &signer(&keys, 1), &now);
        approved.map(|_| ()).map_err(code)
    };
    propose(&shipped(HENAN), COUNTY, NOW + HOUR);
    assert_eq!(approve(HENAN, COUNTY, NOW + HOUR), Ok(()));
    propose(&lower, COMPOUND, NOW + 3 * HOUR);
    // What it replaces a row of ends before it begins.
    let end = ending(Some(NOW + 2 * HOUR));
    end_policy(&desk, end, &signer(&keys, 0), &Fixed(NOW + HOUR)).expect("is ended");
    assert_eq!(
        approve("lower", COMPOUND, NOW + 3 * HOUR),
        Err("P020".to_owned())
    );
}
