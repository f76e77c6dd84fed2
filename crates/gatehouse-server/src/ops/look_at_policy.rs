//! Everything that is found out about the files of a document beside what holds there: what hinders
//! it, which of its cases it answers otherwise, what whoever signs shall know (POL-4).

use super::draft_answers::{Answers, CaseChange};
use super::policy_beside::Beside;
use super::policy_folder::{Complaint, Texts, check_texts};
use crate::app::App;
use crate::error::OpError;
use gatehouse_core::policy::read;
use gatehouse_core::policy::trial::Trial;
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
