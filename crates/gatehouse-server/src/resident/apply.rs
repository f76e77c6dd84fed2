//! Applying for a pass on one's own page: for oneself, for whoever of the home goes shopping, or
//! for a regular helper (carer, cleaner). Nobody's health is asked.

use crate::app::App;
use crate::auth::access::{Access, Kept, RouteRule, Routes, Scope};
use crate::faults::Faults;
use crate::ops::apply_for_pass::{Applicant, Application, Applied, Photo, apply_for_pass};
use crate::ops::keep_helpers::HelperAsked;
use crate::ops::pass_rules::{Source, WORKS};
use crate::ops::resident::find_resident::ResidentCaller;
use crate::page::{Frame, PageError, show as show_page};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Form};
use gatehouse_core::id::ApplicationId;
use gatehouse_core::pass::PassKind;
use gatehouse_core::person::PersonDraft;
use serde::Deserialize;

#[derive(Template)]
#[template(path = "resident/apply.html")]
struct ApplyPage {
    frame: Frame,
    typed: ApplyForm,
    /// What became of it, where it was sent.
    said: Option<String>,
    /// Faults of the helper's fields, each with its words.
    faults: Faults,
}

/// What the form sends.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct ApplyForm {
    id: String,
    what: String,
    name: String,
    sex: String,
    birth_on: String,
    phone: String,
    work: String,
    no_photo: String,
}

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    table
        .add(
            RouteRule::page("/my/apply", Access::Resident, Scope::None, Kept::Nothing),
            get(show),
        )
        .add(
            RouteRule::form("/my/apply", Access::Resident, Scope::None, Kept::Change),
            post(submit),
        )
}

/// GET /my/apply
pub async fn show(State(app): State<App>, frame: Frame) -> Response {
    let typed = ApplyForm {
        id: ApplicationId(app.world.id()).to_string(),
        ..ApplyForm::default()
    };
    show_page(&ApplyPage {
        frame,
        typed,
        said: None,
        faults: Faults::default(),
    })
}

/// POST /my/apply
pub async fn submit(
    State(app): State<App>,
    Extension(resident): Extension<ResidentCaller>,
    frame: Frame,
    Form(form): Form<ApplyForm>,
) -> Response {
    let lang = frame.lang;
    let applied = match application(&form, &resident) {
        Some(application) => {
            let (shard, area) = (resident.shard, resident.area);
            apply_for_pass(&app, shard, area, resident.offset_minutes, application).await
        }
        None => Ok(Applied::NotForThem("my-apply-choose")),
    };
    match applied {
        Ok(applied) => {
            let status = match applied {
                Applied::Waits(_) => StatusCode::OK,
                _ => StatusCode::UNPROCESSABLE_ENTITY,
            };
            (status, show_page(&page(applied, form, frame))).into_response()
        }
        Err(error) => PageError::new(error, lang).into_response(),
    }
}

fn page(applied: Applied, typed: ApplyForm, frame: Frame) -> ApplyPage {
    let mut faults = Faults::default();
    let said = match applied {
        Applied::Waits(_) => Some("my-apply-waits"),
        Applied::HasOne(_) => Some("my-apply-has-one"),
        Applied::WaitsAlready(_) => Some("my-apply-already"),
        Applied::NotForThem(key) => Some(key),
        Applied::TooMany => Some("my-tenant-too-many"),
        Applied::Complaints(complaints) => {
            faults = Faults::of(&frame, &complaints);
            None
        }
    };
    ApplyPage {
        said: said.map(|key| frame.t(key)),
        faults,
        typed,
        frame,
    }
}

/// What was asked for; `None` where nothing was chosen, or the one who asks lives at no door.
fn application(form: &ApplyForm, resident: &ResidentCaller) -> Option<Application> {
    let (kind, source, holder) = match form.what.as_str() {
        "own" => {
            let holder = Applicant::Person(resident.person);
            (resident.pass_kind?, Source::Oneself, holder)
        }
        "errand" => (PassKind::Errand, Source::Family, Applicant::Household),
        "helper" => {
            let draft = PersonDraft {
                name: form.name.clone(),
                sex: form.sex.clone(),
                birth_on: form.birth_on.clone(),
                phone: form.phone.clone(),
                ..PersonDraft::default()
            };
            let work = WORKS.into_iter().find(|work| *work == form.work);
            let asked = HelperAsked {
                work: work.unwrap_or("other"),
                way: "page",
                by: Some(resident.person),
            };
            (
                PassKind::Helper,
                Source::Family,
                Applicant::Helper { draft, asked },
            )
        }
        _ => return None,
    };
    Some(Application {
        id: ApplicationId::parse(&form.id)?,
        household: resident.household?,
        kind,
        source,
        asked_by: Some(resident.person),
        asked_staff: None,
        holder,
        photo: match form.no_photo.as_str() {
            "yes" => Photo::Declined,
            _ => Photo::Missing,
        },
        delivery: "desk",
    })
}
