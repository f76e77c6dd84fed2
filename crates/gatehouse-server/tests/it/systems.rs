//! The API for other systems: what a token opens, lists and their pages, the document about them,
//! writes.

use crate::support::{
    COMMUNITY, COMPOUND, GATE, START, TestApp, demo_on_both, membership_row, on_both, staff_row,
};
use axum::http::{Method, StatusCode};
use gatehouse_core::id::{AreaId, MembershipId, StaffId};
use gatehouse_server::app::routes;
use gatehouse_server::auth::role::Permission;
use gatehouse_store::api_token::ApiTokenRow;
use gatehouse_store::area::AreaRow;
use gatehouse_store::{Shard, StoreError};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

pub const DAY: i64 = 86_400_000;
pub const SHARD: Shard = Shard(1);

/// An account with several roles in an area, for whatever office there is.
pub fn staff_with(app: &TestApp, login: &str, roles: &[&'static str], area: AreaId) -> StaffId {
    let staff = staff_row(login, "!");
    let id = staff.staff;
    let roles: Vec<_> = roles.to_vec();
    app.write(move |tx| {
        tx.insert_staff(&staff)?;
        let office = tx.organisations(1)?[0].organisation;
        for (n, role) in roles.iter().enumerate() {
            let mut row = membership_row(id, role, area);
            row.membership = MembershipId({
                let mut bytes = id.0;
                bytes[0] ^= n as u8 + 1;
                bytes
            });
            row.organisation = office;
            tx.insert_membership(&row)?;
        }
        Ok(())
    });
    id
}

/// A token made past the page: its header.
pub fn token(app: &TestApp, maker: StaffId, area: AreaId, permissions: &[Permission]) -> String {
    let words = permissions.iter().filter_map(|p| p.system_word());
    let words = words.collect::<Vec<_>>().join(" ");
    let seed = Sha256::digest(format!("{maker} {area} {words}").as_bytes());
    let text = format!("gh_{}", data_encoding::HEXLOWER.encode(&seed));
    let hash: [u8; 32] = Sha256::digest(text.as_bytes()).into();
    let account = staff_row(&format!("token/{text}"), "!");
    app.write(move |tx| {
        tx.insert_staff(&account)?;
        tx.insert_api_token(&ApiTokenRow {
            token: hash[..16].try_into().expect("sixteen"),
            token_hash: hash,
            staff: account.staff,
            organisation: tx.organisations(1)?[0].organisation,
            label: "医院系统".to_owned(),
            permissions: words.clone(),
            area,
            made_by: maker,
            made_at: START,
            expires_at: START + DAY,
            used_at: None,
            revoked: None,
        })
    });
    format!("Bearer {text}")
}

pub fn get(app: &TestApp, path: &str, token: &str) -> crate::support::Answer {
    app.send(Method::GET, path, &[("authorization", token)], "")
}

fn json(app: &TestApp, path: &str, token: &str) -> Value {
    let answer = get(app, path, token);
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
    serde_json::from_str(&answer.body).expect("JSON")
}

/// Every row of a list, page by page.
pub fn whole(app: &TestApp, path: &str, token: &str, limit: u32) -> Vec<Value> {
    let mut all = Vec::new();
    let mut after = String::new();
    loop {
        let mark = if path.contains('?') { '&' } else { '?' };
        let page = json(app, &format!("{path}{mark}limit={limit}{after}"), token);
        let items = page["items"].as_array().expect("a list").clone();
        assert!(items.len() <= limit as usize);
        all.extend(items);
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return all,
        }
    }
}

pub fn areas(app: &TestApp) -> Vec<AreaRow> {
    let read = app.app.store.read_blocking::<_, StoreError, _>(|tx| {
        let mut all = Vec::new();
        for root in tx.area_roots()? {
            all.extend(tx.area_subtree(root.area, 5_000)?);
        }
        Ok(all)
    });
    read.expect("read")
}

/// An area and all above it.
fn path(areas: &[AreaRow], area: AreaId) -> Vec<AreaId> {
    let mut path = vec![area];
    let parent = |area| {
        areas
            .iter()
            .find(|row| row.area == area)
            .and_then(|row| row.parent)
    };
    while let Some(up) = path.last().copied().and_then(parent) {
        path.push(up);
    }
    path
}

const LISTS: [&str; 8] = [
    "gates",
    "policies",
    "households",
    "people",
    "passes",
    "crossings",
    "open-items",
    "visits",
];

fn area_of(text: &Value) -> AreaId {
    AreaId::parse(text.as_str().expect("text")).expect("an id")
}

#[test]
fn a_token_never_sees_an_area_outside_its_subtree() {
    demo_on_both(|app, _| {
        let areas = areas(app);
        let root = areas
            .iter()
            .find(|row| row.parent.is_none())
            .expect("a root")
            .area;
        let county = areas
            .iter()
            .find(|row| row.level == "county")
            .map_or(root, |row| row.area);
        let roles = ["community_office", "administrator"];
        let maker = staff_with(app, "both", &roles, county);
        let gates = app
            .app
            .store
            .read_blocking::<_, StoreError, _>(|tx| tx.gates(SHARD));
        let gates = gates.expect("read");
        let seen_from = areas
            .iter()
            .filter(|row| row.level != "unit" && row.level != "building");
        for top in seen_from.filter(|row| path(&areas, row.area).contains(&county)) {
            let token = token(app, maker, top.area, &Permission::FOR_SYSTEMS);
            let inside = |area| path(&areas, area).contains(&top.area);
            let listed = whole(app, "/api/v1/areas", &token, 200);
            let listed: BTreeSet<AreaId> = listed.iter().map(|row| area_of(&row["area"])).collect();
            let expected = areas
                .iter()
                .map(|row| row.area)
                .filter(|area| inside(*area));
            assert_eq!(listed, expected.collect(), "{}", top.name);
            for other in areas.iter().filter(|row| row.level == "compound") {
                for list in LISTS {
                    let place = format!("/api/v1/areas/{}/{list}", other.area);
                    let answer = get(app, &place, &token);
                    let status = if inside(other.area) { 200 } else { 404 };
                    assert_eq!(answer.status.as_u16(), status, "{place} from {}", top.name);
                }
            }
            // What the lists of its own top hold lies inside, too.
            for list in LISTS.iter().filter(|list| **list != "policies") {
                let place = format!("/api/v1/areas/{}/{list}?limit=200", top.area);
                for row in json(app, &place, &token)["items"].as_array().expect("rows") {
                    let area = match row["gate"].as_str() {
                        Some(gate) => gates.iter().find(|row| row.gate.to_string() == gate),
                        None => None,
                    };
                    let area = area.map_or_else(|| area_of(&row["area"]), |gate| gate.area);
                    assert!(inside(area), "{list} of {}: {row}", top.name);
                }
            }
        }
    });
}

#[test]
fn lists_are_whole_in_pages_of_any_size_and_hold_no_name() {
    demo_on_both(|app, _| {
        let areas = areas(app);
        let compound = areas
            .iter()
            .find(|row| row.level == "compound")
            .expect("one")
            .area;
        let maker = staff_with(app, "office", &["community_office"], compound);
        let token = token(app, maker, compound, &Permission::FOR_SYSTEMS);
        let base = format!("/api/v1/areas/{compound}");
        for (list, key) in [
            ("households", "household"),
            ("people", "person"),
            ("passes", "pass"),
            ("crossings", "seq"),
        ] {
            let large = whole(app, &format!("{base}/{list}"), &token, 200);
            assert!(large.len() > 20, "{list}: {}", large.len());
            let small = whole(app, &format!("{base}/{list}"), &token, 37);
            assert_eq!(small, large, "{list}");
            let keys = large
                .iter()
                .map(|row| (row[key].to_string(), row["device"].to_string()));
            assert_eq!(
                keys.collect::<BTreeSet<_>>().len(),
                large.len(),
                "each once"
            );
        }
        let people = whole(app, &format!("{base}/people"), &token, 200);
        let stars = people.iter().filter_map(|row| row["masked_name"].as_str());
        assert!(stars.clone().count() > 20 && stars.clone().all(|name| name.contains('*')));
        let times = whole(app, &format!("{base}/crossings"), &token, 200);
        let times: Vec<&str> = times.iter().filter_map(|row| row["at"].as_str()).collect();
        assert!(times.is_sorted_by(|a, b| a >= b), "newest first");
        // Filters narrow what there is.
        let household = people
            .iter()
            .find_map(|row| row["household"].as_str())
            .expect("a home");
        let home = whole(
            app,
            &format!("{base}/people?household={household}"),
            &token,
            50,
        );
        assert!(!home.is_empty() && home.iter().all(|row| row["household"] == household));
        let ins = whole(
            app,
            &format!("{base}/crossings?way=in&verdict=admit"),
            &token,
            200,
        );
        let is_in = |row: &Value| row["way"] == "in" && row["verdict"] == "admit";
        assert!(!ins.is_empty() && ins.len() < times.len() && ins.iter().all(is_in));
        let none = whole(
            app,
            &format!("{base}/crossings?until=2001-01-01T00:00:00Z"),
            &token,
            50,
        );
        assert_eq!(none, Vec::<Value>::new());
    });
}

#[test]
fn bad_queries_are_refused_without_repeating_them() {
    on_both(|app| {
        let maker = staff_with(app, "office", &["community_office"], COMMUNITY);
        let token = token(app, maker, COMMUNITY, &Permission::FOR_SYSTEMS);
        let base = format!("/api/v1/areas/{COMPOUND}");
        for bad in [
            "gates?limit=0",
            "gates?limit=201",
            "gates?limit=-1",
            "gates?page=2",
            "gates?after=geheim",
            "households?building=1&building=2",
            "passes?in_use=perhaps",
            "crossings?verdict=geheim",
            "crossings?from=yesterday",
            "crossings?after=1.2.3",
            "crossings?gate=geheim",
            "people?household=1",
            "open-items?open=1&name=geheim",
        ] {
            let answer = get(app, &format!("{base}/{bad}"), &token);
            assert_eq!(
                answer.status,
                StatusCode::BAD_REQUEST,
                "{bad}: {}",
                answer.body
            );
            let kind = answer.header("content-type");
            assert_eq!(kind, "application/problem+json", "{bad}");
            assert!(
                answer.body.contains("H-READ") && !answer.body.contains("geheim"),
                "{bad}"
            );
        }
        let other = format!("{base}/crossings?gate={}", "0".repeat(32));
        assert_eq!(get(app, &other, &token).status, StatusCode::NOT_FOUND);
        let fine = format!("{base}/crossings?gate={GATE}&from=2020-02-19T07:00:00%2B08:00");
        assert_eq!(get(app, &fine, &token).status, StatusCode::OK);
        let lost = get(app, "/api/v1/nothing", &token);
        assert_eq!(lost.header("content-type"), "application/problem+json");
    });
}

#[test]
fn the_document_and_the_routes_agree() {
    let app = TestApp::new();
    let answer = app.get("/api/v1/openapi.json", "");
    assert_eq!(answer.header("content-type"), "application/json");
    let document: Value = serde_json::from_str(&answer.body).expect("JSON");
    assert_eq!(document["openapi"], "3.1.0");
    let paths = document["paths"].as_object().expect("paths");
    let mut described = BTreeSet::new();
    let mut ids = BTreeSet::new();
    for (path, methods) in paths {
        for (method, operation) in methods.as_object().expect("methods") {
            described.insert((method.to_uppercase(), path.clone()));
            assert!(ids.insert(operation["operationId"].to_string()), "{path}");
            let parameters = operation["parameters"].as_array().expect("parameters");
            let named = parameters.iter().filter(|one| one["in"] == "path").count();
            assert_eq!(named, path.matches('{').count(), "{path}");
        }
    }
    let table = routes();
    let open = table
        .rules()
        .iter()
        .filter(|rule| rule.path.starts_with("/api/"));
    let open: BTreeSet<_> = open
        .map(|rule| (rule.method.to_string(), rule.path.to_owned()))
        .collect();
    assert_eq!(described, open);
    let documented = table.rules().iter().filter(|rule| rule.doc.is_some());
    assert!(
        documented
            .clone()
            .all(|rule| rule.path.starts_with("/api/v1/"))
    );
    // Every reference leads somewhere, and every parameter is one that the route takes.
    for reference in references(&document) {
        let pointer = reference.trim_start_matches('#');
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
    let maker = staff_with(&app, "office", &["community_office"], COMMUNITY);
    let token = token(&app, maker, COMMUNITY, &Permission::FOR_SYSTEMS);
    for (path, methods) in paths {
        let query = methods["get"]["parameters"]
            .as_array()
            .into_iter()
            .flatten();
        for name in query.filter(|one| one["in"] == "query") {
            let name = name["name"].as_str().expect("a name");
            let place = path.replace("{area}", &COMPOUND.to_string());
            let answer = get(&app, &format!("{place}?{name}=%20"), &token);
            let other = get(&app, &format!("{place}?un{name}=%20"), &token);
            assert_eq!(other.status, StatusCode::BAD_REQUEST, "{path} {name}");
            // Free words are taken as they are; numbers, ids and times are not. Names lie sealed.
            let fine = [StatusCode::OK, StatusCode::BAD_REQUEST].contains(&answer.status);
            let is_fine = fine || answer.body.contains("K-ROOT");
            assert!(is_fine, "{path} {name}: {}", answer.body);
        }
    }
}

fn references(value: &Value) -> Vec<String> {
    match value {
        Value::Object(map) => {
            let own = map.get("$ref").and_then(Value::as_str).map(str::to_owned);
            own.into_iter()
                .chain(map.values().flat_map(references))
                .collect()
        }
        Value::Array(list) => list.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

pub fn post(
    app: &TestApp,
    path: &str,
    token: &str,
    key: &str,
    body: &Value,
) -> crate::support::Answer {
    let headers = [
        ("authorization", token),
        ("content-type", "application/json"),
        ("idempotency-key", key),
    ];
    app.send(Method::POST, path, &headers, body.to_string())
}

#[test]
fn a_write_is_done_once_for_its_key_and_in_the_name_of_the_token() {
    demo_on_both(|app, _| {
        let areas = areas(app);
        let compound = areas
            .iter()
            .find(|row| row.level == "compound")
            .expect("one")
            .area;
        let maker = staff_with(app, "office", &["community_office"], compound);
        let token = token(app, maker, compound, &Permission::FOR_SYSTEMS);
        let base = format!("/api/v1/areas/{compound}");
        let passes = whole(
            app,
            &format!("{base}/passes?in_use=true&kind=resident"),
            &token,
            200,
        );
        let one = passes
            .iter()
            .find(|row| row["holder"].is_string())
            .expect("a pass");
        let place = format!(
            "{base}/passes/{}/revocation",
            one["pass"].as_str().expect("an id")
        );
        let lost = serde_json::json!({"reason": "lost", "replacement": false});
        let status = |key: &str, body: &Value| post(app, &place, &token, key, body).status.as_u16();
        for (key, body, expected) in [
            ("", lost.clone(), 400),
            ("short", lost.clone(), 400),
            (
                "key-0001",
                serde_json::json!({"reason": "annoying", "replacement": false}),
                400,
            ),
            (
                "key-0001",
                serde_json::json!({"reason": "lost", "note": "x"}),
                400,
            ),
            (
                "key-0001",
                serde_json::json!({"reason": "replaced", "replacement": false}),
                422,
            ),
        ] {
            assert_eq!(status(key, &body), expected, "{key} {body}");
        }
        let first = post(app, &place, &token, "key-0001", &lost);
        assert_eq!(first.status, StatusCode::CREATED, "{}", first.body);
        let again = post(app, &place, &token, "key-0001", &lost);
        assert_eq!((again.status, &again.body), (first.status, &first.body));
        let other = serde_json::json!({"reason": "copied", "replacement": false});
        let taken = post(app, &place, &token, "key-0001", &other);
        assert_eq!(taken.status, StatusCode::CONFLICT);
        assert!(taken.body.contains("H-KEY"), "{}", taken.body);
        assert_eq!(status("key-0002", &other), 422, "ended for another reason");
        let after = whole(app, &format!("{base}/passes"), &token, 200);
        let ended = after
            .iter()
            .find(|row| row["pass"] == one["pass"])
            .expect("still there");
        assert_eq!(ended["revocation"], "lost");
        // Whoever has none now can be applied for, once.
        let body = serde_json::json!({
            "household": one["household"], "kind": "resident", "holder": one["holder"],
            "delivery": "home",
        });
        let place = format!("{base}/applications");
        let made = post(app, &place, &token, "key-0003", &body);
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        assert_eq!(post(app, &place, &token, "key-0003", &body).body, made.body);
        let second = post(app, &place, &token, "key-0004", &body);
        assert_eq!(second.status.as_u16(), 422, "{}", second.body);
        assert!(second.body.contains("P-WAITS"), "{}", second.body);
        // Not at another compound, and not without a token.
        let elsewhere = areas
            .iter()
            .rfind(|row| row.level == "compound")
            .expect("one")
            .area;
        let far = format!("/api/v1/areas/{elsewhere}/applications");
        assert_eq!(
            post(app, &far, &token, "key-0005", &body).status,
            StatusCode::NOT_FOUND
        );
        let cookie = app.session(maker);
        let headers = [("cookie", cookie.as_str()), ("idempotency-key", "key-0006")];
        let answer = app.send(Method::POST, &place, &headers, body.to_string());
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    });
}
