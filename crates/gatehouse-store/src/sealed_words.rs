//! Free text that somebody typed at a desk: sealed under a key of its own, since it may name
//! people. It lies in two columns of the row that it belongs to.

use crate::error::StoreError;
use crate::event_detail::{open_apart, seal_apart};
use crate::vault::{Chance, Vault};

/// Seals words for the row of a table that sixteen bytes name.
pub fn seal_words(
    vault: &Vault,
    table: &'static str,
    row: &[u8; 16],
    words: &str,
    chance: &Chance,
) -> (Vec<u8>, Vec<u8>) {
    seal_apart(vault, table, row, words.as_bytes(), chance)
}

/// Opens what [`seal_words`] sealed; whoever calls it has written down that somebody looks.
pub fn open_words(
    vault: &Vault,
    table: &'static str,
    row: &[u8; 16],
    (wrapped, sealed): (&[u8], &[u8]),
) -> Result<String, StoreError> {
    let plain = open_apart(vault, table, row, wrapped, sealed)?;
    String::from_utf8(plain).map_err(|_| StoreError::Sealed("not what was sealed"))
}
