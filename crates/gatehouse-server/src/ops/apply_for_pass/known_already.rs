//! Whether somebody who was typed in is known already, by the document that was shown: among the
//! people of the ledger, or among those who wait. One person has one record, and so one valid pass
//! of a kind (PASS-1).

use crate::ops::pass_rules::word_of;
use gatehouse_core::id::{AreaId, HouseholdId};
use gatehouse_core::pass::PassKind;
use gatehouse_core::person::search::{SearchTerm, document_term};
use gatehouse_core::person::{Document, DocumentKind};
use gatehouse_store::application::ApplicationRow;
use gatehouse_store::person::{PersonPlain, PersonRow};
use gatehouse_store::{ReadTx, Shard, StoreError, Vault};

/// Most that wait under one number and are looked at.
const WAITING_READ: u32 = 20;

/// People of the ledger who have a document.
pub(in crate::ops) fn in_ledger(
    tx: &ReadTx<'_>,
    vault: &Vault,
    shard: Shard,
    document: Option<&Document>,
) -> Result<Vec<PersonRow>, StoreError> {
    let terms: Vec<SearchTerm> = document.map(document_term).into_iter().collect();
    let mut there = tx.persons_by_terms(vault, shard, &terms)?;
    there.retain(|row| row.state == "active");
    Ok(there)
}

/// Applications for somebody who is not in the ledger and has a document, that wait in a compound.
pub(in crate::ops) fn waiting_under(
    tx: &ReadTx<'_>,
    vault: &Vault,
    (shard, area): (Shard, AreaId),
    document: Option<&Document>,
) -> Result<Vec<ApplicationRow>, StoreError> {
    let Some(term) = document.map(document_term) else {
        return Ok(Vec::new());
    };
    let lines = tx.waiting_by_term(vault, shard, area, &term, WAITING_READ)?;
    Ok(lines.into_iter().map(|line| line.row).collect())
}

/// The person of the ledger who has the document of a draft; `None` where nobody has it, or where
/// it is no draft.
pub(in crate::ops) fn person_of_draft(
    tx: &ReadTx<'_>,
    vault: &Vault,
    row: &ApplicationRow,
) -> Result<Option<PersonRow>, StoreError> {
    let draft = match row.holder {
        Some(_) => None,
        None => tx.application_draft(vault, row.shard, row.application)?,
    };
    let document = draft.as_ref().and_then(kept_document);
    let there = in_ledger(tx, vault, row.shard, document.as_ref())?;
    Ok(there.into_iter().next())
}

fn kept_document(plain: &PersonPlain) -> Option<Document> {
    let (kind, number) = plain.document.as_ref()?;
    Document::from_stored(DocumentKind::from_code(kind)?, number)
}

/// Whether a pass of a kind for a household is one that somebody of the ledger can hold.
pub(in crate::ops) fn may_hold(row: &PersonRow, kind: PassKind, household: HouseholdId) -> bool {
    match kind {
        PassKind::Resident | PassKind::TemporaryResident => {
            row.household == Some(household) && row.kind == word_of(kind)
        }
        PassKind::Worker => row.worker_class.is_some(),
        PassKind::Visitor => row.household != Some(household),
        PassKind::Helper => row.kind == "regular_helper",
        PassKind::Errand | PassKind::Slip | PassKind::Vehicle => false,
    }
}
