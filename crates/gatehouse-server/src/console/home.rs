//! The first page after signing in: the caller's gates, and what they may do there.

use crate::app::App;
use crate::auth::access::{Access, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::auth::role::Permission::{KeepOpenItems, KeepVisitors, SeeCrossings, WorkGate};
use crate::error::OpError;
use crate::ops::list_places::{Place, list_offices, list_places};
use crate::page::{Frame, PageError, show as show_page};
use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::sync::Arc;

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    table.add(
        RouteRule::page("/", Access::SignedIn, Scope::None, Kept::Nothing),
        get(show),
    )
}

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    frame: Frame,
    name: String,
    places: Vec<PlaceCard>,
    areas: Vec<(String, String)>,
}

struct PlaceCard {
    id: String,
    gate: String,
    compound: String,
    roles: Vec<&'static str>,
    works: bool,
    sees: bool,
    keeps: bool,
    hears: bool,
}

/// GET /
pub async fn show(
    State(app): State<App>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
) -> Response {
    match home(&app, &caller).await {
        Ok((areas, places)) => {
            let places = places
                .into_iter()
                .map(|place| card(place, &caller))
                .collect();
            show_page(&HomePage {
                frame,
                name: caller.name.clone(),
                places,
                areas,
            })
        }
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}

/// Areas with office pages, and gates.
async fn home(
    app: &App,
    caller: &Arc<Caller>,
) -> Result<(Vec<(String, String)>, Vec<Place>), OpError> {
    let areas = list_offices(app, caller).await?;
    Ok((areas, list_places(app, caller).await?))
}

fn card(place: Place, caller: &Caller) -> PlaceCard {
    let held = caller
        .roles
        .iter()
        .filter(|held| place.path.contains(&held.area));
    PlaceCard {
        roles: held.map(|held| held.role.text_key()).collect(),
        works: caller.may_in(WorkGate, &place.path),
        sees: caller.may_in(SeeCrossings, &place.path),
        keeps: caller.may_in(KeepOpenItems, &place.path),
        hears: caller.may_in(KeepVisitors, &place.path),
        id: place.gate.to_string(),
        gate: place.gate_name,
        compound: place.compound,
    }
}
