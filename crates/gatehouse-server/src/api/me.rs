//! Who is signed in, and which gates they may work.

use crate::app::App;
use crate::auth::caller::Caller;
use crate::auth::role::Permission::WorkGate;
use crate::error::ApiError;
use crate::ops::list_guards::{Colleague, list_guards};
use crate::ops::list_places::list_places;
use axum::extract::State;
use axum::{Extension, Json};
use serde::Serialize;
use std::sync::Arc;

/// The answer.
#[derive(Serialize)]
pub struct Me {
    staff: String,
    name: String,
    gates: Vec<GateName>,
    guards: Vec<Colleague>,
}

#[derive(Serialize)]
struct GateName {
    gate: String,
    name: String,
}

/// GET /gate/api/me
pub async fn show(
    State(app): State<App>,
    Extension(caller): Extension<Arc<Caller>>,
) -> Result<Json<Me>, ApiError> {
    let places = list_places(&app, &caller).await?;
    let gates = places
        .iter()
        .filter(|place| caller.may_in(WorkGate, &place.path))
        .map(|place| GateName {
            gate: place.gate.to_string(),
            name: format!("{} · {}", place.compound, place.gate_name),
        })
        .collect();
    let guards = list_guards(&app, &caller).await?;
    Ok(Json(Me {
        staff: caller.staff.to_string(),
        name: caller.name.clone(),
        gates,
        guards,
    }))
}
