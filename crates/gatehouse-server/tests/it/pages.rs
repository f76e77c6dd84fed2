//! The pages as people get them, in both languages.

use crate::support::{COMPOUND, GATE, TestApp};
use axum::http::{Method, StatusCode};
use gatehouse_server::auth::access::Face;

fn page(app: &TestApp, path: &str, cookie: &str, language: &str) -> String {
    let headers = [("cookie", cookie), ("accept-language", language)];
    let answer = app.send(Method::GET, path, &headers, "");
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
    answer.body
}

#[test]
fn pages_stay_as_they_were_looked_at() {
    let app = TestApp::new();
    let cookie = app.session(app.staff("li", "shift_lead", COMPOUND));
    insta::assert_snapshot!("login-zh", page(&app, "/login", "", "zh-CN"));
    insta::assert_snapshot!("login-en", page(&app, "/login", "", "en-GB"));
    insta::assert_snapshot!("home-zh", page(&app, "/", &cookie, ""));
    insta::assert_snapshot!("password-zh", page(&app, "/password", &cookie, ""));
}

#[test]
fn an_error_says_what_happened_what_to_do_and_a_code() {
    let app = TestApp::new();
    let headers = [("accept-language", "zh-CN")];
    let answer = app.send(Method::GET, "/nowhere", &headers, "");
    insta::assert_snapshot!("not-found-zh", answer.body);
    let headers = [("accept-language", "en")];
    let answer = app.send(Method::GET, "/nowhere", &headers, "");
    assert!(answer.body.contains("lang=\"en\""), "{}", answer.body);
}

#[test]
fn every_page_works_without_script_and_from_nowhere_else() {
    let app = TestApp::new();
    let cookie = app.session(app.staff("li", "shift_lead", COMPOUND));
    let area = [
        "today",
        "fevers",
        "fevers/new",
        "handover",
        "emergencies",
        "alarms",
    ];
    let area = area.map(|page| format!("/areas/{COMPOUND}/{page}"));
    let paths = ["/login", "/", "/password", "/v"];
    for path in paths.into_iter().chain(area.iter().map(String::as_str)) {
        let body = page(&app, path, &cookie, "");
        let script = "<script src=\"/console.js\" defer></script>";
        assert!(!body.replacen(script, "", 1).contains("<script"), "{path}");
        assert!(!body.contains("style=\""), "{path}: the policy refuses it");
        for part in body.split(['"', '\'']) {
            let elsewhere = part.starts_with("http") || part.starts_with("//");
            assert!(!elsewhere, "{path}: {part}");
        }
    }
}

#[test]
fn headers_keep_the_browser_safe() {
    let app = TestApp::new();
    let answer = app.get("/login", "");
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        assert_eq!(answer.header(name), value);
    }
    assert!(answer.header("permissions-policy").contains("camera=()"));
    let gate = app.get("/gate/", "");
    assert!(
        gate.header("content-security-policy")
            .contains("'wasm-unsafe-eval'")
    );
    assert!(gate.header("permissions-policy").contains("camera=(self)"));
    let numbers = [answer.header("x-request-id"), gate.header("x-request-id")];
    assert!(numbers[0] != numbers[1] && !numbers[0].is_empty());
}

#[test]
fn figures_name_routes_and_nobody() {
    let app = TestApp::new();
    let cookie = app.session(app.staff("li", "shift_lead", COMPOUND));
    app.get(&format!("/gates/{GATE}/today"), &cookie);
    app.get("/login?name=secret", "");
    let here = [("x-test-address", "127.0.0.1")];
    let text = app.send(Method::GET, "/metrics", &here, "").body;
    assert!(text.contains("route=\"/login\""), "{text}");
    assert!(
        !text.contains("secret") && !text.contains(&GATE.to_string()),
        "{text}"
    );
    assert_eq!(app.get("/healthz", "").status, StatusCode::OK);
}

/// The browser tests open every page of this list (`web/tests/widths.test.mjs`): whoever adds a
/// page brings it up to date and is told there whether the page fits a phone.
#[test]
fn every_page_is_in_the_list_that_the_browser_opens() {
    let table = gatehouse_server::app::routes();
    let rules = table.rules().iter();
    let pages = rules.filter(|rule| rule.method == Method::GET && rule.face == Face::Page);
    let mut paths: Vec<&str> = pages.map(|rule| rule.path).collect();
    paths.sort_unstable();
    insta::assert_snapshot!("list-of-pages", paths.join("\n"));
}
