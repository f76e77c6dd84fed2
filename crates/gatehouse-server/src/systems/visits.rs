//! Expected visitors for other systems: whom a household expects is written down as on its page,
//! and the visits of a day are listed, without a name or a telephone.

use super::doc::Doc;
use super::lists::{Answer, answer, page};
use super::once::{Begun, Once};
use super::shapes::{PageOf, VisitItem};
use super::writes::{read, refused};
use super::{ListQuery, unreadable};
use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::auth::role::Permission::KeepVisitors;
use crate::error::{ApiError, OpError};
use crate::ops::in_area::household_in;
use crate::ops::list_systems as ops;
use crate::ops::resident::door::TypedDoor;
use crate::ops::resident::expect_visitor::{Host, expect_at};
use crate::ops::resident::register_visit::{NewVisit, Refusal, Registrar};
use crate::ops::resident::visit_code::code_of;
use crate::ops::send_message::language_word;
use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post};
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::moment::{CivilDay, Moment};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

const PATH: &str = "/api/v1/areas/{area}/visits";

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    let needs = Access::Needs(KeepVisitors);
    let list = Doc::list::<VisitsQuery, PageOf<VisitItem>>("Visits of a day, naming nobody");
    let expecting = Doc::write::<VisitBody, VisitMade>("A household expects a visitor");
    table
        .add(
            RouteRule::read(PATH, needs, Scope::Area, Kept::View).for_systems(list),
            get(list_visits),
        )
        .add(
            RouteRule::call(PATH, needs, Scope::Area, Kept::Change).for_systems(expecting),
            post(expect),
        )
}

/// Query of the visits.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VisitsQuery {
    /// `next` of the page before.
    after: Option<String>,
    /// Rows of a page, 1 to 200; else 50.
    limit: Option<u32>,
    /// 2020-02-18, by the clock there; else today.
    day: Option<String>,
}

async fn list_visits(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    ListQuery(query): ListQuery<VisitsQuery>,
) -> Answer<VisitItem> {
    let page = page(&area, query.after.as_deref(), query.limit)?;
    let day = match query.day.as_deref() {
        Some(text) => CivilDay::parse(text).ok_or_else(unreadable)?,
        None => Moment::new(app.world.now_millis(), area.offset_minutes).day(),
    };
    let found = ops::visits(&app, page, day).await?;
    answer(found, page.limit, |item: &VisitItem| item.visit.clone())
}

/// Whom a household expects.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VisitBody {
    /// Who expects them.
    household: String,
    /// As they want to be called.
    name: String,
    /// Where they can be reached.
    phone: String,
    /// family, care, repair, work, delivery, other
    purpose: String,
    /// 2020-02-18, at most fourteen days ahead.
    day: String,
}

/// That somebody is expected.
#[derive(Serialize, JsonSchema)]
pub struct VisitMade {
    /// Its id.
    visit: String,
    /// Said at the gate.
    number: i64,
    /// With which the visitor finds their own page from the gate's poster.
    code: String,
}

async fn expect(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    let route = format!("{PATH} {}", area.area);
    let once = match Once::begin(&app, &caller, &headers, &route, &body).await? {
        Begun::Do(once) => once,
        Begun::Answered(answer) => return Ok(answer),
    };
    let id = once.id("visit");
    let end = expect_now(&app, &area, id, &body).await;
    once.end(&app, end).await
}

async fn expect_now(
    app: &App,
    area: &AreaInScope,
    visit: [u8; 16],
    body: &[u8],
) -> Result<VisitMade, OpError> {
    let body: VisitBody = read(body)?;
    let day = CivilDay::parse(&body.day).ok_or(OpError::Unreadable("day".to_owned()))?;
    let scope = area.clone();
    let home = app
        .store
        .try_read(move |tx| household_in(tx, &scope, &body.household));
    let home = home.await?;
    let host = Host {
        shard: home.shard,
        area: home.area,
        household: home.household,
        offset_minutes: area.offset_minutes,
        how: "system",
    };
    let asked = NewVisit {
        visit,
        name: body.name,
        phone: body.phone,
        door: TypedDoor {
            room: "-".to_owned(),
            ..TypedDoor::default()
        },
        whom: String::new(),
        purpose: body.purpose,
        language: language_word(Lang::Zh).to_owned(),
        by: Registrar::Household,
    };
    match expect_at(app, host, asked, day).await? {
        Ok(number) => Ok(VisitMade {
            visit: data_encoding::HEXLOWER.encode(&visit),
            number,
            code: code_of(&visit),
        }),
        Err(Refusal::Full) => Err(refused("V-FULL", "The household expects too many already.")),
        Err(Refusal::Field(..)) => Err(refused("V-DATA", "Something in it cannot be taken.")),
    }
}
