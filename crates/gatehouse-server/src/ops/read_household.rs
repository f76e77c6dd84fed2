//! One household: who lives there and how, their passes, whether an order is in force, who is
//! responsible, who looked lately. Masked; nothing is set here.

use super::hold_gate::keyring;
use super::in_area::household_in;
use super::read_orders::{Orders, read_orders};
use super::resident::read_own_data::OWN;
use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::auth::role::Role;
use crate::error::OpError;
use crate::keyring::Keyring;
use gatehouse_core::id::{AreaId, HouseholdId, PersonId};
use gatehouse_store::household::{HouseholdRow, ResidenceRow};
use gatehouse_store::pass::PassRow;
use gatehouse_store::person::PersonRow;
use gatehouse_store::person_view::{PersonViewRow, ViewPlace, ViewsAsked};
use gatehouse_store::{ReadTx, Shard, StoreError};
use std::collections::BTreeMap;

/// Most views that are shown.
const VIEWS_MOST: usize = 6;
/// Most people who are shown as responsible.
const RESPONSIBLE_MOST: usize = 8;

/// Somebody who lives there.
pub struct Member {
    /// The plain columns.
    pub person: PersonRow,
    /// Surname and mask.
    pub masked: Option<String>,
    /// On what basis; `None` where none is kept.
    pub residence: Option<ResidenceRow>,
    /// Mask of the landlord or host.
    pub landlord: Option<String>,
    /// Passes that are in use.
    pub passes: Vec<PassRow>,
    /// Until when an order that is in force now holds, milliseconds UTC.
    pub stopped_until: Option<i64>,
}

/// A look at one of them.
pub struct Look {
    /// The row.
    pub row: PersonViewRow,
    /// The office; `None` for the program itself.
    pub office: Option<String>,
}

/// Somebody who is responsible.
pub struct Responsible {
    /// Key of the words for their role.
    pub role: &'static str,
    /// Their name; names of staff are public.
    pub name: String,
    /// Where.
    pub area: String,
}

/// The page's content.
pub struct HouseholdShown {
    /// The door.
    pub household: HouseholdRow,
    /// Name of the compound.
    pub compound: String,
    /// Who lives there.
    pub members: Vec<Member>,
    /// Passes of the household itself (errand, guests).
    pub passes: Vec<PassRow>,
    /// Who looked lately.
    pub looks: Vec<Look>,
    /// Who is responsible.
    pub responsible: Vec<Responsible>,
    /// Whom to call at the gate.
    pub phone: Option<String>,
}

/// Reads a household of the area.
///
/// # Errors
/// [`OpError::NotFound`] for a household of elsewhere.
pub async fn read_household(
    app: &App,
    area: &AreaInScope,
    household: &str,
) -> Result<HouseholdShown, OpError> {
    let (area, household) = (area.clone(), household.to_owned());
    let keys = app.keyring.clone();
    let now = app.world.now_millis();
    let unready = keyring(app).err();
    let read = move |tx: &ReadTx<'_>| {
        let row = household_in(tx, &area, &household)?;
        let Some(keys) = &keys else {
            return Ok(Err(row));
        };
        shown(tx, keys, row, now, area.offset_minutes)
            .map(Ok)
            .map_err(OpError::from)
    };
    match (app.store.try_read(read).await?, unready) {
        (Ok(shown), _) => Ok(shown),
        (Err(_), Some(error)) => Err(error),
        (Err(_), None) => Err(OpError::NotFound),
    }
}

fn shown(
    tx: &ReadTx<'_>,
    keys: &Keyring,
    household: HouseholdRow,
    now: i64,
    offset_minutes: i16,
) -> Result<HouseholdShown, StoreError> {
    let (shard, id) = (household.shard, household.household);
    let path = tx.area_path(household.area)?;
    let compound = path.last().map(|row| row.name.clone()).unwrap_or_default();
    let gate = tx.gates_of_area(shard, household.area)?.into_iter().next();
    let orders = match &gate {
        Some(gate) => read_orders(tx, keys, gate, now, i64::from(offset_minutes))?,
        None => Orders::default(),
    };
    let mut passes = tx.passes_of_household(shard, id)?;
    passes.retain(|pass| pass.revocation.is_none() && pass.expires_at > now);
    let residences = tx.residences_of_household(shard, id)?;
    let mut members = Vec::new();
    for (person, masked) in tx.masked_persons_of_household(&keys.vault, shard, id)? {
        let residence = residences
            .iter()
            .rev()
            .find(|row| row.person == person.person && row.until_on.is_none());
        members.push(Member {
            landlord: landlord(tx, keys, residence)?,
            stopped_until: stopped_until(&orders, person.person, id, now),
            passes: take_passes(&mut passes, person.person),
            residence: residence.cloned(),
            person,
            masked,
        });
    }
    let looks = looks(tx, shard, &members)?;
    let areas: Vec<(AreaId, String)> = path.into_iter().map(|row| (row.area, row.name)).collect();
    Ok(HouseholdShown {
        responsible: responsible(tx, &areas, now)?,
        household,
        compound,
        members,
        passes,
        looks,
        phone: gate.map(|gate| gate.phone),
    })
}

fn landlord(
    tx: &ReadTx<'_>,
    keys: &Keyring,
    residence: Option<&ResidenceRow>,
) -> Result<Option<String>, StoreError> {
    let named = residence.and_then(|row| Some((row.shard, row.landlord?)));
    let Some((shard, landlord)) = named else {
        return Ok(None);
    };
    let found = tx.masked_person(&keys.vault, shard, landlord)?;
    Ok(found.and_then(|(_, masked)| masked))
}

/// The end of whatever order stops somebody now; none of what it is about.
fn stopped_until(
    orders: &Orders,
    person: PersonId,
    household: HouseholdId,
    now: i64,
) -> Option<i64> {
    let in_force = orders.of(person, household).into_iter().filter(|stop| {
        let excepted = stop
            .exceptions
            .iter()
            .any(|span| span.from_at <= now && span.until_at.is_none_or(|until| now < until));
        stop.from_at <= now && now < stop.until_at && !excepted
    });
    in_force.map(|stop| stop.until_at).max()
}

fn take_passes(passes: &mut Vec<PassRow>, person: PersonId) -> Vec<PassRow> {
    let (own, others) = passes
        .drain(..)
        .partition(|pass| pass.holder == Some(person.0));
    *passes = others;
    own
}

fn looks(tx: &ReadTx<'_>, shard: Shard, members: &[Member]) -> Result<Vec<Look>, StoreError> {
    let mut rows = Vec::new();
    for member in members {
        let asked = last_by_others(VIEWS_MOST as u32);
        rows.extend(tx.views_asked(shard, member.person.person, &asked)?);
    }
    rows.sort_by_key(|row| std::cmp::Reverse(row.viewed_at));
    rows.truncate(VIEWS_MOST);
    with_offices(tx, rows)
}

/// The last looks by others than themselves, who may look as often as they like.
pub const fn last_by_others(limit: u32) -> ViewsAsked<'static> {
    ViewsAsked {
        without: OWN,
        after: ViewPlace::FIRST,
        limit,
    }
}

/// Views with the name of the office for which somebody looked.
pub fn with_offices(tx: &ReadTx<'_>, rows: Vec<PersonViewRow>) -> Result<Vec<Look>, StoreError> {
    let look = |row: PersonViewRow| {
        let office = match row.organisation {
            Some(organisation) => tx.organisation(organisation)?.map(|row| row.name),
            None => None,
        };
        Ok(Look { row, office })
    };
    rows.into_iter().map(look).collect()
}

fn responsible(
    tx: &ReadTx<'_>,
    areas: &[(AreaId, String)],
    now: i64,
) -> Result<Vec<Responsible>, StoreError> {
    const ROLES: [Role; 4] = [
        Role::GridWorker,
        Role::CommunityOffice,
        Role::HealthWorker,
        Role::StreetCommand,
    ];
    let mut found = BTreeMap::new();
    for (depth, (area, name)) in areas.iter().rev().enumerate() {
        for held in tx.memberships_of_area(*area)? {
            let role = Role::named(&held.role).filter(|role| ROLES.contains(role));
            let (Some(role), true) = (role, held.holds_at(now)) else {
                continue;
            };
            let staff = tx
                .staff(held.staff)?
                .filter(|row| row.disabled_at.is_none());
            if let Some(staff) = staff {
                let rank = ROLES.iter().position(|one| *one == role);
                let line = Responsible {
                    role: role.text_key(),
                    name: staff.name,
                    area: name.clone(),
                };
                found.insert((rank, depth, held.staff), line);
            }
        }
    }
    Ok(found.into_values().take(RESPONSIBLE_MOST).collect())
}
