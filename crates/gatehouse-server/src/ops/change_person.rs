//! Editing a person: what was typed is checked with what is kept, and replaces it if nobody was
//! faster. What it replaces is kept for the undo window.

use super::hold_gate::keyring;
use super::in_area::person_in;
use super::person_form::{NotSaved, PersonForm, PersonNow};
use super::read_person::UNDO_MILLIS;
use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::auth::caller::Caller;
use crate::error::OpError;
use crate::person_line::KINDS;
use gatehouse_core::complaint::{Complaint, ComplaintCode};
use gatehouse_core::moment::Moment;
use gatehouse_store::audit::AuditNote;
use gatehouse_store::person::{PersonField, PersonPlain, PersonRow};
use gatehouse_store::person_before::PersonEdit;
use gatehouse_store::person_view::Viewer;
use gatehouse_store::{Chance, Lane, Tx, Vault};
use std::sync::Arc;

/// What was sent.
#[derive(Clone)]
pub struct ChangeAsked {
    /// Whose.
    pub person: String,
    /// The version that was on the form.
    pub version: i64,
    /// The fields.
    pub form: PersonForm,
}

/// Writes the change; returns the version that it made.
///
/// # Errors
/// [`NotSaved`]: then nothing was written.
pub async fn change_person(
    app: &App,
    area: &AreaInScope,
    caller: &Arc<Caller>,
    asked: ChangeAsked,
) -> Result<i64, NotSaved> {
    let keys = keyring(app)?;
    let chance = Chance::new(app.world.bytes());
    let program = program_view(app, area, caller);
    let again = program_view(app, area, caller);
    let (area, by) = (area.clone(), caller.staff);
    let change = move |tx: &Tx<'_>| {
        let row = person_in(tx, &area, &asked.person)?;
        if row.version != asked.version || row.state == "merged" {
            return Err(NotSaved::Stale(Box::new(PersonNow::short(row, None))));
        }
        let kept = kept_plain(tx, &keys.vault, &row, &program)?;
        let today = Moment::new(program.at, area.offset_minutes).day();
        let kind = kind_of(&asked.form, &row)?;
        let checked = asked.form.check(&kept, &row, today, keys.phones());
        let checked = checked.map_err(NotSaved::Complaints)?;
        let (shard, at) = (row.shard, program.at);
        let edited = PersonRow {
            kind,
            sex: checked.sex,
            birth_year: checked.birth_year,
            worker_class: checked.worker_class,
            ..row
        };
        let edit = PersonEdit {
            row: &edited,
            plain: Some((&checked.plain, &checked.terms)),
            ended: None,
            by,
            at,
        };
        let version = tx.edit_person(&keys.vault, &edit, &chance)?;
        tx.forget_old_edits(shard, at - UNDO_MILLIS)?;
        tx.append_audit(&AuditNote {
            shard,
            at,
            kind: "person.change",
            actor: Some(by),
            commitment: None,
            body: asked.form.touched().as_bytes(),
        })?;
        Ok(version)
    };
    match app.store.try_write(Lane::People, change).await {
        Err(NotSaved::Stale(now)) => Err(as_now(app, now.row, again).await),
        written => written,
    }
}

/// What is there now, in masks. Looked at by the program in a transaction of its own: the one
/// that wrote nothing left no trace of a look.
async fn as_now(app: &App, row: PersonRow, program: Viewer) -> NotSaved {
    let keys = match keyring(app) {
        Ok(keys) => keys,
        Err(error) => return error.into(),
    };
    let look = move |tx: &Tx<'_>| {
        let plain = kept_plain(tx, &keys.vault, &row, &program)?;
        Ok::<_, NotSaved>(PersonNow::masks_of(row.clone(), &plain))
    };
    match app.store.try_write(Lane::People, look).await {
        Ok(now) => NotSaved::Stale(Box::new(now)),
        Err(other) => other,
    }
}

/// The program reads what is kept to check it with what was typed; the person sees that too.
pub fn program_view(app: &App, area: &AreaInScope, caller: &Caller) -> Viewer {
    Viewer {
        staff: None,
        purpose: "correct_data".to_owned(),
        ..super::reveal_person::viewer(app, area, caller)
    }
}

/// Everything that is kept of somebody.
pub fn kept_plain(
    tx: &Tx<'_>,
    vault: &Vault,
    row: &PersonRow,
    program: &Viewer,
) -> Result<PersonPlain, NotSaved> {
    let plain = tx.reveal(vault, row.shard, row.person, &PersonField::ALL, program)?;
    plain.ok_or(NotSaved::Op(OpError::NotFound))
}

fn kind_of(form: &PersonForm, row: &PersonRow) -> Result<String, NotSaved> {
    match form.kind.as_str() {
        "" => Ok(row.kind.clone()),
        kind if KINDS.contains(&kind) => Ok(kind.to_owned()),
        _ => Err(NotSaved::Complaints(vec![Complaint::new(
            "kind",
            ComplaintCode::ForbiddenCharacter,
        )])),
    }
}
