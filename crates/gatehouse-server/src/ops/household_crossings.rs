//! The crossings of one household: only with a purpose from the list, within a limit, on record
//! for each of its members, and shown to them as office and purpose.

use super::find_crossings::{CrossingLine, gates_of, line};
use super::in_area::household_in;
use super::purpose;
use super::reveal_person::{REVEALS, viewer};
use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::auth::caller::Caller;
use crate::error::OpError;
use gatehouse_store::household::HouseholdRow;
use gatehouse_store::lookup_budget::LookupBudget;
use gatehouse_store::person_view::Viewer;
use gatehouse_store::{Lane, Tx};
use std::collections::BTreeMap;

/// How far back is looked: the longest window that a notice counts (local choice).
pub const DAYS_BACK: i64 = 14;
/// Most crossings that are listed.
const ROWS_MOST: u32 = 300;
/// The word in the list of views for this.
const CROSSINGS: &str = "crossings";

/// What comes of it.
pub enum HouseholdCrossings {
    /// The crossings, newest first.
    Listed(HouseholdRow, Vec<CrossingLine>),
    /// No purpose of the list was chosen.
    NoPurpose,
    /// The limit of this hour is reached; until when, milliseconds UTC.
    UsedUpUntil(i64),
}

/// Lists them and writes down for whom and what for.
///
/// # Errors
/// [`OpError::NotFound`] for a household of elsewhere.
pub async fn household_crossings(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    household: &str,
    purpose: &str,
) -> Result<HouseholdCrossings, OpError> {
    let mut viewer = viewer(app, area, caller);
    let (area, household) = (area.clone(), household.to_owned());
    let purpose = purpose::named(purpose::CROSSINGS, purpose);
    viewer.purpose = purpose.unwrap_or_default().to_owned();
    let (staff, chosen) = (caller.staff, purpose.is_some());
    let salt = gatehouse_store::Chance::new(app.world.bytes());
    let list = move |tx: &Tx<'_>| {
        let row = household_in(tx, &area, &household)?;
        if !chosen {
            return Ok(HouseholdCrossings::NoPurpose);
        }
        if let LookupBudget::UsedUpUntil(at) =
            tx.spend_lookup(staff, "reveal", REVEALS, viewer.at)?
        {
            return Ok(HouseholdCrossings::UsedUpUntil(at));
        }
        let members = tx.persons_of_household(row.shard, row.household)?;
        for (at, member) in (0..).zip(&members) {
            let viewer = Viewer {
                salt: salt.part(at).sixteen("view"),
                ..viewer.clone()
            };
            tx.record_person_view(row.shard, member.person, &viewer, CROSSINGS)?;
        }
        let from = viewer.at - DAYS_BACK * 86_400_000;
        let found = tx.crossings_of_household(row.shard, row.household, from, ROWS_MOST)?;
        let gates = gates_of(tx, row.shard, row.area)?;
        let mut names = BTreeMap::new();
        let lines = found
            .into_iter()
            .map(|crossing| line(tx, crossing, &gates, &mut names))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(HouseholdCrossings::Listed(row, lines))
    };
    app.store.try_write(Lane::People, list).await
}
