//! How many people somebody may look up in a while (GATE-12). *Reference*.

use crate::error::StoreError;
use crate::tx::Tx;
use crate::{params, sql};
use gatehouse_core::id::StaffId;

/// How many look-ups of a kind one person has in a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LookupLimit {
    /// Look-ups in a window.
    pub lookups: u32,
    /// Length of the window in milliseconds.
    pub window_millis: i64,
}

/// What is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LookupBudget {
    /// This look-up was counted; so many are left.
    Left(u32),
    /// Used up until that instant, milliseconds UTC.
    UsedUpUntil(i64),
}

sql! {
    BUDGET = "SELECT window_started_at, used FROM lookup_budget WHERE staff = ?1 AND kind = ?2";
    SET_BUDGET = "INSERT INTO lookup_budget (staff, kind, window_started_at, used)
        VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (staff, kind) DO UPDATE SET window_started_at = ?3, used = ?4";
}

impl Tx<'_> {
    /// Counts a look-up, or says until when there are none left.
    pub fn spend_lookup(
        &self,
        staff: StaffId,
        kind: &str,
        limit: LookupLimit,
        now_millis: i64,
    ) -> Result<LookupBudget, StoreError> {
        let row = self.optional(&BUDGET, params![&staff, kind], |row| {
            Ok((row.get::<i64>(0)?, row.get::<u32>(1)?))
        })?;
        let (started_at, used) = row
            .filter(|(started_at, _)| now_millis < started_at + limit.window_millis)
            .unwrap_or((now_millis, 0));
        if used >= limit.lookups {
            return Ok(LookupBudget::UsedUpUntil(started_at + limit.window_millis));
        }
        self.execute_one(&SET_BUDGET, params![&staff, kind, started_at, used + 1])?;
        Ok(LookupBudget::Left(limit.lookups - used - 1))
    }
}
