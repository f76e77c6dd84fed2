//! What is told to other systems: the next things of a subscription with their bodies, and what
//! became of telling them. Bodies hold ids, kinds and verdicts; nobody's name, door or health.

use super::find_caller::roles_of;
use super::keep_access::{right_of, shards_of};
use crate::app::App;
use crate::error::OpError;
use crate::secrets::{self, Secrets};
use crate::systems::shapes::time;
use gatehouse_core::id::{AreaId, GateId};
use gatehouse_core::wire::cbor::{Reader, Writer};
use gatehouse_store::job::JobRow;
use gatehouse_store::webhook::WebhookRow;
use gatehouse_store::webhook_event::{About, Topic, WebhookEventRow};
use gatehouse_store::{Lane, ReadTx, Shard, StoreError, Tx};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The kind of the job that tells.
pub const KIND: &str = "webhook.tell";
/// Things read at once.
const AT_ONCE: u32 = 50;
/// Things that could not be told for so long are given up.
const KEPT_MILLIS: i64 = 24 * 3_600_000;

/// A thing to be told.
pub struct ToTell {
    /// Its place in the outbox.
    pub row: WebhookEventRow,
    /// The same for the same thing, however often it is sent.
    pub id: String,
    /// What is sent; `None` where it is not for this system, or there is nothing left of it.
    pub body: Option<String>,
}

/// The job of a subscription.
pub fn job_of(webhook: [u8; 16], run_at: i64) -> JobRow {
    let mut payload = Writer::default();
    payload.bytes(&webhook);
    JobRow {
        job: webhook,
        kind: KIND.to_owned(),
        unique_key: format!("{KIND}/{}", data_encoding::HEXLOWER.encode(&webhook)),
        payload: payload.finish(),
        run_at,
        attempts: 0,
        failure: None,
    }
}

/// The subscription of a job.
pub fn read_payload(payload: &[u8]) -> Option<[u8; 16]> {
    let mut reader = Reader::new(payload);
    let webhook = reader.fixed().ok()?;
    reader.finish().ok()?;
    Some(webhook)
}

/// Seals a secret for a subscription.
///
/// # Errors
/// No secrets file.
pub async fn seal_secret(
    app: &App,
    webhook: &[u8; 16],
    secret: &[u8; 32],
) -> Result<Vec<u8>, OpError> {
    let nonce = app.world.bytes();
    Ok(secrets(app).await?.seal_secret(webhook, secret, nonce))
}

/// Opens the secret of a subscription.
///
/// # Errors
/// No secrets file, or one that does not open it.
pub async fn open_secret(app: &App, row: &WebhookRow) -> Result<[u8; 32], OpError> {
    let opened = secrets(app)
        .await?
        .open_secret(&row.webhook, &row.secret_sealed);
    opened.ok_or(OpError::Passing("K-SEAL"))
}

async fn secrets(app: &App) -> Result<Secrets, OpError> {
    let path = app.config.data_folder.join(secrets::FILE);
    let loaded = tokio::task::spawn_blocking(move || Secrets::load(&path)).await;
    match loaded {
        Ok(Ok(secrets)) => Ok(secrets),
        _ => Err(OpError::NotTaken {
            code: "K-FILE",
            detail: "The secrets of this installation cannot be read.",
        }),
    }
}

/// A subscription that is not ended, and the next things to tell it, oldest first. What is too
/// old is taken away first and counted.
///
/// # Errors
/// The database's.
pub async fn next_to_tell(
    app: &App,
    webhook: [u8; 16],
) -> Result<Option<(WebhookRow, Vec<ToTell>)>, OpError> {
    let now = app.world.now_millis();
    give_up_old(app, webhook, now).await?;
    let read = move |tx: &ReadTx<'_>| {
        let Some(row) = tx.webhook(&webhook)?.filter(|row| row.ended_at.is_none()) else {
            return Ok(None);
        };
        let mut all = Vec::new();
        for shard in shards_of(tx, row.shard)? {
            for event in tx.webhook_events(shard, &webhook, AT_ONCE)? {
                let body = body(tx, &row, &event, now)?;
                let id = event_id(&webhook, &event);
                all.push(ToTell {
                    body: body.map(|body| body.to_string()),
                    id,
                    row: event,
                });
            }
        }
        all.sort_by_key(|one| (one.row.at, one.row.about.bytes()));
        Ok(Some((row, all)))
    };
    Ok(app.store.read(read).await?)
}

async fn give_up_old(app: &App, webhook: [u8; 16], now: i64) -> Result<(), OpError> {
    let read = move |tx: &ReadTx<'_>| {
        let row = tx.webhook(&webhook)?;
        let mut old = Vec::new();
        for shard in shards_of(tx, row.and_then(|row| row.shard))? {
            let first = tx.webhook_events(shard, &webhook, 1)?;
            old.extend(
                first
                    .first()
                    .filter(|e| e.at < now - KEPT_MILLIS)
                    .map(|_| shard),
            );
        }
        Ok(old)
    };
    for shard in app.store.read(read).await? {
        let drop = move |tx: &Tx<'_>| {
            let count = tx.forget_old_webhook_events(shard, &webhook, now - KEPT_MILLIS)?;
            tx.note_not_told(&webhook, now, "too_old", count)
        };
        app.store.write(Lane::Jobs, drop).await?;
    }
    Ok(())
}

/// Takes away what was told, or what is not to be.
///
/// # Errors
/// The database's.
pub async fn note_told(
    app: &App,
    webhook: [u8; 16],
    event: WebhookEventRow,
    was_sent: bool,
) -> Result<(), OpError> {
    let now = app.world.now_millis();
    let note = move |tx: &Tx<'_>| {
        tx.forget_webhook_event(&webhook, &event)?;
        if was_sent {
            tx.note_told(&webhook, now)?;
        }
        Ok(())
    };
    Ok(app.store.write(Lane::Jobs, note).await?)
}

/// Writes down why nothing was told; a receiver that says it is gone is told no more.
///
/// # Errors
/// The database's.
pub async fn note_not_told(
    app: &App,
    webhook: [u8; 16],
    failure: &'static str,
) -> Result<(), OpError> {
    let now = app.world.now_millis();
    let note = move |tx: &Tx<'_>| {
        tx.note_not_told(&webhook, now, failure, 0)?;
        if failure == "gone" {
            tx.end_webhook(&webhook, now)?;
        }
        Ok(())
    };
    Ok(app.store.write(Lane::Jobs, note).await?)
}

fn event_id(webhook: &[u8; 16], event: &WebhookEventRow) -> String {
    let mut hash = Sha256::new();
    hash.update(webhook);
    hash.update(event.shard.0.to_be_bytes());
    hash.update(event.at.to_be_bytes());
    hash.update(event.topic.bit().to_be_bytes());
    hash.update(event.about.bytes());
    format!(
        "evt_{}",
        data_encoding::HEXLOWER.encode(&hash.finalize()[..16])
    )
}

/// What is told of a thing.
fn body(
    tx: &ReadTx<'_>,
    webhook: &WebhookRow,
    event: &WebhookEventRow,
    now: i64,
) -> Result<Option<Value>, StoreError> {
    let found = match event.about {
        About::Pass(pass) => tx.pass(event.shard, pass)?.map(|row| {
            let mut data = json!({ "pass": row.pass, "area": row.area, "kind": row.kind });
            if let (Topic::PassRevoked, Some(end)) = (event.topic, row.revocation) {
                data["reason"] = json!(end.reason);
            }
            (row.area, data)
        }),
        About::Crossing(device, seq) => match tx.crossing(event.shard, device, seq)? {
            None => None,
            Some(row) => area_of(tx, event.shard, row.gate)?.map(|area| {
                let data = json!({
                    "device": row.device, "seq": row.seq, "gate": row.gate, "area": area,
                    "way": row.way, "verdict": row.verdict, "outcome": row.outcome,
                });
                (area, data)
            }),
        },
        About::OpenItem(item) => match tx.open_item(event.shard, item)? {
            None => None,
            Some(row) => area_of(tx, event.shard, row.gate)?.map(|area| {
                let data = json!({ "item": row.item, "gate": row.gate, "area": area });
                (area, data)
            }),
        },
    };
    let Some((area, data)) = found else {
        return Ok(None);
    };
    if !may_hear(tx, webhook, event.topic, area, now)? {
        return Ok(None);
    }
    Ok(Some(json!({
        "type": event.topic.word(), "timestamp": time(event.at), "data": data,
    })))
}

fn area_of(tx: &ReadTx<'_>, shard: Shard, gate: GateId) -> Result<Option<AreaId>, StoreError> {
    Ok(tx.gate(shard, gate)?.map(|row| row.area))
}

/// A system hears of its own subtree, and of what whoever made the webhook may still see there.
fn may_hear(
    tx: &ReadTx<'_>,
    webhook: &WebhookRow,
    topic: Topic,
    area: AreaId,
    now: i64,
) -> Result<bool, StoreError> {
    let path: Vec<AreaId> = tx.area_path(area)?.iter().map(|row| row.area).collect();
    if !path.contains(&webhook.area) {
        return Ok(false);
    }
    let maker = tx.staff(webhook.made_by)?;
    if maker.is_none_or(|maker| maker.disabled_at.is_some()) {
        return Ok(false);
    }
    let roles = roles_of(tx, webhook.made_by, now)?;
    Ok(roles
        .iter()
        .any(|held| held.role.may(right_of(topic)) && path.contains(&held.area)))
}
