//! Events of a gate device: verified, decided again, taken in exactly once, then acknowledged
//! (design §3, GATE-11, GATE-14).

use crate::app::App;
use crate::auth::access::GateInScope;
use crate::error::OpError;
use crate::gate_state::HeldGate;
use crate::keyring::Keyring;
use crate::ops::decide_again::{Again, Answer, Decided, decided_at};
use crate::ops::flag_copied_pass::flag_copied_pass;
use crate::ops::hold_gate::{hold_gate, hold_past, hold_unchanged, keyring};
use crate::ops::proven::{keep_refused, proven};
use crate::ops::raise_alarm::{raise_today, thing_today};
use crate::returning::is_live;
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::id::{DeviceId, GateId, PersonId};
use gatehouse_core::planted::{Planted, is_planted};
use gatehouse_core::wire::{Event, EventBody, Subject};
use gatehouse_store::device_event::{Appended, Arrival};
use gatehouse_store::{Lane, Shard, StoreError, Tx};
use serde::Serialize;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Most events of one call.
pub const EVENTS_MOST: usize = 500;
/// Events of one transaction, so that no batch keeps the gate next door waiting.
pub const EVENTS_AT_ONCE: usize = 40;

/// After so many milliseconds of its turn no further part of a batch is begun: others wait for
/// theirs, and the phone sends the rest again.
const TURN_MILLIS: i64 = 250;

/// A batch as it came.
pub struct Batch {
    /// Whose.
    pub device: DeviceId,
    /// The events, in order.
    pub events: Vec<Vec<u8>>,
    /// Signature over the head after the last of them.
    pub head_signature: Vec<u8>,
    /// Number of the oldest event that the device still keeps.
    pub oldest: u64,
}

/// What the device is told.
#[derive(Debug, Default, Serialize)]
pub struct Receipt {
    /// Events up to here are durable, taken in or in the tray.
    pub acknowledged_through: i64,
    /// What the server decided about crossings that came in now.
    pub answers: Vec<Answer>,
    /// Events that wait for a person.
    pub set_aside: Vec<Aside>,
    /// The server's clock, milliseconds UTC.
    pub server_millis: i64,
}

/// An event that was not taken in, and is kept.
#[derive(Clone, Debug, Serialize)]
pub struct Aside {
    /// Number of the event.
    pub seq: u64,
    /// Why, a word from a list.
    pub reason: String,
}

/// Takes a batch in, or where many gates come back at once a part of it: the receipt tells how far.
///
/// # Errors
/// [`OpError::NotFound`] for a device of another gate; [`OpError::NotTaken`] where the events are
/// no chain or the signature is not the device's. Nothing is taken in then; what can be read and
/// claims to be the device's lies in the tray.
pub async fn receive_events(
    app: &App,
    gate: &GateInScope,
    lang: Lang,
    batch: Batch,
) -> Result<Receipt, OpError> {
    // Before anything is read of it: whoever is told to come again has cost little.
    let turn = app.returning.turn(batch.events.len()).await?;
    let (shard, device) = (gate.shard, batch.device);
    let row = app.store.read(move |tx| tx.device(shard, device)).await?;
    let row = row.ok_or(OpError::NotFound)?;
    if row.gate != gate.gate {
        raise_today(app, gate, "foreign_gate", format!("device {device}")).await?;
        return Err(OpError::NotFound);
    }
    let events = match proven(&row, &batch) {
        Ok(events) => events,
        Err(refused) => return Err(keep_refused(app, gate, device, refused).await?),
    };
    let now = app.world.now_millis();
    let part = Part {
        gate,
        lane: turn.lane,
        keyring: keyring(app)?,
        again: Again {
            app,
            shard,
            held: held_for(app, gate, &events).await?,
            oldest: batch.oldest,
            lang,
        },
        now,
    };
    let mut receipt = Receipt {
        acknowledged_through: row.last_seq.min(before(&events)),
        server_millis: now,
        ..Receipt::default()
    };
    for (at, chunk) in events.chunks(EVENTS_AT_ONCE).enumerate() {
        match part.take_in(&mut receipt, chunk).await {
            // What was taken before is durable, and the phone must hear of it.
            Err(_) if at > 0 => break,
            stuck => {
                if stuck? || app.world.now_millis() - now > TURN_MILLIS {
                    break;
                }
            }
        }
    }
    Ok(receipt)
}

/// What each part of a batch is taken in with.
struct Part<'a> {
    gate: &'a GateInScope,
    lane: Lane,
    keyring: Arc<Keyring>,
    again: Again<'a>,
    now: i64,
}

impl Part<'_> {
    /// Decides some events again and takes them in; true where those after them cannot be.
    async fn take_in(&self, receipt: &mut Receipt, chunk: &[Event]) -> Result<bool, OpError> {
        let decided = self.again.decide(chunk, self.now).await?;
        let answers: Vec<Option<Answer>> = decided.iter().map(|one| one.2.clone()).collect();
        let with = (Arc::clone(&self.keyring), decided);
        let taken = append(self.again.app, self.gate, self.lane, with, self.now).await;
        let taken = taken.or_else(
            |error| match is_planted(Planted::AcknowledgedBeforeCommit) {
                true => Ok(vec![Appended::New; chunk.len()]),
                false => Err(error),
            },
        )?;
        let mut noted = chunk.iter().zip(answers).zip(taken);
        // Of those behind it nothing is said, though they may lie in the tray: the phone sends from
        // there again, and hears of them then.
        let is_stuck =
            noted.any(|((event, answer), appended)| note(receipt, event, answer, appended));
        if is_stuck {
            // All that the phone keeps is sent again.
            let gone = self.again.oldest.saturating_sub(1);
            receipt.acknowledged_through = i64::try_from(gone).unwrap_or(i64::MAX);
        }
        Ok(is_stuck)
    }
}

/// What a batch is decided again by. Whoever stands at the barrier is judged by the newest list;
/// for what comes back an older one does while nothing in it was changed.
async fn held_for(
    app: &App,
    gate: &GateInScope,
    events: &[Event],
) -> Result<Arc<HeldGate>, OpError> {
    let held = match is_live(events.len()) {
        true => hold_gate(app, gate.shard, gate.gate).await?,
        false => hold_unchanged(app, gate.shard, gate.gate).await?,
    };
    if events.iter().any(|event| decided_at(event) < held.read_at) {
        hold_past(app, gate.shard, &held).await?;
    }
    Ok(held)
}

/// Takes decided events in, in one transaction, and tells the pages.
async fn append(
    app: &App,
    gate: &GateInScope,
    lane: Lane,
    (keyring, decided): (Arc<Keyring>, Vec<Decided>),
    now: i64,
) -> Result<Vec<Appended>, StoreError> {
    let (shard, of, world) = (gate.shard, gate.gate, Arc::clone(&app.world));
    let write = move |tx: &Tx<'_>| {
        let events = decided.iter().map(|(event, arrival, _)| (event, arrival));
        let events: Vec<(&Event, &Arrival)> = events.collect();
        let people: BTreeSet<PersonId> = events
            .iter()
            .filter_map(|(event, _)| about(event))
            .collect();
        let erased = tx.erased_of(shard, &Vec::from_iter(people))?;
        let then = |event: &Event| {
            flag_copied_pass(tx, shard, event)?;
            match about(event).filter(|person| erased.contains(person)) {
                Some(person) => tx.erase_late(shard, event, person, &world.bytes()),
                None => Ok(()),
            }
        };
        let taken = tx.append_events(&keyring.vault, shard, &events, then)?;
        if let Some(event) = of_another_day(&decided, &taken, now) {
            let thing = format!("device {}", event.device);
            let about = thing_today(&thing, now, event.at.offset_minutes);
            tx.raise_alarm_once(shard, "clock_ahead", &about, now)?;
        }
        note_topics(tx, shard, of, &decided, &taken, now)?;
        Ok(taken)
    };
    app.store.write(lane, write).await
}

/// A clock that is so far ahead was set wrong: what happens counts for when it came in.
const AHEAD_MILLIS: i64 = 86_400_000;

/// An event that came in now and is of tomorrow or later by the phone's clock.
fn of_another_day<'a>(decided: &'a [Decided], taken: &[Appended], now: i64) -> Option<&'a Event> {
    let mut pairs = decided.iter().zip(taken);
    let found = pairs.find(|((event, ..), appended)| {
        **appended == Appended::New && event.at.millis.saturating_sub(now) > AHEAD_MILLIS
    });
    found.map(|((event, ..), _)| event)
}

/// The person whom an event is about.
fn about(event: &Event) -> Option<PersonId> {
    match event.private.as_ref()?.subject? {
        Subject::Person(person) => Some(person),
        Subject::Vehicle(_) => None,
    }
}

/// The number before a batch. Of its chain no more is acknowledged than what came of it: another
/// copy of the device may have gone on.
fn before(events: &[Event]) -> i64 {
    let first = events.first().map_or(1, |event| event.seq);
    i64::try_from(first.saturating_sub(1)).unwrap_or(i64::MAX)
}

/// Tells the pages what came in: crossings and shifts of the gate, its open items. Last in the
/// transaction, so that writers meet on these rows only briefly.
fn note_topics(
    tx: &Tx<'_>,
    shard: Shard,
    gate: GateId,
    decided: &[Decided],
    taken: &[Appended],
    now: i64,
) -> Result<(), StoreError> {
    let new = || {
        let pairs = decided.iter().zip(taken);
        pairs.filter(|(_, appended)| **appended == Appended::New)
    };
    let opens = |event: &Event| match &event.body {
        EventBody::Crossing(crossing) => crossing.emergency.is_some(),
        EventBody::Fever(_) | EventBody::Measurement { .. } | EventBody::HandedOn { .. } => true,
        _ => false,
    };
    if new().any(|((event, ..), _)| opens(event)) {
        tx.note_change(shard, &format!("item/{gate}"), now)?;
    }
    if new().next().is_some() {
        tx.note_change(shard, &format!("gate/{gate}"), now)?;
    }
    Ok(())
}

/// Writes down what became of an event; true where those after it cannot be taken either.
fn note(receipt: &mut Receipt, event: &Event, answer: Option<Answer>, appended: Appended) -> bool {
    let seq = i64::try_from(event.seq).unwrap_or(i64::MAX);
    match appended {
        Appended::New => {
            receipt.acknowledged_through = receipt.acknowledged_through.max(seq);
            receipt.answers.extend(answer);
            false
        }
        Appended::AlreadyThere => {
            receipt.acknowledged_through = receipt.acknowledged_through.max(seq);
            false
        }
        Appended::SetAside(reason) => {
            // It is here, in the tray: the device need not send it again.
            receipt.acknowledged_through = receipt.acknowledged_through.max(seq);
            receipt.set_aside.push(Aside {
                seq: event.seq,
                reason: reason.word().to_owned(),
            });
            false
        }
        Appended::BeforeMissing if is_planted(Planted::HoleTaken) => {
            receipt.acknowledged_through = receipt.acknowledged_through.max(seq);
            false
        }
        Appended::BeforeMissing | Appended::UnknownDevice => true,
    }
}
