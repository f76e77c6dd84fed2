//! The page of a draft: its values and dates, its rows on and off, what hinders it, what it
//! changes, and sending it to another office.

use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::auth::menu::Menu;
use crate::auth::role::Permission;
use crate::console::policy_draft_form::{Typed, edits};
use crate::console::policy_draft_view::{DraftPage, page};
use crate::console::policy_version::as_file;
use crate::console::policy_versions::{parts, refusal_words, too_large};
use crate::error::OpError;
use crate::ops::check_policy_draft::read_draft;
use crate::ops::draft_edit::Edit;
use crate::ops::policy_draft::{change_draft, drop_draft, file_of_draft, submit_draft};
use crate::ops::sign_policy::{By, Signed};
use crate::page::{Frame, PageError, made};
use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Form};
use gatehouse_core::moment::Moment;
use serde::Deserialize;
use std::sync::Arc;

/// Cases and examples that are agreed to at one time.
const ANSWERS_MOST: usize = 300;
const ONE: &str = "/areas/{area}/policy/drafts/{draft}";

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    let may = Access::Needs(Permission::WritePolicy);
    let page = |path, kept| RouteRule::page(path, may, Scope::Area, kept).in_menu(Menu::Policy);
    let form = |path| RouteRule::form(path, may, Scope::Area, Kept::Change).in_menu(Menu::Policy);
    table
        .add(page(ONE, Kept::View), get(show))
        .add(form(ONE), post(save))
        .add(
            form("/areas/{area}/policy/drafts/{draft}/row"),
            post(switch),
        )
        .add(
            form("/areas/{area}/policy/drafts/{draft}/case"),
            post(accept),
        )
        .add(form("/areas/{area}/policy/drafts/{draft}/drop"), post(drop))
        .add(
            form("/areas/{area}/policy/drafts/{draft}/submit"),
            post(submit),
        )
        .add(
            form("/areas/{area}/policy/drafts/{draft}/files"),
            post(put_back),
        )
        .add(
            page("/areas/{area}/policy/drafts/{draft}/{file}", Kept::View),
            get(file),
        )
}

/// Which row, on or off.
#[derive(Deserialize)]
pub struct RowForm {
    version: i64,
    row: String,
    #[serde(default)]
    off: bool,
}

/// Which version somebody means to drop.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct DropForm {
    version: i64,
}

/// From when on, and the password of a key.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct SubmitForm {
    version: i64,
    from: String,
    /// The document's own end where it is empty.
    #[serde(default)]
    until: String,
    password: String,
}

/// GET /areas/{area}/policy/drafts/{draft}
pub async fn show(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Path((_, draft)): Path<(String, String)>,
    frame: Frame,
) -> Response {
    let lang = frame.lang;
    let page = draft_page(&app, area, &draft, frame, Typed::default(), None).await;
    made(page, StatusCode::OK, lang)
}

async fn draft_page(
    app: &App,
    area: AreaInScope,
    draft: &str,
    frame: Frame,
    typed: Typed,
    fault: Option<String>,
) -> Result<DraftPage, OpError> {
    let found = read_draft(app, &area, draft, Vec::new(), frame.lang).await?;
    Ok(page(app, found, area, frame, typed, fault))
}

/// POST /areas/{area}/policy/drafts/{draft}
pub async fn save(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    Path((_, draft)): Path<(String, String)>,
    frame: Frame,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let lang = frame.lang;
    let typed = Typed::of(fields);
    let found = match read_draft(&app, &area, &draft, Vec::new(), lang).await {
        Ok(found) => found,
        Err(error) => return PageError::new(error, lang).into_response(),
    };
    let edits = match edits(&typed, &found, area.offset_minutes) {
        Ok(edits) => edits,
        Err(error) => {
            return answer(&app, area, &draft, frame, (typed, "problems"), Err(error)).await;
        }
    };
    if typed.get("act") == Some("look") {
        let tried = read_draft(&app, &area, &draft, edits, lang).await;
        let shown = tried.map(|tried| page(&app, tried, area, frame, typed, None));
        return made(shown, StatusCode::OK, lang);
    }
    changed(
        &app,
        (area, &caller),
        &draft,
        frame,
        (typed, "problems"),
        edits,
    )
    .await
}

/// POST /areas/{area}/policy/drafts/{draft}/row
pub async fn switch(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    Path((_, draft)): Path<(String, String)>,
    frame: Frame,
    Form(form): Form<RowForm>,
) -> Response {
    let place = format!("row-{}", form.row);
    let typed = Typed::of(vec![("version".to_owned(), form.version.to_string())]);
    let edits = vec![Edit::Row(form.row, form.off)];
    changed(&app, (area, &caller), &draft, frame, (typed, &place), edits).await
}

/// Changes a draft; where it could not be read any more, says what of it.
async fn changed(
    app: &App,
    (area, caller): (AreaInScope, &Caller),
    draft: &str,
    frame: Frame,
    (typed, place): (Typed, &str),
    edits: Vec<Edit>,
) -> Response {
    let at = (draft, typed.version());
    let done = change_draft(app, &area, caller, at, edits.clone()).await;
    let code = match done {
        Err(OpError::NotTaken {
            code: code @ ("D-TEXT" | "D-CASES"),
            ..
        }) => code,
        done => return answer(app, area, draft, frame, (typed, place), done).await,
    };
    let lang = frame.lang;
    let shown = async {
        let mut kept = read_draft(app, &area, draft, Vec::new(), lang).await?;
        kept.looked = read_draft(app, &area, draft, edits, lang).await?.looked;
        let fault = refusal_words(&frame, code);
        Ok(page(app, kept, area, frame, typed, Some(fault)))
    };
    made(shown.await, StatusCode::UNPROCESSABLE_ENTITY, lang)
}

/// POST /areas/{area}/policy/drafts/{draft}/case
pub async fn accept(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    Path((_, draft)): Path<(String, String)>,
    frame: Frame,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    // One field for each case that shall expect what is answered now, and for each row whose
    // examples shall be cases.
    let edits = fields
        .iter()
        .filter_map(|(name, value)| match name.as_str() {
            "case" => Some(Edit::Accept(value.clone())),
            "try" => Some(Edit::Try(value.clone())),
            _ => None,
        });
    let edits = edits.take(ANSWERS_MOST).collect();
    let version = Typed::of(fields).version();
    let done = change_draft(&app, &area, &caller, (&draft, version), edits).await;
    answer(
        &app,
        area,
        &draft,
        frame,
        (Typed::default(), "problems"),
        done,
    )
    .await
}

/// POST /areas/{area}/policy/drafts/{draft}/drop
pub async fn drop(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    Path((_, draft)): Path<(String, String)>,
    frame: Frame,
    Form(form): Form<DropForm>,
) -> Response {
    match drop_draft(&app, &area, &caller, (&draft, form.version)).await {
        Ok(()) => to_versions(&area),
        Err(error) => {
            let typed = (Typed::default(), "problems");
            answer(&app, area, &draft, frame, typed, Err(error)).await
        }
    }
}

/// POST /areas/{area}/policy/drafts/{draft}/submit
pub async fn submit(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    Path((_, draft)): Path<(String, String)>,
    frame: Frame,
    Form(form): Form<SubmitForm>,
) -> Response {
    let by = By {
        caller: &caller,
        area: area.area,
        password: &form.password,
    };
    let from = local_moment(&form.from, area.offset_minutes);
    let until = match form.until.trim() {
        "" => Some(None),
        until => local_moment(until, area.offset_minutes).map(Some),
    };
    let done = match (from, until) {
        (Some(from), Some(until)) => {
            let span = (from.millis, until.map(|until| until.millis));
            submit_draft(&app, by, (&draft, form.version), span).await
        }
        _ => Ok(Signed::Refused("D-TIME".to_owned(), String::new())),
    };
    let typed = [("submit", form.from), ("submit-until", form.until)];
    let typed = Typed::of(typed.map(|(name, text)| (name.to_owned(), text)).to_vec());
    match done {
        Ok(Signed::Done(_)) => to_versions(&area),
        Ok(Signed::Refused(code, _)) => refused(&app, area, &draft, frame, typed, &code).await,
        Err(error) => {
            let typed = (typed, "problems");
            answer(&app, area, &draft, frame, typed, Err(error)).await
        }
    }
}

/// POST /areas/{area}/policy/drafts/{draft}/files
pub async fn put_back(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    Path((_, draft)): Path<(String, String)>,
    frame: Frame,
    form: Result<Multipart, MultipartRejection>,
) -> Response {
    let brought = match form {
        Ok(form) => parts(form).await,
        Err(_) => Err(too_large()),
    };
    let place = "problems";
    let mut parts = match brought {
        Ok(parts) => parts,
        Err(error) => {
            let typed = (Typed::default(), place);
            return answer(&app, area, &draft, frame, typed, Err(error)).await;
        }
    };
    let version = parts.remove("version").unwrap_or_default();
    // A browser sends a file that nobody chose as an empty one.
    let mut text = |name: &str| parts.remove(name).filter(|text| !text.is_empty());
    let policy = text("policy").map(Edit::Policy);
    let edits: Vec<Edit> = policy
        .into_iter()
        .chain(text("cases").map(Edit::Cases))
        .collect();
    if edits.is_empty() {
        let typed = (Typed::default(), place);
        return answer(&app, area, &draft, frame, typed, Err(too_large())).await;
    }
    let typed = Typed::of(vec![("version".to_owned(), version)]);
    changed(&app, (area, &caller), &draft, frame, (typed, place), edits).await
}

/// GET /areas/{area}/policy/drafts/{draft}/{file}
pub async fn file(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Path((_, draft, file)): Path<(String, String, String)>,
    frame: Frame,
) -> Response {
    let found = file_of_draft(&app, &area, &draft, &file).await;
    as_file(&file, found, &frame)
}

fn to_versions(area: &AreaInScope) -> Response {
    Redirect::to(&format!("/areas/{}/policy/versions", area.area)).into_response()
}

/// Back to a place of the draft, or the page with what was typed and why it was not taken.
async fn answer(
    app: &App,
    area: AreaInScope,
    draft: &str,
    frame: Frame,
    (typed, place): (Typed, &str),
    done: Result<(), OpError>,
) -> Response {
    match done {
        Ok(()) => {
            let to = format!("/areas/{}/policy/drafts/{draft}#{place}", area.area);
            Redirect::to(&to).into_response()
        }
        Err(OpError::NotTaken { code, .. }) => refused(app, area, draft, frame, typed, code).await,
        Err(OpError::Stale) => {
            let (lang, fault) = (frame.lang, frame.t("draft-stale"));
            let page = draft_page(app, area, draft, frame, typed, Some(fault)).await;
            made(page, StatusCode::CONFLICT, lang)
        }
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}

async fn refused(
    app: &App,
    area: AreaInScope,
    draft: &str,
    frame: Frame,
    typed: Typed,
    code: &str,
) -> Response {
    let (lang, fault) = (frame.lang, refusal_words(&frame, code));
    let page = draft_page(app, area, draft, frame, typed, Some(fault)).await;
    made(page, StatusCode::UNPROCESSABLE_ENTITY, lang)
}

/// `2026-11-30T07:00` on the clock of a place.
pub fn local_moment(text: &str, offset_minutes: i16) -> Option<Moment> {
    let (hours, minutes) = (offset_minutes.abs() / 60, offset_minutes.abs() % 60);
    let sign = if offset_minutes < 0 { '-' } else { '+' };
    Moment::parse(&format!("{text}:00{sign}{hours:02}:{minutes:02}"))
}
