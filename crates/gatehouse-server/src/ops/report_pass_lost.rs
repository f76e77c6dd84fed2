//! 挂失: somebody says that a pass is lost, or that it was found again. Until the community ends
//! it, the card still works; the page says so.

use crate::app::App;
use crate::error::OpError;
use crate::message::Message;
use crate::ops::pass_rules::LOST_WAYS;
use crate::ops::revoke_pass::pass_in;
use crate::ops::tell_person::{Told, tell_person};
use gatehouse_core::id::{AreaId, PassId, PersonId, StaffId};
use gatehouse_store::audit::AuditNote;
use gatehouse_store::pass::PassRow;
use gatehouse_store::pass_event::PassEventRow;
use gatehouse_store::{Lane, ReadTx, Shard, StoreError, Tx};

/// What is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Report {
    /// It is lost; how that came in, a word of `pass_rules::LOST_WAYS`.
    Lost(&'static str),
    /// It was found again.
    Found,
}

/// The way of this word.
pub fn lost_way(word: &str) -> Option<&'static str> {
    LOST_WAYS.into_iter().find(|way| *way == word)
}

/// Whether a pass is reported lost, and since when.
pub fn lost_since(tx: &ReadTx<'_>, shard: Shard, pass: PassId) -> Result<Option<i64>, StoreError> {
    let events = tx.events_of_pass(shard, pass)?;
    let last = |kind: &str| {
        let of_kind = events.iter().filter(|event| event.kind == kind);
        of_kind.map(|event| event.at).max()
    };
    Ok(last("lost").filter(|lost| last("found").is_none_or(|found| found < *lost)))
}

/// Whoever holds it hears that it is written down as lost: it may have been somebody else who said
/// so. Once for a pass.
fn tell_holder(tx: &Tx<'_>, pass: &PassRow, at: i64) -> Result<(), StoreError> {
    let Some(holder) = pass.holder.filter(|_| pass.kind != "vehicle") else {
        return Ok(());
    };
    let told = Told {
        shard: pass.shard,
        area: pass.area,
        person: PersonId(holder),
        about: &pass.pass.0,
        at,
    };
    tell_person(tx, told, |ask| Message::PassLost { phone: ask.phone })
}

/// Writes it down; saying the same again changes nothing.
///
/// # Errors
/// [`OpError::NotFound`] for a pass that is not in the area; [`OpError::Stale`] for one that was
/// ended meanwhile.
pub async fn report_pass_lost(
    app: &App,
    shard: Shard,
    within: AreaId,
    staff: Option<StaffId>,
    pass: PassId,
    report: Report,
) -> Result<(), OpError> {
    let at = app.world.now_millis();
    let note = move |tx: &Tx<'_>| {
        let row = pass_in(tx, shard, within, pass)?;
        if row.revocation.is_some() {
            return Err(OpError::Stale);
        }
        let (kind, detail) = match report {
            Report::Lost(way) => ("lost", way),
            Report::Found => ("found", ""),
        };
        let is_lost = lost_since(tx, shard, pass)?.is_some();
        if is_lost == (kind == "lost") {
            return Ok(());
        }
        tx.insert_pass_event(&PassEventRow {
            shard,
            pass,
            at,
            kind: kind.to_owned(),
            area: row.area,
            staff,
            detail: detail.to_owned(),
        })?;
        tx.append_audit(&AuditNote {
            shard,
            at,
            kind: &format!("pass.{kind}"),
            actor: staff,
            commitment: None,
            body: format!("{pass} {detail}").as_bytes(),
        })?;
        tx.note_change(shard, "pass", at)?;
        if kind == "lost" {
            tell_holder(tx, &row, at)?;
        }
        Ok(())
    };
    app.store.try_write(Lane::People, note).await
}
