//! Whatever is sent: a clear error in the caller's form, no panic, nothing half-written.

use crate::support::{COMPOUND, GATE, TestApp};
use axum::body::{Body, Bytes};
use axum::http::{Method, StatusCode};

/// (method, path, content type, body, status, code)
type Case = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    u16,
    &'static str,
);

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

const CASES: &[Case] = &[
    ("GET", "/nothing-here", "", "", 404, "H-NONE"),
    ("GET", "/gate/api/nothing-here", "", "", 404, "H-NONE"),
    ("GET", "/gate/../../../etc/passwd", "", "", 404, "H-NONE"),
    (
        "GET",
        "/gate/%2e%2e%2f%2e%2e%2fCargo.toml",
        "",
        "",
        404,
        "H-NONE",
    ),
    ("GET", "/logout", "", "", 404, "H-NONE"),
    ("POST", "/", FORM, "", 404, "H-NONE"),
    ("POST", "/gate/api/me", JSON, "{}", 404, "H-NONE"),
    ("POST", "/login", JSON, "{}", 415, "H-READ"),
    ("POST", "/login", FORM, "", 422, "H-READ"),
    ("POST", "/login", FORM, "account=%FF%FE&password=x", 401, ""),
    ("POST", "/look", FORM, "set=lang-en", 422, "H-READ"),
    ("POST", "DEVICES", JSON, "", 400, "H-READ"),
    ("POST", "DEVICES", JSON, "{\"label\":", 400, "H-READ"),
    ("POST", "DEVICES", JSON, "[]", 400, "H-READ"),
    (
        "POST",
        "DEVICES",
        JSON,
        "{\"public_key_base64\":7,\"label\":\"x\"}",
        400,
        "H-READ",
    ),
    (
        "POST",
        "DEVICES",
        JSON,
        "{\"public_key_base64\":\"\",\"label\":\"x\",\"more\":1}",
        400,
        "H-READ",
    ),
    ("POST", "DEVICES", "text/plain", "{}", 400, "H-READ"),
];

fn path(path: &str) -> String {
    match path {
        "DEVICES" => format!("/gate/api/gates/{GATE}/devices"),
        path => path.to_owned(),
    }
}

#[test]
fn what_cannot_be_read_is_said_with_a_code() {
    let app = TestApp::new();
    let cookie = app.session(app.staff("li", "shift_lead", COMPOUND));
    for (method, path_text, kind, body, status, code) in CASES {
        let path = path(path_text);
        let headers = [("cookie", cookie.as_str()), ("content-type", *kind)];
        let method: Method = method.parse().expect("a method");
        let answer = app.send(method, &path, &headers, *body);
        let what = format!("{path} {body}: {} {}", answer.status, answer.body);
        let client = answer.status.is_client_error();
        assert!(client && (answer.body.contains(code)), "{what}");
        // The form's own status is finer for people than for programs; both are the caller's.
        if path.starts_with("/gate/api/") {
            assert_eq!(answer.status.as_u16(), *status, "{what}");
            assert_eq!(
                answer.header("content-type"),
                "application/problem+json",
                "{what}"
            );
            let problem: serde_json::Value = serde_json::from_str(&answer.body).expect("JSON");
            assert_eq!(problem["status"], answer.status.as_u16(), "{what}");
            assert!(
                problem["type"].is_string() && problem["title"].is_string(),
                "{what}"
            );
        } else {
            assert!(
                answer.header("content-type").starts_with("text/html"),
                "{what}"
            );
        }
    }
}

#[test]
fn ten_megabytes_are_refused_before_they_are_read() {
    let app = TestApp::new();
    let cookie = app.session(app.staff("li", "shift_lead", COMPOUND));
    let big = "x".repeat(10 << 20);
    for (path, kind) in [(path("DEVICES"), JSON), ("/login".to_owned(), FORM)] {
        let length = big.len().to_string();
        let headers = [("cookie", cookie.as_str()), ("content-type", kind)];
        let with_length = [headers[0], headers[1], ("content-length", length.as_str())];
        for headers in [&headers[..], &with_length[..]] {
            let answer = app.send(Method::POST, &path, headers, big.clone());
            assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
            assert!(answer.body.contains("H-LARGE"), "{path}: {}", answer.body);
        }
    }
}

#[test]
fn a_body_that_stops_half_way_changes_nothing() {
    let app = TestApp::new();
    let cookie = app.session(app.staff("li", "shift_lead", COMPOUND));
    for (path, kind) in [(path("DEVICES"), JSON), ("/password".to_owned(), FORM)] {
        let parts = vec![
            Ok(Bytes::from_static(b"{\"label\":\"")),
            Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset)),
        ];
        let body = Body::from_stream(futures_util::stream::iter(parts));
        let headers = [("cookie", cookie.as_str()), ("content-type", kind)];
        let answer = app.send(Method::POST, &path, &headers, body);
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}");
        assert!(answer.body.contains("H-READ"), "{path}: {}", answer.body);
    }
}

#[test]
fn nothing_that_was_typed_comes_back_in_an_error() {
    let app = TestApp::new();
    let cookie = app.session(app.staff("li", "shift_lead", COMPOUND));
    let secret = "王秘密";
    let headers = [("cookie", cookie.as_str()), ("content-type", JSON)];
    for body in [
        format!("{{\"{secret}\":1}}"),
        format!("{{\"label\":\"x\",\"public_key_base64\":\"{secret}\"}}"),
        format!("\"{secret}\""),
    ] {
        let answer = app.send(Method::POST, &path("DEVICES"), &headers, body);
        assert!(answer.status.is_client_error());
        assert!(!answer.body.contains(secret), "{}", answer.body);
    }
}

#[test]
fn names_for_scripts_stay_text() {
    let app = TestApp::new();
    let answer = app.sign_in(
        "%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
        "wrong",
        "192.0.2.1",
    );
    assert!(!answer.body.contains("<script>"), "{}", answer.body);
    let policy = answer.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
}
