//! The life of one pass: what happened in order, the card, ending it with the replacement in the
//! same step, and what that does at gates.

use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::auth::role::Permission;
use crate::console::pass_life_view::{LifePage, Said, life_page};
use crate::error::OpError;
use crate::ops::pass_rules::of_word;
use crate::ops::read_pass_life::read_pass_life;
use crate::ops::report_pass_lost::{Report, lost_way, report_pass_lost};
use crate::ops::revoke_pass::{Revoked, Revoking, revoke_pass};
use crate::page::{Frame, PageError, show as show_page};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Form};
use gatehouse_core::id::PassId;
use gatehouse_core::pass::RevocationReason;
use serde::Deserialize;
use std::sync::Arc;

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    let form = |path, permission| {
        RouteRule::form(path, Access::Needs(permission), Scope::Area, Kept::Change)
    };
    table
        .add(
            RouteRule::page(
                "/areas/{area}/passes/{pass}",
                Access::Needs(Permission::ApplyForPass),
                Scope::Area,
                Kept::View,
            ),
            get(show),
        )
        .add(
            form("/areas/{area}/passes/{pass}/revoke", Permission::DecidePass),
            post(revoke),
        )
        .add(
            form("/areas/{area}/passes/{pass}/lost", Permission::ApplyForPass),
            post(lost),
        )
}

/// The parts of a path.
#[derive(Deserialize)]
pub struct Named {
    pass: String,
}

impl Named {
    fn id(&self) -> Result<PassId, OpError> {
        PassId::parse(&self.pass).ok_or(OpError::NotFound)
    }
}

/// What was done just now.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    done: String,
}

async fn page(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    frame: Frame,
    pass: PassId,
    said: Said,
) -> Result<LifePage, OpError> {
    let life = read_pass_life(app, area, pass).await?;
    let next = PassId(app.world.id());
    let now = app.world.now_millis();
    Ok(life_page(frame, area, caller, &life, now, next, said))
}

/// GET /areas/{area}/passes/{pass}
pub async fn show(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
    Path(named): Path<Named>,
    Query(asked): Query<Asked>,
) -> Response {
    let lang = frame.lang;
    let said = Said {
        done: asked.done == "revoked",
        ..Said::default()
    };
    let shown = async { page(&app, &area, &caller, frame, named.id()?, said).await };
    match shown.await {
        Ok(page) => show_page(&page),
        Err(error) => PageError::new(error, lang).into_response(),
    }
}

/// Why, and whether there shall be a new one.
#[derive(Deserialize)]
pub struct RevokeForm {
    #[serde(default)]
    reason: String,
    #[serde(default)]
    replace: String,
    #[serde(default)]
    next: String,
}

/// POST /areas/{area}/passes/{pass}/revoke
pub async fn revoke(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
    Path(named): Path<Named>,
    Form(form): Form<RevokeForm>,
) -> Response {
    let lang = frame.lang;
    let reason = of_word::<RevocationReason>(&form.reason);
    let revoked = async {
        let (shard, pass) = (area.county()?, named.id()?);
        let Some(reason) = reason else {
            return Ok((pass, None));
        };
        let next = PassId::parse(&form.next).filter(|_| form.replace == "yes");
        let revoking = Revoking {
            pass,
            reason,
            replacement: next.filter(|_| reason.offers_replacement()),
        };
        let (offset, staff) = (area.offset_minutes, caller.staff);
        let revoked = revoke_pass(&app, shard, area.area, offset, staff, revoking).await?;
        Ok::<_, OpError>((pass, Some(revoked)))
    };
    let mut said = Said {
        reason,
        status: StatusCode::UNPROCESSABLE_ENTITY,
        ..Said::default()
    };
    let pass = match revoked.await {
        Err(error) => return PageError::new(error, lang).into_response(),
        Ok((pass, Some(Revoked::Done(next)))) => {
            let shown = next.unwrap_or(pass);
            let to = format!("/areas/{}/passes/{shown}?done=revoked", area.area);
            return Redirect::to(&to).into_response();
        }
        Ok((pass, Some(Revoked::Before(_)))) => {
            said.status = StatusCode::CONFLICT;
            said.stale = true;
            pass
        }
        Ok((pass, Some(Revoked::NeedsReplacement))) => {
            said.problem = Some("passes-problem-replacement");
            pass
        }
        Ok((pass, Some(Revoked::NobodyHolds))) => {
            said.problem = Some("passes-problem-nobody-holds");
            pass
        }
        Ok((pass, Some(Revoked::StaysAsIs))) => {
            said.problem = Some("passes-problem-stays");
            pass
        }
        Ok((pass, Some(Revoked::NoIssuer))) => {
            said.problem = Some("passes-problem-revoked-only");
            pass
        }
        Ok((pass, None)) => {
            said.problem = Some("passes-problem-revocation");
            pass
        }
    };
    let status = said.status;
    match page(&app, &area, &caller, frame, pass, said).await {
        Ok(page) => (status, show_page(&page)).into_response(),
        Err(error) => PageError::new(error, lang).into_response(),
    }
}

/// How somebody said that it is lost, or that it was found.
#[derive(Deserialize)]
pub struct LostForm {
    #[serde(default)]
    way: String,
}

/// POST /areas/{area}/passes/{pass}/lost
pub async fn lost(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
    Path(named): Path<Named>,
    Form(form): Form<LostForm>,
) -> Response {
    let lang = frame.lang;
    let noted = async {
        let (shard, pass) = (area.county()?, named.id()?);
        let report = match (form.way.as_str(), lost_way(&form.way)) {
            ("found", _) => Report::Found,
            (_, Some(way)) => Report::Lost(way),
            (_, None) => return Ok(pass),
        };
        let staff = Some(caller.staff);
        report_pass_lost(&app, shard, area.area, staff, pass, report).await?;
        Ok::<_, OpError>(pass)
    };
    match noted.await {
        Ok(pass) => Redirect::to(&format!("/areas/{}/passes/{pass}", area.area)).into_response(),
        Err(error) => PageError::new(error, lang).into_response(),
    }
}
