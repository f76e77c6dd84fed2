//! One household: members, passes, whether an order is in force, who is responsible, who looked;
//! its grid and end can be edited. Crossings are listed only for a purpose.

use super::look_line::{LookLine, look_line};
use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::auth::menu::Menu;
use crate::auth::role::Permission;
use crate::door::door_words;
use crate::error::OpError;
use crate::faults::Faults;
use crate::ops::change_household::{HouseholdAsked, HouseholdNotSaved, change_household};
use crate::ops::purpose::{CROSSINGS, purpose_key};
use crate::ops::read_household::{HouseholdShown, Member, read_household};
use crate::ops::resident::call_household::{Calls, household_calls};
use crate::page::{Frame, PageError, show as show_page};
use crate::person_line::{PersonLine, mask_of};
use crate::times::Times;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Form};
use gatehouse_core::moment::CivilDay;
use serde::Deserialize;
use std::sync::Arc;

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    const PATH: &str = "/areas/{area}/households/{household}";
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
#[template(path = "household.html")]
struct HouseholdPage {
    frame: Frame,
    area: AreaInScope,
    id: String,
    door: String,
    compound: String,
    phone: Option<String>,
    members: Vec<MemberLine>,
    passes: Vec<String>,
    stopped: bool,
    responsible: Vec<(&'static str, String, String)>,
    looks: Vec<LookLine>,
    purposes: Vec<(&'static str, String)>,
    may_change: bool,
    rings: bool,
    may_reveal: bool,
    version: i64,
    grid: String,
    ended_on: String,
    /// What stands there now, where somebody else was faster: the grid, and when it ends in words.
    now: Option<(String, String)>,
    faults: Faults,
}

struct MemberLine {
    line: PersonLine,
    basis: String,
    landlord: Option<String>,
    since: String,
    passes: Vec<String>,
    stopped_until: Option<String>,
}

impl HouseholdPage {
    /// That somebody else was faster, with what stands there now.
    fn stale(&self, (grid, ended): &(String, String)) -> String {
        let slots = [("grid", grid.as_str()), ("ended", ended.as_str())];
        self.frame.fill("household-stale", &slots)
    }
}

/// What the form sends.
#[derive(Deserialize, Clone)]
pub struct HouseholdForm {
    #[serde(default)]
    version: i64,
    #[serde(default)]
    grid: String,
    #[serde(default)]
    ended_on: String,
}

/// GET /areas/{area}/households/{household}
pub async fn show(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    Path((_, household)): Path<(String, String)>,
    frame: Frame,
) -> Response {
    let lang = frame.lang;
    match page(&app, area, &caller, &household, frame).await {
        Ok(page) => show_page(&page),
        Err(error) => PageError::new(error, lang).into_response(),
    }
}

async fn page(
    app: &App,
    area: AreaInScope,
    caller: &Caller,
    household: &str,
    frame: Frame,
) -> Result<HouseholdPage, OpError> {
    let shown = read_household(app, &area, household).await?;
    let times = Times::new(frame.lang, app.world.now_millis(), area.offset_minutes);
    let row = &shown.household;
    let calls = household_calls(app, (row.shard, row.household)).await?;
    let purposes = CROSSINGS
        .iter()
        .map(|word| (*word, frame.t(&purpose_key(word))));
    let may = |permission| caller.may_in(permission, &area.path);
    Ok(HouseholdPage {
        id: row.household.to_string(),
        door: door_words(frame.lang, &row.building, &row.unit, &row.room),
        compound: shown.compound.clone(),
        phone: shown.phone.clone(),
        members: members(&frame, &shown, times),
        passes: shown
            .passes
            .iter()
            .map(|pass| pass_words(&frame, pass, times))
            .collect(),
        stopped: shown.members.iter().any(|one| one.stopped_until.is_some()),
        responsible: shown
            .responsible
            .iter()
            .map(|one| (one.role, one.name.clone(), one.area.clone()))
            .collect(),
        looks: shown
            .looks
            .iter()
            .map(|look| look_line(&frame, look, times))
            .collect(),
        purposes: purposes.collect(),
        may_change: may(Permission::ChangePeople),
        rings: calls == Calls::Wanted,
        may_reveal: may(Permission::RevealPeople),
        version: row.version,
        grid: row.grid.clone().unwrap_or_default(),
        ended_on: row.ended_on.map(CivilDay::to_text).unwrap_or_default(),
        now: None,
        faults: Faults::default(),
        frame,
        area,
    })
}

fn members(frame: &Frame, shown: &HouseholdShown, times: Times) -> Vec<MemberLine> {
    let member = |one: &Member| {
        let residence = one.residence.as_ref();
        let basis = residence.map(|row| frame.t(&format!("basis-{}", row.basis)));
        MemberLine {
            line: PersonLine::new(
                frame.lang,
                &one.person,
                one.masked.as_deref(),
                times.today(),
            ),
            basis: basis.unwrap_or_default(),
            landlord: one.landlord.as_deref().map(|masked| mask_of(Some(masked))),
            since: residence.map_or_else(String::new, |row| times.day(row.from_on)),
            passes: one
                .passes
                .iter()
                .map(|pass| pass_words(frame, pass, times))
                .collect(),
            stopped_until: one.stopped_until.map(|until| times.end(until)),
        }
    };
    shown.members.iter().map(member).collect()
}

/// 住户出入证 到 12月31日 周四 24:00
pub fn pass_words(frame: &Frame, pass: &gatehouse_store::pass::PassRow, times: Times) -> String {
    let kinds = gatehouse_core::gate::fact::pass_kind::CHOICES;
    let kind = kinds.iter().find(|choice| choice.name == pass.kind);
    let kind = kind.map_or("", |choice| frame.lang.pick(choice.label));
    let until = times.end(pass.expires_at);
    frame.fill("household-pass", &[("kind", kind), ("until", &until)])
}

/// POST /areas/{area}/households/{household}
pub async fn submit(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    Path((_, household)): Path<(String, String)>,
    frame: Frame,
    Form(form): Form<HouseholdForm>,
) -> Response {
    let lang = frame.lang;
    let asked = HouseholdAsked {
        household: household.clone(),
        version: form.version,
        grid: form.grid.clone(),
        ended_on: form.ended_on.clone(),
    };
    let not_saved = match change_household(&app, &area, &caller, asked).await {
        Ok(()) => {
            let path = format!("/areas/{}/households/{household}", area.area);
            return Redirect::to(&path).into_response();
        }
        Err(not_saved) => not_saved,
    };
    let mut page = match page(&app, area, &caller, &household, frame).await {
        Ok(page) => page,
        Err(error) => return PageError::new(error, lang).into_response(),
    };
    let status = match not_saved {
        HouseholdNotSaved::Op(error) => return PageError::new(error, lang).into_response(),
        HouseholdNotSaved::LivedIn => {
            page.faults = Faults::one("ended_on", page.frame.t("household-lived-in"));
            StatusCode::UNPROCESSABLE_ENTITY
        }
        HouseholdNotSaved::Complaints(complaints) => {
            page.faults = Faults::of(&page.frame, &complaints);
            StatusCode::UNPROCESSABLE_ENTITY
        }
        // The form keeps what was typed and now names the version that is there.
        HouseholdNotSaved::Stale(row) => {
            let ended = match row.ended_on {
                Some(day) => page
                    .frame
                    .with("household-now-ended", "day", &day.to_text()),
                None => page.frame.t("household-now-open"),
            };
            page.now = Some((row.grid.unwrap_or_default(), ended));
            StatusCode::CONFLICT
        }
    };
    page.grid = form.grid;
    page.ended_on = form.ended_on;
    (status, show_page(&page)).into_response()
}
