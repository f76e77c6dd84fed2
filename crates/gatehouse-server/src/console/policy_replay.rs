//! Replays of an area for officials: what was tried, trying a draft, its progress, its result as
//! page, workbook and JSON.

use super::replay_examples::Shown;
use super::replay_figures::number;
use super::replay_view::ReplayResult;
use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::auth::role::Permission;
use crate::error::OpError;
use crate::ops::replay::Report;
use crate::ops::replay::examples::{AttemptSeen, read_examples};
use crate::ops::replay::keep::{
    DRAFT, DraftChoice, Wished, ask_replay, id_text, list_replays, read_doors, read_replay,
    stop_replay,
};
use crate::page::{Frame, PageError, made};
use crate::replay_sheet::workbook;
use crate::replay_tables::{Cell, Doors, headlines};
use crate::times::Times;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Form};
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::moment::CivilDay;
use gatehouse_store::policy_replay::PolicyReplayRow;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

const LIST: &str = "/areas/{area}/policy/replays";
const ONE: &str = "/areas/{area}/policy/replays/{replay}";

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    let may = Access::Needs(Permission::TryPolicy);
    let page = |path| RouteRule::page(path, may, Scope::Area, Kept::View);
    let form = |path| RouteRule::form(path, may, Scope::Area, Kept::Change);
    table
        .add(page(LIST), get(show_all))
        .add(form(LIST), post(start))
        .add(page(ONE), get(show))
        .add(form(ONE), post(stop))
        .add(
            page("/areas/{area}/policy/replays/{replay}/replay.xlsx"),
            get(sheet),
        )
        .add(
            page("/areas/{area}/policy/replays/{replay}/replay.json"),
            get(json),
        )
}

#[derive(Template)]
#[template(path = "policy_replays.html")]
struct ReplaysPage {
    frame: Frame,
    area: AreaInScope,
    drafts: Vec<(String, String)>,
    from: String,
    to: String,
    today: String,
    lines: Vec<Line>,
    problem: Option<String>,
}

/// A replay in the list.
struct Line {
    id: String,
    title: String,
    span: String,
    state: &'static str,
    asked: String,
}

#[derive(Template)]
#[template(path = "policy_replay.html")]
struct ReplayPage {
    frame: Frame,
    area: AreaInScope,
    id: String,
    title: String,
    span: String,
    /// Page of the draft that was tried.
    draft: Option<String>,
    /// Where it has not ended: done, all.
    bar: Option<(i64, i64)>,
    /// Why there is no result.
    ended: Option<String>,
    /// What it found.
    result: Option<ReplayResult>,
}

/// What a replay found, with what of it the caller may see.
struct Found {
    report: Report,
    doors: Doors,
    seen: BTreeMap<String, AttemptSeen>,
}

/// What the form says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct WishForm {
    draft: String,
    from: String,
    to: String,
}

/// GET /areas/{area}/policy/replays
pub async fn show_all(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    frame: Frame,
) -> Response {
    let lang = frame.lang;
    made(
        list_page(&app, area, frame, None).await,
        StatusCode::OK,
        lang,
    )
}

/// POST /areas/{area}/policy/replays
pub async fn start(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
    Form(form): Form<WishForm>,
) -> Response {
    let lang = frame.lang;
    let asked = match form.read() {
        Some(wished) => ask_replay(&app, &area, &caller, wished).await,
        None => Err(OpError::NotTaken {
            code: "form",
            detail: "A document, and days as 2020-02-12.",
        }),
    };
    match asked {
        Ok(id) => Redirect::to(&address(&area, &id_text(&id))).into_response(),
        Err(OpError::NotTaken { code, .. }) => {
            let problem = frame.t(&format!("replay-problem-{code}"));
            let page = list_page(&app, area, frame, Some((problem, form))).await;
            made(page, StatusCode::UNPROCESSABLE_ENTITY, lang)
        }
        Err(error) => PageError::new(error, lang).into_response(),
    }
}

/// GET /areas/{area}/policy/replays/{replay}
pub async fn show(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    Path((_, replay)): Path<(String, String)>,
    frame: Frame,
) -> Response {
    let lang = frame.lang;
    let page = async {
        let (row, report) = read_replay(&app, area.area, &replay).await?;
        let found = match report {
            Some(report) => Some(Found {
                doors: Some(read_doors(&app, &area, &caller, lang, &report).await?),
                seen: read_examples(&app, &area, &caller, lang, &report).await?,
                report,
            }),
            None => None,
        };
        Ok(one_page(&app, area, &caller, &row, found.as_ref(), frame))
    };
    made(page.await, StatusCode::OK, lang)
}

/// POST /areas/{area}/policy/replays/{replay}
pub async fn stop(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    Path((_, replay)): Path<(String, String)>,
    frame: Frame,
) -> Response {
    match stop_replay(&app, &area, &caller, &replay).await {
        Ok(()) => Redirect::to(&address(&area, &replay)).into_response(),
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}

/// GET /areas/{area}/policy/replays/{replay}/replay.xlsx
pub async fn sheet(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    Path((_, replay)): Path<(String, String)>,
    frame: Frame,
) -> Response {
    let file = async {
        let report = ended(&app, &area, &replay).await?;
        let doors = read_doors(&app, &area, &caller, frame.lang, &report).await?;
        workbook(&report, frame.lang, area.offset_minutes, &Some(doors))
            .map_err(|error| OpError::Bug(format!("a workbook: {error}")))
    };
    const KIND: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    download(file.await, KIND, "replay.xlsx", frame.lang)
}

/// GET /areas/{area}/policy/replays/{replay}/replay.json
pub async fn json(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Path((_, replay)): Path<(String, String)>,
    frame: Frame,
) -> Response {
    let file = async {
        let report = ended(&app, &area, &replay).await?;
        serde_json::to_vec_pretty(&report)
            .map_err(|error| OpError::Bug(format!("a report: {error}")))
    };
    download(file.await, "application/json", "replay.json", frame.lang)
}

fn download(
    file: Result<Vec<u8>, OpError>,
    kind: &'static str,
    name: &str,
    lang: Lang,
) -> Response {
    match file {
        Ok(bytes) => {
            let attached = format!("attachment; filename=\"{name}\"");
            let headers = [
                (header::CONTENT_TYPE, kind.to_owned()),
                (header::CONTENT_DISPOSITION, attached),
            ];
            (headers, bytes).into_response()
        }
        Err(error) => PageError::new(error, lang).into_response(),
    }
}

/// What a replay found.
async fn ended(app: &App, area: &AreaInScope, replay: &str) -> Result<Report, OpError> {
    let (_, report) = read_replay(app, area.area, replay).await?;
    report.ok_or(OpError::NotFound)
}

impl WishForm {
    fn read(&self) -> Option<Wished> {
        let document = match self.draft.as_str() {
            "" => None,
            draft => {
                let (version, document) = draft.split_once(' ')?;
                Some((document.to_owned(), version.parse().ok()?))
            }
        };
        Some(Wished {
            document,
            from: CivilDay::parse(&self.from)?,
            to: CivilDay::parse(&self.to)?,
        })
    }
}

fn address(area: &AreaInScope, replay: &str) -> String {
    format!("/areas/{}/policy/replays/{replay}", area.area)
}

async fn list_page(
    app: &App,
    area: AreaInScope,
    frame: Frame,
    typed: Option<(String, WishForm)>,
) -> Result<ReplaysPage, OpError> {
    let replays = list_replays(app, &area).await?;
    let times = Times::new(frame.lang, app.world.now_millis(), area.offset_minutes);
    let today = times.today();
    let (problem, form) = typed.map_or((None, None), |(said, form)| (Some(said), Some(form)));
    let form = form.unwrap_or_else(|| WishForm {
        draft: String::new(),
        from: CivilDay(today.0 - 7).to_text(),
        to: CivilDay(today.0 - 1).to_text(),
    });
    let title = |row: &PolicyReplayRow| draft_title(row, &replays.drafts, &frame);
    let lines = replays.rows.iter().map(|row| Line {
        id: id_text(&row.replay),
        title: title(row),
        span: span(row, &times),
        state: state_key(&row.state),
        asked: times.moment(row.made_at),
    });
    Ok(ReplaysPage {
        lines: lines.collect(),
        drafts: replays
            .drafts
            .iter()
            .map(|draft| {
                let value = format!("{} {}", draft.version, draft.document);
                (value, draft_words(draft, frame.lang))
            })
            .collect(),
        from: form.from,
        to: form.to,
        today: today.to_text(),
        problem,
        area,
        frame,
    })
}

fn draft_words(draft: &DraftChoice, lang: Lang) -> String {
    let [id, zh, en] = &draft.names;
    let title = match lang {
        Lang::Zh => zh,
        Lang::En => en,
    };
    format!("{id} {title} · v{}", draft.version)
}

fn draft_title(row: &PolicyReplayRow, drafts: &[DraftChoice], frame: &Frame) -> String {
    let known = drafts.iter().find(|draft| draft.document == row.document);
    match (row.document.as_str(), known) {
        ("", _) => frame.t("replay-title-none"),
        (_, Some(draft)) if draft.version == row.version => draft_words(draft, frame.lang),
        (document, _) => format!("{document} · v{}", row.version),
    }
}

fn span(row: &PolicyReplayRow, times: &Times) -> String {
    format!(
        "{} – {}",
        times.moment(row.from_at),
        times.end(row.until_at)
    )
}

fn state_key(state: &str) -> &'static str {
    match state {
        "waiting" => "replay-state-waiting",
        "running" => "replay-state-running",
        "done" => "replay-state-done",
        "stopped" => "replay-state-stopped",
        _ => "replay-state-failed",
    }
}

fn one_page(
    app: &App,
    area: AreaInScope,
    caller: &Caller,
    row: &PolicyReplayRow,
    found: Option<&Found>,
    frame: Frame,
) -> ReplayPage {
    let lang = frame.lang;
    let times = Times::new(lang, app.world.now_millis(), area.offset_minutes);
    let is_at_work = matches!(row.state.as_str(), "waiting" | "running");
    let title = match found {
        Some(found) => headlines(&found.report, lang, area.offset_minutes)[0].clone(),
        None => draft_title(row, &[], &frame),
    };
    let may_open = caller.may_in(Permission::SeeCrossings, &area.path);
    let result = found.map(|found| {
        let shown = Shown {
            report: &found.report,
            seen: &found.seen,
            area: may_open.then_some(&area),
            times,
        };
        ReplayResult::of(&shown, &found.doors, area.offset_minutes, &frame)
    });
    let may_write = caller.may_in(Permission::WritePolicy, &area.path);
    let draft = row.document.strip_prefix(DRAFT).filter(|_| may_write);
    ReplayPage {
        id: id_text(&row.replay),
        title,
        span: match found {
            Some(found) => {
                let count = number(found.report.sums.attempts);
                let of = frame.with("replay-span-attempts", "count", &count);
                format!("{} · {of}", span(row, &times))
            }
            None => span(row, &times),
        },
        draft: draft.map(|draft| format!("/areas/{}/policy/drafts/{draft}", area.area)),
        bar: is_at_work.then(|| (row.attempts_done, row.attempts_all.max(1))),
        ended: (!is_at_work && found.is_none()).then(|| why_none(row, &frame)),
        result,
        area,
        frame,
    }
}

fn why_none(row: &PolicyReplayRow, frame: &Frame) -> String {
    match row.failure.as_deref() {
        None => frame.t("replay-stopped"),
        Some("R-LONG") => frame.t("replay-failed-long"),
        Some("P020") => frame.t("replay-failed-apart"),
        Some(code) => frame.with("replay-failed", "code", code),
    }
}
