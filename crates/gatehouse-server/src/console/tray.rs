//! The tray: records of phones that could not be taken in, each until somebody says what came of
//! it.

use super::tray_event::words_of;
use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::auth::role::Permission;
use crate::error::OpError;
use crate::ops::keep_tray::{
    OUTCOMES, Settling, TrayEvent, TrayLine, key_text, list_tray, open_tray_event, read_key,
    settle_tray_event,
};
use crate::ops::settle_alike::settle_alike;
use crate::page::{Frame, PageError, made};
use crate::paging::{Page, query};
use crate::times::Times;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Form};
use gatehouse_store::set_aside::{SetAsideKey, TrayPart};
use serde::Deserialize;
use std::sync::Arc;

const LIST: &str = "/areas/{area}/tray";
const EVENT: &str = "/areas/{area}/tray/{event}";

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    let keeps = Access::Needs(Permission::KeepOpenItems);
    let page = |path| RouteRule::page(path, keeps, Scope::Area, Kept::View);
    table
        .add(page(LIST), get(show))
        .add(page(EVENT), get(show_event))
        .add(
            RouteRule::form(EVENT, keeps, Scope::Area, Kept::Change),
            post(submit),
        )
}

/// Which part of the list, and from where.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    part: String,
    after: String,
}

/// What the form sends.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct SettleForm {
    version: String,
    outcome: String,
    /// Whether the same is said of all others of this phone that wait for the same reason.
    alike: Option<String>,
}

#[derive(Template)]
#[template(path = "tray.html")]
struct TrayPage {
    frame: Frame,
    area: String,
    name: String,
    parts: Vec<(String, &'static str, bool)>,
    /// Key of what is said where there is nothing.
    none: &'static str,
    lines: Vec<Line>,
    first: String,
    next: Option<String>,
}

struct Line {
    href: String,
    device: String,
    place: String,
    number: String,
    reason: String,
    came: String,
    /// What it said went with whom it was about.
    is_erased: bool,
    /// What somebody found out, and who did.
    settled: Option<(String, String)>,
    /// Whether the same was taken in after all.
    is_taken: bool,
}

#[derive(Template)]
#[template(path = "tray_event.html")]
struct EventPage {
    frame: Frame,
    back: String,
    line: Line,
    why: String,
    problem: Option<String>,
    /// What the record says; nothing where it cannot be read.
    said: Vec<(String, String)>,
    /// What was known at the gate.
    facts: Vec<(String, String)>,
    /// How many names and numbers are not shown to the caller.
    hidden: Option<String>,
    history: Vec<(String, String)>,
    version: usize,
    /// What is said of the others like it, where there are some.
    alike: Option<String>,
    outcomes: Vec<(&'static str, String, bool)>,
}

/// GET /areas/{area}/tray
pub async fn show(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Query(asked): Query<Asked>,
    frame: Frame,
) -> Response {
    let lang = frame.lang;
    let page = page(&app, &area, frame, &asked).await;
    made(page, StatusCode::OK, lang)
}

async fn page(
    app: &App,
    area: &AreaInScope,
    frame: Frame,
    asked: &Asked,
) -> Result<TrayPage, OpError> {
    let part = match asked.part.as_str() {
        "" => TrayPart::Open,
        "settled" => TrayPart::Settled,
        _ => return Err(OpError::NotFound),
    };
    let after = match asked.after.as_str() {
        "" => None,
        text => Some(read_key(text).ok_or(OpError::NotFound)?),
    };
    let Page { rows, next } = list_tray(app, area, part, after).await?;
    let times = Times::new(frame.lang, app.world.now_millis(), area.offset_minutes);
    let path = format!("/areas/{}/tray", area.area);
    let link = |after: &str| {
        format!(
            "{path}{}",
            query(&[("part", &asked.part), ("after", after)])
        )
    };
    Ok(TrayPage {
        parts: vec![
            (path.clone(), "tray-open", part == TrayPart::Open),
            (
                format!("{path}?part=settled"),
                "tray-settled",
                part == TrayPart::Settled,
            ),
        ],
        none: match part {
            TrayPart::Open => "tray-none",
            TrayPart::Settled => "tray-none-settled",
        },
        lines: rows
            .iter()
            .map(|row| line(row, &path, times, &frame))
            .collect(),
        first: match after {
            None => String::new(),
            Some(_) => link(""),
        },
        next: next.map(|next| link(&next)),
        area: format!("/areas/{}", area.area),
        name: area.name.clone(),
        frame,
    })
}

fn line(line: &TrayLine, path: &str, times: Times, frame: &Frame) -> Line {
    let row = &line.row;
    Line {
        href: format!("{path}/{}", key_text(&row.key())),
        device: match line.device.as_str() {
            "" => frame.t("devices-unnamed"),
            label => label.to_owned(),
        },
        place: line.place.clone(),
        number: frame.with("tray-number", "number", &row.seq.to_string()),
        reason: frame.t(&format!("tray-{}", row.reason.word())),
        came: times.moment(row.received_at),
        is_taken: line.is_taken,
        is_erased: row.is_emptied(),
        settled: said_of(line, times, frame).pop(),
    }
}

/// What people found out, each with who and when, the last one last.
fn said_of(line: &TrayLine, times: Times, frame: &Frame) -> Vec<(String, String)> {
    let said = line.settled.iter().map(|(row, name)| {
        let at = times.moment(row.settled_at);
        let slots = [("name", name.as_str()), ("at", at.as_str())];
        (
            frame.t(&format!("tray-outcome-{}", row.outcome)),
            frame.fill("tray-settled-by", &slots),
        )
    });
    said.collect()
}

/// GET /areas/{area}/tray/{event}
pub async fn show_event(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    Path((_, event)): Path<(String, String)>,
    frame: Frame,
) -> Response {
    let lang = frame.lang;
    let page = match read_key(&event) {
        Some(key) => event_page(&app, &area, &caller, key, (frame, None)).await,
        None => Err(OpError::NotFound),
    };
    made(page, StatusCode::OK, lang)
}

async fn event_page(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    key: SetAsideKey,
    (frame, problem): (Frame, Option<String>),
) -> Result<EventPage, OpError> {
    let shown = open_tray_event(app, area, caller, key).await?;
    let times = Times::new(frame.lang, app.world.now_millis(), area.offset_minutes);
    let path = format!("/areas/{}/tray", area.area);
    let words = words_of(&shown, times, &frame);
    let TrayEvent {
        line: shown, alike, ..
    } = shown;
    let last = shown.settled.last().map(|(row, _)| row.outcome.as_str());
    let outcomes = OUTCOMES.map(|word| {
        let is_likely = last == Some(word);
        (word, frame.t(&format!("tray-outcome-{word}")), is_likely)
    });
    Ok(EventPage {
        why: frame.t(&format!("tray-{}-why", shown.row.reason.word())),
        line: line(&shown, &path, times, &frame),
        said: words.said,
        facts: words.facts,
        hidden: (words.hidden > 0)
            .then(|| frame.with("tray-hidden", "count", &words.hidden.to_string())),
        history: said_of(&shown, times, &frame),
        alike: (alike > 0).then(|| frame.with("tray-alike", "count", &alike.to_string())),
        version: shown.settled.len(),
        outcomes: outcomes.into(),
        back: path,
        problem,
        frame,
    })
}

/// POST /areas/{area}/tray/{event}
pub async fn submit(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    Path((_, event)): Path<(String, String)>,
    frame: Frame,
    Form(form): Form<SettleForm>,
) -> Response {
    let lang = frame.lang;
    let Some(key) = read_key(&event) else {
        return PageError::new(OpError::NotFound, lang).into_response();
    };
    let Ok(version) = form.version.parse() else {
        let error = OpError::Unreadable("version".to_owned());
        return PageError::new(error, lang).into_response();
    };
    let wish = (version, form.outcome.as_str());
    let (problem, status) = match settle_tray_event(&app, &area, &caller, key, wish).await {
        Ok(Settling::Done) => {
            if form.alike.is_some() {
                let alike = settle_alike(&app, &area, &caller, key, &form.outcome).await;
                if let Err(error) = alike {
                    return PageError::new(error, lang).into_response();
                }
            }
            return Redirect::to(&format!("/areas/{}/tray", area.area)).into_response();
        }
        Ok(Settling::NoOutcome) => ("tray-fault-outcome", StatusCode::UNPROCESSABLE_ENTITY),
        Ok(Settling::Stale) => ("tray-fault-stale", StatusCode::CONFLICT),
        Ok(Settling::Full) => ("tray-fault-full", StatusCode::UNPROCESSABLE_ENTITY),
        Err(error) => return PageError::new(error, lang).into_response(),
    };
    let problem = Some(frame.t(problem));
    let page = event_page(&app, &area, &caller, key, (frame, problem)).await;
    made(page, status, lang)
}
