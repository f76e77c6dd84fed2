//! One crossing: what was recorded, in words, with the rows that applied and their clauses.

use super::find_crossings::{CrossingLine, gates_of, line, rule_ids};
use super::in_area::lies_in;
use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::error::OpError;
use gatehouse_core::gate::Policy;
use gatehouse_core::id::{DeviceId, PersonId};
use gatehouse_core::wire::{Crossing, PublicEvent, Subject};
use gatehouse_store::ReadTx;
use gatehouse_store::person::PersonRow;
use std::collections::BTreeMap;

/// The page's content.
pub struct CrossingShown {
    /// The crossing with its names.
    pub line: CrossingLine,
    /// What the device said; `None` for a damaged row.
    pub event: Option<(PublicEvent, Crossing)>,
    /// The policy by which was decided, where it is kept.
    pub policy: Option<Policy>,
    /// Ids of the rows that applied.
    pub rules: Vec<String>,
    /// Who it was, masked; `None` for a stranger, a vehicle, or whoever was erased.
    pub person: Option<(PersonRow, Option<String>)>,
    /// The plate of a vehicle; plates are shown whole.
    pub plate: Option<String>,
    /// Label of the device.
    pub device: Option<String>,
}

/// Reads a crossing of the area by `<device>-<seq>`.
///
/// # Errors
/// [`OpError::NotFound`] for one of elsewhere.
pub async fn read_crossing(
    app: &App,
    area: &AreaInScope,
    crossing: &str,
) -> Result<CrossingShown, OpError> {
    let (device, seq) = crossing.rsplit_once('-').ok_or(OpError::NotFound)?;
    let device = DeviceId::parse(device).ok_or(OpError::NotFound)?;
    let seq: i64 = seq.parse().map_err(|_| OpError::NotFound)?;
    let keys = app.keyring.clone();
    let area = area.clone();
    let read = move |tx: &ReadTx<'_>| {
        let shard = area.county()?;
        let row = tx.crossing(shard, device, seq)?.ok_or(OpError::NotFound)?;
        let gate = tx.gate(shard, row.gate)?.ok_or(OpError::NotFound)?;
        lies_in(tx, gate.area, &area)?;
        let gates = gates_of(tx, shard, gate.area)?;
        let event = row.public_event().zip(row.crossing());
        let policy = match event.as_ref().and_then(|(_, crossing)| crossing.policy) {
            Some(policy) => tx.effective_policy(&policy)?,
            None => None,
        };
        let (mut person, mut plate) = (None, None);
        match (row.subject, &keys) {
            (Some(Subject::Person(id)), Some(keys)) => {
                person = tx.masked_person(&keys.vault, shard, PersonId(id.0))?;
            }
            (Some(Subject::Vehicle(id)), _) => {
                plate = tx.vehicle(shard, id)?.map(|vehicle| vehicle.plate);
            }
            _ => {}
        }
        Ok::<_, OpError>(CrossingShown {
            rules: rule_ids(&row),
            device: tx.device(shard, device)?.map(|device| device.label),
            line: line(tx, row, &gates, &mut BTreeMap::new())?,
            policy: policy.and_then(|bytes| Policy::read(&bytes).ok()),
            event,
            person,
            plate,
        })
    };
    app.store.try_read(read).await
}
