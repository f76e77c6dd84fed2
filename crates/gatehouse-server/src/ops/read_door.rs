//! A door and who lives behind it, for whoever applies on somebody's behalf; and the buildings of
//! a compound with who has no pass.

use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::error::OpError;
use crate::ops::hold_gate::keyring;
use crate::ops::issue_for_building::CANDIDATES_MOST;
use crate::ops::read_area::compounds_of;
use gatehouse_core::household::{Address, AddressDraft};
use gatehouse_core::id::{AreaId, HouseholdId, PersonId};
use gatehouse_store::ReadTx;
use gatehouse_store::household::HouseholdRow;
use gatehouse_store::pass_batch::Candidate;
use gatehouse_store::vehicle::VehicleRow;

/// A door with who lives behind it.
pub struct Door {
    /// The door.
    pub household: HouseholdRow,
    /// Name of its compound.
    pub compound: String,
    /// Who lives there.
    pub people: Vec<Resident>,
    /// Its vehicles.
    pub vehicles: Vec<VehicleRow>,
}

/// Somebody behind a door.
pub struct Resident {
    /// Who.
    pub person: PersonId,
    /// Core's word for who they are at a gate.
    pub kind: String,
    /// Surname and mask, as kept.
    pub masked: Option<String>,
    /// Core's word.
    pub sex: String,
    /// For the age.
    pub birth_year: Option<i64>,
    /// Holds a valid pass of their kind.
    pub has_pass: bool,
}

/// Compounds of an area: id and name.
pub async fn list_compounds(
    app: &App,
    area: &AreaInScope,
) -> Result<Vec<(AreaId, String)>, OpError> {
    let area = area.area;
    let read = move |tx: &ReadTx<'_>| {
        let rows = compounds_of(tx, area)?.into_iter();
        Ok(rows.map(|row| (row.area, row.name)).collect())
    };
    Ok(app.store.read(read).await?)
}

/// The household behind a door as typed; `None` where there is none in the ledger.
///
/// # Errors
/// [`OpError::NotFound`] for a compound that is not in the area.
pub async fn find_door(
    app: &App,
    area: &AreaInScope,
    compound: AreaId,
    typed: AddressDraft,
) -> Result<Option<HouseholdId>, OpError> {
    let (shard, within) = (area.county()?, area.area);
    let address: Option<Address> = typed.check().ok();
    let read = move |tx: &ReadTx<'_>| {
        let path = tx.area_path(compound)?;
        if !path.iter().any(|one| one.area == within) {
            return Err(OpError::NotFound);
        }
        let Some(at) = &address else {
            return Ok(None);
        };
        let (building, unit, room) = (at.building(), at.unit(), at.room());
        let row = tx.household_by_door(shard, compound, building, unit, room)?;
        Ok(row.map(|row| row.household))
    };
    app.store.try_read(read).await
}

/// Reads a door of the area.
///
/// # Errors
/// [`OpError::NotFound`] for a household that is not there, or not in the area.
pub async fn read_door(
    app: &App,
    area: &AreaInScope,
    household: HouseholdId,
) -> Result<Door, OpError> {
    let (keys, shard, within) = (keyring(app)?, area.county()?, area.area);
    let now = app.world.now_millis();
    let read = move |tx: &ReadTx<'_>| {
        let row = tx.household(shard, household)?.ok_or(OpError::NotFound)?;
        let path = tx.area_path(row.area)?;
        if !path.iter().any(|one| one.area == within) {
            return Err(OpError::NotFound);
        }
        let mut people = Vec::new();
        for (person, masked) in tx.masked_persons_of_household(&keys.vault, shard, household)? {
            let passes = tx.passes_of_holder(shard, &person.person.0)?;
            let has_pass = passes.iter().any(|pass| {
                pass.kind == person.kind && pass.revocation.is_none() && pass.expires_at > now
            });
            people.push(Resident {
                person: person.person,
                kind: person.kind,
                masked,
                sex: person.sex,
                birth_year: person.birth_year,
                has_pass,
            });
        }
        let mut vehicles = tx.vehicles_of_household(shard, household)?;
        vehicles.retain(|row| row.ended_on.is_none());
        Ok(Door {
            vehicles,
            household: row,
            compound: path.last().map(|one| one.name.clone()).unwrap_or_default(),
            people,
        })
    };
    app.store.try_read(read).await
}

/// The buildings of a compound, and who of one of them has no pass.
pub struct Buildings {
    /// Name and doors of each building.
    pub buildings: Vec<(String, i64)>,
    /// Who has none, door by door.
    pub people: Vec<Candidate>,
}

/// Reads the buildings of a compound of the area.
///
/// # Errors
/// [`OpError::NotFound`] for a compound that is not in the area.
pub async fn read_buildings(
    app: &App,
    area: &AreaInScope,
    compound: AreaId,
    building: Option<String>,
) -> Result<Buildings, OpError> {
    let (keys, shard, within) = (keyring(app)?, area.county()?, area.area);
    let now = app.world.now_millis();
    let read = move |tx: &ReadTx<'_>| {
        let path = tx.area_path(compound)?;
        if !path.iter().any(|one| one.area == within) {
            return Err(OpError::NotFound);
        }
        let people = match &building {
            Some(building) => {
                let most = CANDIDATES_MOST;
                tx.pass_candidates(&keys.vault, shard, compound, building, now, most)?
            }
            None => Vec::new(),
        };
        let buildings = tx.doors_of_buildings(shard, compound)?;
        Ok(Buildings { buildings, people })
    };
    app.store.try_read(read).await
}
