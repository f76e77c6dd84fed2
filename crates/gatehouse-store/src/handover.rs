//! Handing open items over at the end of a shift, item by item (STAFF-1). *Sharded*. An item that
//! nobody took stays with whoever leaves.

use crate::error::StoreError;
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::{params, sql};
use gatehouse_core::id::{AreaId, OpenItemId, StaffId};

/// Somebody leaves and hands over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandoverRow {
    /// County.
    pub shard: Shard,
    /// Never changes.
    pub handover: [u8; 16],
    /// Whose open items.
    pub area: AreaId,
    /// Who leaves.
    pub staff: StaffId,
    /// When, milliseconds UTC.
    pub made_at: i64,
    /// Wrapped key and sealed note ([`crate::sealed_words`]).
    pub note: Option<(Vec<u8>, Vec<u8>)>,
}

/// An item that somebody took over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandoverLineRow {
    /// Which handover.
    pub handover: [u8; 16],
    /// Which item.
    pub item: OpenItemId,
    /// Who took it.
    pub staff: StaffId,
    /// When, milliseconds UTC.
    pub taken_at: i64,
}

sql! {
    INSERT_HANDOVER = "INSERT INTO handover (shard, handover, area, staff, made_at, wrapped_key,
            sealed)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        ON CONFLICT (shard, handover) DO NOTHING";
    HANDOVERS_OF = "SELECT shard, handover, area, staff, made_at, wrapped_key, sealed
        FROM handover WHERE shard = ?1 AND area = ?2 AND made_at >= ?3
        ORDER BY made_at DESC, handover LIMIT ?4";
    HANDOVER = "SELECT shard, handover, area, staff, made_at, wrapped_key, sealed
        FROM handover WHERE shard = ?1 AND handover = ?2";
    TAKE_ITEM = "INSERT INTO handover_line (shard, handover, item, staff, taken_at)
        VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (shard, handover, item) DO NOTHING";
    LINES_OF_HANDOVER = "SELECT handover, item, staff, taken_at FROM handover_line
        WHERE shard = ?1 AND handover = ?2 ORDER BY taken_at, item";
    LAST_LINE_OF_ITEM = "SELECT handover, item, staff, taken_at FROM handover_line
        WHERE shard = ?1 AND item = ?2 ORDER BY taken_at DESC LIMIT 1";
}

fn read(row: &crate::value::Row<'_>) -> Result<HandoverRow, StoreError> {
    Ok(HandoverRow {
        shard: row.get(0)?,
        handover: row.get(1)?,
        area: row.get(2)?,
        staff: row.get(3)?,
        made_at: row.get(4)?,
        note: Option::zip(row.get(5)?, row.get(6)?),
    })
}

fn read_line(row: &crate::value::Row<'_>) -> Result<HandoverLineRow, StoreError> {
    Ok(HandoverLineRow {
        handover: row.get(0)?,
        item: row.get(1)?,
        staff: row.get(2)?,
        taken_at: row.get(3)?,
    })
}

impl ReadTx<'_> {
    /// The handovers of an area since an instant, newest first.
    pub fn handovers_of_area(
        &self,
        shard: Shard,
        area: AreaId,
        since: i64,
        limit: u32,
    ) -> Result<Vec<HandoverRow>, StoreError> {
        self.query(&HANDOVERS_OF, params![shard, &area, since, limit], read)
    }

    /// A handover by its key.
    pub fn handover(
        &self,
        shard: Shard,
        handover: &[u8; 16],
    ) -> Result<Option<HandoverRow>, StoreError> {
        self.optional(&HANDOVER, params![shard, handover], read)
    }

    /// What was taken over, in order.
    pub fn lines_of_handover(
        &self,
        shard: Shard,
        handover: &[u8; 16],
    ) -> Result<Vec<HandoverLineRow>, StoreError> {
        self.query(&LINES_OF_HANDOVER, params![shard, handover], read_line)
    }

    /// Who took an item over last.
    pub fn holder_of_item(
        &self,
        shard: Shard,
        item: OpenItemId,
    ) -> Result<Option<HandoverLineRow>, StoreError> {
        self.optional(&LAST_LINE_OF_ITEM, params![shard, &item], read_line)
    }
}

impl Tx<'_> {
    /// Begins a handover; the same again changes nothing. Says whether it was new.
    pub fn insert_handover(&self, row: &HandoverRow) -> Result<bool, StoreError> {
        let (wrapped, sealed) = row.note.as_ref().map(|(key, note)| (key, note)).unzip();
        let parameters = params![
            row.shard,
            &row.handover,
            &row.area,
            &row.staff,
            row.made_at,
            wrapped,
            sealed
        ];
        Ok(self.execute(&INSERT_HANDOVER, parameters)? == 1)
    }

    /// Takes an item over; says whether nobody had. The first who takes it has it.
    pub fn take_item(&self, shard: Shard, row: &HandoverLineRow) -> Result<bool, StoreError> {
        let parameters = params![shard, &row.handover, &row.item, &row.staff, row.taken_at];
        Ok(self.execute(&TAKE_ITEM, parameters)? == 1)
    }
}
