//! Crossings of an area as rows for a workbook: the filtered list, without names, doors or
//! plates. What was taken out, by whom and how many rows, stands in the audit chain.

use super::find_crossings::{
    CrossingsAsked, GateName, Span, chosen_gates, gates_of, outcome_key, page, rule_ids,
};
use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::auth::caller::Caller;
use crate::error::OpError;
use gatehouse_core::gate::{Outcome, SubjectKind, Verdict, Way};
use gatehouse_core::id::StaffId;
use gatehouse_core::moment::Moment;
use gatehouse_core::wire::OverrulingReason;
use gatehouse_store::audit::AuditNote;
use gatehouse_store::crossing::CrossingRow;
use gatehouse_store::crossing_find::CrossingPlace;
use gatehouse_store::{Lane, ReadTx, Tx};
use std::collections::BTreeMap;

/// Most rows of one workbook.
pub const ROWS_MOST: usize = 100_000;
/// Rows that are read at once, so that nobody waits for an export.
const ROWS_AT_ONCE: usize = 500;

/// A row, small: a workbook has a hundred thousand of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportRow {
    /// As counted, milliseconds UTC.
    pub at: i64,
    /// Position among the gates.
    pub gate: u32,
    /// Direction.
    pub way: Way,
    /// Kind of subject.
    pub kind: Option<SubjectKind>,
    /// Of the device.
    pub verdict: Verdict,
    /// As recorded.
    pub outcome: Outcome,
    /// As it stands now; `None` once undone.
    pub outcome_now: Option<Outcome>,
    /// Admitted as an emergency.
    pub is_emergency: bool,
    /// Why outcome and verdict differ.
    pub reason: Option<OverrulingReason>,
    /// Position among the names of staff.
    pub staff: Option<u32>,
    /// Position among the lists of rows that applied.
    pub rules: u32,
}

/// Everything that the workbook holds.
#[derive(Clone, Debug, Default)]
pub struct Export {
    /// Newest first.
    pub rows: Vec<ExportRow>,
    /// Compounds and gates.
    pub gates: Vec<String>,
    /// Names of guards.
    pub staff: Vec<String>,
    /// Lists of rows that applied.
    pub rules: Vec<String>,
    /// What was looked through.
    pub span: Option<Span>,
    /// Compound and gate, where only one was asked for.
    pub gate: Option<String>,
    /// Whether there is more than a workbook takes.
    pub is_cut: bool,
    /// When, milliseconds UTC.
    pub made_at: i64,
}

/// Collects the rows, and writes down that they were taken out.
///
/// # Errors
/// [`OpError::NotFound`] for a gate of elsewhere.
pub async fn export_crossings(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    asked: CrossingsAsked,
    filter_words: String,
) -> Result<Export, OpError> {
    let shard = area.county()?;
    let offset = area.offset_minutes;
    let made_at = app.world.now_millis();
    let span = Span::of(&asked, Moment::new(made_at, offset).day());
    let (from, until) = span.instants(offset);
    let area_id = area.area;
    let rule = asked.filter.rule.clone();
    let (gates, chosen) = app
        .store
        .try_read(move |tx: &ReadTx<'_>| {
            let gates = gates_of(tx, shard, area_id)?;
            let chosen = chosen_gates(&gates, asked.gate)?;
            Ok::<_, OpError>((gates, chosen))
        })
        .await?;
    let mut collected = Collected::new(&gates, span, made_at);
    let one = gates.iter().find(|gate| Some(gate.gate) == asked.gate);
    collected.export.gate = one.map(|gate| gate.name.clone());
    let mut before = CrossingPlace::before(until);
    loop {
        let (chosen, filter) = (chosen.clone(), asked.filter.clone());
        let read =
            move |tx: &ReadTx<'_>| page(tx, shard, &chosen, from, before, &filter, ROWS_AT_ONCE);
        let found = app.store.read(read).await?;
        collected.take(&gates, found.rows);
        let full = collected.export.rows.len() >= ROWS_MOST;
        match found.next {
            Some(next) if !full => before = next,
            next => {
                collected.export.is_cut = next.is_some();
                break;
            }
        }
    }
    let staff: Vec<StaffId> = collected.staff_order;
    let mut export = collected.export;
    let rows = export.rows.len();
    let actor = caller.staff;
    // Whatever row was asked for is written down where a crossing has it: then it is the id of a
    // row, and not something that somebody typed.
    let filter_words = match (rule.as_str(), rows) {
        ("", _) | (_, 0) => filter_words,
        (rule, _) => format!("{filter_words} rule={rule}"),
    };
    let keep = move |tx: &Tx<'_>| {
        let body = format!("{area_id} {filter_words} {rows}");
        tx.append_audit(&AuditNote {
            shard,
            at: made_at,
            kind: "crossings.export",
            actor: Some(actor),
            commitment: None,
            body: body.as_bytes(),
        })?;
        let names = staff.iter().map(|id| {
            let row = tx.staff(*id)?;
            Ok(row.map(|row| row.name).unwrap_or_default())
        });
        names.collect::<Result<Vec<String>, _>>()
    };
    export.staff = app.store.write(Lane::People, keep).await?;
    Ok(export)
}

/// Place of the last of so many.
fn place(count: usize) -> u32 {
    u32::try_from(count.saturating_sub(1)).unwrap_or(u32::MAX)
}

struct Collected {
    export: Export,
    staff: BTreeMap<StaffId, u32>,
    staff_order: Vec<StaffId>,
    rules: BTreeMap<String, u32>,
}

impl Collected {
    fn new(gates: &[GateName], span: Span, made_at: i64) -> Collected {
        Collected {
            export: Export {
                gates: gates.iter().map(|gate| gate.name.clone()).collect(),
                span: Some(span),
                made_at,
                ..Export::default()
            },
            staff: BTreeMap::new(),
            staff_order: Vec::new(),
            rules: BTreeMap::new(),
        }
    }

    fn take(&mut self, gates: &[GateName], rows: Vec<CrossingRow>) {
        let left = ROWS_MOST - self.export.rows.len();
        for row in rows.into_iter().take(left) {
            let staff = row.staff.map(|staff| {
                let order = &mut self.staff_order;
                *self.staff.entry(staff).or_insert_with(|| {
                    order.push(staff);
                    place(order.len())
                })
            });
            let rules = rule_ids(&row).join(" ");
            let known = &mut self.export.rules;
            let rules = *self.rules.entry(rules).or_insert_with_key(|rules| {
                known.push(rules.clone());
                place(known.len())
            });
            let gate = gates.iter().position(|gate| gate.gate == row.gate);
            self.export.rows.push(ExportRow {
                at: row.counted_at,
                gate: gate
                    .and_then(|at| u32::try_from(at).ok())
                    .unwrap_or(u32::MAX),
                way: row.way,
                kind: row.subject_kind,
                verdict: row.verdict,
                outcome: row.outcome,
                outcome_now: row.outcome_now,
                is_emergency: row.is_emergency,
                reason: row.overruling_reason,
                staff,
                rules,
            });
        }
    }
}

/// Key of the words for what a row says of its outcome.
pub fn export_outcome_key(row: &ExportRow) -> &'static str {
    outcome_key(row.outcome_now)
}
