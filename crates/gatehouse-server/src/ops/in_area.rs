//! What a path names besides its area must lie in that area; else it is not there.

use crate::auth::access::AreaInScope;
use crate::error::OpError;
use gatehouse_core::id::{AreaId, HouseholdId, PersonId};
use gatehouse_store::ReadTx;
use gatehouse_store::household::HouseholdRow;
use gatehouse_store::person::PersonRow;

/// A household of the area.
///
/// # Errors
/// [`OpError::NotFound`] where there is none of this id, or it lies elsewhere.
pub fn household_in(
    tx: &ReadTx<'_>,
    area: &AreaInScope,
    household: &str,
) -> Result<HouseholdRow, OpError> {
    let id = HouseholdId::parse(household).ok_or(OpError::NotFound)?;
    let row = tx.household(area.county()?, id)?.ok_or(OpError::NotFound)?;
    lies_in(tx, row.area, area)?;
    Ok(row)
}

/// A person whose record a compound of the area keeps.
///
/// # Errors
/// [`OpError::NotFound`] as for a household, and for whoever has been erased.
pub fn person_in(tx: &ReadTx<'_>, area: &AreaInScope, person: &str) -> Result<PersonRow, OpError> {
    let id = PersonId::parse(person).ok_or(OpError::NotFound)?;
    let row = tx.person(area.county()?, id)?.ok_or(OpError::NotFound)?;
    lies_in(tx, row.area, area)?;
    match row.state.as_str() {
        "erased" => Err(OpError::NotFound),
        _ => Ok(row),
    }
}

/// # Errors
/// [`OpError::NotFound`] unless one area lies in the other or is it.
pub fn lies_in(tx: &ReadTx<'_>, inner: AreaId, area: &AreaInScope) -> Result<(), OpError> {
    if inner == area.area {
        return Ok(());
    }
    let path = tx.area_path(inner)?;
    path.iter()
        .any(|row| row.area == area.area)
        .then_some(())
        .ok_or(OpError::NotFound)
}
