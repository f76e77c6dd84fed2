//! Forms for a person: editing one, adding one to a household. An empty field leaves what is
//! kept; nothing that identifies is shown in a form.

use super::person::stale_words;
use super::person_both::both;
use super::person_plain::document_words;
use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::auth::menu::Menu;
use crate::auth::role::Permission;
use crate::door::door_words;
use crate::error::OpError;
use crate::faults::Faults;
use crate::ops::add_person::{AddAsked, add_person};
use crate::ops::change_person::{ChangeAsked, change_person};
use crate::ops::person_form::{NotSaved, PersonForm};
use crate::ops::read_household::read_household;
use crate::ops::read_person::read_person;
use crate::page::{Frame, PageError, show as show_page};
use crate::person_line::{KINDS, PersonLine};
use crate::times::Times;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Form};
use gatehouse_core::id::PersonId;
use gatehouse_core::person::{DocumentKind, WorkerClass};
use serde::Deserialize;
use std::sync::Arc;

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    const EDIT: &str = "/areas/{area}/persons/{person}/edit";
    const ADD: &str = "/areas/{area}/households/{household}/add";
    let changes = Access::Needs(Permission::ChangePeople);
    let page = |path| RouteRule::page(path, changes, Scope::Area, Kept::View);
    let form = |path| RouteRule::form(path, changes, Scope::Area, Kept::Change);
    table
        .add(page(EDIT).in_menu(Menu::People), get(edit))
        .add(form(EDIT).in_menu(Menu::People), post(save))
        .add(page(ADD).in_menu(Menu::People), get(add))
        .add(form(ADD).in_menu(Menu::People), post(save_new))
}

#[derive(Template)]
#[template(path = "person_form.html")]
struct FormPage {
    frame: Frame,
    title: String,
    back: String,
    is_new: bool,
    /// Version of somebody there, or id of somebody to be made.
    key: String,
    typed: TypedForm,
    sexes: Vec<Choice>,
    kinds: Vec<Choice>,
    documents: Vec<Choice>,
    classes: Vec<Choice>,
    bases: Vec<Choice>,
    stale: Option<String>,
    /// After somebody else was faster: field, what is there now, what was typed.
    both: Vec<(String, String, String)>,
    faults: Faults,
}

struct Choice {
    value: &'static str,
    words: String,
    is_chosen: bool,
}

/// What the forms send.
#[derive(Deserialize, Clone, Default)]
#[serde(default)]
pub struct TypedForm {
    key: String,
    name: String,
    sex: String,
    birth_on: String,
    document_kind: String,
    document: String,
    phone: String,
    email: String,
    kind: String,
    worker_class: String,
    employer: String,
    without_phone: bool,
    without_email: bool,
    without_document: bool,
    basis: String,
    landlord: String,
    from_on: String,
}

impl TypedForm {
    fn person(&self) -> PersonForm {
        let typed = self.clone();
        PersonForm {
            name: typed.name,
            sex: typed.sex,
            birth_on: typed.birth_on,
            document_kind: typed.document_kind,
            document: typed.document,
            phone: typed.phone,
            email: typed.email,
            kind: typed.kind,
            worker_class: typed.worker_class,
            employer: typed.employer,
            without_phone: typed.without_phone,
            without_email: typed.without_email,
            without_document: typed.without_document,
        }
    }
}

fn form_page(
    frame: Frame,
    title: String,
    back: String,
    is_new: bool,
    typed: TypedForm,
) -> FormPage {
    let choice = |value: &'static str, words: String, chosen: &str| Choice {
        value,
        words,
        is_chosen: value == chosen,
    };
    let named = |prefix: &str, values: &[&'static str], chosen: &str| -> Vec<Choice> {
        let values = values.iter();
        values
            .map(|value| choice(value, frame.t(&format!("{prefix}-{value}")), chosen))
            .collect()
    };
    let documents = DocumentKind::ALL.into_iter().map(|kind| {
        let words = document_words(&frame, kind).to_owned();
        choice(kind.code(), words, &typed.document_kind)
    });
    let classes = WorkerClass::ALL.into_iter().map(|class| {
        let words = frame.lang.pick(class.label()).to_owned();
        choice(class.code(), words, &typed.worker_class)
    });
    FormPage {
        sexes: named("sex", &["female", "male"], &typed.sex),
        kinds: named("kind", &KINDS, &typed.kind),
        bases: named("basis", &["permanent", "tenant", "lodger"], &typed.basis),
        documents: documents.collect(),
        classes: classes.collect(),
        key: typed.key.clone(),
        title,
        back,
        is_new,
        typed,
        stale: None,
        both: Vec::new(),
        faults: Faults::default(),
        frame,
    }
}

/// GET /areas/{area}/persons/{person}/edit
pub async fn edit(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Path((_, person)): Path<(String, String)>,
    frame: Frame,
) -> Response {
    let lang = frame.lang;
    match edit_page(&app, &area, &person, frame, None).await {
        Ok(page) => show_page(&page),
        Err(error) => PageError::new(error, lang).into_response(),
    }
}

async fn edit_page(
    app: &App,
    area: &AreaInScope,
    person: &str,
    frame: Frame,
    typed: Option<TypedForm>,
) -> Result<FormPage, OpError> {
    let shown = read_person(app, area, person).await?;
    let times = Times::new(frame.lang, app.world.now_millis(), area.offset_minutes);
    let line = PersonLine::new(
        frame.lang,
        &shown.person,
        shown.masked.as_deref(),
        times.today(),
    );
    let title = frame.with("person-edit-title", "name", &line.name);
    let back = format!("/areas/{}/persons/{person}", area.area);
    let typed = typed.unwrap_or_else(|| TypedForm {
        key: shown.person.version.to_string(),
        sex: shown.person.sex.clone(),
        kind: shown.person.kind.clone(),
        worker_class: shown.person.worker_class.clone().unwrap_or_default(),
        ..TypedForm::default()
    });
    Ok(form_page(frame, title, back, false, typed))
}

/// POST /areas/{area}/persons/{person}/edit
pub async fn save(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    Path((_, person)): Path<(String, String)>,
    frame: Frame,
    Form(typed): Form<TypedForm>,
) -> Response {
    let lang = frame.lang;
    let asked = ChangeAsked {
        person: person.clone(),
        version: typed.key.parse().unwrap_or(0),
        form: typed.person(),
    };
    let not_saved = match change_person(&app, &area, &caller, asked).await {
        Ok(_) => {
            let path = format!("/areas/{}/persons/{person}", area.area);
            return Redirect::to(&path).into_response();
        }
        Err(not_saved) => not_saved,
    };
    match edit_page(&app, &area, &person, frame, Some(typed)).await {
        Ok(page) => refused(page, not_saved),
        Err(error) => PageError::new(error, lang).into_response(),
    }
}

/// The form again with what was typed, and what to put right.
fn refused(mut page: FormPage, not_saved: NotSaved) -> Response {
    let status = match not_saved {
        NotSaved::Op(error) => return PageError::new(error, page.frame.lang).into_response(),
        NotSaved::Complaints(complaints) => {
            page.faults = Faults::of(&page.frame, &complaints);
            StatusCode::UNPROCESSABLE_ENTITY
        }
        NotSaved::Stale(now) => {
            let masked = now.masked.as_deref();
            page.stale = Some(stale_words(&page.frame, &now.row, masked));
            page.both = both(&page.frame, &now, &page.typed.person());
            page.key = now.row.version.to_string();
            StatusCode::CONFLICT
        }
    };
    (status, show_page(&page)).into_response()
}

/// GET /areas/{area}/households/{household}/add
pub async fn add(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Path((_, household)): Path<(String, String)>,
    frame: Frame,
) -> Response {
    let lang = frame.lang;
    let typed = TypedForm {
        key: PersonId(app.world.id()).to_string(),
        basis: "permanent".to_owned(),
        ..TypedForm::default()
    };
    match add_page(&app, &area, &household, frame, typed).await {
        Ok(page) => show_page(&page),
        Err(error) => PageError::new(error, lang).into_response(),
    }
}

async fn add_page(
    app: &App,
    area: &AreaInScope,
    household: &str,
    frame: Frame,
    typed: TypedForm,
) -> Result<FormPage, OpError> {
    let shown = read_household(app, area, household).await?;
    let row = &shown.household;
    let door = door_words(frame.lang, &row.building, &row.unit, &row.room);
    let title = frame.with("person-add-title", "door", &door);
    let back = format!("/areas/{}/households/{household}", area.area);
    Ok(form_page(frame, title, back, true, typed))
}

/// POST /areas/{area}/households/{household}/add
pub async fn save_new(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    Path((_, household)): Path<(String, String)>,
    frame: Frame,
    Form(typed): Form<TypedForm>,
) -> Response {
    let lang = frame.lang;
    let asked = AddAsked {
        household: household.clone(),
        person: typed.key.clone(),
        form: typed.person(),
        basis: typed.basis.clone(),
        landlord: typed.landlord.clone(),
        from_on: typed.from_on.clone(),
    };
    let not_saved = match add_person(&app, &area, &caller, asked).await {
        Ok(()) => {
            let path = format!("/areas/{}/households/{household}", area.area);
            return Redirect::to(&path).into_response();
        }
        Err(not_saved) => not_saved,
    };
    match add_page(&app, &area, &household, frame, typed).await {
        Ok(page) => refused(page, not_saved),
        Err(error) => PageError::new(error, lang).into_response(),
    }
}
