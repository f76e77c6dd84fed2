//! Whether a batch is its device's own: one chain, under the device's signature. What is not proven
//! is not taken in; it waits in the tray for a person, and on the device (GATE-11).

use crate::app::App;
use crate::auth::access::GateInScope;
use crate::error::OpError;
use crate::head_signature;
use crate::ops::hold_gate::keyring;
use crate::ops::raise_alarm::raise_today;
use crate::ops::receive_events::{Batch, EVENTS_AT_ONCE, EVENTS_MOST};
use gatehouse_core::id::DeviceId;
use gatehouse_core::planted::{Planted, is_planted};
use gatehouse_core::wire::{Event, PublicEvent};
use gatehouse_store::device::DeviceRow;
use gatehouse_store::{Chance, Lane, Tx};
use std::sync::Arc;

const COUNT: (&str, &str) = ("D-COUNT", "A batch has 1 to 500 events.");
const EVENT: (&str, &str) = ("D-EVENT", "An event is not one that this program writes.");
const CHAIN: (&str, &str) = ("D-CHAIN", "The events are not one chain of this device.");
const SIGN: (&str, &str) = ("D-SIGN", "The signature is not this device's.");

/// A batch that is not proven to be its device's.
pub struct Refused {
    /// Code and detail of the answer.
    why: (&'static str, &'static str),
    /// What in it can be read and claims to be the device's.
    events: Vec<Event>,
}

/// The events of a batch, if they are one chain under the device's signature.
pub fn proven(row: &DeviceRow, batch: &Batch) -> Result<Vec<Event>, Refused> {
    if batch.events.is_empty() || batch.events.len() > EVENTS_MOST {
        return Err(Refused {
            why: COUNT,
            events: Vec::new(),
        });
    }
    let mut why = None;
    let mut events = Vec::with_capacity(batch.events.len());
    let mut head = None;
    for bytes in &batch.events {
        let Some((event, public)) = read(bytes) else {
            why = why.or(Some(EVENT));
            continue;
        };
        let is_own = event.device == batch.device;
        if !is_own || !head.as_ref().is_none_or(|head| public.follows(Some(head))) {
            why = why.or(Some(CHAIN));
        }
        head = Some(public.head());
        events.extend(Some(event).filter(|_| is_own));
    }
    let is_signed = head
        .is_some_and(|head| head_signature::verify(&row.public_key, &head, &batch.head_signature));
    if !is_signed && !is_planted(Planted::HeadUnsigned) {
        why = why.or(Some(SIGN));
    }
    match why {
        None => Ok(events),
        Some(why) => Err(Refused { why, events }),
    }
}

fn read(bytes: &[u8]) -> Option<(Event, PublicEvent)> {
    let event = Event::from_bytes(bytes).ok()?;
    let public = PublicEvent::from_bytes(&event.public_bytes()).ok()?;
    Some((event, public))
}

/// Keeps what can be read of a refused batch in the tray and tells the office, once a day for a
/// device, however often it is sent; gives the answer.
pub async fn keep_refused(
    app: &App,
    gate: &GateInScope,
    device: DeviceId,
    refused: Refused,
) -> Result<OpError, OpError> {
    let (shard, now) = (gate.shard, app.world.now_millis());
    let (code, detail) = refused.why;
    raise_today(app, gate, "refused_events", format!("device {device}")).await?;
    let keyring = keyring(app)?;
    for some in refused.events.chunks(EVENTS_AT_ONCE) {
        let some = some.iter().cloned();
        let some: Vec<(Event, Chance)> = some
            .map(|event| (event, Chance::new(app.world.bytes())))
            .collect();
        let keyring = Arc::clone(&keyring);
        let keep = move |tx: &Tx<'_>| tx.set_unproven_aside(&keyring.vault, shard, &some, now);
        app.store.write(Lane::People, keep).await?;
    }
    Ok(OpError::NotTaken { code, detail })
}
