//! What really happened, as nobody in the simulation knows it: every event that any device ever
//! made, what the server took in, which passes, orders and lists there were. Checks ask here.

use super::server::Server;
use super::town::Town;
use anyhow::Result;
use gatehouse_core::audit::Hash;
use gatehouse_core::id::{DeviceId, PersonId};
use gatehouse_core::key::{PublicKey, Trust};
use gatehouse_core::wire::{Event, Snapshot};
use gatehouse_store::device_event::ServerDecision;
use gatehouse_store::set_aside::{SetAsideReason, SetAsideRow};
use std::collections::{BTreeMap, BTreeSet};

/// An event that the server took in.
#[derive(Clone)]
pub struct Taken {
    pub event: Event,
    pub received_at: i64,
    pub server: Option<ServerDecision>,
}

/// An order as it was signed.
#[derive(Clone, Copy, Debug)]
pub struct Ordered {
    pub person: PersonId,
    pub starts_at: i64,
    pub ends_at: i64,
    pub signed_at: i64,
    pub lifted_at: Option<i64>,
}

/// What the server holds, as the simulation saw it come in; goes back with a restored backup.
#[derive(Clone, Default)]
pub struct Held {
    /// In the order of their coming.
    pub log: Vec<Taken>,
    /// Hashes by device, in the order of their numbers.
    pub chains: BTreeMap<DeviceId, Vec<Hash>>,
    /// Devices as they were enrolled and ended, with when.
    pub enrolled: Vec<(DeviceId, usize)>,
    pub ended: BTreeMap<DeviceId, i64>,
}

impl Held {
    /// Every device that was enrolled.
    pub fn devices(&self) -> Vec<DeviceId> {
        self.enrolled.iter().map(|(device, _)| *device).collect()
    }

    /// The device in service at this gate of which nothing was taken in yet.
    pub fn fresh_device(&self, gate: usize) -> Option<DeviceId> {
        let of_gate = self.enrolled.iter().filter(|(_, at)| *at == gate);
        let mut fresh = of_gate.filter(|(device, _)| {
            !self.chains.contains_key(device) && !self.ended.contains_key(device)
        });
        fresh.next().map(|(device, _)| *device)
    }

    /// Whether an event was taken in.
    pub fn has(&self, device: DeviceId, hash: &Hash) -> bool {
        let chain = self.chains.get(&device);
        chain.is_some_and(|chain| chain.contains(hash))
    }
}

/// What really happened.
#[derive(Default)]
pub struct Record {
    /// Every event that a device made.
    pub made: BTreeMap<[u8; 32], DeviceId>,
    pub held: Held,
    pub orders: Vec<Ordered>,
    /// Devices of which there are two, or of which a stranger wrote.
    pub copied: BTreeSet<DeviceId>,
    /// Devices that sent what stands behind a refused batch: it is in the tray until that is taken
    /// in.
    pub went_on_behind: BTreeSet<DeviceId>,
}

impl Record {
    /// Notes what a batch has changed at the server; gives what was taken in.
    pub fn take(
        &mut self,
        server: &Server,
        town: &Town,
        (device, before): (DeviceId, i64),
        events: &[Event],
        received_at: i64,
    ) -> Result<usize> {
        let after = server.device(device)?.map_or(0, |row| row.last_seq);
        let came: Vec<&Event> = events
            .iter()
            .filter(|event| {
                let seq = i64::try_from(event.seq).unwrap_or(i64::MAX);
                seq > before && seq <= after
            })
            .collect();
        for event in &came {
            let (shard, seq) = (town.shard, i64::try_from(event.seq).unwrap_or(i64::MAX));
            let row = server.read(move |tx| tx.crossing(shard, device, seq))?;
            self.held.log.push(Taken {
                event: (*event).clone(),
                received_at,
                server: row.and_then(|row| row.server),
            });
            let chain = self.held.chains.entry(device).or_default();
            chain.push(event.hash());
        }
        Ok(came.len())
    }

    /// Whether an event is at the server, taken in or in the tray.
    pub fn is_there(&self, aside: &BTreeSet<[u8; 32]>, device: DeviceId, hash: &Hash) -> bool {
        self.held.has(device, hash) || aside.contains(&hash.0)
    }
}

/// Hashes of the events of a device in the tray.
pub fn set_aside(server: &Server, town: &Town, device: DeviceId) -> Result<BTreeSet<[u8; 32]>> {
    let rows = tray(server, town, device)?.into_iter();
    Ok(rows.map(|row| row.hash.0).collect())
}

/// Those of which nothing proves that the device wrote them.
pub fn unproven(server: &Server, town: &Town, device: DeviceId) -> Result<BTreeSet<[u8; 32]>> {
    let rows = tray(server, town, device)?.into_iter();
    let rows = rows.filter(|row| row.reason == SetAsideReason::Unproven);
    Ok(rows.map(|row| row.hash.0).collect())
}

fn tray(server: &Server, town: &Town, device: DeviceId) -> Result<Vec<SetAsideRow>> {
    let shard = town.shard;
    server.read(move |tx| tx.events_set_aside(shard, device, 10_000))
}

/// Reads a list as its device does, whatever it has seen before.
pub fn read_list(town: &Town, bytes: &[u8]) -> Option<Snapshot> {
    let root = PublicKey::from(&town.root);
    let trust = Trust {
        root: &root,
        newest: 0,
        demo: true,
    };
    Some(Snapshot::open(bytes, trust, 0).ok()?.0)
}
