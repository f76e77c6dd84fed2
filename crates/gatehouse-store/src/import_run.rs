//! Imports of people: the run, its sealed file, and what was put right in it. *Sharded*. Which
//! state follows which is `ops::import_people`'s to say.

use crate::error::StoreError;
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::value::Row;
use crate::{params, sql};
use gatehouse_core::id::{AreaId, StaffId};

/// An import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportRunRow {
    /// County.
    pub shard: Shard,
    /// Never changes.
    pub run: [u8; 16],
    /// Compound or village.
    pub area: AreaId,
    /// Who uploaded; `None` on the command line.
    pub made_by: Option<StaffId>,
    /// Upload, milliseconds UTC.
    pub made_at: i64,
    /// `uploading`, `mapping`, `checking` … as in the migration.
    pub state: String,
    /// The run's key; `None` once the file is gone.
    pub wrapped_key: Option<Vec<u8>>,
    /// Name of the file, sealed.
    pub name_sealed: Option<Vec<u8>>,
    /// Size of the file.
    pub bytes: i64,
    /// `xlsx`, or the encoding of a text table.
    pub form: String,
    /// Which sheet.
    pub sheet: i64,
    /// Number of the last row of headers.
    pub last_header: i64,
    /// SHA-256 of the headers.
    pub shape: [u8; 32],
    /// Column:field with blanks between.
    pub mapping: String,
    /// Rows of people.
    pub rows_all: i64,
    /// How far the present phase has come.
    pub rows_done: i64,
    /// Rows that are taken.
    pub accepted: i64,
    /// Rows with a fault.
    pub rejected: i64,
    /// Rows of people who are there already.
    pub duplicate: i64,
    /// Cells by fault, word:count with blanks between.
    pub faults: String,
    /// When writing began.
    pub started_at: Option<i64>,
    /// When writing ended.
    pub ended_at: Option<i64>,
    /// Until when it can be taken back.
    pub undo_until: Option<i64>,
    /// Somebody works on it until then.
    pub working_until: i64,
    /// Counts changes of state.
    pub version: i64,
}

macro_rules! columns {
    () => {
        "shard, run, area, made_by, made_at, state, wrapped_key, name_sealed, bytes, form, sheet, \
         last_header, shape, mapping, rows_all, rows_done, accepted, rejected, duplicate, faults, \
         started_at, ended_at, undo_until, working_until, version"
    };
}

sql! {
    INSERT_RUN = concat!("INSERT INTO import_run (", columns!(), ")
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,
            ?19, ?20, ?21, ?22, ?23, 0, 1)");
    UPDATE_RUN = "UPDATE import_run SET state = ?4, wrapped_key = ?5, name_sealed = ?6, form = ?7,
            sheet = ?8, last_header = ?9, shape = ?10, mapping = ?11, rows_all = ?12,
            rows_done = ?13, accepted = ?14, rejected = ?15, duplicate = ?16, faults = ?17,
            started_at = ?18, ended_at = ?19, undo_until = ?20, version = version + 1
        WHERE shard = ?1 AND run = ?2 AND version = ?3";
    CLAIM_RUN = "UPDATE import_run SET working_until = ?4
        WHERE shard = ?1 AND run = ?2 AND working_until <= ?3
            AND NOT EXISTS (SELECT 1 FROM import_run other
                WHERE other.shard = ?1 AND other.run <> ?2 AND other.working_until > ?3)";
    LET_GO = "UPDATE import_run SET working_until = 0 WHERE shard = ?1 AND run = ?2";
    RUN = concat!("SELECT ", columns!(), " FROM import_run WHERE shard = ?1 AND run = ?2");
    RUNS_OF_AREA = concat!("SELECT ", columns!(), " FROM import_run
        WHERE shard = ?1 AND area = ?2 AND state <> 'uploading'
            AND NOT (state = 'undone' AND started_at IS NULL)
        ORDER BY made_at DESC, run LIMIT ?3");
    RUNS_WITH_FILE = concat!("SELECT ", columns!(), " FROM import_run
        WHERE shard = ?1 AND wrapped_key IS NOT NULL ORDER BY made_at LIMIT ?2");
    INSERT_PART = "INSERT INTO import_part (shard, run, kind, number, sealed)
        VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (shard, run, kind, number) DO UPDATE SET sealed = ?5";
    PART = "SELECT sealed FROM import_part
        WHERE shard = ?1 AND run = ?2 AND kind = ?3 AND number = ?4";
    DELETE_PARTS = "DELETE FROM import_part WHERE shard = ?1 AND run = ?2 AND number IN
        (SELECT number FROM import_part WHERE shard = ?1 AND run = ?2 ORDER BY number LIMIT 4)";
    SET_FIX = "INSERT INTO import_fix (shard, run, row_number, column_at, sealed)
        VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (shard, run, row_number, column_at) DO UPDATE SET sealed = ?5";
    DROP_FIX = "DELETE FROM import_fix
        WHERE shard = ?1 AND run = ?2 AND row_number = ?3 AND column_at = ?4";
    DROP_FIXES_FROM = "DELETE FROM import_fix
        WHERE shard = ?1 AND run = ?2 AND row_number >= ?3 AND column_at = ?4";
    DROP_FIXES = "DELETE FROM import_fix WHERE shard = ?1 AND run = ?2";
    FIXES = "SELECT row_number, column_at, sealed FROM import_fix WHERE shard = ?1 AND run = ?2
        ORDER BY row_number, column_at LIMIT ?3";
}

impl ImportRunRow {
    fn read(row: &Row<'_>) -> Result<ImportRunRow, StoreError> {
        Ok(ImportRunRow {
            shard: row.get(0)?,
            run: row.get(1)?,
            area: row.get(2)?,
            made_by: row.get(3)?,
            made_at: row.get(4)?,
            state: row.get(5)?,
            wrapped_key: row.get(6)?,
            name_sealed: row.get(7)?,
            bytes: row.get(8)?,
            form: row.get(9)?,
            sheet: row.get(10)?,
            last_header: row.get(11)?,
            shape: row.get(12)?,
            mapping: row.get(13)?,
            rows_all: row.get(14)?,
            rows_done: row.get(15)?,
            accepted: row.get(16)?,
            rejected: row.get(17)?,
            duplicate: row.get(18)?,
            faults: row.get(19)?,
            started_at: row.get(20)?,
            ended_at: row.get(21)?,
            undo_until: row.get(22)?,
            working_until: row.get(23)?,
            version: row.get(24)?,
        })
    }
}

/// Something put right: row, column (-1: the sheet's values are taken), sealed value.
pub type SealedFix = (i64, i64, Vec<u8>);

impl ReadTx<'_> {
    /// An import by its key.
    pub fn import_run(
        &self,
        shard: Shard,
        run: &[u8; 16],
    ) -> Result<Option<ImportRunRow>, StoreError> {
        self.optional(&RUN, params![shard, run], ImportRunRow::read)
    }

    /// The imports of a compound, newest first, without those that were thrown away unwritten.
    pub fn import_runs(
        &self,
        shard: Shard,
        area: AreaId,
        limit: u32,
    ) -> Result<Vec<ImportRunRow>, StoreError> {
        self.query(&RUNS_OF_AREA, params![shard, &area, limit], ImportRunRow::read)
    }

    /// Imports whose file is still there, oldest first.
    pub fn import_runs_with_file(
        &self,
        shard: Shard,
        limit: u32,
    ) -> Result<Vec<ImportRunRow>, StoreError> {
        self.query(&RUNS_WITH_FILE, params![shard, limit], ImportRunRow::read)
    }

    /// A sealed piece.
    pub fn import_part(
        &self,
        shard: Shard,
        run: &[u8; 16],
        kind: &str,
        number: i64,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        self.optional(&PART, params![shard, run, kind, number], |row| row.get(0))
    }

    /// What was put right, by row.
    pub fn import_fixes(
        &self,
        shard: Shard,
        run: &[u8; 16],
        limit: u32,
    ) -> Result<Vec<SealedFix>, StoreError> {
        self.query(&FIXES, params![shard, run, limit], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
    }
}

impl Tx<'_> {
    /// Adds an import; `version` is 1 whatever the row says.
    pub fn insert_import_run(&self, row: &ImportRunRow) -> Result<(), StoreError> {
        self.execute_one(
            &INSERT_RUN,
            params![
                row.shard,
                &row.run,
                &row.area,
                row.made_by.as_ref(),
                row.made_at,
                &row.state,
                row.wrapped_key.as_ref(),
                row.name_sealed.as_ref(),
                row.bytes,
                &row.form,
                row.sheet,
                row.last_header,
                &row.shape,
                &row.mapping,
                row.rows_all,
                row.rows_done,
                row.accepted,
                row.rejected,
                row.duplicate,
                &row.faults,
                row.started_at,
                row.ended_at,
                row.undo_until
            ],
        )
    }

    /// Changes an import that is still at `row.version`.
    pub fn update_import_run(&self, row: &ImportRunRow) -> Result<(), StoreError> {
        self.execute_versioned(
            &UPDATE_RUN,
            params![
                row.shard,
                &row.run,
                row.version,
                &row.state,
                row.wrapped_key.as_ref(),
                row.name_sealed.as_ref(),
                &row.form,
                row.sheet,
                row.last_header,
                &row.shape,
                &row.mapping,
                row.rows_all,
                row.rows_done,
                row.accepted,
                row.rejected,
                row.duplicate,
                &row.faults,
                row.started_at,
                row.ended_at,
                row.undo_until
            ],
        )
    }

    /// Takes an import in hand until an instant, unless somebody has it, or another one of the
    /// county: two imports at one time would not see each other's people.
    pub fn claim_import_run(
        &self,
        shard: Shard,
        run: &[u8; 16],
        now_millis: i64,
        until: i64,
    ) -> Result<bool, StoreError> {
        Ok(self.execute(&CLAIM_RUN, params![shard, run, now_millis, until])? == 1)
    }

    /// Lets go of an import.
    pub fn let_go_of_import_run(&self, shard: Shard, run: &[u8; 16]) -> Result<(), StoreError> {
        self.execute_one(&LET_GO, params![shard, run])
    }

    /// Keeps a sealed piece.
    pub fn keep_import_part(
        &self,
        shard: Shard,
        run: &[u8; 16],
        kind: &str,
        number: i64,
        sealed: &[u8],
    ) -> Result<(), StoreError> {
        self.execute_one(&INSERT_PART, params![shard, run, kind, number, sealed])
    }

    /// Deletes a few sealed pieces and all that was put right; says whether more are left.
    pub fn delete_import_parts(&self, shard: Shard, run: &[u8; 16]) -> Result<bool, StoreError> {
        self.execute(&DROP_FIXES, params![shard, run])?;
        Ok(self.execute(&DELETE_PARTS, params![shard, run])? > 0)
    }

    /// Takes back what was put right in a column, from a row on.
    pub fn drop_import_fixes_from(
        &self,
        shard: Shard,
        run: &[u8; 16],
        row_number: i64,
        column_at: i64,
    ) -> Result<(), StoreError> {
        let parameters = params![shard, run, row_number, column_at];
        self.execute(&DROP_FIXES_FROM, parameters)?;
        Ok(())
    }

    /// Keeps what was put right; `None` takes it back.
    pub fn set_import_fix(
        &self,
        shard: Shard,
        run: &[u8; 16],
        row_number: i64,
        column_at: i64,
        sealed: Option<&Vec<u8>>,
    ) -> Result<(), StoreError> {
        let place = params![shard, run, row_number, column_at];
        match sealed {
            None => self.execute(&DROP_FIX, place).map(|_| ()),
            Some(sealed) => {
                let parameters = params![shard, run, row_number, column_at, sealed];
                self.execute_one(&SET_FIX, parameters)
            }
        }
    }
}
