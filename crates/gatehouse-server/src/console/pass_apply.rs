//! Applying on somebody's behalf: the door, then who of it and what for. Whoever is in the ledger
//! is chosen, not typed again.

use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::auth::role::Permission;
use crate::console::pass_apply_view::{ApplyForm, ApplyPage, Typed, VEHICLE, apply_page};
use crate::error::OpError;
use crate::faults::Faults;
use crate::ops::apply_for_pass::{Applicant, Application, Applied, Photo, apply_for_pass};
use crate::ops::keep_helpers::{HelperAsked, WORD_WAYS};
use crate::ops::pass_rules::{DELIVERIES, Source, WORKS, of_word};
use crate::ops::read_door::{Door, find_door, list_compounds, read_door};
use crate::page::{Frame, PageError, show as show_page};
use crate::paging::query;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Form};
use gatehouse_core::household::AddressDraft;
use gatehouse_core::id::{ApplicationId, AreaId, HouseholdId, PersonId, VehicleId};
use gatehouse_core::pass::PassKind;
use gatehouse_core::person::{DocumentKind, PersonDraft, WorkerClass};
use serde::Deserialize;
use std::sync::Arc;

const PATH: &str = "/areas/{area}/passes/apply";

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    let needs = Access::Needs(Permission::ApplyForPass);
    table
        .add(
            RouteRule::page(PATH, needs, Scope::Area, Kept::View),
            get(show),
        )
        .add(
            RouteRule::form(PATH, needs, Scope::Area, Kept::Change),
            post(submit),
        )
        .add(
            RouteRule::form(
                "/areas/{area}/passes/apply/door",
                needs,
                Scope::Area,
                Kept::Nothing,
            ),
            post(choose),
        )
}

/// Which door.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    household: String,
    /// The kind of pass that the form begins with.
    kind: String,
}

async fn page(
    app: &App,
    area: &AreaInScope,
    frame: Frame,
    household: Option<HouseholdId>,
    typed: Typed,
) -> Result<ApplyPage, OpError> {
    let compounds = list_compounds(app, area).await?;
    let door = match household {
        Some(household) => Some(read_door(app, area, household).await?),
        None => None,
    };
    let now = app.world.now_millis();
    Ok(apply_page(
        frame,
        area,
        &compounds,
        door.as_ref(),
        now,
        typed,
    ))
}

/// GET /areas/{area}/passes/apply
pub async fn show(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    frame: Frame,
    Query(asked): Query<Asked>,
) -> Response {
    let lang = frame.lang;
    let mut typed = Typed::new(ApplicationId(app.world.id()));
    typed.form.kind = asked.kind;
    let shown = async {
        let household = match asked.household.as_str() {
            "" => None,
            text => Some(HouseholdId::parse(text).ok_or(OpError::NotFound)?),
        };
        page(&app, &area, frame, household, typed).await
    };
    match shown.await {
        Ok(page) => show_page(&page),
        Err(error) => PageError::new(error, lang).into_response(),
    }
}

/// A door as typed.
#[derive(Deserialize)]
pub struct DoorForm {
    #[serde(default)]
    compound: String,
    #[serde(default)]
    building: String,
    #[serde(default)]
    unit: String,
    #[serde(default)]
    room: String,
    #[serde(default)]
    kind: String,
}

/// POST /areas/{area}/passes/apply/door
pub async fn choose(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    frame: Frame,
    Form(form): Form<DoorForm>,
) -> Response {
    let lang = frame.lang;
    let draft = AddressDraft {
        building: form.building.clone(),
        unit: form.unit.clone(),
        room: form.room.clone(),
    };
    let found = match AreaId::parse(&form.compound) {
        Some(compound) => find_door(&app, &area, compound, draft).await,
        None => Ok(None),
    };
    match found {
        Ok(Some(household)) => {
            let household = household.to_string();
            let asked = query(&[("household", &household), ("kind", &form.kind)]);
            let to = format!("/areas/{}/passes/apply{asked}", area.area);
            Redirect::to(&to).into_response()
        }
        Ok(None) => {
            let mut typed = Typed::new(ApplicationId(app.world.id()));
            typed.form.kind = form.kind;
            typed.door = [form.compound, form.building, form.unit, form.room];
            typed.door_fault = true;
            unprocessable(page(&app, &area, frame, None, typed).await, lang)
        }
        Err(error) => PageError::new(error, lang).into_response(),
    }
}

fn unprocessable(
    page: Result<ApplyPage, OpError>,
    lang: gatehouse_core::gate::wording::Lang,
) -> Response {
    match page {
        Ok(page) => (StatusCode::UNPROCESSABLE_ENTITY, show_page(&page)).into_response(),
        Err(error) => PageError::new(error, lang).into_response(),
    }
}

/// POST /areas/{area}/passes/apply
pub async fn submit(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
    Form(form): Form<ApplyForm>,
) -> Response {
    let lang = frame.lang;
    let household = HouseholdId::parse(&form.household);
    let applied = async {
        let shard = area.county()?;
        let Some(household) = household else {
            return Ok(Applied::NotForThem("passes-no-door"));
        };
        let door = read_door(&app, &area, household).await?;
        if is_helper_without_word(&form) {
            return Ok(Applied::NotForThem("helper-needs-word"));
        }
        let Some(application) = application(&form, &door, caller.staff) else {
            return Ok(Applied::NotForThem("passes-choose-person"));
        };
        apply_for_pass(&app, shard, area.area, area.offset_minutes, application).await
    };
    let applied = match applied.await {
        Ok(applied) => applied,
        Err(error) => return PageError::new(error, lang).into_response(),
    };
    let id = ApplicationId::parse(&form.id);
    let mut typed = Typed::new(id.unwrap_or(ApplicationId(app.world.id())));
    match applied {
        Applied::Waits(_) => {
            let to = format!("/areas/{}/passes?open={}", area.area, form.id);
            return Redirect::to(&to).into_response();
        }
        Applied::WaitsAlready(other) => {
            typed.problem = Some(frame.t("passes-waits-already"));
            typed.link = Some(format!("/areas/{}/passes?open={other}", area.area));
        }
        Applied::HasOne(pass) => {
            typed.problem = Some(frame.t("passes-problem-has-one"));
            typed.link = Some(format!("/areas/{}/passes/{pass}", area.area));
        }
        Applied::NotForThem(key) => typed.problem = Some(frame.t(key)),
        // Only of residents' pages; a desk is not limited.
        Applied::TooMany => typed.problem = Some(frame.t("my-tenant-too-many")),
        Applied::Complaints(complaints) => typed.faults = Faults::of(&frame, &complaints),
    }
    typed.form = form;
    unprocessable(page(&app, &area, frame, household, typed).await, lang)
}

/// What the form asks for; `None` where nobody was chosen.
fn application(
    form: &ApplyForm,
    door: &Door,
    staff: gatehouse_core::id::StaffId,
) -> Option<Application> {
    let wanted = of_word::<PassKind>(&form.kind);
    let chosen = PersonId::parse(&form.holder);
    let resident = door.people.iter().find(|one| Some(one.person) == chosen);
    let class = WorkerClass::from_code(&form.worker_class);
    let basis = ["permanent", "tenant", "lodger"];
    let basis = basis.into_iter().find(|basis| *basis == form.basis);
    let vehicle = form.holder.strip_prefix(VEHICLE).and_then(VehicleId::parse);
    let (holder, kind) = match (form.holder.as_str(), resident) {
        ("household", _) => (Applicant::Household, wanted.unwrap_or(PassKind::Errand)),
        ("new", _) if wanted == Some(PassKind::Helper) => (helper(form, door)?, PassKind::Helper),
        ("new", _) => {
            let own = match basis {
                Some("permanent") => PassKind::Resident,
                Some(_) => PassKind::TemporaryResident,
                None => PassKind::Visitor,
            };
            let landlord = PersonId::parse(&form.landlord);
            let landlord = landlord.filter(|id| door.people.iter().any(|one| one.person == *id));
            let holder = Applicant::New {
                draft: draft(form, class),
                basis: basis.filter(|_| wanted.is_none()),
                landlord,
                worker_class: class.filter(|_| wanted == Some(PassKind::Worker)),
            };
            (holder, wanted.unwrap_or(own))
        }
        _ if vehicle.is_some() => (Applicant::Vehicle(vehicle?), PassKind::Vehicle),
        (_, Some(resident)) => {
            let own = of_word(&resident.kind).unwrap_or(PassKind::Resident);
            (Applicant::Person(resident.person), wanted.unwrap_or(own))
        }
        _ => return None,
    };
    let photo = match form.no_photo.as_str() {
        "yes" => Photo::Declined,
        _ => Photo::Missing,
    };
    let delivery = DELIVERIES.into_iter().find(|one| *one == form.delivery);
    Some(Application {
        id: ApplicationId::parse(&form.id)?,
        household: door.household.household,
        kind,
        source: Source::GridWorker,
        asked_by: None,
        asked_staff: Some(staff),
        holder,
        photo,
        delivery: delivery.unwrap_or("desk"),
    })
}

/// How the household said yes to a helper; `None` where nobody chose how.
fn word(form: &ApplyForm) -> Option<&'static str> {
    WORD_WAYS.into_iter().find(|way| *way == form.word)
}

fn is_helper_without_word(form: &ApplyForm) -> bool {
    let is_helper = form.holder == "new" && of_word(&form.kind) == Some(PassKind::Helper);
    is_helper && word(form).is_none()
}

/// A helper whom the household agreed to, as it told the office; `None` where it did not say.
fn helper(form: &ApplyForm, door: &Door) -> Option<Applicant> {
    let by = PersonId::parse(&form.agreed_by);
    let work = WORKS.into_iter().find(|work| *work == form.work);
    let way = word(form)?;
    Some(Applicant::Helper {
        draft: draft(form, None),
        asked: HelperAsked {
            work: work.unwrap_or("other"),
            way,
            by: by.filter(|id| door.people.iter().any(|one| one.person == *id)),
        },
    })
}

fn draft(form: &ApplyForm, class: Option<WorkerClass>) -> PersonDraft {
    let document = form.document.trim();
    let kind = DocumentKind::from_code(&form.document_kind);
    let kind = kind.unwrap_or(DocumentKind::IdentityCard);
    PersonDraft {
        name: form.name.clone(),
        sex: form.sex.clone(),
        birth_on: form.birth_on.clone(),
        document: (!document.is_empty()).then(|| (kind, document.to_owned())),
        phone: form.phone.clone(),
        email: String::new(),
        employment: class.map(|class| (class, form.employer.clone())),
    }
}
