//! Whatever is sent: a clear error in the caller's form, no panic, nothing half-written.

use crate::gate::Phone;
use crate::support::{COMPOUND, GATE, TestApp, demo_on_both};
use axum::body::{Body, Bytes};
use axum::http::{Method, StatusCode};
use data_encoding::BASE64;
use gatehouse_store::{Store, StoreError};
use serde_json::{Value, json};

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

/// Everything that is recorded leaves its mark here: where each chain has got to.
pub fn record(app: &TestApp) -> Vec<gatehouse_core::audit::SealedHead> {
    let heads = app.app.store.read_blocking::<_, StoreError, _>(|tx| {
        let shards = tx.shards()?.into_iter();
        let heads = shards.map(|shard| tx.audit_heads(shard));
        Ok(heads.collect::<Result<Vec<_>, _>>()?.concat())
    });
    heads.expect("reads")
}

/// Bodies that no device of ours sends, by the route of a gate.
fn bodies_for_record(device: &str) -> Vec<(&'static str, String)> {
    let events = |events: Value, signature: Value| {
        json!({"device": device, "events": events, "head_signature_base64": signature,
            "oldest": 1})
        .to_string()
    };
    let some = BASE64.encode(&[7; 64]);
    vec![
        ("events", String::new()),
        ("events", "{".to_owned()),
        ("events", "[]".to_owned()),
        ("events", "null".to_owned()),
        ("events", "{\"device\": \"x\"}".to_owned()),
        ("events", events(json!(7), json!(some))),
        ("events", events(json!([7]), json!(some))),
        ("events", events(json!(["*"]), json!(some))),
        ("events", events(json!([]), json!(some))),
        (
            "events",
            events(json!([BASE64.encode(b"no event")]), json!(some)),
        ),
        (
            "events",
            events(json!([BASE64.encode(&[0x9f; 5_000])]), json!(some)),
        ),
        (
            "events",
            events(json!(vec![BASE64.encode(b"x"); 501]), json!(some)),
        ),
        ("events", events(json!([some]), json!(null))),
        ("events", events(json!([some]), json!("short"))),
        (
            "events",
            format!("{}{}", "[".repeat(50_000), "]".repeat(50_000)),
        ),
        ("decide", String::new()),
        ("decide", "{".to_owned()),
        ("decide", json!({"way": "up", "facts": {}}).to_string()),
        ("decide", json!({"way": "in", "facts": []}).to_string()),
        (
            "decide",
            json!({"way": "in", "facts": {}, "more": 1}).to_string(),
        ),
        (
            "decide",
            json!({"way": "in", "facts": {"temperature": 1e300}}).to_string(),
        ),
        (
            "decide",
            "{\"way\": \"in\", \"way\": \"out\", \"facts\": {}}".to_owned(),
        ),
        (
            "decide",
            json!({"way": "in", "pass": ["x"], "facts": {}}).to_string(),
        ),
        (
            "devices",
            json!({"label": "x", "public_key_base64": "AAAA"}).to_string(),
        ),
    ]
}

#[test]
fn the_routes_that_record_take_nothing_that_they_cannot_read() {
    demo_on_both(|app, demo| {
        let phone = Phone::enrolled(app, demo, "guard1a");
        let (gate, device) = (&phone.gate, phone.id());
        let before = record(app);
        for (route, body) in bodies_for_record(device) {
            let path = format!("/gate/api/gates/{gate}/{route}");
            let headers = [("cookie", phone.cookie.as_str()), ("content-type", JSON)];
            let answer = app.send(Method::POST, &path, &headers, body.clone());
            let shown: String = body.chars().take(80).collect();
            let what = format!("{route} {shown}: {} {}", answer.status, answer.body);
            assert!(answer.status.is_client_error(), "{what}");
            let problem: Value = serde_json::from_str(&answer.body).expect("a problem");
            assert!(problem["code"].is_string(), "{what}");
            assert_eq!(record(app), before, "{what}");
        }
        for (route, size) in [("events", 10 << 20), ("decide", 10 << 20)] {
            let path = format!("/gate/api/gates/{gate}/{route}");
            let headers = [("cookie", phone.cookie.as_str()), ("content-type", JSON)];
            let answer = app.send(Method::POST, &path, &headers, "x".repeat(size));
            assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{route}");
            let halves = vec![
                Ok(Bytes::from_static(b"{\"device\":\"")),
                Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset)),
            ];
            let body = Body::from_stream(futures_util::stream::iter(halves));
            let answer = app.send(Method::POST, &path, &headers, body);
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{route}");
        }
        assert_eq!(record(app), before);
    });
}

#[test]
fn whoever_watches_is_told_that_nothing_can_be_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("town.db");
    drop(Store::open_sqlite(&path).expect("made"));
    let app = TestApp::over_store(Store::open_sqlite_to_read(&path).expect("opens"), folder);
    let answer = app.get("/healthz", "");
    assert!(answer.status.is_server_error(), "{}", answer.status);
    assert!(answer.body.contains("S-READONLY"), "{}", answer.body);

    let app = TestApp::new();
    assert_eq!(app.get("/healthz", "").status, StatusCode::OK);
    let written = || app.app.store.figures().commits;
    let before = written();
    assert_eq!(app.get("/healthz", "").status, StatusCode::OK);
    assert_eq!(written(), before, "asked again at once");
    app.later(10_000);
    assert_eq!(app.get("/healthz", "").status, StatusCode::OK);
    assert_eq!(written(), before + 1);
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
