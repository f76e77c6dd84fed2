//! A household's vehicles: recorded, corrected, ended; the way to a pass for one.

use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::auth::menu::Menu;
use crate::auth::role::Permission;
use crate::door::door_words;
use crate::error::OpError;
use crate::ops::keep_vehicles::{
    ShownVehicle, VehicleAct, VehicleKept, keep_vehicle, list_vehicles,
};
use crate::page::{Frame, PageError, show as show_page};
use crate::times::Times;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Form};
use gatehouse_core::id::VehicleId;
use gatehouse_core::vehicle::{VehicleDraft, VehicleKind};
use serde::Deserialize;
use std::sync::Arc;

const PATH: &str = "/areas/{area}/households/{household}/vehicles";

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    let sees = Access::Needs(Permission::SeePeople);
    let changes = Access::Needs(Permission::ChangePeople);
    table
        .add(
            RouteRule::page(PATH, sees, Scope::Area, Kept::View).in_menu(Menu::People),
            get(show),
        )
        .add(
            RouteRule::form(PATH, changes, Scope::Area, Kept::Change).in_menu(Menu::People),
            post(submit),
        )
}

#[derive(Template)]
#[template(path = "vehicles.html")]
struct VehiclesPage {
    frame: Frame,
    area: String,
    household: String,
    door: String,
    vehicles: Vec<VehicleCard>,
    kinds: Vec<(&'static str, &'static str)>,
    may_change: bool,
    may_apply: bool,
    fresh: String,
    typed: VehicleForm,
    problem: Option<String>,
}

struct VehicleCard {
    id: String,
    version: i64,
    plate: String,
    kind: String,
    kind_code: String,
    /// Number and end of the pass in use, and its page.
    pass: Option<(String, String, String)>,
    ended: Option<String>,
    /// What was typed of it and not taken: plate and kind.
    again: Option<(String, String)>,
}

impl VehicleCard {
    /// Whether a kind is chosen: the one that was typed, else the one that is kept.
    fn is_kind(&self, kind: &str) -> bool {
        let typed = self.again.as_ref().map(|again| again.1.as_str());
        typed.unwrap_or(&self.kind_code) == kind
    }
}

/// What the forms send.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct VehicleForm {
    act: String,
    vehicle: String,
    version: i64,
    plate: String,
    kind: String,
}

/// GET /areas/{area}/households/{household}/vehicles
pub async fn show(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    Path((_, household)): Path<(String, String)>,
    frame: Frame,
) -> Response {
    let said = (StatusCode::OK, None);
    let typed = VehicleForm::default();
    page(&app, &area, &caller, &household, frame, typed, said).await
}

async fn page(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    household: &str,
    frame: Frame,
    typed: VehicleForm,
    (status, problem): (StatusCode, Option<String>),
) -> Response {
    let (home, vehicles) = match list_vehicles(app, area, household).await {
        Ok(listed) => listed,
        Err(error) => return PageError::new(error, frame.lang).into_response(),
    };
    let times = Times::new(frame.lang, app.world.now_millis(), area.offset_minutes);
    let may = |permission| caller.may_in(permission, &area.path);
    let kinds = VehicleKind::ALL.map(|kind| (kind.code(), frame.lang.pick(kind.label())));
    let mut cards: Vec<VehicleCard> = vehicles
        .iter()
        .map(|one| card(one, &frame, times))
        .collect();
    for card in &mut cards {
        let is_it = typed.act == "correct" && card.id == typed.vehicle;
        card.again = is_it.then(|| (typed.plate.clone(), typed.kind.clone()));
    }
    let page = VehiclesPage {
        area: area.area.to_string(),
        household: home.household.to_string(),
        door: door_words(frame.lang, &home.building, &home.unit, &home.room),
        vehicles: cards,
        kinds: kinds.into(),
        may_change: may(Permission::ChangePeople),
        may_apply: may(Permission::ApplyForPass),
        fresh: VehicleId(app.world.id()).to_string(),
        typed,
        problem,
        frame,
    };
    (status, show_page(&page)).into_response()
}

fn card(one: &ShownVehicle, frame: &Frame, times: Times) -> VehicleCard {
    let row = &one.row;
    let kind = VehicleKind::from_code(&row.kind);
    let pass = one.pass.as_ref().map(|pass| {
        let until = times.end(pass.expires_at);
        (pass.number.to_string(), until, pass.pass.to_string())
    });
    VehicleCard {
        id: row.vehicle.to_string(),
        version: row.version,
        plate: row.plate.clone(),
        kind: kind.map_or(String::new(), |kind| {
            frame.lang.pick(kind.label()).to_owned()
        }),
        kind_code: row.kind.clone(),
        pass,
        ended: row.ended_on.map(|day| times.day(day)),
        again: None,
    }
}

/// POST /areas/{area}/households/{household}/vehicles
pub async fn submit(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    Path((_, household)): Path<(String, String)>,
    frame: Frame,
    Form(form): Form<VehicleForm>,
) -> Response {
    let lang = frame.lang;
    let kept = match act(&form) {
        Some(act) => keep_vehicle(&app, &area, &caller, &household, act).await,
        None => Err(OpError::Unreadable("act".to_owned())),
    };
    let said = match kept {
        Ok(VehicleKept::Done | VehicleKept::Before) => {
            let to = format!("/areas/{}/households/{household}/vehicles", area.area);
            return Redirect::to(&to).into_response();
        }
        Ok(VehicleKept::Complaints(complaints)) => {
            let words = complaints.iter().map(|one| frame.t(one.code.text_key()));
            let words = words.collect::<Vec<_>>().join(" ");
            (StatusCode::UNPROCESSABLE_ENTITY, Some(words))
        }
        Ok(VehicleKept::Taken) => (StatusCode::CONFLICT, Some(frame.t("vehicle-taken"))),
        Ok(VehicleKept::Full) => (StatusCode::CONFLICT, Some(frame.t("vehicle-full"))),
        Ok(VehicleKept::Stale) => (StatusCode::CONFLICT, Some(frame.t("helper-stale"))),
        Ok(VehicleKept::NoIssuer) => {
            let words = frame.t("passes-problem-revoked-only");
            (StatusCode::UNPROCESSABLE_ENTITY, Some(words))
        }
        Err(error) => return PageError::new(error, lang).into_response(),
    };
    page(&app, &area, &caller, &household, frame, form, said).await
}

fn act(form: &VehicleForm) -> Option<VehicleAct> {
    let id = VehicleId::parse(&form.vehicle)?;
    let draft = VehicleDraft {
        plate: form.plate.clone(),
        kind: form.kind.clone(),
        household: None,
    };
    match form.act.as_str() {
        "add" => Some(VehicleAct::Add(id, draft)),
        "correct" => Some(VehicleAct::Correct(id, form.version, draft)),
        "end" => Some(VehicleAct::End(id, form.version)),
        _ => None,
    }
}
