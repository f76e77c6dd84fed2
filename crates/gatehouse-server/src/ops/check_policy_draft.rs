//! What hinders a draft of a document, which of its cases it answers otherwise, and what differs
//! from what it began as: all that its page shows (POL-4).

use super::draft_edit::{Edit, apply};
use super::foresee_rules::{Foreseen, foresee};
use super::look_at_policy::{Looked, look};
use super::policy_beside::{Beside, beside};
use super::policy_draft::draft_id;
use super::policy_folder::Texts;
use super::read_policies::{Proposal, documents_beside};
use super::replay::keep::is_draft_replayed;
use super::suspensions::brought_back;
use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::error::OpError;
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::policy::difference::Difference;
use gatehouse_core::policy::{PolicyDocument, read};
use gatehouse_store::policy::PolicyForceRow;
use gatehouse_store::policy_draft::PolicyDraftRow;
use gatehouse_store::policy_suspension::SuspensionRow;
use gatehouse_store::{ReadTx, StoreError};
use std::sync::Arc;

/// A draft as its page shows it.
pub struct Draft {
    /// As it is kept.
    pub row: PolicyDraftRow,
    /// The documents with which it is to go together, upper areas first.
    pub above: Vec<PolicyDocument>,
    /// The document; `None` where its text cannot be read.
    pub document: Option<PolicyDocument>,
    /// What was found out about it.
    pub looked: Arc<Looked>,
    /// Rows that are suspended in what holds there now, and hold again once it is approved.
    pub back: Vec<SuspensionRow>,
    /// What differs from what it began as.
    pub differences: Vec<Difference>,
    /// Whether there is something that it began as.
    pub is_compared: bool,
    /// What people will be told; `None` where it cannot be read, or does not go together with what
    /// else holds there then.
    pub foreseen: Option<Foreseen>,
    /// Whether it was tried as it is on what happened.
    pub is_replayed: bool,
}

/// A draft with everything that hinders it, in a language, as it would be with changes that
/// nobody has saved.
///
/// # Errors
/// [`OpError::NotFound`]; [`OpError::NotTaken`] for a change of something that it has not; the
/// database's.
pub async fn read_draft(
    app: &App,
    area: &AreaInScope,
    draft: &str,
    edits: Vec<Edit>,
    lang: Lang,
) -> Result<Draft, OpError> {
    let id = draft_id(draft).ok_or(OpError::NotFound)?;
    let (top, offset, now) = (area.area, area.offset_minutes, app.world.now_millis());
    let read_all = move |tx: &ReadTx<'_>| {
        let mut row = tx.policy_draft(top, &id)?.ok_or(OpError::NotFound)?;
        let base = base_of(tx, &row)?;
        let is_replayed = edits.is_empty() && is_draft_replayed(tx, &row)?;
        let texts = apply(&row, None, &edits)?;
        (row.text, row.cases) = (texts.policy, texts.cases);
        let (beside, back, foreseen) = match proposal(&row, now) {
            Some(proposal) => (
                beside(tx, &proposal)?,
                back(tx, &proposal)?,
                foresee(tx, (top, offset), &proposal, now)?,
            ),
            // Of a text that cannot be read nothing is known of the places below.
            None => (
                Beside::above(documents_at(tx, &row, now)?),
                Vec::new(),
                None,
            ),
        };
        Ok::<_, OpError>((row, (base, is_replayed), (beside, back, foreseen)))
    };
    let (row, (base, is_replayed), (beside, back, foreseen)) = app.store.try_read(read_all).await?;
    let texts = texts_of(&row);
    let above = beside.above.clone();
    let looked = look(app, &row.document, texts.clone(), beside).await?;
    let differences = base
        .as_ref()
        .and_then(|base| base.differences(&texts, lang));
    Ok(Draft {
        is_compared: base.is_some(),
        document: read(&row.text).ok(),
        differences: differences.unwrap_or_default(),
        above,
        back,
        foreseen,
        is_replayed,
        row,
        looked,
    })
}

/// What people will be told by a draft; `None` where it cannot be read, or does not go together
/// with what else holds there then.
///
/// # Errors
/// [`OpError::NotFound`]; the database's.
pub async fn foresee_draft(
    app: &App,
    area: &AreaInScope,
    draft: &str,
) -> Result<Option<Foreseen>, OpError> {
    let id = draft_id(draft).ok_or(OpError::NotFound)?;
    let (top, offset, now) = (area.area, area.offset_minutes, app.world.now_millis());
    let read = move |tx: &ReadTx<'_>| {
        let row = tx.policy_draft(top, &id)?.ok_or(OpError::NotFound)?;
        match proposal(&row, now) {
            Some(proposal) => Ok::<_, OpError>(foresee(tx, (top, offset), &proposal, now)?),
            None => Ok(None),
        }
    };
    app.store.try_read(read).await
}

/// A draft as it would come into force; `None` where its text cannot be read.
fn proposal(row: &PolicyDraftRow, now: i64) -> Option<Proposal> {
    let document = read(&row.text).ok()?;
    let force = &document.force;
    let row = PolicyForceRow {
        area: row.area,
        document: row.document.clone(),
        // It has none before it is kept.
        version: i64::MAX,
        from_at: force.from.value.millis.max(now),
        to_at: Some(force.ends.value.millis),
        decided_by: None,
        approved_by: None,
    };
    let document = Some(document);
    Some(Proposal { row, document })
}

fn back(tx: &ReadTx<'_>, proposal: &Proposal) -> Result<Vec<SuspensionRow>, StoreError> {
    let document = proposal.document.as_ref();
    document.map_or_else(
        || Ok(Vec::new()),
        |one| brought_back(tx, &proposal.row, one),
    )
}

/// The files that a draft is compared with: what it began as, else what was put in force there
/// last, else what the program brings along.
fn base_of(tx: &ReadTx<'_>, row: &PolicyDraftRow) -> Result<Option<Texts>, OpError> {
    let version = match row.based_on {
        0 => {
            let there = tx.policy_forces(row.area, &row.document)?;
            there.iter().map(|one| one.version).max()
        }
        version => Some(version),
    };
    let Some(version) = version else {
        return Ok(Texts::delivered(&row.document));
    };
    let kept = tx.policy_document(&row.document, version)?;
    Ok(kept.map(Texts::kept))
}

/// The files of a draft.
pub(super) fn texts_of(row: &PolicyDraftRow) -> Texts {
    Texts {
        policy: row.text.clone(),
        cases: row.cases.clone(),
    }
}

/// The documents that hold at a draft's place when it begins, upper areas first; but for the
/// version that it takes the place of.
pub(super) fn documents_at(
    tx: &ReadTx<'_>,
    row: &PolicyDraftRow,
    now: i64,
) -> Result<Vec<PolicyDocument>, StoreError> {
    let begins = read(&row.text).map_or(now, |document| document.force.from.value.millis);
    let at = begins.max(now);
    documents_beside(tx, &tx.area_path(row.area)?, &row.document, at)
}
