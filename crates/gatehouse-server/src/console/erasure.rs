//! Planned erasures: the form about one person's record, with what goes, what stays and why, and
//! the list of an area, where each can be cancelled until its day.

use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::auth::menu::Menu;
use crate::auth::role::Permission;
use crate::error::OpError;
use crate::ops::erasure_rules::{ASKED_BY, day_of};
use crate::ops::plan_erasure::{Cancelled, ErasureAsked, Planned, cancel_erasure, plan_erasure};
use crate::ops::read_erasures::{ErasureForm, ErasureLine, list_erasures, read_erasure_form};
use crate::page::{Frame, PageError, made};
use crate::person_line::{PersonLine, mask_of};
use crate::times::Times;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Form};
use gatehouse_store::erasure_plan::ErasureState;
use serde::Deserialize;
use std::sync::Arc;

const NEEDS: Access = Access::Needs(Permission::ErasePeople);
const ONE: &str = "/areas/{area}/persons/{person}/erasure";
const LIST: &str = "/areas/{area}/erasures";
/// What goes and what stays, as ends of keys.
const GOES: [&str; 5] = ["name", "home", "pass", "crossing", "views"];
const STAYS: [&str; 4] = ["crossing", "order", "chain", "list"];

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    let page = |path, kept| RouteRule::page(path, NEEDS, Scope::Area, kept).in_menu(Menu::People);
    let form = |path| RouteRule::form(path, NEEDS, Scope::Area, Kept::Change).in_menu(Menu::People);
    let list = RouteRule::page(LIST, NEEDS, Scope::Area, Kept::View);
    table
        .add(page(ONE, Kept::View), get(show))
        .add(form(ONE), post(submit))
        .add(list, get(show_list))
        .add(form(LIST), post(cancel))
}

#[derive(Template)]
#[template(path = "erasure.html")]
struct ErasurePage {
    frame: Frame,
    area: AreaInScope,
    line: PersonLine,
    is_active: bool,
    mark: String,
    /// Word, words, and the first day for it.
    reasons: Vec<(&'static str, String, String)>,
    asked_by: Vec<(&'static str, String)>,
    hindrances: Vec<String>,
    coming: Option<String>,
    /// Words of what goes, and of what stays.
    goes: Vec<String>,
    stays: Vec<String>,
    typed: ErasureFields,
    fault: Option<String>,
}

#[derive(Template)]
#[template(path = "erasures.html")]
struct ErasuresPage {
    frame: Frame,
    area: AreaInScope,
    lines: Vec<Line>,
    fault: Option<String>,
}

struct Line {
    id: String,
    /// Their page, while there is one.
    href: Option<String>,
    who: String,
    compound: String,
    reason: String,
    asked: String,
    day: String,
    by: String,
    state: String,
    class: &'static str,
    /// Why it was held back, or who cancelled it.
    more: Option<String>,
    may_cancel: bool,
}

/// What the form sends.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct ErasureFields {
    erasure: String,
    reason: String,
    asked_by: String,
    day: String,
}

/// What a key of the list sends.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct CancelFields {
    erasure: String,
}

fn read_id(text: &str) -> Option<[u8; 16]> {
    let bytes = data_encoding::HEXLOWER.decode(text.as_bytes()).ok()?;
    bytes.try_into().ok()
}

/// GET /areas/{area}/persons/{person}/erasure
pub async fn show(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Path((_, person)): Path<(String, String)>,
    frame: Frame,
) -> Response {
    let lang = frame.lang;
    let page = page(&app, &area, &person, frame, ErasureFields::default(), None).await;
    made(page, StatusCode::OK, lang)
}

/// POST /areas/{area}/persons/{person}/erasure
pub async fn submit(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    Path((_, person)): Path<(String, String)>,
    frame: Frame,
    Form(fields): Form<ErasureFields>,
) -> Response {
    let lang = frame.lang;
    let asked = ErasureAsked {
        // A form without one never came from us; a fresh one plans all the same.
        erasure: read_id(&fields.erasure).unwrap_or_else(|| app.world.bytes()),
        person: person.clone(),
        reason: fields.reason.clone(),
        asked_by: fields.asked_by.clone(),
        day: fields.day.clone(),
    };
    let planned = match plan_erasure(&app, &area, &caller, asked).await {
        Ok(planned) => planned,
        Err(error) => return PageError::new(error, lang).into_response(),
    };
    let (status, fault) = match planned {
        Planned::Done => {
            return Redirect::to(&format!("/areas/{}/erasures", area.area)).into_response();
        }
        Planned::Reason => (StatusCode::UNPROCESSABLE_ENTITY, "erasure-fault-reason"),
        Planned::AskedBy => (StatusCode::UNPROCESSABLE_ENTITY, "erasure-fault-asked"),
        Planned::Day => (StatusCode::UNPROCESSABLE_ENTITY, "erasure-fault-day"),
        Planned::Hindered => (StatusCode::CONFLICT, "erasure-fault-hindered"),
        Planned::Twice => (StatusCode::CONFLICT, "erasure-fault-twice"),
    };
    let page = page(&app, &area, &person, frame, fields, Some(fault)).await;
    made(page, status, lang)
}

async fn page(
    app: &App,
    area: &AreaInScope,
    person: &str,
    frame: Frame,
    typed: ErasureFields,
    fault: Option<&'static str>,
) -> Result<ErasurePage, OpError> {
    let form = read_erasure_form(app, area, person).await?;
    let times = Times::new(frame.lang, app.world.now_millis(), area.offset_minutes);
    let masked = form.masked.as_deref();
    let words = |prefix: &str, ends: &[&str]| {
        let keys = ends.iter().map(|end| frame.t(&format!("{prefix}{end}")));
        keys.collect::<Vec<_>>()
    };
    let asked_by = ASKED_BY.map(|word| (word, frame.t(&format!("erasure-asked-{word}"))));
    Ok(ErasurePage {
        line: PersonLine::new(frame.lang, &form.person, masked, times.today()),
        is_active: form.person.state == "active",
        mark: data_encoding::HEXLOWER.encode(&app.world.bytes::<16>()),
        reasons: reasons(&form, &frame, times),
        asked_by: asked_by.into(),
        hindrances: words(
            "erasure-held-",
            &form
                .hindrances
                .iter()
                .map(|one| one.word())
                .collect::<Vec<_>>(),
        ),
        coming: form.coming.map(|plan| {
            let day = times.day(day_of(plan.run_at, area.offset_minutes));
            frame.with("erasure-coming", "day", &day)
        }),
        goes: words("erasure-what-", &GOES),
        stays: words("erasure-stays-", &STAYS),
        typed,
        fault: fault.map(|key| frame.t(key)),
        area: area.clone(),
        frame,
    })
}

/// Word, words, and from which day on.
fn reasons(form: &ErasureForm, frame: &Frame, times: Times) -> Vec<(&'static str, String, String)> {
    let all = form.reasons.iter().map(|(word, first)| {
        let first = format!("{} · {}", times.day(*first), first.to_text());
        (
            *word,
            frame.t(&format!("erasure-reason-{word}")),
            frame.with("erasure-first-day", "day", &first),
        )
    });
    all.collect()
}

/// GET /areas/{area}/erasures
pub async fn show_list(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    frame: Frame,
) -> Response {
    let lang = frame.lang;
    made(list(&app, &area, frame, None).await, StatusCode::OK, lang)
}

/// POST /areas/{area}/erasures
pub async fn cancel(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
    Form(fields): Form<CancelFields>,
) -> Response {
    let lang = frame.lang;
    let Some(erasure) = read_id(&fields.erasure) else {
        let error = OpError::Unreadable("erasure".to_owned());
        return PageError::new(error, lang).into_response();
    };
    match cancel_erasure(&app, &area, &caller, erasure).await {
        Ok(Cancelled::Done) => {
            Redirect::to(&format!("/areas/{}/erasures", area.area)).into_response()
        }
        Ok(Cancelled::TooLate) => {
            let page = list(&app, &area, frame, Some("erasure-fault-late")).await;
            made(page, StatusCode::CONFLICT, lang)
        }
        Err(error) => PageError::new(error, lang).into_response(),
    }
}

async fn list(
    app: &App,
    area: &AreaInScope,
    frame: Frame,
    fault: Option<&'static str>,
) -> Result<ErasuresPage, OpError> {
    let lines = list_erasures(app, area).await?;
    let times = Times::new(frame.lang, app.world.now_millis(), area.offset_minutes);
    let lines = lines.iter().map(|line| shown(line, area, &frame, times));
    Ok(ErasuresPage {
        lines: lines.collect(),
        fault: fault.map(|key| frame.t(key)),
        area: area.clone(),
        frame,
    })
}

fn shown(line: &ErasureLine, area: &AreaInScope, frame: &Frame, times: Times) -> Line {
    let plan = &line.plan;
    let by = |key: &str, name: &str, at: i64| {
        frame.fill(key, &[("name", name), ("time", &times.moment(at))])
    };
    let gone = plan.state == ErasureState::Done;
    Line {
        id: data_encoding::HEXLOWER.encode(&plan.erasure),
        href: (!gone).then(|| format!("/areas/{}/persons/{}", area.area, plan.person)),
        who: match gone {
            true => frame.t("erasure-gone"),
            false => mask_of(line.masked.as_deref()),
        },
        compound: line.compound.clone(),
        reason: frame.t(&format!("erasure-reason-{}", plan.reason)),
        asked: frame.t(&format!("erasure-asked-{}", plan.asked_by)),
        day: times.day(day_of(plan.run_at, area.offset_minutes)),
        by: by("erasure-by", &line.planned_by, plan.planned_at),
        state: frame.t(&format!("erasure-state-{}", plan.state.word())),
        class: match plan.state {
            ErasureState::Planned | ErasureState::Running => "ask",
            ErasureState::Done => "go",
            ErasureState::Held(_) => "stop",
            ErasureState::Cancelled(_) => "wait",
        },
        more: match &plan.state {
            ErasureState::Held(word) => Some(frame.t(&format!("erasure-held-{word}"))),
            ErasureState::Cancelled(_) => {
                let name = line.cancelled_by.as_deref().unwrap_or_default();
                Some(by("erasure-cancelled-by", name, plan.changed_at))
            }
            _ => None,
        },
        may_cancel: plan.state == ErasureState::Planned,
    }
}
