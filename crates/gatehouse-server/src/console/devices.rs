//! The phones of a compound's gates: the code that makes one, what each said of itself last, and
//! the key that takes a lost one out of service.

use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::auth::menu::Menu;
use crate::auth::role::Permission;
use crate::error::OpError;
use crate::ops::end_device::end_device;
use crate::ops::keep_tray::count_tray;
use crate::ops::list_devices::{GateDevices, ShownDevice, list_devices};
use crate::ops::make_enrolment_code::{EnrolmentCode, make_enrolment_code};
use crate::ops::read_door::list_compounds;
use crate::page::{Frame, PageError, show as show_page};
use crate::paging::query;
use crate::qr;
use crate::serve::origin;
use crate::times::Times;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Form};
use gatehouse_core::id::{AreaId, DeviceId, GateId};
use gatehouse_store::device_report::Storage;
use serde::Deserialize;
use std::sync::Arc;

const PATH: &str = "/areas/{area}/devices";
/// A clock that is off by more is said (design §2 "Time").
const SKEW_MILLIS: i64 = 5 * 60_000;
/// A phone that has not come for so long is said to be silent: three reports missed.
const SILENT_MILLIS: i64 = 3 * 60_000;

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    let may = Access::Needs(Permission::EnrolDevice);
    let form = |path| RouteRule::form(path, may, Scope::Area, Kept::Change);
    table
        .add(
            RouteRule::page(PATH, may, Scope::Area, Kept::Nothing).in_menu(Menu::Devices),
            get(show),
        )
        .add(form("/areas/{area}/devices/code"), post(make_code))
        .add(form("/areas/{area}/devices/{device}/end"), post(end))
}

/// Which compound.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    compound: String,
}

/// For which gate a code is made.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct CodeForm {
    gate: String,
}

#[derive(Template)]
#[template(path = "devices.html")]
struct DevicesPage {
    frame: Frame,
    path: String,
    /// Whether there is more than one compound to choose from.
    is_choice: bool,
    compounds: Vec<(String, String, bool)>,
    compound: String,
    /// Records that wait in the tray, in words, and the tray; for whoever may open it.
    tray: Option<(String, String)>,
    gates: Vec<GateCard>,
}

struct GateCard {
    id: String,
    name: String,
    devices: Vec<DeviceLine>,
}

struct DeviceLine {
    id: String,
    label: String,
    since: String,
    ended: Option<String>,
    seen: String,
    is_silent: bool,
    unsent: String,
    list: String,
    clock: String,
    storage: String,
    /// What is to be seen to, in words.
    notes: Vec<String>,
    version: String,
}

#[derive(Template)]
#[template(path = "device_code.html")]
struct CodePage {
    frame: Frame,
    qr: String,
    digits: String,
    address: String,
    until: String,
    gate: String,
    again: String,
    back: String,
}

/// GET /areas/{area}/devices
pub async fn show(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
    Query(asked): Query<Asked>,
) -> Response {
    let lang = frame.lang;
    match page(&app, &area, &caller, frame, &asked).await {
        Ok(page) => show_page(&page),
        Err(error) => PageError::new(error, lang).into_response(),
    }
}

async fn page(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    frame: Frame,
    asked: &Asked,
) -> Result<DevicesPage, OpError> {
    let compounds = list_compounds(app, area).await?;
    let chosen = match asked.compound.as_str() {
        "" => compounds.first().map(|(id, _)| *id),
        typed => Some(AreaId::parse(typed).ok_or(OpError::NotFound)?),
    };
    let gates = match chosen {
        Some(chosen) => list_devices(app, area, chosen).await?,
        None => Vec::new(),
    };
    let waiting = match caller.may_in(Permission::KeepOpenItems, &area.path) {
        true => count_tray(app, area).await?,
        false => 0,
    };
    let tray = (waiting > 0).then(|| {
        let words = frame.with("devices-tray", "count", &waiting.to_string());
        (format!("/areas/{}/tray", area.area), words)
    });
    let times = Times::new(frame.lang, app.world.now_millis(), area.offset_minutes);
    let choices = compounds.into_iter().map(|(id, name)| {
        let is_chosen = Some(id) == chosen;
        (id.to_string(), name, is_chosen)
    });
    Ok(DevicesPage {
        path: format!("/areas/{}/devices", area.area),
        is_choice: choices.len() > 1,
        compounds: choices.collect(),
        compound: chosen.map(|id| id.to_string()).unwrap_or_default(),
        tray,
        gates: gates.iter().map(|gate| card(gate, &frame, times)).collect(),
        frame,
    })
}

fn card(gate: &GateDevices, frame: &Frame, times: Times) -> GateCard {
    let lines = gate.devices.iter().map(|one| line(one, frame, times));
    GateCard {
        id: gate.gate.to_string(),
        name: gate.name.clone(),
        devices: lines.collect(),
    }
}

fn line(one: &ShownDevice, frame: &Frame, times: Times) -> DeviceLine {
    let ShownDevice { row, report, .. } = one;
    let now = times.now().millis;
    let never = || frame.t("devices-never");
    let report = report.as_ref();
    let list = report.filter(|report| report.list_number > 0);
    DeviceLine {
        id: row.device.to_string(),
        label: match row.label.as_str() {
            "" => frame.t("devices-unnamed"),
            label => label.to_owned(),
        },
        since: times.moment(row.enrolled_at),
        ended: row.ended_at.map(|at| times.moment(at)),
        seen: row
            .seen_at
            .map_or_else(never, |at| frame.with("devices-ago", "age", &times.age(at))),
        is_silent: row.seen_at.is_none_or(|at| at < now - SILENT_MILLIS),
        unsent: report.map_or_else(never, |report| report.unsent.to_string()),
        list: list.map_or_else(
            || frame.t("devices-no-list"),
            |report| frame.with("devices-list", "number", &report.list_number.to_string()),
        ),
        clock: clock(row.skew_millis, frame),
        storage: frame.t(match report.map(|report| report.storage) {
            Some(Storage::Persistent) => "devices-kept",
            Some(Storage::BestEffort) => "devices-may-be-cleared",
            Some(Storage::Unknown) | None => "devices-unknown",
        }),
        notes: notes(one, frame, times),
        version: report.map_or_else(never, |report| report.version.clone()),
    }
}

/// How far a phone's clock is from the server's, as it was at the last contact.
fn clock(skew_millis: i64, frame: &Frame) -> String {
    let seconds = (skew_millis.abs() / 1_000).to_string();
    match skew_millis {
        -999..1_000 => frame.t("devices-clock-right"),
        1_000.. => frame.with("devices-clock-ahead", "seconds", &seconds),
        _ => frame.with("devices-clock-behind", "seconds", &seconds),
    }
}

/// What somebody should see to at a phone in service.
fn notes(one: &ShownDevice, frame: &Frame, times: Times) -> Vec<String> {
    let skew = one.row.skew_millis;
    let minutes = (skew.abs() / 60_000).to_string();
    let clock = (skew.abs() > SKEW_MILLIS).then(|| {
        let key = if skew > 0 {
            "devices-ahead"
        } else {
            "devices-behind"
        };
        frame.with(key, "minutes", &minutes)
    });
    let storage = one.report.as_ref().map(|report| report.storage);
    let clearable = (storage == Some(Storage::BestEffort)).then(|| frame.t("devices-clearable"));
    let lost = one.loss.map(|loss| {
        let count = loss.events.to_string();
        match loss.oldest_at {
            Some(at) => {
                let slots = [("count", &*count), ("since", &*times.moment(at))];
                frame.fill("devices-lost-since", &slots)
            }
            None => frame.with("devices-lost", "count", &count),
        }
    });
    let notes = clock.into_iter().chain(clearable).chain(lost);
    notes.collect()
}

/// POST /areas/{area}/devices/code: the code is shown once, as the answer.
pub async fn make_code(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
    Form(form): Form<CodeForm>,
) -> Response {
    let made = match GateId::parse(&form.gate) {
        Some(gate) => make_enrolment_code(&app, &caller, &area, gate).await,
        None => Err(OpError::Unreadable("gate".to_owned())),
    };
    match made {
        Ok(code) => show_page(&code_page(&app, &area, frame, &form.gate, &code)),
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}

fn code_page(
    app: &App,
    area: &AreaInScope,
    frame: Frame,
    gate: &str,
    code: &EnrolmentCode,
) -> CodePage {
    let origin = origin(&app.config);
    let now = app.world.now_millis();
    let times = Times::new(frame.lang, now, area.offset_minutes);
    let link = format!(
        "{origin}/gate/#enrol={}.{}",
        code.secret.as_str(),
        code.root
    );
    let (first, last) = code.digits.split_at(code.digits.len() / 2);
    CodePage {
        qr: qr::svg(&link),
        digits: format!("{first} {last}"),
        address: format!("{origin}/gate/"),
        until: times.clock(code.expires_at),
        gate: gate.to_owned(),
        again: format!("/areas/{}/devices/code", area.area),
        back: format!("/areas/{}/devices", area.area),
        frame,
    }
}

/// POST /areas/{area}/devices/{device}/end
pub async fn end(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    Path((_, device)): Path<(String, String)>,
    frame: Frame,
    Form(asked): Form<Asked>,
) -> Response {
    let ended = match DeviceId::parse(&device) {
        Some(device) => end_device(&app, &caller, &area, device).await,
        None => Err(OpError::NotFound),
    };
    match ended {
        Ok(()) => {
            let pairs = query(&[("compound", &asked.compound)]);
            Redirect::to(&format!("/areas/{}/devices{pairs}", area.area)).into_response()
        }
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}
