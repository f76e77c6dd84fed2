//! Days on which a membership gives nothing. *Reference*. Who is away today is asked at each
//! login, so that nobody has to take a role away in the evening and give it back in the morning.

use crate::error::StoreError;
use crate::tx::{ReadTx, Tx};
use crate::{params, sql};
use gatehouse_core::id::{MembershipId, StaffId};
use gatehouse_core::moment::CivilDay;

/// A stretch of leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaveRow {
    /// Whose.
    pub membership: MembershipId,
    /// First day away.
    pub from_on: CivilDay,
    /// Last day away.
    pub until_on: CivilDay,
    /// When it was written down, milliseconds UTC.
    pub noted_at: i64,
    /// By whom.
    pub noted_by: StaffId,
}

sql! {
    INSERT_LEAVE = "INSERT INTO membership_leave (membership, from_on, until_on, noted_at, noted_by,
            withdrawn_at)
        VALUES (?1, ?2, ?3, ?4, ?5, NULL)
        ON CONFLICT (membership, from_on) DO UPDATE
        SET until_on = ?3, noted_at = ?4, noted_by = ?5, withdrawn_at = NULL";
    WITHDRAW_LEAVE = "UPDATE membership_leave SET withdrawn_at = ?3
        WHERE membership = ?1 AND from_on = ?2 AND withdrawn_at IS NULL";
    LEAVES_OF = "SELECT membership, from_on, until_on, noted_at, noted_by FROM membership_leave
        WHERE membership = ?1 AND until_on >= ?2 AND withdrawn_at IS NULL ORDER BY from_on";
    IS_AWAY = "SELECT count(*) FROM membership_leave
        WHERE membership = ?1 AND from_on <= ?2 AND until_on >= ?2 AND withdrawn_at IS NULL";
}

impl ReadTx<'_> {
    /// Leave that has not ended before a day.
    pub fn leaves_of_membership(
        &self,
        membership: MembershipId,
        since: CivilDay,
    ) -> Result<Vec<LeaveRow>, StoreError> {
        self.query(&LEAVES_OF, params![&membership, &since.to_text()], |row| {
            Ok(LeaveRow {
                membership: row.get(0)?,
                from_on: row.get(1)?,
                until_on: row.get(2)?,
                noted_at: row.get(3)?,
                noted_by: row.get(4)?,
            })
        })
    }

    /// Whether a membership gives nothing on a day.
    pub fn is_on_leave(&self, membership: MembershipId, on: CivilDay) -> Result<bool, StoreError> {
        let on = on.to_text();
        let parameters = params![&membership, &on];
        let away: i64 = self.query_one(&IS_AWAY, parameters, |row| row.get(0))?;
        Ok(away > 0)
    }
}

impl Tx<'_> {
    /// Writes leave down; leave that begins on the same day is put right by it.
    pub fn put_leave(&self, row: &LeaveRow) -> Result<(), StoreError> {
        let (from_on, until_on) = (row.from_on.to_text(), row.until_on.to_text());
        let parameters = params![
            &row.membership,
            &from_on,
            &until_on,
            row.noted_at,
            &row.noted_by
        ];
        self.execute_one(&INSERT_LEAVE, parameters)
    }

    /// Takes leave back; says whether there was any.
    pub fn withdraw_leave(
        &self,
        membership: MembershipId,
        from_on: CivilDay,
        at: i64,
    ) -> Result<bool, StoreError> {
        let from_on = from_on.to_text();
        let parameters = params![&membership, &from_on, at];
        Ok(self.execute(&WITHDRAW_LEAVE, parameters)? == 1)
    }
}
