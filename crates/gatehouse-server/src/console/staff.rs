//! Accounts of an area: who may do what, where, for whom, and when not.

use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::auth::menu::Menu;
use crate::auth::role::{Permission, Role};
use crate::error::OpError;
use crate::ops::staff::{
    Choices, Leave, MembershipAct, NewMembership, NewStaff, Refusal, StaffList, StaffPage,
    add_membership, add_staff, change_membership, close_account, list_staff, new_password,
    put_leave, read_choices, read_staff, withdraw_leave,
};
use crate::page::{Frame, PageError, show as show_page};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Extension, Form};
use gatehouse_core::id::{AreaId, MembershipId, OrganisationId, StaffId};
use gatehouse_core::moment::{CivilDay, Moment};
use serde::Deserialize;
use std::sync::Arc;

const NEEDS: Access = Access::Needs(Permission::KeepStaff);

#[derive(Template)]
#[template(path = "staff_list.html")]
struct ListPage {
    frame: Frame,
    area: String,
    area_id: String,
    list: StaffList,
    roles: Vec<RoleText>,
}

/// What a role may do, in words.
struct RoleText {
    name: &'static str,
    may: Vec<&'static str>,
}

#[derive(Template)]
#[template(path = "staff_new.html")]
struct NewPage {
    frame: Frame,
    area: String,
    area_id: String,
    choices: Choices,
    typed: StaffForm,
    fault: Option<Fault>,
}

#[derive(Template)]
#[template(path = "staff_one.html")]
struct OnePage {
    frame: Frame,
    area: String,
    area_id: String,
    page: StaffPage,
    duties: Vec<DutyCard>,
    choices: Choices,
    fresh: String,
    fault: Option<Fault>,
}

struct DutyCard {
    id: String,
    version: i64,
    role: &'static str,
    office: String,
    area: String,
    from: String,
    until: Option<String>,
    state_key: &'static str,
    is_active: bool,
    is_suspended: bool,
    can_change: bool,
    /// First and last day, as sent and as read.
    leaves: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "staff_password.html")]
struct PasswordPage {
    frame: Frame,
    area_id: String,
    login: String,
    password: Option<String>,
}

impl NewPage {
    /// What is wrong with a field.
    fn fault_at(&self, field: &str) -> Option<&str> {
        let fault = self.fault.as_ref().filter(|fault| fault.field == field);
        fault.map(|fault| fault.text.as_str())
    }
}

struct Fault {
    field: &'static str,
    text: String,
}

/// Which page of the list.
#[derive(Deserialize)]
pub struct After {
    #[serde(default)]
    after: String,
}

/// What the form of a new account sends.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct StaffForm {
    staff: String,
    membership: String,
    login: String,
    name: String,
    role: String,
    office: String,
    area: String,
    from: String,
    until: String,
}

/// What the forms of one account send.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ActForm {
    act: String,
    membership: String,
    version: i64,
    role: String,
    office: String,
    area: String,
    from: String,
    until: String,
}

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    let page = |path, kept| RouteRule::page(path, NEEDS, Scope::Area, kept);
    let form = |path| RouteRule::form(path, NEEDS, Scope::Area, Kept::Change);
    table
        .add(
            page("/areas/{area}/staff", Kept::View).in_menu(Menu::Staff),
            get(list),
        )
        .add(page("/areas/{area}/staff/new", Kept::Nothing), get(new))
        .add(
            form("/areas/{area}/staff/new"),
            axum::routing::post(submit_new),
        )
        .add(page("/areas/{area}/staff/{staff}", Kept::View), get(one))
        .add(
            form("/areas/{area}/staff/{staff}"),
            axum::routing::post(submit_one),
        )
}

/// GET /areas/{area}/staff
pub async fn list(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Query(After { after }): Query<After>,
    frame: Frame,
) -> Response {
    match list_staff(&app, area.area, area.offset_minutes, &after).await {
        Ok(list) => show_page(&ListPage {
            area: area.name,
            area_id: area.area.to_string(),
            list,
            roles: Role::ALL.map(role_text).into(),
            frame,
        }),
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}

fn role_text(role: Role) -> RoleText {
    let may = role.permissions().iter().map(|may| may.text_key());
    RoleText {
        name: role.text_key(),
        may: may.collect(),
    }
}

/// GET /areas/{area}/staff/new
pub async fn new(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
) -> Response {
    let typed = StaffForm {
        staff: StaffId(app.world.id()).to_string(),
        membership: MembershipId(app.world.id()).to_string(),
        ..StaffForm::default()
    };
    new_page(&app, area, &caller, frame, typed, None).await
}

async fn new_page(
    app: &App,
    area: AreaInScope,
    caller: &Arc<Caller>,
    frame: Frame,
    typed: StaffForm,
    refusal: Option<Refusal>,
) -> Response {
    let fault = refusal.map(|refusal| fault(refusal, &frame));
    match read_choices(app, caller, area.area).await {
        Ok(choices) => {
            let status = fault
                .as_ref()
                .map_or(StatusCode::OK, |_| StatusCode::UNPROCESSABLE_ENTITY);
            let page = show_page(&NewPage {
                area: area.name,
                area_id: area.area.to_string(),
                choices,
                typed,
                fault,
                frame,
            });
            (status, page).into_response()
        }
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}

fn fault(refusal: Refusal, frame: &Frame) -> Fault {
    Fault {
        field: refusal.field(),
        text: frame.t(refusal.text_key()),
    }
}

/// POST /areas/{area}/staff/new
pub async fn submit_new(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
    Form(form): Form<StaffForm>,
) -> Response {
    let asked = match (StaffId::parse(&form.staff), membership(&form)) {
        (Some(staff), Ok(membership)) => NewStaff {
            staff,
            login: form.login.clone(),
            name: form.name.clone(),
            membership,
        },
        (_, Err(refusal)) => {
            return new_page(&app, area, &caller, frame, form, Some(refusal)).await;
        }
        (None, _) => {
            let error = OpError::Unreadable("staff".to_owned());
            return PageError::new(error, frame.lang).into_response();
        }
    };
    let scope = (area.area, area.offset_minutes);
    match add_staff(&app, &caller, scope, asked).await {
        Ok(Ok(password)) => show_page(&PasswordPage {
            area_id: area.area.to_string(),
            login: form.login,
            password: password.map(|password| password.to_string()),
            frame,
        }),
        Ok(Err(refusal)) => new_page(&app, area, &caller, frame, form, Some(refusal)).await,
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}

fn membership(form: &StaffForm) -> Result<NewMembership, Refusal> {
    new_membership(
        &form.membership,
        &form.role,
        &form.office,
        &form.area,
        (&form.from, &form.until),
    )
}

fn new_membership(
    id: &str,
    role: &str,
    office: &str,
    area: &str,
    (from, until): (&str, &str),
) -> Result<NewMembership, Refusal> {
    Ok(NewMembership {
        membership: MembershipId::parse(id).ok_or(Refusal::Place)?,
        organisation: OrganisationId::parse(office).ok_or(Refusal::Place)?,
        area: AreaId::parse(area).ok_or(Refusal::Place)?,
        role: role.to_owned(),
        from_on: day(from)?,
        until_on: day(until)?,
    })
}

fn day(text: &str) -> Result<Option<CivilDay>, Refusal> {
    match text.trim() {
        "" => Ok(None),
        text => CivilDay::parse(text).map(Some).ok_or(Refusal::Dates),
    }
}

/// GET /areas/{area}/staff/{staff}
pub async fn one(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    Path((_, staff)): Path<(String, String)>,
    frame: Frame,
) -> Response {
    one_page(&app, area, &caller, &staff, frame, None).await
}

async fn one_page(
    app: &App,
    area: AreaInScope,
    caller: &Arc<Caller>,
    staff: &str,
    frame: Frame,
    refusal: Option<Refusal>,
) -> Response {
    let lang = frame.lang;
    let status = refusal.map_or(StatusCode::OK, |_| StatusCode::UNPROCESSABLE_ENTITY);
    match read_one(app, area, caller, staff, frame, refusal).await {
        Ok(page) => (status, show_page(&page)).into_response(),
        Err(error) => PageError::new(error, lang).into_response(),
    }
}

async fn read_one(
    app: &App,
    area: AreaInScope,
    caller: &Arc<Caller>,
    staff: &str,
    frame: Frame,
    refusal: Option<Refusal>,
) -> Result<OnePage, OpError> {
    let staff = StaffId::parse(staff).ok_or(OpError::NotFound)?;
    let page = read_staff(app, caller, area.area, staff, area.offset_minutes).await?;
    let now = Moment::new(app.world.now_millis(), area.offset_minutes);
    let duties = page.duties.iter().map(|duty| card(duty, now)).collect();
    Ok(OnePage {
        choices: read_choices(app, caller, area.area).await?,
        fault: refusal.map(|refusal| fault(refusal, &frame)),
        fresh: MembershipId(app.world.id()).to_string(),
        area: area.name,
        area_id: area.area.to_string(),
        duties,
        page,
        frame,
    })
}

fn card(duty: &crate::ops::staff::Duty, now: Moment) -> DutyCard {
    let row = &duty.row;
    let day = |millis| Moment::new(millis, now.offset_minutes).day().to_text();
    let is_ended = row.state == "ended";
    let is_suspended = row.state == "suspended";
    DutyCard {
        id: row.membership.to_string(),
        version: row.version,
        role: duty.role_key,
        office: duty.office.clone(),
        area: duty.area.clone(),
        from: day(row.from_at),
        until: row.to_at.map(|end| day(end - 1)),
        state_key: match () {
            () if is_ended => "staff-state-ended",
            () if is_suspended => "staff-state-suspended",
            () if row.from_at > now.millis => "staff-state-later",
            () if !row.holds_at(now.millis) => "staff-state-over",
            () => "staff-state-active",
        },
        is_active: row.state == "active",
        is_suspended,
        can_change: duty.can_change && !is_ended,
        leaves: duty
            .leaves
            .iter()
            .map(|leave| (leave.from_on.to_text(), leave.until_on.to_text()))
            .collect(),
    }
}

/// POST /areas/{area}/staff/{staff}
pub async fn submit_one(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    Path((_, staff)): Path<(String, String)>,
    frame: Frame,
    Form(form): Form<ActForm>,
) -> Response {
    let lang = frame.lang;
    let Some(who) = StaffId::parse(&staff) else {
        return PageError::new(OpError::NotFound, lang).into_response();
    };
    if form.act == "password" {
        return match new_password(&app, &caller, area.area, who).await {
            Ok(Ok(password)) => show_page(&PasswordPage {
                area_id: area.area.to_string(),
                login: String::new(),
                password: Some(password.to_string()),
                frame,
            }),
            Ok(Err(refusal)) => one_page(&app, area, &caller, &staff, frame, Some(refusal)).await,
            Err(error) => PageError::new(error, lang).into_response(),
        };
    }
    match act(&app, &area, &caller, who, &form).await {
        Ok(Ok(())) => Redirect::to(&format!("/areas/{}/staff/{who}", area.area)).into_response(),
        Ok(Err(refusal)) => one_page(&app, area, &caller, &staff, frame, Some(refusal)).await,
        Err(error) => PageError::new(error, lang).into_response(),
    }
}

async fn act(
    app: &App,
    area: &AreaInScope,
    caller: &Arc<Caller>,
    who: StaffId,
    form: &ActForm,
) -> Result<Result<(), Refusal>, OpError> {
    let membership = || MembershipId::parse(&form.membership).ok_or(OpError::NotFound);
    if let Some(act) = MembershipAct::named(&form.act) {
        let version = form.version;
        return change_membership(app, caller, area.area, membership()?, version, act).await;
    }
    match form.act.as_str() {
        "leave" => {
            let (Some(from_on), Some(until_on)) =
                (CivilDay::parse(&form.from), CivilDay::parse(&form.until))
            else {
                return Ok(Err(Refusal::Dates));
            };
            let leave = Leave {
                membership: membership()?,
                from_on,
                until_on,
            };
            put_leave(app, caller, area.area, leave).await
        }
        "back" => {
            let from_on = CivilDay::parse(&form.from).ok_or(OpError::NotFound)?;
            withdraw_leave(app, caller, area.area, membership()?, from_on).await
        }
        "add" => {
            let days = (form.from.as_str(), form.until.as_str());
            let asked =
                new_membership(&form.membership, &form.role, &form.office, &form.area, days);
            let scope = (area.area, area.offset_minutes);
            match asked {
                Ok(asked) => {
                    let page = read_staff(app, caller, area.area, who, area.offset_minutes).await?;
                    let added = add_membership(app, caller, scope, &page.login, asked).await?;
                    Ok(added.map(|_| ()))
                }
                Err(refusal) => Ok(Err(refusal)),
            }
        }
        "close" => close_account(app, caller, area.area, who, true).await,
        "open" => close_account(app, caller, area.area, who, false).await,
        _ => Err(OpError::Unreadable("act".to_owned())),
    }
}
