//! An application leaves the queue without a pass: rejected for one of a few reasons, each of
//! which tells the person how to mend it, or withdrawn by whoever asked. Neither keeps anybody
//! from going home (GATE-15). What was typed goes at once: its purpose has ended.

use crate::app::App;
use crate::error::OpError;
use crate::message::{Mend, Message};
use crate::ops::answer_landlord::application_in;
use crate::ops::make_pass::Desk;
use crate::ops::pass_rules::REJECTIONS;
use crate::ops::tell_person::tell_applicant;
use gatehouse_core::id::{ApplicationId, AreaId, PersonId, StaffId};
use gatehouse_store::application::ApplicationRow;
use gatehouse_store::audit::AuditNote;
use gatehouse_store::{Lane, Shard, StoreError, Tx};

/// How an application ends.
#[derive(Clone, Copy, Debug)]
pub enum Ending {
    /// 不批, for a reason from the list.
    Rejected {
        /// A word of `pass_rules::REJECTIONS`.
        reason: &'static str,
        /// Who.
        staff: StaffId,
        /// The version that was read.
        version: i64,
    },
    /// Whoever asked, or whom it was for, does not want it any more.
    Withdrawn {
        /// Who.
        person: PersonId,
    },
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It is out of the queue, now or by the same request sent before.
    Done,
    /// Somebody else changed it or decided on it meanwhile: how it stands.
    Stale(Box<ApplicationRow>),
}

/// The reason of this word.
pub fn rejection(word: &str) -> Option<&'static str> {
    REJECTIONS.into_iter().find(|reason| *reason == word)
}

/// What a reason asks the person to mend.
fn mend_of(reason: &str) -> Option<Mend> {
    match reason {
        "photo_unclear" => Some(Mend::Photo),
        "landlord_denies" => Some(Mend::Landlord),
        "differs" => Some(Mend::Address),
        "has_one" | "home_empty" => Some(Mend::Ask),
        "moved_out" => Some(Mend::NewAddress),
        _ => None,
    }
}

/// Ends an application.
///
/// # Errors
/// [`OpError::NotFound`] for an application that is not in the area, or not the person's.
pub async fn end_application(
    app: &App,
    shard: Shard,
    within: AreaId,
    application: ApplicationId,
    ending: Ending,
) -> Result<Ended, OpError> {
    let at = app.world.now_millis();
    app.store
        .try_write(Lane::People, move |tx| {
            end(tx, shard, within, application, ending, at)
        })
        .await
}

fn end(
    tx: &Tx<'_>,
    shard: Shard,
    within: AreaId,
    application: ApplicationId,
    ending: Ending,
    at: i64,
) -> Result<Ended, OpError> {
    let mut row = application_in(tx, shard, within, application)?;
    let (state, reason, staff) = match ending {
        Ending::Rejected { reason, staff, .. } => ("rejected", Some(reason), Some(staff)),
        Ending::Withdrawn { person } => {
            if row.asked_by != Some(person) && row.holder != Some(person) {
                return Err(OpError::NotFound);
            }
            ("withdrawn", None, None)
        }
    };
    if row.state == state && row.reason.as_deref() == reason && row.decided_by == staff {
        return Ok(Ended::Done);
    }
    let is_stale = matches!(ending, Ending::Rejected { version, .. } if version != row.version);
    if row.state != "waiting" || is_stale {
        return Ok(Ended::Stale(Box::new(row)));
    }
    finish(tx, &mut row, (state, reason), (staff, at))?;
    Ok(Ended::Done)
}

/// An application that waits ends because nobody lives where it was made for any more, or whom it
/// was for does not: a word of `moved_out`, `died`, `home_empty`, `has_one`. Not by a choice of
/// somebody at a desk; and the applicant is told.
///
/// # Errors
/// The database's.
pub(super) fn end_waiting(
    desk: &Desk<'_>,
    mut row: ApplicationRow,
    why: &str,
) -> Result<(), StoreError> {
    let by = (desk.staff, desk.now.millis);
    finish(desk.tx, &mut row, ("rejected", Some(why)), by)
}

/// Out of the queue, with what was typed, on record; and the applicant is told what to do.
fn finish(
    tx: &Tx<'_>,
    row: &mut ApplicationRow,
    (state, reason): (&str, Option<&str>),
    (staff, at): (Option<StaffId>, i64),
) -> Result<(), StoreError> {
    row.state = state.to_owned();
    row.reason = reason.map(str::to_owned);
    row.decided_at = Some(at);
    row.decided_by = staff;
    tx.update_application(row)?;
    tx.drop_application_draft(row.shard, row.application)?;
    let body = format!("{} {}", row.application, reason.unwrap_or_default());
    tx.append_audit(&AuditNote {
        shard: row.shard,
        at,
        kind: &format!("application.{state}"),
        actor: staff,
        commitment: None,
        body: body.as_bytes(),
    })?;
    tx.note_change(row.shard, "pass", at)?;
    match reason.and_then(mend_of) {
        Some(mend) => tell_applicant(tx, row, at, |ask| Message::ApplicationRefused {
            mend,
            phone: ask.phone,
        }),
        None => Ok(()),
    }
}
