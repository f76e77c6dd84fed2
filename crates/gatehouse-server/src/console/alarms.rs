//! Alarms that wait until somebody says that they looked.

use super::when::{day_clock, short};
use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::auth::role::Permission;
use crate::error::OpError;
use crate::ops::keep_retention::TRAY_WAITS;
use crate::ops::see_alarms::{AlarmLine, list_alarms, see_alarm};
use crate::page::{Frame, PageError, made};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Form};
use serde::Deserialize;
use std::sync::Arc;

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    let path = "/areas/{area}/alarms";
    let see = Access::Needs(Permission::SeeToday);
    let keep = Access::Needs(Permission::KeepOpenItems);
    table
        .add(
            RouteRule::page(path, see, Scope::Area, Kept::Nothing),
            get(show),
        )
        .add(
            RouteRule::form(path, keep, Scope::Area, Kept::Change),
            post(submit),
        )
}

#[derive(Template)]
#[template(path = "alarms.html")]
struct AlarmsPage {
    frame: Frame,
    area: String,
    name: String,
    as_of: String,
    may_see: bool,
    problem: Option<String>,
    alarms: Vec<Line>,
}

struct Line {
    kind: String,
    about: String,
    title: String,
    what: String,
    place: String,
    since: String,
    /// Where the records are that it is about.
    is_tray: bool,
}

/// What the form sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SeenFields {
    kind: String,
    about: String,
}

/// GET /areas/{area}/alarms
pub async fn show(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
) -> Response {
    let lang = frame.lang;
    let page = page(&app, &area, &caller, frame, None).await;
    made(page, StatusCode::OK, lang)
}

/// POST /areas/{area}/alarms: somebody has looked. One that waits no more is no mistake of the
/// one who pressed: the list says what still waits.
pub async fn submit(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
    Form(fields): Form<SeenFields>,
) -> Response {
    let lang = frame.lang;
    let problem = match see_alarm(&app, &area, &caller, &fields.kind, &fields.about).await {
        Ok(()) => {
            return Redirect::to(&format!("/areas/{}/alarms", area.area)).into_response();
        }
        Err(OpError::NotFound) => Some(frame.t("alarms-gone")),
        Err(error) => return PageError::new(error, lang).into_response(),
    };
    let page = page(&app, &area, &caller, frame, problem).await;
    made(page, StatusCode::UNPROCESSABLE_ENTITY, lang)
}

async fn page(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    frame: Frame,
    problem: Option<String>,
) -> Result<AlarmsPage, OpError> {
    let alarms = list_alarms(app, area).await?;
    let (now, offset) = (app.world.now_millis(), area.offset_minutes);
    let may_see = caller.may_in(Permission::KeepOpenItems, &area.path);
    Ok(AlarmsPage {
        area: format!("/areas/{}", area.area),
        name: area.name.clone(),
        as_of: day_clock(now, offset, &frame),
        may_see,
        alarms: alarms
            .iter()
            .map(|line| view(line, may_see, (now, offset), &frame))
            .collect(),
        problem,
        frame,
    })
}

/// Kinds that have words of their own.
const KINDS: [&str; 11] = [
    "clock_ahead",
    "foreign_gate",
    "large_batch",
    "used_code",
    "other_content",
    "broken_chain",
    "ended_device",
    "gate_state",
    "refused_events",
    "lost_events",
    TRAY_WAITS,
];

/// Kinds about records that lie in the tray.
const TRAY_KINDS: [&str; 5] = [
    "other_content",
    "broken_chain",
    "ended_device",
    "refused_events",
    TRAY_WAITS,
];

fn view(line: &AlarmLine, may_see: bool, (now, offset): (i64, i16), frame: &Frame) -> Line {
    let kind = KINDS.iter().find(|kind| **kind == line.row.kind);
    let key = kind.copied().unwrap_or("other");
    let place = [line.place.clone(), line.device.clone()];
    let place: Vec<String> = place.into_iter().flatten().collect();
    Line {
        title: frame.t(&format!("alarms-{key}")),
        what: frame.t(&format!("alarms-{key}-do")),
        place: place.join(" · "),
        is_tray: may_see && TRAY_KINDS.contains(&key),
        since: short(line.row.raised_at, now, offset, frame),
        kind: line.row.kind.clone(),
        about: line.row.about.clone(),
    }
}
