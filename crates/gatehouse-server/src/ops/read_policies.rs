//! The policies in force at a place, now and soon, compiled.

use super::suspensions::is_of;
use super::zone_rules::with_zone_rules;
use gatehouse_core::gate::Policy;
use gatehouse_core::id::AreaId;
use gatehouse_core::policy::part::Layers;
use gatehouse_core::policy::proof::loosened;
use gatehouse_core::policy::{PolicyDocument, compile, read};
use gatehouse_core::wire::{PolicySpell, Span};
use gatehouse_store::area::AreaRow;
use gatehouse_store::policy::PolicyForceRow;
use gatehouse_store::policy_suspension::SuspensionRow;
use gatehouse_store::{ReadTx, StoreError};
use std::collections::{BTreeMap, BTreeSet};

/// How far ahead a device knows what begins.
const AHEAD_MILLIS: i64 = 72 * 3_600_000;

/// A stretch of time in which the same documents hold.
#[derive(Clone, Debug)]
pub struct Rules {
    /// From when until when they hold together.
    pub span: Span,
    /// Where and since when each holds, upper areas first.
    pub force: Vec<PolicyForceRow>,
    /// The documents themselves, in the same order.
    pub documents: Vec<PolicyDocument>,
    /// All of them as one.
    pub policy: Policy,
}

/// A stretch of time with what holds at the gates then.
#[derive(Debug)]
pub struct Stretch {
    /// From when until when.
    pub span: Span,
    /// What holds; `None` where no document has a say.
    pub rules: Option<Rules>,
}

/// One compiled policy for each stretch of time, as devices get them.
pub fn read_policies(
    tx: &ReadTx<'_>,
    path: &[AreaRow],
    now_millis: i64,
) -> Result<Vec<PolicySpell>, StoreError> {
    read_policies_and_zones(tx, path, now_millis, &[])
}

/// The same, and what orders about zones mean where no document holds.
pub fn read_policies_and_zones(
    tx: &ReadTx<'_>,
    path: &[AreaRow],
    now_millis: i64,
    zones: &[Span],
) -> Result<Vec<PolicySpell>, StoreError> {
    let until = now_millis.saturating_add(AHEAD_MILLIS);
    let rules = read_rules(tx, path, now_millis, until)?;
    let documents = rules.into_iter().map(|rules| (rules.span, rules.policy));
    let all = with_zone_rules(documents.collect(), zones).into_iter();
    let spells = all.map(|(span, policy)| PolicySpell {
        span,
        compiled: policy.compiled().to_bytes(),
    });
    Ok(spells.collect())
}

/// What holds at a place between two moments; stretches without any document are left out.
pub fn read_rules(
    tx: &ReadTx<'_>,
    path: &[AreaRow],
    now_millis: i64,
    until: i64,
) -> Result<Vec<Rules>, StoreError> {
    let force = read_force(tx, path, now_millis, until)?;
    let stretches = force.stretches(now_millis, until).into_iter();
    Ok(stretches.filter_map(|stretch| stretch.rules).collect())
}

/// The documents that hold at a place at a moment, upper areas first.
pub fn documents_now(
    tx: &ReadTx<'_>,
    path: &[AreaRow],
    now_millis: i64,
) -> Result<Vec<PolicyDocument>, StoreError> {
    let force = read_force(tx, path, now_millis, now_millis.saturating_add(1))?;
    let (_, in_force) = force.at(now_millis);
    Ok(in_force)
}

/// The documents with which one goes together that is to hold in an area (the last of the path)
/// from a moment on, upper areas first, as they are written: what is suspended of them now is to
/// hold again. An earlier version of it there gives way to it.
pub(super) fn documents_beside(
    tx: &ReadTx<'_>,
    path: &[AreaRow],
    document: &str,
    at: i64,
) -> Result<Vec<PolicyDocument>, StoreError> {
    let mut force = read_force(tx, path, at, at.saturating_add(1))?;
    let own = path.last().map(|area| area.area);
    let gives_way = |row: &PolicyForceRow| Some(row.area) == own && row.document == document;
    force.rows.retain(|row| !gives_way(row));
    Ok(force
        .as_written(at)
        .into_iter()
        .map(|(_, one)| one)
        .collect())
}

/// Every document that holds on a path at a moment, those without a say at the gate too, upper
/// areas first.
pub fn documents_in_force(
    tx: &ReadTx<'_>,
    path: &[AreaRow],
    at: i64,
) -> Result<Vec<(PolicyForceRow, PolicyDocument)>, StoreError> {
    Ok(read_force(tx, path, at, at.saturating_add(1))?.held(at))
}

/// Leaves out what stands upon a document that has ended: it holds no longer than that one does,
/// so that what ends always opens gates. Words for a row go with the row; a document that replaces
/// one goes whole. Where the document above only changed, and the row is not in it any more, they
/// stay, and that they do not go together is found at the first signature.
fn let_go(held: Vec<(PolicyForceRow, PolicyDocument)>) -> Vec<(PolicyForceRow, PolicyDocument)> {
    let mut kept: Vec<(PolicyForceRow, PolicyDocument)> = Vec::new();
    for (row, mut document) in held {
        let ids = kept.iter().map(|(_, above)| above.id.clone());
        let ids: BTreeSet<String> = ids.collect();
        let is_there = |named: &String| ids.contains(named.split('/').next().unwrap_or_default());
        let own: Vec<String> = document.rows.iter().map(|row| row.id.clone()).collect();
        let parts = document.parts.entries();
        let parts: Vec<String> = parts.flat_map(|(one, _)| one.replaces().to_vec()).collect();
        let rows = document.rows.iter().flat_map(|row| &row.replaces);
        if !rows.chain(&parts).all(is_there) {
            continue;
        }
        let was_for_gate = document.is_for_gate();
        let worded = &mut document.parts.wording;
        worded.retain(|one| own.contains(&one.row) || is_there(&one.row));
        if document.is_for_gate() == was_for_gate {
            kept.push((row, document));
        }
    }
    kept
}

/// What was put in force on a path, and what of it is suspended.
pub(super) struct Force {
    rows: Vec<PolicyForceRow>,
    documents: Documents,
    suspended: Vec<SuspensionRow>,
}

impl Force {
    /// What holds at an instant: where and since when, and the documents as they hold then.
    pub fn at(&self, at: i64) -> (Vec<PolicyForceRow>, Vec<PolicyDocument>) {
        self.held(at).into_iter().unzip()
    }

    /// The same of those that have a say at the gate: of the others nobody is held up.
    pub fn at_gate(&self, at: i64) -> (Vec<PolicyForceRow>, Vec<PolicyDocument>) {
        let held = self.held(at).into_iter();
        held.filter(|(_, document)| document.is_for_gate()).unzip()
    }

    /// Where and from when until when each document is put in force that has a say at the gate.
    pub fn all_at_gate(&self) -> impl Iterator<Item = (&PolicyForceRow, &PolicyDocument)> {
        let all = self.rows.iter();
        let read = all.filter_map(|row| Some((row, self.documents.get(&key(row))?)));
        read.filter(|(_, document)| document.is_for_gate())
    }

    /// The stretches between one begin or end and the next, with what holds at the gates in each,
    /// those too in which no document has a say: that one ends is told beforehand (SCOPE-1).
    pub fn stretches(&self, from: i64, until: i64) -> Vec<Stretch> {
        spans(self, from, until)
            .into_iter()
            .filter_map(|span| stretch(self, span, from))
            .collect()
    }

    /// Every document that holds at an instant, those without a say at the gate too, with where
    /// and since when.
    pub fn held(&self, at: i64) -> Vec<(PolicyForceRow, PolicyDocument)> {
        let mut held = self.as_written(at);
        for (row, document) in &mut held {
            self.suspend(row, document, at);
        }
        held
    }

    /// The same as it is written, as if nothing of it were suspended.
    pub fn as_written(&self, at: i64) -> Vec<(PolicyForceRow, PolicyDocument)> {
        let holds = |row: &&PolicyForceRow| row.from_at <= at && row.to_at.is_none_or(|to| at < to);
        let rows = self.rows.iter().filter(holds);
        let held = rows.filter_map(|row| {
            let document = self.documents.get(&key(row))?;
            Some((row.clone(), document.clone()))
        });
        let_go(held.collect())
    }

    /// Why the documents that hold from an instant on do not go together, at the first moment at
    /// which they do not; `None` where they do. Computes long: never within a transaction.
    ///
    /// Looks at them as they are written: a suspended row lets people through although the row
    /// from above that it took the place of may only be tightened, and that must not keep the
    /// next notice from coming into force.
    pub fn clash(&self, from: i64) -> Option<String> {
        spans(self, from, i64::MAX).into_iter().find_map(|span| {
            let in_force = self.as_written(span.from_at.max(from));
            match in_force.is_empty() {
                true => None,
                false => wrong_together(&in_force.iter().map(|(_, one)| one).collect::<Vec<_>>()),
            }
        })
    }

    fn suspend(&self, row: &PolicyForceRow, document: &mut PolicyDocument, at: i64) {
        let suspended = self.suspended.iter().filter(|one| {
            is_of(one, row) && one.from_at <= at && one.to_at.is_none_or(|to| at < to)
        });
        for one in suspended {
            document.suspend(&one.row_id);
        }
    }
}

/// What is in force on a path at any instant in [from, until), upper areas first, each with the
/// end that it has by itself.
pub(super) fn read_force(
    tx: &ReadTx<'_>,
    path: &[AreaRow],
    from: i64,
    until: i64,
) -> Result<Force, StoreError> {
    read_force_with(tx, path, (from, until), None)
}

/// The same as if a proposal were approved: it takes the place of an earlier version from its
/// begin on.
pub(super) fn read_force_with(
    tx: &ReadTx<'_>,
    path: &[AreaRow],
    (from, until): (i64, i64),
    proposal: Option<&Proposal>,
) -> Result<Force, StoreError> {
    let areas: Vec<AreaId> = path.iter().map(|area| area.area).collect();
    let mut rows: Vec<PolicyForceRow> = tx
        .policies_in_force(from, until)?
        .into_iter()
        .filter(|row| areas.contains(&row.area))
        .collect();
    if let Some(Proposal { row: new, .. }) = proposal {
        let is_before = |row: &PolicyForceRow| {
            (row.area, &row.document) == (new.area, &new.document) && row.from_at < new.from_at
        };
        rows.retain(|row| !is_before(row));
        let after = rows
            .iter()
            .filter(|row| (row.area, &row.document) == (new.area, &new.document))
            .map(|row| row.from_at);
        let mut new = new.clone();
        new.to_at = new.to_at.into_iter().chain(after).min();
        rows.push(new);
    }
    // Upper areas first: a document below stands on those above it.
    rows.sort_by_key(|row| (areas.iter().position(|area| *area == row.area), row.from_at));
    let mut documents = documents(tx, &rows)?;
    let brought = proposal.and_then(|one| Some((key(&one.row), one.document.clone()?)));
    documents.extend(brought);
    for row in &mut rows {
        // A document ends by itself, also where nobody set an end when it was put in force
        // (SCOPE-1).
        let own = documents.get(&key(row)).map(|d| d.force.ends.value.millis);
        row.to_at = row.to_at.into_iter().chain(own).min();
    }
    rows.retain(|row| row.to_at.is_none_or(|to| from < to));
    let mut suspended = tx.suspensions(from, until)?;
    suspended.retain(|one| areas.contains(&one.area));
    Ok(Force {
        rows,
        documents,
        suspended,
    })
}

type Documents = BTreeMap<(String, i64), PolicyDocument>;

fn key(row: &PolicyForceRow) -> (String, i64) {
    (row.document.clone(), row.version)
}

fn documents(tx: &ReadTx<'_>, rows: &[PolicyForceRow]) -> Result<Documents, StoreError> {
    let mut documents = Documents::new();
    for row in rows {
        let Some(found) = tx.policy_document(&row.document, row.version)? else {
            continue;
        };
        match read(&found.text) {
            Ok(document) => {
                documents.insert(key(row), document);
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

/// The stretches between one begin or end and the next, those that begin before `until`.
pub(super) fn spans(force: &Force, from: i64, until: i64) -> Vec<Span> {
    let rows = &force.rows;
    let held = rows.iter().map(|row| [Some(row.from_at), row.to_at]);
    let suspended = force.suspended.iter();
    let mut cuts: Vec<i64> = held
        .chain(suspended.map(|one| [Some(one.from_at), one.to_at]))
        .flatten()
        .flatten()
        .filter(|at| *at > from)
        .collect();
    cuts.sort_unstable();
    cuts.dedup();
    let first = rows.iter().map(|row| row.from_at).min();
    let begins = std::iter::once(first.unwrap_or(from).min(from)).chain(cuts.iter().copied());
    let ends = cuts.iter().copied().map(Some).chain([None]);
    begins
        .zip(ends)
        .map(|(from_at, until_at)| Span { from_at, until_at })
        .filter(|span| span.from_at < until)
        .collect()
}

/// What somebody proposes: the stretch, and the document where it is not kept yet.
pub(super) struct Proposal {
    /// Where, and from when until when.
    pub row: PolicyForceRow,
    /// The document; `None` where the row names one that is kept.
    pub document: Option<PolicyDocument>,
}

/// What holds at every place at or below an area that has a document of its own, once a proposal
/// is approved and the version before it has given way; of `most` places.
pub(super) fn forces_with(
    tx: &ReadTx<'_>,
    proposal: &Proposal,
    most: usize,
) -> Result<Vec<(AreaRow, Force)>, StoreError> {
    let (top, from) = (proposal.row.area, proposal.row.from_at);
    let there = tx.policies_in_force(from, i64::MAX)?;
    let mut places: Vec<AreaId> = there.iter().map(|row| row.area).chain([top]).collect();
    places.sort_unstable();
    places.dedup();
    let mut found = Vec::new();
    for place in places {
        let path = tx.area_path(place)?;
        let Some(own) = path.last().cloned() else {
            continue;
        };
        if found.len() < most && path.iter().any(|above| above.area == top) {
            let force = read_force_with(tx, &path, (from, i64::MAX), Some(proposal))?;
            found.push((own, force));
        }
    }
    Ok(found)
}

fn wrong_together(documents: &[&PolicyDocument]) -> Option<String> {
    if let Err(error) = Layers::new(documents) {
        return Some(error.to_string());
    }
    let at_gate = documents.iter().copied().filter(|one| one.is_for_gate());
    let documents: &[&PolicyDocument] = &at_gate.collect::<Vec<_>>();
    if let Err(error) = compile(documents) {
        return Some(error.to_string());
    }
    // Each layer over those above it.
    (2..=documents.len()).find_map(|layers| match loosened(&documents[..layers]) {
        Ok(findings) => findings
            .into_iter()
            .next()
            .map(|finding| finding.message.en),
        Err(error) => Some(error.to_string()),
    })
}

/// `None` where documents hold that do not go together: not to be taken for "no restriction".
fn stretch(force: &Force, span: Span, now_millis: i64) -> Option<Stretch> {
    // Nothing begins or ends within a stretch, so one moment of it stands for all.
    let at = span.from_at.max(now_millis);
    let (force, documents) = force.at_gate(at);
    if documents.is_empty() {
        return Some(Stretch { span, rules: None });
    }
    match compile(&documents.iter().collect::<Vec<_>>()) {
        Ok(policy) => Some(Stretch {
            span,
            rules: Some(Rules {
                span,
                force,
                documents,
                policy,
            }),
        }),
        Err(error) => {
            tracing::error!(%error, "policies in force do not go together");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gatehouse_core::id::{AreaId, StaffId};

    fn row(document: &str, from_at: i64, to_at: Option<i64>) -> PolicyForceRow {
        PolicyForceRow {
            area: AreaId([1; 16]),
            document: document.to_owned(),
            version: 1,
            from_at,
            to_at,
            decided_by: None,
            approved_by: None,
        }
    }

    fn force(rows: Vec<PolicyForceRow>) -> Force {
        Force {
            rows,
            documents: Documents::new(),
            suspended: Vec::new(),
        }
    }

    fn suspension(row_id: &str, from_at: i64, to_at: Option<i64>) -> SuspensionRow {
        SuspensionRow {
            area: AreaId([1; 16]),
            document: "a".to_owned(),
            row_id: row_id.to_owned(),
            from_at,
            to_at,
            reason: "mistaken".to_owned(),
            decided_by: StaffId([1; 16]),
        }
    }

    #[test]
    fn a_stretch_ends_where_a_document_begins_or_ends() {
        let span = |from_at, until_at| Span { from_at, until_at };
        let table = [
            (vec![], vec![span(100, None)]),
            (vec![row("a", 50, None)], vec![span(50, None)]),
            // The end lies beyond what is looked ahead, and is told all the same.
            (vec![row("a", 50, Some(900))], vec![span(50, Some(900))]),
            (
                vec![row("a", 50, Some(150)), row("b", 120, None)],
                vec![span(50, Some(120)), span(120, Some(150)), span(150, None)],
            ),
        ];
        for (rows, expected) in table {
            assert_eq!(spans(&force(rows), 100, 200), expected);
        }
        let mut paused = force(vec![row("a", 50, None)]);
        paused.suspended = vec![suspension("HN/visitor", 120, Some(150))];
        let expected = [span(50, Some(120)), span(120, Some(150)), span(150, None)];
        assert_eq!(spans(&paused, 100, 200), expected);
    }

    #[test]
    fn what_holds_is_asked_at_a_moment_within_the_stretch() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../policies/henan-2020-02");
        let text = std::fs::read_to_string(format!("{folder}/policy.toml")).expect("a policy");
        let document = read(&text).expect("is read");
        let mut force = force(vec![row("a", 50, Some(900))]);
        force.documents = Documents::from([(("a".to_owned(), 1), document)]);
        let held = spans(&force, 100, 200);
        let found = stretch(&force, held[0], 100).and_then(|one| one.rules);
        let found = found.expect("holds");
        assert_eq!(found.span.until_at, Some(900));
        let after = Span {
            from_at: 900,
            until_at: None,
        };
        let free = stretch(&force, after, 100).expect("is free");
        assert!(free.rules.is_none());
    }
}
