//! Carers and cleaners of one's own home: until when each may come; the household agrees again, or
//! says that somebody no longer comes.

use crate::app::App;
use crate::auth::access::Routes;
use crate::ops::keep_helpers::{
    HouseholdWord, ShownHelper, helper_rules, household_helpers, household_says,
};
use crate::ops::resident::find_resident::ResidentCaller;
use crate::page::{Frame, PageError, show as show_page};
use crate::person_line::mask_of;
use crate::times::Times;
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Form};
use gatehouse_core::id::ApplicationId;
use serde::Deserialize;

const PATH: &str = "/my/helpers";

#[derive(Template)]
#[template(path = "resident/helpers.html")]
struct HelpersPage {
    frame: Frame,
    /// What the rules in force say of helpers.
    rules: Option<String>,
    helpers: Vec<HelperCard>,
}

struct HelperCard {
    id: String,
    name: String,
    work: String,
    since: String,
    until: Option<String>,
    agreed_anew: bool,
}

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    super::own_form(table, PATH, get(show), post(submit))
}

/// GET /my/helpers
pub async fn show(
    State(app): State<App>,
    Extension(resident): Extension<ResidentCaller>,
    frame: Frame,
) -> Response {
    let times = Times::new(frame.lang, app.world.now_millis(), resident.offset_minutes);
    let rules = match helper_rules(&app, &resident, frame.lang).await {
        Ok(rules) => rules,
        Err(error) => return PageError::new(error, frame.lang).into_response(),
    };
    match household_helpers(&app, &resident).await {
        Ok(helpers) => show_page(&HelpersPage {
            rules,
            helpers: helpers.iter().map(|one| card(one, times, &frame)).collect(),
            frame,
        }),
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}

fn card(one: &ShownHelper, times: Times, frame: &Frame) -> HelperCard {
    let masked = one
        .person
        .as_ref()
        .and_then(|(_, masked)| masked.as_deref());
    let holds = one.pass.as_ref().filter(|pass| pass.revocation.is_none());
    HelperCard {
        id: one.row.helper.to_string(),
        name: mask_of(masked),
        work: frame.t(&format!("helper-work-{}", one.row.work)),
        since: one
            .row
            .comes
            .map_or_else(String::new, |comes| times.moment(comes.from_at)),
        until: holds.map(|pass| times.end(pass.expires_at)),
        agreed_anew: one.agreed_anew(),
    }
}

/// What the form sends.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct HelperForm {
    helper: String,
    word: String,
}

/// POST /my/helpers
pub async fn submit(
    State(app): State<App>,
    Extension(resident): Extension<ResidentCaller>,
    frame: Frame,
    Form(form): Form<HelperForm>,
) -> Response {
    let word = match form.word.as_str() {
        "again" => HouseholdWord::Again,
        "end" => HouseholdWord::End,
        _ => return Redirect::to(PATH).into_response(),
    };
    let Some(helper) = ApplicationId::parse(&form.helper) else {
        return Redirect::to(PATH).into_response();
    };
    match household_says(&app, &resident, helper, word).await {
        Ok(()) => Redirect::to(PATH).into_response(),
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}
