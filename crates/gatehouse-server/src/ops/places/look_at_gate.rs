//! Somebody looked whether a gate leaves the public road free and is no wider than the compound's
//! own opening (GATE-13): an inspection item, with who and when.

use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::auth::caller::Caller;
use crate::error::OpError;
use crate::ops::note::note;
use gatehouse_core::id::GateId;
use gatehouse_store::gate::GateRow;
use gatehouse_store::gate_look::GateLookRow;
use gatehouse_store::{Lane, ReadTx, Shard, StoreError, Tx};

/// After so many days somebody looks at a gate again (local choice, as HN/gate-place and as for a
/// fire exit; no text names a figure).
const LOOK_DAYS: i64 = 7;
const DAY_MILLIS: i64 = 86_400_000;

/// What somebody saw.
#[derive(Clone, Copy, Debug)]
pub struct GateLook {
    /// Made with the form.
    pub look: [u8; 16],
    /// Which gate.
    pub gate: GateId,
    /// No public road is blocked.
    pub road_free: bool,
    /// No wider than the opening.
    pub no_wider: bool,
}

/// How a gate stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GateStands {
    /// It was in order, lately.
    InOrder,
    /// Nobody has looked for too long, or ever.
    Due,
    /// It was not in order: somebody sees to it and looks again.
    Amiss,
}

impl GateStands {
    /// By the last look.
    pub fn of(last: Option<&GateLookRow>, now_millis: i64) -> GateStands {
        match last {
            Some(look) if !(look.road_free && look.no_wider) => GateStands::Amiss,
            Some(look) if now_millis - look.looked_at <= LOOK_DAYS * DAY_MILLIS => {
                GateStands::InOrder
            }
            _ => GateStands::Due,
        }
    }
}

/// How a gate stands now; one that ended is no longer looked at.
pub fn gate_stands(
    tx: &ReadTx<'_>,
    shard: Shard,
    gate: &GateRow,
    now_millis: i64,
) -> Result<GateStands, StoreError> {
    if gate.state == "ended" {
        return Ok(GateStands::InOrder);
    }
    let last = tx.last_look(shard, gate.gate)?;
    Ok(GateStands::of(last.as_ref(), now_millis))
}

/// Writes a look down with the time and who looked.
///
/// # Errors
/// Not found for a gate of another compound.
pub async fn look_at_gate(
    app: &App,
    caller: &Caller,
    scope: &AreaInScope,
    seen: GateLook,
) -> Result<(), OpError> {
    let (shard, area) = (scope.county()?, scope.area);
    let (now, staff) = (app.world.now_millis(), caller.staff);
    let row = GateLookRow {
        shard,
        look: seen.look,
        gate: seen.gate,
        looked_at: now,
        staff,
        road_free: seen.road_free,
        no_wider: seen.no_wider,
    };
    let write = move |tx: &Tx<'_>| {
        let gate = tx.gate(shard, row.gate)?;
        if gate.is_none_or(|gate| gate.area != area) {
            return Ok(false);
        }
        if tx.insert_look(&row)? {
            note(tx, Some(shard), staff, now, "gate.look", &row.gate.0)?;
        }
        Ok::<_, StoreError>(true)
    };
    let found = app.store.write(Lane::People, write).await?;
    found.then_some(()).ok_or(OpError::NotFound)
}

#[cfg(test)]
mod tests {
    use super::*;
    use gatehouse_core::id::StaffId;

    #[test]
    fn a_gate_is_due_a_week_after_and_amiss_until_it_is_seen_to() {
        let look = |days: i64, road_free, no_wider| GateLookRow {
            shard: Shard(1),
            look: [1; 16],
            gate: GateId([2; 16]),
            looked_at: -days * DAY_MILLIS,
            staff: StaffId([3; 16]),
            road_free,
            no_wider,
        };
        let table = [
            (None, GateStands::Due),
            (Some(look(7, true, true)), GateStands::InOrder),
            (Some(look(8, true, true)), GateStands::Due),
            (Some(look(0, false, true)), GateStands::Amiss),
            (Some(look(9, true, false)), GateStands::Amiss),
        ];
        for (last, expected) in table {
            assert_eq!(GateStands::of(last.as_ref(), 0), expected, "{last:?}");
        }
    }
}
