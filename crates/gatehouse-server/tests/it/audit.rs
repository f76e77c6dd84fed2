//! `gatehouse audit verify` over a database that somebody has had their hands on.

use crate::command::{Place, commands_on_both};
use crate::support::{START, TestWorld};
use gatehouse_core::gate::Outcome;
use gatehouse_core::id::{DeviceId, StaffId};
use gatehouse_core::wire::Change;
use gatehouse_server::ops::key_home::KeyHome;
use gatehouse_server::ops::seal_audit::seal_audit;
use gatehouse_server::ops::verify_audit::{Asked, verify_audit};
use gatehouse_store::{Lane, Shard, StoreError};
use serde_json::{Value, json};

const SHARD: Shard = Shard(1);

/// What the command prints, and whether it was content.
fn verify(place: &Place, more: &[&str]) -> (bool, Value) {
    let output = place.run(&[&["audit", "verify"], more].concat());
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(!errors.contains("panicked"), "{errors}");
    let found = serde_json::from_str(&text);
    let found = found.unwrap_or_else(|_| panic!("no JSON: {text}{errors}"));
    assert_eq!(
        errors.contains("A-BROKEN"),
        !output.status.success(),
        "{errors}"
    );
    (output.status.success(), found)
}

/// A device with its crossings' numbers, one of them corrected at a desk.
fn busiest(place: &Place) -> (DeviceId, Vec<i64>) {
    let store = place.open();
    let found = store.write_blocking::<_, StoreError, _>(Lane::People, |tx| {
        let mut all = Vec::new();
        for device in tx.devices_of_shard(SHARD)? {
            let gate = tx.device(SHARD, device)?.expect("there").gate;
            let rows = tx.crossings_of_gate(SHARD, gate, 0, i64::MAX, 10_000)?;
            let rows = rows.iter().filter(|row| row.device == device);
            let mut numbers: Vec<i64> = rows.map(|row| row.seq).collect();
            numbers.sort_unstable();
            all.push((device, numbers));
        }
        all.sort_by_key(|(_, numbers)| numbers.len());
        let (device, numbers) = all.pop().expect("a device");
        let change = Change::Outcome {
            outcome: Outcome::TurnedBack,
            reason: None,
        };
        let staff = StaffId([7; 16]);
        tx.amend_crossing(SHARD, device, numbers[0], &change, staff, START)?;
        Ok((device, numbers))
    });
    found.expect("read")
}

/// An edit of one row, and the fault that tells of it.
type Edit = (String, Value);

/// Events edited from the end of a chain to its start, so that each new break is the first one.
fn edits_of_events(device: &str, here: &str, numbers: &[i64]) -> Vec<Edit> {
    let mut back = numbers.iter().rev();
    let mut next = || *back.next().expect("enough crossings");
    let event = |seq, what| json!({"kind": "event", "device": device, "event": seq, "what": what});
    let broken = |seq| json!({"kind": "device", "device": device, "event": seq, "what": "broken"});
    let update = |set, seq| format!("UPDATE crossing SET {set} WHERE {here} AND seq = {seq}");
    let mut edits: Vec<Edit> = Vec::new();
    for set in [
        "server_verdict = 3 - coalesce(server_verdict, 1)",
        "server_row_ids = 'HN/nothing'",
        "received_at = received_at + 1",
    ] {
        let seq = next();
        edits.push((update(set, seq), event(seq, "altered")));
    }
    for set in [
        "outcome = 3 - outcome",
        "pass_index = coalesce(pass_index, 0) + 1",
        "policy = NULL",
        "staff = gate",
        "counted_at = counted_at - 86400000",
        "verdict = 99",
        "public_part = gate",
    ] {
        let seq = next();
        edits.push((update(set, seq), broken(seq)));
    }
    let seq = next();
    let gone = format!("DELETE FROM crossing WHERE {here} AND seq = {seq}");
    edits.push((gone, event(seq, "missing")));
    edits
}

/// The one correction at a desk, of crossing `seq`.
fn edits_of_amendments(device: &str, here: &str, seq: i64) -> Vec<Edit> {
    let amended = format!("{here} AND of_seq = {seq} AND source_seq IS NULL");
    let columns = "shard, device, of_seq, number, kind, outcome, staff, made_at";
    let copied = columns
        .replace("number", "number + 1")
        .replace("outcome", "0");
    vec![
        (
            format!(
                "INSERT INTO amendment ({columns}) SELECT {copied} FROM amendment WHERE {amended}"
            ),
            json!({"kind": "amendment", "device": device, "what": "unrecorded"}),
        ),
        (
            format!("UPDATE amendment SET made_at = made_at + 1 WHERE {amended} AND number = 1"),
            json!({"kind": "amendment", "device": device, "event": seq, "what": "altered"}),
        ),
    ]
}

fn edits_of_the_rest(device: &str, here: &str) -> Vec<Edit> {
    let longest = "WHERE writer IN (SELECT writer FROM audit_head ORDER BY seq DESC LIMIT 1)";
    let edits = [
        (
            "UPDATE order_record SET ends_at = ends_at + 1",
            json!({"kind": "order", "what": "altered"}),
        ),
        (
            "DELETE FROM order_signature WHERE number = 2",
            json!({"kind": "order", "act": "approve", "what": "missing"}),
        ),
        (
            &format!("UPDATE device SET last_seq = last_seq + 1 WHERE {here}"),
            json!({"kind": "device", "device": device, "what": "broken"}),
        ),
        (
            &format!("DELETE FROM device WHERE {here}"),
            json!({"kind": "device", "device": device, "what": "gone"}),
        ),
        (
            &format!(
                "UPDATE audit_head SET hash = (SELECT hash FROM audit_entry LIMIT 1) {longest}"
            ),
            json!({"kind": "head"}),
        ),
        (
            &format!("UPDATE audit_entry SET actor = hash {longest} AND seq = 2"),
            json!({"kind": "chain", "entry": 2, "what": "content"}),
        ),
    ];
    edits.map(|(edit, fault)| (edit.to_owned(), fault)).to_vec()
}

#[test]
fn the_command_finds_whatever_was_done_to_the_record() {
    commands_on_both(|place| {
        let (device, numbers) = busiest(place);
        place.read_only();
        let (holds, found) = verify(place, &[]);
        assert!(holds, "{found}");
        assert_eq!(found[0]["fault_count"], 0);
        for figure in ["chains", "entries", "devices", "events", "orders"] {
            assert!(found[0][figure].as_u64() > Some(0), "{figure}: {found}");
        }
        let (id, here) = (
            device.to_string(),
            format!("device = {}", place.bytes(&device.0)),
        );
        let edits = [
            edits_of_events(&id, &here, &numbers),
            edits_of_amendments(&id, &here, numbers[0]),
            edits_of_the_rest(&id, &here),
        ];
        for (edit, fault) in edits.iter().flatten() {
            place.tamper(edit, [1, 1]);
            let (holds, found) = verify(place, &[]);
            let faults = found[0]["faults"].as_array().expect("faults");
            let is_told = faults.iter().any(|one| has(one, fault));
            assert!(!holds && is_told, "{edit}: {found}");
        }
    });
}

#[test]
fn days_that_retention_may_drop_are_not_missed_and_others_are() {
    commands_on_both(|place| {
        let (device, _) = busiest(place);
        let here = format!("device = {}", place.bytes(&device.0));
        let found = |now_millis| {
            let asked = Asked {
                shard: None,
                seal: None,
                now_millis,
                days_crossings: 0,
            };
            let home = KeyHome::Database(place.open());
            verify_audit(&home, &asked, &mut |_| ()).expect("verifies")
        };
        for table in ["crossing", "device_event"] {
            place.tamper(
                &format!("DELETE FROM {table} WHERE {here} AND seq = 1"),
                [0, 1],
            );
        }
        let far = START + 400 * 86_400_000;
        assert!(found(far).holds, "{}", found(far).json);
        let soon = found(START - 400 * 86_400_000);
        let missing = json!({"kind": "event", "event": 1, "what": "missing"});
        assert!(
            !soon.holds && has(&soon.json[0]["faults"][0], &missing),
            "{}",
            soon.json
        );
    });
}

#[test]
fn a_kept_seal_is_enough_to_begin_from() {
    commands_on_both(|place| {
        let home = KeyHome::Database(place.open());
        let world = TestWorld::new(START, 1);
        let seals = seal_audit(&home, &place.secrets, &world).expect("sealed");
        drop(home);
        let kept = data_encoding::HEXLOWER.decode(seals[0].signed_hex.as_bytes());
        let file = place.folder.path().join("seal");
        std::fs::write(&file, kept.expect("hex digits")).expect("writes");
        let file = file.display().to_string();
        busiest(place);
        let (holds, found) = verify(place, &["--shard", "1", "--from-seal", &file]);
        assert!(holds, "{found}");
        assert_eq!(
            (&found[0]["entries"], &found[0]["seals"]),
            (&json!(1), &json!(0))
        );
        let none = place.run(&["audit", "verify", "--shard", "1", "--from-seal", "none"]);
        let said = String::from_utf8_lossy(&none.stderr);
        assert!(!none.status.success() && said.contains("K-FILE"), "{said}");
    });
}

/// Whether an object says everything that another says.
fn has(one: &Value, wanted: &Value) -> bool {
    let wanted = wanted.as_object().expect("an object");
    wanted.iter().all(|(name, value)| one[name] == *value)
}
