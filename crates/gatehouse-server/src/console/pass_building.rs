//! Passes for everybody of a building who has none.

use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::auth::role::Permission;
use crate::console::pass_words::{Place, door, kind, mask};
use crate::error::OpError;
use crate::ops::issue_for_building::{Aside, Batch, CANDIDATES_MOST, aside, issue_for_building};
use crate::ops::read_door::{list_compounds, read_buildings};
use crate::page::{Frame, PageError, show as show_page};
use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Form};
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::id::{AreaId, PersonId};
use gatehouse_core::moment::Moment;
use gatehouse_store::pass_batch::Candidate;
use serde::Deserialize;
use std::sync::Arc;

const PATH: &str = "/areas/{area}/passes/building";
/// Longest name of a building.
const BUILDING_MOST: usize = 16;

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    let needs = Access::Needs(Permission::DecidePass);
    table
        .add(
            RouteRule::page(PATH, needs, Scope::Area, Kept::View),
            get(show),
        )
        .add(
            RouteRule::form(PATH, needs, Scope::Area, Kept::Change),
            post(submit),
        )
}

/// Which building.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    compound: String,
    building: Option<String>,
    #[serde(flatten)]
    became: Became,
}

/// What became of a batch, as the address after it says.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Became {
    done: String,
    had: String,
    aside: String,
    gone: String,
    without_key: String,
}

impl Became {
    fn query(batch: &Batch) -> String {
        let done = batch.issued.len();
        let (had, aside, gone) = (batch.had_one, batch.aside, batch.gone);
        let all = format!("done={done}&had={had}&aside={aside}&gone={gone}");
        match batch.without_key {
            0 => all,
            count => format!("{all}&without_key={count}"),
        }
    }

    /// How many got a pass, and how many not, by reason; those put aside stand in the list below.
    fn words(&self, frame: &Frame) -> Option<String> {
        let done: u32 = self.done.parse().ok()?;
        let done = frame.with("passes-building-done", "count", done.to_string().as_str());
        let reasons = [
            ("passes-building-had", &self.had),
            ("passes-building-aside", &self.aside),
            ("passes-building-gone", &self.gone),
            ("passes-building-without-key", &self.without_key),
        ];
        let reasons = reasons.into_iter().filter_map(|(key, count)| {
            let count: u32 = count.parse().ok().filter(|count| *count > 0)?;
            Some(frame.with(key, "count", count.to_string().as_str()))
        });
        let all: Vec<String> = std::iter::once(done).chain(reasons).collect();
        Some(all.join(match frame.lang {
            Lang::Zh => "",
            Lang::En => " ",
        }))
    }
}

#[derive(Template)]
#[template(path = "pass_building.html")]
struct BuildingPage {
    frame: Frame,
    base: String,
    said: Option<String>,
    compounds: Vec<(String, String, bool)>,
    buildings: Vec<(String, String, bool)>,
    compound: String,
    building: String,
    name: Option<String>,
    people: Vec<PersonView>,
    ready: usize,
}

struct PersonView {
    id: String,
    name: String,
    who: String,
    door: String,
    kind: String,
    aside: Option<String>,
}

/// GET /areas/{area}/passes/building
pub async fn show(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    frame: Frame,
    Query(asked): Query<Asked>,
) -> Response {
    let lang = frame.lang;
    match page(&app, &area, frame, asked).await {
        Ok(page) => show_page(&page),
        Err(error) => PageError::new(error, lang).into_response(),
    }
}

async fn page(
    app: &App,
    area: &AreaInScope,
    frame: Frame,
    asked: Asked,
) -> Result<BuildingPage, OpError> {
    let compounds = list_compounds(app, area).await?;
    let chosen = match asked.compound.as_str() {
        "" => compounds.first().map(|one| one.0),
        text => Some(AreaId::parse(text).ok_or(OpError::NotFound)?),
    };
    let building = asked.building.clone();
    let building = building.filter(|name| name.chars().count() <= BUILDING_MOST);
    let read = match chosen {
        Some(compound) => Some(read_buildings(app, area, compound, building.clone()).await?),
        None => None,
    };
    let place = Place {
        frame: &frame,
        now: app.world.now_millis(),
        offset: area.offset_minutes,
    };
    let base = format!("/areas/{}/passes", area.area);
    let compound = chosen.map(|id| id.to_string()).unwrap_or_default();
    let (rows, buildings) = read
        .map(|read| (read.people, read.buildings))
        .unwrap_or_default();
    let mut people: Vec<PersonView> = rows.iter().map(|one| person(&place, one)).collect();
    // Who is served at once stands first; otherwise door by door.
    people.sort_by_key(|one| one.aside.is_some());
    let names = compounds.iter().map(|(id, name)| {
        let href = format!("{base}/building?compound={id}");
        (href, name.clone(), Some(*id) == chosen)
    });
    let doors = buildings.iter().map(|(name, doors)| {
        let is_here = building.as_deref() == Some(name);
        let slots = [("building", name.as_str()), ("doors", &doors.to_string())];
        let encoded: String = form_urlencoded::byte_serialize(name.as_bytes()).collect();
        let href = format!("{base}/building?compound={compound}&building={encoded}");
        (href, frame.fill("passes-building-chip", &slots), is_here)
    });
    let said = asked.became.words(&frame);
    Ok(BuildingPage {
        // One compound is no choice.
        compounds: names.filter(|_| compounds.len() > 1).collect(),
        buildings: doors.collect(),
        name: building
            .as_ref()
            .map(|name| frame.with("passes-building-name", "building", name)),
        building: building.unwrap_or_default(),
        ready: people.iter().filter(|one| one.aside.is_none()).count(),
        people,
        said,
        compound,
        base,
        frame,
    })
}

fn person(place: &Place<'_>, one: &Candidate) -> PersonView {
    let this_year = i64::from(Moment::new(place.now, place.offset).day().date().year);
    let put_aside = aside(one, this_year).map(|aside| match aside {
        Aside::Waits => "passes-aside-waits",
        Aside::NeedsLandlord => "passes-aside-landlord",
        Aside::Child => "passes-aside-child",
    });
    PersonView {
        id: one.person.to_string(),
        name: mask(one.masked.as_deref()).unwrap_or_default(),
        who: place.who(&one.sex, one.birth_year),
        door: door(place.frame, ["", &one.door[0], &one.door[1]]),
        kind: kind(place.frame, &one.kind),
        aside: put_aside.map(|key| place.frame.t(key)),
    }
}

/// POST /areas/{area}/passes/building
pub async fn submit(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let lang = frame.lang;
    let of = |name: &str| {
        fields
            .iter()
            .find(|field| field.0 == name)
            .map(|field| &*field.1)
    };
    let people = fields.iter().filter(|field| field.0 == "person");
    let mut people: Vec<PersonId> = people
        .filter_map(|field| PersonId::parse(&field.1))
        .collect();
    people.truncate(CANDIDATES_MOST as usize);
    let building = of("building").unwrap_or_default().to_owned();
    let issued = async {
        let shard = area.county()?;
        let compound = of("compound")
            .and_then(AreaId::parse)
            .ok_or(OpError::NotTaken {
                code: "P-COMPOUND",
                detail: "Choose a compound and a building first.",
            })?;
        // Says that the compound lies in the area.
        read_buildings(&app, &area, compound, None).await?;
        let (place, staff) = ((compound, building.as_str()), caller.staff);
        let offset = area.offset_minutes;
        let batch = issue_for_building(&app, shard, place, offset, staff, &people).await?;
        Ok::<_, OpError>((compound, batch))
    };
    match issued.await {
        Ok((compound, batch)) => {
            let encoded: String = form_urlencoded::byte_serialize(building.as_bytes()).collect();
            let base = format!("/areas/{}/passes/building", area.area);
            let which = format!("compound={compound}&building={encoded}");
            let to = format!("{base}?{which}&{}", Became::query(&batch));
            Redirect::to(&to).into_response()
        }
        Err(error) => PageError::new(error, lang).into_response(),
    }
}
