//! Between pages and server: requests and replies under way, which come in any order, twice, or
//! never.

use super::page::Stored;
use super::record::{read_list, set_aside};
use super::simulation::{Checked, Simulation, holds};
use super::version;
use gatehouse_core::device::{Answer, Input};
use gatehouse_core::id::DeviceId;
use gatehouse_core::wire::{ChainHead, Event};
use gatehouse_server::head_signature::spki;
use gatehouse_server::ops::receive_events::{Batch, Receipt};
use gatehouse_server::ops::take_device_report::Heard;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use std::ops::RangeInclusive;
use std::sync::OnceLock;

/// The page gives a request up after this.
const CALL_MILLIS: i64 = 8_000;
/// The same of a list.
const LIST_MILLIS: i64 = 60_000;

/// Something under way.
#[derive(Clone)]
pub struct Message {
    pub request: u64,
    pub page: usize,
    pub what: What,
}

/// What is under way.
#[derive(Clone)]
pub enum What {
    /// Events with a signature over their head, and the oldest that the page keeps.
    Events(DeviceId, Vec<Stored>, Vec<u8>, u64),
    /// A question for a list, with the tag of the one that is there.
    Fetch(Option<String>),
    /// How the phone is: its clock, and the last that it was acknowledged.
    Report(DeviceId, i64, Option<ChainHead>),
    /// The answer to events: what is told, or a code.
    Received(Result<Told, String>),
    /// The answer to a question for a list.
    List(Result<Option<(Vec<u8>, String)>, String>),
    /// The answer to a report.
    Heard(Result<Heard, String>),
}

/// What the page reads of a receipt.
#[derive(Clone)]
pub struct Told {
    through: u64,
    answers: Vec<Answer>,
    server_millis: i64,
}

impl Told {
    fn new(receipt: Receipt) -> Told {
        let answers = receipt.answers.into_iter().map(|answer| Answer {
            seq: answer.seq,
            verdict: answer.verdict,
            graver: answer.graver,
            rows: answer.rows,
            sentences: answer.sentences,
        });
        Told {
            through: u64::try_from(receipt.acknowledged_through).unwrap_or(0),
            answers: answers.collect(),
            server_millis: receipt.server_millis,
        }
    }
}

/// The key pair of every device, and a stranger's: which is which does not change what happens.
pub fn pair(of_stranger: bool) -> &'static EcdsaKeyPair {
    static PAIRS: OnceLock<[EcdsaKeyPair; 2]> = OnceLock::new();
    let pairs = PAIRS.get_or_init(|| {
        [(); 2].map(|()| {
            let (random, kind) = (SystemRandom::new(), &ECDSA_P256_SHA256_FIXED_SIGNING);
            let written = EcdsaKeyPair::generate_pkcs8(kind, &random).expect("a key is made");
            EcdsaKeyPair::from_pkcs8(kind, written.as_ref(), &random).expect("and read")
        })
    });
    &pairs[usize::from(of_stranger)]
}

pub fn public_key() -> Vec<u8> {
    let point: [u8; 65] = pair(false)
        .public_key()
        .as_ref()
        .try_into()
        .expect("a point");
    spki(&point)
}

pub fn sign(head: &[u8], by_stranger: bool) -> Vec<u8> {
    let signed = pair(by_stranger).sign(&SystemRandom::new(), head);
    signed.expect("a head is signed").as_ref().to_vec()
}

impl Simulation<'_> {
    /// The page sends its oldest events, if nothing is under way.
    pub fn send(&mut self, page: usize) -> Checked {
        let (now, most) = (self.now, self.batch_most);
        let sender = &mut self.pages[page];
        let is_waiting = sender.sending.is_some_and(|call| now < call.until);
        let Some(device) = sender
            .durable
            .device
            .filter(|_| sender.is_open() && !is_waiting)
        else {
            return Ok(());
        };
        let (batch, oldest) = sender.batch(most, now);
        let Some((last, Stored { head, .. })) = batch.last().cloned() else {
            return Ok(());
        };
        self.next_message += 1;
        sender.sending = Some(sender.call(self.next_message, now, CALL_MILLIS));
        let first = batch[0].0;
        let events = batch.into_iter().map(|(_, stored)| stored).collect();
        self.messages.push(Message {
            request: self.next_message,
            page,
            what: What::Events(device, events, sign(&head, false), oldest),
        });
        let named = self.page_named(page);
        self.note(&format!("{named} sends events {first} to {last}"));
        Ok(())
    }

    /// The page asks for a newer list and says how it is.
    pub fn fetch(&mut self, page: usize) -> Checked {
        let now = self.now;
        let asker = &mut self.pages[page];
        let is_waiting = asker.fetching.is_some_and(|call| now < call.until);
        let Some(device) = asker.durable.device else {
            return Ok(());
        };
        if !asker.is_open() || is_waiting {
            return Ok(());
        }
        self.next_message += 1;
        asker.reporting = Some(asker.call(self.next_message, now, CALL_MILLIS));
        let device_millis = asker.clock.reads(now);
        self.messages.push(Message {
            request: self.next_message,
            page,
            what: What::Report(device, device_millis, asker.acknowledged()),
        });
        self.next_message += 1;
        asker.fetching = Some(asker.call(self.next_message, now, LIST_MILLIS));
        let known = asker.durable.list.as_ref().map(|(_, tag)| tag.clone());
        self.messages.push(Message {
            request: self.next_message,
            page,
            what: What::Fetch(known),
        });
        let named = self.page_named(page);
        self.note(&format!("{named} asks for a list"));
        Ok(())
    }

    /// One of the messages arrives, any of them.
    pub fn deliver_some(&mut self) -> Checked {
        if self.messages.is_empty() {
            return Ok(());
        }
        // Mostly the oldest one.
        let at = match self.chance.percent(60) {
            true => 0,
            false => self.chance.below(self.messages.len()),
        };
        let message = self.messages.remove(at);
        let millis = self.chance.below(300) as i64;
        self.wait(millis);
        self.deliver(message)
    }

    pub fn deliver(&mut self, message: Message) -> Checked {
        let (page, request) = (message.page, message.request);
        let line = self.lines[page];
        let answer = match message.what {
            What::Events(..) | What::Fetch(..) | What::Report(..) if !line[0] => return Ok(()),
            What::Received(_) | What::List(_) | What::Heard(_) if !line[1] => return Ok(()),
            What::Events(device, events, signature, oldest) => {
                What::Received(self.receive(page, device, (events, oldest), signature)?)
            }
            What::Fetch(known) => {
                let (gate, reader) = (self.pages[page].gate, self.pages[page].version);
                let asked = (known.as_deref(), reader);
                What::List(self.server.list(gate, self.town, asked))
            }
            What::Report(device, device_millis, acknowledged) => {
                let said = (device_millis, acknowledged);
                What::Heard(self.server.report(self.town, device, said))
            }
            What::Heard(heard) => return self.heard(page, request, heard),
            What::Received(told) => return self.received(page, request, told),
            What::List(list) => return self.listed(page, request, list),
        };
        self.messages.push(Message {
            what: answer,
            ..message
        });
        Ok(())
    }

    /// The server takes a batch in.
    pub fn receive(
        &mut self,
        page: usize,
        device: DeviceId,
        (events, oldest): (Vec<Stored>, u64),
        head_signature: Vec<u8>,
    ) -> Checked<Result<Told, String>> {
        let reader = self.server.version;
        let is_later = events.iter().any(|one| one.version > reader);
        let written = events.into_iter().map(|one| match one.version > reader {
            true => version::after(&one.bytes),
            false => one.bytes,
        });
        let events: Vec<Vec<u8>> = written.collect();
        let read = events.iter().map(|bytes| Event::from_bytes(bytes));
        let read: Vec<Event> = read.filter_map(Result::ok).collect();
        let before = self.server.device(device)?.map_or(0, |row| row.last_seq);
        let gate = self.pages[page].gate;
        let batch = Batch {
            device,
            events,
            head_signature,
            oldest,
        };
        let answer = self.server.receive(gate, self.town, batch);
        let mark = (device, before);
        let taken = self
            .record
            .take(&self.server, self.town, mark, &read, self.now)?;
        let said = match &answer {
            Ok(receipt) => {
                let aside: Vec<_> = receipt.set_aside.iter().map(|one| one.seq).collect();
                format!(
                    "acknowledges up to {}, aside {aside:?}",
                    receipt.acknowledged_through
                )
            }
            Err(code) => format!("answers {code}"),
        };
        let named = self.page_named(page);
        self.note(&format!(
            "the server takes {taken} events of {named} in, {said}"
        ));
        self.check_batch(device, &read, taken)?;
        let is_refused = match &answer {
            Ok(_) => false,
            Err(code) => taken == 0 && code != "S-CORRUPT",
        };
        holds(is_refused || !is_later, "later-is-refused", || {
            format!("{taken} events of a batch of a later version are taken in")
        })?;
        let answer = answer.map(Told::new);
        if let Ok(told) = &answer {
            self.check_told(page, device, &read, oldest..=told.through)?;
        }
        Ok(answer)
    }

    /// Everything that is acknowledged is at the server: from the oldest that the page says to
    /// keep, as it keeps what was refused without saying so.
    fn check_told(
        &mut self,
        page: usize,
        device: DeviceId,
        sent: &[Event],
        told: RangeInclusive<u64>,
    ) -> Checked {
        let aside = set_aside(&self.server, self.town, device)?;
        let kept = &self.pages[page].durable.outbox;
        let kept = kept
            .values()
            .filter_map(|one| Event::from_bytes(&one.bytes).ok());
        for event in kept.chain(sent.iter().cloned()) {
            let hash = event.hash();
            let is_made = self.record.made.contains_key(&hash.0);
            if !told.contains(&event.seq) || event.device != device || !is_made {
                continue;
            }
            holds(
                self.record.is_there(&aside, device, &hash),
                "acknowledged-is-stored",
                || {
                    format!(
                        "event {} of {device} is acknowledged and not there",
                        event.seq
                    )
                },
            )?;
        }
        Ok(())
    }

    /// The page learns what became of its events.
    fn received(&mut self, page: usize, request: u64, told: Result<Told, String>) -> Checked {
        let (receiver, now) = (&mut self.pages[page], self.now);
        if !receiver.awaits(receiver.sending, request, now) {
            return Ok(());
        }
        let code = told.as_ref().err().map(String::as_str);
        if receiver.go_on_behind(code, now) {
            receiver.sending = None;
            self.record.went_on_behind.extend(receiver.durable.device);
            let named = self.page_named(page);
            self.note(&format!(
                "{named} goes on behind what was refused: {code:?}"
            ));
            return self.send(page);
        }
        let Ok(told) = told else {
            receiver.sending = None;
            return Ok(());
        };
        if !receiver.acknowledge(told.through) {
            receiver.sending = None;
            return Ok(());
        }
        let named = self.page_named(page);
        self.note(&format!(
            "{named} learns that events up to {} are there",
            told.through
        ));
        // Between the note in the store and the core's own.
        if self.faults.contains(&super::fault::Fault::PageCrash) && self.chance.percent(3) {
            return self.crash_page(page);
        }
        self.pages[page].sending = None;
        self.seen[page].server_clock(self.pages[page].clock.reads(self.now), told.server_millis);
        let input = Input::Sent {
            acknowledged_through: told.through,
            answers: told.answers,
            server_millis: Some(told.server_millis),
        };
        self.feed(page, &input)?;
        self.send(page)
    }

    /// The page learns how the server stands: what that has lost of what it acknowledged is sent
    /// again.
    fn heard(&mut self, page: usize, request: u64, heard: Result<Heard, String>) -> Checked {
        let (receiver, now) = (&mut self.pages[page], self.now);
        let is_asked = receiver.awaits(receiver.reporting, request, now);
        let (true, Ok(heard)) = (is_asked, heard) else {
            return Ok(());
        };
        receiver.reporting = None;
        if !heard.has_acknowledged {
            let oldest = receiver.durable.outbox.keys().next().copied();
            receiver.acknowledge(oldest.unwrap_or(1) - 1);
            let named = self.page_named(page);
            self.note(&format!("{named} hears that what it sent is lost"));
        }
        self.seen[page].server_clock(self.pages[page].clock.reads(self.now), heard.server_millis);
        let input = Input::Sent {
            acknowledged_through: self.pages[page].durable.acknowledged,
            answers: vec![],
            server_millis: Some(heard.server_millis),
        };
        self.feed(page, &input)?;
        self.send(page)
    }

    /// The page gets a list.
    fn listed(
        &mut self,
        page: usize,
        request: u64,
        list: Result<Option<(Vec<u8>, String)>, String>,
    ) -> Checked {
        let (receiver, now) = (&mut self.pages[page], self.now);
        if !receiver.awaits(receiver.fetching, request, now) {
            return Ok(());
        }
        receiver.fetching = None;
        let Ok(Some((bytes, tag))) = list else {
            return Ok(());
        };
        // One that is refused does not take the place of the one that is there.
        match self.give(page, &bytes)? {
            true => self.pages[page].durable.list = Some((bytes, tag)),
            false => self.look_for_version(page)?,
        }
        Ok(())
    }

    /// Hands the stored list to the core.
    pub fn give_list(&mut self, page: usize) -> Checked {
        match self.pages[page].durable.list.clone() {
            Some((bytes, _)) => self.give(page, &bytes).map(|_| ()),
            None => Ok(()),
        }
    }

    /// Hands a list to the core; says whether it was taken.
    fn give(&mut self, page: usize, bytes: &[u8]) -> Checked<bool> {
        let input = Input::Snapshot {
            bytes_base64: data_encoding::BASE64.encode(bytes),
        };
        let Some(output) = self.feed(page, &input)? else {
            return Ok(false);
        };
        let is_taken = output.screen.code.as_deref() != Some("D04");
        let number = output.header.snapshot;
        let held = self.seen[page].list.as_ref().map(|list| list.number);
        holds(
            is_taken || number == held,
            "refused-changes-nothing",
            || format!("after a list was refused number {number:?} is in use, not {held:?}"),
        )?;
        let named = self.page_named(page);
        self.note(&format!("{named} is given a list, holds number {number:?}"));
        if is_taken {
            let list = read_list(self.town, bytes);
            let clock = self.pages[page].clock.reads(self.now);
            self.seen[page].list_clock(clock, list.as_ref().map(|list| list.made_at));
            self.seen[page].take_list(list)?;
        }
        Ok(is_taken)
    }
}
