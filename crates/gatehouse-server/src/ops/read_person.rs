//! One person: masked, where they live and lived, their passes, who looked, and whether the last
//! edit can be undone.

use super::hold_gate::keyring;
use super::in_area::person_in;
use super::read_household::{Look, last_by_others, with_offices};
use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::error::OpError;
use gatehouse_store::ReadTx;
use gatehouse_store::erasure_plan::ErasurePlanRow;
use gatehouse_store::household::{HouseholdRow, ResidenceRow};
use gatehouse_store::pass::PassRow;
use gatehouse_store::person::PersonRow;
use gatehouse_store::person_before::PersonBeforeRow;

/// For so long an edit can be undone (local choice, as for an import).
pub const UNDO_MILLIS: i64 = 24 * 3_600_000;
/// Most views that are shown.
const VIEWS_MOST: u32 = 20;

/// The page's content.
pub struct PersonShown {
    /// The plain columns.
    pub person: PersonRow,
    /// Surname and mask.
    pub masked: Option<String>,
    /// Their door.
    pub household: Option<HouseholdRow>,
    /// Where they live and lived, newest first, with the door.
    pub residences: Vec<(ResidenceRow, Option<HouseholdRow>)>,
    /// Passes that they have or had, newest first.
    pub passes: Vec<PassRow>,
    /// Who looked.
    pub looks: Vec<Look>,
    /// The last edit, while it can be undone.
    pub undo: Option<PersonBeforeRow>,
    /// The erasure that still comes.
    pub erasure: Option<ErasurePlanRow>,
}

/// Reads a person of the area.
///
/// # Errors
/// [`OpError::NotFound`] for a person of elsewhere.
pub async fn read_person(
    app: &App,
    area: &AreaInScope,
    person: &str,
) -> Result<PersonShown, OpError> {
    let keys = match keyring(app) {
        Ok(keys) => keys,
        // Without keys there is nobody.
        Err(_) => return Err(OpError::NotFound),
    };
    let (area, person) = (area.clone(), person.to_owned());
    let now = app.world.now_millis();
    let read = move |tx: &ReadTx<'_>| {
        let row = person_in(tx, &area, &person)?;
        let (shard, id) = (row.shard, row.person);
        let masked = tx.masked_person(&keys.vault, shard, id)?;
        let household = match row.household {
            Some(household) => tx.household(shard, household)?,
            None => None,
        };
        let mut residences = Vec::new();
        for residence in tx.residences_of_person(shard, id)?.into_iter().rev() {
            let door = tx.household(shard, residence.household)?;
            residences.push((residence, door));
        }
        // Those of a merged record stand on the page of the one that is kept.
        let mut passes = match row.state.as_str() {
            "merged" => Vec::new(),
            _ => tx.passes_of_holder(shard, &id.0)?,
        };
        passes.reverse();
        let undo = tx.person_before(shard, id)?;
        let undo = undo.filter(|before| {
            before.version == row.version && now - before.changed_at < UNDO_MILLIS
        });
        let looks = tx.views_asked(shard, id, &last_by_others(VIEWS_MOST))?;
        let looks = with_offices(tx, looks)?;
        Ok::<_, OpError>(PersonShown {
            masked: masked.and_then(|(_, masked)| masked),
            household,
            residences,
            passes,
            looks,
            undo,
            erasure: tx.coming_erasure(shard, id)?,
            person: row,
        })
    };
    app.store.try_read(read).await
}
