//! The end of a seed: the faults stop, and everything that a living device holds comes to the
//! server or into the tray.

use super::page::Clock;
use super::record::{set_aside, unproven};
use super::replay::Replay;
use super::simulation::{Checked, Simulation, holds};
use gatehouse_core::wire::Event;
use std::collections::BTreeSet;

/// A gate's list is used by the server for so long before it is read anew.
pub const HELD_MILLIS: i64 = 10_000;
/// Messages of one round.
const MESSAGES_MOST: usize = 2_000;
/// Rounds after which everything must have come.
const ROUNDS: usize = 40;

impl Simulation<'_> {
    /// The faults stop; then everything converges.
    pub fn settle(&mut self) -> Checked {
        self.note("the faults stop");
        let began = self.now;
        self.faults = BTreeSet::new();
        self.server.calm();
        if !self.server.is_up() {
            self.server.start()?;
        }
        // A server that was restored has lost the newest keys too: they are made anew.
        for _ in 0..8 {
            let keys = super::town::keyring(&self.server.store, &self.town.secrets, self.now)?;
            if keys.list.number >= self.rotations {
                self.server.take_keys_up(keys.list.number)?;
                break;
            }
            self.rotate()?;
        }
        self.bring_server_up()?;
        self.lines.iter_mut().for_each(|line| *line = [true; 2]);
        for page in 0..self.pages.len() {
            self.pages[page].clock = Clock::default();
            if !self.pages[page].is_open() && !self.pages[page].is_gone {
                self.open_page(page)?;
            }
        }
        for round in 0..ROUNDS {
            self.wait(20_000);
            let before = self.unsent();
            if round > 4 && before == 0 {
                break;
            }
            for page in 0..self.pages.len() {
                if self.pages[page].is_gone {
                    continue;
                }
                self.keep(page)?;
                if round % 4 == 0 {
                    self.fetch(page)?;
                }
                self.send(page)?;
            }
            // A page that asks for ever is found below, not waited for here.
            for _ in 0..MESSAGES_MOST {
                if self.messages.is_empty() {
                    break;
                }
                let message = self.messages.remove(0);
                self.deliver(message)?;
            }
        }
        self.check_settled(began)
    }

    /// Events that wait at living devices.
    fn unsent(&self) -> u64 {
        let living = self.pages.iter().filter(|page| !page.is_gone);
        let unsent = living.map(|page| {
            let last = page.durable.last.map_or(0, |(seq, _)| seq);
            last.saturating_sub(page.durable.acknowledged)
        });
        unsent.sum()
    }

    fn check_settled(&mut self, began: i64) -> Checked {
        for page in 0..self.pages.len() {
            if !self.pages[page].is_gone {
                self.check_page_settled(page, began)?;
            }
        }
        // All of it, in one go.
        self.replay = Replay::new(self.town)?;
        self.check_replayed(&self.record.held.devices())
    }

    fn check_page_settled(&mut self, page: usize, began: i64) -> Checked {
        let Some(device) = self.pages[page].durable.device else {
            return Ok(());
        };
        self.check_nothing_aside(device)?;
        let aside = set_aside(&self.server, self.town, device)?;
        let durable = &self.pages[page].durable;
        for one in durable.outbox.values() {
            let event = Event::from_bytes(&one.bytes);
            let event = event.map_err(|error| anyhow::anyhow!("{error:?}"))?;
            holds(
                self.record.is_there(&aside, device, &event.hash()),
                "everything-arrives",
                || format!("event {} of page {page} is nowhere", event.seq),
            )?;
        }
        let last = durable.last.map_or(0, |(seq, _)| seq);
        let unsent = last.saturating_sub(durable.acknowledged);
        holds(unsent == 0, "outbox-empties", || {
            format!("page {page} still waits for {unsent} acknowledgements")
        })?;
        let shown = self.pages[page]
            .output
            .as_ref()
            .map_or(0, |output| output.counts.unsent);
        holds(shown == 0, "outbox-empties", || {
            format!("page {page} shows {shown} unsent records")
        })?;
        let unproven = unproven(&self.server, self.town, device)?;
        let mut proven = aside.difference(&unproven);
        if proven.any(|hash| self.record.made.contains_key(hash)) {
            let shard = self.town.shard;
            let alarms = self.server.read(move |tx| tx.alarms(shard, 100_000))?;
            let about = format!("device {device}");
            let is_told = alarms.iter().any(|alarm| alarm.about.starts_with(&about));
            holds(is_told, "clone-is-alarmed", || {
                format!("no alarm about {device}")
            })?;
        }
        let made_at = self.seen[page].list.as_ref().map_or(0, |list| list.made_at);
        holds(made_at + HELD_MILLIS >= began, "list-arrives", || {
            format!("page {page} has a list of {made_at}")
        })
    }
}
