//! `testdata/gate/compound-v1.json`: the compound of these tests for the browser tests of
//! web/tests, which play it through the real page. Written by the ignored test below, after a
//! change of what a list looks like or of a policy in it; the other tests hold that it is what
//! would be written now, and that this core reads it.

use super::world;
use data_encoding::{BASE64, HEXLOWER};
use gatehouse_core::device::{Device, Request, step};
use gatehouse_core::wire::cbor::Cbor;
use serde_json::{Value, json};

const FILE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../testdata/gate/compound-v1.json"
);

/// The list with the document of Zhongxiang, which refuses outsiders.
fn strict_list() -> String {
    let source = include_str!("../../../../../policies/zhongxiang-2020-02/policy.toml");
    world::signed(&world::snapshot_under(source))
}

fn world_for_browsers() -> Value {
    let names = [
        "wang",
        "li-under-order",
        "visitor",
        "qian-revoked",
        "altered",
    ];
    let codes = names.map(|name| (name.to_owned(), Value::from(world::qr(name))));
    let crowd = world::crowd().into_iter().map(|(text, number)| {
        let number_hex = HEXLOWER.encode(&number.to_cbor());
        json!({"text": text, "number_hex": number_hex})
    });
    let crowd: Vec<Value> = crowd.collect();
    json!({
        "moment_millis": world::morning().millis,
        "device": world::DEVICE,
        "gate": world::GATE,
        "root_key_base64": BASE64.encode(world::root().key().as_bytes()),
        "card_of_wang": world::card("wang"),
        "codes": Value::Object(codes.into_iter().collect()),
        "crowd": crowd,
        "lists": {
            "henan": world::signed(&world::snapshot(1, 0)),
            "zhongxiang": strict_list(),
        },
    })
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).expect("JSON") + "\n"
}

#[test]
fn the_committed_compound_is_up_to_date() {
    let held = std::fs::read_to_string(FILE).expect("the file is there");
    assert!(
        held == pretty(&world_for_browsers()),
        "compound-v1.json is older than a policy or the form of a list: run the ignored test \
         `write_the_compound`"
    );
}

#[test]
#[ignore = "writes the file; run it after a change of the list's form"]
fn write_the_compound() {
    std::fs::write(FILE, pretty(&world_for_browsers())).expect("testdata can be written");
}

#[test]
fn the_browsers_compound_is_read() {
    let text = std::fs::read_to_string(FILE).expect("the file is there");
    let held: Value = serde_json::from_str(&text).expect("JSON");
    let inputs = [
        json!({"input": "enrol", "device": held["device"], "gate": held["gate"],
            "root_key_base64": held["root_key_base64"]}),
        json!({"input": "snapshot", "bytes_base64": held["lists"]["henan"]}),
        json!({"input": "snapshot", "bytes_base64": held["lists"]["zhongxiang"]}),
    ];
    let mut device = Device::default();
    for input in inputs {
        let request: Request = serde_json::from_value(json!({
            "moment": world::morning(), "lang": "zh", "random_base64": BASE64.encode(&[7; 32]),
            "input": input,
        }))
        .expect("a request");
        let output;
        (device, output) = step(device, &request);
        assert_eq!(output.screen.code, None, "{:?}", output.screen);
    }
}
