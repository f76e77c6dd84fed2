//! What a document says beyond the gate, each part typed by the module whose function it feeds.
//!
//! A part is a table `[[name]]` of entries, each with an id, its source clause, and how it stands
//! to documents above and below (POL-2). [`Kind`] names the functions that read them; [`answer`]
//! is what commands, cases and pages ask: JSON in, JSON out. To add a part: its types and function
//! in a module of its own, a file here that reads and checks it, a field of [`Parts`], a [`Kind`].

mod beside;
mod cases;
mod checks;
mod contact;
mod field;
mod instants;
mod keys;
mod layers;
mod lines;
mod measure;
mod observation;
mod question_keys;
mod report;
mod returnee;
mod risk;
mod schema;
mod spot;
mod tables;
mod told;
mod values;
#[cfg(test)]
mod vocabulary_tests;
pub(crate) mod wording;
mod written;

pub use beside::{PartBeside, parts_beside};
pub(crate) use cases::part_case;
pub use cases::{PartCase, answer_part_case, run_part_case};
pub use field::Field;
pub use layers::{LayerError, Layers};
pub use lines::{LINE_BYTES_MOST, Refusal, answer_line, too_long};
pub use measure::{days_kept, measures_in_force, pass_validity};
pub use risk::criteria;
pub use schema::schema;
pub(crate) use told::json_words;
pub use told::{Line, Told, Value, explain_parts, explain_parts_in_force};
pub use written::Written;

use super::diagnostic::{Diagnostic, both};
use super::node::{Node, NodeValue, TableReader};
use super::node_serde::read_as;
use crate::counting::Counting;
use crate::sourced::Entry;
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;
use std::ops::{Deref, Range};
use written::{is_off, without_off};

/// The parts of a document.
#[derive(Clone, Debug, Default)]
pub struct Parts {
    /// How days are counted.
    pub counting: Option<Counting>,
    /// Who comes or comes back.
    pub returnee: Vec<Spanned<crate::returnee::Rule>>,
    /// Plans of observation.
    pub observation: Vec<Spanned<crate::observation::Plan>>,
    /// Somewhere else than a plan says.
    pub elsewhere: Vec<Spanned<crate::observation::Elsewhere>>,
    /// What an exposure makes of somebody.
    pub contact: Vec<Spanned<crate::contact::Rule>>,
    /// How levels of risk are worked out.
    pub grading: Option<crate::grading::Grading>,
    /// The levels of risk.
    pub risk: Vec<Spanned<crate::grading::Criterion>>,
    /// The levels or phases that its measures climb.
    pub stages: Option<crate::measure::Ladder>,
    /// What a level or phase asks to be done.
    pub measure: Vec<Spanned<crate::measure::Measure>>,
    /// Who belongs to teams.
    pub team: Vec<Spanned<crate::staffing::Team>>,
    /// What places must have.
    pub checklist: Vec<Spanned<crate::staffing::Checklist>>,
    /// Reports that are owed.
    pub report: Vec<Spanned<crate::reporting::Report>>,
    /// How long records are kept.
    pub retention: Vec<Spanned<crate::retention::Retention>>,
    /// How long passes hold.
    pub pass: Vec<Spanned<crate::pass::Validity>>,
    /// Which places of a case are spots.
    pub visited: Vec<Spanned<crate::spot::Visited>>,
    /// What is drawn around a case.
    pub drawn: Vec<Spanned<crate::spot::Drawn>>,
    /// When something closed is lifted.
    pub lift: Vec<Spanned<crate::spot::Lift>>,
    /// Other words for rows; they are no answer to anything that is asked.
    pub wording: Vec<Spanned<wording::Wording>>,
    /// All of these as they stand in the text, those that are switched off too.
    pub written: Vec<Written>,
}

/// An entry and where it stands.
#[derive(Clone, Debug)]
pub struct Spanned<T> {
    /// Its place in the text.
    pub span: Range<usize>,
    /// The entry.
    pub entry: T,
}

impl<T> Deref for Spanned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.entry
    }
}

impl Parts {
    /// Whether a document says nothing beyond the gate.
    pub fn is_empty(&self) -> bool {
        self.entries().next().is_none() && self.wording.is_empty()
    }

    /// Every entry of every part, with its place.
    pub fn entries(&self) -> impl Iterator<Item = (&dyn Entry, &Range<usize>)> {
        fn of<T: Entry>(part: &[Spanned<T>]) -> impl Iterator<Item = (&dyn Entry, &Range<usize>)> {
            part.iter().map(|one| (&one.entry as &dyn Entry, &one.span))
        }
        of(&self.returnee)
            .chain(of(&self.observation))
            .chain(of(&self.elsewhere))
            .chain(of(&self.contact))
            .chain(of(&self.risk))
            .chain(of(&self.measure))
            .chain(of(&self.team))
            .chain(of(&self.checklist))
            .chain(of(&self.report))
            .chain(of(&self.retention))
            .chain(of(&self.pass))
            .chain(of(&self.visited))
            .chain(of(&self.drawn))
            .chain(of(&self.lift))
    }
}

impl Parts {
    /// Entries whose id stands nowhere in the answers of cases, with their places.
    pub fn unnamed(&self, answers: &[serde_json::Value]) -> Vec<(String, Range<usize>)> {
        let mut named = BTreeSet::new();
        answers.iter().for_each(|answer| texts(answer, &mut named));
        // What speaks of the plans of any document needs another document to be seen.
        let elsewhere = self.elsewhere.iter().filter(|one| one.plans.is_empty());
        named.extend(elsewhere.map(|one| one.id.as_str()));
        let unnamed = self
            .entries()
            .filter(|(entry, _)| !named.contains(entry.id()));
        unnamed
            .map(|(entry, span)| (entry.id().to_owned(), span.clone()))
            .collect()
    }
}

/// Every text and name of a JSON value.
fn texts<'a>(value: &'a serde_json::Value, found: &mut BTreeSet<&'a str>) {
    use serde_json::Value as Json;
    match value {
        Json::String(text) => {
            found.insert(text);
        }
        Json::Array(list) => list.iter().for_each(|one| texts(one, found)),
        Json::Object(fields) => fields.iter().for_each(|(name, one)| {
            found.insert(name);
            texts(one, found);
        }),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

/// What can be asked of the parts of documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A person's stays → the observation that is proposed.
    Propose,
    /// An order → its days, visits, tests, release.
    Plan,
    /// A person's exposures → what they are to a case.
    Classify,
    /// Cases of a window → the level of risk.
    Grade,
    /// A level or phase → what is to be done.
    Measures,
    /// A moment → the reports that are owed.
    Due,
    /// A case's stays and closed places → spots, what is drawn, what may be lifted.
    Zones,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 7] = [
        Kind::Propose,
        Kind::Plan,
        Kind::Classify,
        Kind::Grade,
        Kind::Measures,
        Kind::Due,
        Kind::Zones,
    ];

    /// As commands and cases name it.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Propose => "propose",
            Kind::Plan => "plan",
            Kind::Classify => "classify",
            Kind::Grade => "grade",
            Kind::Measures => "measures",
            Kind::Due => "due",
            Kind::Zones => "zones",
        }
    }

    /// The kind of this name.
    pub fn named(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Answers one question: JSON in, JSON out.
///
/// # Errors
/// A question that is no JSON, not in the form of its kind, or about what no document says.
pub fn answer(
    kind: Kind,
    layers: &Layers<'_>,
    question: &[u8],
) -> Result<serde_json::Value, Refusal> {
    match kind {
        Kind::Propose => returnee::answer(layers, question),
        Kind::Plan => observation::answer(layers, question),
        Kind::Classify => contact::answer(layers, question),
        Kind::Grade => risk::answer(layers, question),
        Kind::Measures => measure::answer(layers, question),
        Kind::Due => report::answer(layers, question),
        Kind::Zones => spot::answer(layers, question),
    }
}

/// Reads the parts of a document and complains about what is wrong with them.
pub(crate) fn read_parts(reader: &mut TableReader<'_>, prefix: &str) -> Parts {
    let written = &mut Vec::new();
    let mut parts = Parts {
        written: Vec::new(),
        counting: table(reader, "counting", written),
        returnee: entries(reader, "returnee", prefix, written),
        observation: entries(reader, "observation", prefix, written),
        elsewhere: entries(reader, "elsewhere", prefix, written),
        contact: entries(reader, "contact", prefix, written),
        grading: table(reader, "grading", written),
        risk: entries(reader, "risk", prefix, written),
        stages: table(reader, "stages", written),
        measure: entries(reader, "measure", prefix, written),
        team: entries(reader, "team", prefix, written),
        checklist: entries(reader, "checklist", prefix, written),
        report: entries(reader, "report", prefix, written),
        retention: entries(reader, "retention", prefix, written),
        pass: entries(reader, "pass", prefix, written),
        visited: entries(reader, "visited", prefix, written),
        drawn: entries(reader, "drawn", prefix, written),
        lift: entries(reader, "lift", prefix, written),
        wording: entries(reader, "wording", prefix, written),
    };
    parts.written = std::mem::take(written);
    for complaint in checks::complaints(&parts) {
        reader.complaints.push(complaint);
    }
    parts
}

/// A table that is there once.
fn table<T: DeserializeOwned>(
    reader: &mut TableReader<'_>,
    key: &'static str,
    written: &mut Vec<Written>,
) -> Option<T> {
    let node = reader.optional(key)?;
    written.push(Written::new(key, node));
    read_or_complain(reader.complaints, node)
}

/// A table of entries.
fn entries<T: DeserializeOwned + Entry>(
    reader: &mut TableReader<'_>,
    key: &'static str,
    prefix: &str,
    written: &mut Vec<Written>,
) -> Vec<Spanned<T>> {
    let list = match reader.optional(key) {
        None => return Vec::new(),
        Some(Node {
            value: NodeValue::List(list),
            ..
        }) => list,
        Some(node) => {
            reader.complain_about_tables(key, node.span.clone());
            return Vec::new();
        }
    };
    let mut entries: Vec<Spanned<T>> = Vec::new();
    let mut ids = BTreeSet::new();
    for node in list {
        written.push(Written::new(key, node));
        complain_about_off(reader, node);
        // One that is off is read as the others are: whoever switches it on finds it whole.
        let Some(entry) = read_or_complain::<T>(reader.complaints, &without_off(node)) else {
            continue;
        };
        let span = node.span.clone();
        let id = entry.id();
        let rest = id
            .strip_prefix(prefix)
            .and_then(|rest| rest.strip_prefix('/'));
        if rest.is_none_or(str::is_empty) {
            let message = both(
                format!("编号要以 `{prefix}/` 开头。"),
                format!("the id of an entry starts with `{prefix}/`"),
            );
            reader.complain("P014", span.clone(), message);
        }
        if !ids.insert(id.to_owned()) {
            let message = both(
                format!("`{key}` 里有两条都叫 `{id}`。"),
                format!("two entries of `{key}` are called `{id}`"),
            );
            reader.complain("P011", span.clone(), message);
        }
        if !is_off(node) {
            entries.push(Spanned { span, entry });
        }
    }
    entries
}

fn complain_about_off(reader: &mut TableReader<'_>, node: &Node) {
    if let Some(off) = node.field("off")
        && !matches!(off.value, NodeValue::Flag(_))
    {
        let message = both("`off` 要写 true 或 false。", "`off` is true or false");
        reader.complain("P005", off.span.clone(), message);
    }
}

fn read_or_complain<T: DeserializeOwned>(
    complaints: &mut Vec<Diagnostic>,
    node: &Node,
) -> Option<T> {
    match read_as(node) {
        Ok(read) => Some(read),
        Err(complaint) => {
            complaints.push(complaint);
            None
        }
    }
}
