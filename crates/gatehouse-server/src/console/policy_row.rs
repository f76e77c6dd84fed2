//! The page of one row of a draft, as a sentence of choices: whom it is about, when, exceptions,
//! what is needed, what the guard and the poster say. What is wrong stands beside it while somebody
//! types; nothing is kept before it is saved.

use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::auth::menu::Menu;
use crate::auth::role::Permission;
use crate::console::policy::effect_of;
use crate::console::policy_draft_view::{CaseLine, Problem, case_lines, problems};
use crate::console::policy_row_duty::{DutyFields, duty_fields, has_wrong_minutes};
use crate::console::policy_row_form::{Fields, has_too_many, row_of};
use crate::console::policy_row_view::{Control, Group, groups};
use crate::console::policy_versions::refusal_words;
use crate::error::OpError;
use crate::ops::check_policy_draft::{Draft, read_draft};
use crate::ops::draft_edit::Edit;
use crate::ops::policy_draft::change_draft;
use crate::page::{Frame, PageError, made};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Extension, Form};
use gatehouse_core::gate::fact::{Fact, subject_kind};
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::policy::PolicyDocument;
use gatehouse_core::policy::document::{Below, LOCAL_CHOICE};
use gatehouse_core::policy::explain::{explain, source_words};
use gatehouse_core::policy::row_text::{Clause, How, RowText, Wish, rows_as_written};
use serde::Deserialize;
use std::sync::Arc;

const ONE: &str = "/areas/{area}/policy/drafts/{draft}/sentence";
/// Ways of a crossing, effects of a row that a form offers; value and key of its words.
const WAYS: [(&str, &str); 3] = [
    ("both", "row-way-both"),
    ("in", "row-way-in"),
    ("out", "row-way-out"),
];
const EFFECTS: [(&str, &str); 4] = [
    ("grant", "policy-grant"),
    ("bar", "policy-bar"),
    ("refer", "policy-refer"),
    ("duty", "policy-duty"),
];

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    let may = Access::Needs(Permission::WritePolicy);
    let page = RouteRule::page(ONE, may, Scope::Area, Kept::View).in_menu(Menu::Policy);
    let form = RouteRule::form(ONE, may, Scope::Area, Kept::Change).in_menu(Menu::Policy);
    table
        .add(page, get(show))
        .add(form, axum::routing::post(act))
}

/// Which row; without one a new one, for whom and which way.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct RowQuery {
    row: String,
    who: String,
    way: String,
}

#[derive(Template)]
#[template(path = "policy_row.html")]
struct RowPage {
    frame: Frame,
    area: AreaInScope,
    draft: String,
    title: String,
    version: i64,
    fault: Option<String>,
    row: RowText,
    is_new: bool,
    may_drop: bool,
    source: String,
    ways: Vec<(&'static str, &'static str, bool)>,
    effects: Vec<(&'static str, &'static str, bool)>,
    groups: Vec<Group>,
    duty: DutyFields,
    sentence: Option<Sentence>,
    is_whole: bool,
    problems: Vec<Problem>,
    cases: Vec<CaseLine>,
}

/// The row read aloud.
struct Sentence {
    class: &'static str,
    effect: &'static str,
    condition: String,
    demand: String,
}

/// GET /areas/{area}/policy/drafts/{draft}/sentence
pub async fn show(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Path((_, draft)): Path<(String, String)>,
    Query(query): Query<RowQuery>,
    frame: Frame,
) -> Response {
    let lang = frame.lang;
    let found = match read_draft(&app, &area, &draft, Vec::new(), lang).await {
        Ok(found) => found,
        Err(error) => return PageError::new(error, lang).into_response(),
    };
    let (row, is_new) = match query.row.as_str() {
        "" => (Some(new_row(&found, &query)), true),
        id => (written(&found, id), false),
    };
    let row = row.ok_or(OpError::NotFound);
    let shown = row.map(|row| page(found, area, &draft, frame, (row, is_new, None), None));
    made(shown, StatusCode::OK, lang)
}

/// POST /areas/{area}/policy/drafts/{draft}/sentence
pub async fn act(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    Path((_, draft)): Path<(String, String)>,
    frame: Frame,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let (lang, fields) = (frame.lang, Fields::of(fields));
    let act = fields.get("act").unwrap_or_default();
    let saved = match read_draft(&app, &area, &draft, Vec::new(), lang).await {
        Ok(saved) => saved,
        Err(error) => return PageError::new(error, lang).into_response(),
    };
    let id = fields.get("row").unwrap_or_default();
    let was = written(&saved, id);
    let is_new = was.is_none();
    let was = was.unwrap_or_else(|| RowText {
        id: id.to_owned(),
        ..new_row(&saved, &RowQuery::default())
    });
    let mut row = row_of(&fields, &was, act == "add");
    let is_too_long = act != "drop" && has_too_many(&row);
    if is_too_long {
        // What was typed beyond the most is not shown again: the page has a bound as well.
        row = was.clone();
    }
    let edit = match (act, is_new) {
        ("drop", false) => Edit::DropRow(was.id),
        (_, true) => Edit::NewRow(row.clone()),
        (_, false) => Edit::Says(row.clone()),
    };
    let version = fields.get("version").and_then(|text| text.parse().ok());
    let done = match act {
        _ if is_too_long => Err(OpError::NotTaken {
            code: "D-LONG",
            detail: "A row has at most 24 conditions.",
        }),
        "save" if has_wrong_minutes(&fields) => Err(OpError::NotTaken {
            code: "D-NUMBER",
            detail: "Minutes are a whole number.",
        }),
        "save" | "drop" => {
            let at = (&*draft, version.unwrap_or(0));
            change_draft(&app, &area, &caller, at, vec![edit.clone()]).await
        }
        _ => Err(OpError::NotTaken {
            code: "",
            detail: "",
        }),
    };
    let (status, fault) = match done {
        Ok(()) => {
            let to = format!("/areas/{}/policy/drafts/{draft}#row-{}", area.area, row.id);
            return Redirect::to(&to).into_response();
        }
        Err(OpError::NotTaken { code: "", .. }) => (StatusCode::OK, None),
        Err(OpError::NotTaken { code, .. }) => {
            let fault = refusal_words(&frame, code);
            (StatusCode::UNPROCESSABLE_ENTITY, Some(fault))
        }
        Err(OpError::Stale) => (StatusCode::CONFLICT, Some(frame.t("draft-stale"))),
        Err(error) => return PageError::new(error, lang).into_response(),
    };
    // Whoever is told that somebody else was first may save again, upon what there is now.
    let version = version.filter(|_| status != StatusCode::CONFLICT);
    let tried = read_draft(&app, &area, &draft, vec![edit], lang).await;
    let shown = tried.map(|tried| page(tried, area, &draft, frame, (row, is_new, version), fault));
    made(shown, status, lang)
}

fn written(draft: &Draft, id: &str) -> Option<RowText> {
    let mut rows = rows_as_written(&draft.row.text).into_iter();
    rows.find(|row| row.id == id)
}

/// A row for somebody whom no row says anything about yet; whoever writes it decides what it does.
fn new_row(draft: &Draft, query: &RowQuery) -> RowText {
    let prefix = draft
        .document
        .as_ref()
        .map_or("", |document| document.id.as_str());
    let taken = rows_as_written(&draft.row.text);
    let mut numbers = 1..;
    let free = numbers.find_map(|number: u32| {
        let id = format!("{prefix}/added-{number}");
        taken.iter().all(|row| row.id != id).then_some(id)
    });
    let who = subject_kind::CHOICES
        .iter()
        .any(|kind| kind.name == query.who);
    let who = who.then(|| Clause {
        fact: Fact::SubjectKind,
        wish: Wish::Members(How::Any, vec![query.who.clone()]),
    });
    let way = WAYS.iter().find(|(way, _)| *way == query.way);
    RowText {
        id: free.unwrap_or_default(),
        effect: "grant".to_owned(),
        source: LOCAL_CHOICE.to_owned(),
        way: way.map_or("both", |(way, _)| *way).to_owned(),
        who: who.into_iter().collect(),
        ..RowText::default()
    }
}

fn page(
    draft: Draft,
    area: AreaInScope,
    id: &str,
    frame: Frame,
    (row, is_new, version): (RowText, bool, Option<i64>),
    fault: Option<String>,
) -> RowPage {
    let document = draft.document.as_ref();
    let chosen = |all: &[(&'static str, &'static str)], is: &str| {
        let all = all
            .iter()
            .map(|(value, words)| (*value, *words, *value == is));
        all.collect()
    };
    RowPage {
        draft: id.to_owned(),
        title: document.map_or_else(
            || draft.row.document.clone(),
            |found| format!("{} {}", found.id, frame.lang.of(&found.title)),
        ),
        version: version.unwrap_or(draft.row.version),
        may_drop: !is_new && row.id.contains("/added-"),
        source: source_words(&row.source, frame.lang),
        ways: chosen(&WAYS, &row.way),
        effects: chosen(&EFFECTS, &row.effect),
        groups: groups(&row, document, &frame),
        duty: duty_fields(&row, &replaceable(&draft.above, frame.lang), &frame),
        sentence: sentence(&draft, &row.id, &frame),
        is_whole: draft.looked.problems.is_empty() && draft.looked.cases.is_empty(),
        problems: problems(&draft, &frame),
        cases: case_lines(&draft, &frame),
        fault,
        is_new,
        row,
        frame,
        area,
    }
}

/// Rows of documents above that may be replaced or tightened, with their sentences.
fn replaceable(above: &[PolicyDocument], lang: Lang) -> Vec<(String, String)> {
    let rows = above.iter().flat_map(|document| {
        let lines = explain(document, lang).into_iter().zip(&document.rows);
        lines.filter(|(_, row)| row.below != Below::Keep)
    });
    rows.map(|(line, row)| (row.id.clone(), line.condition))
        .collect()
}

fn sentence(draft: &Draft, id: &str, frame: &Frame) -> Option<Sentence> {
    let mut document = draft.document.clone()?;
    let off = std::mem::take(&mut document.off);
    document.rows.extend(off);
    let at = document.rows.iter().position(|row| row.id == id)?;
    let line = explain(&document, frame.lang).into_iter().nth(at)?;
    let (class, effect) = effect_of(line.effect, false);
    Some(Sentence {
        class,
        effect,
        condition: line.condition,
        demand: line.demand,
    })
}
