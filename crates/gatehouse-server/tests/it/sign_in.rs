//! Signing in, its limits, the first password, signing out.

use crate::support::{COMPOUND, PASSWORD, START, STREET, TestApp, cookie_of, on_both};
use axum::http::{Method, StatusCode};
use gatehouse_core::key::{KeyId, SigningKey};
use gatehouse_server::sealed_key;
use gatehouse_server::world::Computer;
use gatehouse_store::StoreError;
use gatehouse_store::key::StaffKeyRow;

const HOME: &str = "192.0.2.1";

#[test]
fn signing_in_and_out() {
    on_both(|app| {
        app.staff("li", "guard", COMPOUND);
        assert_eq!(app.get("/", "").header("location"), "/login");
        let answer = app.sign_in("LI", PASSWORD, HOME);
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        let set = answer.header("set-cookie").to_owned();
        assert!(
            set.contains("HttpOnly; SameSite=Lax") && !set.contains("Secure"),
            "{set}"
        );
        let cookie = cookie_of(&answer);
        let page = app.get("/", &cookie);
        assert!(
            page.status == StatusCode::OK && page.body.contains("李li"),
            "{}",
            page.body
        );
        assert_eq!(page.header("cache-control"), "no-store");
        app.form("/logout", &cookie, "");
        assert_eq!(app.get("/", &cookie).header("location"), "/login");
    });
}

#[test]
fn a_session_ends_by_itself() {
    let app = TestApp::new();
    let cookie = app.session(app.staff("li", "guard", COMPOUND));
    assert_eq!(app.get("/", &cookie).status, StatusCode::OK);
    app.later(12 * 3_600_000);
    assert_eq!(app.get("/", &cookie).header("location"), "/login");
}

#[test]
fn a_closed_account_is_out_within_seconds() {
    let app = TestApp::new();
    let staff = app.staff("li", "guard", COMPOUND);
    let cookie = app.session(staff);
    assert_eq!(app.get("/", &cookie).status, StatusCode::OK);
    app.write(move |tx| {
        let mut row = tx.staff(staff)?.expect("an account");
        row.disabled_at = Some(0);
        tx.update_staff(&row)
    });
    app.later(5_001);
    assert_eq!(app.get("/", &cookie).header("location"), "/login");
    let answer = app.sign_in("li", PASSWORD, HOME);
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

#[test]
fn whoever_guesses_locks_out_themselves_and_nobody_else() {
    on_both(|app| {
        app.staff("li", "guard", COMPOUND);
        app.staff("wang", "guard", COMPOUND);
        let attacker = "203.0.113.9";
        for _ in 0..5 {
            let answer = app.sign_in("li", "wrong wrong", attacker);
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        }
        let closed = app.sign_in("li", PASSWORD, attacker);
        assert_eq!(closed.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(
            cookie_of(&closed).is_empty(),
            "the right password no longer helps there"
        );
        assert_eq!(
            app.sign_in("li", PASSWORD, HOME).status,
            StatusCode::SEE_OTHER
        );
        assert_eq!(
            app.sign_in("wang", PASSWORD, attacker).status,
            StatusCode::SEE_OTHER
        );
        app.later(15 * 60_000);
        assert_eq!(
            app.sign_in("li", PASSWORD, attacker).status,
            StatusCode::SEE_OTHER
        );
    });
}

#[test]
fn an_account_that_is_not_there_answers_like_a_wrong_password() {
    let app = TestApp::new();
    app.staff("li", "guard", COMPOUND);
    let wrong = app.sign_in("li", "wrong wrong", HOME);
    let nobody = app.sign_in("xx", "wrong wrong", HOME);
    assert_eq!(wrong.status, nobody.status);
    assert_eq!(
        wrong.body.replace("value=\"li\"", ""),
        nobody.body.replace("value=\"xx\"", "")
    );
}

#[test]
fn a_flood_of_sign_ins_is_told_to_wait() {
    let app = TestApp::new();
    let answers = (0..12).map(|_| app.sign_in("nobody", "wrong wrong", HOME).status);
    let last = answers.last().expect("some");
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
    let elsewhere = app.sign_in("nobody", "wrong wrong", "198.51.100.7");
    assert_eq!(elsewhere.status, StatusCode::UNAUTHORIZED);
}

#[test]
fn the_first_password_is_changed_before_anything_else() {
    on_both(|app| {
        let staff = app.staff("li", "guard", COMPOUND);
        app.write(move |tx| {
            let row = tx.staff(staff)?.expect("an account");
            tx.set_password(staff, &row.password_hash, true)
        });
        let (cookie, other) = (app.session(staff), app.session(staff));
        assert_eq!(app.get("/", &cookie).header("location"), "/password");
        let api = app.get("/gate/api/me", &cookie);
        assert_eq!(api.status, StatusCode::FORBIDDEN);
        let change = |old: &str, new: &str, again: &str| {
            let body = format!("old={old}&new={new}&again={again}").replace(' ', "+");
            app.form("/password", &cookie, &body)
        };
        for (old, new, again) in [
            ("wrong wrong", "green hill 17", "green hill 17"),
            (PASSWORD, "green hill 17", "green hill 18"),
            (PASSWORD, "short", "short"),
            (PASSWORD, PASSWORD, PASSWORD),
        ] {
            let answer = change(old, new, again);
            assert_ne!(answer.header("location"), "/", "{new}");
            assert_eq!(app.get("/", &cookie).header("location"), "/password");
        }
        change(PASSWORD, "green hill 17", "green hill 17");
        assert_eq!(app.get("/", &cookie).status, StatusCode::OK);
        assert_eq!(
            app.get("/", &other).header("location"),
            "/login",
            "other sessions end"
        );
        assert_eq!(
            app.sign_in("li", PASSWORD, HOME).status,
            StatusCode::UNAUTHORIZED
        );
        assert_eq!(
            app.sign_in("li", "green hill 17", HOME).status,
            StatusCode::SEE_OTHER
        );
    });
}

#[test]
fn another_site_cannot_send_forms() {
    let app = TestApp::new();
    let cookie = app.session(app.staff("li", "guard", COMPOUND));
    let form = ("content-type", "application/x-www-form-urlencoded");
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://elsewhere.example"),
    ] {
        let headers = [
            ("cookie", cookie.as_str()),
            ("host", "gatehouse.lan"),
            (name, value),
            form,
        ];
        let answer = app.send(Method::POST, "/logout", &headers, "");
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name}: {value}");
        assert!(answer.body.contains("H-SITE"), "{}", answer.body);
    }
    assert_eq!(
        app.get("/", &cookie).status,
        StatusCode::OK,
        "still signed in"
    );
    let own = [
        ("cookie", cookie.as_str()),
        ("sec-fetch-site", "same-origin"),
        form,
    ];
    let answer = app.send(Method::POST, "/logout", &own, "");
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}

#[test]
fn a_new_password_takes_the_keys_of_orders_with_it() {
    on_both(|app| {
        let staff = app.staff("officer", "street_command", STREET);
        let key = SigningKey::from_bytes(&[5; 32]);
        let id = KeyId::of(&key.verifying_key());
        let row = StaffKeyRow {
            key_id: id.0,
            staff,
            public_key: key.verifying_key().to_bytes(),
            sealed: sealed_key::seal(&key, PASSWORD, &Computer),
            from_at: START,
            to_at: None,
        };
        app.write(move |tx| tx.insert_staff_key(&row));
        let cookie = app.session(staff);
        let new = "another river 43";
        let body = format!("old={PASSWORD}&new={new}&again={new}").replace(' ', "+");
        let answer = app.form("/password", &cookie, &body);
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        let store = &app.app.store;
        let kept = store.read_blocking::<_, StoreError, _>(move |tx| tx.staff_key(&id.0));
        let kept = kept.expect("read").expect("a key").sealed;
        assert!(sealed_key::open(id, &kept, new).is_some());
        assert!(sealed_key::open(id, &kept, PASSWORD).is_none());
    });
}

#[test]
fn signing_in_leads_back_to_where_one_wanted_to_go() {
    let app = TestApp::new();
    app.staff("li", "shift_lead", COMPOUND);
    let wanted = format!("/areas/{COMPOUND}");
    let place = app.get(&wanted, "").header("location").to_owned();
    assert_eq!(place, format!("/login?next={wanted}"));
    let page = app.get(&place, "");
    assert!(
        page.body.contains(&format!("value=\"{wanted}\"")),
        "{}",
        page.body
    );
    let pairs = [
        (wanted.as_str(), wanted.as_str()),
        ("//elsewhere.example", "/"),
        ("https://elsewhere.example", "/"),
        ("", "/"),
    ];
    for (next, place) in pairs {
        let password = PASSWORD.replace(' ', "+");
        let body = format!("account=li&password={password}&next={next}");
        assert_eq!(app.form("/login", "", &body).header("location"), place);
    }
}

#[test]
fn what_was_typed_outlives_the_session() {
    let app = TestApp::new();
    let cookie = app.session(app.staff("li", "shift_lead", COMPOUND));
    let path = format!("/areas/{COMPOUND}/emergencies");
    app.later(12 * 3_600_000);
    let answer = app.form(&path, &cookie, "item=1&outcome=%22%3Cb%3E&password=secret");
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert!(
        answer.body.contains(&format!("action=\"{path}\"")),
        "{}",
        answer.body
    );
    assert!(
        answer
            .body
            .contains("name=\"outcome\" value=\"&#34;&#60;b&#62;\""),
        "{}",
        answer.body
    );
    assert!(!answer.body.contains("secret"), "{}", answer.body);
}

#[test]
fn figures_are_for_this_machine_and_those_that_are_named() {
    let app = TestApp::new();
    let ask = |address| app.send(Method::GET, "/metrics", &[("x-test-address", address)], "");
    assert_eq!(ask("127.0.0.1").status, StatusCode::OK);
    assert_eq!(ask("::1").status, StatusCode::OK);
    assert_eq!(ask("192.0.2.1").status, StatusCode::NOT_FOUND);
}
