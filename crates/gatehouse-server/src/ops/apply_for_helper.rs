//! Whom an application is for where it is no resident: a helper, new or known from another
//! household, or a vehicle.

use super::apply_for_pass::known_already::in_ledger;
use super::apply_for_pass::{Application, Applied, Subject};
use super::keep_helpers::{HELPERS_A_DAY_MOST, HELPERS_MOST};
use super::keep_vehicles::vehicle_of;
use gatehouse_core::id::{PersonId, VehicleId};
use gatehouse_core::pass::PassKind;
use gatehouse_core::person::Person;
use gatehouse_store::{Shard, StoreError, Tx, Vault};

/// A regular helper: one who is known by their document is that person.
pub(super) fn helper_subject(
    tx: &Tx<'_>,
    vault: &Vault,
    shard: Shard,
    wanted: &Application,
    (person, since): (&Person, i64),
) -> Result<Result<Subject, Applied>, StoreError> {
    if wanted.kind != PassKind::Helper {
        return Ok(Err(Applied::NotForThem("passes-other-kind")));
    }
    let (open, lately) = tx.count_helpers(shard, wanted.household, since)?;
    if open >= i64::from(HELPERS_MOST) {
        return Ok(Err(Applied::NotForThem("passes-helpers-full")));
    }
    // At a desk somebody of the office looks at each.
    if wanted.asked_staff.is_none() && lately >= i64::from(HELPERS_A_DAY_MOST) {
        return Ok(Err(Applied::NotForThem("passes-helpers-today")));
    }
    let there = in_ledger(tx, vault, shard, person.document())?;
    Ok(match &there[..] {
        [row] if row.kind == "regular_helper" => {
            let (has_document, has_photo) = tx.person_has(shard, row.person)?;
            Ok(Subject {
                holder: Some(row.person),
                has_document,
                has_photo,
                ..Subject::default()
            })
        }
        [_, ..] => Err(Applied::NotForThem("passes-in-ledger")),
        [] => Ok(Subject {
            sex: person.sex().code().to_owned(),
            birth_year: person.birth_year().map(i64::from),
            has_document: person.document().is_some(),
            ..Subject::default()
        }),
    })
}

/// A vehicle of the household, named where a person's pass names a person.
pub(super) fn vehicle_subject(
    tx: &Tx<'_>,
    shard: Shard,
    wanted: &Application,
    vehicle: VehicleId,
) -> Result<Result<Subject, Applied>, StoreError> {
    if wanted.kind != PassKind::Vehicle {
        return Ok(Err(Applied::NotForThem("passes-other-kind")));
    }
    let there = vehicle_of(tx, shard, wanted.household, vehicle)?;
    let there = there.ok_or(Applied::NotForThem("passes-not-here"));
    Ok(there.map(|row| Subject {
        holder: Some(PersonId(row.vehicle.0)),
        ..Subject::default()
    }))
}
