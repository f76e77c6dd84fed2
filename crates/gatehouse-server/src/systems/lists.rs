//! The lists that other systems read.

use super::doc::Doc;
use super::shapes::{
    AreaItem, CrossingItem, GateItem, HouseholdItem, OpenItem, PageOf, PassItem, PersonItem,
    PolicyItem,
};
use super::{ListQuery, rows, unreadable};
use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::auth::role::Permission;
use crate::auth::role::Permission::{
    ApplyForPass, KeepOpenItems, SeeCrossings, SeePeople, SeePolicy,
};
use crate::error::ApiError;
use crate::ops::flag_copied_pass::COPIED_PASS;
use crate::ops::list_systems as ops;
use crate::ops::pass_rules::of_word;
use axum::extract::State;
use axum::routing::get;
use axum::{Extension, Json};
use gatehouse_core::area::AreaLevel;
use gatehouse_core::gate::fact::subject_kind;
use gatehouse_core::id::{AreaId, DeviceId, GateId, HouseholdId, PersonId};
use gatehouse_core::moment::Moment;
use gatehouse_core::pass::PassKind;
use gatehouse_store::crossing::CrossingRow;
use gatehouse_store::listing::{CrossingFilter, CrossingPlace, Page, PassFilter, PeopleFilter};
use gatehouse_store::policy::PolicyForceRow;
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

const VERDICTS: [&str; 4] = ["admit", "ask", "refuse", "refer"];
const WAYS: [&str; 2] = ["in", "out"];
const ITEM_KINDS: [&str; 3] = ["fever", "emergency", COPIED_PASS];
const GATE_STATES: [&str; 3] = ["open", "suspended", "ended"];
const PERSON_STATES: [&str; 5] = ["active", "left", "died", "merged", "erased"];

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    let list = |path, permission: Permission, kept, doc| {
        let access = Access::Needs(permission);
        RouteRule::read(path, access, Scope::Area, kept).for_systems(doc)
    };
    let (view, nothing) = (Kept::View, Kept::Nothing);
    let all = Access::Needs(SeePolicy);
    let areas = Doc::list::<AreasQuery, PageOf<AreaItem>>("Areas that the token may see");
    let gates = Doc::list::<GatesQuery, PageOf<GateItem>>("Gates");
    let policies = Doc::list::<PoliciesQuery, PageOf<PolicyItem>>("Policy documents in force now");
    let households = Doc::list::<HouseholdsQuery, PageOf<HouseholdItem>>("Households");
    let people = Doc::list::<PeopleQuery, PageOf<PersonItem>>("People, masked");
    let passes = Doc::list::<PassesQuery, PageOf<PassItem>>("Passes");
    let crossings = Doc::list::<CrossingsQuery, PageOf<CrossingItem>>("Crossings, newest first");
    let items = Doc::list::<ItemsQuery, PageOf<OpenItem>>("Fevers and emergencies");
    table
        .add(
            RouteRule::read("/api/v1/areas", all, Scope::None, nothing).for_systems(areas),
            get(list_areas),
        )
        .add(
            list("/api/v1/areas/{area}/gates", SeePolicy, nothing, gates),
            get(list_gates),
        )
        .add(
            list(
                "/api/v1/areas/{area}/policies",
                SeePolicy,
                nothing,
                policies,
            ),
            get(list_policies),
        )
        .add(
            list(
                "/api/v1/areas/{area}/households",
                SeePeople,
                view,
                households,
            ),
            get(list_households),
        )
        .add(
            list("/api/v1/areas/{area}/people", SeePeople, view, people),
            get(list_people),
        )
        .add(
            list("/api/v1/areas/{area}/passes", ApplyForPass, view, passes),
            get(list_passes),
        )
        .add(
            list(
                "/api/v1/areas/{area}/crossings",
                SeeCrossings,
                view,
                crossings,
            ),
            get(list_crossings),
        )
        .add(
            list(
                "/api/v1/areas/{area}/open-items",
                KeepOpenItems,
                view,
                items,
            ),
            get(list_items),
        )
}

/// Query of the areas.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AreasQuery {
    /// `next` of the page before.
    after: Option<String>,
    /// Rows of a page, 1 to 200; else 50.
    limit: Option<u32>,
    /// One level only: county, township, community, compound, …
    level: Option<String>,
}

/// Query of the gates.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GatesQuery {
    /// `next` of the page before.
    after: Option<String>,
    /// Rows of a page, 1 to 200; else 50.
    limit: Option<u32>,
    /// One state only: open, suspended, ended
    state: Option<String>,
}

/// Query of the policies.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PoliciesQuery {
    /// `next` of the page before.
    after: Option<String>,
    /// Rows of a page, 1 to 200; else 50.
    limit: Option<u32>,
    /// One document only, by its id.
    document: Option<String>,
}

/// Query of the households.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HouseholdsQuery {
    /// `next` of the page before.
    after: Option<String>,
    /// Rows of a page, 1 to 200; else 50.
    limit: Option<u32>,
    /// One building only.
    building: Option<String>,
}

/// Query of the people.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PeopleQuery {
    /// `next` of the page before.
    after: Option<String>,
    /// Rows of a page, 1 to 200; else 50.
    limit: Option<u32>,
    /// One kind only: resident, temporary_resident, …
    kind: Option<String>,
    /// One state only: active, left, …
    state: Option<String>,
    /// One household only.
    household: Option<String>,
}

/// Query of the passes.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PassesQuery {
    /// `next` of the page before.
    after: Option<String>,
    /// Rows of a page, 1 to 200; else 50.
    limit: Option<u32>,
    /// One kind only.
    kind: Option<String>,
    /// true: only those that hold now.
    in_use: Option<bool>,
    /// Of one person or vehicle only.
    holder: Option<String>,
}

/// Query of the crossings.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CrossingsQuery {
    /// `next` of the page before.
    after: Option<String>,
    /// Rows of a page, 1 to 200; else 50.
    limit: Option<u32>,
    /// One gate only. Without it the area may hold at most 50.
    gate: Option<String>,
    /// At or after, RFC 3339 with offset.
    from: Option<String>,
    /// Before.
    until: Option<String>,
    /// admit, ask, refuse, refer
    verdict: Option<String>,
    /// in, out
    way: Option<String>,
}

/// Query of the open items.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ItemsQuery {
    /// `next` of the page before.
    after: Option<String>,
    /// Rows of a page, 1 to 200; else 50.
    limit: Option<u32>,
    /// fever, emergency, copied_pass
    kind: Option<String>,
    /// true: only those that wait for their outcome.
    open: Option<bool>,
}

pub(super) type Answer<T> = Result<Json<PageOf<T>>, ApiError>;

fn after(text: Option<&str>) -> Result<[u8; 16], ApiError> {
    match text {
        None => Ok([0; 16]),
        Some(text) => PersonId::parse(text).map(|id| id.0).ok_or_else(unreadable),
    }
}

pub(super) fn page(
    area: &AreaInScope,
    from: Option<&str>,
    limit: Option<u32>,
) -> Result<Page, ApiError> {
    Ok(Page {
        shard: area.county()?,
        area: area.area,
        after: after(from)?,
        limit: rows(limit)?,
    })
}

/// A list as it is answered.
pub(super) fn answer<R, T: From<R>>(
    rows: Vec<R>,
    limit: u32,
    key: impl Fn(&T) -> String,
) -> Answer<T> {
    let items = rows.into_iter().map(T::from).collect();
    Ok(Json(PageOf::new(items, limit, key)))
}

async fn list_areas(
    State(app): State<App>,
    Extension(caller): Extension<Arc<Caller>>,
    ListQuery(query): ListQuery<AreasQuery>,
) -> Answer<AreaItem> {
    let limit = rows(query.limit)?;
    let from = AreaId(after(query.after.as_deref())?);
    let level = one_of(&AreaLevel::ALL.map(AreaLevel::code), query.level)?;
    let found = ops::areas(&app, &caller, from, level, limit).await?;
    answer(found, limit, |item: &AreaItem| item.area.clone())
}

async fn list_gates(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    ListQuery(query): ListQuery<GatesQuery>,
) -> Answer<GateItem> {
    let page = page(&area, query.after.as_deref(), query.limit)?;
    let state = one_of(&GATE_STATES, query.state)?;
    let found = ops::gates(&app, page, state).await?;
    answer(found, page.limit, |item: &GateItem| item.gate.clone())
}

async fn list_policies(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    ListQuery(query): ListQuery<PoliciesQuery>,
) -> Answer<PolicyItem> {
    let limit = rows(query.limit)?;
    let after = query.after.as_deref();
    let after = after.map(|text| read_policy_place(text).ok_or_else(unreadable));
    let found = ops::policies(
        &app,
        &area,
        after.transpose()?,
        query.document.as_deref(),
        limit,
    )
    .await?;
    let is_full = found.len() >= limit as usize;
    let next = found.last().filter(|_| is_full).map(write_policy_place);
    let items = found.into_iter().map(PolicyItem::from).collect();
    Ok(Json(PageOf { items, next }))
}

fn write_policy_place(row: &PolicyForceRow) -> String {
    format!("{}.{}.{}", row.area, row.from_at, row.document)
}

fn read_policy_place(text: &str) -> Option<ops::PolicyPlace> {
    let mut parts = text.splitn(3, '.');
    let area = AreaId::parse(parts.next()?)?;
    let from_at = parts.next()?.parse().ok()?;
    Some((area, parts.next()?.to_owned(), from_at))
}

async fn list_households(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    ListQuery(query): ListQuery<HouseholdsQuery>,
) -> Answer<HouseholdItem> {
    let page = page(&area, query.after.as_deref(), query.limit)?;
    let found = ops::households(&app, page, query.building).await?;
    answer(found, page.limit, |item: &HouseholdItem| {
        item.household.clone()
    })
}

async fn list_people(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    ListQuery(query): ListQuery<PeopleQuery>,
) -> Answer<PersonItem> {
    let page = page(&area, query.after.as_deref(), query.limit)?;
    let kinds: Vec<&str> = subject_kind::CHOICES.iter().map(|kind| kind.name).collect();
    let household = query.household.as_deref();
    let household = household.map(|text| HouseholdId::parse(text).ok_or_else(unreadable));
    let filter = PeopleFilter {
        kind: one_of(&kinds, query.kind)?,
        state: one_of(&PERSON_STATES, query.state)?,
        household: household.transpose()?,
    };
    let found = ops::people(&app, page, filter).await?;
    answer(found, page.limit, |item: &PersonItem| item.person.clone())
}

async fn list_passes(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    ListQuery(query): ListQuery<PassesQuery>,
) -> Answer<PassItem> {
    let page = page(&area, query.after.as_deref(), query.limit)?;
    let holder = query.holder.as_deref();
    let holder = holder.map(|text| PersonId::parse(text).ok_or_else(unreadable));
    let now = app.world.now_millis();
    let filter = PassFilter {
        kind: known_kind(query.kind)?,
        in_use_at: query.in_use.unwrap_or(false).then_some(now),
        holder: holder.transpose()?.map(|id| id.0),
    };
    let found = ops::passes(&app, page, filter).await?;
    answer(found, page.limit, |item: &PassItem| item.pass.clone())
}

async fn list_crossings(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    ListQuery(query): ListQuery<CrossingsQuery>,
) -> Answer<CrossingItem> {
    let limit = rows(query.limit)?;
    let instant = |text: Option<&str>, otherwise| match text {
        None => Ok(otherwise),
        Some(text) => Moment::parse(text)
            .map(|at| at.millis)
            .ok_or_else(unreadable),
    };
    let filter = CrossingFilter {
        from: instant(query.from.as_deref(), i64::MIN)?,
        until: instant(query.until.as_deref(), i64::MAX)?,
        verdict: choice(&VERDICTS, query.verdict.as_deref())?,
        way: choice(&WAYS, query.way.as_deref())?,
    };
    let gate = query.gate.as_deref();
    let gate = gate.map(|text| GateId::parse(text).ok_or_else(unreadable));
    let before = match query.after.as_deref() {
        None => (i64::MAX, DeviceId([0xff; 16]), i64::MAX),
        Some(text) => read_place(text).ok_or_else(unreadable)?,
    };
    let found = ops::crossings(&app, &area, gate.transpose()?, filter, before, limit).await?;
    let is_full = found.len() >= limit as usize;
    let next = found.last().filter(|_| is_full).map(write_place);
    let items = found.into_iter().map(CrossingItem::from).collect();
    Ok(Json(PageOf { items, next }))
}

async fn list_items(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    ListQuery(query): ListQuery<ItemsQuery>,
) -> Answer<OpenItem> {
    let page = page(&area, query.after.as_deref(), query.limit)?;
    let kind = one_of(&ITEM_KINDS, query.kind)?;
    let found = ops::items(&app, page, kind, query.open.unwrap_or(false)).await?;
    answer(found, page.limit, |item: &OpenItem| item.item.clone())
}

fn known_kind(word: Option<String>) -> Result<Option<String>, ApiError> {
    match word {
        Some(word) if of_word::<PassKind>(&word).is_none() => Err(unreadable()),
        word => Ok(word),
    }
}

/// A word that is asked for, where it is one of a list.
fn one_of(all: &[&str], word: Option<String>) -> Result<Option<String>, ApiError> {
    match word {
        Some(word) if !all.contains(&word.as_str()) => Err(unreadable()),
        word => Ok(word),
    }
}

/// The number of a word in a list.
fn choice(all: &[&str], word: Option<&str>) -> Result<Option<u8>, ApiError> {
    let Some(word) = word else { return Ok(None) };
    let at = all.iter().position(|known| *known == word);
    let at = at.and_then(|at| u8::try_from(at).ok());
    at.map(Some).ok_or_else(unreadable)
}

fn write_place(row: &CrossingRow) -> String {
    format!("{}.{}.{}", row.counted_at, row.device, row.seq)
}

fn read_place(text: &str) -> Option<CrossingPlace> {
    let mut parts = text.split('.');
    let at = parts.next()?.parse().ok()?;
    let device = DeviceId::parse(parts.next()?)?;
    let seq = parts.next()?.parse().ok()?;
    parts.next().is_none().then_some((at, device, seq))
}
