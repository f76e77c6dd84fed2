//! Planned erasures: what the form about one person needs, and the list of an area.

use super::hold_gate::keyring;
use super::in_area::person_in;
use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::error::OpError;
use crate::ops::erasure_rules::{Hindrance, first_day, hindrances, reasons};
use crate::ops::read_fevers::staff_name;
use gatehouse_core::id::PersonId;
use gatehouse_core::moment::{CivilDay, Moment};
use gatehouse_store::erasure_plan::{ErasurePlanRow, ErasureState};
use gatehouse_store::person::PersonRow;
use gatehouse_store::{ReadTx, Shard, StoreError};

/// Most erasures of a compound that are shown.
const ERASURES_MOST: u32 = 100;
/// Most areas of a county.
const AREAS_MOST: u32 = 20_000;

/// What the form about a person's record needs.
pub struct ErasureForm {
    /// The plain columns.
    pub person: PersonRow,
    /// Surname and mask.
    pub masked: Option<String>,
    /// Each reason that fits the record, with the first day for it.
    pub reasons: Vec<(&'static str, CivilDay)>,
    /// What stands against it now.
    pub hindrances: Vec<Hindrance>,
    /// The one that still comes.
    pub coming: Option<ErasurePlanRow>,
}

/// Reads it.
///
/// # Errors
/// [`OpError::NotFound`] for a person of elsewhere.
pub async fn read_erasure_form(
    app: &App,
    area: &AreaInScope,
    person: &str,
) -> Result<ErasureForm, OpError> {
    let keys = keyring(app)?;
    let now = Moment::new(app.world.now_millis(), area.offset_minutes);
    let (area, person) = (area.clone(), person.to_owned());
    let read = move |tx: &ReadTx<'_>| {
        let row = person_in(tx, &area, &person)?;
        let masked = tx.masked_person(&keys.vault, row.shard, row.person)?;
        let mut days = Vec::new();
        for reason in reasons(&row.state) {
            days.push((*reason, first_day(tx, &row, reason, now.day())?));
        }
        Ok::<_, OpError>(ErasureForm {
            masked: masked.and_then(|(_, masked)| masked),
            reasons: days,
            hindrances: hindrances(tx, &row, now.millis)?,
            coming: tx.coming_erasure(row.shard, row.person)?,
            person: row,
        })
    };
    app.store.try_read(read).await
}

/// A planned erasure as the list shows it.
pub struct ErasureLine {
    /// As it stands.
    pub plan: ErasurePlanRow,
    /// Surname and mask; `None` once nothing is left of them.
    pub masked: Option<String>,
    /// Name of the compound or village.
    pub compound: String,
    /// Who planned it, masked.
    pub planned_by: String,
    /// Who cancelled it, masked.
    pub cancelled_by: Option<String>,
}

/// The erasures of an area: those that still come first, the next day first; then what became of
/// the others, the last one first.
pub async fn list_erasures(app: &App, area: &AreaInScope) -> Result<Vec<ErasureLine>, OpError> {
    let keys = keyring(app)?;
    let (shard, top) = (area.county()?, area.area);
    let read = move |tx: &ReadTx<'_>| {
        let mut lines = Vec::new();
        for compound in tx.area_subtree(top, AREAS_MOST)? {
            for plan in tx.erasures_of_area(shard, compound.area, ERASURES_MOST)? {
                let masked = tx.masked_person(&keys.vault, shard, plan.person)?;
                let cancelled_by = match plan.state {
                    ErasureState::Cancelled(staff) => Some(staff_name(tx, staff)?),
                    _ => None,
                };
                lines.push(ErasureLine {
                    masked: masked.and_then(|(_, masked)| masked),
                    compound: compound.name.clone(),
                    planned_by: staff_name(tx, plan.planned_by)?,
                    cancelled_by,
                    plan,
                });
            }
        }
        lines.sort_by_key(|line| match line.plan.state {
            ErasureState::Planned | ErasureState::Running => (0, line.plan.run_at),
            _ => (1, -line.plan.changed_at),
        });
        Ok::<_, StoreError>(lines)
    };
    Ok(app.store.read(read).await?)
}

/// An erasure that somebody's own page tells of: its instant, why, and whom to ask.
pub struct OwnErasure {
    /// Not before this instant.
    pub run_at: i64,
    /// A word from the list.
    pub reason: String,
    /// The office to ask.
    pub office: String,
    /// Its telephone.
    pub phone: String,
}

/// The one that comes for somebody.
///
/// # Errors
/// The database's.
pub fn own_erasure(
    tx: &ReadTx<'_>,
    shard: Shard,
    person: PersonId,
) -> Result<Option<OwnErasure>, StoreError> {
    let Some(plan) = tx.coming_erasure(shard, person)? else {
        return Ok(None);
    };
    let contact = super::tell_person::contact(tx, shard, plan.area)?;
    Ok(Some(OwnErasure {
        run_at: plan.run_at,
        reason: plan.reason,
        office: contact.office.text().to_owned(),
        phone: contact.phone.text().to_owned(),
    }))
}
