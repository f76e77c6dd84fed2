//! A version of a document that was put in force or proposed: as text, and beside another one.

use super::delivered::delivered;
use super::list_policy_versions::is_known_at;
use super::policy_folder::Texts;
use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::error::OpError;
use gatehouse_core::id::AreaId;
use gatehouse_core::policy::{PolicyDocument, read};
use gatehouse_store::{ReadTx, StoreError};
use std::collections::BTreeSet;

/// The number of what the program brings along.
pub const DELIVERED_VERSION: i64 = 0;

/// A version, and the ones with which it can be compared.
pub struct KeptVersion {
    /// The document; `None` where a newer program cannot read its text any more.
    pub document: Option<PolicyDocument>,
    /// The other versions, newest first; [`DELIVERED_VERSION`] for what the program brings along.
    pub others: Vec<i64>,
    /// Its files.
    pub texts: Texts,
    /// The one that it is compared with.
    pub beside: Option<(i64, Texts)>,
}

/// Reads a version of the document in a folder of that name, beside another, or else beside the
/// one before it.
///
/// # Errors
/// [`OpError::NotFound`] for one that never held nor was proposed here or above.
pub async fn read_policy_version(
    app: &App,
    area: &AreaInScope,
    (name, version): (&str, i64),
    beside: Option<i64>,
) -> Result<KeptVersion, OpError> {
    let (name, path) = (name.to_owned(), area.path.clone());
    let read_all = move |tx: &ReadTx<'_>| {
        let found = texts(tx, &path, &name, version)?.ok_or(OpError::NotFound)?;
        let others = versions(tx, &path, &name)?;
        let others: Vec<i64> = others.into_iter().filter(|one| *one != version).collect();
        let before = others.iter().copied().find(|one| *one < version);
        let chosen = beside.or(before).filter(|one| others.contains(one));
        let beside = match chosen {
            Some(number) => texts(tx, &path, &name, number)?.map(|one| (number, one)),
            None => None,
        };
        Ok::<_, OpError>(KeptVersion {
            document: read(&found.policy).ok(),
            texts: found,
            others,
            beside,
        })
    };
    app.store.try_read(read_all).await
}

/// A file of a version, `policy.toml` or `cases.toml`: what `gatehouse policy` reads.
///
/// # Errors
/// [`OpError::NotFound`].
pub async fn file_of_version(
    app: &App,
    area: &AreaInScope,
    (name, version): (&str, i64),
    file: &str,
) -> Result<String, OpError> {
    let (name, path) = (name.to_owned(), area.path.clone());
    let found = move |tx: &ReadTx<'_>| texts(tx, &path, &name, version);
    let texts = app.store.read(found).await?.ok_or(OpError::NotFound)?;
    match file {
        "policy.toml" => Ok(texts.policy),
        "cases.toml" => Ok(texts.cases),
        _ => Err(OpError::NotFound),
    }
}

/// The versions of a document that held or were proposed at or above a place, newest first.
fn versions(tx: &ReadTx<'_>, path: &[AreaId], name: &str) -> Result<Vec<i64>, StoreError> {
    let mut found: BTreeSet<i64> = BTreeSet::new();
    for area in path {
        found.extend(tx.policy_forces(*area, name)?.iter().map(|row| row.version));
    }
    found.extend(delivered(name).map(|_| DELIVERED_VERSION));
    Ok(found.into_iter().rev().collect())
}

fn texts(
    tx: &ReadTx<'_>,
    path: &[AreaId],
    name: &str,
    version: i64,
) -> Result<Option<Texts>, StoreError> {
    if version == DELIVERED_VERSION {
        return Ok(Texts::delivered(name));
    }
    if !is_known_at(tx, path, name, version)? {
        return Ok(None);
    }
    let kept = tx.policy_document(name, version)?;
    Ok(kept.map(Texts::kept))
}
