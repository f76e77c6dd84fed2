//! Records that belong together: two of one person become one, a household is edited by one at a
//! time.

use crate::people::Town;
use crate::support::demo_on_both;
use axum::http::StatusCode;
use gatehouse_core::id::PersonId;
use gatehouse_server::app::{App, Parts};
use gatehouse_server::area_codes::HeldAreaCodes;
use std::sync::Arc;

#[test]
fn two_records_of_one_person_become_one() {
    demo_on_both(|app, demo| {
        let town = Town::new(app, demo);
        let (one, home) = town.somebody(true);
        let path = format!("households/{home}/add");
        let key = town.new_key(&path);
        let name = one.person.name().reveal_text();
        let twin = [("key", &*key), ("name", name), ("basis", "permanent")];
        assert_eq!(town.form(&path, &twin).status, StatusCode::SEE_OTHER);
        let twin = PersonId::parse(&key).expect("an id");
        let merge = format!("persons/{twin}/merge");
        let version = town.version(twin).to_string();
        for wrong in [twin.to_string(), "nobody".to_owned(), String::new()] {
            let answer = town.form(&merge, &[("version", &version), ("into", &wrong)]);
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        }
        let into = town.path(&format!("persons/{}", one.id));
        let answer = town.form(&merge, &[("version", &version), ("into", &into)]);
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        let kept = town.get(&format!("persons/{twin}"));
        assert_eq!(kept.status, StatusCode::OK, "both ids stay");
        assert!(
            kept.body.contains(&into),
            "and lead to the one that is kept"
        );
        let found = town.form("people", &[("typed", name)]);
        assert!(!found.body.contains(&town.path(&format!("persons/{twin}"))));
    });
}

#[test]
fn a_household_is_edited_by_one_at_a_time() {
    demo_on_both(|app, demo| {
        let town = Town::new(app, demo);
        let (_, home) = town.somebody(true);
        let path = format!("households/{home}");
        let first = [("version", "1"), ("grid", "第 3 网格")];
        assert_eq!(town.form(&path, &first).status, StatusCode::SEE_OTHER);
        assert!(town.get(&path).body.contains("第 3 网格"));
        let second = [("version", "1"), ("grid", "第 4 网格")];
        let stale = town.form(&path, &second);
        assert_eq!(stale.status, StatusCode::CONFLICT);
        assert!(stale.body.contains("第 3 网格") && stale.body.contains("第 4 网格"));
        for (field, value) in [
            ("grid", "一\u{202e}二"),
            ("ended_on", "2020-02-30"),
            ("ended_on", "2020-02-18"),
        ] {
            let answer = town.form(&path, &[("version", "2"), (field, value)]);
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{value}");
            assert!(answer.body.contains("class=\"fault\""), "{value}");
        }
    });
}

#[test]
fn a_number_of_a_county_that_is_no_more_is_shown_as_old() {
    demo_on_both(|app, demo| {
        let town = Town::new(app, demo);
        let (one, _) = town.somebody(true);
        let shown = town.plain(one.id, "document");
        assert!(!shown.body.contains("旧区划代码"), "no list, no word");
        let document = one.person.document().expect("a document");
        let code = document.reveal_text()[..6].to_owned();
        let lists = tempfile::tempdir().expect("a folder");
        let write = |name: &str, code: &str| {
            let text = format!("code,name\n{code},某县\n");
            std::fs::write(lists.path().join(name), text).expect("writes");
        };
        for (current, old, is_old) in [("110101", code.as_str(), true), (&code, "110103", false)] {
            write("areas.csv", current);
            write("abandoned-or-old-codes.csv", old);
            let codes = HeldAreaCodes::read(Some(lists.path())).expect("reads");
            let other = App::new(Parts {
                area_codes: Arc::new(codes),
                ..Parts::clone(&app.app)
            });
            let answer = town.document_over(&other, one.id);
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
            assert_eq!(
                answer.body.contains("旧区划代码"),
                is_old,
                "{}",
                answer.body
            );
        }
    });
}
