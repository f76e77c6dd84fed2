//! What whoever signs is told of documents above and below, both ways.

use super::key_tests::{COMPOUND, COUNTY, Fixed, HOUR, NOW, signer};
use super::lower_document_tests::{LOWER, LOWER_CASES};
use super::policy_beside::beside;
use super::policy_folder::{Texts, read_texts};
use super::put_in_force::{Wanted, approve_policy, submit_folder};
use super::put_in_force_tests::{HENAN, desk, shipped};
use super::read_policies::Proposal;
use gatehouse_core::id::AreaId;
use gatehouse_core::policy::read;
use gatehouse_store::policy::PolicyForceRow;
use gatehouse_store::{Store, StoreError};

/// Couriers come in, which the county's notice does not let.
const COURIERS: &str = r#"
[[row]]
id = "LO/courier"
effect = "grant"
source = "deployment"
who = { subject_kind = "courier" }
way = "in"
say = { zh = "送货的，进。", en = "A courier, in." }
post = { zh = "送货的可以进。", en = "Couriers may come in." }
"#;

/// Code and Chinese words of each note on a document at a place.
fn told(store: &Store, (name, texts): (&str, &Texts), area: AreaId) -> Vec<(String, String)> {
    let document = read(&texts.policy).expect("reads");
    let proposal = Proposal {
        row: PolicyForceRow {
            area,
            document: name.to_owned(),
            version: i64::MAX,
            from_at: NOW + HOUR,
            to_at: Some(document.force.ends.value.millis),
            decided_by: None,
            approved_by: None,
        },
        document: Some(document.clone()),
    };
    let read = move |tx: &gatehouse_store::ReadTx<'_>| beside(tx, &proposal);
    let found = store.read_blocking::<_, StoreError, _>(read);
    let notes = found.expect("reads").notes(name, texts, &document);
    let notes = notes.into_iter();
    notes
        .map(|one| (one.code.to_owned(), one.message_zh))
        .collect()
}

#[test]
fn what_a_document_does_to_those_above_and_below_is_told() {
    let (store, desk, keys) = desk();
    let lower = Texts {
        policy: format!("{LOWER}{COURIERS}"),
        cases: LOWER_CASES.to_owned(),
    };
    let put = |folder: &std::path::Path, area| {
        let wanted = Wanted {
            area,
            from_at: NOW,
            to_at: None,
        };
        let now = Fixed(NOW);
        let proposed = submit_folder(&desk, folder, wanted, &signer(&keys, 0), &now);
        let name = proposed.expect("is proposed").document;
        let what = (name.as_str(), area, NOW);
        approve_policy(&desk, what, None, &signer(&keys, 1), &now).expect("is approved");
    };
    put(&shipped(HENAN), COUNTY);
    // Below: the stricter prevails, in words with the row and an example.
    let notes = told(&store, ("lower", &lower), COMPOUND);
    let [(code, words)] = &*notes else {
        panic!("{notes:?}")
    };
    assert_eq!(code, "P029");
    for part in ["LO/courier", "HN/courier", "配送人员"] {
        assert!(words.contains(part), "{part}: {words}");
    }

    // An entry beyond the gate of which the county's says more days.
    let kept = "[[retention]]\nid = \"LO/keep\"\nsource = \"deployment\"\nrecord = \"people\"\n\
                days = { value = 5, source = \"deployment\" }\n";
    let with_days = Texts {
        policy: format!("{LOWER}{kept}"),
        cases: LOWER_CASES.to_owned(),
    };
    let notes = told(&store, ("lower", &with_days), COMPOUND);
    let [(code, words)] = &*notes else {
        panic!("{notes:?}")
    };
    assert_eq!(code, "P029");
    for part in ["LO/keep", "HN/", "人员资料", "5 天"] {
        assert!(words.contains(part), "{part}: {words}");
    }

    // Above: the same as soon as the lower one holds, with its place; and its cases, if the new
    // version answers them otherwise.
    let folder = tempfile::tempdir().expect("a folder");
    let lower_folder = folder.path().join("lower");
    std::fs::create_dir(&lower_folder).expect("made");
    std::fs::write(lower_folder.join("policy.toml"), LOWER).expect("written");
    std::fs::write(lower_folder.join("cases.toml"), LOWER_CASES).expect("written");
    put(&lower_folder, COMPOUND);
    let mut henan = read_texts(&shipped(HENAN)).expect("reads");
    assert_eq!(told(&store, (HENAN, &henan), COUNTY), []);
    let [barred, let_in] = ["bar", "grant"].map(|effect| {
        let id = "id = \"HN/courier\"";
        format!("{id}\neffect = \"{effect}\"")
    });
    assert!(henan.policy.contains(&barred));
    henan.policy = henan.policy.replace(&barred, &let_in);
    let notes = told(&store, (HENAN, &henan), COUNTY);
    let [(code, words)] = &*notes else {
        panic!("{notes:?}")
    };
    assert_eq!(code, "P021");
    for part in ["LO", "courier", "1 个例子"] {
        assert!(words.contains(part), "{part}: {words}");
    }
}
