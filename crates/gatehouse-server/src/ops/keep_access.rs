//! Access of other systems: tokens and webhooks, made by whoever keeps access, shown once, ended
//! by them. A token never does more than its maker may: what is asked for beyond is refused here,
//! and what the maker loses later is gone from the token at the next request.

use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::auth::caller::Caller;
use crate::auth::role::Permission;
use crate::error::OpError;
use crate::ops::note::note;
use crate::ops::tell_webhook::{job_of, seal_secret};
use crate::outbound::Target;
use gatehouse_core::id::{AreaId, OrganisationId, StaffId};
use gatehouse_store::api_token::ApiTokenRow;
use gatehouse_store::organisation::OrganisationRow;
use gatehouse_store::staff::StaffRow;
use gatehouse_store::webhook::{WebhookProgress, WebhookRow};
use gatehouse_store::webhook_event::Topic;
use gatehouse_store::{Lane, ReadTx, Shard, StoreError, Tx};
use sha2::{Digest, Sha256};
use std::sync::Arc;

const DAY: i64 = 86_400_000;
/// Most days that a token holds.
const DAYS_MOST: i64 = 365;
/// Most characters of what a system is called.
const LABEL_MOST: usize = 40;
/// Most tokens and webhooks on one page.
const ROWS_MOST: u32 = 100;
/// Most organisations to choose from.
const ORGANISATIONS_MOST: u32 = 500;
/// Most webhooks of one area that are not ended.
const WEBHOOKS_MOST: usize = 20;

/// What is asked for a token.
#[derive(Clone, Debug)]
pub struct TokenWish {
    /// Whose system.
    pub organisation: OrganisationId,
    /// Which system, in words.
    pub label: String,
    /// What it may do.
    pub permissions: Vec<Permission>,
    /// For how many days.
    pub days: i64,
}

/// What is asked for a webhook.
#[derive(Clone, Debug)]
pub struct WebhookWish {
    /// Whose system.
    pub organisation: OrganisationId,
    /// Where it is told.
    pub url: String,
    /// What it is told.
    pub topics: Vec<Topic>,
}

/// Access of an area as the page shows it.
pub struct AccessPage {
    /// Newest first, with the name of the office.
    pub tokens: Vec<(ApiTokenRow, String)>,
    /// Newest first, with the name of the office and how much waits.
    pub webhooks: Vec<(WebhookRow, String, i64)>,
    /// Offices to choose from.
    pub organisations: Vec<OrganisationRow>,
}

fn refused(code: &'static str, detail: &'static str) -> OpError {
    OpError::NotTaken { code, detail }
}

/// Tokens and webhooks whose subtree begins at an area.
///
/// # Errors
/// The database's.
pub async fn list_access(app: &App, area: &AreaInScope) -> Result<AccessPage, OpError> {
    let (top, path) = (area.area, Arc::clone(&area.path));
    let read = move |tx: &ReadTx<'_>| {
        let organisations = offices(tx, top, &path)?;
        let name = |id: OrganisationId| {
            let near = organisations.iter().find(|o| o.organisation == id);
            let office = match near {
                Some(office) => Some(office.clone()),
                None => tx.organisation(id)?,
            };
            Ok::<String, StoreError>(office.map(|office| office.name).unwrap_or_default())
        };
        let tokens = tx.api_tokens_of_area(top, ROWS_MOST)?.into_iter();
        let tokens = tokens.map(|row| {
            let office = name(row.organisation)?;
            Ok((row, office))
        });
        let tokens = tokens.collect::<Result<Vec<_>, StoreError>>()?;
        let mut webhooks = Vec::new();
        for row in tx.webhooks_of_area(top, ROWS_MOST)? {
            let office = name(row.organisation)?;
            let mut waiting = 0;
            for shard in shards_of(tx, row.shard)? {
                waiting += tx.count_webhook_events(shard, &row.webhook)?;
            }
            webhooks.push((row, office, waiting));
        }
        Ok(AccessPage {
            tokens,
            webhooks,
            organisations,
        })
    };
    Ok(app.store.read(read).await?)
}

/// The counties of a webhook.
pub fn shards_of(tx: &ReadTx<'_>, shard: Option<Shard>) -> Result<Vec<Shard>, StoreError> {
    match shard {
        Some(shard) => Ok(vec![shard]),
        None => tx.shards(),
    }
}

/// Offices that work for the area, for one above it, or for one in it.
fn offices(
    tx: &ReadTx<'_>,
    top: AreaId,
    path: &[AreaId],
) -> Result<Vec<OrganisationRow>, StoreError> {
    let mut found = Vec::new();
    for row in tx.organisations(ORGANISATIONS_MOST)? {
        if row.ended_at.is_some() {
            continue;
        }
        let is_near =
            path.contains(&row.area) || tx.area_path(row.area)?.iter().any(|area| area.area == top);
        if is_near {
            found.push(row);
        }
    }
    Ok(found)
}

/// Makes a token; what is returned is shown once and kept nowhere.
///
/// # Errors
/// [`OpError::NotTaken`] for a wish that is not to be had; the database's.
pub async fn make_token(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    wish: TokenWish,
) -> Result<String, OpError> {
    let label = label(&wish.label)?;
    if !(1..=DAYS_MOST).contains(&wish.days) {
        return Err(refused("A-DAYS", "A token holds 1 to 365 days."));
    }
    let mut permissions = wish.permissions;
    permissions.dedup();
    let words: Vec<&str> = permissions.iter().filter_map(|p| p.system_word()).collect();
    if words.is_empty() || words.len() != permissions.len() {
        return Err(refused("A-NOTHING", "Choose what the system may do."));
    }
    if !permissions.iter().all(|p| caller.may_in(*p, &area.path)) {
        return Err(refused("A-MORE", "A token may do no more than its maker."));
    }
    let token = format!(
        "gh_{}",
        data_encoding::BASE64URL_NOPAD.encode(&app.world.bytes::<32>())
    );
    let now = app.world.now_millis();
    let id = app.world.id();
    let account = account(StaffId(app.world.id()), &id, &label, now);
    let row = ApiTokenRow {
        token: id,
        token_hash: Sha256::digest(token.as_bytes()).into(),
        staff: account.staff,
        organisation: wish.organisation,
        label,
        permissions: words.join(" "),
        area: area.area,
        made_by: caller.staff,
        made_at: now,
        expires_at: now + wish.days * DAY,
        used_at: None,
        revoked: None,
    };
    let (top, path, shard) = (area.area, Arc::clone(&area.path), area.shard);
    let actor = caller.staff;
    let make = move |tx: &Tx<'_>| {
        let offices = offices(tx, top, &path)?;
        if !offices
            .iter()
            .any(|office| office.organisation == row.organisation)
        {
            return Ok(false);
        }
        tx.insert_staff(&account)?;
        tx.insert_api_token(&row)?;
        note(tx, shard, actor, now, "token.make", &row.token)?;
        Ok::<bool, StoreError>(true)
    };
    match app.store.write(Lane::People, make).await? {
        true => Ok(token),
        false => Err(refused("A-OFFICE", "Choose an office of this area.")),
    }
}

/// An account that nobody can sign in to: it is closed from its first day, and has no password.
fn account(staff: StaffId, token: &[u8; 16], label: &str, now: i64) -> StaffRow {
    StaffRow {
        staff,
        login: format!("token/{}", data_encoding::HEXLOWER.encode(token)),
        name: label.to_owned(),
        password_hash: "!".to_owned(),
        must_change_password: false,
        language: "en".to_owned(),
        created_at: now,
        disabled_at: Some(now),
        version: 1,
    }
}

fn label(text: &str) -> Result<String, OpError> {
    let text = text.trim();
    let is_fine = (1..=LABEL_MOST).contains(&text.chars().count())
        && !text.chars().any(|letter| letter.is_control());
    is_fine.then(|| text.to_owned()).ok_or(refused(
        "A-LABEL",
        "Say which system it is, in 1 to 40 characters.",
    ))
}

/// Ends a token of the area.
///
/// # Errors
/// Not found for one of another area or one that was ended before; the database's.
pub async fn revoke_token(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    token: [u8; 16],
) -> Result<(), OpError> {
    let (top, shard, actor) = (area.area, area.shard, caller.staff);
    let now = app.world.now_millis();
    let end = move |tx: &Tx<'_>| {
        let row = tx.api_token(&token)?.filter(|row| row.area == top);
        let Some(row) = row else { return Ok(None) };
        if !tx.revoke_api_token(&token, now, actor)? {
            return Ok(None);
        }
        note(tx, shard, actor, now, "token.revoke", &token)?;
        Ok::<Option<[u8; 32]>, StoreError>(Some(row.token_hash))
    };
    let ended = app.store.write(Lane::People, end).await?;
    let hash = ended.ok_or(OpError::NotFound)?;
    super::find_caller::forget(app, &hash);
    Ok(())
}

/// Makes a webhook; the secret is shown once and kept sealed.
///
/// # Errors
/// [`OpError::NotTaken`] for a wish that is not to be had; the database's.
pub async fn make_webhook(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    wish: WebhookWish,
) -> Result<String, OpError> {
    if Target::parse(&wish.url).is_none() {
        let detail = "The address begins with https://, or is on this machine by number.";
        return Err(refused("A-URL", detail));
    }
    if wish.topics.is_empty() {
        return Err(refused("A-NOTHING", "Choose what the system is told."));
    }
    // What is told can be asked for: the same right.
    if !wish
        .topics
        .iter()
        .all(|t| caller.may_in(right_of(*t), &area.path))
    {
        return Err(refused(
            "A-MORE",
            "A system is told no more than its maker may see.",
        ));
    }
    let id = app.world.id();
    let secret: [u8; 32] = app.world.bytes();
    let now = app.world.now_millis();
    let topics = wish.topics.iter().fold(0, |sum, topic| sum | topic.bit());
    let row = WebhookRow {
        webhook: id,
        organisation: wish.organisation,
        area: area.area,
        shard: area.shard,
        url: wish.url,
        secret_sealed: seal_secret(app, &id, &secret).await?,
        topics,
        made_by: caller.staff,
        made_at: now,
        ended_at: None,
        progress: WebhookProgress::default(),
    };
    let job = job_of(id, now);
    let (top, path, shard) = (area.area, Arc::clone(&area.path), area.shard);
    let actor = caller.staff;
    let make = move |tx: &Tx<'_>| {
        let offices = offices(tx, top, &path)?;
        if !offices
            .iter()
            .any(|office| office.organisation == row.organisation)
        {
            return Ok(Some(("A-OFFICE", "Choose an office of this area.")));
        }
        let others = tx.webhooks_of_area(top, ROWS_MOST)?.into_iter();
        if others.filter(|row| row.ended_at.is_none()).count() >= WEBHOOKS_MOST {
            return Ok(Some((
                "A-MANY",
                "An area has at most 20 webhooks: end one first.",
            )));
        }
        tx.insert_webhook(&row)?;
        tx.plan_job(&job)?;
        note(tx, shard, actor, now, "webhook.make", &row.webhook)?;
        Ok::<_, StoreError>(None)
    };
    match app.store.write(Lane::People, make).await? {
        None => Ok(format!("whsec_{}", data_encoding::BASE64.encode(&secret))),
        Some((code, detail)) => Err(refused(code, detail)),
    }
}

/// What somebody must be allowed to see to be told of a topic.
pub fn right_of(topic: Topic) -> Permission {
    match topic {
        Topic::PassIssued | Topic::PassRevoked => Permission::ApplyForPass,
        Topic::CrossingRecorded => Permission::SeeCrossings,
        Topic::OpenItemOpened | Topic::OpenItemClosed => Permission::KeepOpenItems,
    }
}

/// Ends a webhook of the area.
///
/// # Errors
/// Not found for one of another area or one that was ended before; the database's.
pub async fn end_webhook(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    webhook: [u8; 16],
) -> Result<(), OpError> {
    let (top, shard, actor) = (area.area, area.shard, caller.staff);
    let now = app.world.now_millis();
    let end = move |tx: &Tx<'_>| {
        let row = tx.webhook(&webhook)?.filter(|row| row.area == top);
        if row.is_none() || !tx.end_webhook(&webhook, now)? {
            return Ok(false);
        }
        note(tx, shard, actor, now, "webhook.end", &webhook)?;
        Ok::<bool, StoreError>(true)
    };
    let ended = app.store.write(Lane::People, end).await?;
    ended.then_some(()).ok_or(OpError::NotFound)
}
