//! Fevers and emergencies that wait for an outcome (GATE-7, SCOPE-3). Nothing closes by itself.
//! The outcome is a word from a list: free text would gather names that nothing here protects.

use crate::app::App;
use crate::auth::access::GateInScope;
use crate::auth::caller::Caller;
use crate::error::OpError;
use crate::ops::flag_copied_pass::COPIED_PASS;
use gatehouse_core::id::OpenItemId;
use gatehouse_store::Lane;
use gatehouse_store::audit::AuditNote;
use gatehouse_store::open_item::{OpenItemEnd, OpenItemRow};

/// Most items on one page.
const ITEMS_MOST: u32 = 200;
/// Most shifts that are counted.
const SHIFTS_MOST: u32 = 60;
/// How far back shifts are counted: three days (local choice).
const SHIFTS_BACK_MILLIS: i64 = 3 * 86_400_000;

/// What can come of a fever (GATE-7): handed over, measured again, or not found.
const FEVER_OUTCOMES: &[&str] = &[
    "fever_clinic",
    "health_worker",
    "community",
    "measured_normal",
    "not_reached",
];
/// What can come of an emergency; help is offered, nothing is to be justified.
const EMERGENCY_OUTCOMES: &[&str] = &[
    "hospital",
    "helped_here",
    "home_well",
    "community",
    "not_reached",
];

/// What can come of a pass that came in twice within minutes (PASS-4): the same person after
/// all, a card that was lent, a copy, which the community then ends.
const COPIED_OUTCOMES: &[&str] = &["same_person", "lent", "copied", "not_reached"];

/// The words that may be recorded for a kind of item.
pub fn outcomes_of(kind: &str) -> &'static [&'static str] {
    match kind {
        "fever" => FEVER_OUTCOMES,
        COPIED_PASS => COPIED_OUTCOMES,
        _ => EMERGENCY_OUTCOMES,
    }
}

/// How many emergencies a shift had.
pub struct ShiftCount {
    /// When it began, milliseconds UTC.
    pub started_at: i64,
    /// When it ended; `None` while it runs.
    pub ended_at: Option<i64>,
    /// Emergencies let through meanwhile.
    pub emergencies: i64,
}

/// Emergencies by shift of a gate, newest first.
pub async fn count_by_shift(app: &App, gate: &GateInScope) -> Result<Vec<ShiftCount>, OpError> {
    let (shard, gate) = (gate.shard, gate.gate);
    let now = app.world.now_millis();
    let since = now - SHIFTS_BACK_MILLIS;
    let counts = app.store.read(move |tx| {
        let mut counts = Vec::new();
        for shift in tx.shifts_of_gate(shard, gate, since, SHIFTS_MOST)? {
            let until = shift.ended_at.unwrap_or(now + 1);
            let crossings = tx.count_crossings(shard, gate, shift.started_at, until)?;
            let emergencies = crossings.iter().filter(|count| count.is_emergency);
            counts.push(ShiftCount {
                started_at: shift.started_at,
                ended_at: shift.ended_at,
                emergencies: emergencies.map(|count| count.crossings).sum(),
            });
        }
        counts.reverse();
        Ok(counts)
    });
    Ok(counts.await?)
}

/// The open items of a gate, the longest wait first, and how many minutes each has waited.
pub async fn list_open_items(
    app: &App,
    gate: &GateInScope,
) -> Result<Vec<(OpenItemRow, i64)>, OpError> {
    let (shard, gate) = (gate.shard, gate.gate);
    let now = app.world.now_millis();
    let rows = app
        .store
        .read(move |tx| tx.open_items_of_gate(shard, gate, now, ITEMS_MOST))
        .await?;
    let mut open: Vec<(OpenItemRow, i64)> = rows
        .into_iter()
        .filter(|row| row.end.is_none())
        .map(|row| {
            let minutes = (now - row.opened_at).max(0) / 60_000;
            (row, minutes)
        })
        .collect();
    open.sort_by_key(|(row, _)| row.opened_at);
    Ok(open)
}

/// Records what came of an item, with an entry in the audit chain; false for a word that is not
/// in the list of its kind.
///
/// # Errors
/// [`OpError::NotFound`] for an item of another gate or one that was closed before.
pub async fn close_open_item(
    app: &App,
    gate: &GateInScope,
    caller: &Caller,
    item: &str,
    outcome: &str,
) -> Result<bool, OpError> {
    let item = OpenItemId::parse(item).ok_or(OpError::NotFound)?;
    let (shard, gate) = (gate.shard, gate.gate);
    let (at, staff) = (app.world.now_millis(), caller.staff);
    let outcome = outcome.to_owned();
    let close = move |tx: &gatehouse_store::Tx<'_>| {
        let row = tx.open_item(shard, item)?;
        let Some(row) = row.filter(|row| row.gate == gate && row.end.is_none()) else {
            return Ok(None);
        };
        if !outcomes_of(&row.kind).contains(&outcome.as_str()) {
            return Ok(Some(false));
        }
        let end = OpenItemEnd {
            outcome: outcome.clone(),
            at,
            staff: Some(staff),
        };
        tx.close_open_item(shard, item, &end)?;
        tx.append_audit(&AuditNote {
            shard,
            at,
            kind: "open_item.close",
            actor: Some(staff),
            commitment: None,
            body: &item.0,
        })?;
        Ok(Some(true))
    };
    let closed = app.store.write(Lane::People, close).await?;
    closed.ok_or(OpError::NotFound)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locale::text;
    use gatehouse_core::gate::wording::Lang;

    #[test]
    fn every_outcome_has_its_words() {
        let all = FEVER_OUTCOMES.iter().chain(EMERGENCY_OUTCOMES);
        for outcome in all.chain(COPIED_OUTCOMES) {
            for lang in [Lang::Zh, Lang::En] {
                let words = text(lang, &format!("items-outcome-{outcome}"));
                assert!(!words.contains("items-outcome"), "{outcome}: {words}");
            }
        }
    }
}
