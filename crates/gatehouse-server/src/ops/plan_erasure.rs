//! An office plans that a person's record is erased, and takes that back. Done by a job on its
//! day, when everything is asked once more.

use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::auth::caller::Caller;
use crate::error::OpError;
use crate::jobs::erase::erasure;
use crate::message::{Message, When};
use crate::ops::erasure_rules::{
    ASKED_BY, DAYS_AHEAD, beginning_of, first_day, hindrances, reasons,
};
use crate::ops::in_area::{lies_in, person_in};
use crate::ops::note::note;
use crate::ops::tell_person::{Told, tell_person};
use gatehouse_core::moment::{CivilDay, Moment};
use gatehouse_store::erasure_plan::{ErasurePlanRow, ErasureState};
use gatehouse_store::{Lane, ReadTx, StoreError, Tx};

/// What was sent.
#[derive(Clone, Debug, Default)]
pub struct ErasureAsked {
    /// Made with the form, so that a double click plans once.
    pub erasure: [u8; 16],
    /// Whose record.
    pub person: String,
    /// A word from the list of the record's state.
    pub reason: String,
    /// A word from [`ASKED_BY`].
    pub asked_by: String,
    /// 2020-02-18, by the clock there.
    pub day: String,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planned {
    /// It is planned, now or by the same form before.
    Done,
    /// No reason, or none that fits the record.
    Reason,
    /// Nobody who asked.
    AskedBy,
    /// No day, one too early or too far away.
    Day,
    /// Something stands against it.
    Hindered,
    /// One is planned already.
    Twice,
}

/// Plans it, with an entry in the audit chain; whoever it concerns is told.
///
/// # Errors
/// [`OpError::NotFound`] for a person of elsewhere.
pub async fn plan_erasure(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    asked: ErasureAsked,
) -> Result<Planned, OpError> {
    let now = app.world.now_millis();
    let today = Moment::new(now, area.offset_minutes).day();
    let (area, by) = (area.clone(), caller.staff);
    let plan = move |tx: &Tx<'_>| {
        let row = person_in(tx, &area, &asked.person)?;
        let shard = row.shard;
        if let Some(known) = tx.erasure_plan(shard, &asked.erasure)? {
            let is_same = known.person == row.person;
            return if is_same {
                Ok(Planned::Done)
            } else {
                Err(OpError::NotFound)
            };
        }
        let reason = reasons(&row.state)
            .iter()
            .find(|word| **word == asked.reason);
        let Some(reason) = reason else {
            return Ok(Planned::Reason);
        };
        let Some(asked_by) = ASKED_BY.iter().find(|word| **word == asked.asked_by) else {
            return Ok(Planned::AskedBy);
        };
        let first = first_day(tx, &row, reason, today)?;
        let day = CivilDay::parse(asked.day.trim());
        let Some(day) = day.filter(|day| (first.0..=first.0 + DAYS_AHEAD).contains(&day.0)) else {
            return Ok(Planned::Day);
        };
        if !hindrances(tx, &row, now)?.is_empty() {
            return Ok(Planned::Hindered);
        }
        let plan = ErasurePlanRow {
            shard,
            erasure: asked.erasure,
            area: row.area,
            person: row.person,
            reason: (*reason).to_owned(),
            asked_by: (*asked_by).to_owned(),
            planned_at: now,
            planned_by: by,
            run_at: beginning_of(day, area.offset_minutes),
            state: ErasureState::Planned,
            changed_at: now,
        };
        if !tx.insert_erasure_plan(&plan)? {
            return Ok(Planned::Twice);
        }
        tx.plan_job(&erasure(shard, plan.erasure, plan.run_at))?;
        note(tx, Some(shard), by, now, "erasure.plan", &plan.erasure)?;
        tell(tx, &plan, area.offset_minutes, &row.state)?;
        Ok::<_, OpError>(Planned::Done)
    };
    app.store.try_write(Lane::People, plan).await
}

/// The dead are not written to.
fn tell(
    tx: &Tx<'_>,
    plan: &ErasurePlanRow,
    offset_minutes: i16,
    state: &str,
) -> Result<(), StoreError> {
    if state == "died" {
        return Ok(());
    }
    let told = Told {
        shard: plan.shard,
        area: plan.area,
        person: plan.person,
        about: &plan.erasure,
        at: plan.planned_at,
    };
    let when = When {
        millis: plan.run_at,
        offset_minutes,
    };
    tell_person(tx, told, |ask| Message::ErasurePlanned {
        when,
        phone: ask.phone,
    })
}

/// What came of taking one back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancelled {
    /// It does not come.
    Done,
    /// It has begun, or come to its end.
    TooLate,
}

/// Takes a planned erasure back.
///
/// # Errors
/// [`OpError::NotFound`] for one of elsewhere.
pub async fn cancel_erasure(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    erasure: [u8; 16],
) -> Result<Cancelled, OpError> {
    let now = app.world.now_millis();
    let (area, by) = (area.clone(), caller.staff);
    let cancel = move |tx: &Tx<'_>| {
        let plan = plan_in(tx, &area, &erasure)?;
        match plan.state {
            ErasureState::Planned => {}
            ErasureState::Cancelled(_) => return Ok(Cancelled::Done),
            _ => return Ok(Cancelled::TooLate),
        }
        tx.set_erasure_state(plan.shard, &erasure, &ErasureState::Cancelled(by), now)?;
        note(tx, Some(plan.shard), by, now, "erasure.cancel", &erasure)?;
        Ok::<_, OpError>(Cancelled::Done)
    };
    app.store.try_write(Lane::People, cancel).await
}

fn plan_in(
    tx: &ReadTx<'_>,
    area: &AreaInScope,
    erasure: &[u8; 16],
) -> Result<ErasurePlanRow, OpError> {
    let plan = tx.erasure_plan(area.county()?, erasure)?;
    let plan = plan.ok_or(OpError::NotFound)?;
    lies_in(tx, plan.area, area)?;
    Ok(plan)
}
