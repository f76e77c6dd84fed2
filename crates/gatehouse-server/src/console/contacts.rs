//! Who answers for an area, as its poster names them: post, name, telephone, and hotlines.

use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept as OnRecord, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::auth::role::Permission;
use crate::ops::keep_contacts::{CONTACTS_MOST, ContactList, Kept, keep_contacts, read_contacts};
use crate::page::{Frame, PageError, show as show_page};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Form};
use gatehouse_store::area_contact::AreaContact;
use std::sync::Arc;

const PATH: &str = "/areas/{area}/contacts";
const NEEDS: Access = Access::Needs(Permission::KeepPlaces);

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    table
        .add(
            RouteRule::page(PATH, NEEDS, Scope::Area, OnRecord::Nothing),
            get(show),
        )
        .add(
            RouteRule::form(PATH, NEEDS, Scope::Area, OnRecord::Change),
            post(submit),
        )
}

#[derive(Template)]
#[template(path = "contacts.html")]
struct ContactsPage {
    frame: Frame,
    area: AreaInScope,
    mark: String,
    /// As many lines as there is room for, empty ones at the end.
    lines: Vec<AreaContact>,
    problem: Option<String>,
    /// What is there now, where somebody else was faster.
    now: Vec<AreaContact>,
}

/// GET /areas/{area}/contacts
pub async fn show(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    frame: Frame,
) -> Response {
    match read_contacts(&app, &area).await {
        Ok(ContactList { list, mark }) => show_page(&page(frame, area, mark, list)),
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}

fn page(
    frame: Frame,
    area: AreaInScope,
    mark: String,
    mut lines: Vec<AreaContact>,
) -> ContactsPage {
    lines.resize_with(CONTACTS_MOST, AreaContact::default);
    ContactsPage {
        frame,
        area,
        mark,
        lines,
        problem: None,
        now: Vec::new(),
    }
}

/// POST /areas/{area}/contacts
pub async fn submit(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    let (mark, typed) = read(pairs);
    match keep_contacts(&app, &caller, &area, mark.clone(), typed.clone()).await {
        Ok(Kept::Done) => Redirect::to(&format!("/areas/{}/contacts", area.area)).into_response(),
        Ok(Kept::Refused(line, code)) => {
            let why = frame.t(code.text_key());
            let line = line.to_string();
            let problem = frame.fill("contacts-fault", &[("line", &line), ("why", &why)]);
            let mut page = page(frame, area, mark, typed);
            page.problem = Some(problem);
            (StatusCode::UNPROCESSABLE_ENTITY, show_page(&page)).into_response()
        }
        Ok(Kept::Stale(there)) => {
            let problem = frame.t("contacts-stale");
            let mut page = page(frame, area, there.mark, typed);
            page.problem = Some(problem);
            page.now = there.list;
            (StatusCode::CONFLICT, show_page(&page)).into_response()
        }
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}

/// The mark, and the lines in the order in which the form has them: each begins with its post.
fn read(pairs: Vec<(String, String)>) -> (String, Vec<AreaContact>) {
    let (mut mark, mut lines) = (String::new(), Vec::<AreaContact>::new());
    for (name, value) in pairs {
        if name == "post" && lines.len() <= CONTACTS_MOST {
            lines.push(AreaContact::default());
        }
        let last = lines.last_mut();
        match (name.as_str(), last) {
            ("mark", _) => mark = value,
            ("post", Some(line)) => line.post = value,
            ("name", Some(line)) => line.name = value,
            ("phone", Some(line)) => line.phone = value,
            _ => {}
        }
    }
    (mark, lines)
}
