//! What a device finds in each pass of the vectors that an independent program made
//! (`testdata/pass`), with the keys and status lists of that program. Native here;
//! `testdata/gate/passes-v1.json` holds each request with what came of it, which the WASM core
//! says again in web/tests.

use super::table::{Stage, enrol, input};
use super::world;
use data_encoding::{BASE64, HEXLOWER};
use gatehouse_core::id::AreaId;
use gatehouse_core::key::{KeyList, PublicKey, SigningKey, Trust};
use gatehouse_core::moment::Moment;
use gatehouse_core::pass::StatusLists;
use gatehouse_core::wire::Snapshot;
use gatehouse_core::wire::cbor::Cbor;
use serde_json::{Value, json};

const FILE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../testdata/gate/passes-v1.json"
);
const VECTORS: [&str; 2] = [
    include_str!("../../../../../testdata/pass/v1.json"),
    include_str!("../../../../../testdata/pass/helper-v1.json"),
];
/// The compound, its community and its street, as the vectors say.
const PLACES: [AreaId; 3] = [AreaId([1; 16]), AreaId([2; 16]), AreaId([3; 16])];

fn root() -> SigningKey {
    SigningKey::from_bytes(&[10; 32])
}

fn bytes(hex: &Value) -> Vec<u8> {
    let hex = hex.as_str().expect("hex digits");
    HEXLOWER.decode(hex.as_bytes()).expect("hex digits")
}

/// The keys of the vectors and one more, which signs our list.
fn key_list(vectors: &Value) -> Vec<u8> {
    let root_key = PublicKey::from(&root());
    let trust = Trust {
        root: &root_key,
        newest: 0,
        demo: false,
    };
    let theirs = KeyList::open(&bytes(&vectors["key_list"]), trust).expect("the key list");
    let mut keys = theirs.keys();
    keys.snapshots = vec![world::snapshot_key()];
    let list = KeyList::new(theirs.number, false, theirs.made_at, keys);
    list.expect("one of each").sign(&root())
}

/// A list of the compound of the vectors, made at this moment.
fn list(vectors: &Value, now: Moment) -> Snapshot {
    let mut snapshot = world::snapshot(1, 0);
    snapshot.made_at = now.millis;
    snapshot.key_list = key_list(vectors);
    snapshot.gate.places = PLACES.to_vec();
    let lists = StatusLists::from_cbor(&bytes(&vectors["status_lists"]));
    snapshot.status_lists = lists.expect("the lists");
    (snapshot.households, snapshot.vehicles) = (vec![], vec![]);
    snapshot
}

/// What a device says of a refusal, as policies read it; nobody stands there with a code that is
/// no pass at all.
fn wanted(refusal: &Value) -> Option<&'static str> {
    match refusal["reason"].as_str() {
        None => Some("valid"),
        Some("expired") => Some("expired"),
        Some("not_yet") => Some("not_yet"),
        Some("revoked") => Some("revoked"),
        Some("other_compound") => Some("other_compound"),
        Some("unknown_list" | "unknown_key") => Some("unverifiable"),
        Some("bad_signature" | "key_not_for" | "malformed") => Some("altered"),
        Some("unreadable") => None,
        Some(other) => panic!("{other}"),
    }
}

/// Scans one pass at its moment and turns the holder back; what was asked and shown.
fn scan(vectors: &Value, vector: &Value) -> Value {
    let name = &vector["name"];
    let now = vector["at"]
        .as_str()
        .and_then(Moment::parse)
        .expect("a time");
    let mut stage = Stage::bare();
    let mut enrolled = enrol();
    enrolled["root_key_base64"] = BASE64
        .encode(PublicKey::from(&root()).key().as_bytes())
        .into();
    for input in [
        enrolled,
        json!({"input": "snapshot", "bytes_base64": world::signed(&list(vectors, now))}),
        input("shift", &[]),
    ] {
        let output = stage.feed(input, now);
        assert_eq!(output.screen.code, None, "{name}");
    }
    stage.feed(
        json!({"input": "scan", "text": vector["text"], "way": "in"}),
        now,
    );
    stage.feed(json!({"input": "finish", "outcome": "turned_back"}), now);
    assert_eq!(
        stage.recorded_pass_state(),
        wanted(&vector["refusal"]),
        "{name}"
    );
    json!({"name": name, "steps": stage.log})
}

fn text() -> String {
    let mut scanned = Vec::new();
    for vectors in VECTORS {
        let vectors: Value = serde_json::from_str(vectors).expect("JSON");
        let passes = vectors["passes"].as_array().expect("passes").iter();
        scanned.extend(passes.map(|vector| scan(&vectors, vector)));
    }
    serde_json::to_string(&scanned).expect("JSON") + "\n"
}

#[test]
fn a_device_reads_each_pass_as_the_vectors_say() {
    let held = std::fs::read_to_string(FILE).expect("the file is there");
    assert!(
        held == text(),
        "passes-v1.json is older than what is shown: run the ignored test `write_the_passes`"
    );
}

#[test]
#[ignore = "writes the file; run it after a change of what a guard is shown"]
fn write_the_passes() {
    std::fs::write(FILE, text()).expect("testdata can be written");
}
