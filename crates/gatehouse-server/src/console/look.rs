//! Language and type size, kept in cookies of the browser.

use crate::auth::access::{Access, Kept, RouteRule, Routes, Scope};
use crate::page::redirect_with_cookie;
use axum::Form;
use axum::response::Response;
use axum::routing::post;
use serde::Deserialize;

const PUBLIC: Access = Access::Public("language and type size belong to the browser");

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    table.add(
        RouteRule::form("/look", PUBLIC, Scope::None, Kept::Nothing),
        post(submit),
    )
}

/// What is switched, and where to go back to.
#[derive(Deserialize)]
pub struct Look {
    set: String,
    back: String,
}

/// POST /look
pub async fn submit(Form(look): Form<Look>) -> Response {
    let cookie = match look.set.as_str() {
        "lang-en" => "lang=en",
        "lang-zh" => "lang=zh",
        "type-large" => "type=large",
        _ => "type=normal",
    };
    let cookie = format!("{cookie}; Path=/; Max-Age=31536000; SameSite=Lax");
    redirect_with_cookie(&look.back, &cookie)
}
