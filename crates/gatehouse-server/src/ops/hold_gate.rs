//! What a gate decides by: read, numbered, signed, kept for a while.

use crate::app::App;
use crate::error::OpError;
use crate::gate_state::{HeldGate, SignedList};
use crate::keyring::{Keyring, SharedKeyring};
use crate::ops::compare_gate::{EDITED, MADE_BY, about, changes_at, was_edited};
use crate::ops::read_gate::read_gate;
use crate::ops::read_orders::read_orders;
use crate::ops::read_policies::read_rules;
use crate::ops::zone_rules::with_zone_rules;
use data_encoding::HEXLOWER;
use gatehouse_core::device::GateList;
use gatehouse_core::gate::Policy;
use gatehouse_core::id::GateId;
use gatehouse_core::wire::Snapshot;
use gatehouse_core::wire::cbor::Cbor;
use gatehouse_store::gate::GateRow;
use gatehouse_store::gate_state::GateStateRow;
use gatehouse_store::{Lane, ReadTx, Shard, StoreError, Tx};
use sha2::{Digest, Sha256};
use std::sync::{Arc, OnceLock};

/// How long a gate's list is used before it is read again: what changes elsewhere holds here
/// after this.
const HELD_MILLIS: i64 = 10_000;
/// How long it is used for what comes late, while nothing was counted that changes it: then only
/// the clock has changed it, and each event is judged at its own moment.
const UNCHANGED_MILLIS: i64 = 300_000;
/// How far back an event may have been decided and still be decided again by the documents of its
/// own time: longer than any crossing is kept.
const PAST_MILLIS: i64 = 180 * 24 * 3_600_000;
/// At this age it is read anew while it is still used.
const RENEWED_MILLIS: i64 = 8_000;

/// The keys of the installation.
///
/// # Errors
/// [`OpError::NotTaken`] before `gatehouse init`.
pub fn keyring(app: &App) -> Result<SharedKeyring, OpError> {
    app.keyring.clone().ok_or(OpError::NotTaken {
        code: "K-ROOT",
        detail: "This installation has no keys yet: run `gatehouse init`.",
    })
}

/// What the gate decides by, at most ten seconds old. A list that is nearly as old is
/// still used and read anew behind the back of whoever asks, so that nobody at a busy gate waits.
///
/// # Errors
/// Where the database cannot be read, or the installation has no keys.
pub async fn hold_gate(app: &App, shard: Shard, gate: GateId) -> Result<Arc<HeldGate>, OpError> {
    let now = app.world.now_millis();
    if let Some(held) = app.gates.held_since(gate, now - HELD_MILLIS) {
        if held.read_at < now - RENEWED_MILLIS {
            renew(app, shard, gate);
        }
        return Ok(held);
    }
    let reading = app.gates.reading(gate);
    let _reading = reading.lock().await;
    // Whoever held it before has read the list for all who waited.
    match app.gates.held_since(gate, now - HELD_MILLIS) {
        Some(held) => Ok(held),
        None => read(app, shard, gate).await,
    }
}

/// What the gate decides by, for what comes late: a list that was read some minutes ago, unless
/// something in it was changed since, in this process or in another.
///
/// # Errors
/// As [`hold_gate`].
pub async fn hold_unchanged(
    app: &App,
    shard: Shard,
    gate: GateId,
) -> Result<Arc<HeldGate>, OpError> {
    let since = app.world.now_millis() - UNCHANGED_MILLIS;
    let Some(held) = app.gates.last_held(gate, since) else {
        return hold_gate(app, shard, gate).await;
    };
    let places = held.list.snapshot().gate.places.clone();
    let changes = app.store.read(move |tx| tx.list_changes(shard, &places));
    match changes.await? == held.list_changes {
        true => Ok(held),
        false => hold_gate(app, shard, gate).await,
    }
}

/// Reads the list anew, unless somebody does so already.
fn renew(app: &App, shard: Shard, gate: GateId) {
    let Ok(reading) = app.gates.reading(gate).try_lock_owned() else {
        return;
    };
    let app = app.clone();
    tokio::spawn(async move {
        let _reading = reading;
        if let Err(error) = read(&app, shard, gate).await {
            // Whoever comes once the list is too old is told.
            tracing::warn!(code = error.code(), "a gate's list was not read anew");
        }
    });
}

async fn read(app: &App, shard: Shard, gate: GateId) -> Result<Arc<HeldGate>, OpError> {
    let keys = keyring(app)?;
    let (now, writes) = (app.world.now_millis(), app.gates.writes());
    let reader = Arc::clone(&keys);
    let found = app
        .store
        .read(move |tx| {
            let Some(row) = tx.gate(shard, gate)? else {
                return Ok(None);
            };
            Ok(Some(Found::read(tx, &reader, &row, now)?))
        })
        .await?;
    let mut found = found.ok_or(OpError::NotFound)?;
    let content = content_hash(&mut found.snapshot);
    let is_new = found.last.as_ref().map(|last| last.sha256) != Some(content);
    let newest = found.last.as_ref().map_or(0, |last| last.number);
    let number = newest + i64::from(is_new);
    found.snapshot.number = u64::try_from(number).unwrap_or(0);
    match &found.last {
        Some(last) if !is_new && last.list_changes == found.changes => {}
        Some(last) if !is_new => {
            let (last, changes) = (last.clone(), found.changes);
            let write = move |tx: &Tx<'_>| tx.confirm_gate_state(&last, now, changes);
            app.store.write(Lane::Gate, write).await?;
        }
        _ => keep_new(app, &keys, &found, (shard, content)).await?,
    }
    let list = GateList::new(found.snapshot, keys.list.clone())
        .map_err(|error| OpError::Bug(format!("a policy in force: {error}")))?;
    let held = Arc::new(HeldGate {
        list,
        read_at: now,
        list_changes: found.changes,
        signed: OnceLock::new(),
        past: OnceLock::new(),
    });
    app.gates.keep_held(gate, Arc::clone(&held), writes);
    Ok(held)
}

/// Makes sure that what was in force before the gate's list was read is held too: for events that
/// come late, when the notice they were decided by may have ended (GATE-11).
///
/// # Errors
/// Where the database cannot be read.
pub async fn hold_past(app: &App, shard: Shard, held: &HeldGate) -> Result<(), OpError> {
    if held.past.get().is_some() {
        return Ok(());
    }
    let (gate, until) = (held.list.snapshot().gate.gate, held.read_at);
    let from = until - PAST_MILLIS;
    let keys = keyring(app)?;
    let past = app
        .store
        .read(move |tx| {
            let Some(row) = tx.gate(shard, gate)? else {
                return Ok(Vec::new());
            };
            let path = tx.area_path(row.area)?;
            let offset = path.last().map_or(480, |area| area.zone_offset_minutes);
            let zones = read_orders(tx, &keys, &row, from, offset)?.zone_spans();
            let rules = read_rules(tx, &path, from, until)?.into_iter();
            let documents = rules.map(|rules| (rules.span, rules.policy));
            Ok(with_zone_rules(documents.collect(), &zones))
        })
        .await?;
    // Somebody else's reading of the same past is as good.
    let _ = held.past.set(past);
    Ok(())
}

/// The list as its devices verify it.
///
/// # Errors
/// Where the installation has no keys.
pub fn signed<'h>(app: &App, held: &'h HeldGate) -> Result<&'h SignedList, OpError> {
    let keys = keyring(app)?;
    Ok(held.signed.get_or_init(|| {
        let bytes = held.list.snapshot().sign(&keys.snapshot_key);
        let tag = format!("\"{}\"", HEXLOWER.encode(&Sha256::digest(&bytes)[..16]));
        SignedList { bytes, tag }
    }))
}

/// Two lists that differ only in number, age, outings and how many phones are silent are one list:
/// these follow from the record of crossings and from phones that call in, and change with each.
fn content_hash(snapshot: &mut Snapshot) -> [u8; 32] {
    let outings: Vec<_> = snapshot
        .households
        .iter_mut()
        .map(|household| std::mem::take(&mut household.outings))
        .collect();
    let passing = |of: &Snapshot| (of.number, of.made_at, of.silent_devices, of.other_devices);
    let kept = passing(snapshot);
    let set = |of: &mut Snapshot, to| {
        (of.number, of.made_at, of.silent_devices, of.other_devices) = to;
    };
    set(snapshot, (0, 0, 0, 0));
    let content = Sha256::digest(snapshot.to_cbor()).into();
    set(snapshot, kept);
    for (household, outings) in snapshot.households.iter_mut().zip(outings) {
        household.outings = outings;
    }
    content
}

/// A list that was read, and what it is compared with.
struct Found {
    changes: i64,
    snapshot: Snapshot,
    last: Option<GateStateRow>,
}

impl Found {
    fn read(tx: &ReadTx<'_>, keys: &Keyring, row: &GateRow, now: i64) -> Result<Found, StoreError> {
        // Before everything else: what changes meanwhile counts as a change.
        let changes = changes_at(tx, row)?;
        Ok(Found {
            changes,
            snapshot: read_gate(tx, keys, row, now)?,
            last: tx.last_gate_state(row.shard, row.gate)?,
        })
    }

    /// The policies that it names, by their ids.
    fn compiled(&self) -> Vec<([u8; 32], Vec<u8>)> {
        let policies = self.snapshot.policies.iter();
        let each = policies.filter_map(|spell| {
            let id = Policy::read(&spell.compiled).ok()?.id();
            Some((id, spell.compiled.clone()))
        });
        each.collect()
    }
}

/// Keeps a list as the newest state, and says so where it differs from the last one by nothing
/// that the program did.
async fn keep_new(
    app: &App,
    keys: &SharedKeyring,
    found: &Found,
    (shard, content): (Shard, [u8; 32]),
) -> Result<(), OpError> {
    let edited = match found.last.clone() {
        Some(last) => {
            let reader = Arc::clone(keys);
            let compare = move |tx: &ReadTx<'_>| {
                let edited = was_edited(tx, &reader, &last)?;
                Ok::<_, StoreError>(edited.then(|| about(&last)))
            };
            app.store.read(compare).await?
        }
        None => None,
    };
    let snapshot = &found.snapshot;
    let row = GateStateRow {
        shard,
        gate: snapshot.gate.gate,
        number: i64::try_from(snapshot.number).unwrap_or(i64::MAX),
        sha256: content,
        signed: snapshot.sign(&keys.snapshot_key),
        made_at: snapshot.made_at,
        read_at: snapshot.made_at,
        list_changes: found.changes,
        made_by: MADE_BY.to_owned(),
    };
    let policies = found.compiled();
    let write = move |tx: &Tx<'_>| keep(tx, &row, &policies, edited.as_deref());
    app.store.write(Lane::Gate, write).await?;
    Ok(())
}

fn keep(
    tx: &Tx<'_>,
    row: &GateStateRow,
    policies: &[([u8; 32], Vec<u8>)],
    edited: Option<&str>,
) -> Result<(), StoreError> {
    for (id, compiled) in policies {
        tx.keep_effective_policy(id, compiled, row.made_at)?;
    }
    if let Some(about) = edited {
        tx.raise_alarm_once(row.shard, EDITED, about, row.made_at)?;
    }
    let newest = tx
        .last_gate_state(row.shard, row.gate)?
        .map_or(0, |last| last.number);
    // Another process was faster: its list is as new as ours.
    if newest < row.number {
        tx.insert_gate_state(row)
    } else {
        Ok(())
    }
}
