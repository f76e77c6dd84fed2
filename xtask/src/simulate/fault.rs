//! What goes wrong, and what changes in the middle. A seed has some of the kinds, not all: what
//! happens seldom is not drowned by what happens always.

use super::network::{Message, What, public_key, sign};
use super::page::{Clock, Page, Stored};
use super::record::Held;
use super::server::Mishap;
use super::simulation::{Backup, Checked, Simulation, holds};
use super::town::HOUR;
use super::version::Version;
use gatehouse_core::audit::Hash;
use gatehouse_core::device::Input;
use gatehouse_core::digits::BASE64;
use gatehouse_core::id::DeviceId;
use gatehouse_core::moment::Moment;
use gatehouse_core::wire::{Event, EventBody};
use gatehouse_store::{Lane, StoreError};

/// A kind of fault or of change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    Drop,
    Duplicate,
    Partition,
    PageCrash,
    StoreFails,
    ServerCrash,
    CommitFails,
    ClockJump,
    Clone,
    Ended,
    Restore,
    Rotation,
    Suspension,
    Orders,
    Stranger,
    OtherVersion,
    LostEnrolment,
    Outage,
}

impl Fault {
    pub const ALL: [Fault; 18] = [
        Fault::Drop,
        Fault::Duplicate,
        Fault::Partition,
        Fault::PageCrash,
        Fault::StoreFails,
        Fault::ServerCrash,
        Fault::CommitFails,
        Fault::ClockJump,
        Fault::Clone,
        Fault::Ended,
        Fault::Restore,
        Fault::Rotation,
        Fault::Suspension,
        Fault::Orders,
        Fault::Stranger,
        Fault::OtherVersion,
        Fault::LostEnrolment,
        Fault::Outage,
    ];
}

impl Simulation<'_> {
    /// Something goes wrong, if this seed has that kind.
    pub fn fault(&mut self, page: usize) -> Checked {
        if !self.server.is_up() && self.chance.percent(40) {
            self.note("the server starts");
            return Ok(self.server.start()?);
        }
        let kinds: Vec<Fault> = self.faults.iter().copied().collect();
        let Some(kind) = self.chance.pick(&kinds).copied() else {
            return Ok(());
        };
        match kind {
            Fault::Drop | Fault::Duplicate => self.disturb(kind),
            Fault::Partition => self.part(page),
            Fault::PageCrash => self.crash_page(page),
            Fault::ServerCrash | Fault::CommitFails => self.mishap(kind),
            Fault::ClockJump => self.jump(page),
            Fault::StoreFails | Fault::LostEnrolment => Ok(()),
            Fault::Clone => self.rarely(20, |it| it.copy(page)),
            Fault::Ended => self.rarely(8, |it| it.end(page)),
            Fault::Restore => self.back_up_or_restore(),
            Fault::Rotation => self.rarely(10, Self::rotate),
            Fault::Suspension => self.rarely(15, Self::suspend_or_resume),
            Fault::Orders => self.rarely(40, Self::order),
            Fault::Outage => self.rarely(25, |it| it.outage(page)),
            Fault::Stranger => self.stranger(page),
            Fault::OtherVersion => self.other_version(page),
        }
    }

    fn rarely(&mut self, percent: usize, act: impl FnOnce(&mut Self) -> Checked) -> Checked {
        match self.chance.percent(percent) {
            true => act(self),
            false => Ok(()),
        }
    }

    fn disturb(&mut self, kind: Fault) -> Checked {
        if self.messages.is_empty() {
            return Ok(());
        }
        let at = self.chance.below(self.messages.len());
        match kind {
            Fault::Drop => {
                let Message { page, .. } = self.messages.remove(at);
                self.note(&format!("a message of page {page} is lost"));
            }
            _ => {
                let twice = self.messages[at].clone();
                self.note(&format!("a message of page {} comes twice", twice.page));
                self.messages.push(twice);
            }
        }
        Ok(())
    }

    fn part(&mut self, page: usize) -> Checked {
        let way = self.chance.below(2);
        self.lines[page][way] ^= true;
        let line = self.lines[page];
        let named = self.page_named(page);
        self.note(&format!(
            "{named} reaches the server {}, is reached {}",
            line[0], line[1]
        ));
        Ok(())
    }

    /// The page ends wherever it is.
    pub fn crash_page(&mut self, page: usize) -> Checked {
        self.pages[page].crash();
        self.seen[page].forget();
        let named = self.page_named(page);
        self.note(&format!("{named} closes"));
        Ok(())
    }

    /// The page opens over what its store holds.
    pub fn open_page(&mut self, page: usize) -> Checked {
        self.may_be_brought_up(page);
        let opened = self.pages[page].open();
        opened.map_err(|error| anyhow::anyhow!("a state of this version: {error}"))?;
        let last = self.pages[page].durable.last;
        self.seen[page].open(last);
        let named = self.page_named(page);
        self.note(&format!("{named} opens"));
        self.feed(page, &Input::Tick {})?;
        match self.pages[page].durable.device {
            Some(device) => self.run_page(page, device),
            None => Ok(()),
        }
    }

    /// The page of an enrolled device begins its day.
    fn run_page(&mut self, page: usize, device: DeviceId) -> Checked {
        let root = self.town.root.verifying_key();
        let input = Input::Enrol {
            device,
            gate: super::town::gate_id(self.pages[page].gate),
            root_key_base64: BASE64.encode(root.as_bytes()),
        };
        let early = self.pages[page].early;
        let output = self.feed(page, &input)?;
        let made = output.map_or(0, |output| output.append.len());
        holds(made == early, "early-emergency-recorded", || {
            format!("{early} emergencies before enrolment, {made} written down")
        })?;
        let acknowledged = Input::Sent {
            acknowledged_through: self.pages[page].durable.acknowledged,
            answers: Vec::new(),
            server_millis: None,
        };
        self.feed(page, &acknowledged)?;
        self.give_list(page)
    }

    /// The phone becomes a device of its gate.
    pub fn enrol(&mut self, page: usize) -> Checked {
        if self.lines[page] != [true, true] {
            return Ok(());
        }
        let gate = self.pages[page].gate;
        let made = self.server.enrol(gate, self.town, public_key());
        let named = self.page_named(page);
        let is_lost = self.faults.contains(&Fault::LostEnrolment) && self.chance.percent(20);
        let Ok(device) = made else {
            self.note(&format!("{named} is not enrolled"));
            return Ok(());
        };
        let held = &mut self.record.held;
        if let Some(before) = held.fresh_device(gate) {
            // It asks again since the answer was lost.
            holds(before == device, "one device for one phone", || {
                format!("{named} becomes a second device")
            })?;
        } else {
            held.enrolled.push((device, gate));
        }
        if is_lost {
            self.note(&format!("{named} is enrolled and does not learn it"));
            return Ok(());
        }
        self.note(&format!("{named} is enrolled"));
        self.pages[page].durable.device = Some(device);
        self.run_page(page, device)
    }

    fn mishap(&mut self, kind: Fault) -> Checked {
        let after = self.chance.below(4) as u32;
        let mishap = match kind {
            Fault::ServerCrash => Mishap::Crash,
            _ => [Mishap::Fails, Mishap::Untold][self.chance.below(2)],
        };
        if kind == Fault::ServerCrash && self.chance.percent(50) {
            self.note("the server ends");
            self.server.crash();
            return Ok(());
        }
        self.note(&format!("after {after} commits: {mishap:?}"));
        self.server.plan(after, mishap);
        Ok(())
    }

    /// A clock goes wrong, or right again.
    fn jump(&mut self, page: usize) -> Checked {
        let reading = self.pages[page].clock.reads(self.now);
        let by = self.chance.below(8 * 24 * HOUR as usize) as i64;
        self.pages[page].clock = match self.chance.below(5) {
            0 => Clock {
                ahead: by,
                frozen: None,
            },
            1 => Clock {
                ahead: -by,
                frozen: None,
            },
            2 => Clock {
                ahead: by / 1_000,
                frozen: None,
            },
            3 => Clock {
                ahead: 0,
                frozen: Some(reading),
            },
            _ => Clock::default(),
        };
        let now = self.pages[page].clock.reads(self.now) - self.now;
        let named = self.page_named(page);
        self.note(&format!("the clock of {named} is {now} ms ahead"));
        Ok(())
    }

    /// Somebody copies the phone's store to another one; or takes the phone with them.
    fn copy(&mut self, page: usize) -> Checked {
        let original = &self.pages[page];
        let Some(device) = original.durable.device.filter(|_| self.pages.len() < 60) else {
            return Ok(());
        };
        let mut copy = Page::new(original.gate, original.durable.clone());
        (copy.version, copy.form_before) = (original.version, original.form_before);
        self.record.copied.insert(device);
        self.pages.push(copy);
        self.lines.push([true; 2]);
        self.seen.push(super::gate::Seen::default());
        let is_stolen = self.chance.percent(30);
        let named = self.page_named(page);
        self.note(&format!(
            "{named} is copied to page {}",
            self.pages.len() - 1
        ));
        if is_stolen {
            self.pages[page].is_gone = true;
            self.crash_page(page)?;
            self.lines[page] = [false; 2];
        }
        Ok(())
    }

    /// A device is taken out of service.
    fn end(&mut self, page: usize) -> Checked {
        let Some(device) = self.pages[page].durable.device else {
            return Ok(());
        };
        if self.record.held.ended.contains_key(&device) || !self.server.is_up() {
            return Ok(());
        }
        let (shard, now) = (self.town.shard, self.now);
        let ended = self
            .server
            .store
            .write_blocking::<_, StoreError, _>(Lane::People, move |tx| {
                tx.end_device(shard, device, now)
            });
        let row = self.server.device(device)?;
        if row.is_some_and(|row| row.ended_at.is_some()) {
            self.record.held.ended.insert(device, now);
        }
        let named = self.page_named(page);
        self.note(&format!(
            "the device of {named} is out of service: {}",
            ended.is_ok()
        ));
        Ok(())
    }

    fn back_up_or_restore(&mut self) -> Checked {
        let backup = self.backup.take();
        let fits = |backup: &Backup| {
            self.now - backup.at < 48 * HOUR && self.knows_everybody(&backup.held)
        };
        match backup {
            Some(backup) if fits(&backup) && self.chance.percent(30) => {
                let restored = self.restore(&backup);
                self.backup = Some(backup);
                restored
            }
            Some(backup) if self.chance.percent(70) => {
                self.backup = Some(backup);
                Ok(())
            }
            _ => {
                self.backup = Some(Backup {
                    store: self.server.back_up()?,
                    held: Held::clone(&self.record.held),
                    at: self.now,
                });
                self.note("the server is backed up");
                Ok(())
            }
        }
    }

    fn restore(&mut self, backup: &Backup) -> Checked {
        self.record.held = backup.held.clone();
        self.server.restore(&backup.store)?;
        for order in &mut self.record.orders {
            order.lifted_at = order.lifted_at.filter(|lifted| *lifted <= backup.at);
        }
        let ago = (self.now - backup.at) / 1_000;
        self.note(&format!("the server is restored to {ago} s ago"));
        self.check_server()
    }

    /// Whether every device is enrolled there. A backup from before that is out of scope: the
    /// phone is enrolled anew by hand, and its earlier events are taken off it by hand.
    fn knows_everybody(&self, held: &Held) -> bool {
        let devices = self.pages.iter().filter_map(|page| page.durable.device);
        let known = |device| held.enrolled.iter().any(|(known, _)| *known == device);
        devices.into_iter().all(known)
    }

    /// Somebody without the device's key writes in its name.
    fn stranger(&mut self, page: usize) -> Checked {
        let Some(device) = self.pages[page].durable.device else {
            return Ok(());
        };
        let row = self.server.device(device)?;
        let (seq, previous) = row.map_or((0, Hash::START), |row| {
            (
                u64::try_from(row.last_seq).unwrap_or(0),
                Hash(row.last_hash),
            )
        });
        let event = Event {
            device,
            seq: seq + 1,
            previous,
            at: Moment::new(self.now, 480),
            skew_millis: None,
            snapshot: 0,
            body: EventBody::ShiftEnd,
            private: None,
        };
        let signature = sign(&event.head().to_signed_bytes(), true);
        let named = self.page_named(page);
        self.note(&format!("a stranger writes as {named}"));
        let written = Stored {
            bytes: event.to_bytes(),
            head: Vec::new(),
            version: Version::Earlier,
        };
        let what = What::Events(device, vec![written], signature, seq + 1);
        let request = 0;
        self.messages.push(Message {
            request,
            page,
            what,
        });
        Ok(())
    }
}
