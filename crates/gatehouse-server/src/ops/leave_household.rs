//! Somebody moved away or died: the residence ends, and with it their passes and whatever of
//! theirs waits for one. With the last of a household ends all that it gave out.

pub(super) mod end_home;

use self::end_home::end_if_empty;
use super::end_application::end_waiting;
use super::hold_gate::keyring;
use super::make_pass::Desk;
use super::merge_person::end_record;
use super::note::note;
use super::pass_rules::word_of;
use super::person_form::{NotSaved, as_shown};
use super::revoke_pass::{Revoking, revoke};
use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::auth::caller::Caller;
use crate::error::OpError;
use gatehouse_core::complaint::{Complaint, ComplaintCode};
use gatehouse_core::id::PersonId;
use gatehouse_core::moment::{CivilDay, Moment};
use gatehouse_core::pass::RevocationReason;
use gatehouse_store::application::ApplicationRow;
use gatehouse_store::pass::PassRow;
use gatehouse_store::person::PersonRow;
use gatehouse_store::{Chance, Lane, StoreError, Tx};
use std::sync::Arc;

/// Most of one person that waits and is looked at.
const WAITING_MOST: u32 = 500;

/// Why somebody no longer lives there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// 搬走了
    Moved,
    /// 去世
    Died,
}

impl Left {
    /// The person's state afterwards.
    const fn state(self) -> &'static str {
        match self {
            Left::Moved => "left",
            Left::Died => "died",
        }
    }

    /// Core's reason for ending a pass.
    const fn reason(self) -> RevocationReason {
        match self {
            Left::Moved => RevocationReason::MovedOut,
            Left::Died => RevocationReason::Died,
        }
    }
}

/// What was sent.
#[derive(Clone, Debug)]
pub struct LeaveAsked {
    /// Who.
    pub person: String,
    /// The version that was on the form.
    pub version: i64,
    /// Why.
    pub why: Left,
    /// Last day; empty is today.
    pub until_on: String,
}

/// Writes it down; returns how many passes ended.
///
/// # Errors
/// [`NotSaved`]: then nothing was written.
pub async fn leave_household(
    app: &App,
    area: &AreaInScope,
    caller: &Arc<Caller>,
    asked: LeaveAsked,
) -> Result<usize, NotSaved> {
    let keys = keyring(app)?;
    let chance = Chance::new(app.world.bytes());
    let at = app.world.now_millis();
    let today = Moment::new(at, area.offset_minutes).day();
    let (area, by) = (area.clone(), caller.staff);
    let leave = move |tx: &Tx<'_>| {
        let row = as_shown(tx, &keys.vault, &area, &asked.person, asked.version)?;
        let shard = row.shard;
        let residences = tx.residences_of_person(shard, row.person)?;
        let current = residences.iter().find(|home| home.until_on.is_none());
        let from_on = current.map(|home| home.from_on);
        let last = last_day(&asked.until_on, from_on, today)?;
        if let Some(home) = current {
            tx.end_residence(home, last)?;
        }
        let person = row.person;
        let edited = PersonRow {
            state: asked.why.state().to_owned(),
            household: None,
            ..row
        };
        end_record(tx, &keys.vault, &edited, current, (by, at), &chance)?;
        let now = Moment::new(at, area.offset_minutes);
        let desk = Desk::new(tx, &keys, shard, now, Some(by));
        let ended = end_passes(&desk, person, asked.why, |_| true)?;
        end_applications(&desk, person, asked.why, |_| true)?;
        if let Some(home) = current {
            end_if_empty(&desk, home.household)?;
        }
        note(
            tx,
            Some(shard),
            by,
            at,
            "person.leave",
            asked.why.state().as_bytes(),
        )?;
        Ok::<_, NotSaved>(ended)
    };
    let ended = app.store.try_write(Lane::People, leave).await?;
    app.gates.read_anew();
    Ok(ended)
}

fn last_day(typed: &str, from_on: Option<CivilDay>, today: CivilDay) -> Result<CivilDay, NotSaved> {
    let complaint = |code| NotSaved::Complaints(vec![Complaint::new("until_on", code)]);
    let last = match typed.trim() {
        "" => today,
        typed => CivilDay::parse(typed).ok_or(complaint(ComplaintCode::DateForm))?,
    };
    if last > today {
        return Err(complaint(ComplaintCode::DateInFuture));
    }
    match from_on {
        Some(from_on) if last < from_on => Err(complaint(ComplaintCode::EndBeforeStart)),
        _ => Ok(last),
    }
}

/// Ends those of somebody's passes that are in use; says how many. They are told.
///
/// # Errors
/// The database's.
pub(super) fn end_passes(
    desk: &Desk<'_>,
    person: PersonId,
    why: Left,
    which: impl Fn(&PassRow) -> bool,
) -> Result<usize, OpError> {
    let mut ended = 0;
    for pass in desk.tx.passes_of_holder(desk.shard, &person.0)? {
        let is_in_use = pass.revocation.is_none() && pass.expires_at > desk.now.millis;
        if is_in_use && which(&pass) {
            let asked = Revoking {
                pass: pass.pass,
                reason: why.reason(),
                replacement: None,
            };
            revoke(desk, pass.area, &asked)?;
            ended += 1;
        }
    }
    Ok(ended)
}

/// Ends those of somebody's applications that wait. They are told.
///
/// # Errors
/// The database's.
pub(super) fn end_applications(
    desk: &Desk<'_>,
    person: PersonId,
    why: Left,
    which: impl Fn(&ApplicationRow) -> bool,
) -> Result<(), StoreError> {
    let waiting = desk
        .tx
        .waiting_of_holder(desk.shard, person, WAITING_MOST)?;
    for row in waiting.into_iter().filter(which) {
        end_waiting(desk, row, &word_of(why.reason()))?;
    }
    Ok(())
}
