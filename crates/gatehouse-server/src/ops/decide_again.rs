//! The second decision about what a device recorded, by what the server knows: its newest list,
//! the documents that were in force, and the outings that are on record by now, of every gate and
//! phone (GATE-5, GATE-14).

use crate::app::App;
use crate::error::OpError;
use crate::gate_state::HeldGate;
use crate::ops::read_outings::counted_back;
use crate::ops::read_passages::{Passages, household};
use gatehouse_core::device::GateList;
use gatehouse_core::gate::wording::{Lang, put_in_words};
use gatehouse_core::gate::{Decision, Policy, Verdict};
use gatehouse_core::id::HouseholdId;
use gatehouse_core::wire::{Crossing, Event, EventBody, OutingEntry};
use gatehouse_store::before::Before;
use gatehouse_store::device_event::{Arrival, ServerDecision};
use gatehouse_store::{Chance, ReadTx, Shard};
use serde::Serialize;
use std::collections::BTreeSet;
use std::sync::Arc;

/// An event, how it came in, and what is answered about it.
pub type Decided = (Event, Arrival, Option<Answer>);

/// The server's decision about one crossing.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    /// Number of the event.
    pub seq: u64,
    /// The server's verdict.
    pub verdict: Verdict,
    /// Graver than the device's.
    pub graver: bool,
    /// Rows that give it.
    pub rows: Vec<String>,
    /// The reason in words, for a graver one.
    pub sentences: Vec<String>,
}

/// What events of a gate are decided again by.
pub struct Again<'a> {
    /// The server.
    pub app: &'a App,
    /// The county's part of the database.
    pub shard: Shard,
    /// The gate.
    pub held: Arc<HeldGate>,
    /// Number of the oldest event that the device still keeps.
    pub oldest: u64,
    /// Language of the reasons.
    pub lang: Lang,
}

/// When the attempt of an event was decided; never for what is no attempt.
pub fn decided_at(event: &Event) -> i64 {
    crossing(event).map_or(i64::MAX, |crossing| crossing.decided_at)
}

fn crossing(event: &Event) -> Option<&Crossing> {
    match &event.body {
        EventBody::Crossing(crossing) => Some(crossing),
        _ => None,
    }
}

impl Again<'_> {
    /// Decides events of one device, in their order.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn decide(&self, events: &[Event], now: i64) -> Result<Vec<Decided>, OpError> {
        let mut passages = self.passages(events).await?;
        let decided = events.iter().map(|event| {
            let decided = self.one(event, &passages, now);
            passages.add(event, now);
            decided
        });
        Ok(decided.collect())
    }

    /// What is on record of the households of these events, as far back as the documents count;
    /// nothing where they do not.
    async fn passages(&self, events: &[Event]) -> Result<Passages, OpError> {
        let moments = || {
            events
                .iter()
                .filter_map(crossing)
                .map(|crossing| crossing.decided_at)
        };
        let policies = moments().filter_map(|millis| self.held.policy_at(millis));
        let (Some(first), Some(back)) = (moments().min(), counted_back(policies)) else {
            return Ok(Passages::default());
        };
        let after = first.saturating_sub(back);
        let households: BTreeSet<HouseholdId> = events.iter().filter_map(household).collect();
        let shard = self.shard;
        let read = move |tx: &ReadTx<'_>| Passages::read(tx, shard, &households, after);
        Ok(self.app.store.read(read).await?)
    }

    fn one(&self, event: &Event, passages: &Passages, now: i64) -> Decided {
        let mut arrival = Arrival {
            received_at: now,
            server: None,
            chance: Chance::new(self.app.world.bytes()),
            before: Before::of(event.seq, self.oldest),
        };
        let answer = crossing(event).and_then(|crossing| {
            let policy = self.held.policy_at(crossing.decided_at);
            let outings = passages.before(event, crossing.decided_at);
            let decision = decision(&self.held.list, event, crossing, policy, &outings)?;
            arrival.server = Some(ServerDecision {
                verdict: decision.verdict,
                row_ids: row_ids(policy, &decision.applied),
            });
            Some(self.answer(event, crossing, policy, &decision))
        });
        (event.clone(), arrival, answer)
    }

    fn answer(
        &self,
        event: &Event,
        crossing: &Crossing,
        policy: Option<&Policy>,
        decision: &Decision,
    ) -> Answer {
        let graver = decision.verdict.gravity() > crossing.verdict.gravity();
        let sentences = match graver {
            true => put_in_words(decision, policy, self.lang, &|_| None).sentences,
            false => Vec::new(),
        };
        Answer {
            seq: event.seq,
            verdict: decision.verdict,
            graver,
            rows: row_ids(policy, &decision.reasons),
            sentences: sentences.into_iter().map(|said| said.text).collect(),
        }
    }
}

/// `None` for facts that cannot be read: the record stays as the device made it.
fn decision(
    list: &GateList,
    event: &Event,
    crossing: &Crossing,
    policy: Option<&Policy>,
    outings: &[OutingEntry],
) -> Option<Decision> {
    let (private, offset) = (event.private.as_ref(), event.at.offset_minutes);
    list.decide_again(crossing, private, offset, policy, outings)
        .ok()
}

fn row_ids(policy: Option<&Policy>, rows: &[u16]) -> Vec<String> {
    let rows = rows.iter();
    let rows = rows.filter_map(|at| policy?.rows().get(usize::from(*at)));
    rows.map(|row| row.id.clone()).collect()
}
