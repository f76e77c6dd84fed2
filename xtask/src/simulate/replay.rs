//! The log of a seed from zero, on a new database: what follows from the events there is what
//! follows from them at the server.

use super::check::Derived;
use super::network::public_key;
use super::record::{Held, Taken};
use super::server::Server;
use super::town::{GUARD, LAID_AT, Town, gate_id, keyring};
use anyhow::{Result, ensure};
use gatehouse_core::id::DeviceId;
use gatehouse_server::ops::flag_copied_pass::flag_copied_pass;
use gatehouse_store::before::Before;
use gatehouse_store::device::DeviceRow;
use gatehouse_store::device_event::{Appended, Arrival};
use gatehouse_store::{Chance, Lane, Shard, Store, StoreError, Tx, Vault};
use std::sync::Arc;

fn devices(held: &Held) -> Vec<DeviceId> {
    held.enrolled.iter().map(|(device, _)| *device).collect()
}

/// What the server's own database says.
pub fn derived(server: &Server, town: &Town, held: &Held) -> Result<Derived> {
    Derived::read(&server.store, town.shard, &devices(held))
}

/// The same events, taken in one after the other by a database that holds the town and nothing
/// else.
pub fn replayed(town: &Town, into: &Store, held: &Held) -> Result<Derived> {
    let (shard, enrolled) = (town.shard, held.enrolled.clone());
    into.write_blocking::<_, StoreError, _>(Lane::Jobs, move |tx| {
        let rows = enrolled
            .iter()
            .map(|(device, gate)| row(shard, *device, *gate));
        rows.into_iter().try_for_each(|row| tx.insert_device(&row))
    })?;
    let keys = keyring(into, &town.secrets, LAID_AT)?;
    for taken in held.log.clone() {
        let keys = Arc::clone(&keys);
        let append = move |tx: &Tx<'_>| append(tx, &keys.vault, shard, &taken);
        let appended = into.write_blocking::<_, StoreError, _>(Lane::Jobs, append)?;
        ensure!(
            appended == Appended::New,
            "an event is not taken in: {appended:?}"
        );
    }
    Derived::read(into, shard, &devices(held))
}

fn append(tx: &Tx<'_>, vault: &Vault, shard: Shard, taken: &Taken) -> Result<Appended, StoreError> {
    let arrival = Arrival {
        received_at: taken.received_at,
        server: taken.server.clone(),
        chance: Chance::new([1; 32]),
        before: Before::Gone,
    };
    let appended = tx.append_event(vault, shard, &taken.event, &arrival)?;
    flag_copied_pass(tx, shard, &taken.event)?;
    Ok(appended)
}

fn row(shard: Shard, device: DeviceId, gate: usize) -> DeviceRow {
    DeviceRow {
        shard,
        device,
        gate: gate_id(gate),
        label: String::new(),
        public_key: public_key(),
        enrolled_at: LAID_AT,
        enrolled_by: GUARD,
        ended_at: None,
        last_seq: 0,
        last_hash: [0; 32],
        seen_at: None,
        skew_millis: 0,
    }
}
