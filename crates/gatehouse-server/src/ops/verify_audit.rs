//! Verifies audit chains and seals of one county or all.

use super::key_home::KeyHome;
use anyhow::{Context, Result, bail};
use gatehouse_core::audit::Seal;
use gatehouse_core::key::PublicKey;
use gatehouse_store::audit::{AuditFault, AuditReport};
use gatehouse_store::{Shard, StoreError};

use serde_json::{Value, json};

/// What was found.
pub struct Verified {
    /// Whether everything holds.
    pub holds: bool,
    /// The figures and faults of each county.
    pub json: Value,
}

/// Verifies from a kept seal on, or from the beginning.
///
/// # Errors
/// No database, one without keys, a seal that does not verify.
pub fn verify_audit(home: &KeyHome, shard: Option<u32>, seal: Option<&[u8]>) -> Result<Verified> {
    let KeyHome::Database(store) = home else {
        bail!("A-FILES: audit chains are kept in a database, not in a folder");
    };
    let tree = home
        .tree()?
        .context("K-ROOT: there are no keys yet: run `gatehouse init`")?;
    let keys: Vec<PublicKey> = tree
        .list
        .keys()
        .snapshots
        .iter()
        .map(|key| key.key)
        .collect();
    let from = match seal {
        None => None,
        Some(bytes) => {
            let open = keys.iter().find_map(|key| Seal::open(bytes, key).ok());
            Some(open.context("A-SEAL: this is no seal by a key of this installation")?)
        }
    };
    let reports = store.read_blocking::<_, StoreError, _>(move |tx| {
        let shards = match shard {
            Some(number) => vec![Shard(number)],
            None => tx.shards()?,
        };
        let verify = |shard: Shard| {
            let report = tx.verify_audit(shard, from.as_ref(), &keys)?;
            Ok((shard, report))
        };
        shards
            .into_iter()
            .map(verify)
            .collect::<Result<Vec<_>, _>>()
    })?;
    Ok(Verified {
        holds: reports.iter().all(|(_, report)| report.faults.is_empty()),
        json: reports
            .iter()
            .map(|(shard, report)| found(*shard, report))
            .collect(),
    })
}

fn found(shard: Shard, report: &AuditReport) -> Value {
    let faults: Vec<Value> = report.faults.iter().map(fault).collect();
    json!({
        "shard": shard.0,
        "chains": report.chains,
        "entries": report.entries,
        "seals": report.seals,
        "faults": faults,
    })
}

fn fault(fault: &AuditFault) -> Value {
    match fault {
        AuditFault::Chain(writer, broken) => json!({
            "kind": "chain",
            "writer": writer.to_string(),
            "entry": broken.seq,
            "what": format!("{:?}", broken.kind).to_lowercase(),
        }),
        AuditFault::Head(writer) => json!({ "kind": "head", "writer": writer.to_string() }),
        AuditFault::Sealed(writer, seal) => json!({
            "kind": "sealed",
            "writer": writer.to_string(),
            "seal": seal,
        }),
        AuditFault::Seal(number, error) => json!({
            "kind": "seal",
            "seal": number,
            "what": format!("{error:?}"),
        }),
    }
}
