//! Emergencies: seen, closed once with a word from the list, put on record, counted by shift.

use crate::streams::main_of;
use crate::support::{COMMUNITY, COMPOUND, GATE, NEXT_GATE, START, TestApp, on_both};
use axum::http::StatusCode;
use gatehouse_core::id::{GateId, OpenItemId, ShiftId};
use gatehouse_store::open_item::OpenItemRow;
use gatehouse_store::shift::ShiftRow;
use gatehouse_store::{Shard, StoreError};

const ITEM: OpenItemId = OpenItemId([21; 16]);

fn open(app: &TestApp, item: OpenItemId, gate: GateId) {
    app.write(move |tx| {
        let row = OpenItemRow {
            shard: Shard(1),
            item,
            kind: "emergency".to_owned(),
            gate,
            crossing: None,
            opened_at: START - 26 * 60_000,
            end: None,
        };
        tx.insert_open_item(&row).map(|_| ())
    });
}

/// What the audit chains say, looks left out: kind, and whether somebody did it.
pub fn entries(app: &TestApp) -> Vec<(String, bool)> {
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
fn an_emergency_stays_until_a_word_from_the_list_is_recorded() {
    on_both(|app| {
        open(app, ITEM, GATE);
        let cookie = app.session(app.staff("lead", "shift_lead", COMPOUND));
        let path = format!("/areas/{COMPOUND}/emergencies");
        let page = app.get(&path, &cookie).body;
        assert!(
            page.contains("26 分钟") && page.contains("home_well"),
            "{page}"
        );
        assert!(page.contains("您上次急着出门，现在还要帮忙吗？"), "{page}");
        for wrong in ["", "home_rest", "王某某 139"] {
            let body = format!("item={ITEM}&outcome={wrong}");
            let answer = app.form(&path, &cookie, &body);
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        }
        assert!(entries(app).is_empty(), "nothing was done");
        let body = format!("item={ITEM}&outcome=home_well");
        assert_eq!(
            app.form(&path, &cookie, &body).status,
            StatusCode::SEE_OTHER
        );
        let twice = app.form(&path, &cookie, &body);
        assert_eq!(twice.status, StatusCode::NOT_FOUND, "once");
        assert_eq!(entries(app), [("open_item.close".to_owned(), true)]);
        assert!(!app.get(&path, &cookie).body.contains("home_well"));
    });
}

#[test]
fn an_emergency_of_another_compound_is_not_there() {
    let app = TestApp::new();
    open(&app, ITEM, NEXT_GATE);
    let cookie = app.session(app.staff("lead", "shift_lead", COMPOUND));
    let path = format!("/areas/{COMPOUND}/emergencies");
    assert!(!app.get(&path, &cookie).body.contains("home_well"));
    for item in [ITEM.to_string(), "nonsense".to_owned()] {
        let body = format!("item={item}&outcome=hospital");
        let answer = app.form(&path, &cookie, &body);
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    }
    assert!(entries(&app).is_empty());
    // The community above sees both compounds.
    let office = app.session(app.staff("office", "community_office", COMMUNITY));
    let page = app
        .get(&format!("/areas/{COMMUNITY}/emergencies"), &office)
        .body;
    assert!(page.contains("河畔家园 南门"), "{page}");
}

#[test]
fn emergencies_are_counted_by_gate_and_shift() {
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
    open(&app, ITEM, GATE);
    let cookie = app.session(app.staff("lead", "shift_lead", COMPOUND));
    let page = app
        .get(&format!("/areas/{COMPOUND}/emergencies"), &cookie)
        .body;
    assert!(page.contains("06:00–现在"), "{page}");
    insta::assert_snapshot!("emergencies-zh", main_of(&page));
}

#[test]
fn the_old_page_of_a_gate_leads_to_the_board() {
    let app = TestApp::new();
    let cookie = app.session(app.staff("lead", "shift_lead", COMPOUND));
    let answer = app.get(&format!("/gates/{GATE}/items"), &cookie);
    assert_eq!(
        answer.header("location"),
        format!("/areas/{COMPOUND}/fevers")
    );
}
