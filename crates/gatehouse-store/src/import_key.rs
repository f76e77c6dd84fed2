//! The key of one import: its file, what was put right in it and what it changed lie sealed
//! under it, and are gone with it.

use crate::error::StoreError;
use crate::vault::{Chance, PersonKey, Place, Vault};

/// The key of one import.
pub struct ImportKey {
    run: [u8; 16],
    key: PersonKey,
}

impl ImportKey {
    /// A new key for a run.
    pub fn new(run: [u8; 16], chance: &Chance) -> ImportKey {
        ImportKey {
            run,
            key: PersonKey::new(chance),
        }
    }

    /// The key wrapped under the current epoch.
    pub fn wrap(&self, vault: &Vault, chance: &Chance) -> Vec<u8> {
        vault.wrap(&self.key, &wrapped_place(&self.run), chance)
    }

    /// Opens a wrapped key.
    ///
    /// # Errors
    /// [`StoreError::Sealed`].
    pub fn unwrap(run: [u8; 16], vault: &Vault, wrapped: &[u8]) -> Result<ImportKey, StoreError> {
        let key = vault.unwrap(wrapped, &wrapped_place(&run))?;
        Ok(ImportKey { run, key })
    }

    /// Seals bytes for a place within the run: a kind (`file`, `fix` …) and a number there.
    /// `chance` is never used for another place.
    pub fn seal(&self, kind: &'static str, number: u64, plain: &[u8], chance: &Chance) -> Vec<u8> {
        let row = self.row(number);
        self.key.seal(&place(kind, &row), plain, chance)
    }

    /// Opens what [`ImportKey::seal`] sealed for the same place.
    ///
    /// # Errors
    /// [`StoreError::Sealed`].
    pub fn open(
        &self,
        kind: &'static str,
        number: u64,
        sealed: &[u8],
    ) -> Result<Vec<u8>, StoreError> {
        let row = self.row(number);
        self.key.open(&place(kind, &row), sealed)
    }

    // The run's key opens nothing of another run, so the place needs to be told apart only here.
    fn row(&self, number: u64) -> [u8; 16] {
        let mut row = self.run;
        for (byte, of_number) in row[8..].iter_mut().zip(number.to_be_bytes()) {
            *byte ^= of_number;
        }
        row
    }
}

fn wrapped_place(run: &[u8; 16]) -> Place<'_> {
    place("wrapped_key", run)
}

fn place<'a>(column: &'static str, row: &'a [u8; 16]) -> Place<'a> {
    Place {
        table: "import_run",
        column,
        row,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_opens_at_its_place_alone() {
        let vault = Vault::new([(1, [1; 32])], [9; 32]).expect("an epoch");
        let chance = Chance::new([5; 32]);
        let key = ImportKey::new([7; 16], &chance);
        let wrapped = key.wrap(&vault, &chance.part(1));
        let key = ImportKey::unwrap([7; 16], &vault, &wrapped).expect("opens");
        let sealed = key.seal("file", 3, b"a row", &chance.part(2));
        assert_eq!(key.open("file", 3, &sealed), Ok(b"a row".to_vec()));
        assert!(key.open("file", 4, &sealed).is_err());
        assert!(key.open("fix", 3, &sealed).is_err());
        assert!(ImportKey::unwrap([8; 16], &vault, &wrapped).is_err());
    }
}
