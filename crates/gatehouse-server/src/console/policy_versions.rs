//! The documents of an area from draft to end: begin one, approve one, end one, suspend a row.
//! Each act but writing carries the key of whoever does it.

use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::auth::role::Permission;
use crate::console::policy::parameter_words;
use crate::console::policy_brake::{back_lines, brake_log};
use crate::console::policy_draft_view::{note_lines, placed};
use crate::error::OpError;
use crate::ops::list_policy_versions::{
    ForceState, Version, Versions, is_near, list_policy_versions,
};
use crate::ops::look_at_policy::notes_of_proposals;
use crate::ops::policy_draft::{Begin, begin_draft, draft_text, withdraw_proposal};
use crate::ops::policy_folder::{Complaint, Texts, unreadable};
use crate::ops::sign_policy::{By, Signed, approve, end, suspend};
use crate::ops::suspend_row::REASONS;
use crate::page::{Frame, PageError, made};
use crate::times::Times;
use askama::Template;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Form};
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::policy::PolicyDocument;
use gatehouse_core::policy::difference::{Difference, effect};
use gatehouse_core::policy::explain::{Line, explain};
use gatehouse_core::policy::part::explain_parts;
use gatehouse_core::policy::read::DOCUMENT_BYTES_MOST;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Parts of a form with files that are read.
const PARTS_MOST: usize = 4;
const LIST: &str = "/areas/{area}/policy/versions";

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    let may = Access::Needs(Permission::WritePolicy);
    // Reached from the rules in force, which stand in the menu.
    let page = RouteRule::page(LIST, may, Scope::Area, Kept::View);
    let form = |path| RouteRule::form(path, may, Scope::Area, Kept::Change);
    table
        .add(page, get(show))
        .add(form("/areas/{area}/policy/drafts"), post(begin))
        .add(form(LIST), post(act))
}

#[derive(Template)]
#[template(path = "policy_versions.html")]
struct VersionsPage {
    frame: Frame,
    area: AreaInScope,
    fault: Option<String>,
    /// What is wrong with files that were brought, each with its line.
    found: Vec<String>,
    drafts: Vec<DraftLine>,
    versions: Vec<VersionLine>,
    kept: Vec<(String, String)>,
    reasons: [&'static str; 4],
    /// Document and row.
    suspended: Vec<(String, String, String)>,
    /// What was suspended before: row, and from when until when.
    brake_log: Vec<(String, String)>,
}

struct DraftLine {
    id: String,
    title: String,
    changed: String,
}

struct VersionLine {
    document: String,
    version: i64,
    from_at: i64,
    title: String,
    span: String,
    by: String,
    class: &'static str,
    state: &'static str,
    /// A review that is near or past.
    review: Option<String>,
    /// What is suspended in the version before and holds again with this one.
    back: Vec<String>,
    /// Id and sentence.
    rows: Vec<(String, String)>,
    /// What a proposal changes: about what, before, after.
    differences: Vec<(String, String, String)>,
    /// What whoever approves shall know; `None` where the version's own page says it.
    notes: Option<Vec<String>>,
    may_approve: bool,
    /// What people will be told can be read before it begins.
    is_coming: bool,
    may_end: bool,
}

/// What a key of the page sends.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ActForm {
    act: String,
    document: String,
    /// Which version somebody has looked at.
    version: i64,
    from_at: i64,
    row: String,
    reason: String,
    password: String,
}

/// GET /areas/{area}/policy/versions
pub async fn show(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    frame: Frame,
) -> Response {
    let lang = frame.lang;
    made(page(&app, area, frame, None).await, StatusCode::OK, lang)
}

/// POST /areas/{area}/policy/drafts
pub async fn begin(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
    form: Result<Multipart, MultipartRejection>,
) -> Response {
    let lang = frame.lang;
    let wanted = match form {
        Ok(form) => wish(form).await,
        Err(_) => Err(too_large()),
    };
    let files = match &wanted {
        Ok(Begin::Files(texts)) => Some(texts.clone()),
        _ => None,
    };
    let begun = match wanted {
        Ok(wanted) => begin_draft(&app, &area, &caller, wanted).await,
        Err(error) => Err(error),
    };
    match begun {
        Ok(id) => {
            let draft = draft_text(&id);
            Redirect::to(&format!("/areas/{}/policy/drafts/{draft}", area.area)).into_response()
        }
        Err(OpError::NotTaken { code, .. }) => {
            let files = files.filter(|_| matches!(code, "D-TEXT" | "D-CASES"));
            let found = files.as_ref().map(unreadable).unwrap_or_default();
            refused(&app, area, frame, code, &found).await
        }
        Err(error) => PageError::new(error, lang).into_response(),
    }
}

/// POST /areas/{area}/policy/versions
pub async fn act(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
    Form(form): Form<ActForm>,
) -> Response {
    let lang = frame.lang;
    let by = By {
        caller: &caller,
        area: area.area,
        password: &form.password,
    };
    let row = (form.document.clone(), form.row.clone());
    let done = match form.act.as_str() {
        "approve" => {
            let what = (form.document.clone(), form.version);
            said(approve(&app, by, what, form.from_at).await)
        }
        "end" => said(end(&app, by, form.document.clone(), form.from_at).await),
        "suspend" => said(suspend(&app, by, row, Some(form.reason.clone())).await),
        "resume" => said(suspend(&app, by, row, None).await),
        "withdraw" => {
            let what = (form.document.clone(), form.from_at);
            match withdraw_proposal(&app, &area, &caller, what).await {
                Ok(()) => Ok(None),
                Err(OpError::NotTaken { code, .. }) => Ok(Some(code.to_owned())),
                Err(error) => Err(error),
            }
        }
        _ => Err(OpError::Unreadable("act".to_owned())),
    };
    match done {
        Ok(None) => Redirect::to(&format!("/areas/{}/policy/versions", area.area)).into_response(),
        Ok(Some(code)) => refused(&app, area, frame, &code, &[]).await,
        Err(error) => PageError::new(error, lang).into_response(),
    }
}

/// The code of what was refused.
fn said<T>(signed: Result<Signed<T>, OpError>) -> Result<Option<String>, OpError> {
    Ok(match signed? {
        Signed::Done(_) => None,
        // The text behind it is English, for whoever commands; pages have a sentence for a code.
        Signed::Refused(code, _) => Some(code),
    })
}

async fn refused(
    app: &App,
    area: AreaInScope,
    frame: Frame,
    code: &str,
    found: &[Complaint],
) -> Response {
    let (lang, fault) = (frame.lang, refusal_words(&frame, code));
    let line = |one: &Complaint| format!("{} ({})", placed(one, &frame), one.code);
    let found: Vec<String> = found.iter().map(line).collect();
    let page = page(app, area, frame, Some(fault)).await;
    let page = page.map(|page| VersionsPage { found, ..page });
    made(page, StatusCode::UNPROCESSABLE_ENTITY, lang)
}

/// Codes that have a sentence of their own.
const REFUSALS: [&str; 26] = [
    "D-CASES",
    "D-ENTRY",
    "D-FILE",
    "D-KEPT",
    "D-LONG",
    "D-MANY",
    "D-NAME",
    "D-NUMBER",
    "D-OLD",
    "D-TEXT",
    "D-TIME",
    "D-VALUE",
    "K-NONE",
    "K-PASSWORD",
    "P-AREA",
    "P-BASIS",
    "P-DAYS",
    "P-LATER",
    "P-MEANWHILE",
    "P-NONE",
    "P-REASON",
    "P-ROW",
    "P-THERE",
    "P-TIME",
    "P-TWO",
    "P020",
];

/// What somebody is told whose act was refused.
pub fn refusal_words(frame: &Frame, code: &str) -> String {
    match REFUSALS.contains(&code) {
        true => format!("{} ({code})", frame.t(&format!("draft-refused-{code}"))),
        false => frame.with("draft-refused-other", "code", code),
    }
}

/// What is said of files that are too large.
pub const fn too_large() -> OpError {
    OpError::NotTaken {
        code: "D-FILE",
        detail: "Two text files of at most 1 MiB each.",
    }
}

/// A document that is kept, or two files.
async fn wish(form: Multipart) -> Result<Begin, OpError> {
    let mut parts = parts(form).await?;
    let mut part = |name: &str| parts.remove(name).unwrap_or_default();
    if let Some((name, version)) = part("kept").split_once(' ') {
        let version = version.parse().map_err(|_| OpError::NotFound)?;
        return Ok(Begin::Kept(name.to_owned(), version));
    }
    Ok(Begin::Files(Texts {
        policy: part("policy"),
        cases: part("cases"),
    }))
}

/// The parts of a form with files, as texts by their names.
///
/// # Errors
/// `D-FILE` for one that is too large, or no text.
pub async fn parts(mut form: Multipart) -> Result<BTreeMap<String, String>, OpError> {
    let mut parts = BTreeMap::new();
    while let Ok(Some(mut field)) = form.next_field().await {
        let name: String = field.name().unwrap_or_default().to_owned();
        let mut bytes = Vec::new();
        while let Some(chunk) = field.chunk().await.map_err(|_| too_large())? {
            if bytes.len() + chunk.len() > DOCUMENT_BYTES_MOST {
                return Err(too_large());
            }
            bytes.extend_from_slice(&chunk);
        }
        if parts.len() < PARTS_MOST {
            parts.insert(name, String::from_utf8(bytes).map_err(|_| too_large())?);
        }
    }
    Ok(parts)
}

async fn page(
    app: &App,
    area: AreaInScope,
    frame: Frame,
    fault: Option<String>,
) -> Result<VersionsPage, OpError> {
    let found = list_policy_versions(app, &area).await?;
    let notes = notes_of_proposals(app, &found.versions).await?;
    let times = Times::new(frame.lang, app.world.now_millis(), area.offset_minutes);
    let Versions {
        drafts,
        versions,
        kept,
        suspended,
        brake_log: log,
    } = found;
    let drafts = drafts.into_iter().map(|(row, by)| DraftLine {
        id: draft_text(&row.draft),
        title: row.document,
        changed: format!("{} · {by}", times.moment(row.changed_at)),
    });
    let kept = kept.into_iter().map(|(folder, version, names)| {
        let title = title(&names, frame.lang);
        let of = match version {
            0 => frame.t("version-delivered"),
            version => frame.with("version-number", "number", &version.to_string()),
        };
        (format!("{folder} {version}"), format!("{title} · {of}"))
    });
    let suspended = suspended
        .into_iter()
        .map(|one| (one.document, one.row_id, times.moment(one.from_at)));
    Ok(VersionsPage {
        drafts: drafts.collect(),
        versions: versions
            .iter()
            .zip(&notes)
            .map(|(one, notes)| line(one, notes.as_ref(), &frame, &times))
            .collect(),
        kept: kept.collect(),
        suspended: suspended.collect(),
        brake_log: brake_log(&log, &frame, &times),
        reasons: REASONS,
        fault,
        found: Vec::new(),
        frame,
        area,
    })
}

/// The rows that are suspended in the version before and hold again with this one, in words.
fn back(one: &Version, frame: &Frame, times: &Times) -> Vec<String> {
    let key = match one.state {
        ForceState::InForce => "version-back-now",
        _ => "version-back",
    };
    back_lines(
        one.document.as_ref(),
        (&one.brought_back, key),
        frame,
        times,
    )
}

/// The rows of one that is in force, which can be suspended.
fn rows(one: &Version, lang: Lang) -> Vec<(String, String)> {
    let document = one.document.as_ref();
    let document = document.filter(|_| one.state == ForceState::InForce);
    document.map_or_else(Vec::new, |document| row_lines(document, lang))
}

/// The rows of a document by their ids, each in a sentence.
pub fn row_lines(document: &PolicyDocument, lang: Lang) -> Vec<(String, String)> {
    let lines = explain(document, lang).into_iter();
    lines
        .map(|line| (line.row.clone(), row_words(&line, lang)))
        .collect()
}

/// What differs: about what, before, after.
pub type Changed = (String, String, String);

/// What differs between two versions, in words.
pub fn change_lines(was: &Texts, is: &Texts, frame: &Frame) -> Vec<Changed> {
    let all = was.differences(is, frame.lang).unwrap_or_default();
    all.into_iter().map(|one| changed(one, frame)).collect()
}

/// A difference as a page shows it, the names of parameters in words.
pub fn changed(one: Difference, frame: &Frame) -> Changed {
    let none = |text: Option<String>| text.unwrap_or_else(|| frame.t("draft-nothing"));
    let about = match one.is_parameter {
        true => parameter_words(&one.about, frame.lang),
        false => one.about,
    };
    let about = format!("{about} {}", one.what).trim_end().to_owned();
    (about, none(one.before), none(one.after))
}

fn row_words(line: &Line, lang: Lang) -> String {
    format!(
        "{} {} · {}",
        effect(line.effect, lang),
        line.condition,
        line.row
    )
}

/// What whoever approves agrees to: the differences from the version before, or every row of a
/// first one.
fn changes(one: &Version, frame: &Frame) -> Vec<Changed> {
    let lang = frame.lang;
    let Some(document) = one
        .document
        .as_ref()
        .filter(|_| one.state == ForceState::Proposed)
    else {
        return Vec::new();
    };
    match (&one.before, &one.texts) {
        (Some(before), Some(texts)) => change_lines(before, texts, frame),
        _ => said_anew(document, lang),
    }
}

/// Everything that a first version says.
fn said_anew(document: &PolicyDocument, lang: Lang) -> Vec<Changed> {
    let rows = explain(document, lang).into_iter();
    let rows = rows.map(|line| (line.row.clone(), String::new(), row_words(&line, lang)));
    let parts = explain_parts(document, lang).into_iter().map(|told| {
        let about = format!("{} {}", told.part, told.id).trim_end().to_owned();
        (about, String::new(), told.whole(lang))
    });
    rows.chain(parts).collect()
}

/// `HN` with its title.
pub fn title([id, zh, en]: &[String; 3], lang: Lang) -> String {
    let words = match lang {
        Lang::Zh => zh,
        Lang::En => en,
    };
    format!("{id} {words}")
}

fn line(
    one: &Version,
    notes: Option<&Vec<Complaint>>,
    frame: &Frame,
    times: &Times,
) -> VersionLine {
    let (class, state) = match one.state {
        ForceState::Proposed => ("ask", "version-proposed"),
        ForceState::Lapsed => ("wait", "version-lapsed"),
        ForceState::Scheduled => ("blue", "version-scheduled"),
        ForceState::InForce => ("go", "version-in-force"),
        ForceState::LetGo => ("wait", "version-let-go"),
        ForceState::Over => ("wait", "version-over"),
    };
    let end = one.row.to_at.map_or_else(String::new, |to| times.end(to));
    let [proposed, approved] = &one.by;
    let by = [("version-by", proposed), ("version-approved-by", approved)];
    let by = by
        .into_iter()
        .filter_map(|(key, who)| Some(frame.with(key, "who", who.as_deref()?)));
    let near = |day: &_| one.state == ForceState::InForce && is_near(*day, times.today());
    VersionLine {
        document: one.row.document.clone(),
        version: one.row.version,
        from_at: one.row.from_at,
        title: format!("{} · {}", title(&one.names, frame.lang), one.row.version),
        span: format!("{} – {end}", times.moment(one.row.from_at)),
        by: by.collect::<Vec<_>>().join(" · "),
        class,
        state,
        review: one
            .review
            .filter(near)
            .map(|day| frame.with("version-review", "day", &times.day(day))),
        back: back(one, frame, times),
        rows: rows(one, frame.lang),
        differences: changes(one, frame),
        notes: notes.map(|notes| note_lines(notes, frame.lang)),
        may_approve: one.state == ForceState::Proposed,
        is_coming: matches!(one.state, ForceState::Proposed | ForceState::Scheduled),
        may_end: matches!(
            one.state,
            ForceState::InForce | ForceState::LetGo | ForceState::Scheduled
        ),
    }
}
