//! The slip that opens a resident's own page: handed over by whoever knows them at the door.

use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::auth::role::Permission;
use crate::error::OpError;
use crate::ops::resident::make_code::{grouped, make_code};
use crate::page::{Frame, PageError, show as show_page};
use crate::qr;
use crate::serve::origin;
use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use gatehouse_core::id::PersonId;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "resident_code.html")]
struct SlipPage {
    frame: Frame,
    code: String,
    qr: String,
    address: String,
    back: String,
}

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    table.add(
        RouteRule::form(
            "/areas/{area}/people/{person}/code",
            Access::Needs(Permission::ApplyForPass),
            Scope::Area,
            Kept::Change,
        ),
        post(submit),
    )
}

/// POST /areas/{area}/people/{person}/code
pub async fn submit(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    Path((_, person)): Path<(String, String)>,
    frame: Frame,
) -> Response {
    let made = match PersonId::parse(&person) {
        Some(person) => make_code(&app, &caller, &area, person).await,
        None => Err(OpError::NotFound),
    };
    match made {
        Ok(code) => {
            let origin = origin(&app.config);
            show_page(&SlipPage {
                qr: qr::svg(&format!("{origin}/my/open/{}", code.as_str())),
                address: format!("{origin}/my/code"),
                code: grouped(&code),
                back: format!("/areas/{}", area.area),
                frame,
            })
        }
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}
