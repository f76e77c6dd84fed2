//! Verifies the record of one county or all: audit chains and seals, every event of every device,
//! corrections made at desks, orders and their signatures. In steps, so that neither memory nor
//! one transaction grows with the record; what cannot be read is a fault, never an end.

mod county;
mod found;
mod orders;

use super::key_home::KeyHome;
use super::local_day::DAY_MILLIS;
use super::record_days::fewest_crossing_days;
use anyhow::{Context, Result, bail};
use gatehouse_core::audit::Seal;
use gatehouse_core::key::PublicKey;
use gatehouse_store::{ReadTx, Shard, StoreError};
use serde_json::Value;

/// What is to be verified.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// One county's number; else all.
    pub shard: Option<u32>,
    /// A kept seal to begin from; else the beginning.
    pub seal: Option<&'a [u8]>,
    /// Now, in milliseconds UTC.
    pub now_millis: i64,
    /// For so many days crossings are kept by the settings; younger ones must still be there,
    /// unless a document of their county said fewer.
    pub days_crossings: u32,
}

/// What was found.
#[derive(Debug)]
pub struct Verified {
    /// Whether everything holds.
    pub holds: bool,
    /// The figures and faults of each county.
    pub json: Value,
}

/// Verifies from a kept seal on, or from the beginning. `progress` hears now and then how many
/// rows were looked at.
///
/// # Errors
/// No database, one without keys, a seal that does not verify.
pub fn verify_audit(
    home: &KeyHome,
    asked: &Asked<'_>,
    progress: &mut dyn FnMut(u64),
) -> Result<Verified> {
    let KeyHome::Database(store) = home else {
        bail!("A-FILES: audit chains are kept in a database, not in a folder");
    };
    let tree = home
        .tree()?
        .context("K-ROOT: there are no keys yet: run `gatehouse init`")?;
    let keys = tree.list.keys();
    let seal_keys: Vec<PublicKey> = keys.snapshots.iter().map(|key| key.key).collect();
    let from = match asked.seal {
        None => None,
        Some(bytes) => {
            let open = seal_keys.iter().find_map(|key| Seal::open(bytes, key).ok());
            Some(open.context("A-SEAL: this is no seal by a key of this installation")?)
        }
    };
    let shards = match asked.shard {
        Some(number) => vec![Shard(number)],
        None => store.read_blocking::<_, StoreError, _>(|tx| tx.shards())?,
    };
    let mut counties = Vec::new();
    for shard in shards {
        let (now, settings) = (asked.now_millis, asked.days_crossings);
        let read = move |tx: &ReadTx<'_>| fewest_crossing_days(tx, shard, settings, now);
        let days = store.read_blocking::<_, StoreError, _>(read)?;
        let verifier = county::Verifier {
            store,
            shard,
            from: from.clone(),
            seal_keys: seal_keys.clone(),
            list: &tree.list,
            kept_since: now.saturating_sub(i64::from(days) * DAY_MILLIS),
        };
        counties.push(verifier.run(progress)?);
    }
    Ok(Verified {
        holds: counties.iter().all(|county| county.faults.is_empty()),
        json: counties.iter().map(found::County::json).collect(),
    })
}
