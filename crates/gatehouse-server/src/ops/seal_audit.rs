//! Seals the audit chains of every county: once an hour, and before retention drops anything.

use super::key_home::KeyHome;
use crate::secrets::Secrets;
use crate::world::World;
use anyhow::{Context, Result, bail};
use gatehouse_core::key::PublicKey;
use gatehouse_store::{Lane, StoreError};
use serde::Serialize;

/// Purpose of the key that signs seals.
const SEAL: &str = "seal";

/// A seal that was made; its signed bytes are worth keeping elsewhere.
#[derive(Debug, Serialize)]
pub struct MadeSeal {
    /// The county's number.
    pub shard: u32,
    /// Counts from 1.
    pub number: u64,
    /// How many chains it holds.
    pub chains: usize,
    /// The signed bytes, hex: what `gatehouse audit verify --from-seal` reads, as bytes.
    pub signed_hex: String,
}

/// Seals every county.
///
/// # Errors
/// No database, one without keys, a last seal by a key that is not known.
pub fn seal_audit(home: &KeyHome, secrets: &Secrets, world: &dyn World) -> Result<Vec<MadeSeal>> {
    let KeyHome::Database(store) = home else {
        bail!("A-FILES: audit chains are kept in a database, not in a folder");
    };
    let tree = home.tree()?;
    let tree = tree.context("K-ROOT: there are no keys yet: run `gatehouse init`")?;
    let earlier: Vec<PublicKey> = tree
        .list
        .keys()
        .snapshots
        .iter()
        .map(|key| key.key)
        .collect();
    let key = home.open_server_key(secrets, |key| key.purpose == SEAL)?;
    let now = world.now_millis();
    let shards = store.read_blocking::<_, StoreError, _>(|tx| tx.shards())?;
    let seal = |shard| {
        let (signs, earlier) = (key.clone(), earlier.clone());
        let seal = store.write_blocking::<_, StoreError, _>(Lane::Jobs, move |tx| {
            tx.seal_audit(shard, now, &signs, &earlier)
        })?;
        Ok(MadeSeal {
            shard: seal.shard,
            number: seal.number,
            chains: seal.heads.len(),
            signed_hex: data_encoding::HEXLOWER.encode(&seal.sign(&key)),
        })
    };
    shards.into_iter().map(seal).collect()
}
