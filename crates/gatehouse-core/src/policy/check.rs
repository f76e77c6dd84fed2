//! Everything that is wrong with a document and its cases, upon the documents above it: what
//! `policy check`, the console and a second signature ask (POL-4).
//!
//! Pure, and bounded: the size of a document ([`super::read`]), rows and questions of the proof
//! ([`super::proof`]), complaints of one code.

use super::cases::{CaseFile, read_case_file, run_case};
use super::clauses;
use super::compile::{CompileError, compile};
use super::coverage::{Untried, untried};
use super::diagnostic::{Diagnostic, both, few};
use super::document::{DocumentRow, PolicyDocument};
use super::part::{Layers, parts_beside, run_part_case};
use super::proof::{loosened, opposed, prove};
use super::untold::untold;
use crate::gate::Policy;
use crate::gate::compiled::{Effect, Text};
use std::ops::Range;

/// What a complaint is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum File {
    /// `policy.toml`.
    Policy,
    /// `cases.toml`.
    Cases,
    /// How documents go together.
    Folder,
}

/// A complaint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// About which file.
    pub file: File,
    /// Where in it; nowhere in particular where it is about the whole file.
    pub span: Option<Range<usize>>,
    /// Short stable code.
    pub code: &'static str,
    /// What is wrong and what to do.
    pub message: Text,
    /// The row, entry or case that it is about.
    pub about: Option<String>,
    /// Of a gap: who, and which way, by their names in documents.
    pub crossing: Option<[&'static str; 2]>,
}

impl Found {
    fn of(file: File, diagnostic: Diagnostic) -> Found {
        Found {
            file,
            span: Some(diagnostic.span),
            code: diagnostic.code,
            message: diagnostic.message,
            about: None,
            crossing: None,
        }
    }
}

/// A document and its cases as texts.
#[derive(Clone, Copy, Debug)]
pub struct Texts<'a> {
    /// `policy.toml`.
    pub policy: &'a str,
    /// `cases.toml`.
    pub cases: &'a str,
}

/// Whether it replaces rows or entries of documents above it, or leaves to them whom the gate lets
/// through.
pub fn stands_upon_others(document: &PolicyDocument) -> bool {
    let mut entries = document.parts.entries();
    document.rows.iter().any(|row| !row.replaces.is_empty())
        || entries.any(|(entry, _)| !entry.replaces().is_empty())
        || document.is_for_gate() && !grants(document)
}

/// Whether it lets anybody through; a row that is switched off tells as well that it means to.
fn grants(document: &PolicyDocument) -> bool {
    let mut all = document.rows.iter().chain(&document.off);
    all.any(|row| row.effect == Effect::Grant)
}

/// Of documents above one, those upon which it stands: none where it stands by itself.
pub fn upon<'a>(
    document: &PolicyDocument,
    above: &'a [PolicyDocument],
) -> impl Iterator<Item = &'a PolicyDocument> {
    let is_upon = stands_upon_others(document);
    above.iter().filter(move |_| is_upon)
}

/// Everything that is wrong with a document that reads, with those above it; an earlier version of
/// it, of which it takes the place, is none of them.
pub fn check(document: &PolicyDocument, texts: Texts<'_>, above: &[PolicyDocument]) -> Vec<Found> {
    if above.iter().any(|one| one.id == document.id) {
        return apart(CompileError::DoubleDocument(document.id.clone()).to_words());
    }
    let layers: Vec<&PolicyDocument> = upon(document, above).chain([document]).collect();
    let cases = match read_case_file(texts.cases) {
        Ok(cases) => cases,
        Err(found) => {
            let found = found.into_iter();
            return found.map(|one| Found::of(File::Cases, one)).collect();
        }
    };
    let looked_at = Looked {
        document,
        cases: &cases,
        layers: &layers,
    };
    let unknown = clauses::unknown(texts.policy).unwrap_or_default();
    let unknown = unknown.into_iter().map(|one| Found::of(File::Policy, one));
    let mut found: Vec<Found> = unknown.collect();
    let parts = looked_at.parts();
    let is_apart = parts.iter().any(|one| one.code == APART);
    found.extend(parts);
    // One whose rows are all switched off says nothing to anybody: its cases tell so.
    if !is_apart && (document.is_for_gate() || !document.off.is_empty()) {
        found.extend(looked_at.gate());
    }
    few(
        found,
        |one| one.code,
        |one, message| Found {
            message,
            span: None,
            about: None,
            ..one
        },
    )
}

/// What a row or entry of a document does beside one of a document above it, although it hinders
/// nothing: the opposite of the same, where the stricter prevails, or what nobody says any more
/// (POL-2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beside {
    /// The row or entry.
    pub own: String,
    /// The one above.
    pub above: String,
    /// In words, with an example.
    pub message: Text,
}

/// All of these, upper areas first. Nothing where documents do not go together: [`check`] says so.
pub fn beside(document: &PolicyDocument, above: &[PolicyDocument]) -> Vec<Beside> {
    let layers: Vec<&PolicyDocument> = above.iter().chain([document]).collect();
    let parts = parts_beside(&layers).unwrap_or_default().into_iter();
    let parts = parts.map(|one| Beside {
        own: one.own,
        above: one.above,
        message: one.message,
    });
    let at_gate = layers.into_iter().filter(|one| one.is_for_gate());
    let at_gate: Vec<&PolicyDocument> = at_gate.collect();
    let rows = match document.is_for_gate() {
        true => opposed(&at_gate).unwrap_or_default(),
        false => Vec::new(),
    };
    let rows = rows.into_iter().map(|one| Beside {
        own: one.row,
        above: one.above,
        message: one.message,
    });
    rows.chain(parts).collect()
}

/// The same with their places in the document.
pub fn notes(document: &PolicyDocument, above: &[PolicyDocument]) -> Vec<Found> {
    let span = |id: &str| {
        let row = document.rows.iter().find(|row| row.id == id);
        let mut entries = document.parts.entries();
        let entry = entries.find(|(one, _)| one.id() == id);
        row.map(|row| row.span.clone())
            .or_else(|| entry.map(|(_, span)| span.clone()))
    };
    let found = beside(document, above).into_iter().map(|one| Found {
        file: File::Policy,
        span: span(&one.own),
        code: OPPOSED,
        message: one.message,
        about: Some(one.own),
        crossing: None,
    });
    let asked = untold(document).into_iter().map(|one| Found {
        file: File::Policy,
        span: Some(one.span),
        code: UNTOLD,
        message: one.message,
        about: Some(one.row),
        crossing: None,
    });
    found.chain(asked).collect()
}

/// What a document does beside others.
const OPPOSED: &str = "P029";

/// A row that asks for what nobody says at a gate.
const UNTOLD: &str = "P037";

/// Documents that do not go together.
const APART: &str = "P020";

fn apart(message: Text) -> Vec<Found> {
    vec![Found {
        file: File::Folder,
        span: None,
        code: APART,
        message,
        about: None,
        crossing: None,
    }]
}

/// A document that is read, upon the documents above it.
struct Looked<'a> {
    document: &'a PolicyDocument,
    cases: &'a CaseFile,
    layers: &'a [&'a PolicyDocument],
}

impl Looked<'_> {
    fn answered_otherwise(&self, (id, span): (&str, &Range<usize>), message: Text) -> Found {
        Found {
            about: Some(id.to_owned()),
            ..Found::of(File::Cases, Diagnostic::new("P021", span.clone(), message))
        }
    }

    fn untried(&self, id: &str, span: Range<usize>, message: Text) -> Found {
        Found {
            about: Some(id.to_owned()),
            ..Found::of(File::Policy, Diagnostic::new("P022", span, message))
        }
    }

    /// The gate: its cases, the rows that none tries, and what no case can show.
    fn gate(&self) -> Vec<Found> {
        let at_gate = self.layers.iter().copied().filter(|one| one.is_for_gate());
        let layers: Vec<&PolicyDocument> = at_gate.collect();
        let policy = match compile(&layers) {
            Ok(policy) => policy,
            Err(error) => return apart(error.to_words()),
        };
        let cases = &self.cases.gate;
        let mut found: Vec<Found> = cases
            .iter()
            .filter_map(|case| Some((case, run_case(case, &policy).err()?)))
            .map(|(case, message)| self.answered_otherwise((&case.id, &case.span), message))
            .collect();
        let mut rows = untried(cases, &policy);
        rows.retain(|untried| self.row(&untried.row).is_some());
        found.extend(rows.iter().map(|untried| {
            let span = self.row(&untried.row).map_or(0..0, |row| row.span.clone());
            self.untried(&untried.row, span, untried_message(untried))
        }));
        found.extend(self.proved(&layers, &policy));
        found
    }

    fn row(&self, id: &str) -> Option<&DocumentRow> {
        self.document.rows.iter().find(|row| row.id == id)
    }

    /// The parts beyond the gate: their cases, and the entries that none of these names.
    fn parts(&self) -> Vec<Found> {
        let layers = match Layers::new(self.layers) {
            Ok(layers) => layers,
            Err(error) => return apart(error.to_words()),
        };
        let (mut found, mut answers) = (Vec::new(), Vec::new());
        for case in &self.cases.parts {
            match run_part_case(case, &layers) {
                Ok(answer) => answers.push(answer),
                Err(message) => {
                    found.push(self.answered_otherwise((&case.id, &case.span), message));
                }
            }
        }
        let unnamed = self.document.parts.unnamed(&answers);
        found.extend(unnamed.into_iter().map(|(id, span)| {
            let message = both(
                format!("{id}：没有一个例子的答案里有它。请加一个例子。"),
                format!("{id} stands in the answer of no case; add one"),
            );
            self.untried(&id, span, message)
        }));
        found
    }

    /// What no case can show. What only adds to documents above leaves to them who may cross; with
    /// none above that lets anybody through, or with rows of theirs taken out of force, it answers
    /// for everybody.
    fn proved(&self, layers: &[&PolicyDocument], policy: &Policy) -> Vec<Found> {
        let takes_away = self
            .document
            .rows
            .iter()
            .any(|row| !row.replaces.is_empty());
        let is_asked = grants(self.document) || takes_away || !layers.iter().any(|one| grants(one));
        let findings = prove(policy, layers)
            .into_iter()
            .filter(|finding| match &finding.row {
                None => is_asked || finding.code == "P027",
                Some(id) => self.row(id).is_some(),
            });
        let loose = loosened(layers).unwrap_or_default();
        let found = findings.chain(loose).map(|finding| {
            let row = finding.row.as_deref().and_then(|id| self.row(id));
            Found {
                file: File::Policy,
                span: row.map(|row| row.span.clone()),
                code: finding.code,
                message: finding.message,
                about: row.map(|row| row.id.clone()),
                crossing: finding.crossing,
            }
        });
        found.collect()
    }
}

fn untried_message(row: &Untried) -> Text {
    let (zh, en) = match (row.never_decides, row.never_just_fails) {
        (true, true) => (
            "没有一个例子由它决定，也没有一个例子刚好用不上它",
            "decides in no case, and in no case does it just not apply",
        ),
        (true, false) => ("没有一个例子由它决定", "decides in no case"),
        _ => ("没有一个例子刚好用不上它", "just fails to apply in no case"),
    };
    both(
        format!("{}：{zh}。请加一个例子。", row.row),
        format!("{} {en}; add a case", row.row),
    )
}
