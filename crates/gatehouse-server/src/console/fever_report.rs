//! A fever reported at a desk: where, whom (looked up by door, masked, or not known), what was
//! measured or told, who said so. Nothing is filled in beforehand.

use super::fever_fields::{DEGREES, Key, keys, number_keys, read_reading, read_words, way_keys};
use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::auth::role::Permission;
use crate::error::OpError;
use crate::ops::report_fever::{
    Candidate, REPORTERS, Report, Reported, WHERE, find_behind_door, list_compounds, report_fever,
};
use crate::page::{Frame, PageError, show as show_page};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Form};
use gatehouse_core::gate::fact::symptoms;
use gatehouse_core::household::{Address, AddressDraft};
use gatehouse_core::id::{AreaId, OpenItemId, PersonId};
use serde::Deserialize;
use std::sync::Arc;

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    let access = Access::Needs(Permission::KeepOpenItems);
    let new = "/areas/{area}/fevers/new";
    table
        .add(
            RouteRule::page(new, access, Scope::Area, Kept::Nothing),
            get(show),
        )
        .add(
            RouteRule::form(new, access, Scope::Area, Kept::View),
            post(find),
        )
        .add(
            RouteRule::form("/areas/{area}/fevers", access, Scope::Area, Kept::Change),
            post(submit),
        )
}

/// What is sent where nobody knows whom it concerns: said, not left out.
const UNKNOWN: &str = "unknown";

/// What the form sends. One field for each symptom, so that no list has to be read.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ReportFields {
    item: String,
    compound: String,
    building: String,
    unit: String,
    room: String,
    /// The door that was looked up last, so that one typed since is looked up first.
    found: String,
    /// Id of somebody behind it, or [`UNKNOWN`]; empty where nobody chose.
    person: String,
    place: String,
    reporter: String,
    whole: String,
    tenth: String,
    way: String,
    fever: String,
    cough: String,
    fatigue: String,
    short_breath: String,
    diarrhoea: String,
    words: String,
}

#[derive(Template)]
#[template(path = "fever_report.html")]
struct ReportPage {
    frame: Frame,
    area: String,
    fields: ReportFields,
    problems: Vec<String>,
    /// Address of the fever that this form has reported already, with other words.
    reported: Option<String>,
    compounds: Vec<Key>,
    looked: bool,
    found: String,
    candidates: Vec<(String, String, bool)>,
    is_unknown: bool,
    wheres: Vec<Key>,
    reporters: Vec<Key>,
    rows: Vec<(&'static str, String, Vec<Key>)>,
    symptoms: Vec<(String, String, bool)>,
}

/// GET /areas/{area}/fevers/new
pub async fn show(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    frame: Frame,
) -> Response {
    let fields = ReportFields {
        item: OpenItemId(app.world.id()).to_string(),
        ..ReportFields::default()
    };
    answer(&app, &area, frame, fields, Found::default()).await
}

/// POST /areas/{area}/fevers/new: who lives behind the door.
pub async fn find(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    frame: Frame,
    Form(fields): Form<ReportFields>,
) -> Response {
    let lang = frame.lang;
    match look_up(&app, &area, &fields).await {
        Ok(found) => answer(&app, &area, frame, fields, found).await,
        Err(error) => PageError::new(error, lang).into_response(),
    }
}

/// POST /areas/{area}/fevers
pub async fn submit(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
    Form(fields): Form<ReportFields>,
) -> Response {
    let lang = frame.lang;
    let (report, problems) = match fields.read() {
        Ok(report) => (Some(report), Vec::new()),
        Err(problems) => (None, problems),
    };
    let Some(report) = report.filter(|_| !fields.must_look()) else {
        // What was found before is found again, so that a mistake elsewhere loses nothing.
        let mut found = match fields.has_door() {
            true => look_up(&app, &area, &fields).await.unwrap_or_default(),
            false => Found::default(),
        };
        if fields.must_look() {
            found.problems.push("fevers-fault-look");
        }
        found.problems.extend(problems);
        found.problems.dedup();
        return answer(&app, &area, frame, fields, found).await;
    };
    let item = report.item;
    let place = format!("/areas/{}/fevers/{item}", area.area);
    match report_fever(&app, &area, &caller, report).await {
        Ok(Reported::Now | Reported::SameBefore) => Redirect::to(&place).into_response(),
        Ok(Reported::OtherBefore) => {
            let mut found = look_up(&app, &area, &fields).await.unwrap_or_default();
            found.problems = vec!["fevers-fault-reported"];
            found.reported = Some(place);
            // Sent once more it is another fever.
            let item = OpenItemId(app.world.id()).to_string();
            answer(&app, &area, frame, ReportFields { item, ..fields }, found).await
        }
        Err(error) => PageError::new(error, lang).into_response(),
    }
}

/// What a look-up gave.
#[derive(Default)]
struct Found {
    looked: bool,
    reported: Option<String>,
    candidates: Vec<Candidate>,
    problems: Vec<&'static str>,
}

async fn look_up(app: &App, area: &AreaInScope, fields: &ReportFields) -> Result<Found, OpError> {
    let problem = |key| Found {
        problems: vec![key],
        ..Found::default()
    };
    let Some(compound) = AreaId::parse(&fields.compound) else {
        return Ok(problem("fevers-fault-compound"));
    };
    let Some(door) = fields.door() else {
        return Ok(problem("fevers-fault-door"));
    };
    Ok(Found {
        looked: true,
        reported: None,
        candidates: find_behind_door(app, area, compound, door).await?,
        problems: Vec::new(),
    })
}

impl ReportFields {
    fn door(&self) -> Option<Address> {
        let draft = AddressDraft {
            building: self.building.clone(),
            unit: self.unit.clone(),
            room: self.room.clone(),
        };
        draft.check().ok()
    }

    fn has_door(&self) -> bool {
        !self.room.trim().is_empty()
    }

    /// Of the door typed: what was looked up, as the form carries it.
    fn door_text(&self) -> String {
        let parts = [&self.compound, &self.building, &self.unit, &self.room];
        parts.map(|part| part.trim()).join("/")
    }

    /// A door was typed and nobody looked who lives there: then "not known" is not yet an answer.
    fn must_look(&self) -> bool {
        let nobody = self.person.is_empty() || self.person == UNKNOWN;
        nobody && self.has_door() && self.found != self.door_text()
    }

    fn bits(&self) -> u32 {
        let told = [
            &self.fever,
            &self.cough,
            &self.fatigue,
            &self.short_breath,
            &self.diarrhoea,
        ];
        let names = symptoms::CHOICES.iter().zip(told).enumerate();
        names.fold(0, |bits, (at, (choice, said))| {
            bits | u32::from(said == choice.name) << at
        })
    }

    fn read(&self) -> Result<Report, Vec<&'static str>> {
        let mut problems = Vec::new();
        let mut want = |problem: bool, key| {
            if problem {
                problems.push(key);
            }
        };
        let listed = |list: &'static [&'static str], typed: &str| {
            let mut list = list.iter();
            list.find(|word| **word == typed).copied()
        };
        let item = OpenItemId::parse(&self.item);
        want(item.is_none(), "fevers-fault-mark");
        let compound = AreaId::parse(&self.compound);
        want(compound.is_none(), "fevers-fault-compound");
        let place = listed(WHERE, &self.place);
        want(place.is_none(), "fevers-fault-where");
        let reporter = listed(REPORTERS, &self.reporter);
        want(reporter.is_none(), "fevers-fault-reporter");
        let reading = read_reading(&self.whole, &self.tenth, &self.way);
        let measured = ![&self.whole, &self.tenth, &self.way]
            .iter()
            .all(|key| key.is_empty());
        want(measured && reading.is_none(), "fevers-fault-reading");
        let bits = self.bits();
        want(!measured && bits == 0, "fevers-fault-nothing");
        let person = match self.person.as_str() {
            UNKNOWN => None,
            "" => {
                want(true, "fevers-fault-choose");
                None
            }
            typed => {
                let person = PersonId::parse(typed);
                want(person.is_none(), "fevers-fault-person");
                person
            }
        };
        let words = read_words(&self.words);
        let words = words.unwrap_or_else(|key| {
            want(true, key);
            String::new()
        });
        let (Some(item), Some(compound)) = (item, compound) else {
            return Err(problems);
        };
        let (Some(place), Some(reporter), true) = (place, reporter, problems.is_empty()) else {
            return Err(problems);
        };
        Ok(Report {
            item,
            compound,
            place,
            reporter,
            reading,
            symptoms: bits,
            person,
            words,
        })
    }
}

async fn answer(
    app: &App,
    area: &AreaInScope,
    frame: Frame,
    fields: ReportFields,
    found: Found,
) -> Response {
    let lang = frame.lang;
    let status = match (found.problems.is_empty(), &found.reported) {
        (true, _) => StatusCode::OK,
        (false, None) => StatusCode::UNPROCESSABLE_ENTITY,
        (false, Some(_)) => StatusCode::CONFLICT,
    };
    match list_compounds(app, area).await {
        Ok(rows) => {
            let only = rows.len() == 1;
            let compounds = rows.into_iter().map(|row| Key {
                chosen: only || fields.compound == row.area.to_string(),
                value: row.area.to_string(),
                label: row.name,
            });
            let compounds = compounds.collect();
            (
                status,
                show_page(&page(area, frame, fields, found, compounds)),
            )
                .into_response()
        }
        Err(error) => PageError::new(error, lang).into_response(),
    }
}

fn page(
    area: &AreaInScope,
    frame: Frame,
    fields: ReportFields,
    found: Found,
    compounds: Vec<Key>,
) -> ReportPage {
    let (label, bits) = (|key: &str| frame.t(key), fields.bits());
    let rows = vec![
        (
            "whole",
            label("fevers-key-whole"),
            number_keys(DEGREES, "", &fields.whole),
        ),
        (
            "tenth",
            label("fevers-key-tenth"),
            number_keys(0..=9, ".", &fields.tenth),
        ),
        (
            "way",
            label("fevers-key-way"),
            way_keys(&frame, &fields.way),
        ),
    ];
    let told = symptoms::CHOICES.iter().enumerate().map(|(at, choice)| {
        let label = frame.lang.pick(choice.label).to_owned();
        (choice.name.to_owned(), label, bits >> at & 1 == 1)
    });
    let candidates = found.candidates.iter().map(|one| {
        let sex = frame.t(&format!("fevers-sex-{}", one.sex));
        let born = one
            .birth_year
            .map_or_else(String::new, |year| year.to_string());
        let born = frame.with("fevers-born", "year", &born);
        let label = format!("{} · {sex} · {born}", one.masked);
        (
            one.person.to_string(),
            label,
            fields.person == one.person.to_string(),
        )
    });
    ReportPage {
        area: format!("/areas/{}", area.area),
        problems: found.problems.iter().map(|key| frame.t(key)).collect(),
        reported: found.reported.clone(),
        looked: found.looked,
        found: match found.looked {
            true => fields.door_text(),
            false => String::new(),
        },
        // Where somebody could be chosen, nothing is chosen beforehand.
        is_unknown: found.candidates.is_empty() || fields.person == UNKNOWN && !fields.must_look(),
        candidates: candidates.collect(),
        wheres: keys(&frame, WHERE, "fevers-where-", &fields.place),
        reporters: keys(&frame, REPORTERS, "fevers-reporter-", &fields.reporter),
        symptoms: told.collect(),
        rows,
        compounds,
        fields,
        frame,
    }
}
