//! What an application lacked is handed in: a picture, the word that none is wanted, or that the
//! one there is not clear; a document that was shown.

use crate::app::App;
use crate::error::OpError;
use crate::ops::answer_landlord::{Answered, application_in};
use crate::ops::apply_for_pass::Photo;
use crate::ops::hold_gate::keyring;
use crate::ops::pass_rules::missing;
use gatehouse_core::id::{ApplicationId, AreaId, StaffId};
use gatehouse_store::audit::AuditNote;
use gatehouse_store::person::PersonPlain;
use gatehouse_store::{Chance, Lane, Shard, Tx, Vault};
use std::sync::Arc;

/// What is mended.
#[derive(Clone, Debug)]
pub enum Mending {
    /// A picture, or that there shall be none.
    Photo(Photo),
    /// The picture is there, and nobody can tell the face.
    PhotoUnclear,
}

/// Mends an application that waits.
///
/// # Errors
/// [`OpError::NotFound`] for an application that is not in the area.
pub async fn mend_application(
    app: &App,
    shard: Shard,
    within: AreaId,
    wanted: (ApplicationId, i64),
    staff: Option<StaffId>,
    mending: Mending,
) -> Result<Answered, OpError> {
    let keys = keyring(app)?;
    let at = app.world.now_millis();
    let (mending, chance) = (Arc::new(mending), Chance::new(app.world.bytes()));
    app.store
        .try_write(Lane::People, move |tx| {
            mend(
                tx,
                &keys.vault,
                (shard, within),
                wanted,
                (staff, at),
                &mending,
                &chance,
            )
        })
        .await
}

fn mend(
    tx: &Tx<'_>,
    vault: &Vault,
    (shard, within): (Shard, AreaId),
    (application, version): (ApplicationId, i64),
    (staff, at): (Option<StaffId>, i64),
    mending: &Mending,
    chance: &Chance,
) -> Result<Answered, OpError> {
    let mut row = application_in(tx, shard, within, application)?;
    if row.state != "waiting" || row.version != version {
        return Ok(Answered::Stale(Box::new(row)));
    }
    row.photo = match mending {
        Mending::Photo(photo) => photo.word().to_owned(),
        Mending::PhotoUnclear => "unclear".to_owned(),
    };
    if let Mending::Photo(Photo::Given(bytes)) = mending {
        let draft = tx.application_draft(vault, shard, application)?;
        let plain = PersonPlain {
            photo: Some(bytes.clone()),
            ..draft.unwrap_or_default()
        };
        // What a draft is found by stays as it was.
        tx.set_application_draft(vault, shard, application, &plain, &[], chance)?;
    }
    row.missing = missing(&row);
    tx.update_application(&row)?;
    row.version += 1;
    tx.append_audit(&AuditNote {
        shard,
        at,
        kind: "application.photo",
        actor: staff,
        commitment: None,
        body: format!("{application} {}", row.photo).as_bytes(),
    })?;
    tx.note_change(shard, "pass", at)?;
    Ok(Answered::Done(Box::new(row)))
}
