//! Households that asked the gate not to ring them about visitors. *Sharded*.

use crate::error::StoreError;
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::{params, sql};
use gatehouse_core::id::{HouseholdId, StaffId};

sql! {
    NO_CALL = "SELECT asked_at FROM no_call WHERE shard = ?1 AND household = ?2";
    INSERT_NO_CALL = "INSERT INTO no_call (shard, household, asked_at, staff)
        VALUES (?1, ?2, ?3, ?4) ON CONFLICT (shard, household) DO NOTHING";
    DELETE_NO_CALL = "DELETE FROM no_call WHERE shard = ?1 AND household = ?2";
}

impl ReadTx<'_> {
    /// Since when a household is not to be rung, milliseconds UTC; `None` where it may be.
    pub fn no_call_since(
        &self,
        shard: Shard,
        household: HouseholdId,
    ) -> Result<Option<i64>, StoreError> {
        self.optional(&NO_CALL, params![shard, &household], |row| row.get(0))
    }
}

impl Tx<'_> {
    /// A household is not to be rung, by its own word or written down by `staff`.
    pub fn insert_no_call(
        &self,
        shard: Shard,
        household: HouseholdId,
        at: i64,
        staff: Option<StaffId>,
    ) -> Result<(), StoreError> {
        let parameters = params![shard, &household, at, staff.as_ref()];
        self.execute(&INSERT_NO_CALL, parameters)?;
        Ok(())
    }

    /// It may be rung again.
    pub fn delete_no_call(&self, shard: Shard, household: HouseholdId) -> Result<(), StoreError> {
        self.execute(&DELETE_NO_CALL, params![shard, &household])?;
        Ok(())
    }
}
