//! Places of an area: what lies in it, who runs it, its gate and its closed openings.

use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::auth::menu::Menu;
use crate::auth::role::Permission;
use crate::error::OpError;
use crate::ops::places::{
    AreaEdit, GateEdit, GateLook, GatePlaceEdit, GateStands, Inside, Opening, OpeningEdit,
    PlaceGate, Places, Refusal, add_area, change_area, check_opening, look_at_gate, put_gate,
    put_gate_place, put_opening, read_places,
};
use crate::page::{Frame, PageError, show as show_page};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Extension, Form};
use gatehouse_core::area::{AreaLevel, ManagerKind};
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::id::{AreaId, GateId};
use gatehouse_core::moment::Moment;
use gatehouse_store::gate_place::GatePlaceRow;
use serde::Deserialize;
use std::sync::Arc;

const NEEDS: Access = Access::Needs(Permission::KeepPlaces);
const MANAGERS: [ManagerKind; 4] = [
    ManagerKind::Property,
    ManagerKind::WorkUnit,
    ManagerKind::Ownerless,
    ManagerKind::VillageCommittee,
];

#[derive(Template)]
#[template(path = "places.html")]
struct PlacesPage {
    frame: Frame,
    places: Places,
    levels: Vec<AreaLevel>,
    managers: Vec<(&'static str, &'static str)>,
    is_compound: bool,
    gates: Vec<GateCard>,
    openings: Vec<OpeningCard>,
    fresh_area: String,
    fresh_gate: String,
    fresh_opening: String,
    has_open_gate: bool,
    problem: Option<Problem>,
}

impl PlacesPage {
    fn level_key(&self, level: &AreaLevel) -> &'static str {
        match level {
            AreaLevel::Province => "level-province",
            AreaLevel::City => "level-city",
            AreaLevel::County => "level-county",
            AreaLevel::Township => "level-township",
            AreaLevel::Community => "level-community",
            AreaLevel::Compound => "level-compound",
            AreaLevel::Building => "level-building",
            AreaLevel::Unit | AreaLevel::Household => "level-unit",
        }
    }

    /// Who runs an area that lies in this one, through which gate one goes, what is closed.
    fn border(&self, inside: &Inside) -> String {
        let frame = &self.frame;
        let manager = inside.row.manager.as_deref();
        let run_by = self
            .managers
            .iter()
            .find(|(code, _)| manager == Some(*code));
        let mut words: Vec<String> = run_by
            .map(|(_, label)| (*label).to_owned())
            .into_iter()
            .collect();
        if inside.row.level == AreaLevel::Compound.code() {
            words.push(match inside.open_gates.is_empty() {
                true => frame.t("places-inside-no-gate"),
                false => frame.with("places-inside-gate", "names", &inside.open_gates.join("、")),
            });
            words.push(frame.with("places-inside-closed", "count", &inside.closed.to_string()));
        }
        if inside.due > 0 {
            words.push(frame.with("places-inside-due", "count", &inside.due.to_string()));
        }
        words.join(" · ")
    }

    fn is_manager(&self, code: &str) -> bool {
        self.places.area.manager.as_deref() == Some(code)
    }
}

/// What was typed and not taken, so that nothing is lost.
struct Problem {
    text: String,
    /// What was typed, where somebody else was faster: both are shown.
    typed: Vec<String>,
}

/// What a gate's screen names: the names of the fields in the order of the texts.
const PLACE_FIELDS: [&str; 7] = [
    "goods",
    "parking",
    "waiting",
    "office",
    "lead",
    "community",
    "health",
];

struct GateCard {
    /// Name of a field, key of its words, and what stands in it.
    places: Vec<(&'static str, String, String)>,
    place_version: i64,
    id: String,
    version: i64,
    name: String,
    phone: String,
    state: String,
    /// When, by whom, and what was seen; `None` where nobody has looked.
    looked: Option<String>,
    /// Key of what waits; `None` where nothing does.
    stands_key: Option<&'static str>,
    /// Id of the look that the form makes.
    fresh_look: String,
}

struct OpeningCard {
    id: String,
    version: i64,
    name: String,
    closed_by: String,
    is_fire_exit: bool,
    checked: Option<String>,
    is_check_due: bool,
}

/// What the forms send.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct PlaceForm {
    act: String,
    id: String,
    version: i64,
    name: String,
    level: String,
    code: String,
    manager: String,
    phone: String,
    state: String,
    closed_by: String,
    fire_exit: String,
    from_inside: String,
    goods: String,
    parking: String,
    waiting: String,
    office: String,
    lead: String,
    community: String,
    health: String,
    look: String,
    road: String,
    wide: String,
}

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    table
        .add(
            RouteRule::page("/areas/{area}/places", NEEDS, Scope::Area, Kept::Nothing)
                .in_menu(Menu::Places),
            get(show),
        )
        .add(
            RouteRule::form("/areas/{area}/places", NEEDS, Scope::Area, Kept::Change),
            axum::routing::post(submit),
        )
}

/// GET /areas/{area}/places
pub async fn show(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    frame: Frame,
) -> Response {
    page(&app, &area, frame, None, StatusCode::OK).await
}

async fn page(
    app: &App,
    area: &AreaInScope,
    frame: Frame,
    problem: Option<Problem>,
    status: StatusCode,
) -> Response {
    match read_places(app, area.area).await {
        Ok(places) => {
            let page = places_page(app, area, frame, places, problem);
            (status, show_page(&page)).into_response()
        }
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}

fn places_page(
    app: &App,
    area: &AreaInScope,
    frame: Frame,
    places: Places,
    problem: Option<Problem>,
) -> PlacesPage {
    let own = AreaLevel::ALL
        .into_iter()
        .find(|level| level.code() == area.level);
    let below = AreaLevel::ALL.into_iter().filter(|level| {
        own.is_some_and(|own| level.may_lie_below(own)) && *level != AreaLevel::Household
    });
    let label = |kind: ManagerKind| manager_label(kind, frame.lang);
    let gates = places.gates.iter().map(|gate| GateCard {
        fresh_look: data_encoding::HEXLOWER.encode(&app.world.id()),
        ..gate_card(gate, area, &frame)
    });
    PlacesPage {
        levels: below.collect(),
        managers: MANAGERS.map(|kind| (kind.code(), label(kind))).into(),
        is_compound: area.level == AreaLevel::Compound.code(),
        gates: gates.collect(),
        openings: places
            .openings
            .iter()
            .map(|one| opening_card(one, area))
            .collect(),
        fresh_area: AreaId(app.world.id()).to_string(),
        fresh_gate: GateId(app.world.id()).to_string(),
        fresh_opening: data_encoding::HEXLOWER.encode(&app.world.id()),
        has_open_gate: places.gates.iter().any(|gate| gate.row.state == "open"),
        problem,
        places,
        frame,
    }
}

fn gate_card(gate: &PlaceGate, area: &AreaInScope, frame: &Frame) -> GateCard {
    let (row, place) = (&gate.row, &gate.place);
    let looked = gate.look.as_ref().map(|(look, name)| {
        let day = Moment::new(look.looked_at, area.offset_minutes).day();
        let slots = [("day", day.to_text()), ("name", name.clone())];
        let slots = slots.each_ref().map(|(name, text)| (*name, text.as_str()));
        let seen = [
            ("places-road", look.road_free),
            ("places-wide", look.no_wider),
        ];
        let seen = seen.map(|(key, good)| {
            let word = if good { "good" } else { "bad" };
            frame.t(&format!("{key}-{word}"))
        });
        format!(
            "{} · {}",
            frame.fill("places-looked", &slots),
            seen.join(" · ")
        )
    });
    GateCard {
        places: place_fields(place),
        place_version: place.version,
        id: row.gate.to_string(),
        version: row.version,
        name: row.name.clone(),
        phone: row.phone.clone(),
        state: row.state.clone(),
        looked,
        stands_key: match gate.stands {
            GateStands::InOrder => None,
            GateStands::Due => Some("places-look-due"),
            GateStands::Amiss => Some("places-look-amiss"),
        },
        fresh_look: String::new(),
    }
}

fn place_fields(place: &GatePlaceRow) -> Vec<(&'static str, String, String)> {
    let texts = [
        &place.goods_point,
        &place.parking_place,
        &place.waiting_place,
        &place.office_place,
        &place.shift_lead_phone,
        &place.office_phone,
        &place.health_phone,
    ];
    let fields = PLACE_FIELDS.into_iter().zip(texts);
    fields
        .map(|(field, text)| (field, format!("places-at-{field}"), text.clone()))
        .collect()
}

fn opening_card(opening: &Opening, area: &AreaInScope) -> OpeningCard {
    let row = &opening.row;
    let day = |at| Moment::new(at, area.offset_minutes).day().to_text();
    OpeningCard {
        id: data_encoding::HEXLOWER.encode(&row.opening),
        version: row.version,
        name: row.name.clone(),
        closed_by: row.closed_by.clone(),
        is_fire_exit: row.is_fire_exit,
        checked: row.checked_at.map(day),
        is_check_due: opening.is_check_due,
    }
}

/// POST /areas/{area}/places
pub async fn submit(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
    Form(form): Form<PlaceForm>,
) -> Response {
    let problem = match act(&app, &area, &caller, &form).await {
        Ok(Ok(())) => return Redirect::to(&format!("/areas/{}/places", area.area)).into_response(),
        Ok(Err(refusal)) => Problem {
            text: frame.t(&refusal.text_key()),
            typed: typed(&form, &frame),
        },
        Err(OpError::Stale) => {
            let problem = Problem {
                text: frame.t("places-stale"),
                typed: typed(&form, &frame),
            };
            return page(&app, &area, frame, Some(problem), StatusCode::CONFLICT).await;
        }
        Err(error) => return PageError::new(error, frame.lang).into_response(),
    };
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    page(&app, &area, frame, Some(problem), status).await
}

/// What was typed and chosen, to be seen beside what is there.
fn typed(form: &PlaceForm, frame: &Frame) -> Vec<String> {
    let texts = [
        &form.name,
        &form.phone,
        &form.closed_by,
        &form.code,
        &form.goods,
        &form.parking,
        &form.waiting,
        &form.office,
        &form.lead,
        &form.community,
        &form.health,
    ];
    let texts = texts.into_iter().filter(|text| !text.trim().is_empty());
    texts.cloned().chain(chosen(form, frame)).collect()
}

/// What was chosen, in the words of the form.
fn chosen(form: &PlaceForm, frame: &Frame) -> Vec<String> {
    let manager = MANAGERS
        .into_iter()
        .find(|kind| kind.code() == form.manager);
    let manager = manager.map(|kind| manager_label(kind, frame.lang).to_owned());
    let key = |is_it: bool, key: &'static str| is_it.then_some(key);
    let keys = [
        key(form.state == "open", "places-open"),
        key(form.state == "suspended", "places-suspended"),
        key(form.state == "ended", "places-ended"),
        key(!form.fire_exit.is_empty(), "places-is-fire-exit"),
        key(!form.from_inside.is_empty(), "places-from-inside"),
    ];
    let words = keys.into_iter().flatten().map(|key| frame.t(key));
    manager.into_iter().chain(words).collect()
}

fn manager_label(kind: ManagerKind, lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => kind.label_zh(),
        Lang::En => kind.label_en(),
    }
}

async fn act(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    form: &PlaceForm,
) -> Result<Result<(), Refusal>, OpError> {
    match form.act.as_str() {
        "area-add" => {
            let id = AreaId::parse(&form.id).ok_or(OpError::NotFound)?;
            add_area(app, caller, area.area, area_edit(form, id)).await
        }
        "area-change" => change_area(app, caller, area_edit(form, area.area)).await,
        "gate" => {
            let edit = GateEdit {
                gate: GateId::parse(&form.id).ok_or(OpError::NotFound)?,
                version: form.version,
                name: form.name.clone(),
                phone: form.phone.clone(),
                state: form.state.clone(),
            };
            put_gate(app, caller, area, edit).await
        }
        "place" => {
            let edit = GatePlaceEdit {
                gate: GateId::parse(&form.id).ok_or(OpError::NotFound)?,
                version: form.version,
                texts: [
                    &form.goods,
                    &form.parking,
                    &form.waiting,
                    &form.office,
                    &form.lead,
                    &form.community,
                    &form.health,
                ]
                .map(String::clone),
            };
            put_gate_place(app, caller, area, edit).await
        }
        "opening" => {
            let edit = OpeningEdit {
                opening: opening_id(&form.id)?,
                version: form.version,
                name: form.name.clone(),
                closed_by: form.closed_by.clone(),
                is_fire_exit: !form.fire_exit.is_empty(),
                opens_from_inside: !form.from_inside.is_empty(),
            };
            put_opening(app, caller, area, edit).await
        }
        "look" => {
            let (Some(road_free), Some(no_wider)) = (seen(&form.road), seen(&form.wide)) else {
                return Ok(Err(Refusal::NotSaid));
            };
            let look = GateLook {
                look: opening_id(&form.look)?,
                gate: GateId::parse(&form.id).ok_or(OpError::NotFound)?,
                road_free,
                no_wider,
            };
            look_at_gate(app, caller, area, look).await?;
            Ok(Ok(()))
        }
        "check" => {
            check_opening(app, caller, area, opening_id(&form.id)?).await?;
            Ok(Ok(()))
        }
        _ => Err(OpError::Unreadable("act".to_owned())),
    }
}

/// What somebody saw: neither answer is chosen for them.
fn seen(word: &str) -> Option<bool> {
    match word {
        "good" => Some(true),
        "bad" => Some(false),
        _ => None,
    }
}

fn area_edit(form: &PlaceForm, area: AreaId) -> AreaEdit {
    let level = AreaLevel::ALL
        .into_iter()
        .find(|level| level.code() == form.level);
    let kind = MANAGERS
        .into_iter()
        .find(|kind| kind.code() == form.manager);
    AreaEdit {
        area,
        version: form.version,
        level: level.unwrap_or(AreaLevel::Unit),
        name: form.name.clone(),
        code: form.code.clone(),
        // The company's own name is that of its office; the table keeps who answers.
        manager: kind.map(|kind| (kind, kind.label_zh().to_owned())),
        is_ended: form.state == "ended",
    }
}

fn opening_id(text: &str) -> Result<[u8; 16], OpError> {
    let bytes = data_encoding::HEXLOWER.decode(text.as_bytes()).ok();
    bytes
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or(OpError::NotFound)
}
