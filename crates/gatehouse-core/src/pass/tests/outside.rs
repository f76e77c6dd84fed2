//! What comes from outside: vectors of an independent program, hostile codes, random bytes.

use super::*;
use crate::wire::cbor::Cbor;
use proptest::prelude::*;
use std::path::PathBuf;

/// Read forever: a pass printed today must scan as long as it is valid.
#[test]
fn the_vectors_of_version_one_are_read() {
    read_vectors(include_str!("../../../../../testdata/pass/v1.json"));
}

/// A kind that came later is a number more; a number that nobody knows yet is refused.
#[test]
fn the_vectors_of_helpers_passes_are_read() {
    read_vectors(include_str!("../../../../../testdata/pass/helper-v1.json"));
}

fn read_vectors(vectors: &str) {
    let vectors: serde_json::Value = serde_json::from_str(vectors).expect("JSON");
    let root = PublicKey::from(&SigningKey::from_bytes(&[10; 32]));
    let hex = |text: &serde_json::Value| {
        let text = text.as_str().expect("hex digits");
        data_encoding::HEXLOWER
            .decode(text.as_bytes())
            .expect("hex digits")
    };
    let trust = crate::key::Trust {
        root: &root,
        newest: 0,
        demo: false,
    };
    let keys = KeyList::open(&hex(&vectors["key_list"]), trust).expect("the key list");
    let lists = StatusLists::from_cbor(&hex(&vectors["status_lists"])).expect("the lists");
    for vector in vectors["passes"].as_array().expect("passes") {
        let text = vector["text"].as_str().expect("a text");
        let at = vector["at"]
            .as_str()
            .and_then(Moment::parse)
            .expect("a time");
        let found = verify(text, &keys, &lists, &PLACES, at);
        let refusal = serde_json::to_value(found.refusal()).expect("serialises");
        assert_eq!(refusal, vector["refusal"], "{}", vector["name"]);
        let credential = serde_json::to_value(found.credential()).expect("serialises");
        assert_eq!(credential, vector["credential"], "{}", vector["name"]);
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test finds its data by the environment"
)]
/// Text of a file that may not be copied into this repository, or `None` after saying that the
/// test is skipped.
fn shared(path: &str) -> Option<String> {
    let workspace = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folders = [
        std::env::var_os("GATEHOUSE_SHARED_DATA").map(PathBuf::from),
        Some(workspace.join("../shared/data")),
        // A worktree lies one folder deeper than the main checkout.
        Some(workspace.join("../../shared/data")),
    ];
    let found = folders
        .into_iter()
        .flatten()
        .find_map(|folder| std::fs::read_to_string(folder.join(path)).ok());
    if found.is_none() {
        eprintln!("skipped: {path} is not here; set GATEHOUSE_SHARED_DATA to its folder");
    }
    found
}

fn is_no_pass(found: &PassFinding) -> bool {
    let refusal = found.refusal();
    matches!(
        refusal,
        Some(PassRefusal::Unreadable | PassRefusal::Malformed)
    )
}

#[test]
#[expect(clippy::disallowed_methods, reason = "measures")]
fn codes_that_are_no_passes_are_refused_at_once() {
    let Some(text) = shared("adversarial/qr-payloads.jsonl") else {
        return;
    };
    let (keys, lists) = (keys(), lists());
    for line in text.lines() {
        let line: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let payload = line["payload"].as_str().expect("a payload");
        let started = std::time::Instant::now();
        let found = verify(payload, &keys, &lists, &PLACES, moment());
        assert!(started.elapsed().as_millis() < 1_000, "{}", line["why"]);
        assert!(is_no_pass(&found), "{}", line["why"]);
    }
}

/// The European certificates' vectors: another COSE_Sign1 under other algorithms. None is a pass,
/// and what a signature is over comes out as another library says.
#[test]
fn european_certificates_are_no_passes_and_their_layer_is_read_alike() {
    use coset::{CoseSign1, TaggedCborSerializable};
    let Some(text) = shared("dcc/vectors.jsonl") else {
        return;
    };
    let (keys, lists) = (keys(), lists());
    let (mut certificates, mut compared) = (0, 0);
    for line in text.lines() {
        let vector: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let id = &vector["id"];
        certificates += 1;
        if let Some(printed) = vector["PREFIX"].as_str() {
            let found = verify(printed, &keys, &lists, &PLACES, moment());
            assert!(is_no_pass(&found), "{id}");
        }
        let Some(hex) = vector["COSE"].as_str() else {
            continue;
        };
        let hex = hex.to_lowercase();
        let bytes = data_encoding::HEXLOWER.decode(hex.as_bytes());
        let bytes = bytes.expect("hex digits");
        // With its tag, and without.
        for bytes in [&bytes[..], bytes.get(1..).unwrap_or_default()] {
            assert_eq!(find(bytes).refusal(), Some(PassRefusal::Malformed), "{id}");
        }
        let Ok(other) = CoseSign1::from_tagged_slice(&bytes) else {
            continue;
        };
        let header = other.protected.original_data.clone().unwrap_or_default();
        let payload = other.payload.clone().unwrap_or_default();
        let ours = cose::to_be_signed(&header, b"", &payload);
        assert_eq!(ours, other.tbs_data(b""), "{id}");
        compared += 1;
    }
    assert!(
        certificates >= 59 && compared >= 40,
        "{compared} of {certificates}"
    );
}

fn any_pass() -> impl Strategy<Value = Credential> {
    let kind = prop::sample::select(
        PassKind::ALL
            .iter()
            .copied()
            .filter(|kind| *kind != PassKind::Visitor)
            .collect::<Vec<_>>(),
    );
    let band = prop::sample::select(PassBand::ALL.to_vec());
    (kind, band, 14..100u32, any::<bool>(), 0..7200u32).prop_map(
        |(kind, band, index, hinted, early)| Credential {
            band,
            number: number(index),
            hint: hinted.then(|| longest_hint(kind)).flatten(),
            valid_from: NOW - early,
            ..pass(kind)
        },
    )
}

proptest! {
    #[test]
    fn what_is_signed_verifies(pass in any_pass()) {
        let text = to_text("pass.example.org", &signed(&pass));
        let found = verify(&text, &keys(), &lists(), &PLACES, moment());
        prop_assert_eq!(found.refusal(), None);
        prop_assert_eq!(found.credential(), Some(&pass));
    }

    #[test]
    fn any_changed_byte_is_refused(
        pass in any_pass(), at: prop::sample::Index, flip in 1u8..,
    ) {
        let mut bytes = signed(&pass);
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        let found = find(&bytes);
        prop_assert!(found.refusal().is_some());
        prop_assert_eq!(found.credential(), None);
    }

    #[test]
    fn any_cut_or_added_byte_is_refused(
        pass in any_pass(), at: prop::sample::Index, byte: u8,
    ) {
        let bytes = signed(&pass);
        let at = at.index(bytes.len());
        let mut longer = bytes.clone();
        longer.insert(at, byte);
        for changed in [&bytes[..at], &bytes[at + 1..], &longer[..]] {
            prop_assert!(find(changed).refusal().is_some() || changed == bytes);
        }
    }

    #[test]
    fn any_bytes_and_texts_are_read_without_panic(bytes: Vec<u8>, text: String) {
        prop_assert!(find(&bytes).refusal().is_some());
        let found = verify(&text, &keys(), &lists(), &PLACES, moment());
        prop_assert!(found.refusal().is_some());
    }

    // Bytes that our own key signed reach the inner decoder.
    #[test]
    fn any_signed_payload_is_read_without_panic(
        payload in prop::collection::vec(any::<u8>(), 0..70),
    ) {
        let found = find(&cose::seal(&key(), b"", &payload));
        prop_assert_eq!(found.refusal(), Some(PassRefusal::Malformed));
    }
}
