//! Erases a person: first onto the list that a restore replays, then what lies in the tray about
//! them, their record and what names them, then their crossings and events in steps of 500. What
//! stays says that somebody was there, not who (SCOPE-5). Done twice it does the same.

use crate::erasure_list::{Erased, ErasureList};
use crate::ops::erase_tray::erase_tray;
use crate::world::World;
use anyhow::Result;
use gatehouse_core::id::PersonId;
use gatehouse_store::audit::AuditNote;
use gatehouse_store::pass::Revocation;
use gatehouse_store::{Lane, Shard, Store, StoreError, Tx, Vault};
use std::collections::{BTreeMap, BTreeSet};

/// What erasing works with.
#[derive(Clone, Copy)]
pub struct Eraser<'a> {
    /// Where they stand.
    pub store: &'a Store,
    /// Whom a restore must not bring back.
    pub list: &'a ErasureList,
    /// Time and chance.
    pub world: &'a dyn World,
    /// Opens what lies in the tray; `None` before `gatehouse init`, when nothing can lie there.
    pub vault: Option<&'a Vault>,
}

/// What was erased.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Whether the record still said who it was.
    pub was_there: bool,
    /// Crossings and events that named them.
    pub events: u64,
    /// Events that were not taken in and were about them.
    pub aside: u64,
}

/// What a replay did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Replayed {
    /// People on the list.
    pub listed: usize,
    /// Of them, how many the restored database still named.
    pub persons: usize,
    /// Crossings and events that named them.
    pub events: u64,
    /// Events that were not taken in and were about them.
    pub aside: u64,
}

impl Eraser<'_> {
    /// Erases a person now. The record goes after the tray: whoever stops in between finds the
    /// person still to be erased.
    ///
    /// # Errors
    /// The list cannot be written (then nothing is erased), the tray cannot be opened, the
    /// database's.
    pub fn erase(&self, shard: Shard, person: PersonId) -> Result<Count> {
        let now = self.world.now_millis();
        self.list.add(shard, person, now)?;
        let people = BTreeSet::from([person]);
        let aside = erase_tray(self.store, self.vault, shard, &people, now)?;
        let (was_there, events) = erase_listed(self.store, self.world, shard, person)?;
        Ok(Count {
            was_there,
            events,
            aside,
        })
    }

    /// Erases everybody on the list from a database that was restored; says how many of them were
    /// there again.
    ///
    /// # Errors
    /// A list that cannot be read whole, a tray that cannot be opened, the database's.
    pub fn replay(&self) -> Result<Replayed> {
        let all = self.list.read()?;
        let mut replayed = Replayed {
            listed: all.len(),
            ..Replayed::default()
        };
        let mut people: BTreeMap<Shard, BTreeSet<PersonId>> = BTreeMap::new();
        for Erased { shard, person, .. } in &all {
            people.entry(*shard).or_default().insert(*person);
        }
        // Each tray is gone through once, however long the list is.
        for (shard, people) in people {
            let now = self.world.now_millis();
            replayed.aside += erase_tray(self.store, self.vault, shard, &people, now)?;
        }
        for Erased { shard, person, .. } in all {
            let (was_there, events) = erase_listed(self.store, self.world, shard, person)?;
            replayed.persons += usize::from(was_there);
            replayed.events += events;
        }
        Ok(replayed)
    }
}

/// Whether the record was there, and how many crossings and events named them.
fn erase_listed(
    store: &Store,
    world: &dyn World,
    shard: Shard,
    person: PersonId,
) -> Result<(bool, u64), StoreError> {
    let (now, random) = (world.now_millis(), world.bytes());
    let was_there = store.write_blocking::<_, StoreError, _>(Lane::Jobs, move |tx| {
        erase_record(tx, shard, person, &random, now)
    })?;
    let mut events = 0;
    loop {
        let (crossings, others) = store.read_blocking::<_, StoreError, _>(move |tx| {
            let crossings = tx.crossings_naming(shard, &person.0)?;
            let others = if crossings.is_empty() {
                tx.events_naming(shard, &person.0)?
            } else {
                Vec::new()
            };
            Ok((crossings, others))
        })?;
        if crossings.is_empty() && others.is_empty() {
            break;
        }
        // Another value at each step: what was one person's is not to be told from it.
        let random = world.bytes();
        events += store.write_blocking::<_, StoreError, _>(Lane::Jobs, move |tx| {
            let crossings = tx.erase_crossings_at(shard, &crossings, &person.0, &random)?;
            Ok(crossings + tx.erase_events_at(shard, &others, &person.0, &random)?)
        })?;
    }
    Ok((was_there, events))
}

/// The record, if it is there and still says who it was. Passes end first: a card in somebody's
/// pocket must not outlive its holder's record.
fn erase_record(
    tx: &Tx<'_>,
    shard: Shard,
    person: PersonId,
    random: &[u8; 16],
    now: i64,
) -> Result<bool, StoreError> {
    let Some(row) = tx
        .person(shard, person)?
        .filter(|row| row.state != "erased")
    else {
        return Ok(false);
    };
    let reason = if row.state == "died" {
        "died"
    } else {
        "moved_out"
    };
    for pass in tx.passes_of_holder(shard, &person.0)? {
        if pass.revocation.is_none() && pass.expires_at > now {
            let revocation = Revocation {
                at: now,
                reason: reason.to_owned(),
            };
            tx.revoke_pass(shard, pass.pass, &revocation, None)?;
        }
    }
    tx.erase_person_record(shard, person, random)?;
    tx.append_audit(&AuditNote {
        shard,
        at: now,
        kind: "person.erase",
        actor: None,
        commitment: None,
        body: b"1 person",
    })?;
    Ok(true)
}
