//! Decisions on applications, as the queue and the detail send them.

use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::auth::role::Permission;
use crate::console::pass_detail::Shown;
use crate::console::passes::{Asked, page};
use crate::error::OpError;
use crate::ops::answer_landlord::{Answered, LandlordAnswer, answer_landlord};
use crate::ops::apply_for_pass::Photo;
use crate::ops::approve_applications::{APPROVALS_MOST, Approval, Wanted, approve_applications};
use crate::ops::end_application::{Ended, Ending, end_application, rejection};
use crate::ops::list_applications::list_complete;
use crate::ops::mend_application::{Mending, mend_application};
use crate::ops::open_application::{Look, open_application};
use crate::ops::pass_rules::DESK_WAYS;
use crate::page::{Frame, PageError};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use axum::{Extension, Form};
use gatehouse_core::id::ApplicationId;
use serde::Deserialize;
use std::sync::Arc;

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    let form = |path, permission, kept| {
        RouteRule::form(path, Access::Needs(permission), Scope::Area, kept)
    };
    let decide = |path| form(path, Permission::DecidePass, Kept::Change);
    table
        .add(decide("/areas/{area}/passes/approve"), post(approve))
        .add(decide("/areas/{area}/passes/complete"), post(complete))
        .add(
            decide("/areas/{area}/passes/applications/{application}/reject"),
            post(reject),
        )
        .add(
            decide("/areas/{area}/passes/applications/{application}/landlord"),
            post(landlord),
        )
        .add(
            form(
                "/areas/{area}/passes/applications/{application}/photo",
                Permission::ApplyForPass,
                Kept::Change,
            ),
            post(photo),
        )
        .add(
            form(
                "/areas/{area}/passes/applications/{application}/open",
                Permission::RevealPeople,
                Kept::View,
            ),
            post(open),
        )
}

/// The parts of a path.
#[derive(Deserialize)]
pub struct Named {
    application: String,
}

impl Named {
    fn id(&self) -> Result<ApplicationId, OpError> {
        ApplicationId::parse(&self.application).ok_or(OpError::NotFound)
    }
}

fn failed(error: OpError, frame: &Frame) -> Response {
    PageError::new(error, frame.lang).into_response()
}

/// Id and version as a form sends them.
fn wanted(text: &str) -> Option<Wanted> {
    let (id, version) = text.split_once('.')?;
    Some((ApplicationId::parse(id)?, version.parse().ok()?))
}

/// POST /areas/{area}/passes/approve: one by its key, or those that are ticked.
pub async fn approve(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let of = |name: &str| {
        let named = fields.iter().filter(|field| field.0 == name);
        named
            .filter_map(|field| wanted(&field.1))
            .collect::<Vec<_>>()
    };
    let mut all = of("one");
    if all.is_empty() {
        all = of("application");
    }
    all.truncate(APPROVALS_MOST);
    decide(&app, &area, &caller, frame, all).await
}

/// Until when an application had come in when somebody counted.
#[derive(Deserialize)]
pub struct CompleteForm {
    #[serde(default)]
    until: String,
}

/// POST /areas/{area}/passes/complete: all that lacked nothing when the page was made.
pub async fn complete(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
    Form(form): Form<CompleteForm>,
) -> Response {
    let until = form.until.parse().unwrap_or(0);
    match list_complete(&app, &area, until, APPROVALS_MOST as u32).await {
        Ok(all) => decide(&app, &area, &caller, frame, all).await,
        Err(error) => failed(error, &frame),
    }
}

async fn decide(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    frame: Frame,
    all: Vec<Wanted>,
) -> Response {
    let offset = area.offset_minutes;
    let approved = match area.county() {
        Ok(shard) => approve_applications(app, shard, area.area, offset, caller.staff, &all).await,
        Err(error) => Err(error),
    };
    let approved = match approved {
        Ok(approved) => approved,
        Err(error) => return failed(error, &frame),
    };
    let is_done = |one: &Approval| matches!(one, Approval::Approved(_));
    if let [(id, approval)] = &approved[..]
        && !is_done(approval)
    {
        let (id, approval) = (*id, approval.clone());
        return held(app, area, caller, frame, id, &approval).await;
    }
    let done = approved.iter().filter(|one| is_done(&one.1)).count();
    if done < approved.len() {
        let rest = approved
            .iter()
            .filter_map(|(id, one)| Some((*id, held_key(one)?)));
        let shown = Shown {
            batch: Some((done, rest.collect())),
            ..Shown::default()
        };
        return page(app, area, caller, frame, Asked::default(), shown).await;
    }
    let to = format!("/areas/{}/passes?done={done}&held=0", area.area);
    Redirect::to(&to).into_response()
}

/// Key of why one was not approved; `None` for one that was.
fn held_key(approval: &Approval) -> Option<&'static str> {
    Some(match approval {
        Approval::Approved(_) => return None,
        Approval::NotThere => "passes-problem-not-there",
        Approval::Stale(_) => "passes-problem-stale",
        Approval::Lacks(_) => "passes-problem-lacks",
        Approval::HasOne(_) => "passes-problem-has-one",
        Approval::PersonGone => "passes-problem-gone",
        Approval::HomeEmpty => "passes-problem-home-empty",
        Approval::InLedger(_) => "passes-problem-in-ledger",
        Approval::Unclear => "passes-problem-unclear",
        Approval::NoIssuer => "passes-problem-issuer",
    })
}

/// One that could not be approved: its page says why.
async fn held(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    frame: Frame,
    application: ApplicationId,
    approval: &Approval,
) -> Response {
    let mut shown = Shown {
        status: StatusCode::UNPROCESSABLE_ENTITY,
        ..Shown::default()
    };
    match approval {
        Approval::NotThere => return failed(OpError::NotFound, &frame),
        Approval::Stale(_) => {
            shown.status = StatusCode::CONFLICT;
            shown.wanted = Some(frame.t("passes-approve"));
        }
        _ => shown.problem = held_key(approval),
    }
    beside(app, area, caller, frame, application, shown).await
}

/// The queue with one application beside it.
async fn beside(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    frame: Frame,
    application: ApplicationId,
    shown: Shown,
) -> Response {
    page(app, area, caller, frame, Asked::beside(application), shown).await
}

/// A reason for not approving.
#[derive(Deserialize)]
pub struct RejectForm {
    #[serde(default)]
    version: i64,
    #[serde(default)]
    reason: String,
}

/// POST /areas/{area}/passes/applications/{application}/reject
pub async fn reject(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
    Path(named): Path<Named>,
    Form(form): Form<RejectForm>,
) -> Response {
    let reason = rejection(&form.reason);
    let ended = async {
        let (shard, id) = (area.county()?, named.id()?);
        let Some(reason) = reason else {
            return Ok((id, None));
        };
        let ending = Ending::Rejected {
            reason,
            staff: caller.staff,
            version: form.version,
        };
        let ended = end_application(&app, shard, area.area, id, ending).await?;
        Ok((id, Some(ended)))
    };
    let mut shown = Shown::default();
    let id = match ended.await {
        Err(error) => return failed(error, &frame),
        Ok((_, Some(Ended::Done))) => {
            let to = format!("/areas/{}/passes", area.area);
            return Redirect::to(&to).into_response();
        }
        Ok((id, Some(Ended::Stale(_)))) => {
            shown.status = StatusCode::CONFLICT;
            let why = frame.t(&format!("passes-reject-{}", form.reason));
            shown.wanted = Some(frame.with("passes-wanted-reject", "why", &why));
            shown.reason = reason;
            id
        }
        Ok((id, None)) => {
            shown.status = StatusCode::UNPROCESSABLE_ENTITY;
            shown.problem = Some("passes-problem-reason");
            id
        }
    };
    beside(&app, &area, &caller, frame, id, shown).await
}

/// What a landlord said to somebody of the office.
#[derive(Deserialize)]
pub struct LandlordForm {
    #[serde(default)]
    version: i64,
    #[serde(default)]
    way: String,
    #[serde(default)]
    answer: String,
}

/// POST /areas/{area}/passes/applications/{application}/landlord
pub async fn landlord(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
    Path(named): Path<Named>,
    Form(form): Form<LandlordForm>,
) -> Response {
    let way = DESK_WAYS.into_iter().find(|way| *way == form.way);
    let answered = async {
        let (shard, id) = (area.county()?, named.id()?);
        let (Some(way), "yes" | "no") = (way, form.answer.as_str()) else {
            return Ok((id, None));
        };
        let answer = LandlordAnswer {
            application: id,
            version: Some(form.version),
            yes: form.answer == "yes",
            way,
            person: None,
            staff: Some(caller.staff),
        };
        let answered = answer_landlord(&app, shard, area.area, answer).await?;
        Ok((id, Some(answered)))
    };
    let wanted = frame.t(&format!(
        "passes-wanted-landlord-{}",
        if form.answer == "yes" { "yes" } else { "no" }
    ));
    written(&app, &area, &caller, frame, answered.await, wanted).await
}

/// Whether the picture is one.
#[derive(Deserialize)]
pub struct PhotoForm {
    #[serde(default)]
    version: i64,
    #[serde(default)]
    photo: String,
}

/// POST /areas/{area}/passes/applications/{application}/photo
pub async fn photo(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
    Path(named): Path<Named>,
    Form(form): Form<PhotoForm>,
) -> Response {
    let mended = async {
        let (shard, id) = (area.county()?, named.id()?);
        let mending = match form.photo.as_str() {
            "unclear" => Mending::PhotoUnclear,
            "declined" => Mending::Photo(Photo::Declined),
            _ => return Ok((id, None)),
        };
        let (staff, wanted) = (Some(caller.staff), (id, form.version));
        let mended = mend_application(&app, shard, area.area, wanted, staff, mending).await?;
        Ok((id, Some(mended)))
    };
    let wanted = frame.t("passes-wanted-photo");
    written(&app, &area, &caller, frame, mended.await, wanted).await
}

/// Back to the application, or to what stands there now.
async fn written(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    frame: Frame,
    answered: Result<(ApplicationId, Option<Answered>), OpError>,
    wanted: String,
) -> Response {
    let mut shown = Shown::default();
    let id = match answered {
        Err(error) => return failed(error, &frame),
        Ok((id, Some(Answered::Done(_)))) => {
            let to = format!("/areas/{}/passes?open={id}", area.area);
            return Redirect::to(&to).into_response();
        }
        Ok((id, Some(Answered::Stale(_)))) => {
            shown.status = StatusCode::CONFLICT;
            shown.wanted = Some(wanted);
            id
        }
        Ok((id, None)) => {
            shown.status = StatusCode::UNPROCESSABLE_ENTITY;
            shown.problem = Some("passes-problem-choose");
            id
        }
    };
    beside(app, area, caller, frame, id, shown).await
}

/// What is opened.
#[derive(Deserialize)]
pub struct OpenForm {
    #[serde(default)]
    what: String,
}

/// POST /areas/{area}/passes/applications/{application}/open
pub async fn open(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
    Path(named): Path<Named>,
    Form(form): Form<OpenForm>,
) -> Response {
    let look = match form.what.as_str() {
        "landlord" => Look::Landlord,
        _ => Look::Holder,
    };
    let id = match named.id() {
        Ok(id) => id,
        Err(error) => return failed(error, &frame),
    };
    let opened = match open_application(&app, &area, &caller, id, look).await {
        Ok(opened) => Some(opened),
        Err(error) => return failed(error, &frame),
    };
    let mut shown = Shown::default();
    match look {
        Look::Holder => shown.holder = opened,
        Look::Landlord => shown.landlord = opened,
    }
    beside(&app, &area, &caller, frame, id, shown).await
}
