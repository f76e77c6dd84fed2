//! A landlord or host applies for a tenant or guest: who it is, in which dwelling of theirs.

use crate::app::App;
use crate::auth::access::Routes;
use crate::door::door_words;
use crate::error::OpError;
use crate::faults::Faults;
use crate::ops::apply_for_pass::{Applied, Photo};
use crate::ops::resident::apply_for_tenant::{BASES, TenantAsked, apply_for_tenant, rooms_of};
use crate::ops::resident::find_resident::ResidentCaller;
use crate::page::{Frame, PageError, show as show_page};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Form};
use gatehouse_core::id::{ApplicationId, HouseholdId};
use gatehouse_core::person::{DocumentKind, PersonDraft};
use serde::Deserialize;

const PATH: &str = "/my/tenants/new";

#[derive(Template)]
#[template(path = "resident/tenant_new.html")]
struct TenantPage {
    frame: Frame,
    /// Id and door.
    rooms: Vec<(String, String)>,
    documents: Vec<(&'static str, &'static str)>,
    typed: TenantForm,
    said: Option<String>,
    faults: Faults,
}

/// What the form sends. It is personal, so it does not print.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct TenantForm {
    id: String,
    room: String,
    basis: String,
    name: String,
    sex: String,
    birth_on: String,
    document_kind: String,
    document: String,
    phone: String,
    no_photo: String,
}

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    super::own_form(table, PATH, get(show), post(submit))
}

/// GET /my/tenants/new
pub async fn show(
    State(app): State<App>,
    Extension(resident): Extension<ResidentCaller>,
    frame: Frame,
) -> Response {
    let typed = TenantForm {
        id: ApplicationId(app.world.id()).to_string(),
        ..TenantForm::default()
    };
    page(&app, &resident, frame, typed, None, Faults::default()).await
}

async fn page(
    app: &App,
    resident: &ResidentCaller,
    frame: Frame,
    typed: TenantForm,
    said: Option<&str>,
    faults: Faults,
) -> Response {
    let rooms = match rooms_of(app, resident).await {
        Ok(rooms) => rooms,
        Err(error) => return PageError::new(error, frame.lang).into_response(),
    };
    let status = match said.is_some() || !faults.is_empty() {
        true => StatusCode::UNPROCESSABLE_ENTITY,
        false => StatusCode::OK,
    };
    let rooms = rooms.iter().map(|room| {
        let home = &room.home;
        let door = door_words(frame.lang, &home.building, &home.unit, &home.room);
        let door = match room.landlord {
            None => door,
            Some(_) => frame.with("my-tenant-room-asked", "door", &door),
        };
        (home.household.to_string(), door)
    });
    let documents = DocumentKind::ALL.map(|kind| (kind.code(), kind_words(&frame, kind)));
    let page = TenantPage {
        rooms: rooms.collect(),
        documents: documents.into(),
        said: said.map(|key| frame.t(key)),
        faults,
        typed,
        frame,
    };
    (status, show_page(&page)).into_response()
}

fn kind_words(frame: &Frame, kind: DocumentKind) -> &'static str {
    match frame.lang {
        gatehouse_core::gate::wording::Lang::Zh => kind.label_zh(),
        gatehouse_core::gate::wording::Lang::En => kind.label_en(),
    }
}

/// POST /my/tenants/new
pub async fn submit(
    State(app): State<App>,
    Extension(resident): Extension<ResidentCaller>,
    frame: Frame,
    Form(form): Form<TenantForm>,
) -> Response {
    let applied = match asked(&form) {
        Some(asked) => apply_for_tenant(&app, &resident, asked).await,
        None => Err(OpError::NotFound),
    };
    let said = match applied {
        Ok(Applied::Waits(_)) => return Redirect::to("/my/tenants?sent=yes").into_response(),
        Ok(Applied::WaitsAlready(_) | Applied::HasOne(_)) => "my-apply-already",
        Ok(Applied::TooMany) => "my-tenant-too-many",
        Ok(Applied::NotForThem(key)) => key,
        Ok(Applied::Complaints(complaints)) => {
            let faults = Faults::of(&frame, &complaints);
            return page(&app, &resident, frame, form, None, faults).await;
        }
        Err(error) => return PageError::new(error, frame.lang).into_response(),
    };
    page(&app, &resident, frame, form, Some(said), Faults::default()).await
}

fn asked(form: &TenantForm) -> Option<TenantAsked> {
    let kind = DocumentKind::from_code(&form.document_kind);
    let kind = kind.unwrap_or(DocumentKind::IdentityCard);
    let document = form.document.trim();
    Some(TenantAsked {
        id: ApplicationId::parse(&form.id)?,
        room: HouseholdId::parse(&form.room)?,
        basis: BASES.into_iter().find(|basis| *basis == form.basis)?,
        draft: PersonDraft {
            name: form.name.clone(),
            sex: form.sex.clone(),
            birth_on: form.birth_on.clone(),
            document: (!document.is_empty()).then(|| (kind, document.to_owned())),
            phone: form.phone.clone(),
            email: String::new(),
            employment: None,
        },
        photo: match form.no_photo.as_str() {
            "yes" => Photo::Declined,
            _ => Photo::Missing,
        },
    })
}
