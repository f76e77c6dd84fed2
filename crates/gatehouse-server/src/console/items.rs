//! Open items of a gate, and what came of them.

use crate::app::App;
use crate::auth::access::GateInScope;
use crate::auth::caller::Caller;
use crate::error::OpError;
use crate::ops::keep_open_items::{close_open_item, list_open_items};
use crate::page::{Frame, PageError, show as show_page};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use gatehouse_core::moment::Moment;
use serde::Deserialize;
use std::sync::Arc;

/// Minutes east of UTC at the gates.
const OFFSET_MINUTES: i16 = 480;

#[derive(Template)]
#[template(path = "items.html")]
struct ItemsPage {
    frame: Frame,
    gate: String,
    problem: Option<String>,
    items: Vec<Card>,
}

struct Card {
    id: String,
    kind: &'static str,
    time: String,
    minutes: String,
}

/// What the form sends.
#[derive(Deserialize)]
pub struct OutcomeForm {
    item: String,
    outcome: String,
}

/// GET /gates/{gate}/items
pub async fn show(
    State(app): State<App>,
    Extension(gate): Extension<GateInScope>,
    frame: Frame,
) -> Response {
    let lang = frame.lang;
    match page(&app, gate, frame, None).await {
        Ok(page) => show_page(&page),
        Err(error) => PageError::new(error, lang).into_response(),
    }
}

/// POST /gates/{gate}/items
pub async fn submit(
    State(app): State<App>,
    Extension(gate): Extension<GateInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
    Form(form): Form<OutcomeForm>,
) -> Response {
    let lang = frame.lang;
    let closed = close_open_item(&app, &gate, &caller, &form.item, &form.outcome).await;
    let shown = match closed {
        Ok(true) => return Redirect::to(&format!("/gates/{}/items", gate.gate)).into_response(),
        Ok(false) => {
            let problem = Some(frame.t("items-outcome-empty"));
            page(&app, gate, frame, problem).await
        }
        Err(error) => Err(error),
    };
    match shown {
        Ok(page) => (StatusCode::UNPROCESSABLE_ENTITY, show_page(&page)).into_response(),
        Err(error) => PageError::new(error, lang).into_response(),
    }
}

async fn page(
    app: &App,
    gate: GateInScope,
    frame: Frame,
    problem: Option<String>,
) -> Result<ItemsPage, OpError> {
    let items = list_open_items(app, &gate)
        .await?
        .into_iter()
        .map(|(row, minutes)| {
            let minute = Moment::new(row.opened_at, OFFSET_MINUTES).minute_of_day();
            Card {
                id: row.item.to_string(),
                kind: if row.kind == "fever" {
                    "items-fever"
                } else {
                    "items-emergency"
                },
                time: format!("{:02}:{:02}", minute / 60, minute % 60),
                minutes: minutes.to_string(),
            }
        })
        .collect();
    Ok(ItemsPage {
        frame,
        gate: gate.name,
        problem,
        items,
    })
}
