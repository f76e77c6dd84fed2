//! A shift handed over on the phone: the console says who gave to whom, counts what came in by
//! itself, and opens the note on record.

use crate::gate::{Phone, compound_of, cookie, json};
use crate::support::{TestApp, demo_on_both};
use axum::http::StatusCode;
use gatehouse_store::{Shard, StoreError};
use serde_json::json;

const NOTE: &str = "2 号楼电梯停了";

fn looks(app: &TestApp) -> usize {
    let entries = app.app.store.read_blocking::<_, StoreError, _>(|tx| {
        let mut entries = Vec::new();
        for head in tx.audit_heads(Shard(1))? {
            entries.extend(tx.audit_entries(Shard(1), head.writer, 0, 100_000)?);
        }
        Ok(entries)
    });
    let entries = entries.expect("reads");
    let looks = entries.iter().filter(|entry| entry.kind == "event.view");
    looks.count()
}

#[test]
fn a_shift_handed_over_on_the_phone_is_on_the_page_and_its_note_is_opened_on_record() {
    demo_on_both(|app, demo| {
        let mut phone = Phone::enrolled(app, demo, "guard1a");
        for way in ["out", "in", "in"] {
            phone.step(json!({"input": "emergency", "way": way}));
        }
        phone.step(json!({"input": "begin", "subject_kind": "visitor", "way": "in"}));
        phone.step(json!({"input": "finish", "outcome": "crossed",
            "overruling_reason": "shift_lead_decided"}));
        phone.step(json!({"input": "shift_end", "note": format!(" {NOTE} ")}));
        phone.send_all();

        let lead = cookie(app, demo, "lead1");
        let page = format!("/areas/{}/handover", compound_of(app, &phone.gate));
        let shown = || app.get(&page, &lead).body;
        let body = shown();
        for words in [
            "还没人接",
            "进 3 人次，出 1 人次；其中访客进 1、出 0",
            "看交代的话",
        ] {
            assert!(body.contains(words), "{words}: {body}");
        }
        assert!(!body.contains(NOTE), "{body}");
        assert_eq!(looks(app), 0);

        let (_, rest) = body.split_once("handover?note=").expect("a link");
        let event = rest.split('"').next().expect("ends").to_owned();
        let opened = app.get(&format!("{page}?note={event}"), &lead);
        assert_eq!(opened.status, StatusCode::OK, "{}", opened.body);
        assert!(opened.body.contains(NOTE), "{}", opened.body);
        assert_eq!(looks(app), 1);

        let stranger = cookie(app, demo, "lead2");
        let me = json(&app.get("/gate/api/me", &stranger));
        let own = compound_of(app, me["gates"][0]["gate"].as_str().expect("a gate"));
        let own = format!("/areas/{own}/handover?note={event}");
        assert_eq!(app.get(&own, &stranger).status, StatusCode::NOT_FOUND);
        let (device, _) = event.rsplit_once('-').expect("a number");
        for wrong in ["x", "x-1", &format!("{device}-1"), &format!("{device}-x")] {
            let answer = app.get(&format!("{page}?note={wrong}"), &lead);
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{wrong}");
        }
        assert_eq!(looks(app), 1);

        let guard = json(&app.get("/gate/api/me", &phone.cookie));
        phone.step(
            json!({"input": "shift_start", "mask": true, "armband": true,
            "guards": [{"staff": guard["staff"], "name": guard["name"]}]}),
        );
        phone.send_all();
        // The demo's own records end with a shift that nobody took over.
        let waiting = |page: &str| page.matches("还没人接").count();
        assert_eq!(waiting(&shown()) + 1, waiting(&body), "{}", shown());
    });
}

/// Others begin while a shift runs: that is shown for what it is. The same guards again, with
/// another thermometer, are no handover.
#[test]
fn a_shift_that_others_took_over_without_a_word_is_said_to_be_so() {
    demo_on_both(|app, demo| {
        let mut phone = Phone::enrolled(app, demo, "guard1a");
        let lead = cookie(app, demo, "lead1");
        let page = format!("/areas/{}/handover", compound_of(app, &phone.gate));
        let begin = |phone: &mut Phone<'_>, login: &str| {
            let who = json(&app.get("/gate/api/me", &cookie(app, demo, login)));
            phone.step(
                json!({"input": "shift_start", "mask": true, "armband": true,
                "guards": [{"staff": who["staff"], "name": who["name"]}]}),
            );
            phone.send_all();
            let shown = app.get(&page, &lead).body;
            shown.matches("的班，没有交班").count()
        };
        phone.step(json!({"input": "emergency", "way": "out"}));
        assert_eq!(begin(&mut phone, "guard1a"), 0);
        phone.step(json!({"input": "emergency", "way": "in"}));
        assert_eq!(begin(&mut phone, "guard1b"), 1);
        let shown = app.get(&page, &lead).body;
        assert!(shown.contains("进 1 人次，出 0 人次"), "{shown}");
    });
}
