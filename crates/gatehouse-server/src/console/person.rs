//! One person: masked; what may be opened for a purpose; what may be done.

use super::household::pass_words;
use super::look_line::{LookLine, look_line};
use super::pass_words::why_ended;
use super::person_steps::MoveForm;
use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::auth::menu::Menu;
use crate::auth::role::Permission;
use crate::door::door_words;
use crate::error::OpError;
use crate::faults::Faults;
use crate::ops::erasure_rules::day_of;
use crate::ops::purpose::{REVEAL, purpose_key};
use crate::ops::read_person::{PersonShown, read_person};
use crate::ops::report_fever::list_compounds;
use crate::page::{Frame, PageError, show as show_page};
use crate::person_line::{PersonLine, mask_of};
use crate::times::Times;
use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use gatehouse_store::household::{HouseholdRow, ResidenceRow};
use gatehouse_store::person::PersonRow;
use std::sync::Arc;

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    table.add(
        RouteRule::page(
            "/areas/{area}/persons/{person}",
            Access::Needs(Permission::SeePeople),
            Scope::Area,
            Kept::View,
        )
        .in_menu(Menu::People),
        get(show),
    )
}

#[derive(Template)]
#[template(path = "person.html")]
pub(super) struct PersonPage {
    pub frame: Frame,
    area: AreaInScope,
    line: PersonLine,
    version: i64,
    household: Option<(String, String)>,
    residences: Vec<(String, String, String)>,
    passes: Vec<(String, Option<String>)>,
    looks: Vec<LookLine>,
    purposes: Vec<(&'static str, String)>,
    undo: Option<(i64, String)>,
    merged_into: Option<String>,
    may_change: bool,
    may_reveal: bool,
    may_give_code: bool,
    may_erase: bool,
    /// That the record is to be erased, and when.
    erasure: Option<String>,
    is_active: bool,
    today: String,
    /// Compounds that somebody may move to: id and name.
    compounds: Vec<(String, String)>,
    pub moving: MoveForm,
    pub move_faults: Vec<String>,
    pub problem: Option<String>,
    pub faults: Faults,
}

impl PersonPage {
    fn basis_words(&self, basis: &str) -> String {
        self.frame.t(&format!("basis-{basis}"))
    }
}

/// GET /areas/{area}/persons/{person}
pub async fn show(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    Path((_, person)): Path<(String, String)>,
    frame: Frame,
) -> Response {
    let lang = frame.lang;
    match page(&app, &area, &caller, &person, frame).await {
        Ok(page) => show_page(&page),
        Err(error) => PageError::new(error, lang).into_response(),
    }
}

/// The page again, after something was not done: what to put right stands on it.
pub(super) async fn again(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    person: &str,
    frame: Frame,
    put: impl FnOnce(&mut PersonPage) -> StatusCode,
) -> Response {
    let lang = frame.lang;
    match page(app, area, caller, person, frame).await {
        Ok(mut page) => {
            let status = put(&mut page);
            (status, show_page(&page)).into_response()
        }
        Err(error) => PageError::new(error, lang).into_response(),
    }
}

/// That somebody else was faster: who it is now, masked, so that both are seen.
pub(super) fn stale_words(frame: &Frame, row: &PersonRow, masked: Option<&str>) -> String {
    let state = match row.state.as_str() {
        "active" => frame.t("person-state-active"),
        state => frame.t(&format!("person-state-{state}")),
    };
    let slots = [("name", mask_of(masked)), ("state", state)];
    let slots: Vec<(&'static str, &str)> = slots.iter().map(|(k, v)| (*k, v.as_str())).collect();
    frame.fill("person-stale", &slots)
}

async fn page(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    person: &str,
    frame: Frame,
) -> Result<PersonPage, OpError> {
    let shown = read_person(app, area, person).await?;
    let compounds = list_compounds(app, area).await?.into_iter();
    let compounds = compounds
        .map(|row| (row.area.to_string(), row.name))
        .collect();
    let times = Times::new(frame.lang, app.world.now_millis(), area.offset_minutes);
    let row = &shown.person;
    let purposes = REVEAL
        .iter()
        .map(|word| (*word, frame.t(&purpose_key(word))));
    let home = shown.household.as_ref();
    let undo = shown.undo.as_ref();
    Ok(PersonPage {
        line: PersonLine::new(frame.lang, row, shown.masked.as_deref(), times.today()),
        version: row.version,
        household: home.map(|home| {
            let path = format!("/areas/{}/households/{}", area.area, home.household);
            (path, door_of(&frame, home))
        }),
        residences: residences(&frame, &shown, times),
        passes: passes(&frame, &shown, times),
        looks: shown
            .looks
            .iter()
            .map(|look| look_line(&frame, look, times))
            .collect(),
        purposes: purposes.collect(),
        undo: undo.map(|before| (before.version, times.moment(before.changed_at))),
        merged_into: row
            .merged_into
            .map(|into| format!("/areas/{}/persons/{into}", area.area)),
        may_change: caller.may_in(Permission::ChangePeople, &area.path),
        may_reveal: caller.may_in(Permission::RevealPeople, &area.path),
        may_give_code: row.state == "active" && caller.may_in(Permission::ApplyForPass, &area.path),
        may_erase: caller.may_in(Permission::ErasePeople, &area.path),
        erasure: shown.erasure.as_ref().map(|plan| {
            let day = times.day(day_of(plan.run_at, area.offset_minutes));
            frame.with("erasure-coming", "day", &day)
        }),
        is_active: row.state == "active",
        today: times.today().to_text(),
        compounds,
        moving: MoveForm {
            compound: row.area.to_string(),
            from_on: times.today().to_text(),
            basis: "permanent".to_owned(),
            ..MoveForm::default()
        },
        move_faults: Vec::new(),
        problem: None,
        faults: Faults::default(),
        area: area.clone(),
        frame,
    })
}

fn door_of(frame: &Frame, home: &HouseholdRow) -> String {
    door_words(frame.lang, &home.building, &home.unit, &home.room)
}

/// Door, basis, from–until.
fn residences(frame: &Frame, shown: &PersonShown, times: Times) -> Vec<(String, String, String)> {
    let line = |(row, home): &(ResidenceRow, Option<HouseholdRow>)| {
        let from = times.day(row.from_on);
        let span = match row.until_on {
            Some(until) => {
                let until = times.day(until);
                frame.fill("residence-span", &[("from", &from), ("until", &until)])
            }
            None => frame.with("residence-since", "from", &from),
        };
        let door = home.as_ref().map(|home| door_of(frame, home));
        let basis = frame.t(&format!("basis-{}", row.basis));
        (door.unwrap_or_default(), basis, span)
    };
    shown.residences.iter().map(line).collect()
}

/// Pass in words, and why it ended early.
fn passes(frame: &Frame, shown: &PersonShown, times: Times) -> Vec<(String, Option<String>)> {
    let line = |pass: &gatehouse_store::pass::PassRow| {
        let ended = pass.revocation.as_ref();
        let ended = ended.map(|ended| match (pass.kind.as_str(), ended.reason.as_str()) {
            ("helper" | "vehicle", "class_ended") => why_ended(frame, &pass.kind, &ended.reason),
            _ => frame.t(&format!("pass-ended-{}", ended.reason)),
        });
        (pass_words(frame, pass, times), ended)
    };
    shown.passes.iter().map(line).collect()
}
