//! The message catalogue: one sample of every input and of every kind of output. Three files are
//! made from it: `testdata/wire/messages.json`, a TypeScript file that the page's type check
//! reads, and `docs/device.md`. A change of a message shows in all of them; the ignored test
//! writes them.

use super::table::{Stage, enrol, play};
use super::world;
use gatehouse_core::device::{Input, Output};
use serde_json::{Value, json};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// A sample with what it means.
type Sample = (&'static str, Value);

fn inputs() -> Vec<Sample> {
    [inputs_of_upkeep(), inputs_that_open(), inputs_that_go_on()].concat()
}

fn inputs_of_upkeep() -> Vec<Sample> {
    let staff = "01010101-0101-0101-0101-010101010101";
    vec![
        (
            "Once after enrolment and again at each start: whose chain this is, which root it \
             trusts. Refused for another device while events of this one are unsent.",
            enrol(),
        ),
        (
            "A signed snapshot as the server sent it; again after each start. One that is not \
             ours, of another gate, or older than one seen before is not taken (D04).",
            json!({"input": "snapshot", "bytes_base64": "hEOhAScA"}),
        ),
        (
            "Guards clock in (GATE-2). The first is named in the records. `thermometer` may be \
             missing: then the one of before is kept.",
            json!({"input": "shift_start", "guards": [{"staff": staff, "name": "李师傅"}],
                "mask": true, "armband": true, "thermometer": "forehead"}),
        ),
        (
            "The shift ends; not while somebody stands at the gate. What whoever comes is to know \
             goes along, where there is something; the server keeps it sealed.",
            json!({"input": "shift_end", "note": "2 号楼电梯停了"}),
        ),
        (
            "Another thermometer is in use from now on (GATE-6): a value of `temperature_way`, as \
             `thermometer.choices` of an output lists them. Kept over shifts.",
            json!({"input": "thermometer", "way": "wrist"}),
        ),
    ]
}

fn inputs_that_open() -> Vec<Sample> {
    vec![
        (
            "What a camera or hardware scanner read. The same pass again shows the same case, \
             but for one that was let through and out of sight for 30 seconds. \
             While a case is admitted and complete, the next scan records it as crossed; any other \
             open case is recorded as \"not clear\".",
            json!({"input": "scan", "text": "https://gate.example/v#2KCEI", "way": "in"}),
        ),
        (
            "A card number, typed. It proves nothing; it finds the holder.",
            json!({"input": "card", "number": world::card("wang"), "way": "out"}),
        ),
        (
            "A resident without a pass: all four together (GATE-12), ten in ten minutes.",
            json!({"input": "lookup", "building": "6", "unit": "2", "room": "302",
                "surname": "王", "way": "in"}),
        ),
        (
            "Somebody without a pass of this compound. `room` and `plate` may be missing.",
            json!({"input": "begin", "subject_kind": "visitor", "way": "in", "room": "6-2-302",
                "plate": "豫A12345"}),
        ),
    ]
}

fn inputs_that_go_on() -> Vec<Sample> {
    vec![
        (
            "The answer to one control of the open case; `fact` is the control's, `value` as in \
             `gatehouse gate facts`. Besides the vocabulary: `person` (a choice), `plate`, `room`.",
            json!({"input": "fact", "fact": "temperature", "value": 36.5}),
        ),
        (
            "Written down of somebody who is not on the register, where a rule asks for it: the \
             answer to a `register` control, or beside a duty where the screen says `register`. \
             All but `name` may be empty. It goes sealed into the record and is not shown again.",
            json!({"input": "register", "noted": {"name": "周", "phone": "13900000000",
                "room": "6-2-302", "approved_by": "住户本人"}}),
        ),
        (
            "Illness, birth, fire, danger: let through before anything else, with or without \
             shift, list, policy or case; recorded at once (SCOPE-3). `what` may be missing.",
            json!({"input": "emergency", "way": "out", "what": "illness"}),
        ),
        (
            "The guard reports a fever (GATE-7): an event at once, and the case goes on.",
            json!({"input": "fever"}),
        ),
        (
            "What really happened: exactly one event. A reason where the outcome is not what the \
             verdict says (D07 without).",
            json!({"input": "finish", "outcome": "crossed",
                "overruling_reason": "shift_lead_decided"}),
        ),
        (
            "A further event about an earlier one of this device; never an edit. Other changes: \
             `{\"kind\": \"undo\"}`, `{\"kind\": \"emergency\", \"what\": \"birth\"}`.",
            json!({"input": "amend", "seq": 2,
                "change": {"kind": "outcome", "outcome": "turned_back"}}),
        ),
        (
            "Drops the open case; nothing is recorded.",
            json!({"input": "cancel"}),
        ),
        (
            "The server's reply. A graver answer about the last case, within 1.5 s of its finish \
             and with nobody else at the gate, comes back as a screen. `server_millis` may be \
             missing.",
            json!({"input": "sent", "acknowledged_through": 2, "answers": [{"seq": 2,
                "verdict": "refer", "graver": true, "rows": ["HN/order"],
                "sentences": ["请您稍等，我请值班长来。"]}],
                "server_millis": world::morning().millis}),
        ),
        (
            "Time passed: the case is decided again, ages are brought up to date.",
            json!({"input": "tick"}),
        ),
    ]
}

fn outputs() -> Vec<Sample> {
    let mut stage = Stage::new(1);
    let now = world::morning();
    let mut shown = |description, input: Value| {
        let output = stage.feed(input, now);
        (description, serde_json::to_value(output).expect("JSON"))
    };
    let scan = |pass| json!({"input": "scan", "way": "in", "text": world::qr(pass)});
    let finish = |outcome| json!({"input": "finish", "outcome": outcome});
    let guard = json!({"staff": "01010101010101010101010101010101", "name": "李师傅"});
    let shift = json!({"input": "shift_start", "guards": [guard], "mask": true, "armband": true});
    let temperature = json!({"input": "fact", "fact": "temperature", "value": 36.5});
    vec![
        shown("Nobody is on duty yet (`shift`).", json!({"input": "tick"})),
        shown(
            "Ready for the next one (`scan`), with an event to store.",
            shift,
        ),
        shown("More needed: a step with its control.", scan("wang")),
        shown("Let through.", temperature),
        shown("Recorded; ready for the next.", finish("crossed")),
        shown(
            "Several residents fit (`choose`).",
            json!({"input": "lookup", "way": "in", "building": "6", "unit": "2", "room": "302",
                "surname": "王"}),
        ),
        shown(
            "Handed over; the same screen for every reason.",
            scan("li-under-order"),
        ),
        shown(
            "A message (`message`); the case is kept.",
            finish("crossed"),
        ),
        shown(
            "Gone through as an emergency.",
            json!({"input": "emergency", "way": "out"}),
        ),
        shown(
            "Not let through: four lines and whom to call.",
            json!({"input": "begin", "subject_kind": "courier", "way": "in"}),
        ),
    ]
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).expect("JSON")
}

fn values(samples: &[Sample]) -> Value {
    samples.iter().map(|sample| sample.1.clone()).collect()
}

/// The files with their content.
fn files() -> [(&'static str, String); 3] {
    let (inputs, outputs) = (inputs(), outputs());
    let json = json!({"inputs": values(&inputs), "outputs": values(&outputs)});
    let typescript = format!(
        "// Generated by crates/gatehouse-core/tests/it/device/messages.rs: a sample of every\n\
         // message. `tsc` holds the types in messages.ts to them.\n\n\
         import type {{ Input, Output }} from \"./messages\";\n\n\
         export const inputs: Input[] = {};\n\n\
         export const outputs: Output[] = {};\n",
        pretty(&values(&inputs)),
        pretty(&values(&outputs))
    );
    let mut docs = include_str!("device_head.md").to_owned();
    docs.push_str("\n## Inputs\n");
    for (description, sample) in &inputs {
        let name = sample["input"].as_str().expect("a name");
        docs.push_str(&format!(
            "\n### {name}\n\n{description}\n\n```json\n{}\n```\n",
            pretty(sample)
        ));
    }
    docs.push_str("\n## Outputs\n");
    for (description, sample) in &outputs {
        docs.push_str(&format!(
            "\n### {description}\n\n```json\n{}\n```\n",
            pretty(&sample["screen"])
        ));
    }
    docs.push_str("\nA whole output, of the second sample:\n\n```json\n");
    docs.push_str(&pretty(&outputs[1].1));
    docs.push_str("\n```\n");
    [
        ("testdata/wire/messages.json", pretty(&json) + "\n"),
        ("web/gate/src/messages.samples.ts", typescript),
        ("docs/device.md", docs),
    ]
}

#[test]
fn the_committed_files_are_the_messages() {
    for (path, content) in files() {
        let held = std::fs::read_to_string(format!("{ROOT}/{path}")).unwrap_or_default();
        assert!(
            held == content,
            "{path} is not what the messages are: run the ignored test `write_the_messages`"
        );
    }
}

#[test]
#[ignore = "writes the files; run it after a change of a message"]
fn write_the_messages() {
    for (path, content) in files() {
        std::fs::write(format!("{ROOT}/{path}"), content).expect("the folder is there");
    }
}

#[test]
fn every_sample_reads_back_and_an_unknown_key_does_not() {
    for (_, sample) in inputs() {
        let input: Input = serde_json::from_value(sample.clone()).expect("an input");
        assert_eq!(serde_json::to_value(&input).expect("JSON"), sample);
        let mut strange = sample.clone();
        strange["strange"] = json!(1);
        assert!(
            serde_json::from_value::<Input>(strange).is_err(),
            "{sample}"
        );
    }
    for (_, sample) in outputs() {
        let output: Output = serde_json::from_value(sample.clone()).expect("an output");
        assert_eq!(serde_json::to_value(&output).expect("JSON"), sample);
    }
    let mut stage = Stage::bare();
    play(&mut stage, "08:00 tick => shift");
}
