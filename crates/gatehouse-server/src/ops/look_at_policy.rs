//! Everything that is found out about the files of a document beside what holds there: what hinders
//! it, which of its cases it answers otherwise, what whoever signs shall know (POL-4).

use super::draft_answers::{Answers, CaseChange};
use super::list_policy_versions::{ForceState, Version};
use super::policy_beside::{Beside, beside};
use super::policy_folder::{Complaint, Texts, check_texts};
use super::read_policies::Proposal;
use crate::app::App;
use crate::error::OpError;
use gatehouse_core::id::AreaId;
use gatehouse_core::policy::read;
use gatehouse_core::policy::trial::Trial;
use gatehouse_store::ReadTx;
use gatehouse_store::policy::PolicyForceRow;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// What was found out about a document's files.
#[derive(Debug, Default)]
pub struct Looked {
    /// What hinders it, but for `cases`.
    pub problems: Vec<Complaint>,
    /// Cases that are answered otherwise: these an official can agree to.
    pub cases: Vec<CaseChange>,
    /// What whoever signs shall know, although it hinders nothing.
    pub notes: Vec<Complaint>,
    /// Situations that would try the rows that no case tries, by row.
    pub trials: BTreeMap<String, Vec<Trial>>,
}

/// Looks at the files of a document of this name, or finds what was found before.
///
/// # Errors
/// A fault of the program.
pub(super) async fn look(
    app: &App,
    name: &str,
    texts: Texts,
    beside: Beside,
) -> Result<Arc<Looked>, OpError> {
    let key = rests_on(name, &texts, &beside);
    let name = name.to_owned();
    let find = move || found(&name, &texts, &beside);
    app.proofs.of(key, find).await
}

/// Proposals that are looked at on a page of many: each takes up to a second.
const LOOKED_MOST: usize = 5;

/// The notes of the proposals among versions, in their order: none of the others, `None` of a
/// proposal that was one too many, whose own page has them ([`notes_of_proposal`]).
///
/// # Errors
/// The database's; a fault of the program.
pub async fn notes_of_proposals(
    app: &App,
    versions: &[Version],
) -> Result<Vec<Option<Vec<Complaint>>>, OpError> {
    let mut notes = Vec::new();
    let mut looked_at = 0;
    for version in versions {
        let texts = version.texts.clone();
        let Some(texts) = texts.filter(|_| version.state == ForceState::Proposed) else {
            notes.push(Some(Vec::new()));
            continue;
        };
        looked_at += 1;
        notes.push(match looked_at <= LOOKED_MOST {
            true => Some(notes_of_row(app, &version.row, texts).await?),
            false => None,
        });
    }
    Ok(notes)
}

/// The notes of one version of a document, where it is proposed for an area.
///
/// # Errors
/// The database's; a fault of the program.
pub async fn notes_of_proposal(
    app: &App,
    area: AreaId,
    (name, version): (&str, i64),
    texts: &Texts,
) -> Result<Vec<Complaint>, OpError> {
    let (document, now) = (name.to_owned(), app.world.now_millis());
    let find = move |tx: &ReadTx<'_>| tx.policy_forces(area, &document);
    let mut rows = app.store.read(find).await?.into_iter();
    let proposed =
        rows.find(|row| !row.is_approved() && row.from_at > now && row.version == version);
    match proposed {
        Some(row) => notes_of_row(app, &row, texts.clone()).await,
        None => Ok(Vec::new()),
    }
}

async fn notes_of_row(
    app: &App,
    row: &PolicyForceRow,
    texts: Texts,
) -> Result<Vec<Complaint>, OpError> {
    let proposal = Proposal {
        row: row.clone(),
        document: None,
    };
    let read = move |tx: &ReadTx<'_>| beside(tx, &proposal);
    let beside = app.store.read(read).await?;
    let looked = look(app, &row.document, texts, beside).await?;
    Ok(looked.notes.clone())
}

/// The hash of everything that tells what is found.
fn rests_on(name: &str, texts: &Texts, beside: &Beside) -> [u8; 32] {
    let mut hash = Sha256::new();
    for text in [name, &texts.policy, &texts.cases] {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    }
    beside.hash_into(&mut hash);
    hash.finalize().into()
}

fn found(name: &str, texts: &Texts, beside: &Beside) -> Looked {
    let document = read(&texts.policy).ok();
    let mut looked = Looked {
        notes: document.map_or_else(Vec::new, |one| beside.notes(name, texts, &one)),
        ..Looked::default()
    };
    let checked = check_texts(Path::new(name), texts, || Ok(beside.above.clone()));
    let Err(problems) = checked else {
        return looked;
    };
    looked.problems = problems;
    let Some(answers) = Answers::of(texts, &beside.above) else {
        return looked;
    };
    looked.cases = answers.changed();
    looked.trials = answers.trials();
    let is_case = |one: &Complaint| {
        let about = one.about.as_deref().unwrap_or_default();
        one.code == "P021" && looked.cases.iter().any(|changed| changed.id() == about)
    };
    looked.problems.retain(|one| !is_case(one));
    looked
}
