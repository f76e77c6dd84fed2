//! One county: devices first, then the chains with the rows that they speak of, then orders.

use super::found::County;
use super::orders::OrderActs;
use anyhow::Result;
use gatehouse_core::audit::Seal;
use gatehouse_core::id::DeviceId;
use gatehouse_core::key::{KeyList, PublicKey};
use gatehouse_store::audit_verify::{ChainWalk, heads_gone};
use gatehouse_store::device_verify::DeviceWalk;
use gatehouse_store::event_verify::{EventFault, EventFaultKind, Matched};
use gatehouse_store::{Shard, Store, StoreError};
use std::collections::HashMap;

/// What a county is verified with.
pub struct Verifier<'a> {
    pub store: &'a Store,
    pub shard: Shard,
    pub from: Option<Seal>,
    pub seal_keys: Vec<PublicKey>,
    pub list: &'a KeyList,
    pub kept_since: i64,
}

/// What the entries said about a device.
#[derive(Clone, Copy, Default)]
struct Spoken {
    events: i64,
    first: i64,
    last: i64,
    desk_amendments: i64,
}

type SpokenOf = HashMap<DeviceId, Spoken>;

impl Verifier<'_> {
    /// Verifies everything.
    ///
    /// # Errors
    /// A database that cannot be asked.
    pub fn run(&self, progress: &mut dyn FnMut(u64)) -> Result<County> {
        let (shard, from, keys) = (self.shard, self.from.clone(), self.seal_keys.clone());
        // One state of heads, seals and devices: an event and its entry come in together.
        let (heads, seals, devices) = self.store.read_blocking::<_, StoreError, _>(move |tx| {
            let seals = tx.verify_seals(shard, from.as_ref(), &keys)?;
            Ok((
                tx.heads_to_verify(shard)?,
                seals,
                tx.devices_to_verify(shard)?,
            ))
        })?;
        let ((heads, unreadable), (seals, broken_seal)) = (heads, seals);
        let mut county = County::new(shard);
        for fault in broken_seal.iter().chain(&unreadable) {
            county.faults.audit(fault);
        }
        county.chains = heads.len() as u64;
        county.seals = (seals.len() - usize::from(self.from.is_some())) as u64;
        let mut walked = HashMap::new();
        for device in devices {
            let Some(walk) = device else {
                county.faults.device(None, 0, "unreadable");
                continue;
            };
            let walk = self.device(walk, &mut county, progress)?;
            walked.insert(walk.device, walk);
        }
        let (mut spoken, mut acts) = (SpokenOf::new(), OrderActs::default());
        for stored in &heads {
            let walk = ChainWalk::new(*stored, self.from.as_ref(), &seals);
            self.chain(walk, &mut county, (&mut spoken, &mut acts), progress)?;
        }
        for gone in heads_gone(&heads, &seals) {
            county.faults.audit(&gone);
        }
        self.compare(&walked, &spoken, &mut county)?;
        acts.verify(self, &mut county)?;
        progress(county.rows());
        Ok(county)
    }

    /// Entries after this instant must be among those that were followed.
    pub fn since(&self) -> i64 {
        self.from.as_ref().map_or(i64::MIN, |seal| seal.made_at)
    }

    fn device(
        &self,
        mut walk: DeviceWalk,
        county: &mut County,
        progress: &mut dyn FnMut(u64),
    ) -> Result<DeviceWalk> {
        let shard = self.shard;
        let before = county.events;
        loop {
            let from = walk.clone();
            let (next, is_end) = self.store.read_blocking::<_, StoreError, _>(move |tx| {
                let mut walk = from.clone();
                let is_end = tx.walk_device(shard, &mut walk)?;
                Ok((walk, is_end))
            })?;
            walk = next;
            county.events = before + walk.report.events;
            progress(county.rows());
            if is_end {
                break;
            }
        }
        county.devices += 1;
        if let Some(seq) = walk.report.broken_at {
            county.faults.device(Some(walk.device), seq, "broken");
        }
        Ok(walk)
    }

    fn chain(
        &self,
        mut walk: ChainWalk,
        county: &mut County,
        (spoken, acts): (&mut SpokenOf, &mut OrderActs),
        progress: &mut dyn FnMut(u64),
    ) -> Result<()> {
        let shard = self.shard;
        loop {
            let from = walk.clone();
            let (next, step, matched) =
                self.store.read_blocking::<_, StoreError, _>(move |tx| {
                    let mut walk = from.clone();
                    let step = tx.walk_chain(shard, &mut walk)?;
                    let matched = tx.match_entries(shard, &step.entries)?;
                    Ok((walk, step, matched))
                })?;
            walk = next;
            county.entries += step.entries.len() as u64;
            step.entries.iter().for_each(|entry| acts.note(entry));
            if let Some(fault) = &step.fault {
                county.faults.audit(fault);
            }
            self.take(&matched, spoken, county);
            progress(county.rows());
            if step.is_end {
                return Ok(());
            }
        }
    }

    fn take(&self, matched: &Matched, spoken: &mut SpokenOf, county: &mut County) {
        for (device, seq) in &matched.events {
            let of = spoken.entry(*device).or_default();
            of.first = if of.events == 0 {
                *seq
            } else {
                of.first.min(*seq)
            };
            of.last = of.last.max(*seq);
            of.events += 1;
        }
        for (device, _) in &matched.desk_amendments {
            spoken.entry(*device).or_default().desk_amendments += 1;
        }
        // What is older than its days may have been dropped.
        let may_go = |fault: &EventFault| {
            fault.what == EventFaultKind::Dropped && fault.at < self.kept_since
        };
        let faults = matched.faults.iter().filter(|fault| !may_go(fault));
        faults.for_each(|fault| county.faults.event(fault));
    }

    /// Whether each device's events are those that the entries speak of, no fewer and no more.
    fn compare(
        &self,
        walked: &HashMap<DeviceId, DeviceWalk>,
        spoken: &SpokenOf,
        county: &mut County,
    ) -> Result<()> {
        let mut devices: Vec<&DeviceWalk> = walked.values().collect();
        devices.sort_by_key(|walk| walk.device);
        for walk in devices {
            let of = spoken.get(&walk.device).copied().unwrap_or_default();
            if walk.report.broken_at.is_none() && !self.is_spoken_of(walk, of) {
                county
                    .faults
                    .device(Some(walk.device), walk.last_seq, "unrecorded");
            }
            let (shard, device) = (self.shard, walk.device);
            let (first, since) = (walk.report.from_seq, self.since());
            let at_desks = self.store.read_blocking::<_, StoreError, _>(move |tx| {
                tx.count_desk_amendments(shard, device, first, since)
            })?;
            if at_desks > of.desk_amendments {
                county.faults.amendments_unrecorded(device);
            }
        }
        let mut gone: Vec<_> = spoken
            .iter()
            .filter(|(id, _)| !walked.contains_key(id))
            .collect();
        gone.sort_by_key(|(device, _)| **device);
        for (device, of) in gone {
            county.faults.device(Some(*device), of.last, "gone");
        }
        Ok(())
    }

    fn is_spoken_of(&self, walk: &DeviceWalk, of: Spoken) -> bool {
        let report = &walk.report;
        if of.events == 0 {
            let was_before = self.from.is_some() && walk.received_at <= self.since();
            return report.events == 0 || was_before;
        }
        let is_whole = of.events == of.last - of.first + 1 && of.last == walk.last_seq;
        let from_start = self.from.is_some() || report.events == 0 || of.first <= report.from_seq;
        is_whole && from_start
    }
}
