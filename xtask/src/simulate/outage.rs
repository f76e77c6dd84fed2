//! A gate is without a network for days (GATE-11): its guards go on, the clock is set by hand, the
//! phone is started anew, and whoever is under an order comes to the gate all the same.

use super::fault::Fault;
use super::page::Clock;
use super::settle::HELD_MILLIS;
use super::simulation::{Checked, Simulation};
use super::town::HOUR;
use gatehouse_core::moment::Moment;

/// Visits to the gate in one outage, at the fewest, and how many more.
const VISITS: (usize, usize) = (4, 8);
/// Between two of them, at most.
const APART: i64 = 24 * HOUR;
/// Messages of the last contact.
const MESSAGES_MOST: usize = 12;

impl Simulation<'_> {
    /// The network of a gate is gone, for some days or until the faults stop.
    pub fn outage(&mut self, page: usize) -> Checked {
        if self.pages[page].durable.device.is_none() {
            return Ok(());
        }
        if self.chance.percent(40) {
            self.last_contact(page)?;
        }
        let began = self.now;
        self.lines[page] = [false; 2];
        let named = self.page_named(page);
        self.note(&format!("{named} has no network"));
        for _ in 0..VISITS.0 + self.chance.below(VISITS.1) {
            let millis = self.chance.below(APART as usize) as i64;
            self.wait(millis);
            self.meanwhile(page)?;
            self.visit(page)?;
        }
        let is_back = self.chance.percent(60);
        self.lines[page] = [is_back; 2];
        let hours = (self.now - began) / HOUR;
        self.note(&format!("{named}: after {hours} h, back: {is_back}"));
        Ok(())
    }

    /// Before that the phone hears the server once more, of an order that was signed just now, and
    /// with a clock that is ahead: by how much is known when somebody sets it right.
    fn last_contact(&mut self, page: usize) -> Checked {
        if self.faults.contains(&Fault::Orders) {
            self.order()?;
            self.wait(HELD_MILLIS);
        }
        let ahead = self.chance.below(48 * HOUR as usize) as i64;
        self.set_by_hand(page, self.now + ahead);
        self.lines[page] = [true; 2];
        self.fetch(page)?;
        for _ in 0..MESSAGES_MOST {
            let mut messages = self.messages.iter();
            let Some(at) = messages.position(|message| message.page == page) else {
                break;
            };
            let message = self.messages.remove(at);
            self.deliver(message)?;
        }
        Ok(())
    }

    /// What befalls a phone that nobody hears of.
    fn meanwhile(&mut self, page: usize) -> Checked {
        match self.chance.below(8) {
            0..2 => self.set_by_hand(page, self.now),
            2 => {
                let off = self.chance.below(96 * HOUR as usize) as i64 - 48 * HOUR;
                self.set_by_hand(page, self.now + off);
            }
            3 => return self.crash_page(page),
            _ => {}
        }
        Ok(())
    }

    fn set_by_hand(&mut self, page: usize, reading: i64) {
        self.pages[page].clock = Clock {
            ahead: reading - self.now,
            frozen: None,
        };
        let (named, shown) = (self.page_named(page), Moment::new(reading, 480).to_text());
        self.note(&format!("the clock of {named} is set by hand to {shown}"));
    }

    /// Somebody comes to the gate: whoever is under an order, or was, before others.
    fn visit(&mut self, page: usize) -> Checked {
        if !self.pages[page].is_open() {
            self.open_page(page)?;
        }
        let ordered = self.record.orders.iter().map(|order| order.person);
        let ordered: Vec<_> = ordered.collect();
        let whom = self.chance.pick(&ordered).copied();
        let residents = &self.town.residents;
        let at = residents.iter().position(|one| Some(one.person) == whom);
        let at = at.unwrap_or_else(|| self.chance.below(self.town.residents.len()));
        self.scan(page, at)?;
        self.finish_open(page)
    }
}
