//! A place with what lies in it.

use super::look_at_gate::{GateStands, gate_stands};
use crate::app::App;
use crate::error::OpError;
use gatehouse_core::id::AreaId;
use gatehouse_store::area::AreaRow;
use gatehouse_store::gate::{GateRow, OpeningRow};
use gatehouse_store::gate_look::GateLookRow;
use gatehouse_store::gate_place::GatePlaceRow;
use gatehouse_store::{ReadTx, Shard, StoreError};

/// After so many days somebody looks at a fire exit again (local choice; no text names a figure).
const CHECK_DAYS: i64 = 7;
const DAY_MILLIS: i64 = 86_400_000;

/// A place as its page shows it.
pub struct Places {
    /// The area itself.
    pub area: AreaRow,
    /// Areas directly in it, ended ones too.
    pub inside: Vec<Inside>,
    /// Gates of a compound.
    pub gates: Vec<PlaceGate>,
    /// Its closed openings.
    pub openings: Vec<Opening>,
}

/// An area that lies in another, with how its border stands (GATE-1, AREA-2).
pub struct Inside {
    /// The row.
    pub row: AreaRow,
    /// Names of the gates that are open.
    pub open_gates: Vec<String>,
    /// Openings that are closed.
    pub closed: usize,
    /// Fire exits among them that wait for a look.
    pub due: usize,
}

/// A gate.
pub struct PlaceGate {
    /// The row.
    pub row: GateRow,
    /// What its screen names.
    pub place: GatePlaceRow,
    /// How it stands (GATE-13).
    pub stands: GateStands,
    /// The last look, with who looked.
    pub look: Option<(GateLookRow, String)>,
}

/// A closed opening.
pub struct Opening {
    /// The row.
    pub row: OpeningRow,
    /// A fire exit that nobody has looked at for too long.
    pub is_check_due: bool,
}

/// Whether a fire exit waits for somebody to see that it opens (GATE-1, issue 3 §1).
pub fn is_check_due(row: &OpeningRow, now_millis: i64) -> bool {
    let since = row.checked_at.map_or(i64::MAX, |at| now_millis - at);
    row.is_fire_exit && since > CHECK_DAYS * DAY_MILLIS
}

fn place_gate(
    tx: &ReadTx<'_>,
    shard: Shard,
    row: GateRow,
    now: i64,
) -> Result<PlaceGate, StoreError> {
    let look = match tx.last_look(shard, row.gate)? {
        Some(look) => {
            let name = tx.staff(look.staff)?.map(|staff| staff.name);
            Some((look, name.unwrap_or_default()))
        }
        None => None,
    };
    Ok(PlaceGate {
        place: tx.gate_place(shard, row.gate)?,
        stands: gate_stands(tx, shard, &row, now)?,
        look,
        row,
    })
}

fn inside(tx: &ReadTx<'_>, row: AreaRow, now: i64) -> Result<Inside, StoreError> {
    let mut inside = Inside {
        open_gates: Vec::new(),
        closed: 0,
        due: 0,
        row,
    };
    if let Some(shard) = inside.row.shard.filter(|_| inside.row.level == "compound") {
        let gates = tx.gates_of_area(shard, inside.row.area)?;
        let open = gates.into_iter().filter(|gate| gate.state == "open");
        inside.open_gates = open.map(|gate| gate.name).collect();
        let openings = tx.openings_of_area(shard, inside.row.area)?;
        inside.closed = openings.len();
        inside.due = openings.iter().filter(|row| is_check_due(row, now)).count();
    }
    Ok(inside)
}

/// Reads it.
pub async fn read_places(app: &App, area: AreaId) -> Result<Places, OpError> {
    let now = app.world.now_millis();
    let read = move |tx: &ReadTx<'_>| {
        let Some(row) = tx.area(area)? else {
            return Ok(None);
        };
        let (gates, openings) = match row.shard.filter(|_| row.level == "compound") {
            Some(shard) => {
                let mut gates = Vec::new();
                for gate in tx.gates_of_area(shard, area)? {
                    gates.push(place_gate(tx, shard, gate, now)?);
                }
                (gates, tx.openings_of_area(shard, area)?)
            }
            None => (Vec::new(), Vec::new()),
        };
        let openings = openings.into_iter().map(|row| {
            let is_check_due = is_check_due(&row, now);
            Opening { row, is_check_due }
        });
        let lines = tx.areas_in(area)?.into_iter();
        let lines = lines.map(|row| inside(tx, row, now));
        Ok::<_, StoreError>(Some(Places {
            inside: lines.collect::<Result<_, _>>()?,
            gates,
            openings: openings.collect(),
            area: row,
        }))
    };
    app.store.read(read).await?.ok_or(OpError::NotFound)
}
