//! Tokens for other systems: how they are made, shown once, used, and how they end.

use crate::support::{COMMUNITY, COMPOUND, NEXT_COMPOUND, START, TestApp, on_both};
use crate::systems::{DAY, SHARD, get, staff_with, token};
use axum::http::StatusCode;
use gatehouse_core::id::{OrganisationId, StaffId};
use gatehouse_server::auth::role::Permission;
use gatehouse_store::StoreError;

#[test]
fn a_token_ends_with_its_time_its_revocation_and_its_makers_role() {
    on_both(|app| {
        let maker = staff_with(app, "office", &["community_office"], COMMUNITY);
        let held = token(app, maker, COMMUNITY, &[Permission::SeePolicy]);
        let gates = format!("/api/v1/areas/{COMPOUND}/gates");
        let status = |token: &str, path: &str| get(app, path, token).status.as_u16();
        assert_eq!(status(&held, &gates), 200);
        assert_eq!(
            status(&held, &format!("/api/v1/areas/{COMPOUND}/people")),
            403
        );
        assert_eq!(status("Bearer gh_nonsense", &gates), 401);
        assert_eq!(
            status(&format!("Bearer {}", "x".repeat(4_000)), &gates),
            401
        );
        // It opens nothing that is not made for it, with or without a session beside it.
        for path in ["/", &format!("/areas/{COMPOUND}"), "/gate/api/me"] {
            assert!([303, 401].contains(&status(&held, path)), "{path}");
        }
        let used = app.app.store.read_blocking::<_, StoreError, _>(|tx| {
            Ok(tx.api_tokens_of_area(COMMUNITY, 10)?[0].used_at)
        });
        assert_eq!(used.expect("read"), Some(START));
        // What the maker loses is lost, after what is believed for some seconds.
        app.later(6_000);
        app.write(move |tx| {
            let mut row = tx.memberships_of_staff(maker)?.remove(0);
            row.state = "suspended".to_owned();
            tx.update_membership(&row)
        });
        assert_eq!(status(&held, &gates), 404);
        app.later(6_000);
        app.write(move |tx| {
            let mut row = tx.memberships_of_staff(maker)?.remove(0);
            row.state = "active".to_owned();
            tx.update_membership(&row)
        });
        assert_eq!(status(&held, &gates), 200);
        app.later(DAY);
        assert_eq!(status(&held, &gates), 401, "expired");
    });
}

#[test]
fn a_token_is_made_shown_once_listed_used_and_revoked() {
    on_both(|app| {
        let both = ["administrator", "community_office"];
        let maker = staff_with(app, "both", &both, COMMUNITY);
        let cookie = app.session(maker);
        let place = format!("/areas/{COMMUNITY}/access");
        let office = OrganisationId([9; 16]);
        let make = |more: &str| {
            let label = "label=%E5%8C%BB%E9%99%A2%E7%B3%BB%E7%BB%9F";
            app.form(
                &place,
                &cookie,
                &format!("act=token&office={office}&{label}&{more}"),
            )
        };
        for (bad, words) in [
            ("days=90", "请至少选一项"),
            ("may=see_policy&days=0", "1 至 365"),
            ("may=see_policy&days=366", "1 至 365"),
            ("may=see_policy&days=90&label=", "可以做什么"),
        ] {
            let answer = make(bad);
            let status = answer.status.as_u16();
            assert!(status == 422 || bad.ends_with("label="), "{bad}: {status}");
            assert!(answer.body.contains(words), "{bad}: {}", answer.body);
        }
        let made = make("may=see_policy&may=see_people&days=90");
        assert_eq!(made.status, StatusCode::OK);
        let from = made.body.find("gh_").expect("shown once");
        let text: String = made.body[from..]
            .chars()
            .take_while(|c| *c != '<')
            .collect();
        let listed = app.get(&place, &cookie).body;
        assert!(
            !listed.contains(&text) && listed.contains("医院系统"),
            "{listed}"
        );
        let bearer = format!("Bearer {text}");
        let gates = format!("/api/v1/areas/{COMPOUND}/gates");
        assert_eq!(get(app, &gates, &bearer).status, StatusCode::OK);
        // Looking at people is on record, in the name of the token's own account.
        let households = format!("/api/v1/areas/{COMPOUND}/households");
        assert_eq!(get(app, &households, &bearer).status, StatusCode::OK);
        let (kinds, account) = entries(app);
        assert!(
            kinds.contains(&("token.make".to_owned(), Some(maker))),
            "{kinds:?}"
        );
        assert!(
            kinds.contains(&("page.view".to_owned(), Some(account))),
            "{kinds:?}"
        );
        // Nobody signs in to that account.
        let login = app.sign_in("token", "!", "192.0.2.9");
        assert_ne!(login.status, StatusCode::SEE_OTHER);
        let from = listed.find("name=\"id\" value=\"").expect("a form") + 17;
        let id: String = listed[from..].chars().take_while(|c| *c != '"').collect();
        let revoke = format!("act=revoke&id={id}");
        assert_eq!(
            app.form(&place, &cookie, &revoke).status,
            StatusCode::SEE_OTHER
        );
        assert_eq!(get(app, &gates, &bearer).status, StatusCode::UNAUTHORIZED);
        assert_eq!(
            app.form(&place, &cookie, &revoke).status,
            StatusCode::NOT_FOUND
        );
    });
}

fn entries(app: &TestApp) -> (Vec<(String, Option<StaffId>)>, StaffId) {
    let read = app.app.store.read_blocking::<_, StoreError, _>(|tx| {
        let mut all = Vec::new();
        for head in tx.audit_heads(SHARD)? {
            for entry in tx.audit_entries(SHARD, head.writer, 0, 1_000)? {
                all.push((entry.kind, entry.actor));
            }
        }
        Ok((all, tx.api_tokens_of_area(COMMUNITY, 10)?[0].staff))
    });
    read.expect("read")
}

#[test]
fn nobody_gives_a_system_more_than_they_hold_themselves() {
    on_both(|app| {
        let maker = staff_with(app, "only", &["administrator"], COMMUNITY);
        let cookie = app.session(maker);
        let place = format!("/areas/{COMMUNITY}/access");
        let office = OrganisationId([9; 16]);
        let page = app.get(&place, &cookie).body;
        assert!(
            page.contains("see_policy") && !page.contains("see_people"),
            "{page}"
        );
        for more in [
            "see_people",
            "see_crossings",
            "decide_pass",
            "keep_access",
            "reveal_people",
        ] {
            let form = format!("act=token&office={office}&label=x&may={more}&days=1");
            let answer = app.form(&place, &cookie, &form);
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{more}");
        }
        let form = format!("act=webhook&office={office}&url=https://e.invalid/&topic=pass.issued");
        let answer = app.form(&place, &cookie, &form);
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        // Not for an office that has nothing to do with the area, nor elsewhere.
        let form = format!(
            "act=token&office={}&label=x&may=see_policy&days=1",
            "0".repeat(32)
        );
        assert_eq!(
            app.form(&place, &cookie, &form).status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        let next = staff_with(app, "next", &["administrator"], NEXT_COMPOUND);
        let cookie = app.session(next);
        assert_eq!(app.get(&place, &cookie).status, StatusCode::NOT_FOUND);
    });
}
