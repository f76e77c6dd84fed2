//! Asking PostgreSQL to look again how large the tables of people are. It does so by itself, but
//! only about once a minute: a statement prepared over an empty table would until then read the
//! whole of it for every row of an import, and with it lose against every other writer.

use crate::error::StoreError;
use crate::sql;
use crate::store::DatabaseKind;
use crate::tx::Tx;

sql! {
    ANALYZE_HOUSEHOLD = "ANALYZE household";
    ANALYZE_PERSON = "ANALYZE person";
    ANALYZE_PERSON_TOKEN = "ANALYZE person_token";
    ANALYZE_RESIDENCE = "ANALYZE residence";
    ANALYZE_IMPORT_ROW = "ANALYZE import_row";
}

impl Tx<'_> {
    /// Brings the statistics of the tables of people up to date; statements that were planned
    /// before are planned anew. Does nothing on SQLite, which plans without them.
    ///
    /// # Errors
    /// Those of the database.
    pub fn look_at_sizes_of_people(&self) -> Result<(), StoreError> {
        if self.kind() == DatabaseKind::Postgres {
            for statement in STATEMENTS {
                self.execute(statement, &[])?;
            }
        }
        Ok(())
    }
}
