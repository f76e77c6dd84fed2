//! When the record of a person may be erased on request (SCOPE-5): its purpose has ended, and
//! nothing that still runs rests on it. What retention erases by itself keeps the same conditions;
//! a request may come earlier, never before whoever met them could be told.

use crate::ops::local_day::DAY_MILLIS;
use gatehouse_core::moment::{CivilDay, Moment};
use gatehouse_store::person::PersonRow;
use gatehouse_store::{ReadTx, StoreError};

/// Days after the purpose ended that a record stays in any case (local choice: the longest
/// observation of the delivered documents, so that whoever met them can still be told).
pub const DAYS_AFTER: i32 = 14;
/// Days between planning and erasing, in which it can be objected to and cancelled (local choice).
pub const DAYS_NOTICE: i32 = 3;
/// Days ahead for which one may be planned (the ceiling of `days_people`).
pub const DAYS_AHEAD: i32 = 180;

/// Who asked for it.
pub const ASKED_BY: [&str; 3] = ["person", "family", "office"];

/// Something that stands against an erasure now, whatever the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hindrance {
    /// The record was merged into another, which is to be erased.
    Merged,
    /// A pass is still in use.
    Pass,
    /// An order about the person has not ended.
    Order,
    /// A fever of theirs has no outcome yet.
    Fever,
}

impl Hindrance {
    /// Its word in the database and in keys of texts.
    pub const fn word(self) -> &'static str {
        match self {
            Hindrance::Merged => "merged",
            Hindrance::Pass => "pass",
            Hindrance::Order => "order",
            Hindrance::Fever => "fever",
        }
    }
}

/// The reasons for which a record in a state may be erased; none once it says nothing any more.
pub fn reasons(state: &str) -> &'static [&'static str] {
    match state {
        // Whoever lives here is needed at the gate: first it is written down that they left.
        "active" => &["mistake"],
        "left" => &["left", "mistake"],
        "died" => &["died", "mistake"],
        _ => &[],
    }
}

/// Everything that stands against it at a moment.
///
/// # Errors
/// The database's.
pub fn hindrances(
    tx: &ReadTx<'_>,
    row: &PersonRow,
    now: i64,
) -> Result<Vec<Hindrance>, StoreError> {
    let (shard, person) = (row.shard, row.person);
    let mut all = Vec::new();
    if row.state == "merged" {
        all.push(Hindrance::Merged);
    }
    let passes = tx.passes_of_holder(shard, &person.0)?;
    if passes
        .iter()
        .any(|pass| pass.revocation.is_none() && pass.expires_at > now)
    {
        all.push(Hindrance::Pass);
    }
    let orders = tx.orders_of_person(shard, person)?;
    if orders.iter().any(|order| order.ends_at > now) {
        all.push(Hindrance::Order);
    }
    if tx.open_fevers_of_person(shard, person)? > 0 {
        all.push(Hindrance::Fever);
    }
    Ok(all)
}

/// The first day on which it may be erased for a reason.
///
/// # Errors
/// The database's.
pub fn first_day(
    tx: &ReadTx<'_>,
    row: &PersonRow,
    reason: &str,
    today: CivilDay,
) -> Result<CivilDay, StoreError> {
    let notice = CivilDay(today.0 + DAYS_NOTICE);
    // Who never lived here met nobody here: nothing but the notice is waited for.
    if reason == "mistake" {
        return Ok(notice);
    }
    let homes = tx.residences_of_person(row.shard, row.person)?;
    let last = homes.iter().filter_map(|home| home.until_on).max();
    let last = last.unwrap_or(today);
    Ok(notice.max(CivilDay(last.0 + DAYS_AFTER)))
}

/// The first instant of a civil day on the clock there.
pub fn beginning_of(day: CivilDay, offset_minutes: i16) -> i64 {
    i64::from(day.0) * DAY_MILLIS - i64::from(offset_minutes) * 60_000
}

/// The civil day on which an erasure is planned to run.
pub fn day_of(run_at: i64, offset_minutes: i16) -> CivilDay {
    Moment::new(run_at, offset_minutes).day()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_where_it_is_planned_for() {
        let day = CivilDay::parse("2020-02-19").expect("a day");
        for offset in [-720, 0, 480] {
            let at = beginning_of(day, offset);
            assert_eq!(day_of(at, offset), day);
            assert_eq!(day_of(at - 1, offset).0, day.0 - 1);
        }
    }

    #[test]
    fn whoever_lives_here_is_erased_only_where_the_record_is_a_mistake() {
        assert_eq!(reasons("active"), ["mistake"]);
        assert!(reasons("left").contains(&"left") && !reasons("left").contains(&"died"));
        for state in ["merged", "erased", ""] {
            assert!(reasons(state).is_empty(), "{state}");
        }
    }
}
