//! Fevers and emergencies that stay open until somebody records what came of them (GATE-7,
//! SCOPE-3). *Sharded*.

use crate::error::StoreError;
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::value::Row;
use crate::webhook_event::{About, Topic};
use crate::{params, sql};
use gatehouse_core::id::{DeviceId, GateId, OpenItemId, StaffId};

/// A fever or an emergency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenItemRow {
    /// County.
    pub shard: Shard,
    /// Never changes.
    pub item: OpenItemId,
    /// `fever`, `emergency`.
    pub kind: String,
    /// Where.
    pub gate: GateId,
    /// The crossing it came from; `None` when reported at a desk.
    pub crossing: Option<(DeviceId, i64)>,
    /// When, milliseconds UTC.
    pub opened_at: i64,
    /// What came of it; `None` while open.
    pub end: Option<OpenItemEnd>,
}

/// What came of an open item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenItemEnd {
    /// A word from a list.
    pub outcome: String,
    /// When it was recorded, milliseconds UTC.
    pub at: i64,
    /// By whom; `None` where a gate device said so.
    pub staff: Option<StaffId>,
}

macro_rules! columns {
    () => {
        "shard, item, kind, gate, device, seq, opened_at, outcome, closed_at, closed_by"
    };
}
pub(crate) use columns as item_columns;

sql! {
    INSERT_ITEM = "INSERT INTO open_item (shard, item, kind, gate, device, seq, opened_at, outcome,
            closed_at, closed_by)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, NULL, NULL, NULL)
        ON CONFLICT DO NOTHING";
    CLOSE_ITEM = "UPDATE open_item SET outcome = ?3, closed_at = ?4, closed_by = ?5
        WHERE shard = ?1 AND item = ?2 AND closed_at IS NULL";
    MEND_ITEM = "UPDATE open_item SET outcome = ?3, closed_at = ?4, closed_by = ?5
        WHERE shard = ?1 AND item = ?2";
    ITEM = concat!("SELECT ", columns!(), " FROM open_item WHERE shard = ?1 AND item = ?2");
    ITEMS_OF_GATE = concat!("SELECT ", columns!(), " FROM open_item
        WHERE shard = ?1 AND gate = ?2 AND (closed_at IS NULL OR opened_at >= ?3)
        ORDER BY opened_at, item LIMIT ?4");
    OPEN_ITEMS = concat!("SELECT ", columns!(), " FROM open_item
        WHERE shard = ?1 AND closed_at IS NULL ORDER BY opened_at, item LIMIT ?2");
    COUNT_ITEMS = "SELECT count(*) FROM open_item
        WHERE shard = ?1 AND gate = ?2 AND kind = ?3 AND opened_at >= ?4";
}

impl OpenItemRow {
    /// The first ten columns as [`columns`] names them.
    pub(crate) fn read(row: &Row<'_>) -> Result<OpenItemRow, StoreError> {
        let crossing = match (row.get(4)?, row.get(5)?) {
            (Some(device), Some(seq)) => Some((device, seq)),
            (None, None) => None,
            _ => return Err(row.corrupt(5)),
        };
        let end = match (row.get(7)?, row.get(8)?) {
            (Some(outcome), Some(at)) => Some(OpenItemEnd {
                outcome,
                at,
                staff: row.get(9)?,
            }),
            (None, None) => None,
            _ => return Err(row.corrupt(8)),
        };
        Ok(OpenItemRow {
            shard: row.get(0)?,
            item: row.get(1)?,
            kind: row.get(2)?,
            gate: row.get(3)?,
            crossing,
            opened_at: row.get(6)?,
            end,
        })
    }
}

impl ReadTx<'_> {
    /// An item by its key.
    pub fn open_item(
        &self,
        shard: Shard,
        item: OpenItemId,
    ) -> Result<Option<OpenItemRow>, StoreError> {
        self.optional(&ITEM, params![shard, &item], OpenItemRow::read)
    }

    /// The items of a gate: all open ones, and closed ones opened since an instant.
    pub fn open_items_of_gate(
        &self,
        shard: Shard,
        gate: GateId,
        since: i64,
        limit: u32,
    ) -> Result<Vec<OpenItemRow>, StoreError> {
        let parameters = params![shard, &gate, since, limit];
        self.query(&ITEMS_OF_GATE, parameters, OpenItemRow::read)
    }

    /// What is still open in a county, oldest first.
    pub fn open_items(&self, shard: Shard, limit: u32) -> Result<Vec<OpenItemRow>, StoreError> {
        self.query(&OPEN_ITEMS, params![shard, limit], OpenItemRow::read)
    }

    /// How many items of a kind a gate had since an instant.
    pub fn count_open_items(
        &self,
        shard: Shard,
        gate: GateId,
        kind: &str,
        since: i64,
    ) -> Result<i64, StoreError> {
        let parameters = params![shard, &gate, kind, since];
        self.query_one(&COUNT_ITEMS, parameters, |row| row.get(0))
    }
}

impl Tx<'_> {
    /// Opens an item, once for the same crossing and kind; says whether it was new.
    pub fn insert_open_item(&self, row: &OpenItemRow) -> Result<bool, StoreError> {
        let (device, seq) = row.crossing.unzip();
        let parameters = params![
            row.shard,
            &row.item,
            &row.kind,
            &row.gate,
            device.as_ref(),
            seq,
            row.opened_at
        ];
        let is_new = self.execute(&INSERT_ITEM, parameters)? == 1;
        if is_new {
            let about = About::OpenItem(row.item);
            self.tell(row.shard, Topic::OpenItemOpened, about, row.opened_at)?;
        }
        Ok(is_new)
    }

    /// Records what came of an item; says whether it was still open: the first outcome stays.
    pub fn close_open_item(
        &self,
        shard: Shard,
        item: OpenItemId,
        end: &OpenItemEnd,
    ) -> Result<bool, StoreError> {
        let parameters = params![shard, &item, &end.outcome, end.at, end.staff.as_ref()];
        let was_open = self.execute(&CLOSE_ITEM, parameters)? == 1;
        if was_open {
            let about = About::OpenItem(item);
            self.tell(shard, Topic::OpenItemClosed, about, end.at)?;
        }
        Ok(was_open)
    }

    /// What came of an item after a correction; `None` opens it again.
    pub fn mend_open_item(
        &self,
        shard: Shard,
        item: OpenItemId,
        end: Option<&OpenItemEnd>,
    ) -> Result<(), StoreError> {
        let parameters = params![
            shard,
            &item,
            end.map(|end| &end.outcome),
            end.map(|end| end.at),
            end.and_then(|end| end.staff.as_ref())
        ];
        self.execute_one(&MEND_ITEM, parameters)
    }
}
