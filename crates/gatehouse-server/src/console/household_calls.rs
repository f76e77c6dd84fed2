//! The office writes down that a household is not to be rung about visitors, or may be again.

use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::auth::role::Permission;
use crate::error::OpError;
use crate::ops::resident::call_household::{Calls, note_calls};
use crate::page::{Frame, PageError};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use axum::{Extension, Form};
use serde::Deserialize;
use std::sync::Arc;

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    const PATH: &str = "/areas/{area}/households/{household}/calls";
    let changes = Access::Needs(Permission::ChangePeople);
    table.add(
        RouteRule::form(PATH, changes, Scope::Area, Kept::Change),
        post(submit),
    )
}

/// What the form sends.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct CallsForm {
    calls: String,
}

/// POST /areas/{area}/households/{household}/calls
pub async fn submit(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    Path((_, household)): Path<(String, String)>,
    frame: Frame,
    Form(form): Form<CallsForm>,
) -> Response {
    let noted = match Calls::named(&form.calls) {
        Some(calls) => note_calls(&app, &area, &caller, &household, calls).await,
        None => Err(OpError::Unreadable("calls".to_owned())),
    };
    match noted {
        Ok(()) => {
            let to = format!("/areas/{}/households/{household}", area.area);
            Redirect::to(&to).into_response()
        }
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}
