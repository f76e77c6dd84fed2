//! The policies in force at a place now and within 72 hours, compiled.

use gatehouse_core::id::AreaId;
use gatehouse_core::policy::{PolicyDocument, compile, read};
use gatehouse_core::wire::{PolicySpell, Span};
use gatehouse_store::area::AreaRow;
use gatehouse_store::policy::PolicyForceRow;
use gatehouse_store::{ReadTx, StoreError};
use std::collections::BTreeMap;

/// How far ahead a device knows what begins.
const AHEAD_MILLIS: i64 = 72 * 3_600_000;

/// One compiled policy for each stretch of time in which the same documents hold.
pub fn read_policies(
    tx: &ReadTx<'_>,
    path: &[AreaRow],
    now_millis: i64,
) -> Result<Vec<PolicySpell>, StoreError> {
    let areas: Vec<AreaId> = path.iter().map(|area| area.area).collect();
    let until = now_millis.saturating_add(AHEAD_MILLIS);
    let mut rows: Vec<PolicyForceRow> = tx
        .policies_in_force(now_millis, until)?
        .into_iter()
        .filter(|row| areas.contains(&row.area))
        .collect();
    // Upper areas first: a document below stands on those above it.
    rows.sort_by_key(|row| (areas.iter().position(|area| *area == row.area), row.from_at));
    let documents = documents(tx, &rows)?;
    Ok(spans(&rows, now_millis, until)
        .into_iter()
        .filter_map(|span| spell(&rows, &documents, span))
        .collect())
}

type Documents = BTreeMap<(String, i64), PolicyDocument>;

fn documents(tx: &ReadTx<'_>, rows: &[PolicyForceRow]) -> Result<Documents, StoreError> {
    let mut documents = Documents::new();
    for row in rows {
        let key = (row.document.clone(), row.version);
        let Some(found) = tx.policy_document(&row.document, row.version)? else {
            continue;
        };
        match read(&found.text) {
            Ok(document) => {
                documents.insert(key, document);
            }
            // It was read when it was loaded; a newer program that reads it otherwise says so
            // instead of closing or opening gates by half of it.
            Err(complaints) => {
                let first = complaints.first().map_or("", |complaint| complaint.code);
                tracing::error!(
                    document = row.document,
                    code = first,
                    "a policy is not read"
                );
            }
        }
    }
    Ok(documents)
}

/// The stretches between one begin or end and the next.
fn spans(rows: &[PolicyForceRow], from: i64, until: i64) -> Vec<Span> {
    let mut cuts: Vec<i64> = rows
        .iter()
        .flat_map(|row| [Some(row.from_at), row.to_at])
        .flatten()
        .filter(|at| (from + 1..until).contains(at))
        .collect();
    cuts.sort_unstable();
    cuts.dedup();
    let begins = std::iter::once(
        rows.iter()
            .map(|row| row.from_at)
            .min()
            .unwrap_or(from)
            .min(from),
    )
    .chain(cuts.iter().copied());
    let ends = cuts.iter().copied().map(Some).chain([None]);
    begins
        .zip(ends)
        .map(|(from_at, until_at)| Span { from_at, until_at })
        .collect()
}

fn spell(rows: &[PolicyForceRow], documents: &Documents, span: Span) -> Option<PolicySpell> {
    // The stretch before the first cut has no other begin than now.
    let at = span
        .until_at
        .map_or(i64::MAX, |until| until - 1)
        .max(span.from_at);
    let in_force: Vec<&PolicyDocument> = rows
        .iter()
        .filter(|row| {
            row.to_at
                .is_none_or(|to| span.until_at.map_or(at, |u| u - 1) < to)
        })
        .filter(|row| row.from_at <= at)
        .filter_map(|row| documents.get(&(row.document.clone(), row.version)))
        .collect();
    if in_force.is_empty() {
        return None;
    }
    match compile(&in_force) {
        Ok(policy) => Some(PolicySpell {
            span,
            compiled: policy.compiled().to_bytes(),
        }),
        Err(error) => {
            tracing::error!(%error, "policies in force do not go together");
            None
        }
    }
}
