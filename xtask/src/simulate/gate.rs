//! What guards and residents do at a gate, and what must hold of every event that comes of it.

use super::fault::Fault;
use super::page::Page;
use super::simulation::{Checked, Simulation, holds};
use super::town::Resident;
use gatehouse_core::audit::Hash;
use gatehouse_core::device::{Change, EmergencyKind, Guard, Input, Output, ScreenKind};
use gatehouse_core::digits::BASE64;
use gatehouse_core::gate::fact::{order, pass_state};
use gatehouse_core::gate::record::read_facts;
use gatehouse_core::gate::{Fact, Known, Outcome, Policy, SubjectKind, Value, Verdict, Way};
use gatehouse_core::moment::Moment;
use gatehouse_core::pass::PassNumber;
use gatehouse_core::wire::{Crossing, Event, EventBody, Snapshot, Subject};
use std::collections::BTreeSet;

const HARD_LIFE_MILLIS: i64 = 72 * 3_600_000;
const SKEW_MILLIS: i64 = 5 * 60_000;
const GRACE_MILLIS: i64 = 7 * 24 * 3_600_000;

/// What the checks know of a page.
#[derive(Clone, Default)]
pub struct Seen {
    /// The last event of the chain in memory: number and hash.
    pub last: Option<(u64, Hash)>,
    /// The list in use, as it was signed.
    pub list: Option<Snapshot>,
    /// Number and time of the newest list.
    mark: (u64, i64),
    /// Passes that were scanned, with the reading of the clock.
    scans: Vec<(PassNumber, i64)>,
    /// The same as far as the store has them: a case that it holds is open again after a crash.
    kept_scans: Vec<(PassNumber, i64)>,
    /// The scans of events that the store has not taken yet, by the numbers of these: after a crash
    /// the case that they ended is open again.
    ended: Vec<(u64, Vec<(PassNumber, i64)>)>,
    /// This clock minus the server's, as the server last said.
    skew: Option<i64>,
    /// What the clock said whenever the core read it and it was right.
    right_readings: BTreeSet<i64>,
}

impl Seen {
    /// After a crash: what was only in memory is gone.
    pub fn forget(&mut self) {
        self.list = None;
        self.scans = self.kept_scans.clone();
        // The core stores the skew, but a crash may have come before.
        self.skew = None;
    }

    /// The page opens over a store that ends with this event.
    pub fn open(&mut self, last: Option<(u64, Hash)>) {
        self.last = last;
        let kept = last.map_or(0, |(seq, _)| seq);
        let lost = std::mem::take(&mut self.ended).into_iter();
        let lost = lost.filter(|(seq, _)| *seq > kept);
        self.scans.extend(lost.flat_map(|(_, scans)| scans));
    }

    /// The server said what time it is.
    pub fn server_clock(&mut self, reading: i64, server: i64) {
        self.skew = Some(reading - server);
    }

    /// A list of the future says that this clock is slow; one of the past says nothing.
    pub fn list_clock(&mut self, reading: i64, made_at: Option<i64>) {
        if let Some(skew) = made_at.map(|made_at| reading - made_at)
            && skew < -SKEW_MILLIS
        {
            self.skew = Some(skew);
        }
    }

    /// A list never gives way to one that is older by number and by time.
    pub fn take_list(&mut self, list: Option<Snapshot>) -> Checked {
        let Some(list) = list else { return Ok(()) };
        let mark = (list.number, list.made_at);
        self.list = Some(list);
        let (number, made_at) = self.mark;
        holds(
            mark.0 >= number || mark.1 > made_at,
            "list-never-older",
            || format!("list {} took the place of list {number}", mark.0),
        )?;
        self.mark = mark;
        Ok(())
    }
}

impl Simulation<'_> {
    /// One input for the core of a page, with everything that must hold of what it says.
    pub fn feed(&mut self, page: usize, input: &Input) -> Checked<Option<Output>> {
        let random = self.chance.bytes();
        if self.pages[page].clock.is_right() {
            self.seen[page].right_readings.insert(self.now);
        }
        let Some(output) = self.pages[page].feed(input, self.now, random) else {
            return Ok(None);
        };
        for appended in &output.append {
            let bytes = BASE64
                .decode(appended.event_base64.as_bytes())
                .unwrap_or_default();
            let event = Event::from_bytes(&bytes)
                .map_err(|error| anyhow::anyhow!("an event that cannot be read: {error:?}"))?;
            self.check_event(page, &event)?;
        }
        // Mostly the store is quick.
        if self.chance.percent(85) {
            self.keep(page)?;
        }
        Ok(Some(output))
    }

    /// The store of a page commits what is in line.
    pub fn keep(&mut self, page: usize) -> Checked {
        let is_keeping = self.pages[page].is_keeping();
        while self.pages[page].is_keeping() {
            let fails = self.faults.contains(&Fault::StoreFails) && self.chance.percent(10);
            match fails {
                true => self.pages[page].fail_to_keep(),
                false => self.pages[page].keep(),
            }
        }
        if is_keeping {
            self.seen[page].kept_scans = self.seen[page].scans.clone();
        }
        let Page { early, durable, .. } = &self.pages[page];
        let is_kept = durable.early == *early || self.store_fails;
        holds(is_kept, "early-emergency-kept", || {
            format!(
                "{early} emergencies before enrolment, {} kept",
                durable.early
            )
        })?;
        self.check_outbox(page)
    }

    /// What is not acknowledged is in the outbox.
    pub fn check_outbox(&self, page: usize) -> Checked {
        let durable = &self.pages[page].durable;
        let Some(last) = durable.outbox.keys().next_back().copied() else {
            return Ok(());
        };
        let unsent = durable.outbox.range(durable.acknowledged + 1..).count() as u64;
        holds(
            unsent == last.saturating_sub(durable.acknowledged),
            "unacknowledged-is-kept",
            || format!("of events up to {last} {unsent} are unsent and kept"),
        )
    }

    /// An event as its device makes it.
    fn check_event(&mut self, page: usize, event: &Event) -> Checked {
        let hash = event.hash();
        let next = self.seen[page].last.map_or(1, |(seq, _)| seq + 1);
        let before = self.seen[page].last.map_or(Hash::START, |(_, hash)| hash);
        holds(
            event.seq == next && event.previous == before,
            "device-order",
            || format!("event {} after {}", event.seq, next - 1),
        )?;
        self.seen[page].last = Some((event.seq, hash));
        self.record.made.insert(hash.0, event.device);
        let skew = self.seen[page].skew.filter(|skew| skew.abs() > SKEW_MILLIS);
        holds(
            skew.is_none() || event.skew_millis.is_some(),
            "wrong-clock-is-marked",
            || format!("event {} of a clock that is {skew:?} ms off", event.seq),
        )?;
        match &event.body {
            EventBody::Crossing(crossing) => self.check_crossing(page, event, crossing),
            _ => Ok(()),
        }
    }

    fn check_crossing(&mut self, page: usize, event: &Event, crossing: &Crossing) -> Checked {
        let at = crossing.decided_at;
        let facts = read_facts(&crossing.facts, Moment::new(at, 480));
        let facts = facts.map_err(|_| anyhow::anyhow!("facts that cannot be read"))?;
        let choice = |fact: Fact| match facts.known(fact).as_ref() {
            Known::Is(Value::Choice(at)) => Some(usize::from(*at)),
            _ => None,
        };
        let list = self.seen[page].list.as_ref();
        let policy = list.and_then(|list| {
            let mut spells = list.policies.iter();
            let spell = spells.find(|spell| {
                spell.span.from_at <= at && spell.span.until_at.is_none_or(|until| at < until)
            });
            Policy::read(&spell?.compiled).ok()
        });
        holds(
            crossing.policy == policy.map(|policy| policy.id()),
            "policy-of-the-minute",
            || format!("event {} was not decided by what was in force", event.seq),
        )?;
        let state = choice(Fact::PassState).map(|at| pass_state::CHOICES[at].name);
        if let Some(pass) = crossing.pass {
            self.check_pass(page, event.seq, pass, state)?;
        }
        let effect = choice(Fact::Order).map(|at| order::CHOICES[at].name);
        match effect {
            // Without a document in force nobody is named, nor restricted.
            Some("not_to_cross") if crossing.policy.is_some() => {
                self.check_restricted(page, event, at)
            }
            _ => Ok(()),
        }
    }

    /// A pass that was taken as valid was so when it was scanned.
    fn check_pass(
        &mut self,
        page: usize,
        seq: u64,
        pass: PassNumber,
        state: Option<&str>,
    ) -> Checked {
        let own = self.end_scans(page, seq, pass);
        let resident = self.town.residents.iter().find(|one| one.pass == pass);
        let Some(Resident {
            holds: (from, until),
            ..
        }) = resident
        else {
            return Ok(());
        };
        let (from, until) = (*from, *until);
        let until = match state {
            Some("valid") => until,
            Some("grace") => until + GRACE_MILLIS,
            _ => return Ok(()),
        };
        let held = own.is_empty() || own.iter().any(|(_, at)| (from..until).contains(at));
        holds(held, "ended-pass-is-not-valid", || {
            format!("event {seq}: the pass ended at {until}, it was scanned at {own:?}")
        })
    }

    /// The scans of a pass since its last event, which this one ends.
    fn end_scans(&mut self, page: usize, seq: u64, pass: PassNumber) -> Vec<(PassNumber, i64)> {
        let kept = self.pages[page].durable.last.map_or(0, |(seq, _)| seq);
        let seen = &mut self.seen[page];
        let scans = std::mem::take(&mut seen.scans).into_iter();
        let (own, others): (Vec<_>, Vec<_>) = scans.partition(|(scanned, _)| *scanned == pass);
        seen.scans = others;
        seen.ended.retain(|(seq, _)| *seq > kept);
        seen.ended.push((seq, own.clone()));
        own
    }

    /// Nobody is restricted without an order that holds, nor by a list past its hard life.
    fn check_restricted(&self, page: usize, event: &Event, at: i64) -> Checked {
        let whom = event.private.as_ref().and_then(|private| private.subject);
        let made_at = self.seen[page].list.as_ref().map_or(0, |list| list.made_at);
        let held = self.record.orders.iter().any(|order| {
            whom == Some(Subject::Person(order.person))
                && (order.starts_at..order.ends_at).contains(&at)
                && order.lifted_at.is_none_or(|lifted| made_at <= lifted)
                && order.signed_at <= made_at
        });
        holds(held, "restricted-only-by-order", || {
            format!(
                "event {} restricts {whom:?} at {at} by a list of {made_at}: {:?}",
                event.seq, self.record.orders
            )
        })?;
        // By this clock where it was right; else by it, or by the server's as far as it is known.
        let mended = match self.seen[page].right_readings.contains(&at) {
            true => at - SKEW_MILLIS,
            false => at.min(at - event.skew_millis.unwrap_or(0)),
        };
        holds(
            mended - made_at < HARD_LIFE_MILLIS,
            "old-list-restricts-nobody",
            || {
                format!(
                    "event {}: the list was made at {made_at}, decided at {at}",
                    event.seq
                )
            },
        )
    }

    /// Something happens at a gate.
    pub fn guard_acts(&mut self, page: usize) -> Checked {
        if !self.pages[page].is_open() {
            return self.open_page(page);
        }
        if self.chance.percent(4) {
            return self.emergency(page);
        }
        if self.pages[page].durable.device.is_none() {
            return self.enrol(page);
        }
        if self.seen[page].list.is_none() && self.chance.percent(60) {
            return self.fetch(page);
        }
        let screen = self.pages[page]
            .output
            .as_ref()
            .map(|output| output.screen.clone());
        match screen {
            Some(screen) if screen.kind == ScreenKind::Shift => self.begin_shift(page),
            Some(screen) if !screen.finish.is_empty() && self.chance.percent(70) => {
                self.finish(page, &screen.finish)
            }
            _ => match self.chance.below(20) {
                0..12 => {
                    let at = self.chance.below(self.town.residents.len());
                    self.scan(page, at)
                }
                12..15 => self.visitor(page),
                15 => self.simple(page, "reports a fever", &Input::Fever {}),
                16 => self.amend(page),
                17 => self.simple(page, "drops the case", &Input::Cancel {}),
                18 => self.simple(
                    page,
                    "ends the shift",
                    &Input::ShiftEnd {
                        note: String::new(),
                    },
                ),
                _ => self.simple(page, "looks at the clock", &Input::Tick {}),
            },
        }
    }

    fn simple(&mut self, page: usize, words: &str, input: &Input) -> Checked {
        let output = self.feed(page, input)?;
        let made = output.map_or(0, |output| output.append.len());
        let named = self.page_named(page);
        self.note(&format!("{named} {words}: {made} events"));
        Ok(())
    }

    fn begin_shift(&mut self, page: usize) -> Checked {
        let input = Input::ShiftStart {
            guards: vec![Guard {
                staff: super::town::GUARD,
                name: "李师傅".to_owned(),
            }],
            mask: true,
            armband: true,
            thermometer: None,
        };
        self.simple(page, "begins a shift", &input)
    }

    /// A resident's pass is scanned.
    pub fn scan(&mut self, page: usize, resident: usize) -> Checked {
        let way = [Way::Out, Way::In][self.chance.below(2)];
        let Resident { pass, text, .. } = self.town.residents[resident].clone();
        let reading = self.pages[page].clock.reads(self.now);
        let output = self.feed(page, &Input::Scan { text, way })?;
        // After whatever the scan ended: its own event comes later.
        self.seen[page].scans.push((pass, reading));
        let verdict = output.and_then(|output| output.screen.verdict);
        let named = self.page_named(page);
        self.note(&format!(
            "{named} scans resident {resident} going {way:?}: {verdict:?}"
        ));
        Ok(())
    }

    fn visitor(&mut self, page: usize) -> Checked {
        let input = Input::Begin {
            subject_kind: SubjectKind::Visitor,
            way: [Way::Out, Way::In][self.chance.below(2)],
            room: None,
            plate: None,
        };
        self.simple(page, "has a visitor", &input)
    }

    /// The open case is finished, if there is one.
    pub fn finish_open(&mut self, page: usize) -> Checked {
        let screen = self.pages[page]
            .output
            .as_ref()
            .map(|output| &output.screen);
        match screen.map(|screen| screen.finish.clone()) {
            Some(ways) => self.finish(page, &ways),
            None => Ok(()),
        }
    }

    fn finish(&mut self, page: usize, ways: &[gatehouse_core::device::Finish]) -> Checked {
        let Some(finish) = self.chance.pick(ways).cloned() else {
            return Ok(());
        };
        let input = Input::Finish {
            outcome: finish.outcome,
            overruling_reason: finish
                .needs_reason
                .then_some(gatehouse_core::device::OverrulingReason::ShiftLeadDecided),
        };
        self.simple(page, &format!("finishes as {:?}", finish.outcome), &input)
    }

    /// A further word about one of the latest crossings.
    fn amend(&mut self, page: usize) -> Checked {
        let recent = self.pages[page]
            .output
            .as_ref()
            .map(|output| output.recent.clone());
        let recent = recent.unwrap_or_default();
        let Some(seq) = self.chance.pick(&recent).map(|row| row.seq) else {
            return Ok(());
        };
        let outcome = [Outcome::TurnedBack, Outcome::Crossed][self.chance.below(2)];
        let reason = Some(gatehouse_core::device::OverrulingReason::ShiftLeadDecided);
        let change = match self.chance.below(3) {
            0 => Change::Undo {},
            _ => Change::Outcome { outcome, reason },
        };
        self.simple(
            page,
            &format!("amends {seq}"),
            &Input::Amend { seq, change },
        )
    }

    /// Somebody is in need: let through at once, whatever else there is or is not.
    pub fn emergency(&mut self, page: usize) -> Checked {
        let input = Input::Emergency {
            way: Way::Out,
            what: EmergencyKind::Unsaid,
        };
        let is_enrolled = self.pages[page].durable.device.is_some();
        let Some(output) = self.feed(page, &input)? else {
            return Ok(());
        };
        let named = self.page_named(page);
        self.note(&format!("{named} lets somebody through in an emergency"));
        let events = output.append.iter().filter_map(|appended| {
            Event::from_bytes(&BASE64.decode(appended.event_base64.as_bytes())?).ok()
        });
        let recorded = events
            .filter(|event| match &event.body {
                EventBody::Crossing(crossing) => {
                    crossing.emergency.is_some()
                        && crossing.verdict == Verdict::Admit
                        && crossing.outcome == Outcome::Crossed
                }
                _ => false,
            })
            .count();
        holds(
            output.screen.verdict == Some(Verdict::Admit),
            "emergency-admitted",
            || format!("the screen says {:?}", output.screen.verdict),
        )?;
        holds(
            recorded == usize::from(is_enrolled),
            "emergency-admitted",
            || format!("{recorded} records of an emergency"),
        )
    }
}
