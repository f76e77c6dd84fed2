//! A name, number or telephone in the clear: on this answer page alone, for a purpose, on record.

use super::person::again;
use crate::app::App;
use crate::area_codes::HeldAreaCodes;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::auth::menu::Menu;
use crate::auth::role::Permission;
use crate::ops::purpose::purpose_key;
use crate::ops::reveal_person::{RevealAsked, Revealed, reveal_person};
use crate::page::{Frame, PageError, show as show_page};
use crate::times::Times;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Extension, Form};
use gatehouse_core::moment::CivilDay;
use gatehouse_core::person::{AreaStanding, DocumentKind, IdNumber};
use gatehouse_store::person::{PersonField, PersonPlain};
use serde::Deserialize;
use std::sync::Arc;

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    table.add(
        RouteRule::form(
            "/areas/{area}/persons/{person}/plain",
            Access::Needs(Permission::RevealPeople),
            Scope::Area,
            Kept::Change,
        )
        .in_menu(Menu::People),
        post(submit),
    )
}

#[derive(Template)]
#[template(path = "person_plain.html")]
struct PlainPage {
    frame: Frame,
    back: String,
    purpose: String,
    values: Vec<(String, String)>,
}

/// What the form sends.
#[derive(Deserialize)]
pub struct PlainForm {
    #[serde(default)]
    purpose: String,
    #[serde(default)]
    name: bool,
    #[serde(default)]
    phone: bool,
    #[serde(default)]
    email: bool,
    #[serde(default)]
    document: bool,
    #[serde(default)]
    birth_on: bool,
}

impl PlainForm {
    fn fields(&self) -> Vec<PersonField> {
        let chosen = [
            (self.name, PersonField::Name),
            (self.phone, PersonField::Phone),
            (self.email, PersonField::Email),
            (self.document, PersonField::Document),
            (self.birth_on, PersonField::BirthOn),
        ];
        let chosen = chosen.into_iter().filter(|(is, _)| *is);
        chosen.map(|(_, field)| field).collect()
    }
}

/// POST /areas/{area}/persons/{person}/plain
pub async fn submit(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    Path((_, person)): Path<(String, String)>,
    frame: Frame,
    Form(form): Form<PlainForm>,
) -> Response {
    let fields = form.fields();
    let asked = RevealAsked {
        person: person.clone(),
        purpose: form.purpose.clone(),
        fields: fields.clone(),
    };
    let problem = match reveal_person(&app, &area, &caller, asked).await {
        Ok(Revealed::Plain(opened)) => {
            let (_, plain) = *opened;
            return show_page(&PlainPage {
                back: format!("/areas/{}/persons/{person}", area.area),
                purpose: frame.t(&purpose_key(&form.purpose)),
                values: values(&frame, &plain, &fields, &app.area_codes),
                frame,
            });
        }
        Ok(Revealed::NothingChosen) => (
            StatusCode::UNPROCESSABLE_ENTITY,
            frame.t("reveal-nothing-chosen"),
        ),
        Ok(Revealed::UsedUpUntil(at)) => {
            let times = Times::new(frame.lang, app.world.now_millis(), area.offset_minutes);
            let words = frame.with("reveal-used-up", "clock", &times.clock(at));
            (StatusCode::TOO_MANY_REQUESTS, words)
        }
        Err(error) => return PageError::new(error, frame.lang).into_response(),
    };
    again(&app, &area, &caller, &person, frame, |page| {
        page.problem = Some(problem.1);
        problem.0
    })
    .await
}

fn values(
    frame: &Frame,
    plain: &PersonPlain,
    fields: &[PersonField],
    area_codes: &HeldAreaCodes,
) -> Vec<(String, String)> {
    let value = |field: &PersonField| {
        let value = match field {
            PersonField::Name => plain.name.clone(),
            PersonField::Phone => plain.phone.clone(),
            PersonField::Email => plain.email.clone(),
            PersonField::BirthOn => plain.birth_on.map(CivilDay::to_text),
            PersonField::Document => plain.document.as_ref().map(|(kind, number)| {
                let kind = DocumentKind::from_code(kind);
                let words = kind.map_or("", |kind| document_words(frame, kind));
                let whole = format!("{words} {number}");
                let id = kind.filter(|kind| *kind == DocumentKind::IdentityCard);
                let id = id.and_then(|_| IdNumber::from_stored(number));
                match id.map(|id| id.area_standing(area_codes)) {
                    Some(AreaStanding::Old) => frame.with("document-old-code", "document", &whole),
                    _ => whole,
                }
            }),
            _ => None,
        };
        let label = frame.t(&format!("field-{}", field.word()));
        (label, value.unwrap_or_else(|| frame.t("field-not-kept")))
    };
    fields.iter().map(value).collect()
}

/// What people call a kind of document.
pub(super) fn document_words(frame: &Frame, kind: DocumentKind) -> &'static str {
    match frame.lang {
        gatehouse_core::gate::wording::Lang::Zh => kind.label_zh(),
        gatehouse_core::gate::wording::Lang::En => kind.label_en(),
    }
}
