//! Pages for residents and visitors, without an account (SELF-1, SELF-2): large keys, plain forms.

mod apply;
mod code;
mod crossings;
mod data;
mod held;
mod helpers;
mod home;
mod lost;
mod opening;
mod requests;
mod tenant_new;
mod tenants;
mod visit;
pub mod visit_form;
pub mod visits;

use crate::app::App;
use crate::auth::access::{Access, Kept, RouteRule, Routes, Scope};
use axum::http::StatusCode;
use axum::routing::MethodRouter;

/// A page of somebody's own and the form on it.
fn own_form(
    table: Routes,
    path: &'static str,
    show: MethodRouter<App>,
    submit: MethodRouter<App>,
) -> Routes {
    let (access, nowhere) = (Access::Resident, Scope::None);
    table
        .add(RouteRule::page(path, access, nowhere, Kept::Nothing), show)
        .add(RouteRule::form(path, access, nowhere, Kept::Change), submit)
}

/// Of a page that says what was wrong with the form, or shows it for the first time.
fn status_of(fault: Option<&String>) -> StatusCode {
    fault.map_or(StatusCode::OK, |_| StatusCode::UNPROCESSABLE_ENTITY)
}

/// The routes of all pages.
pub fn routes(table: Routes) -> Routes {
    [
        code::routes,
        home::routes,
        apply::routes,
        data::routes,
        crossings::routes,
        lost::routes,
        helpers::routes,
        requests::routes,
        tenants::routes,
        tenant_new::routes,
        visits::routes,
        visit::routes,
    ]
    .into_iter()
    .fold(table, |table, add| add(table))
}
