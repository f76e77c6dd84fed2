//! Something that should not happen did. *Sharded*. Stays until somebody has looked.

use crate::error::StoreError;
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::{params, sql};
use gatehouse_core::id::StaffId;

/// Something to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlarmRow {
    /// County.
    pub shard: Shard,
    /// `other_content`, `broken_chain`, `ended_device`, `gate_state` …
    pub kind: String,
    /// The thing: device and number, gate, order; no person.
    pub about: String,
    /// First time, milliseconds UTC.
    pub raised_at: i64,
    /// When somebody looked.
    pub seen_at: Option<i64>,
    /// Who.
    pub seen_by: Option<StaffId>,
}

sql! {
    RAISE_ONCE = "INSERT INTO alarm (shard, kind, about, raised_at, seen_at, seen_by)
        VALUES (?1, ?2, ?3, ?4, NULL, NULL)
        ON CONFLICT (shard, kind, about) DO NOTHING";
    RAISE_ANEW = "INSERT INTO alarm (shard, kind, about, raised_at, seen_at, seen_by)
        VALUES (?1, ?2, ?3, ?4, NULL, NULL)
        ON CONFLICT (shard, kind, about) DO UPDATE
        SET raised_at = excluded.raised_at, seen_at = NULL, seen_by = NULL
        WHERE alarm.seen_at IS NOT NULL";
    ALARMS = "SELECT shard, kind, about, raised_at, seen_at, seen_by FROM alarm
        WHERE shard = ?1 AND seen_at IS NULL ORDER BY raised_at, kind, about LIMIT ?2";
    SEE_ALARM = "UPDATE alarm SET seen_at = ?4, seen_by = ?5
        WHERE shard = ?1 AND kind = ?2 AND about = ?3 AND seen_at IS NULL";
}

impl ReadTx<'_> {
    /// What nobody has looked at yet, oldest first.
    pub fn alarms(&self, shard: Shard, limit: u32) -> Result<Vec<AlarmRow>, StoreError> {
        self.query(&ALARMS, params![shard, limit], |row| {
            Ok(AlarmRow {
                shard: row.get(0)?,
                kind: row.get(1)?,
                about: row.get(2)?,
                raised_at: row.get(3)?,
                seen_at: row.get(4)?,
                seen_by: row.get(5)?,
            })
        })
    }
}

impl Tx<'_> {
    /// Raises an alarm once for the same thing, however often it happens and whoever has looked,
    /// and tells the pages.
    pub fn raise_alarm_once(
        &self,
        shard: Shard,
        kind: &str,
        about: &str,
        now_millis: i64,
    ) -> Result<(), StoreError> {
        let raised = self.execute(&RAISE_ONCE, params![shard, kind, about, now_millis])?;
        self.tell_of_alarm(shard, raised, now_millis)
    }

    /// Raises an alarm, also where somebody has looked at an earlier one about the same thing:
    /// something further happened. Tells the pages; who looked before stays in the audit chain.
    pub fn raise_alarm_anew(
        &self,
        shard: Shard,
        kind: &str,
        about: &str,
        now_millis: i64,
    ) -> Result<(), StoreError> {
        let raised = self.execute(&RAISE_ANEW, params![shard, kind, about, now_millis])?;
        self.tell_of_alarm(shard, raised, now_millis)
    }

    fn tell_of_alarm(&self, shard: Shard, raised: u64, now_millis: i64) -> Result<(), StoreError> {
        match raised {
            0 => Ok(()),
            _ => self.note_change(shard, "alarm", now_millis),
        }
    }

    /// Notes who looked at an alarm; says whether they were the first.
    pub fn see_alarm(
        &self,
        shard: Shard,
        kind: &str,
        about: &str,
        staff: StaffId,
        now_millis: i64,
    ) -> Result<bool, StoreError> {
        let parameters = params![shard, kind, about, now_millis, &staff];
        Ok(self.execute(&SEE_ALARM, parameters)? == 1)
    }
}
