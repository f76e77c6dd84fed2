//! Somebody at a desk writes down what was done for a fever (GATE-7). Appended, never changed; a
//! correction names the step before. Only a person's word closes a fever, and the first stands.

use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::auth::caller::Caller;
use crate::error::OpError;
use crate::ops::fever_state::steps_that_hold;
use crate::ops::hold_gate::keyring;
use crate::ops::read_fevers::fever_in;
use gatehouse_core::gate::duty::Receiver;
use gatehouse_core::id::{GateId, OpenItemId};
use gatehouse_store::audit::AuditNote;
use gatehouse_store::fever::{FeverItem, FeverStepRow};
use gatehouse_store::open_item::OpenItemEnd;
use gatehouse_store::sealed_words::seal_words;
use gatehouse_store::{Chance, Lane, Shard, StoreError, Tx};

/// Where somebody waits apart.
pub const PLACES: &[&str] = &["gate_room", "tent", "community_room", "home", "outdoors"];
/// Who takes the person to hospital; nobody goes alone.
pub const CARRIERS: &[&str] = &[
    "ambulance",
    "community_car",
    "gate_team",
    "health_workers",
    "family",
];
/// What came of a fever. Being in hospital is not among them: that is a step.
pub const OUTCOMES: &[&str] = &[
    "home_cleared",
    "home_rest",
    "hospital_keeps",
    "health_department",
    "measured_normal",
    "not_reached",
];

/// What somebody wants to write down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepWish {
    /// A temperature that was read off: tenths, and how.
    Reading(u16, u8),
    /// Waiting apart: where, and whether a mask is worn.
    Apart(&'static str, bool),
    /// An office was told.
    Told(Receiver),
    /// On the way to hospital, with whom.
    Hospital(&'static str),
    /// What came of it.
    Outcome(&'static str),
    /// A step was a mistake.
    Undo,
}

/// A step as the form sends it.
#[derive(Clone, Debug)]
pub struct StepForm {
    /// Made with the form, so that a double click writes once.
    pub mark: [u8; 16],
    /// What.
    pub wish: StepWish,
    /// How many minutes ago it was done.
    pub minutes_ago: i64,
    /// Words beside it: who took the call, which room.
    pub words: String,
    /// Number of the step that it replaces or takes back.
    pub corrects: Option<i64>,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stepped {
    /// Written down, now or by the same form before.
    Done,
    /// There is an outcome already; only a correction goes further.
    Closed,
    /// There is no such step to correct.
    NothingToCorrect,
}

/// Writes a step down, with an entry in the audit chain.
///
/// # Errors
/// [`OpError::NotFound`] for a fever that is not in the area.
pub async fn record_fever_step(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    item: OpenItemId,
    form: StepForm,
) -> Result<Stepped, OpError> {
    let shard = area.county()?;
    let (top, now, staff) = (area.area, app.world.now_millis(), caller.staff);
    let words = match form.words.is_empty() {
        true => None,
        false => {
            let (keys, chance) = (keyring(app)?, Chance::new(app.world.bytes()));
            let (vault, table) = (&keys.vault, "fever_step");
            Some(seal_words(vault, table, &form.mark, &form.words, &chance))
        }
    };
    let step = FeverStepRow {
        shard,
        item,
        number: 0,
        mark: form.mark,
        step: word_of_step(&form.wish).to_owned(),
        done_at: now - form.minutes_ago * 60_000,
        recorded_at: now,
        staff: Some(staff),
        source_seq: None,
        reading: match form.wish {
            StepWish::Reading(tenths, way) => Some((tenths, Some(way))),
            _ => None,
        },
        word: word_beside(&form.wish).map(str::to_owned),
        has_mask: match form.wish {
            StepWish::Apart(_, mask) => Some(mask),
            _ => None,
        },
        corrects: form.corrects,
        words,
    };
    let write = move |tx: &Tx<'_>| {
        let Some((fever, _)) = fever_in(tx, shard, top, item)? else {
            return Ok(None);
        };
        append(tx, &fever, &step).map(Some)
    };
    let stepped = app.store.write(Lane::People, write).await?;
    stepped.ok_or(OpError::NotFound)
}

/// The word of a step in the database.
fn word_of_step(wish: &StepWish) -> &'static str {
    match wish {
        StepWish::Reading(..) => "reading",
        StepWish::Apart(..) => "apart",
        StepWish::Told(_) => "told",
        StepWish::Hospital(_) => "hospital",
        StepWish::Outcome(_) => "outcome",
        StepWish::Undo => "undo",
    }
}

fn word_beside(wish: &StepWish) -> Option<&'static str> {
    match wish {
        StepWish::Reading(..) | StepWish::Undo => None,
        StepWish::Apart(word, _) | StepWish::Hospital(word) | StepWish::Outcome(word) => Some(word),
        StepWish::Told(to) => Some(to.name()),
    }
}

/// Appends a step and lets the open item follow.
pub(crate) fn append(
    tx: &Tx<'_>,
    fever: &FeverItem,
    step: &FeverStepRow,
) -> Result<Stepped, StoreError> {
    let there = tx.fever_steps(step.shard, step.item)?;
    if there.iter().any(|row| row.mark == step.mark) {
        return Ok(Stepped::Done);
    }
    match step.corrects {
        Some(number) => {
            let fits = |row: &FeverStepRow| {
                row.number == number && (step.step == "undo" || row.step == step.step)
            };
            if !steps_that_hold(&there).iter().any(fits) {
                return Ok(Stepped::NothingToCorrect);
            }
        }
        None if step.step == "undo" => return Ok(Stepped::NothingToCorrect),
        None if fever.item.end.is_some() => return Ok(Stepped::Closed),
        None => {}
    }
    tx.append_fever_step(step)?;
    let end = end_that_holds(&tx.fever_steps(step.shard, step.item)?);
    if end != fever.item.end {
        tx.mend_open_item(step.shard, step.item, end.as_ref())?;
    }
    keep(tx, fever.item.gate, step)?;
    Ok(Stepped::Done)
}

/// What came of a fever by all that was written down: once a correction of the outcome is taken
/// back, the outcome before it stands again.
fn end_that_holds(steps: &[FeverStepRow]) -> Option<OpenItemEnd> {
    let holding = steps_that_hold(steps);
    let outcome = holding.iter().rev().find(|row| row.step == "outcome")?;
    Some(OpenItemEnd {
        outcome: outcome.word.clone().unwrap_or_default(),
        at: outcome.recorded_at,
        staff: outcome.staff,
    })
}

/// On record, and told to whoever looks at a page of it.
fn keep(tx: &Tx<'_>, gate: GateId, step: &FeverStepRow) -> Result<(), StoreError> {
    let kind = match step.step.as_str() {
        "reading" => "fever.reading",
        "apart" => "fever.apart",
        "told" => "fever.told",
        "hospital" => "fever.hospital",
        "outcome" => "fever.outcome",
        _ => "fever.undo",
    };
    tx.append_audit(&AuditNote {
        shard: step.shard,
        at: step.recorded_at,
        kind,
        actor: step.staff,
        commitment: None,
        body: &[&step.item.0[..], &step.mark[..]].concat(),
    })?;
    note_items(tx, step.shard, gate, step.recorded_at)
}

/// Tells the pages that something of a gate's open items changed.
pub(crate) fn note_items(
    tx: &Tx<'_>,
    shard: Shard,
    gate: GateId,
    now: i64,
) -> Result<(), StoreError> {
    tx.note_change(shard, &format!("item/{gate}"), now)
}
