//! A decision that the server makes itself, for gates without a device of ours: verified, decided,
//! recorded for good, then answered.

use crate::app::App;
use crate::auth::access::GateInScope;
use crate::auth::caller::Caller;
use crate::error::OpError;
use crate::gate_state::HeldGate;
use crate::ops::flag_copied_pass::flag_copied_pass;
use crate::ops::hold_gate::{hold_gate, keyring};
use gatehouse_core::audit::Hash;
use gatehouse_core::device::Presented;
use gatehouse_core::gate::wording::{Lang, put_in_words};
use gatehouse_core::gate::{Outcome, Verdict, Way};
use gatehouse_core::id::{DeviceId, GateId};
use gatehouse_core::json::Object;
use gatehouse_core::moment::Moment;
use gatehouse_core::wire::{Crossing, EmergencyKind, Event, EventBody, Private};
use gatehouse_store::before::Before;
use gatehouse_store::device::DeviceRow;
use gatehouse_store::device_event::{Appended, Arrival};
use gatehouse_store::{Chance, Lane, Shard, StoreError, Tx};
use serde::Serialize;
use std::sync::Arc;

/// Version of the code that decides (as the device writes it).
const EVALUATOR: u32 = 1;
/// Name of the row under which the server itself decides at a gate.
const OWN_LABEL: &str = "server";

/// Who stands there, as a scanner and a guard say.
pub struct Asked {
    /// What the scanner read.
    pub pass: Option<String>,
    /// In or out.
    pub way: Way,
    /// Facts by name.
    pub facts: Object,
}

/// The answer.
#[derive(Debug, Serialize)]
pub struct Told {
    verdict: Verdict,
    /// Number of the record.
    seq: u64,
    /// Rows that give the verdict.
    rows: Vec<String>,
    /// What is still missing.
    steps: Vec<String>,
    /// Rows that ask for something to be done.
    duties: Vec<String>,
    /// Why, in words.
    sentences: Vec<String>,
}

/// Decides and records; an admitted person is taken to have crossed.
///
/// # Errors
/// [`OpError::Unreadable`] for a fact that cannot be read.
pub async fn decide_at_gate(
    app: &App,
    gate: &GateInScope,
    caller: &Caller,
    lang: Lang,
    asked: Asked,
) -> Result<Told, OpError> {
    let held = hold_gate(app, gate.shard, gate.gate).await?;
    let keys = keyring(app)?;
    let millis = app.world.now_millis();
    let offset = held
        .list
        .policy_at(millis)
        .map_or(480, |policy| policy.offset_minutes(millis));
    let now = Moment::new(millis, offset);
    let presented = held
        .list
        .decide_presented(
            asked.pass.as_deref(),
            asked.way,
            &asked.facts,
            now,
            Some(&*app.signatures),
        )
        .map_err(|error| OpError::Unreadable(error.to_string()))?;
    let mut told = told(&held, &presented, lang, millis);
    let device = own_device(app, gate.shard, gate.gate, caller).await?;
    let event = event(
        app, gate.gate, caller, device, now, &held, &presented, asked.way,
    );
    let chance = Chance::new(app.world.bytes());
    let shard = gate.shard;
    told.seq = app
        .store
        .write(Lane::Gate, move |tx| {
            append(tx, &keys.vault, shard, &event, millis, &chance)
        })
        .await?;
    Ok(told)
}

fn told(held: &HeldGate, presented: &Presented, lang: Lang, millis: i64) -> Told {
    let policy = held.list.policy_at(millis);
    let decision = &presented.decision;
    let words = put_in_words(decision, policy, lang, &|_| None);
    let ids = |at: &u16| Some(policy?.rows().get(usize::from(*at))?.id.clone());
    Told {
        verdict: decision.verdict,
        seq: 0,
        rows: decision.reasons.iter().filter_map(ids).collect(),
        steps: decision
            .steps()
            .into_iter()
            .map(|step| step.name())
            .collect(),
        duties: policy.map_or_else(Vec::new, |policy| {
            decision
                .duty_rows(policy)
                .map(|row| row.id.clone())
                .collect()
        }),
        sentences: words
            .sentences
            .into_iter()
            .map(|sentence| sentence.text)
            .collect(),
    }
}

#[expect(
    clippy::too_many_arguments,
    reason = "the parts of one record, put together once"
)]
fn event(
    app: &App,
    gate: GateId,
    caller: &Caller,
    device: DeviceId,
    now: Moment,
    held: &HeldGate,
    presented: &Presented,
    way: Way,
) -> Event {
    let decision = &presented.decision;
    let policy = held.list.policy_at(now.millis);
    let applied = decision.applied.iter();
    let rows = applied.filter_map(|at| Some(policy?.rows().get(usize::from(*at))?.id.clone()));
    let admitted = decision.verdict == Verdict::Admit;
    let private = Private {
        salt: app.world.bytes(),
        subject: presented.subject,
        household: presented.household,
        details: Vec::new(),
    };
    Event {
        device,
        seq: 0,
        previous: Hash::START,
        at: now,
        skew_millis: None,
        snapshot: held.list.snapshot().number,
        body: EventBody::Crossing(Box::new(Crossing {
            gate,
            staff: Some(caller.staff),
            way,
            subject_kind: presented.kind,
            pass: presented.pass,
            copied_minutes: None,
            facts: presented.facts.clone(),
            policy: policy.map(gatehouse_core::gate::Policy::id),
            evaluator: EVALUATOR,
            decided_at: now.millis,
            rows: rows.collect(),
            verdict: decision.verdict,
            outcome: if admitted {
                Outcome::Crossed
            } else {
                Outcome::Unknown
            },
            overruling_reason: None,
            emergency: presented.emergency.then_some(EmergencyKind::Unsaid),
        })),
        private: (presented.subject.is_some() || presented.household.is_some()).then_some(private),
    }
}

/// Puts the event at the end of the server's own chain for the gate.
fn append(
    tx: &Tx<'_>,
    vault: &gatehouse_store::Vault,
    shard: Shard,
    event: &Event,
    received_at: i64,
    chance: &Chance,
) -> Result<u64, StoreError> {
    let row = tx.device(shard, event.device)?.ok_or(StoreError::Stale)?;
    let seq = u64::try_from(row.last_seq).unwrap_or(0) + 1;
    let event = Event {
        seq,
        previous: Hash(row.last_hash),
        ..event.clone()
    };
    let arrival = Arrival {
        received_at,
        server: None,
        chance: chance.clone(),
        before: Before::Gone,
    };
    match tx.append_event(vault, shard, &event, &arrival)? {
        Appended::New => {
            flag_copied_pass(tx, shard, &event)?;
            tx.note_change(shard, &format!("gate/{}", row.gate), received_at)?;
            Ok(seq)
        }
        _ => Err(StoreError::Conflict),
    }
}

/// The row under which the server decides at a gate; made at its first decision there.
async fn own_device(
    app: &App,
    shard: Shard,
    gate: GateId,
    caller: &Caller,
) -> Result<DeviceId, OpError> {
    if let Some(device) = app.gates.own_device(gate) {
        return Ok(device);
    }
    let row = DeviceRow {
        shard,
        device: DeviceId(app.world.id()),
        gate,
        label: OWN_LABEL.to_owned(),
        // No key: nothing that comes from outside verifies as this device.
        public_key: Vec::new(),
        enrolled_at: app.world.now_millis(),
        enrolled_by: caller.staff,
        ended_at: None,
        last_seq: 0,
        last_hash: [0; 32],
        seen_at: None,
        skew_millis: 0,
    };
    let row = Arc::new(row);
    let device = app
        .store
        .write(Lane::Gate, move |tx| {
            let found = tx.devices_of_gate(shard, gate)?;
            let own = found
                .iter()
                .find(|d| d.label == OWN_LABEL && d.public_key.is_empty());
            if let Some(own) = own {
                return Ok(own.device);
            }
            tx.insert_device(&row)?;
            Ok(row.device)
        })
        .await?;
    app.gates.keep_own_device(gate, device);
    Ok(device)
}
