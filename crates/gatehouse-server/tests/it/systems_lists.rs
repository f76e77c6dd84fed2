//! Lists of the API for other systems: each in pages, each with a filter.

use crate::support::{TestApp, demo_on_both};
use crate::systems::{areas, get, staff_with, token, whole};
use axum::http::StatusCode;
use gatehouse_server::auth::role::Permission;
use serde_json::Value;
use std::collections::BTreeSet;

#[test]
fn gates_and_policies_come_in_pages_and_by_filter() {
    demo_on_both(|app, _| {
        let areas = areas(app);
        let of = |level| {
            areas
                .iter()
                .find(|row| row.level == level)
                .expect("one")
                .area
        };
        let top = of("county");
        let maker = staff_with(app, "office", &["county_command"], top);
        let token = token(app, maker, top, &[Permission::SeePolicy]);
        for (area, list, key) in [
            (top, "gates", "state"),
            (of("compound"), "policies", "document"),
        ] {
            let base = format!("/api/v1/areas/{area}/{list}");
            let all = whole(app, &base, &token, 200);
            assert!(!all.is_empty(), "{list}");
            assert_eq!(whole(app, &base, &token, 1), all, "{list}");
            let word = all[0][key].as_str().expect("a word");
            let some = whole(app, &format!("{base}?{key}={word}"), &token, 200);
            let expected: Vec<_> = all.iter().filter(|row| row[key] == word).collect();
            assert_eq!(some.iter().collect::<Vec<_>>(), expected, "{list}");
            // A state that there is not is no empty list; a document that there is not is one.
            let unknown = format!("{base}?{key}=none");
            match list {
                "gates" => {
                    let answer = get(app, &unknown, &token);
                    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.body);
                }
                _ => assert_eq!(whole(app, &unknown, &token, 200), Vec::<Value>::new()),
            }
        }
    });
}

/// Whoever adds a list gives it pages and a filter.
#[test]
fn every_list_of_the_document_has_pages_and_a_filter() {
    let app = TestApp::new();
    let answer = app.get("/api/v1/openapi.json", "");
    let document: Value = serde_json::from_str(&answer.body).expect("JSON");
    let mut lists = 0;
    for (path, methods) in document["paths"].as_object().expect("paths") {
        let operation = &methods["get"];
        let shape = operation["responses"]["200"].to_string();
        if !shape.contains("PageOf") {
            continue;
        }
        lists += 1;
        let parameters = operation["parameters"].as_array().expect("parameters");
        let query = parameters.iter().filter(|one| one["in"] == "query");
        let names: BTreeSet<&str> = query.filter_map(|one| one["name"].as_str()).collect();
        let pages = names.contains("after") && names.contains("limit");
        assert!(pages && names.len() > 2, "{path}: {names:?}");
    }
    assert!(lists >= 9, "{lists}");
}
