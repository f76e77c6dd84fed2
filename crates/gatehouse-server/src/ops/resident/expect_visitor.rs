//! A household says beforehand who comes: its yes is given with it.

use super::find_resident::ResidentCaller;
use super::register_visit::{BY_HOUSEHOLD, CheckedVisit, NewVisit, Refusal, check};
use crate::app::App;
use crate::error::OpError;
use crate::ops::hold_gate::keyring;
use gatehouse_core::complaint::ComplaintCode;
use gatehouse_core::id::{AreaId, HouseholdId};
use gatehouse_core::moment::{CivilDay, Moment};
use gatehouse_store::visit::{VisitAnswer, VisitRow};
use gatehouse_store::{Chance, Lane, Shard, StoreError, Tx};

/// Days ahead that a visitor may be expected (local choice).
const DAYS_AHEAD: i32 = 14;
/// Most visitors that a household expects at one time.
const EXPECTED_MOST: usize = 20;

/// A home that expects somebody, and by which way it says so.
#[derive(Clone, Copy, Debug)]
pub struct Host {
    /// County.
    pub shard: Shard,
    /// Compound or village.
    pub area: AreaId,
    /// The home.
    pub household: HouseholdId,
    /// Minutes east of UTC of the clock there.
    pub offset_minutes: i16,
    /// `page`, or `system` where another system says so for the household.
    pub how: &'static str,
}

/// Writes it down as a resident says it on their page; the number said at the gate.
///
/// # Errors
/// Not found for somebody who lives at no door, or whose compound has no open gate.
pub async fn expect_visitor(
    app: &App,
    resident: &ResidentCaller,
    asked: NewVisit,
    day: CivilDay,
) -> Result<Result<i64, Refusal>, OpError> {
    let host = Host {
        shard: resident.shard,
        area: resident.area,
        household: resident.household.ok_or(OpError::NotFound)?,
        offset_minutes: resident.offset_minutes,
        how: "page",
    };
    expect_at(app, host, asked, day).await
}

/// Writes it down for a home; the number that the visitor says at the gate.
///
/// # Errors
/// Not found where the compound has no open gate.
pub async fn expect_at(
    app: &App,
    host: Host,
    asked: NewVisit,
    day: CivilDay,
) -> Result<Result<i64, Refusal>, OpError> {
    let now = Moment::new(app.world.now_millis(), host.offset_minutes);
    if !(now.day().0..=now.day().0 + DAYS_AHEAD).contains(&day.0) {
        return Ok(Err(Refusal::Field("day", ComplaintCode::DateForm)));
    }
    let household = host.household;
    let CheckedVisit { plain, purpose, .. } = match check(&asked) {
        Ok(checked) => checked,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let keys = keyring(app)?;
    let (shard, area) = (host.shard, host.area);
    let chance = Chance::new(app.world.bytes());
    let expect = move |tx: &Tx<'_>| {
        if let Some(known) = tx.visit(shard, asked.visit)? {
            return Ok(Some(Ok(known.number)));
        }
        let gates = tx.gates_of_area(shard, area)?;
        let Some(gate) = gates.iter().find(|gate| gate.state == "open") else {
            return Ok(None);
        };
        let most = u32::try_from(EXPECTED_MOST + 1).unwrap_or(u32::MAX);
        if tx
            .visits_of_household(shard, household, now.day(), most)?
            .len()
            > EXPECTED_MOST
        {
            return Ok(Some(Err(Refusal::Full)));
        }
        let number = tx.next_visit_number(shard, gate.gate, day)?;
        let row = VisitRow {
            shard,
            visit: asked.visit,
            gate: gate.gate,
            area,
            number,
            day,
            household: Some(household),
            registered_by: BY_HOUSEHOLD.to_owned(),
            purpose: purpose.clone(),
            registered_at: now.millis,
            language: asked.language.clone(),
            answer: Some(VisitAnswer {
                is_yes: true,
                how: host.how.to_owned(),
                at: now.millis,
                staff: None,
            }),
        };
        tx.insert_visit(&keys.vault, &row, &plain, &chance)?;
        Ok::<_, StoreError>(Some(Ok(number)))
    };
    let expected = app.store.write(Lane::People, expect).await?;
    expected.ok_or(OpError::NotFound)
}
