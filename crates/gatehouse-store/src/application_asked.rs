//! Applications by who asked for others and who said yes as a landlord: for their own page, for a
//! limit, and so that an erasure finds them. *Sharded*, rows of `application.rs`.

use crate::application::{ApplicationRow, application_columns as columns};
use crate::error::StoreError;
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::{params, sql};
use gatehouse_core::id::{HouseholdId, PersonId};

sql! {
    APPLICATIONS_OF_ASKER = concat!("SELECT ", columns!(), " FROM application a
        WHERE a.shard = ?1 AND a.asked_by = ?2 AND (a.holder IS NULL OR a.holder <> ?2)
        ORDER BY a.applied_at DESC, a.application LIMIT ?3");
    APPLICATIONS_ANSWERED = concat!("SELECT ", columns!(), " FROM application a
        WHERE a.shard = ?1 AND a.landlord = ?2 AND a.landlord_answer IS NOT NULL
        ORDER BY a.applied_at DESC, a.application LIMIT ?3");
    WAITING_OF_HOLDER = concat!("SELECT ", columns!(), " FROM application a
        WHERE a.shard = ?1 AND a.holder = ?2 AND a.state = 'waiting'
        ORDER BY a.applied_at, a.application LIMIT ?3");
    WAITING_OF_HOUSEHOLD = concat!("SELECT ", columns!(), " FROM application a
        WHERE a.shard = ?1 AND a.household = ?2 AND a.state = 'waiting'
        ORDER BY a.applied_at, a.application LIMIT ?3");
    COUNT_ASKED_SINCE = "SELECT count(*) FROM application
        WHERE shard = ?1 AND asked_by = ?2 AND applied_at > ?3";
    HAND_ASKER = "UPDATE application SET asked_by = ?3
        WHERE shard = ?1 AND asked_by = ?2 AND state = 'waiting'";
    HAND_LANDLORD = "UPDATE application SET landlord = ?3
        WHERE shard = ?1 AND landlord = ?2 AND state = 'waiting'";
    ERASE_HOLDER = "UPDATE application SET holder = ?3 WHERE shard = ?1 AND holder = ?2";
    ERASE_LANDLORD = "UPDATE application SET landlord = ?3 WHERE shard = ?1 AND landlord = ?2";
    ERASE_ASKER = "UPDATE application SET asked_by = ?3 WHERE shard = ?1 AND asked_by = ?2";
}

impl ReadTx<'_> {
    /// What somebody asked for that is not for themselves, newest first.
    pub fn applications_of_asker(
        &self,
        shard: Shard,
        asker: PersonId,
        limit: u32,
    ) -> Result<Vec<ApplicationRow>, StoreError> {
        let parameters = params![shard, &asker, limit];
        self.query(&APPLICATIONS_OF_ASKER, parameters, ApplicationRow::read)
    }

    /// Applications that want, or have, somebody's yes or no as a landlord or host, newest first.
    pub fn applications_answered_by(
        &self,
        shard: Shard,
        landlord: PersonId,
        limit: u32,
    ) -> Result<Vec<ApplicationRow>, StoreError> {
        let parameters = params![shard, &landlord, limit];
        self.query(&APPLICATIONS_ANSWERED, parameters, ApplicationRow::read)
    }

    /// What waits for somebody of the ledger, the longest wait first.
    pub fn waiting_of_holder(
        &self,
        shard: Shard,
        holder: PersonId,
        limit: u32,
    ) -> Result<Vec<ApplicationRow>, StoreError> {
        let parameters = params![shard, &holder, limit];
        self.query(&WAITING_OF_HOLDER, parameters, ApplicationRow::read)
    }

    /// What waits at a door, the longest wait first.
    pub fn waiting_of_household(
        &self,
        shard: Shard,
        household: HouseholdId,
        limit: u32,
    ) -> Result<Vec<ApplicationRow>, StoreError> {
        let parameters = params![shard, &household, limit];
        self.query(&WAITING_OF_HOUSEHOLD, parameters, ApplicationRow::read)
    }

    /// How often somebody has asked since an instant.
    pub fn count_asked_since(
        &self,
        shard: Shard,
        asker: PersonId,
        since: i64,
    ) -> Result<i64, StoreError> {
        self.query_one(&COUNT_ASKED_SINCE, params![shard, &asker, since], |row| {
            row.get(0)
        })
    }
}

impl Tx<'_> {
    /// What waits and was asked for by somebody, or wants their yes, is another record's of the
    /// same person from now on.
    pub fn hand_applications(
        &self,
        shard: Shard,
        from: PersonId,
        into: PersonId,
    ) -> Result<(), StoreError> {
        self.execute(&HAND_ASKER, params![shard, &from, &into])?;
        self.execute(&HAND_LANDLORD, params![shard, &from, &into])?;
        Ok(())
    }

    /// Overwrites a person in the applications of a county with a random value.
    pub(crate) fn erase_applications_of(
        &self,
        shard: Shard,
        person: PersonId,
        random: &[u8; 16],
    ) -> Result<(), StoreError> {
        self.execute(&ERASE_HOLDER, params![shard, &person, random])?;
        self.execute(&ERASE_ASKER, params![shard, &person, random])?;
        self.execute(&ERASE_LANDLORD, params![shard, &person, random])?;
        Ok(())
    }
}
