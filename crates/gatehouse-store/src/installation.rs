//! What this installation is: its id, root key, whether it is a demonstration. *Reference*.

use crate::error::StoreError;
use crate::tx::{ReadTx, Tx};
use crate::{params, sql};

sql! {
    FACT = "SELECT value FROM installation WHERE name = ?1";
    SET_FACT = "INSERT INTO installation (name, value) VALUES (?1, ?2)
        ON CONFLICT (name) DO NOTHING";
}

impl ReadTx<'_> {
    /// A fact about this installation: `root_key`, `demo` …
    pub fn installation_fact(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.optional(&FACT, params![name], |row| row.get(0))
    }
}

impl Tx<'_> {
    /// Writes a fact about this installation, once and for ever; says whether it was new.
    pub fn set_installation_fact(&self, name: &str, value: &[u8]) -> Result<bool, StoreError> {
        Ok(self.execute(&SET_FACT, params![name, value])? == 1)
    }
}
