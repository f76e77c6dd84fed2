//! Signing out.

use crate::app::App;
use crate::auth::access::{Access, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::ops::find_caller::cookie_name;
use crate::ops::sign_out::sign_out;
use crate::page::{Frame, PageError, redirect_with_cookie};
use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use std::sync::Arc;

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    table.add(
        RouteRule::form("/logout", Access::SignedIn, Scope::None, Kept::Change),
        post(submit),
    )
}

/// POST /logout
pub async fn submit(
    State(app): State<App>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
) -> Response {
    match sign_out(&app, &caller).await {
        Ok(()) => {
            let tls = app.config.is_behind_tls();
            let secure = if tls { "; Secure" } else { "" };
            let name = cookie_name(tls);
            let gone = format!("{name}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0{secure}");
            redirect_with_cookie("/login", &gone)
        }
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}
