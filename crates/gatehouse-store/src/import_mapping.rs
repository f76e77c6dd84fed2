//! Which column is what, remembered per compound and shape of sheet. *Sharded*.

use crate::error::StoreError;
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::{params, sql};
use gatehouse_core::id::{AreaId, StaffId};

sql! {
    MAPPING = "SELECT mapping FROM import_mapping WHERE shard = ?1 AND area = ?2 AND shape = ?3";
    KEEP_MAPPING = "INSERT INTO import_mapping (shard, area, shape, mapping, made_by, used_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT (shard, area, shape) DO UPDATE SET mapping = ?4, made_by = ?5, used_at = ?6";
}

impl ReadTx<'_> {
    /// The mapping that was last used for this shape.
    pub fn import_mapping(
        &self,
        shard: Shard,
        area: AreaId,
        shape: &[u8; 32],
    ) -> Result<Option<String>, StoreError> {
        self.optional(&MAPPING, params![shard, &area, shape], |row| row.get(0))
    }
}

impl Tx<'_> {
    /// Remembers a mapping.
    pub fn keep_import_mapping(
        &self,
        shard: Shard,
        area: AreaId,
        shape: &[u8; 32],
        mapping: &str,
        made_by: Option<StaffId>,
        used_at: i64,
    ) -> Result<(), StoreError> {
        let made_by = made_by.as_ref();
        let parameters = params![shard, &area, shape, mapping, made_by, used_at];
        self.execute_one(&KEEP_MAPPING, parameters)
    }
}
