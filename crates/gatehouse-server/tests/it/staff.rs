//! Accounts in the console: given, suspended, on leave, ended; and who may do so.

use crate::support::{
    Answer, COMMUNITY, COMPOUND, COUNTY, NEXT_COMPOUND, OFFICE, PASSWORD, TestApp, on_both,
};
use axum::http::StatusCode;
use gatehouse_core::id::StaffId;
use gatehouse_store::StoreError;

const HOME: &str = "192.0.2.1";
const DAY: i64 = 86_400_000;

/// The value of a hidden field of a page.
fn hidden(page: &Answer, name: &str) -> String {
    let mark = format!("name=\"{name}\" value=\"");
    let (_, rest) = page
        .body
        .split_once(&mark)
        .unwrap_or_else(|| panic!("{name}: {}", page.body));
    rest.split('"').next().unwrap_or_default().to_owned()
}

fn office(app: &TestApp) -> String {
    app.session(app.staff("office", "community_office", COMMUNITY))
}

/// Asks for an account; the answer and the first password.
fn add(app: &TestApp, cookie: &str, login: &str, role: &str, area: &str) -> Answer {
    let path = format!("/areas/{COMMUNITY}/staff/new");
    let form = app.get(&path, cookie);
    let (staff, membership) = (hidden(&form, "staff"), hidden(&form, "membership"));
    let body = format!(
        "staff={staff}&membership={membership}&login={login}&name=%E5%AD%99%E6%98%8E\
         &role={role}&office={OFFICE}&area={area}&from=&until="
    );
    let answer = app.form(&path, cookie, &body);
    // A double click makes no second account and shows no password again.
    if answer.status == StatusCode::OK {
        let again = app.form(&path, cookie, &body);
        assert_eq!(again.status, StatusCode::OK);
        assert!(!again.body.contains("fingerprint"), "{}", again.body);
    }
    answer
}

fn password(answer: &Answer) -> String {
    let (_, rest) = answer
        .body
        .split_once("fingerprint\"><b>")
        .expect("a password");
    rest.split('<').next().unwrap_or_default().to_owned()
}

fn staff_of(app: &TestApp, login: &'static str) -> StaffId {
    let found = app
        .app
        .store
        .read_blocking::<_, StoreError, _>(move |tx| tx.staff_by_login(login));
    found.expect("reads").expect("an account").staff
}

#[test]
fn an_account_is_made_used_suspended_and_ended() {
    on_both(|app| {
        let cookie = office(app);
        let made = add(app, &cookie, "sun", "guard", &COMPOUND.to_string());
        assert_eq!(made.status, StatusCode::OK, "{}", made.body);
        let answer = app.sign_in("sun", &password(&made), HOME);
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        let sun = staff_of(app, "sun");
        let guard = app.session(sun);
        app.write(move |tx| tx.set_password(sun, "x", false));
        app.later(6_000);
        let gate = format!("/gates/{}/today", crate::support::GATE);
        assert_eq!(app.get(&gate, &guard).status, StatusCode::OK);

        let path = format!("/areas/{COMMUNITY}/staff/{sun}");
        let act = |act: &str, more: &str| {
            let page = app.get(&path, &cookie);
            let (membership, version) = (hidden(&page, "membership"), hidden(&page, "version"));
            let body = format!("act={act}&membership={membership}&version={version}{more}");
            app.form(&path, &cookie, &body)
        };
        assert_eq!(act("suspend", "").status, StatusCode::SEE_OTHER);
        assert_eq!(app.get(&gate, &guard).status, StatusCode::NOT_FOUND);
        assert_eq!(act("resume", "").status, StatusCode::SEE_OTHER);
        assert_eq!(app.get(&gate, &guard).status, StatusCode::OK);

        // On leave today, back tomorrow, by itself.
        let leave = "&from=2020-02-19&until=2020-02-19";
        assert_eq!(act("leave", leave).status, StatusCode::SEE_OTHER);
        assert_eq!(app.get(&gate, &guard).status, StatusCode::NOT_FOUND);
        let list = app.get(&format!("/areas/{COMMUNITY}/staff"), &cookie);
        assert!(list.body.contains("今天请假"), "{}", list.body);
        app.later(DAY - 11 * 3_600_000);
        let (guard, cookie) = (app.session(sun), app.session(staff_of(app, "office")));
        assert_eq!(app.get(&gate, &guard).status, StatusCode::NOT_FOUND);
        app.later(4 * 3_600_000);
        assert_eq!(app.get(&gate, &guard).status, StatusCode::OK);

        // A stale version is not taken.
        let page = app.get(&path, &cookie);
        let membership = hidden(&page, "membership");
        let stale = format!("act=end&membership={membership}&version=1");
        assert_eq!(
            app.form(&path, &cookie, &stale).status,
            StatusCode::CONFLICT
        );
        let body = format!(
            "act=end&membership={membership}&version={}",
            hidden(&page, "version")
        );
        assert_eq!(
            app.form(&path, &cookie, &body).status,
            StatusCode::SEE_OTHER
        );
        assert_eq!(app.get(&gate, &guard).status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn nobody_gives_or_takes_more_than_is_theirs() {
    on_both(|app| {
        let cookie = office(app);
        let there = COMPOUND.to_string();
        for (login, role, area, reason) in [
            ("a1", "administrator", there.clone(), "不归您给"),
            ("a2", "community_office", there.clone(), "不归您给"),
            ("a3", "guard", COUNTY.to_string(), "请选一个单位"),
            ("a4", "guard", "0".repeat(32), "请选一个单位"),
            ("office", "guard", there.clone(), "已经有人用了"),
            ("a+b", "guard", there.clone(), "不能这样写"),
            ("", "guard", there.clone(), "不能这样写"),
            ("a5", "king", there.clone(), "不归您给"),
        ] {
            let answer = add(app, &cookie, login, role, &area);
            assert_eq!(
                answer.status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "{login} {role}"
            );
            assert!(answer.body.contains(reason), "{login}: {}", answer.body);
            assert!(
                answer.body.contains("孙明"),
                "what was typed is still there"
            );
        }
        // The administrator of the county cannot be locked out by a community.
        let admin = app.staff("admin", "administrator", COUNTY);
        let lead = app.staff("lead", "shift_lead", COMPOUND);
        app.write(move |tx| {
            let mut row = crate::support::membership_row(admin, "guard", COMPOUND);
            row.membership.0[0] ^= 1;
            tx.insert_membership(&row)
        });
        let path = |staff| format!("/areas/{COMMUNITY}/staff/{staff}");
        for act in ["password", "close"] {
            let answer = app.form(&path(admin), &cookie, &format!("act={act}"));
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{act}");
            let own = staff_of(app, "office");
            let answer = app.form(&path(own), &cookie, &format!("act={act}"));
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{act}");
        }
        assert_eq!(
            app.form(&path(lead), &cookie, "act=close").status,
            StatusCode::SEE_OTHER
        );
        assert_eq!(
            app.sign_in("lead", PASSWORD, HOME).status,
            StatusCode::UNAUTHORIZED
        );
        assert_eq!(
            app.form(&path(lead), &cookie, "act=open").status,
            StatusCode::SEE_OTHER
        );
        assert_eq!(
            app.sign_in("lead", PASSWORD, HOME).status,
            StatusCode::SEE_OTHER
        );
        // Somebody of another compound is not there.
        let far = app.staff("far", "community_office", NEXT_COMPOUND);
        let far = app.session(far);
        let answer = app.form(
            &format!("/areas/{NEXT_COMPOUND}/staff/{lead}"),
            &far,
            "act=close",
        );
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    });
}
