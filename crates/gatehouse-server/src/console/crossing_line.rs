//! A crossing as lists show it: amendments stand beside what was first recorded.

use crate::auth::access::AreaInScope;
use crate::ops::find_crossings::{CrossingLine, kind_words, outcome_key, rule_ids};
use crate::page::Frame;
use crate::times::Times;
use gatehouse_core::gate::{Verdict, Way};
use gatehouse_core::wire::{Change, EmergencyKind, OverrulingReason};
use gatehouse_store::amendment::AmendmentRow;
use gatehouse_store::crossing::CrossingRow;

/// A crossing in words.
pub struct CrossingCard {
    /// Its page.
    pub href: String,
    /// When.
    pub at: String,
    /// Compound and gate.
    pub gate: String,
    /// Key of the words for the direction.
    pub way: &'static str,
    /// Kind of who came.
    pub kind: &'static str,
    /// Class of the mark.
    pub mark: &'static str,
    /// Key of the words for the verdict.
    pub verdict: &'static str,
    /// What was first recorded, where it does not stand any more.
    pub first: Option<&'static str>,
    /// Key of the words for the outcome as it stands.
    pub outcome: &'static str,
    /// Who changed it and when.
    pub amended: Vec<String>,
    /// Why outcome and verdict differ.
    pub reason: Option<String>,
    /// Rows that applied.
    pub rules: Vec<String>,
    /// The guard.
    pub staff: String,
}

/// A line in words.
pub fn card(frame: &Frame, area: &AreaInScope, line: &CrossingLine, times: Times) -> CrossingCard {
    let row = &line.row;
    let (mark, verdict) = verdict_of(row);
    let amended = line
        .amendments
        .iter()
        .map(|(amendment, by)| amendment_words(frame, amendment, by.as_deref(), times));
    CrossingCard {
        href: format!("/areas/{}/crossings/{}-{}", area.area, row.device, row.seq),
        at: times.moment(row.counted_at),
        gate: line.gate.clone(),
        way: way_key(row.way),
        kind: kind_words(row, frame.lang),
        mark,
        verdict,
        first: (row.outcome_now != Some(row.outcome)).then(|| outcome_key(Some(row.outcome))),
        outcome: outcome_key(row.outcome_now),
        amended: amended.collect(),
        reason: row
            .overruling_reason
            .map(|reason| frame.t(reason_key(reason))),
        rules: rule_ids(row),
        staff: line.staff.clone().unwrap_or_default(),
    }
}

/// Class and key of a verdict; an emergency is said as one.
pub fn verdict_of(row: &CrossingRow) -> (&'static str, &'static str) {
    match row.verdict {
        _ if row.is_emergency => ("blue", "verdict-emergency"),
        Verdict::Admit => ("go", "verdict-admit"),
        Verdict::Ask => ("ask", "verdict-ask"),
        Verdict::Refuse => ("stop", "verdict-refuse"),
        Verdict::Refer => ("ref", "verdict-refer"),
    }
}

/// Key of the words for a direction.
pub const fn way_key(way: Way) -> &'static str {
    match way {
        Way::In => "today-in",
        Way::Out => "today-out",
    }
}

/// Key of the words for why outcome and verdict differ.
pub const fn reason_key(reason: OverrulingReason) -> &'static str {
    match reason {
        OverrulingReason::ShiftLeadDecided => "overruled-shift_lead_decided",
        OverrulingReason::OfficeApproved => "overruled-office_approved",
        OverrulingReason::SuppliedLater => "overruled-supplied_later",
        OverrulingReason::LeftByChoice => "overruled-left_by_choice",
        OverrulingReason::WentThrough => "overruled-went_through",
        OverrulingReason::EmergencyFound => "overruled-emergency_found",
    }
}

/// Key of the words for what an emergency was.
pub const fn emergency_key(what: EmergencyKind) -> &'static str {
    match what {
        EmergencyKind::Unsaid => "emergency-unsaid",
        EmergencyKind::Illness => "emergency-illness",
        EmergencyKind::Birth => "emergency-birth",
        EmergencyKind::Fire => "emergency-fire",
        EmergencyKind::Danger => "emergency-danger",
    }
}

fn amendment_words(
    frame: &Frame,
    amendment: &AmendmentRow,
    by: Option<&str>,
    times: Times,
) -> String {
    let what = match &amendment.change {
        Change::Undo {} => frame.t("outcome-undone"),
        Change::Outcome { outcome, .. } => frame.t(outcome_key(Some(*outcome))),
        Change::Emergency { what } => frame.t(emergency_key(*what)),
    };
    let by = by.map_or_else(|| frame.t("amended-at-gate"), str::to_owned);
    let at = times.moment(amendment.made_at);
    let slots = [("what", what), ("by", by), ("at", at)];
    let slots: Vec<(&'static str, &str)> = slots.iter().map(|(k, v)| (*k, v.as_str())).collect();
    frame.fill("amended-line", &slots)
}
