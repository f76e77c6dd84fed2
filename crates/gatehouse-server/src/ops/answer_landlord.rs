//! A landlord or host says yes or no to a pass for their tenant or guest (HN 三(三)二): by the
//! link, on the telephone through somebody of the office who is named, or at the desk.

use crate::app::App;
use crate::error::OpError;
use crate::message::Message;
use crate::ops::pass_rules::missing;
use crate::ops::tell_person::{Told, tell_person};
use gatehouse_core::id::{ApplicationId, AreaId, PersonId, StaffId};
use gatehouse_store::application::ApplicationRow;
use gatehouse_store::audit::AuditNote;
use gatehouse_store::{Lane, ReadTx, Shard, StoreError, Tx};

/// An answer.
#[derive(Clone, Copy, Debug)]
pub struct LandlordAnswer {
    /// To which application.
    pub application: ApplicationId,
    /// The version that was read; `None` by a link, which shows no form of ours.
    pub version: Option<i64>,
    /// Yes or no.
    pub yes: bool,
    /// `link`, `phone`, `present`.
    pub way: &'static str,
    /// The landlord, where they answer themselves.
    pub person: Option<PersonId>,
    /// Who heard it on the telephone or at the desk.
    pub staff: Option<StaffId>,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answered {
    /// It is written down.
    Done(Box<ApplicationRow>),
    /// Somebody else changed the application, or decided on it, meanwhile: how it stands.
    Stale(Box<ApplicationRow>),
}

/// A landlord or host whose yes is wanted is asked; their page takes the answer.
pub(super) fn ask_landlord(tx: &Tx<'_>, row: &ApplicationRow, at: i64) -> Result<(), StoreError> {
    let is_wanted = row.landlord.answer.as_deref() == Some("wanted");
    let Some(person) = row.landlord.person.filter(|_| is_wanted) else {
        return Ok(());
    };
    let told = Told::of_application(row, person, at);
    tell_person(tx, told, |ask| Message::LandlordWanted { phone: ask.phone })
}

/// Writes an answer down.
///
/// # Errors
/// [`OpError::NotFound`] for an application that is not in the area, needs no yes, or whose
/// landlord is somebody else.
pub async fn answer_landlord(
    app: &App,
    shard: Shard,
    within: AreaId,
    answer: LandlordAnswer,
) -> Result<Answered, OpError> {
    let at = app.world.now_millis();
    app.store
        .try_write(Lane::People, move |tx| note(tx, shard, within, &answer, at))
        .await
}

fn note(
    tx: &Tx<'_>,
    shard: Shard,
    within: AreaId,
    answer: &LandlordAnswer,
    at: i64,
) -> Result<Answered, OpError> {
    let mut row = application_in(tx, shard, within, answer.application)?;
    let is_theirs = match (answer.person, row.landlord.person) {
        (Some(person), landlord) => landlord == Some(person),
        (None, _) => answer.staff.is_some(),
    };
    if row.landlord.answer.is_none() || !is_theirs {
        return Err(OpError::NotFound);
    }
    let is_stale = answer.version.is_some_and(|version| version != row.version);
    if row.state != "waiting" || is_stale {
        return Ok(Answered::Stale(Box::new(row)));
    }
    row.landlord.answer = Some(if answer.yes { "yes" } else { "no" }.to_owned());
    row.landlord.way = Some(answer.way.to_owned());
    row.landlord.at = Some(at);
    row.landlord.staff = answer.staff;
    row.missing = missing(&row);
    tx.update_application(&row)?;
    row.version += 1;
    tx.append_audit(&AuditNote {
        shard,
        at,
        kind: "application.landlord",
        actor: answer.staff,
        commitment: None,
        body: format!("{} {} {}", row.application, answer.way, answer.yes).as_bytes(),
    })?;
    tx.note_change(shard, "pass", at)?;
    Ok(Answered::Done(Box::new(row)))
}

/// An application of the area, whatever its state.
pub fn application_in(
    tx: &ReadTx<'_>,
    shard: Shard,
    within: AreaId,
    application: ApplicationId,
) -> Result<ApplicationRow, OpError> {
    let row = tx.application(shard, application)?;
    let row = row.ok_or(OpError::NotFound)?;
    let path = tx.area_path(row.area)?;
    path.iter()
        .any(|area| area.area == within)
        .then_some(row)
        .ok_or(OpError::NotFound)
}
