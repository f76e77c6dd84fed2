//! Empties what lies in the tray about people who are erased. Whom an event there is about is in
//! no column, only in the event, under a key of its own: each is opened, a page at a time.

use anyhow::{Context, Result};
use gatehouse_core::id::PersonId;
use gatehouse_core::pass::PassNumber;
use gatehouse_core::wire::{Event, EventBody, Subject};
use gatehouse_store::set_aside::{SetAsideKey, SetAsideRow};
use gatehouse_store::{Lane, Shard, Store, StoreError, Vault};
use std::collections::BTreeSet;

/// Events opened in one step.
const ROWS_MOST: u32 = 500;

/// Empties the events of the tray of a county that are about any of these people, settled or not;
/// says how many. Done twice it does the same.
///
/// # Errors
/// The database's; `K-ROOT` where something lies there and there are no keys to open it with.
pub fn erase_tray(
    store: &Store,
    vault: Option<&Vault>,
    shard: Shard,
    people: &BTreeSet<PersonId>,
    now: i64,
) -> Result<u64> {
    let them = Them::of(store, shard, people)?;
    let (mut emptied, mut after) = (0, SetAsideKey::FIRST);
    loop {
        let page = store.read_blocking::<_, StoreError, _>(move |tx| {
            tx.readable_set_aside(shard, &after, ROWS_MOST)
        })?;
        let Some(last) = page.last() else {
            return Ok(emptied);
        };
        after = last.key();
        let vault = vault.context("K-ROOT: no keys to open the records in the tray with")?;
        let theirs = page.iter().filter(|row| them.are_in(row, vault));
        let keys: Vec<SetAsideKey> = theirs.map(SetAsideRow::key).collect();
        if !keys.is_empty() {
            emptied += store.write_blocking::<_, StoreError, _>(Lane::Jobs, move |tx| {
                tx.empty_erased(shard, &keys, now)
            })?;
        }
    }
}

/// Whom an event may be about: whoever is on the phone's list by their record; helpers, workers and
/// visitors are on none, and their pass says who it is.
struct Them<'a> {
    people: &'a BTreeSet<PersonId>,
    passes: BTreeSet<PassNumber>,
}

impl<'a> Them<'a> {
    fn of(
        store: &Store,
        shard: Shard,
        people: &'a BTreeSet<PersonId>,
    ) -> Result<Them<'a>, StoreError> {
        let mut passes = BTreeSet::new();
        for person in people {
            let holder = person.0;
            let rows = store
                .read_blocking::<_, StoreError, _>(move |tx| tx.passes_of_holder(shard, &holder))?;
            passes.extend(rows.iter().map(|row| row.number));
        }
        Ok(Them { people, passes })
    }

    /// What does not open tells nobody anything, and stays as it is.
    fn are_in(&self, row: &SetAsideRow, vault: &Vault) -> bool {
        let bytes = row.reveal_event(vault).ok();
        let Some(event) = bytes.and_then(|bytes| Event::from_bytes(&bytes).ok()) else {
            return false;
        };
        let pass = match &event.body {
            EventBody::Crossing(crossing) => crossing.pass,
            EventBody::Fever(fever) => fever.pass,
            _ => None,
        };
        let subject = event.private.and_then(|private| private.subject);
        let is_named = matches!(subject, Some(Subject::Person(id))
            if self.people.contains(&PersonId(id.0)));
        is_named || pass.is_some_and(|pass| self.passes.contains(&pass))
    }
}
