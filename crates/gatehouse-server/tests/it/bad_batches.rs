//! Records that a phone sends otherwise than it should: nothing is lost and nothing is doubled,
//! whatever comes (GATE-11). What is no chain of the device's own is in `gate.rs`, two copies of a
//! device and one that has ended in `devices.rs` and the store's tests.

use crate::bad_input::record;
use crate::gate::Phone;
use crate::support::{START, TestApp, demo_on_both};
use axum::body::{Body, Bytes};
use axum::http::{Method, StatusCode};
use data_encoding::BASE64;
use gatehouse_core::id::{DeviceId, GateId};
use gatehouse_core::moment::Moment;
use gatehouse_core::wire::{Event, PublicEvent};
use gatehouse_store::crossing::CrossingRow;
use gatehouse_store::gate::GateRow;
use gatehouse_store::{ReadTx, Shard, StoreError};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const HUNDRED_MEGABYTES: usize = 100 << 20;
const DAY: i64 = 86_400_000;

fn three_emergencies(phone: &mut Phone<'_>) {
    for _ in 0..3 {
        phone.step(json!({"input": "emergency", "way": "out"}));
    }
}

fn crossings(app: &TestApp, phone: &Phone<'_>) -> Vec<CrossingRow> {
    let gate = GateId::parse(&phone.gate).expect("an id");
    let device = DeviceId::parse(phone.id()).expect("an id");
    let rows = app.app.store.read_blocking::<_, StoreError, _>(move |tx| {
        let shard = tx.gate_anywhere(gate)?.expect("the gate").shard;
        tx.crossings_of_gate(shard, gate, 0, i64::MAX, 1_000)
    });
    let mut rows = rows.expect("read");
    rows.retain(|row| row.device == device);
    rows
}

/// Kinds of the alarms that wait, each once.
pub fn alarms(app: &TestApp) -> Vec<String> {
    let read = |tx: &ReadTx<'_>| tx.alarms(Shard(1), 100);
    let rows = app.app.store.read_blocking::<_, StoreError, _>(read);
    let mut kinds: Vec<String> = rows
        .expect("read")
        .into_iter()
        .map(|row| row.kind)
        .collect();
    kinds.sort();
    kinds.dedup();
    kinds
}

#[test]
fn what_comes_for_another_gate_is_not_taken_and_told() {
    demo_on_both(|app, demo| {
        let mut phone = Phone::enrolled(app, demo, "guard1a");
        three_emergencies(&mut phone);
        let gate = GateId::parse(&phone.gate).expect("an id");
        let other = GateId([7; 16]);
        app.write(move |tx| {
            let own = tx.gate_anywhere(gate)?.expect("the gate");
            tx.insert_gate(&GateRow { gate: other, ..own })
        });
        let before = record(app);
        for _ in 0..2 {
            let answer = phone.send_astray(other);
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{}", answer.body);
        }
        assert_eq!(record(app), before);
        assert_eq!(alarms(app), ["foreign_gate"]);
        assert_eq!(
            phone.send_all()["acknowledged_through"],
            phone.events().len()
        );
    });
}

#[test]
fn a_hole_is_told_and_nothing_behind_it_taken_in() {
    demo_on_both(|app, demo| {
        let mut phone = Phone::enrolled(app, demo, "guard1a");
        three_emergencies(&mut phone);
        let before = record(app);
        // The first two are not in it; its own head is right.
        let receipt = phone.send_from(2);
        assert_eq!(receipt["acknowledged_through"], 0, "{receipt}");
        assert_eq!(receipt["set_aside"], json!([]));
        assert_eq!(record(app), before);
        assert_eq!(
            phone.send_all()["acknowledged_through"],
            phone.events().len()
        );
        assert_eq!(crossings(app, &phone).len(), 3);
    });
}

/// The first of a batch lies in the tray and what goes before it is not known: the phone is asked
/// for that, and nothing of the batch is acknowledged, though all of it lies in the tray.
#[test]
fn what_goes_before_a_batch_is_asked_for_whatever_lies_behind() {
    demo_on_both(|app, demo| {
        let mut phone = Phone::enrolled(app, demo, "guard1a");
        three_emergencies(&mut phone);
        let device = DeviceId::parse(phone.id()).expect("an id");
        app.write(move |tx| tx.end_device(Shard(1), device, 0));
        let receipt = phone.send_from(2);
        assert_eq!(receipt["acknowledged_through"], 0, "{receipt}");
        assert_eq!(
            phone.send_all()["acknowledged_through"],
            phone.events().len()
        );
    });
}

#[test]
fn a_clock_that_is_years_off_counts_for_about_when_it_came_in() {
    const YEAR: i64 = 365 * DAY;
    // How far off, and within how much of its coming in a crossing counts.
    for (off, earliest, latest) in [(80 * YEAR, 0, 5 * 60_000), (-40 * YEAR, -7 * DAY, -7 * DAY)] {
        demo_on_both(|app, demo| {
            let mut phone = Phone::enrolled(app, demo, "guard1a");
            phone.now = START + off;
            three_emergencies(&mut phone);
            let receipt = phone.send_all();
            assert_eq!(
                receipt["acknowledged_through"],
                phone.events().len(),
                "{off}"
            );
            assert_eq!(receipt["set_aside"], json!([]), "{off}");
            let rows = crossings(app, &phone);
            assert_eq!(rows.len(), 3, "{off}");
            for row in rows {
                let after = row.counted_at - row.received_at;
                assert!((earliest..=latest).contains(&after), "{off}: {after}");
            }
            // What the phone wrote down stays as it wrote it.
            let last = BASE64.decode(phone.events()[3].as_bytes()).expect("base64");
            let event = Event::from_bytes(&last).expect("an event");
            assert_eq!(event.at, Moment::new(phone.now, 480));
            assert!(PublicEvent::from_bytes(&event.public_bytes()).is_ok());
            let told: &[&str] = if off > 0 { &["clock_ahead"] } else { &[] };
            assert_eq!(alarms(app), told, "{off}");
        });
    }
}

#[test]
fn of_a_hundred_megabytes_hardly_anything_is_read() {
    demo_on_both(|app, demo| {
        let phone = Phone::enrolled(app, demo, "guard1a");
        let before = record(app);
        let read = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&read);
        let piece = Bytes::from(vec![b'x'; 64 << 10]);
        let pieces = (0..HUNDRED_MEGABYTES / piece.len()).map(move |_| {
            counted.fetch_add(piece.len(), Ordering::Relaxed);
            Ok::<_, std::io::Error>(piece.clone())
        });
        let body = Body::from_stream(futures_util::stream::iter(pieces));
        let path = format!("/gate/api/gates/{}/events", phone.gate);
        let headers = [
            ("cookie", phone.cookie.as_str()),
            ("content-type", "application/json"),
        ];
        let answer = app.send(Method::POST, &path, &headers, body);
        assert_eq!(
            answer.status,
            StatusCode::PAYLOAD_TOO_LARGE,
            "{}",
            answer.body
        );
        assert!(answer.body.contains("H-LARGE"), "{}", answer.body);
        let read = read.load(Ordering::Relaxed);
        assert!(read < HUNDRED_MEGABYTES / 10, "{read} bytes were read");
        assert_eq!(record(app), before);
        assert_eq!(alarms(app), ["large_batch"]);
    });
}
