//! Whether somebody who was typed in is known already, by the document that was shown (a helper
//! who brought none by name and birth): among the people of the ledger, or among those who wait.
//! One person has one record, and so one valid pass of a kind (PASS-1).

use crate::ops::pass_rules::{of_word, word_of};
use gatehouse_core::id::{AreaId, HouseholdId, PersonId};
use gatehouse_core::pass::PassKind;
use gatehouse_core::person::search::{SearchKind, SearchTerm, document_term, terms_for_query};
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

/// Who of the ledger somebody who was typed in is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ops) enum Met {
    /// Nobody there.
    Nobody,
    /// This one.
    One(Box<PersonRow>),
    /// Each of these could be: somebody has to look.
    Several(Vec<PersonId>),
}

impl Met {
    fn of(mut there: Vec<PersonRow>) -> Met {
        match (there.pop(), there.is_empty()) {
            (None, _) => Met::Nobody,
            (Some(one), true) => Met::One(Box::new(one)),
            (Some(last), false) => {
                let ids = there.iter().chain([&last]).map(|row| row.person);
                Met::Several(ids.collect())
            }
        }
    }
}

/// The person of the ledger whom a draft is about: by the document; a helper who brought none by
/// what the register takes for the same person (name, year of birth), among helpers of the same
/// community.
pub(in crate::ops) fn person_of_draft(
    tx: &ReadTx<'_>,
    vault: &Vault,
    row: &ApplicationRow,
) -> Result<Met, StoreError> {
    let draft = match row.holder {
        Some(_) => None,
        None => tx.application_draft(vault, row.shard, row.application)?,
    };
    let Some(draft) = draft else {
        return Ok(Met::Nobody);
    };
    let document = kept_document(&draft);
    if document.is_none() && of_word(&row.kind) == Some(PassKind::Helper) {
        return Ok(Met::of(same_helper(tx, vault, row, &draft)?));
    }
    Ok(Met::of(in_ledger(tx, vault, row.shard, document.as_ref())?))
}

/// Helpers of the same community with the name, sex and year of birth of a draft, and with its
/// telephone where it has one.
fn same_helper(
    tx: &ReadTx<'_>,
    vault: &Vault,
    row: &ApplicationRow,
    draft: &PersonPlain,
) -> Result<Vec<PersonRow>, StoreError> {
    let of_kind = |text: Option<&String>, kind: SearchKind| {
        let terms = text.map(|text| terms_for_query(text)).unwrap_or_default();
        terms.into_iter().find(|term| term.kind == kind)
    };
    let name = of_kind(draft.name.as_ref(), SearchKind::FullName);
    let (Some(name), Some(born)) = (name, row.birth_year) else {
        return Ok(Vec::new());
    };
    let phone = of_kind(draft.phone.as_ref(), SearchKind::Phone);
    let phone = phone.map(|term| vault.token(&term.reveal_bytes()));
    let community = |area: AreaId| Ok::<_, StoreError>(tx.area(area)?.and_then(|row| row.parent));
    let here = community(row.area)?;
    let mut same = Vec::new();
    for one in tx.persons_by_terms(vault, row.shard, &[name])? {
        let is_alike = one.kind == "regular_helper"
            && one.state == "active"
            && (one.birth_year, one.sex.as_str()) == (Some(born), row.sex.as_str());
        if !is_alike || community(one.area)? != here {
            continue;
        }
        let has_phone = match phone {
            Some(phone) => (tx.tokens_of_person(row.shard, one.person)?).contains(&phone),
            None => true,
        };
        if has_phone {
            same.push(one);
        }
    }
    Ok(same)
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
