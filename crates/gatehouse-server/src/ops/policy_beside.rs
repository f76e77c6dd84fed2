//! What whoever signs a document shall know of it beside others, although it hinders nothing: where
//! those above say the opposite, where it says the opposite of those below, and which of their
//! cases it answers otherwise (POL-2).

use super::policy_folder::{Complaint, Texts, notes_of};
use super::read_policies::{Proposal, documents_beside, forces_with};
use gatehouse_core::gate::compiled::Text;
use gatehouse_core::policy::PolicyDocument;
use gatehouse_core::policy::check::{self, Texts as Both, stands_upon_others};
use gatehouse_store::policy::PolicyForceRow;
use gatehouse_store::{ReadTx, StoreError};
use sha2::{Digest, Sha256};
use std::path::Path;

/// Places with documents of their own that are looked at.
const PLACES_MOST: usize = 20;
/// Notes about one place.
const NOTES_MOST: usize = 5;
/// Cases that are named.
const NAMED_MOST: usize = 3;

/// The documents beside which one is to hold.
pub struct Beside {
    /// Those with which it goes together, upper areas first; none is an earlier version of it.
    pub above: Vec<PolicyDocument>,
    /// Places below it that have documents of their own.
    below: Vec<Place>,
    /// Whether there are more of these than are looked at.
    has_more: bool,
}

/// What holds at a place once the document does.
struct Place {
    name: String,
    /// Upper areas first; whether it is the place's own.
    documents: Vec<(PolicyDocument, bool)>,
    /// The files of the place's own, by their ids.
    texts: Vec<(String, Texts)>,
}

/// Reads what holds beside a document from a moment on.
///
/// # Errors
/// The database's.
pub(super) fn beside(tx: &ReadTx<'_>, proposal: &Proposal) -> Result<Beside, StoreError> {
    let row = &proposal.row;
    let path = tx.area_path(row.area)?;
    let above = documents_beside(tx, &path, &row.document, row.from_at)?;
    // The place itself is one of them.
    let forces = forces_with(tx, proposal, PLACES_MOST + 2)?;
    let mut below = Vec::new();
    for (area, force) in forces {
        if area.area == row.area {
            continue;
        }
        let (rows, documents): (Vec<_>, Vec<_>) = force.as_written(row.from_at).into_iter().unzip();
        let mut texts = Vec::new();
        for (one, document) in rows.iter().zip(&documents) {
            if one.area == area.area
                && let Some(kept) = tx.policy_document(&one.document, one.version)?
            {
                texts.push((document.id.clone(), Texts::kept(kept)));
            }
        }
        let is_own = |one: &PolicyForceRow| one.area == area.area;
        let own: Vec<bool> = rows.iter().map(is_own).collect();
        below.push(Place {
            name: area.name,
            documents: documents.into_iter().zip(own).collect(),
            texts,
        });
    }
    let has_more = below.len() > PLACES_MOST;
    below.truncate(PLACES_MOST);
    Ok(Beside {
        above,
        below,
        has_more,
    })
}

impl Beside {
    /// Of what cannot be read nothing is known of the places below.
    pub(super) fn above(above: Vec<PolicyDocument>) -> Beside {
        Beside {
            above,
            below: Vec::new(),
            has_more: false,
        }
    }

    /// Adds everything on which its notes rest.
    pub fn hash_into(&self, hash: &mut Sha256) {
        // As written: the notes do not change with what is suspended.
        hash.update(format!("{:?}", self.above));
        for place in &self.below {
            hash.update(format!("{} {:?}", place.name, place.documents));
        }
    }

    /// What whoever signs the document shall know. Computes long: never within a transaction.
    pub fn notes(&self, name: &str, texts: &Texts, document: &PolicyDocument) -> Vec<Complaint> {
        let mut notes = notes_of(Path::new(name), texts, &self.above);
        for place in &self.below {
            notes.extend(place.notes(document));
        }
        if self.has_more {
            notes.push(note(
                "P027",
                Text {
                    zh: format!("下面有自己规则的地方很多，只看了前 {PLACES_MOST} 处。"),
                    en: format!(
                        "many places below have documents of their own; the first {PLACES_MOST} \
                         were looked at"
                    ),
                },
            ));
        }
        notes
    }
}

impl Place {
    /// What a document above does to the place's own.
    fn notes(&self, document: &PolicyDocument) -> Vec<Complaint> {
        let mut notes = Vec::new();
        for (at, (own, _)) in self.documents.iter().enumerate().filter(|(_, one)| one.1) {
            let above = self.documents[..at].iter().map(|(one, _)| one);
            let above: Vec<PolicyDocument> = above.cloned().collect();
            notes.extend(self.opposed(document, own, &above));
            notes.extend(self.answered_otherwise(own, &above));
        }
        notes.truncate(NOTES_MOST);
        notes
    }

    /// What a row or entry of the place's own does beside one of the document.
    fn opposed(
        &self,
        document: &PolicyDocument,
        own: &PolicyDocument,
        above: &[PolicyDocument],
    ) -> Vec<Complaint> {
        let by_it = format!("{}/", document.id);
        let found = check::beside(own, above).into_iter();
        let found = found.filter(|one| one.above.starts_with(&by_it));
        let found = found.map(|one| {
            let Text { zh, en } = one.message;
            let name = &self.name;
            note(
                "P029",
                Text {
                    zh: format!("{name}：{zh}"),
                    en: format!("{name}: {en}"),
                },
            )
        });
        found.collect()
    }

    /// Cases of a document that stands upon those above it, if they are answered otherwise.
    fn answered_otherwise(
        &self,
        own: &PolicyDocument,
        above: &[PolicyDocument],
    ) -> Option<Complaint> {
        let (_, texts) = self.texts.iter().find(|(id, _)| *id == own.id)?;
        if !stands_upon_others(own) {
            return None;
        }
        let both = Both {
            policy: &texts.policy,
            cases: &texts.cases,
        };
        let found = check::check(own, both, above).into_iter();
        let cases: Vec<String> = found
            .filter(|one| one.code == "P021")
            .filter_map(|one| one.about)
            .collect();
        if cases.is_empty() {
            return None;
        }
        let (name, id, many) = (&self.name, &own.id, cases.len());
        let named = cases.iter().take(NAMED_MOST).map(String::as_str);
        let named = named.collect::<Vec<_>>().join(", ");
        Some(note(
            "P021",
            Text {
                zh: format!("{name}的 {id}：有 {many} 个例子会答得不一样，比如 {named}"),
                en: format!("{id} of {name}: {many} cases are answered otherwise, like {named}"),
            },
        ))
    }
}

fn note(code: &'static str, message: Text) -> Complaint {
    Complaint::of_file(Path::new("").to_owned(), code, message)
}
