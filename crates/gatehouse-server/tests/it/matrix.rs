//! Every route of a gate × roles × relation of the areas × state of the membership, generated
//! from the route table: whoever adds a route is tested without writing a line.

use crate::support::{
    BUILDING, COMMUNITY, COMPOUND, GATE, NEXT_COMPOUND, START, TestApp, membership_row, on_both,
    session_row, staff_row,
};
use crate::systems::{staff_with, token};
use axum::http::{Method, StatusCode};
use gatehouse_core::id::AreaId;
use gatehouse_server::app::routes;
use gatehouse_server::auth::access::{Access, Face, Kept, RouteRule, Scope};
use gatehouse_server::auth::role::{Permission, Role};
use gatehouse_store::membership::MembershipRow;

/// How the membership's area lies to the gate's compound, and whether it reaches there.
const RELATIONS: [(&str, AreaId, bool); 4] = [
    ("own", COMPOUND, true),
    ("parent", COMMUNITY, true),
    ("child", BUILDING, false),
    ("sibling", NEXT_COMPOUND, false),
];

/// States of a membership, and whether it counts now.
const STATES: [(&str, bool); 5] = [
    ("active", true),
    ("suspended", false),
    ("ended", false),
    ("begins later", false),
    ("is over", false),
];

fn in_state(mut row: MembershipRow, state: &str) -> MembershipRow {
    match state {
        "begins later" => row.from_at = START + 1,
        "is over" => row.to_at = Some(START),
        state => row.state = state.to_owned(),
    }
    row
}

/// An id that nothing has.
const NOBODY: &str = "00000000000000000000000000000001";

struct Somebody {
    what: String,
    role: Role,
    reaches: bool,
    counts: bool,
    cookie: String,
}

fn everybody(app: &TestApp) -> Vec<Somebody> {
    let mut all = Vec::new();
    for role in Role::ALL {
        let mut rows = Vec::new();
        for (relation, area, reaches) in RELATIONS {
            for (state, counts) in STATES {
                let login = format!("{}-{relation}-{state}", role.name());
                let staff = staff_row(&login, "no password");
                let membership = membership_row(staff.staff, role.name(), area);
                let session = session_row(staff.staff, &login.replace(' ', "_"));
                rows.push((staff, in_state(membership, state), session));
                all.push(Somebody {
                    cookie: format!("session={}", login.replace(' ', "_")),
                    what: login,
                    role,
                    reaches,
                    counts,
                });
            }
        }
        app.write(move |tx| {
            for (staff, membership, session) in &rows {
                tx.insert_staff(staff)?;
                tx.insert_membership(membership)?;
                tx.insert_session(session)?;
            }
            Ok(())
        });
    }
    all
}

/// What the guard must answer; `None`: the handler answers.
fn expected(rule: &RouteRule, somebody: &Somebody) -> Option<StatusCode> {
    match (rule.access, rule.scope) {
        (Access::Public(_) | Access::SignedIn | Access::Resident, Scope::None) => None,
        (Access::AtGate(_), Scope::None) => panic!("{} names no gate", rule.path),
        (Access::Needs(permission), Scope::None) => {
            let may = somebody.counts && somebody.role.may(permission);
            (!may).then_some(StatusCode::FORBIDDEN)
        }
        (access, Scope::Gate | Scope::Area) => {
            if !(somebody.counts && somebody.reaches) {
                return Some(StatusCode::NOT_FOUND);
            }
            match access {
                Access::Needs(permission) if !somebody.role.may(permission) => {
                    Some(StatusCode::FORBIDDEN)
                }
                Access::AtGate(_) if !somebody.role.may(Permission::WorkGate) => {
                    Some(StatusCode::FORBIDDEN)
                }
                _ => None,
            }
        }
    }
}

fn names_more(rule: &RouteRule) -> bool {
    rule.path.matches('{').count() > usize::from(rule.scope != Scope::None)
}

/// The path of a route with a gate, an area and, for whatever else it names, nothing that is
/// there.
fn address(rule: &RouteRule, gate: &str, area: &str) -> String {
    let path = rule.path.replace("{gate}", gate).replace("{area}", area);
    let parts = path.split('/').map(|part| match part.starts_with('{') {
        true => NOBODY,
        false => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

fn call(app: &TestApp, rule: &RouteRule, cookie: &str) -> crate::support::Answer {
    let path = address(rule, &GATE.to_string(), &COMPOUND.to_string());
    if rule.method == Method::GET {
        app.get(&path, cookie)
    } else if rule.face == Face::Api {
        let headers = [("cookie", cookie), ("content-type", "application/json")];
        app.send(Method::POST, &path, &headers, "{}")
    } else {
        app.form(&path, cookie, "")
    }
}

#[test]
fn nobody_gets_further_than_role_area_and_membership_allow() {
    let app = TestApp::new();
    let everybody = everybody(&app);
    let table = routes();
    let rules = table.rules().iter();
    let gates: Vec<&RouteRule> = rules
        .filter(|rule| rule.scope != Scope::None || matches!(rule.access, Access::Needs(_)))
        .collect();
    assert!(!gates.is_empty());
    let (mut refused, mut let_in) = (0, 0);
    for rule in gates {
        for somebody in &everybody {
            let answer = call(&app, rule, &somebody.cookie);
            let what = format!("{} {} as {}", rule.method, rule.path, somebody.what);
            match expected(rule, somebody) {
                Some(status) => {
                    assert_eq!(answer.status, status, "{what}");
                    refused += 1;
                }
                None => {
                    let guard = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN];
                    assert!(!guard.contains(&answer.status), "{what}: {}", answer.status);
                    // What else a path names is not there, which the handler may say.
                    if !names_more(rule) {
                        assert!(!answer.body.contains("H-NONE"), "{what}: {}", answer.body);
                    }
                    let_in += 1;
                }
            }
        }
        // The same route for nobody and for a cookie that is none.
        for cookie in ["", "session=nonsense", "session="] {
            let answer = call(&app, rule, cookie);
            let what = format!("{} {} with {cookie:?}", rule.method, rule.path);
            if rule.face == Face::Api || rule.method == Method::POST {
                assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{what}");
            } else {
                let place = answer.header("location");
                assert!(
                    place == "/login" || place.starts_with("/login?next=/"),
                    "{what}"
                );
            }
        }
    }
    assert!(refused > let_in && let_in > 0, "{refused} {let_in}");
}

/// A token, with what its maker holds and what it leaves of that.
struct Held {
    what: String,
    role: Role,
    reaches: bool,
    permissions: Vec<Permission>,
    header: String,
}

fn every_token(app: &TestApp) -> Vec<Held> {
    let mut all = Vec::new();
    let whole = Permission::FOR_SYSTEMS.to_vec();
    let without = |left| whole.iter().copied().filter(move |p| *p != left).collect();
    let mut sets: Vec<Vec<Permission>> = whole.iter().map(|p| without(*p)).collect();
    sets.push(whole.clone());
    for role in Role::ALL {
        for (relation, area, maker_reaches) in RELATIONS {
            let login = format!("maker-{}-{relation}", role.name());
            let maker = staff_with(app, &login, &[role.name()], area);
            for (of_token, top, token_reaches) in RELATIONS {
                for permissions in &sets {
                    all.push(Held {
                        what: format!("{login}, token {of_token}, {permissions:?}"),
                        role,
                        reaches: maker_reaches && token_reaches,
                        permissions: permissions.clone(),
                        header: token(app, maker, top, permissions),
                    });
                }
            }
        }
    }
    all
}

#[test]
fn a_token_gets_no_further_than_its_maker_and_its_own_limits_allow() {
    let app = TestApp::new();
    let tokens = every_token(&app);
    let table = routes();
    let (mut refused, mut let_in) = (0, 0);
    for rule in table.rules() {
        let Access::Needs(permission) = rule.access else {
            continue;
        };
        let path = address(rule, &GATE.to_string(), &COMPOUND.to_string());
        for held in &tokens {
            let headers = [
                ("authorization", held.header.as_str()),
                ("content-type", "application/json"),
            ];
            let answer = app.send(rule.method.clone(), &path, &headers, "{}");
            let what = format!("{} {path} as {}", rule.method, held.what);
            if rule.doc.is_none() {
                // Pages and the gate's own routes know no tokens.
                let is_page = rule.face == Face::Page && rule.method == Method::GET;
                let status = if is_page { 303 } else { 401 };
                assert_eq!(answer.status.as_u16(), status, "{what}");
                break;
            }
            let may = held.role.may(permission) && held.permissions.contains(&permission);
            let expected = match (rule.scope, held.reaches, may) {
                (Scope::Area | Scope::Gate, false, _) => Some(404),
                (_, _, false) => Some(403),
                _ => None,
            };
            match expected {
                Some(status) => {
                    assert_eq!(answer.status.as_u16(), status, "{what}");
                    refused += 1;
                }
                None => {
                    let guard = [401, 403, 404];
                    assert!(!guard.contains(&answer.status.as_u16()), "{what}");
                    let_in += 1;
                }
            }
        }
    }
    assert!(refused > let_in && let_in > 0, "{refused} {let_in}");
}

#[test]
fn a_gate_that_is_not_there_looks_like_one_that_is_elsewhere() {
    let app = TestApp::new();
    let staff = app.staff("lead", "shift_lead", NEXT_COMPOUND);
    let cookie = app.session(staff);
    for rule in routes()
        .rules()
        .iter()
        .filter(|rule| rule.scope != Scope::None)
    {
        let elsewhere = match rule.scope {
            Scope::Gate => GATE.to_string(),
            _ => COMPOUND.to_string(),
        };
        let bodies = [elsewhere, "0".repeat(32), "nonsense".to_owned()].map(|id| {
            let path = address(rule, &id, &id);
            let headers = [("cookie", cookie.as_str())];
            let answer = app.send(rule.method.clone(), &path, &headers, "");
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
            answer.body
        });
        assert!(
            bodies.iter().all(|body| *body == bodies[0]),
            "{}",
            rule.path
        );
    }
}

#[test]
fn every_route_says_why_it_is_public() {
    for rule in routes().rules() {
        if let Access::Public(why) = rule.access {
            assert!(why.len() > 10 && rule.scope == Scope::None, "{}", rule.path);
        }
    }
}

/// What a page about people shows is written down: one entry for each look, none for a look that
/// was refused (SCOPE-5).
#[test]
fn every_view_leaves_its_entry() {
    on_both(|app| {
        let staff = app.staff("office", "community_office", COMMUNITY);
        let cookie = app.session(staff);
        let stranger = app.staff("far", "community_office", NEXT_COMPOUND);
        let far = app.session(stranger);
        let table = routes();
        let views = table.rules().iter().filter(|rule| rule.kept == Kept::View);
        let mut looks = app.page_views().len();
        for rule in views.filter(|rule| rule.method == Method::GET && !names_more(rule)) {
            let path = address(rule, &GATE.to_string(), &COMPOUND.to_string());
            app.get(&path, &far);
            assert_eq!(app.page_views().len(), looks, "{path} was refused");
            let was_shown = app.get(&path, &cookie).status.is_success();
            looks += usize::from(was_shown);
            let entries = app.page_views();
            assert_eq!(entries.len(), looks, "{path}");
            // Where there was nothing to show (no pass to print), nothing was seen.
            let expected = format!("{} {COMPOUND}", rule.path);
            assert_eq!(entries.contains(&expected), was_shown, "{expected}");
        }
        assert!(looks > 5, "{looks}");
    });
}
