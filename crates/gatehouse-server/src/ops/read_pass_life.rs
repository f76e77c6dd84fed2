//! One pass from the application to the card that replaced it, as its page shows it. How often it
//! was used is a number; where and when is no part of it.

use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::error::OpError;
use crate::ops::hold_gate::keyring;
use crate::ops::list_applications::masked_staff;
use crate::ops::report_pass_lost::lost_since;
use crate::ops::revoke_pass::pass_in;
use gatehouse_core::id::{PassId, PersonId, StaffId};
use gatehouse_store::application::ApplicationRow;
use gatehouse_store::household::HouseholdRow;
use gatehouse_store::pass::PassRow;
use gatehouse_store::pass_event::{PassEventRow, PassUses};
use gatehouse_store::person::PersonRow;
use gatehouse_store::{ReadTx, Shard, StoreError};
use std::collections::BTreeMap;

/// A gate whose phone has been silent so long may still believe an older list (local choice).
const SILENT_MILLIS: i64 = 5 * 60_000;

/// A pass with everything that its page says.
pub struct PassLife {
    /// The pass.
    pub row: PassRow,
    /// Its holder, with surname and mask; `None` where it names no person.
    pub holder: Option<(PersonRow, Option<String>)>,
    /// The door that it belongs to.
    pub home: Option<HouseholdRow>,
    /// Name of the compound.
    pub compound: String,
    /// What it came from.
    pub application: Option<ApplicationRow>,
    /// What happened to it.
    pub events: Vec<PassEventRow>,
    /// How often it was shown at a gate.
    pub uses: PassUses,
    /// Since when it is reported lost.
    pub lost_since: Option<i64>,
    /// Its holder's other passes, newest first.
    pub others: Vec<PassRow>,
    /// Gates of the compound whose phones are silent, with since when; `None`: never heard.
    pub silent: Vec<(String, Option<i64>)>,
    /// Colleagues named in it, masked.
    pub staff: BTreeMap<StaffId, String>,
}

/// Reads the life of a pass of an area.
///
/// # Errors
/// [`OpError::NotFound`] for one that is not there, or not in the area.
pub async fn read_pass_life(
    app: &App,
    area: &AreaInScope,
    pass: PassId,
) -> Result<PassLife, OpError> {
    let (keys, shard, area) = (keyring(app)?, area.county()?, area.area);
    let now = app.world.now_millis();
    let read = move |tx: &ReadTx<'_>| {
        let row = pass_in(tx, shard, area, pass)?;
        let application = tx.application_of_pass(shard, pass)?;
        let events = tx.events_of_pass(shard, pass)?;
        let asked = application.iter().flat_map(|application| {
            [
                application.asked_staff,
                application.landlord.staff,
                application.decided_by,
            ]
        });
        let named = events.iter().map(|event| event.staff).chain(asked);
        let named = named.chain([row.issued_by]);
        Ok(PassLife {
            holder: match row.holder {
                Some(holder) => tx.masked_person(&keys.vault, shard, PersonId(holder))?,
                None => None,
            },
            home: match row.household {
                Some(household) => tx.household(shard, household)?,
                None => None,
            },
            compound: tx.area(row.area)?.map(|area| area.name).unwrap_or_default(),
            uses: tx.uses_of_pass(shard, row.number, row.home().as_ref())?,
            lost_since: lost_since(tx, shard, pass)?.filter(|_| row.revocation.is_none()),
            others: others(tx, shard, &row)?,
            silent: silent_gates(tx, shard, &row, now)?,
            staff: masked_staff(tx, named.flatten())?,
            application,
            events,
            row,
        })
    };
    app.store.try_read(read).await
}

/// The other passes of the same kind of its holder, or of its household where it names nobody.
fn others(tx: &ReadTx<'_>, shard: Shard, row: &PassRow) -> Result<Vec<PassRow>, StoreError> {
    let mut rows = match (row.holder, row.household) {
        (Some(holder), _) => {
            let kept = tx.kept_record(shard, PersonId(holder))?;
            tx.passes_of_holder(shard, &kept.0)?
        }
        (None, Some(household)) => tx.passes_of_household(shard, household)?,
        (None, None) => Vec::new(),
    };
    rows.retain(|other| {
        let is_theirs = other.holder.is_some() == row.holder.is_some();
        other.pass != row.pass && other.kind == row.kind && is_theirs
    });
    rows.reverse();
    Ok(rows)
}

fn silent_gates(
    tx: &ReadTx<'_>,
    shard: Shard,
    row: &PassRow,
    now: i64,
) -> Result<Vec<(String, Option<i64>)>, StoreError> {
    let mut silent = Vec::new();
    for gate in tx.gates_of_area(shard, row.area)? {
        let devices = tx.devices_of_gate(shard, gate.gate)?;
        // The server's own row has no key and is no phone.
        let mut phones = devices
            .iter()
            .filter(|device| device.ended_at.is_none() && !device.public_key.is_empty())
            .peekable();
        if phones.peek().is_none() {
            continue;
        }
        let seen = phones.filter_map(|device| device.seen_at).max();
        if seen.is_none_or(|at| at < now - SILENT_MILLIS) {
            silent.push((gate.name, seen));
        }
    }
    Ok(silent)
}
