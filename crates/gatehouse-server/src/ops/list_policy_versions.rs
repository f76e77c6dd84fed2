//! Everything about the documents of an area: drafts, what is proposed, coming, in force, over,
//! and the rows that are suspended.

use super::delivered::DELIVERED;
use super::policy_draft::DRAFTS_MOST;
use super::policy_folder::Texts;
use super::read_fevers::staff_name;
use super::read_policies::documents_in_force;
use super::suspensions::{brought_back, suspended_at};
use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::error::OpError;
use gatehouse_core::id::{AreaId, StaffId};
use gatehouse_core::moment::{CivilDay, Moment};
use gatehouse_core::policy::{PolicyDocument, read};
use gatehouse_store::policy::{PolicyDocumentRow, PolicyForceRow};
use gatehouse_store::policy_draft::PolicyDraftRow;
use gatehouse_store::policy_suspension::SuspensionRow;
use gatehouse_store::{ReadTx, StoreError};
use std::collections::{BTreeMap, BTreeSet};

/// Days before a review from which on pages remind of it.
pub const REMIND_DAYS: i32 = 7;
/// Stretches that a page lists.
const SHOWN: u32 = 50;

/// How a stretch of a document's force stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForceState {
    /// Proposed; another organisation has still to approve.
    Proposed,
    /// Its begin went by without an approval.
    Lapsed,
    /// Approved, and to come.
    Scheduled,
    /// In force.
    InForce,
    /// It would be in force, but what it stands upon above has ended: it waits.
    LetGo,
    /// Over.
    Over,
}

/// A stretch of a document's force.
pub struct Version {
    /// As it is kept; its end is the document's own where that comes first.
    pub row: PolicyForceRow,
    /// How it stands.
    pub state: ForceState,
    /// `HN`, with its titles in Chinese and English.
    pub names: [String; 3],
    /// When it is looked at again.
    pub review: Option<CivilDay>,
    /// The document; `None` where it is not kept any more.
    pub document: Option<PolicyDocument>,
    /// Its files; `None` where they are not kept any more.
    pub texts: Option<Texts>,
    /// The files of the version before a proposal.
    pub before: Option<Texts>,
    /// Rows that are suspended in the version before it, and that it brings back.
    pub brought_back: Vec<SuspensionRow>,
    /// Who proposed, who approved, masked.
    pub by: [Option<String>; 2],
}

/// The documents of an area.
pub struct Versions {
    /// Newest first.
    pub drafts: Vec<(PolicyDraftRow, String)>,
    /// What is to come and in force first.
    pub versions: Vec<Version>,
    /// Documents that a draft can begin as: folder, version (0 where the program brings it along),
    /// and `HN` with its titles; what was put in force here or above first, without what holds
    /// above.
    pub kept: Vec<(String, i64, [String; 3])>,
    /// What is suspended now.
    pub suspended: Vec<SuspensionRow>,
    /// What was ever suspended there, the latest first.
    pub brake_log: Vec<SuspensionRow>,
}

/// Reads them.
///
/// # Errors
/// The database's.
pub async fn list_policy_versions(app: &App, scope: &AreaInScope) -> Result<Versions, OpError> {
    let (area, path) = (scope.area, scope.path.clone());
    let now = app.world.now_millis();
    let read_all = move |tx: &ReadTx<'_>| {
        let mut drafts = Vec::new();
        for row in tx.policy_drafts(area, DRAFTS_MOST)? {
            let by = staff_name(tx, row.changed_by)?;
            drafts.push((row, by));
        }
        Ok::<_, StoreError>(Versions {
            drafts,
            versions: versions_of(tx, area, now)?,
            kept: kept(tx, &path, now)?,
            suspended: suspended_at(tx, area, now)?,
            brake_log: tx.suspension_log(area, SHOWN)?,
        })
    };
    Ok(app.store.read(read_all).await?)
}

/// What was put in force or proposed in an area itself, what is to come and in force first.
pub(super) fn versions_of(
    tx: &ReadTx<'_>,
    area: AreaId,
    now: i64,
) -> Result<Vec<Version>, StoreError> {
    let mut versions = Vec::new();
    let held = held_by(tx, area, now)?;
    for row in tx.policy_forces_of(area, SHOWN)? {
        versions.push(version(tx, row, (&held, now))?);
    }
    versions.sort_by_key(|one| (rank(one.state), -one.row.from_at));
    Ok(versions)
}

/// What a draft of an area can begin as: the newest version of each document that was put in force
/// or proposed at or above it, then those that the program brings along. Without those that hold,
/// or are to hold, above it: a second one beside them would never be taken (P020).
fn kept(
    tx: &ReadTx<'_>,
    path: &[AreaId],
    now: i64,
) -> Result<Vec<(String, i64, [String; 3])>, StoreError> {
    let own = path.last();
    let above: BTreeSet<String> = tx
        .policies_in_force(now, i64::MAX)?
        .into_iter()
        .filter(|row| path.contains(&row.area) && Some(&row.area) != own)
        .map(|row| row.document)
        .collect();
    let mut found = Vec::new();
    for kept in newest_known(tx, path)? {
        let read = match kept.cases {
            Some(_) => read(&kept.text).ok(),
            None => None,
        };
        found.extend(read.map(|read| (kept.document, kept.version, names(&read))));
    }
    for one in &DELIVERED {
        let read = read(one.policy).ok();
        found.extend(read.map(|read| (one.folder.to_owned(), 0, names(&read))));
    }
    found.retain(|(document, ..)| !above.contains(document));
    Ok(found)
}

/// The newest version of each document that was put in force or proposed at or above a place: what
/// other places wrote is theirs.
pub(super) fn newest_known(
    tx: &ReadTx<'_>,
    path: &[AreaId],
) -> Result<Vec<PolicyDocumentRow>, StoreError> {
    let mut newest: BTreeMap<String, i64> = BTreeMap::new();
    for area in path {
        for row in tx.policy_forces_of(*area, SHOWN)? {
            let version = newest.entry(row.document).or_default();
            *version = row.version.max(*version);
        }
    }
    let mut found = Vec::new();
    for (document, version) in newest {
        found.extend(tx.policy_document(&document, version)?);
    }
    Ok(found)
}

/// Whether a version of a document was put in force or proposed at or above a place: what other
/// places wrote is theirs.
pub(super) fn is_known_at(
    tx: &ReadTx<'_>,
    path: &[AreaId],
    document: &str,
    version: i64,
) -> Result<bool, StoreError> {
    for area in path {
        let rows = tx.policy_forces(*area, document)?;
        if rows.iter().any(|row| row.version == version) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A document in force at a place that is soon to be looked at again, or was to be.
#[derive(Clone, Debug)]
pub struct Review {
    /// `HN`, with its titles in Chinese and English.
    pub names: [String; 3],
    /// The day.
    pub day: CivilDay,
    /// The area above whose document it is; `None` where it is the area's own.
    pub above: Option<String>,
}

/// What holds in an area itself and is to be looked at again within [`REMIND_DAYS`] days, or was
/// to be (SCOPE-1: what restricts is reviewed). To a county those of the city and province count
/// too: these have no page of the day, and somebody has to see it.
///
/// # Errors
/// The database's.
pub fn reviews_due(tx: &ReadTx<'_>, area: AreaId, now: Moment) -> Result<Vec<Review>, StoreError> {
    let path = tx.area_path(area)?;
    let above = path.iter().rev().skip(1);
    // Only the areas above a county belong to none.
    let above: Vec<_> = above.take_while(|one| one.shard.is_none()).collect();
    let held = documents_in_force(tx, &path, now.millis)?.into_iter();
    let near = held.filter(|(_, one)| is_near(one.force.review.value, now.day()));
    let due = near.filter_map(|(row, one)| {
        let upper = above.iter().find(|upper| upper.area == row.area);
        (row.area == area || upper.is_some()).then(|| Review {
            names: names(&one),
            day: one.force.review.value,
            above: upper.map(|upper| upper.name.clone()),
        })
    });
    Ok(due.collect())
}

/// Whether a review is to be reminded of.
pub fn is_near(review: CivilDay, today: CivilDay) -> bool {
    review.0 <= today.0.saturating_add(REMIND_DAYS)
}

/// `HN`, with its titles in Chinese and English.
pub fn names(document: &PolicyDocument) -> [String; 3] {
    let title = &document.title;
    [document.id.clone(), title.zh.clone(), title.en.clone()]
}

fn rank(state: ForceState) -> u8 {
    match state {
        ForceState::Proposed => 0,
        ForceState::Scheduled => 1,
        ForceState::InForce | ForceState::LetGo => 2,
        ForceState::Lapsed | ForceState::Over => 3,
    }
}

/// What a proposal takes the place of: the version that was approved for the area before it, else
/// what the program brings along.
fn texts_before(tx: &ReadTx<'_>, row: &PolicyForceRow) -> Result<Option<Texts>, StoreError> {
    let there = tx.policy_forces(row.area, &row.document)?.into_iter();
    let mut held = there.filter(PolicyForceRow::is_approved);
    let last = held.rfind(|one| one.from_at < row.from_at);
    let Some(last) = last else {
        return Ok(Texts::delivered(&row.document));
    };
    let kept = tx.policy_document(&last.document, last.version)?;
    Ok(kept.map(Texts::kept))
}

/// The documents of an area itself that hold at an instant; not those that stand upon
/// what has ended.
fn held_by(
    tx: &ReadTx<'_>,
    area: AreaId,
    at: i64,
) -> Result<Vec<(PolicyForceRow, PolicyDocument)>, StoreError> {
    let mut held = documents_in_force(tx, &tx.area_path(area)?, at)?;
    held.retain(|(row, _)| row.area == area);
    Ok(held)
}

fn version(
    tx: &ReadTx<'_>,
    mut row: PolicyForceRow,
    (held, now): (&[(PolicyForceRow, PolicyDocument)], i64),
) -> Result<Version, StoreError> {
    let kept = tx.policy_document(&row.document, row.version)?;
    let texts = kept.map(Texts::kept);
    let document = texts.as_ref().and_then(|texts| read(&texts.policy).ok());
    let own_end = document.as_ref().map(|found| found.force.ends.value.millis);
    row.to_at = row.to_at.into_iter().chain(own_end).min();
    let holds = |(one, _): &(PolicyForceRow, PolicyDocument)| {
        (&one.document, one.from_at) == (&row.document, row.from_at)
    };
    let state = match state(&row, now) {
        ForceState::InForce if document.is_some() && !held.iter().any(holds) => ForceState::LetGo,
        state => state,
    };
    let name = |staff: Option<StaffId>| staff.map(|staff| staff_name(tx, staff)).transpose();
    let before = match state {
        ForceState::Proposed => texts_before(tx, &row)?,
        _ => None,
    };
    let brought_back = match (&document, state) {
        (_, ForceState::Lapsed | ForceState::Over | ForceState::LetGo) | (None, _) => Vec::new(),
        (Some(document), _) => brought_back(tx, &row, document)?,
    };
    Ok(Version {
        brought_back,
        by: [name(row.decided_by)?, name(row.approved_by)?],
        names: document.as_ref().map(names).unwrap_or_default(),
        review: document.as_ref().map(|found| found.force.review.value),
        texts,
        before,
        document,
        state,
        row,
    })
}

fn state(row: &PolicyForceRow, now: i64) -> ForceState {
    let is_over = row.to_at.is_some_and(|to| to <= now || to <= row.from_at);
    match (row.is_approved(), row.from_at > now) {
        (false, true) if is_over => ForceState::Over,
        (false, true) => ForceState::Proposed,
        (false, false) => ForceState::Lapsed,
        (true, _) if is_over => ForceState::Over,
        (true, true) => ForceState::Scheduled,
        (true, false) => ForceState::InForce,
    }
}
