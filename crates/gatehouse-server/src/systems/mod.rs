//! The API for other systems, under `/api/v1`: JSON in, JSON out, problem+json where it fails,
//! every list paged by key. How to use it: `docs/api.md`.

pub mod doc;
mod lists;
mod once;
pub mod shapes;
mod visits;
mod writes;

use crate::app::App;
use crate::auth::access::{Access, Kept, RouteRule, Routes, Scope};
use crate::error::ApiError;
use crate::error::OpError;
use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequestParts, Query};
use axum::http::header;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use doc::{Doc, openapi};
use serde::de::DeserializeOwned;
use std::sync::OnceLock;

/// Rows of a page where the caller does not say.
const ROWS_USUAL: u32 = 50;
/// Most rows of a page.
const ROWS_MOST: u32 = 200;

/// The routes of the API.
pub fn routes(table: Routes) -> Routes {
    let public = Access::Public("how to use the API is no secret");
    let described = RouteRule::read("/api/v1/openapi.json", public, Scope::None, Kept::Nothing);
    let doc = Doc::plain::<serde_json::Value>("This document");
    let table = table.add(described.for_systems(doc), get(describe));
    visits::routes(writes::routes(lists::routes(table)))
}

/// GET /api/v1/openapi.json
async fn describe() -> Response {
    static TEXT: OnceLock<String> = OnceLock::new();
    let text = TEXT.get_or_init(|| openapi(crate::app::routes().rules()).to_string());
    ([(header::CONTENT_TYPE, "application/json")], text.as_str()).into_response()
}

/// The query of a list. Unknown keys are refused, by place and not by what they hold.
pub struct ListQuery<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<App> for ListQuery<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let read = Query::<T>::from_request_parts(parts, app).await;
        let Query(query) = read.map_err(|_: QueryRejection| unreadable())?;
        Ok(ListQuery(query))
    }
}

/// What is said of a query that is none.
fn unreadable() -> ApiError {
    let place = "the query: a key is unknown or missing, or its value is not of its kind";
    ApiError(OpError::Unreadable(place.to_owned()))
}

/// Rows of a page, within bounds.
fn rows(limit: Option<u32>) -> Result<u32, ApiError> {
    match limit.unwrap_or(ROWS_USUAL) {
        limit @ 1..=ROWS_MOST => Ok(limit),
        _ => Err(unreadable()),
    }
}
