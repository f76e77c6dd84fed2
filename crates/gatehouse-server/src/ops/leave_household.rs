//! Somebody moved away or died: the residence ends, and with it, if so chosen, their passes. With
//! the last of a household end its errand pass, its vehicles and its helpers.

pub(super) mod end_home;

use self::end_home::end_if_empty;
use super::hold_gate::keyring;
use super::make_pass::Desk;
use super::merge_person::end_record;
use super::note::note;
use super::person_form::{NotSaved, as_shown};
use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::auth::caller::Caller;
use gatehouse_core::complaint::{Complaint, ComplaintCode};
use gatehouse_core::moment::{CivilDay, Moment};
use gatehouse_store::audit::AuditNote;
use gatehouse_store::pass::Revocation;
use gatehouse_store::person::PersonRow;
use gatehouse_store::{Chance, Lane, StoreError, Tx};
use std::sync::Arc;

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
    const fn reason(self) -> &'static str {
        match self {
            Left::Moved => "moved_out",
            Left::Died => "died",
        }
    }
}

/// Whether passes end too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passes {
    /// All that are in use.
    End,
    /// They stay as they are.
    Keep,
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
    /// What becomes of the passes.
    pub passes: Passes,
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
        let ended = match asked.passes {
            Passes::End => end_passes(tx, &row, asked.why, by, at)?,
            Passes::Keep => 0,
        };
        let edited = PersonRow {
            state: asked.why.state().to_owned(),
            household: None,
            ..row
        };
        end_record(tx, &keys.vault, &edited, current, (by, at), &chance)?;
        if let Some(home) = current {
            let now = Moment::new(at, area.offset_minutes);
            let desk = Desk::new(tx, &keys, shard, now, Some(by));
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

/// Ends all passes that are in use; says how many.
///
/// # Errors
/// The database's.
pub(super) fn end_passes(
    tx: &Tx<'_>,
    row: &PersonRow,
    why: Left,
    by: gatehouse_core::id::StaffId,
    at: i64,
) -> Result<usize, StoreError> {
    let mut ended = 0;
    for pass in tx.passes_of_holder(row.shard, &row.person.0)? {
        if pass.expires_at <= at {
            continue;
        }
        let revocation = Revocation {
            at,
            reason: why.reason().to_owned(),
        };
        if tx.revoke_pass(row.shard, pass.pass, &revocation, None)? {
            ended += 1;
            let body = format!("{} {}", pass.pass, why.reason());
            tx.append_audit(&AuditNote {
                shard: row.shard,
                at,
                kind: "pass.revoke",
                actor: Some(by),
                commitment: None,
                body: body.as_bytes(),
            })?;
        }
    }
    Ok(ended)
}
