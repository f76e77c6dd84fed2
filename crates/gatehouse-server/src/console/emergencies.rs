//! Emergencies: a later word that offers help, never a question of proof (SCOPE-3); how many each
//! gate and shift had.

use super::fever_fields::{Key, keys};
use super::fever_view::View;
use super::when::{clock, day_clock, short, waited};
use crate::app::App;
use crate::auth::access::{Access, AreaInScope, GateInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::auth::role::Permission;
use crate::error::OpError;
use crate::ops::flag_copied_pass::COPIED_PASS;
use crate::ops::keep_open_items::{
    COPIED_OUTCOMES, EMERGENCY_OUTCOMES, Emergency, ShiftCount, close_emergency, list_emergencies,
};
use crate::page::{Frame, PageError, show as show_page};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Form};
use gatehouse_core::gate::Way;
use gatehouse_core::wire::EmergencyKind;
use serde::Deserialize;
use std::sync::Arc;

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    let access = Access::Needs(Permission::KeepOpenItems);
    let path = "/areas/{area}/emergencies";
    let old = RouteRule::page("/gates/{gate}/items", access, Scope::Gate, Kept::Nothing);
    table
        .add(
            RouteRule::page(path, access, Scope::Area, Kept::View),
            get(show),
        )
        .add(
            RouteRule::form(path, access, Scope::Area, Kept::Change),
            post(submit),
        )
        .add(old, get(moved))
}

#[derive(Template)]
#[template(path = "emergencies.html")]
struct EmergenciesPage {
    frame: Frame,
    area: String,
    name: String,
    as_of: String,
    problem: Option<String>,
    items: Vec<Card>,
    shifts: Vec<ShiftLine>,
}

struct Card {
    id: String,
    title: String,
    who: String,
    since: String,
    waited: String,
    phone: String,
    /// What to say or do.
    say: String,
    outcomes: Vec<Key>,
}

struct ShiftLine {
    gate: String,
    from: String,
    until: String,
    emergencies: String,
}

/// What the form sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct OutcomeFields {
    item: String,
    outcome: String,
}

/// GET /gates/{gate}/items: the items of a gate stand on the board of its compound.
pub async fn moved(Extension(gate): Extension<GateInScope>, frame: Frame) -> Response {
    match gate.path.last() {
        Some(compound) => Redirect::to(&format!("/areas/{compound}/fevers")).into_response(),
        None => PageError::new(OpError::NotFound, frame.lang).into_response(),
    }
}

/// GET /areas/{area}/emergencies
pub async fn show(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    frame: Frame,
) -> Response {
    let lang = frame.lang;
    match page(&app, &area, frame, None).await {
        Ok(page) => show_page(&page),
        Err(error) => PageError::new(error, lang).into_response(),
    }
}

/// POST /areas/{area}/emergencies
pub async fn submit(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
    Form(fields): Form<OutcomeFields>,
) -> Response {
    let lang = frame.lang;
    let closed = match fields.item.is_empty() {
        true => Ok(false),
        false => close_emergency(&app, &area, &caller, &fields.item, &fields.outcome).await,
    };
    let shown = match closed {
        Ok(true) => {
            return Redirect::to(&format!("/areas/{}/emergencies", area.area)).into_response();
        }
        Ok(false) => {
            let problem = Some(frame.t("emergencies-outcome-empty"));
            page(&app, &area, frame, problem).await
        }
        Err(error) => Err(error),
    };
    match shown {
        Ok(page) => (StatusCode::UNPROCESSABLE_ENTITY, show_page(&page)).into_response(),
        Err(error) => PageError::new(error, lang).into_response(),
    }
}

async fn page(
    app: &App,
    area: &AreaInScope,
    frame: Frame,
    problem: Option<String>,
) -> Result<EmergenciesPage, OpError> {
    let (open, shifts) = list_emergencies(app, area).await?;
    let (now, offset) = (app.world.now_millis(), area.offset_minutes);
    let path = format!("/areas/{}", area.area);
    let view = View {
        frame: &frame,
        offset,
        now,
        area: path.clone(),
    };
    let items = open.iter().map(|one| card(one, &view)).collect();
    let shifts = shifts
        .iter()
        .map(|shift| line(shift, now, offset, &frame))
        .collect();
    Ok(EmergenciesPage {
        name: area.name.clone(),
        as_of: day_clock(now, offset, &frame),
        area: path,
        problem,
        items,
        shifts,
        frame,
    })
}

fn card(one: &Emergency, view: &View<'_>) -> Card {
    let frame = view.frame;
    let what = match one.what {
        EmergencyKind::Unsaid => "unsaid",
        EmergencyKind::Illness => "illness",
        EmergencyKind::Birth => "birth",
        EmergencyKind::Fire => "fire",
        EmergencyKind::Danger => "danger",
    };
    let way = match one.way {
        Some(Way::In) => "in",
        Some(Way::Out) => "out",
        None => "unsaid",
    };
    let is_copied = one.row.kind == COPIED_PASS;
    let what = match is_copied {
        true => frame.t("items-copied_pass"),
        false => frame.t(&format!("emergencies-what-{what}")),
    };
    let way = frame.t(&format!("emergencies-way-{way}"));
    Card {
        id: one.row.item.to_string(),
        title: format!("{} {} · {what} · {way}", one.compound, one.gate.name),
        who: view.who(&one.whom),
        since: short(one.row.opened_at, view.now, view.offset, frame),
        waited: waited(view.now - one.row.opened_at, frame),
        phone: one.gate.phone.clone(),
        say: match is_copied {
            true => frame.t("items-copied_pass-do"),
            false => frame.t("emergencies-say"),
        },
        outcomes: match is_copied {
            true => keys(frame, COPIED_OUTCOMES, "items-outcome-", ""),
            false => keys(frame, EMERGENCY_OUTCOMES, "emergencies-outcome-", ""),
        },
    }
}

fn line(shift: &ShiftCount, now: i64, offset: i16, frame: &Frame) -> ShiftLine {
    ShiftLine {
        gate: shift.gate.clone(),
        from: short(shift.started_at, now, offset, frame),
        until: shift
            .ended_at
            .map_or_else(|| frame.t("emergencies-now"), |at| clock(at, offset)),
        emergencies: shift.emergencies.to_string(),
    }
}
