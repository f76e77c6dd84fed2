//! Open items: seen, closed once with a word from the list, put on record.

use crate::support::{COMPOUND, GATE, NEXT_GATE, START, TestApp, on_both};
use axum::http::StatusCode;
use gatehouse_core::id::{GateId, OpenItemId, ShiftId};
use gatehouse_store::open_item::OpenItemRow;
use gatehouse_store::shift::ShiftRow;
use gatehouse_store::{Shard, StoreError};

const ITEM: OpenItemId = OpenItemId([21; 16]);

fn open(app: &TestApp, item: OpenItemId, gate: GateId, kind: &'static str) {
    app.write(move |tx| {
        let row = OpenItemRow {
            shard: Shard(1),
            item,
            kind: kind.to_owned(),
            gate,
            crossing: None,
            opened_at: START - 26 * 60_000,
            end: None,
        };
        tx.insert_open_item(&row).map(|_| ())
    });
}

fn entries(app: &TestApp) -> Vec<(String, bool)> {
    let read = app.app.store.read_blocking::<_, StoreError, _>(|tx| {
        let mut all = Vec::new();
        for head in tx.audit_heads(Shard(1))? {
            for entry in tx.audit_entries(Shard(1), head.writer, 0, 100)? {
                if entry.kind != "page.view" {
                    all.push((entry.kind, entry.actor.is_some()));
                }
            }
        }
        Ok(all)
    });
    read.expect("read")
}

#[test]
fn an_item_stays_until_a_word_from_the_list_is_recorded() {
    on_both(|app| {
        open(app, ITEM, GATE, "fever");
        let cookie = app.session(app.staff("lead", "shift_lead", COMPOUND));
        let path = format!("/gates/{GATE}/items");
        let page = app.get(&path, &cookie);
        assert!(
            page.body.contains("26") && page.body.contains("fever_clinic"),
            "{}",
            page.body
        );
        for wrong in ["", "home_well", "王某某 139"] {
            let body = format!("item={ITEM}&outcome={wrong}");
            let answer = app.form(&path, &cookie, &body);
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        }
        assert!(entries(app).is_empty(), "nothing was done");
        let body = format!("item={ITEM}&outcome=fever_clinic");
        assert_eq!(
            app.form(&path, &cookie, &body).status,
            StatusCode::SEE_OTHER
        );
        assert_eq!(
            app.form(&path, &cookie, &body).status,
            StatusCode::NOT_FOUND,
            "once"
        );
        assert_eq!(entries(app), [("open_item.close".to_owned(), true)]);
        assert!(!app.get(&path, &cookie).body.contains("fever_clinic"));
    });
}

#[test]
fn an_item_of_another_gate_is_not_there() {
    let app = TestApp::new();
    open(&app, ITEM, NEXT_GATE, "emergency");
    let cookie = app.session(app.staff("lead", "shift_lead", COMPOUND));
    let path = format!("/gates/{GATE}/items");
    let body = format!("item={ITEM}&outcome=hospital");
    assert_eq!(
        app.form(&path, &cookie, &body).status,
        StatusCode::NOT_FOUND
    );
    assert!(entries(&app).is_empty());
}

#[test]
fn emergencies_are_counted_by_shift() {
    let app = TestApp::new();
    app.write(|tx| {
        let shift = ShiftRow {
            shard: Shard(1),
            shift: ShiftId([31; 16]),
            gate: GATE,
            device: None,
            started_at: START - 3_600_000,
            ended_at: None,
            has_mask: true,
            has_armband: true,
        };
        tx.insert_shift(&shift, &[])
    });
    open(&app, ITEM, GATE, "emergency");
    let cookie = app.session(app.staff("lead", "shift_lead", COMPOUND));
    let page = app.get(&format!("/gates/{GATE}/items"), &cookie).body;
    assert!(page.contains("06:00–现在"), "{page}");
    insta::assert_snapshot!("items-zh", page);
}
