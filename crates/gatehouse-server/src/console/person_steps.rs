//! Steps on a person's page: moved away or died, undo, merge.

use super::person::{again, stale_words};
use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::auth::menu::Menu;
use crate::auth::role::Permission;
use crate::error::OpError;
use crate::faults::Faults;
use crate::ops::leave_household::{LeaveAsked, Left, leave_household};
use crate::ops::merge_person::{Merged, merge_person};
use crate::ops::move_person::{MoveAsked, Passes, move_person};
use crate::ops::person_form::NotSaved;
use crate::ops::resident::door::TypedDoor;
use crate::ops::undo_person::undo_person;
use crate::page::{Frame, PageError};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use axum::{Extension, Form};
use serde::Deserialize;
use std::sync::Arc;

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    let changes = Access::Needs(Permission::ChangePeople);
    let form =
        |path| RouteRule::form(path, changes, Scope::Area, Kept::Change).in_menu(Menu::People);
    table
        .add(form("/areas/{area}/persons/{person}/leave"), post(leave))
        .add(form("/areas/{area}/persons/{person}/move"), post(go))
        .add(form("/areas/{area}/persons/{person}/undo"), post(undo))
        .add(form("/areas/{area}/persons/{person}/merge"), post(merge))
}

/// What the forms send.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct StepForm {
    version: i64,
    why: String,
    until_on: String,
    into: String,
}

fn there(area: &AreaInScope, person: &str) -> Response {
    Redirect::to(&format!("/areas/{}/persons/{person}", area.area)).into_response()
}

/// POST /areas/{area}/persons/{person}/leave
pub async fn leave(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    Path((_, person)): Path<(String, String)>,
    frame: Frame,
    Form(form): Form<StepForm>,
) -> Response {
    let why = match form.why.as_str() {
        "died" => Some(Left::Died),
        "moved" => Some(Left::Moved),
        _ => None,
    };
    let Some(why) = why else {
        return again(&app, &area, &caller, &person, frame, |page| {
            page.faults = Faults::one("why", page.frame.t("leave-choose"));
            StatusCode::UNPROCESSABLE_ENTITY
        })
        .await;
    };
    let asked = LeaveAsked {
        person: person.clone(),
        version: form.version,
        why,
        until_on: form.until_on,
    };
    match leave_household(&app, &area, &caller, asked).await {
        Ok(_) => there(&area, &person),
        Err(NotSaved::Op(error)) => PageError::new(error, frame.lang).into_response(),
        Err(NotSaved::Complaints(complaints)) => {
            again(&app, &area, &caller, &person, frame, |page| {
                page.faults = Faults::of(&page.frame, &complaints);
                StatusCode::UNPROCESSABLE_ENTITY
            })
            .await
        }
        Err(NotSaved::Stale(now)) => {
            again(&app, &area, &caller, &person, frame, |page| {
                page.problem = Some(stale_words(&page.frame, &now.row, now.masked.as_deref()));
                StatusCode::CONFLICT
            })
            .await
        }
    }
}

/// What the form for a move sends.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct MoveForm {
    /// As on the form.
    pub version: i64,
    /// Id of the compound or village.
    pub compound: String,
    /// As typed.
    pub building: String,
    /// As typed.
    pub unit: String,
    /// As typed.
    pub room: String,
    /// `permanent`, `tenant`, `lodger`.
    pub basis: String,
    /// As typed.
    pub landlord: String,
    /// First day there.
    pub from_on: String,
    /// Whether passes end too.
    pub end_passes: bool,
}

/// POST /areas/{area}/persons/{person}/move
pub async fn go(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    Path((_, person)): Path<(String, String)>,
    frame: Frame,
    Form(form): Form<MoveForm>,
) -> Response {
    let typed = form.clone();
    let asked = MoveAsked {
        person: person.clone(),
        version: form.version,
        compound: form.compound,
        door: TypedDoor {
            building: form.building,
            unit: form.unit,
            room: form.room,
        },
        basis: form.basis,
        landlord: form.landlord,
        from_on: form.from_on,
        passes: match form.end_passes {
            true => Passes::End,
            false => Passes::Keep,
        },
    };
    let not_saved = match move_person(&app, &area, &caller, asked).await {
        Ok(()) => return there(&area, &person),
        Err(NotSaved::Op(error)) => return PageError::new(error, frame.lang).into_response(),
        Err(not_saved) => not_saved,
    };
    again(&app, &area, &caller, &person, frame, |page| {
        page.moving = typed;
        match not_saved {
            NotSaved::Stale(now) => {
                page.problem = Some(stale_words(&page.frame, &now.row, now.masked.as_deref()));
                StatusCode::CONFLICT
            }
            NotSaved::Complaints(complaints) => {
                let frame = &page.frame;
                let said = complaints.iter().map(|c| frame.t(c.code.text_key()));
                page.move_faults = said.collect();
                StatusCode::UNPROCESSABLE_ENTITY
            }
            NotSaved::Op(_) => StatusCode::UNPROCESSABLE_ENTITY,
        }
    })
    .await
}

/// POST /areas/{area}/persons/{person}/undo
pub async fn undo(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    Path((_, person)): Path<(String, String)>,
    frame: Frame,
    Form(form): Form<StepForm>,
) -> Response {
    match undo_person(&app, &area, &caller, &person, form.version).await {
        Ok(()) => there(&area, &person),
        Err(OpError::Stale) => {
            again(&app, &area, &caller, &person, frame, |page| {
                page.problem = Some(page.frame.t("undo-not-possible"));
                StatusCode::CONFLICT
            })
            .await
        }
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}

/// POST /areas/{area}/persons/{person}/merge
pub async fn merge(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    Path((_, person)): Path<(String, String)>,
    frame: Frame,
    Form(form): Form<StepForm>,
) -> Response {
    // The other record's address is pasted; its id is the last part.
    let into = form
        .into
        .trim()
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .to_owned();
    let from = (person.as_str(), form.version);
    let key = match merge_person(&app, &area, &caller, from, &into).await {
        Ok(Merged::Done) => return there(&area, &into),
        Ok(Merged::HasOrder) => "merge-has-order",
        Ok(Merged::NotTwo) => "merge-not-two",
        Ok(Merged::OtherWay) => "merge-other-way",
        Err(OpError::Stale) => "error-stale",
        Err(error) => return PageError::new(error, frame.lang).into_response(),
    };
    again(&app, &area, &caller, &person, frame, |page| {
        page.problem = Some(page.frame.t(key));
        match key {
            "error-stale" => StatusCode::CONFLICT,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        }
    })
    .await
}
