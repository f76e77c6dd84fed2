//! Crossings of a household: an answer page after a purpose was chosen, never a list to leaf
//! through.

use super::crossing_line::{CrossingCard, card};
use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::auth::menu::Menu;
use crate::auth::role::Permission;
use crate::door::door_words;
use crate::ops::household_crossings::{DAYS_BACK, HouseholdCrossings, household_crossings};
use crate::ops::purpose::purpose_key;
use crate::page::{Frame, PageError, show as show_page};
use crate::times::Times;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Extension, Form};
use serde::Deserialize;
use std::sync::Arc;

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    table.add(
        RouteRule::form(
            "/areas/{area}/households/{household}/crossings",
            Access::Needs(Permission::RevealPeople),
            Scope::Area,
            Kept::Change,
        )
        .in_menu(Menu::People),
        post(submit),
    )
}

#[derive(Template)]
#[template(path = "household_crossings.html")]
struct ListPage {
    frame: Frame,
    back: String,
    door: String,
    purpose: String,
    problem: Option<String>,
    days: String,
    lines: Vec<CrossingCard>,
}

/// What the form sends.
#[derive(Deserialize)]
pub struct PurposeForm {
    #[serde(default)]
    purpose: String,
}

/// POST /areas/{area}/households/{household}/crossings
pub async fn submit(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    Path((_, household)): Path<(String, String)>,
    frame: Frame,
    Form(form): Form<PurposeForm>,
) -> Response {
    let found = household_crossings(&app, &area, &caller, &household, &form.purpose).await;
    let found = match found {
        Ok(found) => found,
        Err(error) => return PageError::new(error, frame.lang).into_response(),
    };
    let times = Times::new(frame.lang, app.world.now_millis(), area.offset_minutes);
    let mut page = ListPage {
        back: format!("/areas/{}/households/{household}", area.area),
        door: String::new(),
        purpose: String::new(),
        problem: None,
        days: DAYS_BACK.to_string(),
        lines: Vec::new(),
        frame,
    };
    let status = match found {
        HouseholdCrossings::Listed(row, lines) => {
            let lang = page.frame.lang;
            page.door = door_words(lang, &row.building, &row.unit, &row.room);
            page.purpose = page.frame.t(&purpose_key(&form.purpose));
            let lines = lines.iter();
            page.lines = lines
                .map(|line| card(&page.frame, &area, line, times))
                .collect();
            StatusCode::OK
        }
        HouseholdCrossings::NoPurpose => {
            page.problem = Some(page.frame.t("reveal-nothing-chosen"));
            StatusCode::UNPROCESSABLE_ENTITY
        }
        HouseholdCrossings::UsedUpUntil(at) => {
            let clock = times.clock(at);
            page.problem = Some(page.frame.with("reveal-used-up", "clock", &clock));
            StatusCode::TOO_MANY_REQUESTS
        }
    };
    (status, show_page(&page)).into_response()
}
