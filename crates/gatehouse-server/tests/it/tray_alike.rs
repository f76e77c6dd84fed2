//! A phone that is broken brings all of its records into the tray: one answer settles them, and
//! what somebody has settled before stays as it is.

use crate::support::{TestApp, demo_on_both};
use crate::tray::Tray;
use axum::http::StatusCode;

fn page(app: &TestApp, path: &str, who: &str) -> String {
    let answer = app.get(path, who);
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
    answer.body
}

#[test]
fn all_of_a_phone_for_the_same_reason_are_settled_at_once() {
    demo_on_both(|app, demo| {
        // More than one transaction of them.
        let tray = Tray::laid(app, demo, 230);
        let (lead, events) = (&tray.lead, &tray.events);
        let others = |count: usize| format!("还有 {count} 条，也这样写明");
        let settle = |event: usize, form: &str| {
            let answer = app.form(&events[event], lead, form);
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        };
        let shown = page(app, &events[0], lead);
        assert!(shown.contains(&others(events.len() - 1)), "{shown}");
        // One alone, as ever.
        settle(0, "version=0&outcome=no_crossing");
        let shown = page(app, &events[1], lead);
        assert!(shown.contains(&others(events.len() - 2)), "{shown}");
        settle(1, "version=0&outcome=entered&alike=yes");
        let open = page(app, &format!("{}/tray", tray.area), lead);
        assert!(open.contains("现在没有等着处理的。"), "{open}");
        for (event, said) in events.iter().zip(["没有这回事", "确有其事，已另外补记"])
        {
            let shown = page(app, event, lead);
            assert!(shown.contains(&format!("<li><span>{said}<br>")), "{shown}");
        }
        let last = page(app, &events[events.len() - 1], lead);
        assert!(
            last.contains("<li><span>确有其事，已另外补记<br>"),
            "{last}"
        );
        assert!(!last.contains("name=\"alike\""), "{last}");
    });
}
