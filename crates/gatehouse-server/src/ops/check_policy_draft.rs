//! What hinders a draft of a document, which of its cases it answers otherwise, and what differs
//! from what it began as: all that its page shows (POL-4).

use super::policy_draft::draft_id;
use super::policy_folder::{Complaint, Texts, check_texts, stands_upon_others};
use super::read_policies::read_rules;
use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::error::OpError;
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::policy::cases::{Case, Expect, answer_case, read_case_file, run_case};
use gatehouse_core::policy::difference::{Difference, differences};
use gatehouse_core::policy::{PolicyDocument, compile, read};
use gatehouse_store::ReadTx;
use gatehouse_store::policy_draft::PolicyDraftRow;
use std::path::Path;

/// A case that is answered otherwise than it expects.
#[derive(Clone, Debug)]
pub struct CaseChange {
    /// The case, with its situation.
    pub case: Case,
    /// What is answered now.
    pub answer: Expect,
}

/// A draft as its page shows it.
pub struct Draft {
    /// As it is kept.
    pub row: PolicyDraftRow,
    /// The document; `None` where its text cannot be read.
    pub document: Option<PolicyDocument>,
    /// What hinders it, but for `cases`.
    pub problems: Vec<Complaint>,
    /// Cases of the gate that are answered otherwise.
    pub cases: Vec<CaseChange>,
    /// What differs from what it began as.
    pub differences: Vec<Difference>,
    /// Whether there is something that it began as.
    pub is_compared: bool,
}

/// A draft with everything that hinders it, in a language.
///
/// # Errors
/// [`OpError::NotFound`]; the database's.
pub async fn read_draft(
    app: &App,
    area: &AreaInScope,
    draft: &str,
    lang: Lang,
) -> Result<Draft, OpError> {
    let id = draft_id(draft).ok_or(OpError::NotFound)?;
    let (top, now) = (area.area, app.world.now_millis());
    let read_all = move |tx: &ReadTx<'_>| {
        let row = tx.policy_draft(top, &id)?.ok_or(OpError::NotFound)?;
        let base = match row.based_on {
            // Brought as files: beside the version that is kept, if there is one.
            0 => tx.newest_policy_document(&row.document)?,
            version => tx.policy_document(&row.document, version)?,
        };
        let above = documents_at(tx, &row, now)?;
        Ok::<_, OpError>((row, base, above))
    };
    let (row, base, above) = app.store.try_read(read_all).await?;
    let base = base.and_then(|base| read(&base.text).ok());
    let shown = tokio::task::spawn_blocking(move || draft_of(row, base, above, lang));
    shown
        .await
        .map_err(|_| OpError::Bug("a check of a draft panicked".to_owned()))
}

fn draft_of(
    row: PolicyDraftRow,
    base: Option<PolicyDocument>,
    above: Vec<PolicyDocument>,
    lang: Lang,
) -> Draft {
    let document = read(&row.text).ok();
    let differences = match (&base, &document) {
        (Some(base), Some(document)) => differences(base, document, lang),
        _ => Vec::new(),
    };
    let (problems, cases) = look(&row, above);
    Draft {
        is_compared: base.is_some(),
        row,
        document,
        problems,
        cases,
        differences,
    }
}

/// What holds at the draft's place when it begins.
pub(super) fn documents_at(
    tx: &ReadTx<'_>,
    row: &PolicyDraftRow,
    now: i64,
) -> Result<Vec<PolicyDocument>, OpError> {
    let begins = read(&row.text).map_or(now, |document| document.force.from.value.millis);
    let at = begins.max(now);
    let path = tx.area_path(row.area)?;
    let rules = read_rules(tx, &path, at, at.saturating_add(1))?;
    Ok(rules
        .into_iter()
        .flat_map(|rules| rules.documents)
        .collect())
}

/// What hinders a draft, and which cases are answered otherwise: these an official can agree to.
fn look(row: &PolicyDraftRow, above: Vec<PolicyDocument>) -> (Vec<Complaint>, Vec<CaseChange>) {
    let texts = Texts {
        policy: row.text.clone(),
        cases: row.cases.clone(),
    };
    let checked = check_texts(Path::new(&row.document), &texts, || Ok(above.clone()));
    let Err(mut problems) = checked else {
        return (Vec::new(), Vec::new());
    };
    let cases = changed_cases(row, above).unwrap_or_default();
    problems.retain(|one| {
        let about = one.about.as_deref().unwrap_or_default();
        one.code != "P021" || cases.iter().all(|changed| changed.case.id != about)
    });
    (problems, cases)
}

/// The cases of the gate that are answered otherwise than they expect; `None` where the document
/// or its cases cannot be read.
pub(super) fn changed_cases(
    row: &PolicyDraftRow,
    above: Vec<PolicyDocument>,
) -> Option<Vec<CaseChange>> {
    let document = read(&row.text).ok()?;
    let is_upon = stands_upon_others(&document);
    let others = above
        .into_iter()
        .filter(|one| is_upon && one.id != document.id);
    let layers: Vec<PolicyDocument> = others.chain([document.clone()]).collect();
    let at_gate: Vec<&PolicyDocument> = layers.iter().filter(|one| one.is_for_gate()).collect();
    let policy = compile(&at_gate).ok()?;
    let cases = read_case_file(&row.cases).ok()?.gate.into_iter();
    let changed = cases.filter(|case| run_case(case, &policy).is_err());
    let found = changed.map(|case| CaseChange {
        answer: answer_case(&case, &policy).1,
        case,
    });
    Some(found.collect())
}
