//! Handing over at the end of a shift (STAFF-1): whoever leaves says what else there is, whoever
//! comes ticks item by item. What nobody takes stays with the one who leaves.

use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::auth::caller::Caller;
use crate::error::OpError;
use crate::ops::hold_gate::keyring;
use crate::ops::local_day::DAY_MILLIS;
use crate::ops::read_area::compounds_of;
use crate::ops::read_fevers::staff_name;
use gatehouse_core::id::{AreaId, OpenItemId, StaffId};
use gatehouse_store::audit::AuditNote;
use gatehouse_store::handover::{HandoverLineRow, HandoverRow};
use gatehouse_store::open_item::OpenItemRow;
use gatehouse_store::sealed_words::{open_words, seal_words};
use gatehouse_store::{Chance, Lane, ReadTx, Shard, StoreError, Tx};

/// Handovers that are shown.
const HANDOVERS_MOST: u32 = 6;
/// Open items of one gate that are read.
const ITEMS_MOST: u32 = 200;

/// A handover with what came of it.
pub struct Handover {
    /// Its id.
    pub id: [u8; 16],
    /// Who leaves.
    pub staff: StaffId,
    /// Their name, masked.
    pub name: String,
    /// When.
    pub made_at: i64,
    /// What they wrote.
    pub note: String,
    /// Item, who took it (masked), when.
    pub taken: Vec<(OpenItemId, String, i64)>,
}

/// An open item that is to be handed over.
pub struct Item {
    /// The item.
    pub row: OpenItemRow,
    /// Name of its compound.
    pub compound: String,
    /// Name of its gate.
    pub gate: String,
    /// Who took it last, masked.
    pub holder: Option<String>,
}

/// Open items of an area, the longest wait first, and the handovers of the last day.
pub async fn read_handovers(
    app: &App,
    area: &AreaInScope,
) -> Result<(Vec<Item>, Vec<Handover>), OpError> {
    let (shard, top) = (area.county()?, area.area);
    let since = app.world.now_millis() - DAY_MILLIS;
    let keys = app.keyring.clone();
    let read = move |tx: &ReadTx<'_>| {
        let items = open_items_in(tx, shard, top)?;
        let mut handovers = Vec::new();
        for row in tx.handovers_of_area(shard, top, since, HANDOVERS_MOST)? {
            let note = match (&row.note, &keys) {
                (Some((key, sealed)), Some(keys)) => {
                    open_words(&keys.vault, "handover", &row.handover, (key, sealed))?
                }
                _ => String::new(),
            };
            let mut taken = Vec::new();
            for line in tx.lines_of_handover(shard, &row.handover)? {
                taken.push((line.item, staff_name(tx, line.staff)?, line.taken_at));
            }
            handovers.push(Handover {
                id: row.handover,
                staff: row.staff,
                name: staff_name(tx, row.staff)?,
                made_at: row.made_at,
                note,
                taken,
            });
        }
        Ok((items, handovers))
    };
    Ok(app.store.read(read).await?)
}

/// Every open item of the gates and desks of an area.
pub(crate) fn open_items_in(
    tx: &ReadTx<'_>,
    shard: Shard,
    top: AreaId,
) -> Result<Vec<Item>, StoreError> {
    let mut items = Vec::new();
    for compound in compounds_of(tx, top)? {
        let mut add = |row: OpenItemRow, gate: &str| {
            let holder = match tx.holder_of_item(shard, row.item)? {
                Some(line) => Some(staff_name(tx, line.staff)?),
                None => None,
            };
            items.push(Item {
                row,
                compound: compound.name.clone(),
                gate: gate.to_owned(),
                holder,
            });
            Ok::<(), StoreError>(())
        };
        let gates = tx.gates_of_area(shard, compound.area)?;
        let name = |id| gates.iter().find(|gate| gate.gate == id);
        for row in tx.fevers_of_area(shard, compound.area, i64::MAX, ITEMS_MOST)? {
            let gate = name(row.item.gate).filter(|_| row.fever.place == "gate");
            add(row.item, gate.map_or("", |gate| gate.name.as_str()))?;
        }
        for gate in &gates {
            for row in tx.open_items_of_gate(shard, gate.gate, i64::MAX, ITEMS_MOST)? {
                if row.kind != "fever" {
                    add(row, &gate.name)?;
                }
            }
        }
    }
    items.sort_by_key(|item| item.row.opened_at);
    Ok(items)
}

/// Begins a handover; the same form again changes nothing.
pub async fn begin_handover(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    id: [u8; 16],
    note: &str,
) -> Result<(), OpError> {
    let shard = area.county()?;
    let now = app.world.now_millis();
    let note = match note.is_empty() {
        true => None,
        false => {
            let (keys, chance) = (keyring(app)?, Chance::new(app.world.bytes()));
            Some(seal_words(&keys.vault, "handover", &id, note, &chance))
        }
    };
    let row = HandoverRow {
        shard,
        handover: id,
        area: area.area,
        staff: caller.staff,
        made_at: now,
        note,
    };
    let write = move |tx: &Tx<'_>| {
        if tx.insert_handover(&row)? {
            keep(tx, shard, row.staff, "handover.begin", &row.handover, now)?;
        }
        Ok::<(), StoreError>(())
    };
    Ok(app.store.write(Lane::People, write).await?)
}

/// What became of taking items over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// So many are now in the caller's hands.
    Items(usize),
    /// Whoever leaves cannot take them over.
    SamePerson,
}

/// Takes items over; what somebody else took before stays with them.
///
/// # Errors
/// [`OpError::NotFound`] for a handover of another area, or an item that is not open in it.
pub async fn take_over(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    id: [u8; 16],
    wanted: Vec<OpenItemId>,
) -> Result<Taken, OpError> {
    let (shard, top) = (area.county()?, area.area);
    let (now, staff) = (app.world.now_millis(), caller.staff);
    let write = move |tx: &Tx<'_>| {
        let handover = tx.handover(shard, &id)?.filter(|row| row.area == top);
        let Some(handover) = handover else {
            return Ok(None);
        };
        if handover.staff == staff {
            return Ok(Some(Taken::SamePerson));
        }
        let open = open_items_in(tx, shard, top)?;
        let mut count = 0;
        for item in &wanted {
            if open.iter().all(|there| there.row.item != *item) {
                // Who closed it meanwhile holds up none of the others.
                match tx
                    .open_item(shard, *item)?
                    .is_some_and(|row| row.end.is_some())
                {
                    true => continue,
                    false => return Ok(None),
                }
            }
            let line = HandoverLineRow {
                handover: id,
                item: *item,
                staff,
                taken_at: now,
            };
            if tx.take_item(shard, &line)? {
                keep(tx, shard, staff, "handover.take", &item.0, now)?;
                count += 1;
            }
        }
        Ok(Some(Taken::Items(count)))
    };
    let taken = app.store.write(Lane::People, write).await?;
    taken.ok_or(OpError::NotFound)
}

fn keep(
    tx: &Tx<'_>,
    shard: Shard,
    staff: StaffId,
    kind: &str,
    body: &[u8; 16],
    at: i64,
) -> Result<(), StoreError> {
    tx.append_audit(&AuditNote {
        shard,
        at,
        kind,
        actor: Some(staff),
        commitment: None,
        body,
    })?;
    Ok(())
}
