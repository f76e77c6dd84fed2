//! The landlord's or host's yes to a pass for a temporary resident (HN 三(三)二).

use super::Asked;
use crate::ops::pass_rules::{Source, word_of};
use gatehouse_core::id::PersonId;
use gatehouse_core::pass::{PassKind, RevocationReason};
use gatehouse_store::application::Landlord;
use gatehouse_store::pass::PassRow;
use gatehouse_store::person::PersonRow;
use gatehouse_store::{StoreError, Tx};

/// Whose yes a temporary resident needs: the first time at a door, the landlord's or host's
/// (HN 三(三)二).
pub(super) fn landlord_of(
    tx: &Tx<'_>,
    asked: &Asked,
    person: &PersonRow,
) -> Result<Landlord, StoreError> {
    let (shard, wanted) = (asked.shard, &asked.application);
    if wanted.kind != PassKind::TemporaryResident {
        return Ok(Landlord::default());
    }
    // The yes was for one door; and a pass that should not have been made asked nobody.
    let before = tx.passes_of_holder(shard, &person.person.0)?;
    let in_error = word_of(RevocationReason::IssuedInError);
    let with_yes = |pass: &PassRow| {
        pass.kind == person.kind
            && pass.household == Some(wanted.household)
            && pass
                .revocation
                .as_ref()
                .is_none_or(|ended| ended.reason != in_error)
    };
    if before.iter().any(with_yes) {
        return Ok(Landlord::default());
    }
    let today = asked.now.day();
    let homes = tx.residences_of_person(shard, person.person)?;
    let mut homes = homes
        .into_iter()
        .filter(|home| home.household == wanted.household && home.holds_on(today));
    let landlord = homes.find_map(|home| home.landlord);
    Ok(wants_yes(asked, landlord))
}

/// A landlord who applies for a tenant has said yes by that.
pub(super) fn wants_yes(asked: &Asked, landlord: Option<PersonId>) -> Landlord {
    let wanted = &asked.application;
    let said =
        wanted.source == Source::Landlord && landlord.is_none_or(|l| Some(l) == wanted.asked_by);
    Landlord {
        person: landlord.or(wanted.asked_by.filter(|_| said)),
        answer: Some(if said { "yes" } else { "wanted" }.to_owned()),
        way: said.then(|| "applied".to_owned()),
        at: said.then_some(asked.now.millis),
        staff: None,
    }
}
