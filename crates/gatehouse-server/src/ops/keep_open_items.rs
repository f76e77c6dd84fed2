//! Emergencies that wait for a later word (SCOPE-3): somebody asks whether help is wanted, nobody
//! has to justify anything. Nothing closes by itself. The outcome is a word from a list: free text
//! would gather names that nothing here protects.

use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::auth::caller::Caller;
use crate::error::OpError;
use crate::keyring::SharedKeyring;
use crate::ops::flag_copied_pass::COPIED_PASS;
use crate::ops::local_day::DAY_MILLIS;
use crate::ops::read_area::compounds_of;
use crate::ops::read_fevers::{Whom, whom};
use crate::ops::record_fever_step::note_items;
use gatehouse_core::gate::Way;
use gatehouse_core::id::OpenItemId;
use gatehouse_core::moment::Moment;
use gatehouse_core::wire::{Change, EmergencyKind, Subject};
use gatehouse_store::audit::AuditNote;
use gatehouse_store::gate::GateRow;
use gatehouse_store::open_item::{OpenItemEnd, OpenItemRow};
use gatehouse_store::{Lane, ReadTx, Shard, StoreError, Tx};

/// Most items of one gate.
const ITEMS_MOST: u32 = 500;
/// Most shifts of one gate that are counted.
const SHIFTS_MOST: u32 = 30;
/// How far back shifts are counted: three days (local choice).
const SHIFTS_BACK_MILLIS: i64 = 3 * DAY_MILLIS;

/// What can come of an emergency; help is offered, nothing is to be justified.
pub const EMERGENCY_OUTCOMES: &[&str] = &[
    "hospital",
    "helped_here",
    "home_well",
    "community",
    "not_reached",
];

/// What can come of a pass that came in twice within minutes (PASS-4): the same person after
/// all, a card that was lent, a copy, which the community then ends.
pub const COPIED_OUTCOMES: &[&str] = &["same_person", "lent", "copied", "not_reached"];

/// The words that may be recorded for a kind of item; a fever has steps instead.
pub fn outcomes_of(kind: &str) -> &'static [&'static str] {
    match kind {
        COPIED_PASS => COPIED_OUTCOMES,
        _ => EMERGENCY_OUTCOMES,
    }
}

/// Somebody who left or came in a hurry, or a pass that came in twice.
pub struct Emergency {
    /// The open item.
    pub row: OpenItemRow,
    /// Name of the compound.
    pub compound: String,
    /// The gate.
    pub gate: GateRow,
    /// Direction.
    pub way: Option<Way>,
    /// What it was, as far as anybody said.
    pub what: EmergencyKind,
    /// Who, masked.
    pub whom: Whom,
}

/// How many emergencies a shift had.
pub struct ShiftCount {
    /// Name of the gate.
    pub gate: String,
    /// When it began, milliseconds UTC.
    pub started_at: i64,
    /// When it ended; `None` while it runs.
    pub ended_at: Option<i64>,
    /// Emergencies let through meanwhile.
    pub emergencies: usize,
}

/// Open emergencies, the longest wait first, and the counts by gate and shift, newest first.
pub async fn list_emergencies(
    app: &App,
    area: &AreaInScope,
) -> Result<(Vec<Emergency>, Vec<ShiftCount>), OpError> {
    let (shard, top) = (area.county()?, area.area);
    let now = Moment::new(app.world.now_millis(), area.offset_minutes);
    let keys = app.keyring.clone();
    let read = move |tx: &ReadTx<'_>| {
        let since = now.millis - SHIFTS_BACK_MILLIS;
        let (mut open, mut counts) = (Vec::new(), Vec::new());
        for compound in compounds_of(tx, top)? {
            for gate in tx.gates_of_area(shard, compound.area)? {
                let rows = tx.open_items_of_gate(shard, gate.gate, since, ITEMS_MOST)?;
                let rows: Vec<OpenItemRow> =
                    rows.into_iter().filter(|row| row.kind != "fever").collect();
                for shift in tx.shifts_of_gate(shard, gate.gate, since, SHIFTS_MOST)? {
                    let until = shift.ended_at.unwrap_or(i64::MAX);
                    let during = shift.started_at..until;
                    let rows = rows.iter();
                    counts.push(ShiftCount {
                        gate: format!("{} {}", compound.name, gate.name),
                        started_at: shift.started_at,
                        ended_at: shift.ended_at,
                        emergencies: rows
                            .filter(|row| row.kind == "emergency")
                            .filter(|row| during.contains(&row.opened_at))
                            .count(),
                    });
                }
                for row in rows.into_iter().filter(|row| row.end.is_none()) {
                    open.push(emergency(
                        tx,
                        keys.as_ref(),
                        &compound.name,
                        &gate,
                        row,
                        now,
                    )?);
                }
            }
        }
        open.sort_by_key(|one| one.row.opened_at);
        counts.sort_by_key(|count| -count.started_at);
        Ok((open, counts))
    };
    Ok(app.store.read(read).await?)
}

fn emergency(
    tx: &ReadTx<'_>,
    keys: Option<&SharedKeyring>,
    compound: &str,
    gate: &GateRow,
    row: OpenItemRow,
    now: Moment,
) -> Result<Emergency, StoreError> {
    let (mut way, mut what, mut person) = (None, EmergencyKind::Unsaid, None);
    if let Some((device, seq)) = row.crossing
        && let Some(crossing) = tx.crossing(row.shard, device, seq)?
    {
        way = Some(crossing.way);
        what = crossing
            .crossing()
            .and_then(|said| said.emergency)
            .unwrap_or(what);
        person = match crossing.subject {
            Some(Subject::Person(person)) => Some(person),
            _ => None,
        };
        for amendment in tx.amendments_of_crossing(row.shard, device, seq)? {
            if let Change::Emergency { what: said } = amendment.change {
                what = said;
            }
        }
    }
    Ok(Emergency {
        whom: whom(tx, keys, row.shard, person, now)?,
        compound: compound.to_owned(),
        gate: gate.clone(),
        row,
        way,
        what,
    })
}

/// Records what came of an emergency, with an entry in the audit chain; false for a word that is
/// not in the list.
///
/// # Errors
/// [`OpError::NotFound`] for an item of another area or one that was closed before.
pub async fn close_emergency(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    item: &str,
    outcome: &str,
) -> Result<bool, OpError> {
    let item = OpenItemId::parse(item).ok_or(OpError::NotFound)?;
    let (shard, top) = (area.county()?, area.area);
    let (at, staff) = (app.world.now_millis(), caller.staff);
    let outcome = outcome.to_owned();
    let close = move |tx: &Tx<'_>| {
        let row = tx.open_item(shard, item)?;
        let row = row.filter(|row| row.kind != "fever" && row.end.is_none());
        let Some(row) = row else {
            return Ok(None);
        };
        if !gate_lies_in(tx, shard, &row, top)? {
            return Ok(None);
        }
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
        note_items(tx, shard, row.gate, at)?;
        Ok(Some(true))
    };
    let closed = app.store.write(Lane::People, close).await?;
    closed.ok_or(OpError::NotFound)
}

fn gate_lies_in(
    tx: &ReadTx<'_>,
    shard: Shard,
    row: &OpenItemRow,
    top: gatehouse_core::id::AreaId,
) -> Result<bool, StoreError> {
    let Some(gate) = tx.gate(shard, row.gate)? else {
        return Ok(false);
    };
    let path = tx.area_path(gate.area)?;
    Ok(path.iter().any(|above| above.area == top))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locale::text;
    use crate::ops::record_fever_step::{CARRIERS, OUTCOMES, PLACES};
    use crate::ops::report_fever::{REPORTERS, WHERE};
    use gatehouse_core::gate::wording::Lang;

    #[test]
    fn every_word_of_a_list_has_its_words() {
        for (list, prefix) in [
            (EMERGENCY_OUTCOMES, "emergencies-outcome-"),
            (COPIED_OUTCOMES, "items-outcome-"),
            (OUTCOMES, "fevers-outcome-"),
            (PLACES, "fevers-place-"),
            (CARRIERS, "fevers-carrier-"),
            (REPORTERS, "fevers-reporter-"),
            (WHERE, "fevers-where-"),
        ] {
            let both = |word| [(word, Lang::Zh), (word, Lang::En)];
            for (word, lang) in list.iter().flat_map(both) {
                let words = text(lang, &format!("{prefix}{word}"));
                assert!(!words.contains(prefix), "{word}: {words}");
            }
        }
    }
}
