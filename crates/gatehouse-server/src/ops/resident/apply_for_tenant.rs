//! A landlord or host applies for the pass of a tenant or guest, for a dwelling of theirs only:
//! one in which the ledger names them as landlord or host now, or their own home where they live
//! for good (HN 三(三)二, PASS-3). Applying is their yes. For somebody who is to live with a tenant
//! the tenant applies, and the landlord is asked.

use super::find_resident::ResidentCaller;
use crate::app::App;
use crate::error::OpError;
use crate::ops::apply_for_pass::{Applicant, Application, Applied, Photo, apply_for_pass};
use crate::ops::pass_rules::Source;
use gatehouse_core::id::{ApplicationId, HouseholdId, PersonId};
use gatehouse_core::moment::{CivilDay, Moment};
use gatehouse_core::pass::PassKind;
use gatehouse_core::person::PersonDraft;
use gatehouse_store::household::{HouseholdRow, ResidenceRow};
use gatehouse_store::{ReadTx, Shard, StoreError};

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

/// A dwelling for which somebody may apply.
#[derive(Clone, Debug)]
pub struct Room {
    /// Which.
    pub home: HouseholdRow,
    /// Who has to say yes besides: the one who applies only lives there. `Some(None)` where the
    /// ledger does not know who.
    pub landlord: Option<Option<PersonId>>,
}

/// The dwellings for which somebody may apply.
///
/// # Errors
/// The database's.
pub async fn rooms_of(app: &App, resident: &ResidentCaller) -> Result<Vec<Room>, OpError> {
    let me = resident.clone();
    let today = Moment::new(app.world.now_millis(), me.offset_minutes).day();
    let read = move |tx: &ReadTx<'_>| {
        let mut rooms = Vec::new();
        for id in tx.homes_of_landlord(me.shard, me.person, ROOMS_MOST)? {
            let residences = tx.residences_of_household(me.shard, id)?;
            if is_landlord(&residences, me.person, today) {
                rooms.extend(room(tx, me.shard, id, None, today)?);
            }
        }
        if let Some(own) = me.household
            && !rooms.iter().any(|room: &Room| room.home.household == own)
        {
            let residences = tx.residences_of_household(me.shard, own)?;
            let mut mine = residences.into_iter().filter(|row| row.person == me.person);
            let mine = mine.find(|row| row.holds_on(today));
            if let Some(mine) = mine {
                let is_theirs = mine.basis == "permanent";
                rooms.extend(room(
                    tx,
                    me.shard,
                    own,
                    (!is_theirs).then_some(mine.landlord),
                    today,
                )?);
            }
        }
        Ok::<_, StoreError>(rooms)
    };
    Ok(app.store.read(read).await?)
}

fn room(
    tx: &ReadTx<'_>,
    shard: Shard,
    id: HouseholdId,
    landlord: Option<Option<PersonId>>,
    today: CivilDay,
) -> Result<Option<Room>, StoreError> {
    let home = tx.household(shard, id)?;
    let home = home.filter(|row| row.holds_on(today));
    Ok(home.map(|home| Room { home, landlord }))
}

/// Whether a dwelling is somebody's to let: whoever lives there now names them, or else, where
/// it is empty, whoever left last did. Former owners have no say.
fn is_landlord(residences: &[ResidenceRow], me: PersonId, today: CivilDay) -> bool {
    let names_me = |row: &ResidenceRow| row.landlord == Some(me);
    let mut now = residences.iter().filter(|row| row.holds_on(today));
    let Some(first) = now.next() else {
        let past = residences.iter().filter(|row| row.from_on <= today);
        return past.max_by_key(|row| row.until_on).is_some_and(names_me);
    };
    names_me(first) || now.any(names_me)
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
    let mut rooms = rooms.into_iter();
    let room = rooms.find(|room| room.home.household == asked.room);
    let room = room.ok_or(OpError::NotFound)?;
    // Whoever only lives there asks as one of the household, and the landlord is asked.
    let (source, landlord) = match room.landlord {
        None => (Source::Landlord, Some(resident.person)),
        Some(landlord) => (Source::Family, landlord),
    };
    let application = Application {
        id: asked.id,
        household: room.home.household,
        kind: PassKind::TemporaryResident,
        source,
        asked_by: Some(resident.person),
        asked_staff: None,
        holder: Applicant::New {
            draft: asked.draft,
            basis: Some(asked.basis),
            landlord,
            worker_class: None,
        },
        photo: asked.photo,
        delivery: "desk",
    };
    let offset = resident.offset_minutes;
    apply_for_pass(app, resident.shard, room.home.area, offset, application).await
}
