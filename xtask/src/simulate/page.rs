//! A gate's page, modelled: what `web/gate/src/{store,outbox,app}.ts` do around the core. Its store
//! commits or does not; what runs in memory goes with a crash.

use super::version::{Version, state_before};
use gatehouse_core::audit::Hash;
use gatehouse_core::device::{Appended, Device, Input, Output, Request, StateError, step};
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::id::DeviceId;
use gatehouse_core::moment::Moment;
use gatehouse_core::planted::{Planted, is_planted};
use gatehouse_core::wire::{ChainHead, Event};
use std::collections::{BTreeMap, VecDeque};

/// An event in the outbox.
#[derive(Clone)]
pub struct Stored {
    pub bytes: Vec<u8>,
    /// What is signed when it is the last of a batch.
    pub head: Vec<u8>,
    /// Of the program that made it.
    pub version: Version,
}

/// What outlives the page: IndexedDB.
#[derive(Clone, Default)]
pub struct Durable {
    pub device: Option<DeviceId>,
    pub state: Option<Vec<u8>>,
    pub outbox: BTreeMap<u64, Stored>,
    pub acknowledged: u64,
    /// The signed list and its tag.
    pub list: Option<(Vec<u8>, String)>,
    /// Number and hash of the last event that was stored.
    pub last: Option<(u64, Hash)>,
    /// Of the state: emergencies before enrolment.
    pub early: usize,
}

/// One transaction of the store on its way: events with the state that follows from them.
struct Keeping {
    events: Vec<(u64, Stored)>,
    state: Vec<u8>,
    forget_through: u64,
    early: usize,
}

/// A wall clock that need not be right.
#[derive(Clone, Copy, Default)]
pub struct Clock {
    /// Ahead of the true time by so much.
    pub ahead: i64,
    /// Stands still at this reading.
    pub frozen: Option<i64>,
}

impl Clock {
    /// Whether it shows the true time.
    pub fn is_right(self) -> bool {
        self.frozen.is_none() && self.ahead == 0
    }

    /// What it shows at a true time.
    pub fn reads(self, now: i64) -> i64 {
        self.frozen.unwrap_or(now + self.ahead)
    }
}

/// A request under way.
#[derive(Clone, Copy)]
pub struct Call {
    pub id: u64,
    /// When it is given up, by the true time.
    pub until: i64,
    /// What the phone's clock shows at the latest where its reply still counts: one that slept
    /// finds a reply that lay there as long.
    pub counts_until: i64,
}

/// Codes of a batch that nothing proves to be this phone's (`outbox.ts`).
const STUCK: [&str; 3] = ["D-SIGN", "D-CHAIN", "D-EVENT"];
/// All that is kept is offered anew only so long after a batch was refused.
const REFUSED_MILLIS: i64 = 60_000;

/// A phone at a gate.
pub struct Page {
    pub gate: usize,
    /// Of its program.
    pub version: Version,
    /// The form in which it stores its state while its program is an earlier one.
    pub form_before: u8,
    pub durable: Durable,
    /// `None` while the page is closed.
    core: Option<Device>,
    keeping: VecDeque<Keeping>,
    unstored: Vec<(u64, Stored)>,
    pub clock: Clock,
    /// The request for events under way.
    pub sending: Option<Call>,
    /// The last event of it.
    sent: u64,
    /// After a batch was refused: up to where events were offered since, and until when.
    refused: Option<(u64, i64)>,
    /// The report under way.
    pub reporting: Option<Call>,
    /// The request for a list under way.
    pub fetching: Option<Call>,
    /// The last output.
    pub output: Option<Output>,
    /// Emergencies before enrolment that no event says yet.
    pub early: usize,
    /// Taken away for good: nothing of it is waited for.
    pub is_gone: bool,
}

/// Inputs after which the state is stored even where no event came of them.
fn changes_state(input: &Input) -> bool {
    matches!(
        input,
        Input::Enrol { .. }
            | Input::Snapshot { .. }
            | Input::ShiftStart { .. }
            | Input::ShiftEnd { .. }
            | Input::Thermometer { .. }
            | Input::Sent { .. }
            | Input::Emergency { .. }
    )
}

impl Page {
    /// A closed page over a store.
    pub fn new(gate: usize, durable: Durable) -> Page {
        Page {
            gate,
            version: Version::Now,
            form_before: 0,
            early: durable.early,
            durable,
            core: None,
            keeping: VecDeque::new(),
            unstored: Vec::new(),
            clock: Clock::default(),
            sending: None,
            sent: 0,
            refused: None,
            reporting: None,
            fetching: None,
            output: None,
            is_gone: false,
        }
    }

    /// A request that begins now and may take so long.
    pub fn call(&self, id: u64, now: i64, millis: i64) -> Call {
        Call {
            id,
            until: now + millis,
            counts_until: self.clock.reads(now) + millis,
        }
    }

    /// Whether a reply belongs to a request under way, and comes in time for it.
    pub fn awaits(&self, call: Option<Call>, id: u64, now: i64) -> bool {
        let in_time = |call: Call| call.id == id && self.clock.reads(now) <= call.counts_until;
        self.is_open() && call.is_some_and(in_time)
    }

    pub fn is_open(&self) -> bool {
        self.core.is_some()
    }

    /// Takes up the stored state.
    pub fn open(&mut self) -> Result<(), StateError> {
        let kept = self.durable.state.as_ref();
        let core = kept.map(|state| Device::from_bytes(state)).transpose()?;
        self.core = Some(core.unwrap_or_default());
        Ok(())
    }

    /// The page ends wherever it is: what was not stored is gone.
    pub fn crash(&mut self) {
        self.core = None;
        self.keeping.clear();
        self.unstored.clear();
        self.sending = None;
        self.refused = None;
        self.reporting = None;
        self.fetching = None;
        self.output = None;
        self.early = self.durable.early;
    }

    /// Gives the core an input; what follows from it is put in line for the store.
    pub fn feed(&mut self, input: &Input, now: i64, random: [u8; 32]) -> Option<Output> {
        let core = self.core.take()?;
        let request = Request {
            moment: Moment::new(self.clock.reads(now), 480),
            lang: Lang::Zh,
            random_base64: data_encoding::BASE64.encode(&random),
            input: input.clone(),
        };
        let (core, output) = step(core, &request);
        match input {
            Input::Emergency { .. } if self.durable.device.is_none() => self.early += 1,
            Input::Enrol { .. } => self.early = 0,
            _ => {}
        }
        if !output.append.is_empty() || changes_state(input) {
            let version = self.version;
            let made = output.append.iter().map(|one| stored(one, version));
            self.unstored.extend(made);
            self.keeping.push_back(Keeping {
                events: self.unstored.clone(),
                state: self.state_of(&core),
                forget_through: output.forget_through,
                early: self.early,
            });
        }
        self.core = Some(core);
        self.output = Some(output.clone());
        Some(output)
    }

    /// What it stores.
    fn state_of(&self, core: &Device) -> Vec<u8> {
        let state = core.to_bytes();
        match self.version {
            Version::Earlier => state_before(self.form_before, &state).expect("a state is CBOR"),
            _ => state,
        }
    }

    /// Whether the store has something to do.
    pub fn is_keeping(&self) -> bool {
        !self.keeping.is_empty()
    }

    /// The next transaction of the store commits.
    pub fn keep(&mut self) {
        let Some(keeping) = self.keeping.pop_front() else {
            return;
        };
        self.unstored
            .retain(|(seq, _)| !keeping.events.iter().any(|(kept, _)| kept == seq));
        let last = keeping.events.last();
        let last = last.and_then(|(_, one)| Event::from_bytes(&one.bytes).ok());
        self.durable.last = last
            .map(|last| (last.seq, last.hash()))
            .or(self.durable.last);
        self.durable.outbox.extend(keeping.events);
        if !is_planted(Planted::StateNotStored) {
            self.durable.state = Some(keeping.state);
        }
        self.durable.early = keeping.early;
        self.durable.outbox = self.durable.outbox.split_off(&(keeping.forget_through + 1));
    }

    /// The next transaction of the store fails: its events come with the next one.
    pub fn fail_to_keep(&mut self) {
        self.keeping.pop_front();
    }

    /// The oldest events that are not acknowledged; after a batch was refused those behind it, for
    /// a while. With them the number of the oldest that is kept, or is as good as that.
    pub fn batch(&mut self, most: usize, now: i64) -> (Vec<(u64, Stored)>, u64) {
        self.refused = self.refused.filter(|(_, until)| now <= *until);
        let first = self.durable.outbox.keys().next().copied().unwrap_or(0);
        let (after, oldest) = match self.refused {
            Some((offered, _)) => (offered, offered + 1),
            None => (self.durable.acknowledged, first),
        };
        let unsent = self.durable.outbox.range(after + 1..);
        let mut batch: Vec<_> = unsent
            .take(most)
            .map(|(seq, one)| (*seq, one.clone()))
            .collect();
        if is_planted(Planted::SentBeforeStored) {
            batch.extend(self.unstored.iter().cloned());
        }
        self.sent = batch.last().map_or(self.sent, |(last, _)| *last);
        (batch, oldest)
    }

    /// The server did not take the batch in, or took one in that stands behind such a one: the
    /// page goes on behind it, if that is of any use. Nothing is acknowledged meanwhile.
    pub fn go_on_behind(&mut self, code: Option<&str>, now: i64) -> bool {
        let is_stuck = code.is_some_and(|code| STUCK.contains(&code));
        let until = match (self.refused, is_stuck) {
            (None, true) => now + REFUSED_MILLIS,
            (None, false) => return false,
            (Some(_), false) if code.is_some() => return false,
            (Some((_, until)), _) => until,
        };
        self.refused = Some((self.sent, until));
        if is_planted(Planted::RefusedGivenUp) {
            self.durable.acknowledged = self.sent;
        }
        true
    }

    /// The last event that the server has acknowledged, if it is still here.
    pub fn acknowledged(&self) -> Option<ChainHead> {
        let last = self.durable.outbox.get(&self.durable.acknowledged)?;
        ChainHead::from_signed_bytes(&last.head)
    }

    /// The server has answered: everything up to `through` is there. False where that moves
    /// nothing, which must not become an endless loop.
    pub fn acknowledge(&mut self, through: u64) -> bool {
        let before = self.durable.acknowledged;
        if through != before {
            self.durable.acknowledged = match is_planted(Planted::RestoreIgnored) {
                true => through.max(before),
                false => through,
            };
        }
        through != before
    }
}

fn stored(appended: &Appended, version: Version) -> (u64, Stored) {
    let decode = |text: &str| {
        data_encoding::BASE64
            .decode(text.as_bytes())
            .unwrap_or_default()
    };
    let stored = Stored {
        bytes: decode(&appended.event_base64),
        head: decode(&appended.head_base64),
        version,
    };
    (appended.seq, stored)
}
