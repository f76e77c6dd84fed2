//! The emergency brake: a row of a document in force is suspended at once by one signature, since
//! it only ever lets people through ([`PolicyDocument::suspend`]). Ending the suspension brings
//! back what two organisations have agreed to, and takes one signature too.
//!
//! [`PolicyDocument::suspend`]: gatehouse_core::policy::PolicyDocument::suspend

use super::put_in_force::{Refused, authority, note_act};
use super::read_policies::read_rules;
use super::sign_order::{OrderDesk, Signer};
use super::suspensions::{is_suspended, suspended_at, to_come};
use crate::world::World;
use anyhow::{Result, bail};
use gatehouse_core::id::AreaId;
use gatehouse_store::policy::PolicyForceRow;
use gatehouse_store::policy_suspension::SuspensionRow;
use gatehouse_store::{Lane, Tx};
use serde::Serialize;

/// Why a row is suspended; a closed list.
pub const REASONS: [&str; 4] = ["cannot_be_met", "harms", "mistaken", "not_needed"];

/// Which row, where.
#[derive(Clone, Copy, Debug)]
pub struct Which<'a> {
    /// The document: its folder's name.
    pub document: &'a str,
    /// The row's id.
    pub row: &'a str,
    /// Top of the subtree: where the document was put in force, or a part of it.
    pub area: AreaId,
}

/// What the row does now, for whoever asked.
#[derive(Debug, Serialize)]
pub struct SuspensionAnswer {
    /// The document.
    pub document: String,
    /// The row.
    pub row: String,
    /// Top of the subtree.
    pub area: AreaId,
    /// Since when, or until when, milliseconds UTC.
    pub at: i64,
    /// `suspended`, `resumed`.
    pub state: &'static str,
}

/// Suspends a row from now on, in what holds now and in what was approved before and is to come.
///
/// # Errors
/// `P-REASON` for another reason, `P-ROW` where no document in force there has the row, `P-THERE`
/// where it is suspended already, `P-AREA` for a key without authority.
pub fn suspend_row(
    desk: &OrderDesk,
    which: Which<'_>,
    reason: &str,
    signer: &Signer<'_>,
    world: &dyn World,
) -> Result<SuspensionAnswer> {
    let now = world.now_millis();
    let staff = authority(desk, which.area, signer, now)?.person;
    if !REASONS.contains(&reason) {
        bail!("P-REASON: the reason is one of {}", REASONS.join(", "));
    }
    let row = SuspensionRow {
        area: which.area,
        document: which.document.to_owned(),
        row_id: which.row.to_owned(),
        from_at: now,
        to_at: None,
        reason: reason.to_owned(),
        decided_by: staff,
    };
    let suspend = move |tx: &Tx<'_>| {
        let Some(stretch) = stretch(tx, &row)? else {
            let why = "P-ROW: no document that holds there now has this row";
            return Err(Refused::Because(why.to_owned()));
        };
        if is_suspended(tx, &row, &stretch)? {
            let why = "P-THERE: this row is suspended there already";
            return Err(Refused::Because(why.to_owned()));
        }
        tx.insert_suspension(&row)?;
        for later in to_come(tx, &row)? {
            tx.suspend_later(&later)?;
        }
        let body = format!(
            "{} {} {} {}",
            row.document, row.row_id, row.area, row.reason
        );
        note_act(tx, row.area, ("policy.suspend", &body), staff, now)?;
        Ok(answer(&row, "suspended", now))
    };
    let store = desk.store()?;
    Ok(store.write_blocking::<_, Refused, _>(Lane::People, suspend)?)
}

/// Ends the suspension of a row from now on.
///
/// # Errors
/// `P-NONE` where it is not suspended there, `P-AREA` for a key without authority.
pub fn resume_row(
    desk: &OrderDesk,
    which: Which<'_>,
    signer: &Signer<'_>,
    world: &dyn World,
) -> Result<SuspensionAnswer> {
    let now = world.now_millis();
    let staff = authority(desk, which.area, signer, now)?.person;
    let (area, document, row) = (which.area, which.document.to_owned(), which.row.to_owned());
    let resume = move |tx: &Tx<'_>| {
        let mut there = suspended_at(tx, area, now)?.into_iter();
        let is_there = there.any(|one| (&one.document, &one.row_id) == (&document, &row));
        if !is_there || !tx.end_suspension((area, &document, &row), now, staff)? {
            let why = "P-NONE: this row is not suspended there";
            return Err(Refused::Because(why.to_owned()));
        }
        let body = format!("{document} {row} {area}");
        note_act(tx, area, ("policy.resume", &body), staff, now)?;
        Ok(SuspensionAnswer {
            document: document.clone(),
            row: row.clone(),
            area,
            at: now,
            state: "resumed",
        })
    };
    let store = desk.store()?;
    Ok(store.write_blocking::<_, Refused, _>(Lane::People, resume)?)
}

/// The stretch in which the document holds there now, if it has the row.
fn stretch(tx: &Tx<'_>, row: &SuspensionRow) -> Result<Option<PolicyForceRow>, Refused> {
    let path = tx.area_path(row.area)?;
    let now = read_rules(tx, &path, row.from_at, row.from_at.saturating_add(1))?;
    let mut pairs = now
        .into_iter()
        .flat_map(|rules| rules.force.into_iter().zip(rules.documents));
    let found = pairs.find(|(force, document)| {
        force.document == row.document && document.rows.iter().any(|one| one.id == row.row_id)
    });
    Ok(found.map(|(force, _)| force))
}

fn answer(row: &SuspensionRow, state: &'static str, at: i64) -> SuspensionAnswer {
    SuspensionAnswer {
        document: row.document.clone(),
        row: row.row_id.clone(),
        area: row.area,
        at,
        state,
    }
}
