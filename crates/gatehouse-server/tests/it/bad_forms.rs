//! Every form that the pages hold, filled with whatever somebody or something may send: no fault
//! of ours, a clear error, nothing half-done. Which forms there are is asked of the table of
//! routes and of the pages themselves, so that a new one cannot be forgotten.

use crate::resident::{opened, somebody};
use crate::support::{Answer, TestApp, demo_on_both, percent};
use crate::tray::Tray;
use axum::http::{Method, StatusCode};
use gatehouse_core::audit::SealedHead;
use gatehouse_core::id::StaffId;
use gatehouse_server::app::routes;
use gatehouse_server::auth::access::{Access, Face, Kept, RouteRule};
use gatehouse_server::auth::role::Role;
use gatehouse_server::ops::demo::make::Demo;
use gatehouse_store::{Shard, StoreError};
use std::collections::{BTreeMap, BTreeSet};

/// Whose pages are walked through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    Staff(Role),
    Resident,
}

const EVERYBODY: [Who; 9] = [
    Who::Staff(Role::CommunityOffice),
    Who::Staff(Role::StreetCommand),
    Who::Staff(Role::Administrator),
    Who::Staff(Role::Auditor),
    Who::Staff(Role::HealthWorker),
    Who::Staff(Role::ShiftLead),
    Who::Staff(Role::GridWorker),
    Who::Staff(Role::Guard),
    Who::Resident,
];

/// What somebody types, pastes or forges.
fn hostile() -> Vec<String> {
    vec![
        "x".repeat(5_000),
        "王".repeat(3_000),
        "a\u{0}\u{7}\r\nb\t".to_owned(),
        "\u{202E}王华\u{2066}".to_owned(),
        "👨‍👩‍👧😀\u{FE0F}".to_owned(),
        "=cmd|'/C calc'!A0".to_owned(),
        "\"><script>alert(1)</script>".to_owned(),
        "-99999999999999999999".to_owned(),
        "0".repeat(32),
        "../../etc/passwd?a=b#c%00".to_owned(),
        String::new(),
    ]
}

/// A field: its name, the value that the page gives it, whether people can see it.
type Field = (String, String, bool);

/// A form of a page.
#[derive(Clone, Debug)]
struct Form {
    action: String,
    fields: Vec<Field>,
    who: Who,
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, after) = tag.split_once(&format!(" {name}=\""))?;
    after.split('"').next()
}

/// The forms of a page that change something.
fn forms(page: &str, path: &str, who: Who) -> Vec<Form> {
    let mut found = Vec::new();
    for piece in page.split("<form").skip(1) {
        let (tag, rest) = piece.split_once('>').expect("a tag ends");
        let body = rest.split("</form>").next().unwrap_or_default();
        let kind = attribute(tag, "enctype").unwrap_or_default();
        if attribute(tag, "method") != Some("post") || kind.starts_with("multipart") {
            continue;
        }
        let mut fields = Vec::new();
        for begin in ["<input", "<select", "<textarea", "<button"] {
            for field in body.split(begin).skip(1) {
                let field = field.split('>').next().unwrap_or_default();
                let Some(name) = attribute(field, "name") else {
                    continue;
                };
                let value = attribute(field, "value").unwrap_or_default();
                let is_seen = begin != "<button" && attribute(field, "type") != Some("hidden");
                fields.push((name.to_owned(), value.replace("&#38;", "&"), is_seen));
            }
        }
        let here = path.split('?').next().unwrap_or_default();
        let action = attribute(tag, "action").unwrap_or(here);
        found.push(Form {
            action: action.replace("&#38;", "&"),
            fields,
            who,
        });
    }
    found
}

/// A path without its ids: one of each shape is enough.
fn shape(path: &str) -> String {
    let is_id = |part: &str| part.len() >= 32 && part.chars().any(|c| c.is_ascii_digit());
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let parts = path
        .split('/')
        .map(|part| if is_id(part) { "*" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

fn matches(rule: &RouteRule, path: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
    let mut parts = path.split('/');
    let alike = rule.path.split('/').all(|own| {
        parts
            .next()
            .is_some_and(|part| own == part || own.starts_with('{'))
    });
    alike && parts.next().is_none()
}

struct Town<'a> {
    app: &'a TestApp,
    staff: BTreeMap<&'static str, StaffId>,
    resident: String,
}

impl Town<'_> {
    fn cookie(&self, who: Who) -> String {
        match who {
            Who::Staff(role) => self.app.session(self.staff[role.name()]),
            Who::Resident => self.resident.clone(),
        }
    }

    /// Every form on the pages that links reach, one of each shape and set of fields.
    fn forms(&self) -> Vec<Form> {
        let mut found: BTreeMap<(String, Vec<String>), Form> = BTreeMap::new();
        for who in EVERYBODY {
            let cookie = self.cookie(who);
            let first = if who == Who::Resident { "/my" } else { "/" };
            let (mut waiting, mut seen) = (vec![first.to_owned()], BTreeSet::new());
            while let Some(path) = waiting.pop() {
                let answer = self.app.get(&path, &cookie);
                if answer.status.is_redirection() {
                    waiting.push(answer.header("location").to_owned());
                }
                if !answer.header("content-type").starts_with("text/html") {
                    continue;
                }
                for form in forms(&answer.body, &path, who) {
                    let names = form.fields.iter().map(|(name, ..)| name.clone());
                    let key = (shape(&form.action), names.collect());
                    found.entry(key).or_insert(form);
                }
                for link in answer.body.split(" href=\"").skip(1) {
                    let link = link.split('"').next().unwrap_or_default();
                    let link = link.replace("&#38;", "&");
                    let is_page = link.starts_with('/') && !link.ends_with("/live");
                    if is_page && !link.contains(".pdf") && seen.insert(shape(&link)) {
                        waiting.push(link);
                    }
                }
            }
        }
        found.into_values().collect()
    }

    /// Where every chain of records has got to.
    fn record(&self) -> Vec<SealedHead> {
        let heads = self.app.app.store.read_blocking::<_, StoreError, _>(|tx| {
            let heads = tx.shards()?.into_iter().map(|shard| tx.audit_heads(shard));
            Ok(heads.collect::<Result<Vec<_>, _>>()?.concat())
        });
        heads.expect("reads")
    }

    /// What was written since, but for looks: whoever is shown both values of a stale form has
    /// looked at them.
    fn written(&self, before: &[SealedHead]) -> Vec<String> {
        let Some((writer, seq)) = before.first().map(|one| (one.writer, one.head.seq)) else {
            return Vec::new();
        };
        let last = i64::try_from(seq).expect("few");
        let kinds = self
            .app
            .app
            .store
            .read_blocking::<_, StoreError, _>(move |tx| {
                let entries = tx.audit_entries(Shard(1), writer, last, 100)?;
                Ok(entries
                    .into_iter()
                    .map(|entry| entry.kind)
                    .collect::<Vec<_>>())
            });
        let mut kinds = kinds.expect("reads");
        kinds.retain(|kind| !kind.ends_with(".view"));
        kinds
    }

    fn send(&self, form: &Form, fill: impl Fn(&Field) -> String) -> Answer {
        let body: Vec<String> = form
            .fields
            .iter()
            .map(|field| format!("{}={}", percent(&field.0), percent(&fill(field))))
            .collect();
        self.app
            .form(&form.action, &self.cookie(form.who), &body.join("&"))
    }
}

fn town<'a>(app: &'a TestApp, demo: &Demo) -> Town<'a> {
    let staff = demo.town.staffing.staff.iter();
    Tray::laid(app, demo, 0);
    Town {
        app,
        staff: staff.map(|one| (one.role.name(), one.id)).collect(),
        resident: opened(app, demo, &somebody(demo, 1)),
    }
}

/// A code that can be read out on the telephone, or what is wrong beside the field.
fn is_clear(answer: &Answer) -> bool {
    let is_code = |word: &str| {
        word.split_once('-').is_some_and(|(area, name)| {
            area.len() == 1
                && name.len() >= 3
                && (area.to_owned() + name)
                    .chars()
                    .all(|c| c.is_ascii_uppercase())
        })
    };
    let words = answer
        .body
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    words.into_iter().any(is_code)
        || [
            "role=\"alert\"",
            "class=\"problem",
            "class=\"fault",
            "role=\"status\"",
        ]
        .iter()
        .any(|mark| answer.body.contains(mark))
}

fn check(
    rule: Option<&RouteRule>,
    town: &Town<'_>,
    before: &[SealedHead],
    answer: &Answer,
    what: &str,
) {
    assert!(!answer.status.is_server_error(), "{what}: {}", answer.body);
    assert!(!answer.body.contains("<script>alert"), "{what}");
    if answer.status.is_client_error() {
        assert!(
            is_clear(answer),
            "{what}: {} {}",
            answer.status,
            answer.body
        );
        if rule.is_some_and(|rule| rule.kept == Kept::Change) {
            let written = town.written(before);
            assert_eq!(
                written,
                Vec::<String>::new(),
                "{what}: refused, and yet written"
            );
        }
    }
}

#[test]
fn no_form_breaks_whatever_is_typed_into_it() {
    demo_on_both(|app, demo| {
        let town = town(app, demo);
        let table = routes();
        let posts = table
            .rules()
            .iter()
            .filter(|rule| rule.method == Method::POST);
        let posts: Vec<&RouteRule> = posts.filter(|rule| rule.face == Face::Page).collect();
        let forms = town.forms();
        let mut reached = BTreeSet::new();
        for form in &forms {
            let rule = posts
                .iter()
                .copied()
                .find(|rule| matches(rule, &form.action));
            reached.extend(rule.map(|rule| rule.path));
            // These end the session, or change how the page looks.
            if ["/logout", "/look", "/password", "/my/leave"].contains(&form.action.as_str()) {
                continue;
            }
            for value in hostile() {
                let shown: String = value.chars().take(20).collect();
                for (part, in_seen) in [("seen", true), ("hidden", false)] {
                    let before = town.record();
                    let fill = |field: &Field| match field.2 == in_seen {
                        true => value.clone(),
                        false => field.1.clone(),
                    };
                    let answer = town.send(form, fill);
                    let what = format!("{} {part} {shown:?}", form.action);
                    check(rule, &town, &before, &answer, &what);
                }
            }
        }
        // As it stands, and at once again: a double click.
        for form in &forms {
            for click in ["once", "twice"] {
                let answer = town.send(form, |field| field.1.clone());
                let what = format!("{} {click}: {}", form.action, answer.body);
                assert!(!answer.status.is_server_error(), "{what}");
            }
        }
        assert!(
            reached.len() >= 34,
            "{} forms only: {reached:?}",
            reached.len()
        );
    });
}

/// A path of a route with ids that are nobody's.
fn address(rule: &RouteRule, area: &str, gate: &str) -> String {
    let path = rule.path.replace("{area}", area).replace("{gate}", gate);
    let nobody = "0".repeat(31) + "1";
    let parts = path.split('/').map(|part| match part.starts_with('{') {
        true => nobody.as_str(),
        false => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

#[test]
fn no_route_breaks_on_other_peoples_ids_and_what_it_does_not_know() {
    demo_on_both(|app, demo| {
        let town = town(app, demo);
        let streets = &demo.town.streets;
        let gate = &streets.gates[0];
        let names = [
            "act",
            "id",
            "version",
            "key",
            "name",
            "q",
            "reason",
            "application",
            "passes",
        ];
        let table = routes();
        let posts = table
            .rules()
            .iter()
            .filter(|rule| rule.method == Method::POST);
        for rule in posts.filter(|rule| rule.face == Face::Page) {
            let path = address(rule, &gate.compound.to_string(), &gate.id.to_string());
            for who in EVERYBODY {
                for value in hostile() {
                    let pairs = names.map(|name| format!("{name}={}", percent(&value)));
                    for body in [pairs.join("&"), percent(&value), "%FF%FE=%FF".to_owned()] {
                        let before = town.record();
                        let answer = app.form(&path, &town.cookie(who), &body);
                        let shown: String = body.chars().take(30).collect();
                        let what = format!("{path} as {who:?} {shown}");
                        check(Some(rule), &town, &before, &answer, &what);
                    }
                }
            }
        }
    });
}

/// Whoever was signed out in the middle of a form finds everything again that was typed.
#[test]
fn nothing_typed_is_lost_when_the_session_has_ended() {
    let (app, demo) = TestApp::demo();
    let gate = &demo.town.streets.gates[0];
    let typed = "写了半天的话";
    let table = routes();
    let posts = table
        .rules()
        .iter()
        .filter(|rule| rule.method == Method::POST);
    let mut kept = 0;
    for rule in posts.filter(|rule| rule.face == Face::Page) {
        if matches!(rule.access, Access::Public(_)) {
            continue;
        }
        let path = address(rule, &gate.compound.to_string(), &gate.id.to_string());
        let body = format!("note={}&word=%26amp&password=geheim", percent(typed));
        let answer = app.form(&path, "session=ended", &body);
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
        let form = format!("action=\"{path}\"");
        for words in [form.as_str(), typed, "value=\"&#38;amp\""] {
            assert!(
                answer.body.contains(words),
                "{path} {words}: {}",
                answer.body
            );
        }
        assert!(!answer.body.contains("geheim"), "{path}");
        kept += 1;
    }
    assert!(kept > 40, "{kept}");
}
