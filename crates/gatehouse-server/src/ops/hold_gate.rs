//! What a gate decides by: read, numbered, signed, kept for a while.

use crate::app::App;
use crate::error::OpError;
use crate::gate_state::HeldGate;
use crate::keyring::SharedKeyring;
use crate::ops::read_gate::read_gate;
use data_encoding::HEXLOWER;
use gatehouse_core::device::GateList;
use gatehouse_core::gate::Policy;
use gatehouse_core::id::GateId;
use gatehouse_core::wire::Snapshot;
use gatehouse_core::wire::cbor::Cbor;
use gatehouse_store::gate_state::GateStateRow;
use gatehouse_store::{Lane, Shard, StoreError, Tx};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// How long a gate's list is used before it is read again: what changes elsewhere holds here
/// after this.
const HELD_MILLIS: i64 = 10_000;

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

/// What the gate decides by, at most ten seconds old.
///
/// # Errors
/// Where the database cannot be read, or the installation has no keys.
pub async fn hold_gate(app: &App, shard: Shard, gate: GateId) -> Result<Arc<HeldGate>, OpError> {
    let now = app.world.now_millis();
    if let Some(held) = app.gates.held_since(gate, now - HELD_MILLIS) {
        return Ok(held);
    }
    let keys = keyring(app)?;
    let reader = Arc::clone(&keys);
    let snapshot = app
        .store
        .read(move |tx| {
            let Some(row) = tx.gate(shard, gate)? else {
                return Ok(None);
            };
            read_gate(tx, &reader, &row, now).map(Some)
        })
        .await?;
    let mut snapshot = snapshot.ok_or(OpError::NotFound)?;
    let content = content_hash(&snapshot);
    let last = app
        .store
        .read(move |tx| tx.last_gate_state(shard, gate))
        .await?;
    let same = last.as_ref().is_some_and(|last| last.sha256 == content);
    let newest = last.map_or(0, |last| last.number);
    let number = if same { newest } else { newest + 1 };
    snapshot.number = u64::try_from(number).unwrap_or(0);
    let signed = snapshot.sign(&keys.snapshot_key);
    if !same {
        let policies = compiled(&snapshot);
        let row = GateStateRow {
            shard,
            gate,
            number,
            sha256: content,
            signed: signed.clone(),
            made_at: now,
        };
        app.store
            .write(Lane::Gate, move |tx| keep(tx, &row, &policies))
            .await?;
    }
    let tag = format!("\"{}\"", HEXLOWER.encode(&Sha256::digest(&signed)[..16]));
    let list = GateList::new(snapshot, keys.list.clone())
        .map_err(|error| OpError::Bug(format!("a policy in force: {error}")))?;
    let held = Arc::new(HeldGate {
        list,
        signed,
        tag,
        read_at: now,
    });
    app.gates.keep_held(gate, Arc::clone(&held));
    Ok(held)
}

/// Two lists that differ only in number and age are one list.
fn content_hash(snapshot: &Snapshot) -> [u8; 32] {
    let bare = Snapshot {
        number: 0,
        made_at: 0,
        ..snapshot.clone()
    };
    Sha256::digest(bare.to_cbor()).into()
}

fn compiled(snapshot: &Snapshot) -> Vec<([u8; 32], Vec<u8>)> {
    let policies = snapshot.policies.iter();
    policies
        .filter_map(|spell| {
            Some((
                Policy::read(&spell.compiled).ok()?.id(),
                spell.compiled.clone(),
            ))
        })
        .collect()
}

fn keep(
    tx: &Tx<'_>,
    row: &GateStateRow,
    policies: &[([u8; 32], Vec<u8>)],
) -> Result<(), StoreError> {
    for (id, compiled) in policies {
        tx.keep_effective_policy(id, compiled, row.made_at)?;
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
