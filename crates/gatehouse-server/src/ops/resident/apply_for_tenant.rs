//! A landlord or host applies for the pass of a tenant or guest, for a dwelling of theirs only:
//! one in which the ledger names them as landlord or host, or their own home (HN 三(三)二, PASS-3).
//! Applying is their yes.

use super::find_resident::ResidentCaller;
use crate::app::App;
use crate::error::OpError;
use crate::ops::apply_for_pass::{Applicant, Application, Applied, Photo, apply_for_pass};
use crate::ops::pass_rules::Source;
use gatehouse_core::id::{ApplicationId, HouseholdId};
use gatehouse_core::pass::PassKind;
use gatehouse_core::person::PersonDraft;
use gatehouse_store::household::HouseholdRow;
use gatehouse_store::{ReadTx, StoreError};

/// Most dwellings of one landlord that are listed.
const ROOMS_MOST: u32 = 50;

/// How somebody lives there.
pub const BASES: [&str; 2] = ["tenant", "lodger"];

/// What is asked.
#[derive(Clone, Debug)]
pub struct TenantAsked {
    /// Made with the form.
    pub id: ApplicationId,
    /// Which dwelling.
    pub room: HouseholdId,
    /// A word of [`BASES`].
    pub basis: &'static str,
    /// Who, as typed.
    pub draft: PersonDraft,
    /// Their picture is wanted, or not.
    pub photo: Photo,
}

/// The dwellings for which somebody may apply.
///
/// # Errors
/// The database's.
pub async fn rooms_of(app: &App, resident: &ResidentCaller) -> Result<Vec<HouseholdRow>, OpError> {
    let (shard, me, own) = (resident.shard, resident.person, resident.household);
    let read = move |tx: &ReadTx<'_>| {
        let mut ids = tx.homes_of_landlord(shard, me, ROOMS_MOST)?;
        ids.extend(own.filter(|own| !ids.contains(own)));
        let mut rooms = Vec::new();
        for id in ids {
            rooms.extend(
                tx.household(shard, id)?
                    .filter(|row| row.ended_on.is_none()),
            );
        }
        Ok::<_, StoreError>(rooms)
    };
    Ok(app.store.read(read).await?)
}

/// Applies.
///
/// # Errors
/// [`OpError::NotFound`] for a dwelling that is not theirs.
pub async fn apply_for_tenant(
    app: &App,
    resident: &ResidentCaller,
    asked: TenantAsked,
) -> Result<Applied, OpError> {
    let rooms = rooms_of(app, resident).await?;
    let room = rooms.into_iter().find(|room| room.household == asked.room);
    let room = room.ok_or(OpError::NotFound)?;
    let application = Application {
        id: asked.id,
        household: room.household,
        kind: PassKind::TemporaryResident,
        source: Source::Landlord,
        asked_by: Some(resident.person),
        asked_staff: None,
        holder: Applicant::New {
            draft: asked.draft,
            basis: Some(asked.basis),
            landlord: Some(resident.person),
            worker_class: None,
        },
        photo: asked.photo,
        delivery: "desk",
    };
    let offset = resident.offset_minutes;
    apply_for_pass(app, resident.shard, room.area, offset, application).await
}
