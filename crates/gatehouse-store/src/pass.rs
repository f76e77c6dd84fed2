//! Passes and their status lists. *Sharded*. (list, index) is the number of a pass; the bit at
//! its place in the list says whether it was ended early.

use crate::error::StoreError;
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::value::Row;
use crate::webhook_event::{About, Topic};
use crate::{params, sql};
use gatehouse_core::id::{AreaId, HouseholdId, PassId, StaffId};
use gatehouse_core::pass::{ListNumber, PassNumber, StatusList};

/// A pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassRow {
    /// County.
    pub shard: Shard,
    /// Never changes.
    pub pass: PassId,
    /// Status list and place in it.
    pub number: PassNumber,
    /// Core's word.
    pub kind: String,
    /// Core's word.
    pub band: String,
    /// Compound or village that it opens.
    pub area: AreaId,
    /// Of the holder.
    pub household: Option<HouseholdId>,
    /// Person or vehicle; `None` for a household's errand pass.
    pub holder: Option<[u8; 16]>,
    /// Issuer key.
    pub key_id: [u8; 4],
    /// First instant, milliseconds UTC.
    pub from_at: i64,
    /// End, not included.
    pub expires_at: i64,
    /// The signed bytes of the QR code.
    pub credential: Vec<u8>,
    /// When, milliseconds UTC.
    pub issued_at: i64,
    /// Who issued it.
    pub issued_by: Option<StaffId>,
    /// When and why it was ended early.
    pub revocation: Option<Revocation>,
    /// The pass issued in its place.
    pub replaced_by: Option<PassId>,
}

/// That a pass was ended early.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// When, milliseconds UTC.
    pub at: i64,
    /// Core's word from the closed list.
    pub reason: String,
}

/// A status list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusListRow {
    /// County.
    pub shard: Shard,
    /// Number of the list.
    pub list: ListNumber,
    /// Community.
    pub area: AreaId,
    /// `2020-Q1`.
    pub quarter: String,
    /// The next free place.
    pub next_index: u32,
    /// Bit 1: revoked; place n is bit n % 8 of byte n / 8.
    pub bits: Vec<u8>,
    /// Counts changes.
    pub number: i64,
}

macro_rules! columns {
    () => {
        "shard, pass, list, list_index, kind, band, area, household, holder, key_id, from_at, \
         expires_at, credential, issued_at, issued_by, revoked_at, revocation, replaced_by"
    };
}
pub(crate) use columns as pass_columns;

sql! {
    INSERT_PASS = "INSERT INTO pass (shard, pass, list, list_index, kind, band, area, household,
            holder, key_id, from_at, expires_at, credential, issued_at, issued_by, revoked_at,
            revocation, replaced_by)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, NULL, NULL,
            NULL)";
    PASS = concat!("SELECT ", columns!(), " FROM pass WHERE shard = ?1 AND pass = ?2");
    PASS_BY_NUMBER = concat!("SELECT ", columns!(), " FROM pass
        WHERE shard = ?1 AND list = ?2 AND list_index = ?3");
    // Also those of records that were merged into the holder's. CROSS JOIN: from these few to their
    // passes, where SQLite would look through all passes of the county for them.
    PASSES_OF_HOLDER = concat!("WITH RECURSIVE same (other) AS (
            SELECT person FROM person WHERE shard = ?1 AND merged_into = ?2
            UNION SELECT p.person FROM same CROSS JOIN person p
                WHERE p.shard = ?1 AND p.merged_into = same.other)
        SELECT ", columns!(), " FROM pass WHERE shard = ?1 AND holder = ?2
        UNION ALL SELECT ", columns!(), " FROM same CROSS JOIN pass
            WHERE shard = ?1 AND holder = other
        ORDER BY issued_at, pass");
    PASSES_OF_HOUSEHOLD = concat!("SELECT ", columns!(), " FROM pass
        WHERE shard = ?1 AND household = ?2 ORDER BY issued_at, pass");
    PASSES_OF_AREA = concat!("SELECT ", columns!(), " FROM pass
        WHERE shard = ?1 AND area = ?2 AND pass > ?3 AND expires_at > ?4
        ORDER BY pass LIMIT ?5");
    REVOKE_PASS = "UPDATE pass SET revoked_at = ?3, revocation = ?4, replaced_by = ?5
        WHERE shard = ?1 AND pass = ?2 AND revoked_at IS NULL";
    NAME_REPLACEMENT = "UPDATE pass SET replaced_by = ?3
        WHERE shard = ?1 AND pass = ?2 AND replaced_by IS NULL";
    INSERT_LIST = "INSERT INTO status_list (shard, list, area, quarter, next_index, bits, number)
        VALUES (?1, ?2, ?3, ?4, 0, ?5, 1)";
    LIST = "SELECT shard, list, area, quarter, next_index, bits, number FROM status_list
        WHERE shard = ?1 AND list = ?2";
    LIST_OF = "SELECT shard, list, area, quarter, next_index, bits, number FROM status_list
        WHERE shard = ?1 AND area = ?2 AND quarter = ?3";
    LISTS = "SELECT shard, list, area, quarter, next_index, bits, number FROM status_list
        WHERE shard = ?1 ORDER BY list";
    LISTS_OF = "SELECT shard, list, area, quarter, next_index, bits, number FROM status_list
        WHERE shard = ?1 AND area = ?2 ORDER BY list";
    SET_BITS = "UPDATE status_list SET bits = ?3, number = number + 1
        WHERE shard = ?1 AND list = ?2";
    TAKE_PLACES = "UPDATE status_list SET next_index = next_index + ?3, bits = ?4
        WHERE shard = ?1 AND list = ?2";
}

impl PassRow {
    /// By what passages with it are found: its household, or its holder where there is none.
    pub fn home(&self) -> Option<[u8; 16]> {
        let household = self.household.map(|household| household.0);
        household.or(self.holder)
    }

    pub(crate) fn read(row: &Row<'_>) -> Result<PassRow, StoreError> {
        let revocation = match (row.get(15)?, row.get(16)?) {
            (Some(at), Some(reason)) => Some(Revocation { at, reason }),
            (None, None) => None,
            _ => return Err(row.corrupt(16)),
        };
        let index: u32 = row.get(3)?;
        Ok(PassRow {
            shard: row.get(0)?,
            pass: row.get(1)?,
            number: ListNumber::numbered(row.get(2)?)
                .and_then(|list| PassNumber::new(list, index))
                .ok_or_else(|| row.corrupt(3))?,
            kind: row.get(4)?,
            band: row.get(5)?,
            area: row.get(6)?,
            household: row.get(7)?,
            holder: row.get(8)?,
            key_id: row.get(9)?,
            from_at: row.get(10)?,
            expires_at: row.get(11)?,
            credential: row.get(12)?,
            issued_at: row.get(13)?,
            issued_by: row.get(14)?,
            revocation,
            replaced_by: row.get(17)?,
        })
    }
}

/// A pass whose columns stand first in a row, in the order of its table.
pub(crate) fn read_pass(row: &Row<'_>) -> Result<PassRow, StoreError> {
    PassRow::read(row)
}

impl StatusListRow {
    /// As core reads it and as devices get it.
    pub fn status_list(&self) -> Option<StatusList> {
        let mut list = StatusList::new(self.list, self.next_index)?;
        for index in 0..self.next_index {
            let byte = self.bits.get(index as usize / 8)?;
            if byte >> (index % 8) & 1 == 1 {
                list.revoke(index);
            }
        }
        Some(list)
    }

    fn read(row: &Row<'_>) -> Result<StatusListRow, StoreError> {
        Ok(StatusListRow {
            shard: row.get(0)?,
            list: ListNumber::numbered(row.get(1)?).ok_or_else(|| row.corrupt(1))?,
            area: row.get(2)?,
            quarter: row.get(3)?,
            next_index: row.get(4)?,
            bits: row.get(5)?,
            number: row.get(6)?,
        })
    }
}

impl ReadTx<'_> {
    /// A pass by its key.
    pub fn pass(&self, shard: Shard, pass: PassId) -> Result<Option<PassRow>, StoreError> {
        self.optional(&PASS, params![shard, &pass], PassRow::read)
    }

    /// A pass by its number.
    pub fn pass_by_number(
        &self,
        shard: Shard,
        number: PassNumber,
    ) -> Result<Option<PassRow>, StoreError> {
        let parameters = params![shard, number.list().number(), number.index()];
        self.optional(&PASS_BY_NUMBER, parameters, PassRow::read)
    }

    /// All passes that a person or vehicle has or had, oldest first; with those of records that
    /// were merged into the person's.
    pub fn passes_of_holder(
        &self,
        shard: Shard,
        holder: &[u8; 16],
    ) -> Result<Vec<PassRow>, StoreError> {
        self.query(&PASSES_OF_HOLDER, params![shard, holder], PassRow::read)
    }

    /// All passes of a household, oldest first.
    pub fn passes_of_household(
        &self,
        shard: Shard,
        household: HouseholdId,
    ) -> Result<Vec<PassRow>, StoreError> {
        self.query(&PASSES_OF_HOUSEHOLD, params![shard, &household], PassRow::read)
    }

    /// A page of unexpired passes of a compound or village, by id after `after`.
    pub fn passes_of_area(
        &self,
        shard: Shard,
        area: AreaId,
        after: PassId,
        now_millis: i64,
        limit: u32,
    ) -> Result<Vec<PassRow>, StoreError> {
        let parameters = params![shard, &area, &after, now_millis, limit];
        self.query(&PASSES_OF_AREA, parameters, PassRow::read)
    }

    /// A status list by number.
    pub fn status_list(
        &self,
        shard: Shard,
        list: ListNumber,
    ) -> Result<Option<StatusListRow>, StoreError> {
        self.optional(&LIST, params![shard, list.number()], StatusListRow::read)
    }

    /// The status list of a community and quarter.
    pub fn status_list_of_area(
        &self,
        shard: Shard,
        area: AreaId,
        quarter: &str,
    ) -> Result<Option<StatusListRow>, StoreError> {
        self.optional(&LIST_OF, params![shard, &area, quarter], StatusListRow::read)
    }

    /// The status lists of the areas of a path: a pass that holds at its end lies in one of them.
    pub fn status_lists_of(
        &self,
        shard: Shard,
        path: &[AreaId],
    ) -> Result<Vec<StatusListRow>, StoreError> {
        let of = |area| self.query(&LISTS_OF, params![shard, area], StatusListRow::read);
        let lists: Vec<Vec<StatusListRow>> = path.iter().map(of).collect::<Result<_, _>>()?;
        Ok(lists.concat())
    }

    /// All status lists of a county.
    pub fn status_lists(&self, shard: Shard) -> Result<Vec<StatusListRow>, StoreError> {
        self.query(&LISTS, params![shard], StatusListRow::read)
    }
}

impl Tx<'_> {
    /// Gives out `places` places of a community's list for a quarter, which is made where it
    /// does not exist yet. `list` holds the community's number in the key list: what verifies a
    /// pass reads it there. Returns the first place.
    pub fn take_pass_numbers(
        &self,
        shard: Shard,
        area: AreaId,
        list: ListNumber,
        quarter: &str,
        places: u32,
    ) -> Result<u32, StoreError> {
        let number = list.number();
        let (first, mut bits) = match self.status_list(shard, list)? {
            Some(row) => (row.next_index, row.bits),
            None => {
                let empty: &[u8] = &[];
                self.execute_one(&INSERT_LIST, params![shard, number, &area, quarter, empty])?;
                (0, Vec::new())
            }
        };
        let end = first.saturating_add(places);
        // A number of the list that does not exist in core cannot be printed on a card.
        if StatusList::new(list, end).is_none() {
            return Err(self.fail(StoreError::OverBudget("places of a status list")));
        }
        self.mark_list(shard, Some(area));
        bits.resize(end.div_ceil(8) as usize, 0);
        self.execute_one(&TAKE_PLACES, params![shard, number, places, &bits])?;
        Ok(first)
    }

    /// Adds a pass at a place that was given out for it.
    pub fn insert_pass(&self, row: &PassRow) -> Result<(), StoreError> {
        self.execute_one(
            &INSERT_PASS,
            params![
                row.shard,
                &row.pass,
                row.number.list().number(),
                row.number.index(),
                &row.kind,
                &row.band,
                &row.area,
                row.household.as_ref(),
                row.holder.as_ref(),
                &row.key_id,
                row.from_at,
                row.expires_at,
                &row.credential,
                row.issued_at,
                row.issued_by.as_ref()
            ],
        )?;
        self.mark_list(row.shard, Some(row.area));
        let about = About::Pass(row.pass);
        self.tell(row.shard, Topic::PassIssued, about, row.issued_at)
    }

    /// Names the pass that was issued in the place of one that is ended.
    pub fn name_replacement(
        &self,
        shard: Shard,
        pass: PassId,
        replaced_by: PassId,
    ) -> Result<(), StoreError> {
        self.execute_one(&NAME_REPLACEMENT, params![shard, &pass, &replaced_by])
    }

    /// Ends a pass early, sets its bit, and names the pass in its place. Says whether it was
    /// still in use: the first reason stays.
    pub fn revoke_pass(
        &self,
        shard: Shard,
        pass: PassId,
        revocation: &Revocation,
        replaced_by: Option<PassId>,
    ) -> Result<bool, StoreError> {
        let Some(row) = self.pass(shard, pass)? else {
            return Ok(false);
        };
        let parameters = params![
            shard,
            &pass,
            revocation.at,
            &revocation.reason,
            replaced_by.as_ref()
        ];
        if self.execute(&REVOKE_PASS, parameters)? == 0 {
            return Ok(false);
        }
        if let Some(mut list) = self.status_list(shard, row.number.list())? {
            let index = row.number.index();
            if let Some(byte) = list.bits.get_mut(index as usize / 8) {
                *byte |= 1 << (index % 8);
            }
            // It is told to every gate of its community.
            self.mark_list(shard, Some(list.area));
            let number = list.list.number();
            self.execute_one(&SET_BITS, params![shard, number, &list.bits])?;
        }
        self.mark_list(shard, Some(row.area));
        let about = About::Pass(pass);
        self.tell(shard, Topic::PassRevoked, about, revocation.at)?;
        Ok(true)
    }
}
