//! What must hold of the server after each step that touched it.

use super::record::{set_aside, unproven};
use super::replay::Replay;
use super::simulation::{Checked, Simulation, holds};
use super::town::gate_id;
use anyhow::Result;
use gatehouse_core::audit::Hash;
use gatehouse_core::id::DeviceId;
use gatehouse_core::wire::{Event, EventBody};
use gatehouse_store::crossing_hour::HourRow;
use gatehouse_store::open_item::OpenItemRow;
use gatehouse_store::outing::OutingRow;
use gatehouse_store::{Lane, ReadTx, Shard, Store, StoreError, Tx};

/// A device's clock counts so far back before the receipt, and so far ahead of it (design §5).
const BACK_MILLIS: i64 = 7 * 24 * 3_600_000;
const AHEAD_MILLIS: i64 = 5 * 60_000;
const ROWS: u32 = 100_000;

/// What other tables say that follows from the events.
#[derive(Debug, PartialEq, Eq)]
pub struct Derived {
    outings: Vec<OutingRow>,
    hours: Vec<Vec<HourRow>>,
    items: Vec<OpenItemRow>,
    devices: Vec<(i64, [u8; 32])>,
    amendments: usize,
}

impl Derived {
    /// In which part two of them differ.
    pub fn difference(&self, other: &Derived) -> Option<String> {
        let parts = [
            ("outings", self.outings == other.outings),
            ("hours", self.hours == other.hours),
            ("open items", self.items == other.items),
            ("heads of devices", self.devices == other.devices),
            ("amendments", self.amendments == other.amendments),
        ];
        let differ = parts.into_iter().filter(|(_, is_same)| !is_same);
        let differ: Vec<&str> = differ.map(|(name, _)| name).collect();
        (!differ.is_empty()).then(|| differ.join(", "))
    }

    /// As they are: the hours of the first so many gates, heads and amendments of some devices.
    pub fn read(
        store: &Store,
        shard: Shard,
        (gates, devices): (usize, &[DeviceId]),
    ) -> Result<Derived> {
        let devices = devices.to_vec();
        let read = move |tx: &ReadTx<'_>| {
            let gates = 0..gates;
            let hours = gates.map(|gate| tx.hours_of_gate(shard, gate_id(gate), 0, i64::MAX));
            let mut heads = Vec::new();
            let mut amendments = 0;
            for device in &devices {
                let row = tx.device(shard, *device)?;
                let head = row.map_or((0, [0; 32]), |row| (row.last_seq, row.last_hash));
                for seq in 1..=head.0 {
                    amendments += tx.amendments_of_crossing(shard, *device, seq)?.len();
                }
                heads.push(head);
            }
            Ok(Derived {
                outings: tx.outings(shard, ROWS)?,
                hours: hours.collect::<Result<_, StoreError>>()?,
                items: tx.open_items(shard, ROWS)?,
                devices: heads,
                amendments,
            })
        };
        Ok(store.read_blocking::<_, StoreError, _>(read)?)
    }
}

impl Simulation<'_> {
    /// After a batch: its device's chain is whole, what came in was made by it.
    pub fn check_batch(&mut self, device: DeviceId, sent: &[Event], taken: usize) -> Checked {
        let row = self.server.device(device)?;
        let last = row.as_ref().map_or(0, |row| row.last_seq);
        let chain = self.record.held.chains.get(&device);
        let known = chain.map_or(0, Vec::len) as i64;
        holds(known == last, "stored-exactly-once", || {
            format!("{known} events of {device} came in, its row says {last}")
        })?;
        if let Some(hash) = chain.and_then(|chain| chain.last()) {
            holds(
                self.record.made.contains_key(&hash.0),
                "stored-was-made",
                || format!("event {last} of {device} was made by no device"),
            )?;
        }
        self.check_tray(device)?;
        if !self.record.went_on_behind.contains(&device) {
            self.check_nothing_aside(device)?;
        }
        if taken == 0 {
            return Ok(());
        }
        self.check_chain(device, last)?;
        self.check_counted(device, sent)?;
        self.check_derived()?;
        self.check_replayed(&[device])
    }

    /// What is derived is what the log gives from zero.
    pub fn check_replayed(&mut self, devices: &[DeviceId]) -> Checked {
        self.replay.follow(&self.record.held)?;
        let shard = self.town.shard;
        let mine = Derived::read(&self.server.store, shard, (self.gates, devices))?;
        let theirs = self.replay.derived(self.gates, devices)?;
        let differ = mine.difference(&theirs);
        holds(differ.is_none(), "replay-is-the-same", || {
            format!(
                "the log from zero gives other {}",
                differ.unwrap_or_default()
            )
        })
    }

    /// Of a device that nobody copied or ended nothing waits in the tray, if it is its own.
    pub fn check_nothing_aside(&self, device: DeviceId) -> Checked {
        if self.record.copied.contains(&device) || self.record.held.ended.contains_key(&device) {
            return Ok(());
        }
        let aside = set_aside(&self.server, self.town, device)?;
        let unproven = unproven(&self.server, self.town, device)?;
        let own = aside
            .difference(&unproven)
            .filter(|hash| self.record.made.contains_key(*hash))
            .count();
        holds(own == 0, "nothing-aside-of-one-device", || {
            format!("{own} events of {device} are in the tray")
        })
    }

    /// Nobody is asked about what came in after all.
    fn check_tray(&self, device: DeviceId) -> Checked {
        let aside = set_aside(&self.server, self.town, device)?;
        let held = &self.record.held;
        let twice = aside.iter().find(|hash| held.has(device, &Hash(**hash)));
        holds(twice.is_none(), "taken-in-waits-for-nobody", || {
            format!("an event of {device} is taken in and in the tray")
        })
    }

    fn check_chain(&self, device: DeviceId, last: i64) -> Checked {
        let shard = self.town.shard;
        let report = self
            .server
            .read(move |tx| tx.verify_device(shard, device))?;
        let is_whole = report.is_some_and(|report| {
            report.broken_at.is_none() && report.events == last.unsigned_abs()
        });
        holds(is_whole, "device-order", || {
            format!("the chain of {device}: {report:?}")
        })
    }

    /// Each crossing counts for a time that can be true.
    fn check_counted(&self, device: DeviceId, sent: &[Event]) -> Checked {
        for event in sent {
            let EventBody::Crossing(_) = &event.body else {
                continue;
            };
            let (shard, seq) = (self.town.shard, i64::try_from(event.seq).unwrap_or(0));
            let row = self
                .server
                .read(move |tx| tx.crossing(shard, device, seq))?;
            let Some(row) = row else { continue };
            let believed = row.received_at - BACK_MILLIS..=row.received_at + AHEAD_MILLIS;
            holds(
                believed.contains(&row.counted_at),
                "counted-when-possible",
                || format!("event {seq} counts for {}", row.counted_at),
            )?;
        }
        Ok(())
    }

    /// What is derived is what the rows give when it is derived anew.
    fn check_derived(&self) -> Checked {
        let (shard, gates) = (self.town.shard, self.gates);
        let read = move |tx: &Tx<'_>| {
            let hours = |tx: &Tx<'_>| {
                let gates = 0..gates;
                let of = gates.map(|gate| tx.hours_of_gate(shard, gate_id(gate), 0, i64::MAX));
                of.collect::<Result<Vec<_>, StoreError>>()
            };
            let before = (tx.outings(shard, ROWS)?, hours(tx)?);
            tx.rebuild_outings(shard)?;
            tx.rebuild_hours(shard)?;
            let after = (tx.outings(shard, ROWS)?, hours(tx)?);
            // Nothing of this is kept.
            Err::<(), Found>(Found::Rows(before == after, before.0.len(), after.0.len()))
        };
        let found = self
            .server
            .store
            .write_blocking::<_, Found, _>(Lane::Jobs, read);
        match found {
            Err(Found::Rows(is_same, before, after)) => {
                holds(is_same, "derived-is-rebuilt", || {
                    format!("{before} outings are kept, the crossings give {after}")
                })
            }
            Err(Found::Store(error)) => Err(anyhow::anyhow!("{error}").into()),
            Ok(()) => Ok(()),
        }
    }

    /// After a restore: everything that is there is whole.
    pub fn check_server(&mut self) -> Checked {
        let devices: Vec<DeviceId> = self.record.held.chains.keys().copied().collect();
        for device in &devices {
            self.check_batch(*device, &[], 0)?;
        }
        self.replay = Replay::new(self.town)?;
        self.check_replayed(&devices)
    }
}

enum Found {
    Rows(bool, usize, usize),
    Store(StoreError),
}

impl From<StoreError> for Found {
    fn from(error: StoreError) -> Found {
        Found::Store(error)
    }
}
