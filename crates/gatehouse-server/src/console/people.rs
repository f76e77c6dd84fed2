//! The ledger: doors of an area with who lives there, and the search (REG-1).

use super::door_card::{DoorCard, door_card};
use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::menu::Menu;
use crate::auth::role::Permission;
use crate::door::door_words;
use crate::ops::find_people::{FoundPeople, find_people};
use crate::ops::list_doors::{Doors, DoorsAsked, list_doors};
use crate::page::{Frame, PageError, show as show_page};
use crate::paging::query;
use crate::person_line::PersonLine;
use crate::times::Times;
use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Form};
use gatehouse_core::id::{AreaId, HouseholdId, PersonId};
use serde::Deserialize;

const SEES: Access = Access::Needs(Permission::SeePeople);

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    table
        .add(
            RouteRule::page("/areas/{area}/people", SEES, Scope::Area, Kept::View)
                .in_menu(Menu::People),
            get(show),
        )
        .add(
            RouteRule::form("/areas/{area}/people", SEES, Scope::Area, Kept::View)
                .in_menu(Menu::People),
            post(search),
        )
}

#[derive(Template)]
#[template(path = "people.html")]
struct PeoplePage {
    frame: Frame,
    area: AreaInScope,
    typed: String,
    compounds: Vec<Choice>,
    buildings: Vec<Choice>,
    doors: Vec<DoorCard>,
    first: String,
    next: Option<String>,
}

/// A chip to choose by.
struct Choice {
    words: String,
    href: String,
    is_chosen: bool,
}

#[derive(Template)]
#[template(path = "people_found.html")]
struct FoundPage {
    frame: Frame,
    area: AreaInScope,
    typed: String,
    people: Vec<FoundCard>,
    doors: Vec<DoorCard>,
    next: Option<String>,
    nothing: bool,
}

struct FoundCard {
    line: PersonLine,
    door: String,
}

/// What may be chosen; nothing of it is personal.
#[derive(Deserialize, Default)]
pub struct Chosen {
    #[serde(default)]
    compound: String,
    #[serde(default)]
    building: Option<String>,
    #[serde(default)]
    after: String,
}

/// What the search sends.
#[derive(Deserialize)]
pub struct SearchForm {
    #[serde(default)]
    typed: String,
    #[serde(default)]
    after: String,
}

/// GET /areas/{area}/people
pub async fn show(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Query(chosen): Query<Chosen>,
    frame: Frame,
) -> Response {
    let asked = DoorsAsked {
        compound: AreaId::parse(&chosen.compound),
        building: chosen.building.clone(),
        after: HouseholdId::parse(&chosen.after),
    };
    match list_doors(&app, &area, asked).await {
        Ok(doors) => show_page(&page(frame, area, doors, &chosen)),
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}

fn page(frame: Frame, area: AreaInScope, doors: Doors, chosen: &Chosen) -> PeoplePage {
    let path = format!("/areas/{}/people", area.area);
    let building = chosen.building.as_deref().unwrap_or_default();
    let link = |compound: &str, building: &str, after: &str| {
        let pairs = [
            ("compound", compound),
            ("building", building),
            ("after", after),
        ];
        format!("{path}{}", query(&pairs))
    };
    let compounds: Vec<Choice> = doors
        .compounds
        .iter()
        .filter(|_| doors.compounds.len() != 1)
        .map(|row| Choice {
            words: row.name.clone(),
            href: link(&row.area.to_string(), "", ""),
            is_chosen: row.area.to_string() == chosen.compound,
        })
        .collect();
    let buildings = doors.buildings.iter().filter(|name| !name.is_empty());
    let buildings = buildings.map(|name| Choice {
        words: frame.with("people-building", "building", name),
        href: link(&chosen.compound, name, ""),
        is_chosen: name == building,
    });
    let next = doors.page.next.as_ref();
    let first = match chosen.after.is_empty() {
        true => String::new(),
        false => link(&chosen.compound, building, ""),
    };
    PeoplePage {
        compounds,
        buildings: buildings.collect(),
        next: next.map(|after| link(&chosen.compound, building, after)),
        first,
        doors: cards(&frame, &area, &doors.page.rows),
        typed: String::new(),
        frame,
        area,
    }
}

fn cards(
    frame: &Frame,
    area: &AreaInScope,
    lines: &[crate::ops::list_doors::DoorLine],
) -> Vec<DoorCard> {
    lines
        .iter()
        .map(|line| door_card(frame, area, line))
        .collect()
}

/// POST /areas/{area}/people
pub async fn search(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    frame: Frame,
    Form(form): Form<SearchForm>,
) -> Response {
    let after = PersonId::parse(&form.after);
    match find_people(&app, &area, &form.typed, after).await {
        Ok(found) => {
            let times = Times::new(frame.lang, app.world.now_millis(), area.offset_minutes);
            show_page(&found_page(frame, area, form.typed, found, times))
        }
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}

fn found_page(
    frame: Frame,
    area: AreaInScope,
    typed: String,
    found: FoundPeople,
    times: Times,
) -> FoundPage {
    let people = found.people.rows.iter().map(|one| {
        let door = one.door.as_ref();
        FoundCard {
            line: PersonLine::new(
                frame.lang,
                &one.person,
                one.masked.as_deref(),
                times.today(),
            ),
            door: door.map_or_else(String::new, |(building, unit, room)| {
                door_words(frame.lang, building, unit, room)
            }),
        }
    });
    let people: Vec<FoundCard> = people.collect();
    let doors = cards(&frame, &area, &found.doors);
    FoundPage {
        nothing: people.is_empty() && doors.is_empty(),
        people,
        doors,
        next: found.people.next,
        typed,
        frame,
        area,
    }
}
