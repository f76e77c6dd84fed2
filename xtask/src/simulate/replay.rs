//! The log of a seed from zero, on a database of its own: what follows from the events there is
//! what follows from them at the server.

use super::check::Derived;
use super::network::public_key;
use super::record::{Held, Taken};
use super::town::{GUARD, LAID_AT, Town, gate_id, keyring};
use anyhow::{Result, ensure};
use gatehouse_core::id::DeviceId;
use gatehouse_server::keyring::SharedKeyring;
use gatehouse_server::ops::flag_copied_pass::flag_copied_pass;
use gatehouse_store::before::Before;
use gatehouse_store::device::DeviceRow;
use gatehouse_store::device_event::{Appended, Arrival};
use gatehouse_store::{Chance, Lane, Shard, Store, StoreError, Tx, Vault};
use std::sync::Arc;

/// A database that holds the town and nothing else, and takes the events of a log in one after the
/// other: from zero, and on from there as the log grows.
pub struct Replay {
    store: Store,
    keys: SharedKeyring,
    shard: Shard,
    enrolled: usize,
    taken: usize,
}

impl Replay {
    /// At zero.
    pub fn new(town: &Town) -> Result<Replay> {
        Replay::over(town.store.copy_memory(None)?, town)
    }

    /// At zero, over a database that holds the town.
    pub fn over(store: Store, town: &Town) -> Result<Replay> {
        Ok(Replay {
            keys: keyring(&store, &town.secrets, LAID_AT)?,
            store,
            shard: town.shard,
            enrolled: 0,
            taken: 0,
        })
    }

    /// Takes in what the log has beyond what was taken in.
    pub fn follow(&mut self, held: &Held) -> Result<()> {
        let (keys, shard) = (Arc::clone(&self.keys), self.shard);
        let enrolled = held.enrolled[self.enrolled..].to_vec();
        let log = held.log[self.taken..].to_vec();
        self.enrolled += enrolled.len();
        self.taken += log.len();
        let write = move |tx: &Tx<'_>| {
            for (device, gate) in &enrolled {
                tx.insert_device(&row(shard, *device, *gate))?;
            }
            log.iter()
                .map(|taken| append(tx, &keys.vault, shard, taken))
                .collect::<Result<Vec<_>, _>>()
        };
        let appended = self
            .store
            .write_blocking::<_, StoreError, _>(Lane::Jobs, write)?;
        let strange = appended.iter().find(|one| **one != Appended::New);
        ensure!(strange.is_none(), "an event is not taken in: {strange:?}");
        Ok(())
    }

    /// What follows from the events so far: of some gates, and of some devices.
    pub fn derived(&self, gates: usize, devices: &[DeviceId]) -> Result<Derived> {
        Derived::read(&self.store, self.shard, (gates, devices))
    }
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
