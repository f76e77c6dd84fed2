//! A pass past its end at a phone without a network, as the record tells it (GATE-11, PASS-4).

use crate::gate::{Phone, compound_of, cookie, pass_text_of};
use crate::support::demo_on_both;
use axum::http::StatusCode;
use gatehouse_server::ops::demo::pass::Standing;
use serde_json::json;

/// A pass that ended while the phone was alone: the record says that it was used within grace, also
/// where it is read, and the server sees nothing graver in it.
#[test]
fn a_pass_that_was_used_within_grace_is_shown_so_in_the_record() {
    demo_on_both(|app, demo| {
        let mut phone = Phone::enrolled(app, demo, "guard1a");
        let alone = 25 * 3_600_000;
        let expired = pass_text_of(app, demo, &phone.gate, Standing::Expired);
        phone.later(alone);
        let screen = phone.step(json!({"input": "scan", "text": expired, "way": "in"}));
        assert_eq!(screen["flags"], json!(["grace"]), "{screen}");
        let screen = phone.step(json!({"input": "fact", "fact": "temperature", "value": 36.5}));
        assert_eq!(screen["verdict"], "admit", "{screen}");
        phone.step(json!({"input": "finish", "outcome": "crossed"}));
        app.later(alone + 3_600_000);
        phone.cookie = cookie(app, demo, "guard1a");
        let answer = &phone.send_all()["answers"][0];
        assert_eq!(
            (&answer["verdict"], &answer["graver"]),
            (&json!("admit"), &json!(false))
        );

        let compound = compound_of(app, &phone.gate);
        let path = format!("/areas/{compound}/crossings/{}-2", phone.id());
        let record = app.get(&path, &cookie(app, demo, "lead1"));
        assert_eq!(record.status, StatusCode::OK, "{}", record.body);
        let line = "<dt>证的状态</dt><dd>过期宽限</dd>";
        assert!(record.body.contains(line), "{}", record.body);
    });
}
