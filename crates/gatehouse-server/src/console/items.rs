//! Open items of a gate, and what came of them.

use crate::app::App;
use crate::auth::access::GateInScope;
use crate::auth::access::{Access, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::auth::role::Permission;
use crate::error::OpError;
use crate::ops::flag_copied_pass::COPIED_PASS;
use crate::ops::keep_open_items::{
    ShiftCount, close_open_item, count_by_shift, list_open_items, outcomes_of,
};
use crate::page::{Frame, PageError, show as show_page};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Form};
use gatehouse_core::moment::Moment;
use gatehouse_store::open_item::OpenItemRow;
use serde::Deserialize;
use std::sync::Arc;

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    table
        .add(
            RouteRule::page(
                "/gates/{gate}/items",
                Access::Needs(Permission::KeepOpenItems),
                Scope::Gate,
                Kept::View,
            ),
            get(show),
        )
        .add(
            RouteRule::form(
                "/gates/{gate}/items",
                Access::Needs(Permission::KeepOpenItems),
                Scope::Gate,
                Kept::Change,
            ),
            post(submit),
        )
}

#[derive(Template)]
#[template(path = "items.html")]
struct ItemsPage {
    frame: Frame,
    gate: String,
    problem: Option<String>,
    items: Vec<Card>,
    shifts: Vec<ShiftLine>,
}

struct ShiftLine {
    day: String,
    from: String,
    until: String,
    emergencies: String,
}

struct Card {
    id: String,
    kind: &'static str,
    /// Key of what to do first.
    advice: Option<&'static str>,
    time: String,
    minutes: String,
    /// The word that is sent, and what people read.
    outcomes: Vec<(&'static str, String)>,
}

/// What the form sends.
#[derive(Deserialize)]
pub struct OutcomeForm {
    item: String,
    #[serde(default)]
    outcome: String,
}

/// GET /gates/{gate}/items
pub async fn show(
    State(app): State<App>,
    Extension(gate): Extension<GateInScope>,
    frame: Frame,
) -> Response {
    let lang = frame.lang;
    match page(&app, gate, frame, None).await {
        Ok(page) => show_page(&page),
        Err(error) => PageError::new(error, lang).into_response(),
    }
}

/// POST /gates/{gate}/items
pub async fn submit(
    State(app): State<App>,
    Extension(gate): Extension<GateInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
    Form(form): Form<OutcomeForm>,
) -> Response {
    let lang = frame.lang;
    let closed = close_open_item(&app, &gate, &caller, &form.item, &form.outcome).await;
    let shown = match closed {
        Ok(true) => return Redirect::to(&format!("/gates/{}/items", gate.gate)).into_response(),
        Ok(false) => {
            let problem = Some(frame.t("items-outcome-empty"));
            page(&app, gate, frame, problem).await
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
    gate: GateInScope,
    frame: Frame,
    problem: Option<String>,
) -> Result<ItemsPage, OpError> {
    let open = list_open_items(app, &gate).await?;
    let shifts = count_by_shift(app, &gate).await?;
    Ok(ItemsPage {
        items: open
            .iter()
            .map(|(row, minutes)| card(row, *minutes, gate.offset_minutes, &frame))
            .collect(),
        shifts: shifts
            .iter()
            .map(|shift| line(shift, gate.offset_minutes, &frame))
            .collect(),
        gate: gate.name,
        problem,
        frame,
    })
}

fn card(row: &OpenItemRow, minutes: i64, offset: i16, frame: &Frame) -> Card {
    let outcomes = outcomes_of(&row.kind).iter();
    Card {
        id: row.item.to_string(),
        kind: match row.kind.as_str() {
            "fever" => "items-fever",
            COPIED_PASS => "items-copied_pass",
            _ => "items-emergency",
        },
        advice: (row.kind == COPIED_PASS).then_some("items-copied_pass-do"),
        time: clock(row.opened_at, offset),
        minutes: minutes.to_string(),
        outcomes: outcomes
            .map(|word| (*word, frame.t(&format!("items-outcome-{word}"))))
            .collect(),
    }
}

fn line(shift: &ShiftCount, offset: i16, frame: &Frame) -> ShiftLine {
    let day = Moment::new(shift.started_at, offset).day();
    ShiftLine {
        day: day.to_text(),
        from: clock(shift.started_at, offset),
        until: shift
            .ended_at
            .map_or_else(|| frame.t("items-now"), |at| clock(at, offset)),
        emergencies: shift.emergencies.to_string(),
    }
}

fn clock(millis: i64, offset: i16) -> String {
    let minute = Moment::new(millis, offset).minute_of_day();
    format!("{:02}:{:02}", minute / 60, minute % 60)
}
