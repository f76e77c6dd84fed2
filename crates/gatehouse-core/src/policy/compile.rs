//! One effective policy out of all documents in force at a place (POL-2, design §2 "Several
//! documents").
//!
//! Documents come upper areas first. A document adds rows; it takes a row from above out of force
//! only where that row lets it. Every fact that a condition looks at becomes a reading, cut at the
//! boundaries that any row uses.

use super::condition::{Condition, Want};
use super::diagnostic::both;
use super::document::{Below, DocumentRow, LOCAL_CHOICE, Parameter, PolicyDocument};
use super::part::wording::{of_no_row, said};
use super::zones::zone_rows;
use crate::gate::compiled::{
    COMPILED_VERSION, CompiledError, CompiledPolicy, DocumentName, Effect, Policy, READINGS_MOST,
    Row, Test, Text,
};
use crate::gate::decide::{COMING_HOME, UNDER_ORDER};
use crate::gate::fact::Fact;
use crate::gate::reading::{CUTS_MOST, Lens, NOT_APPLICABLE, Reading, accept_flag, accept_range};

/// Why documents cannot be made one policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CompileError {
    /// A document replaces a row that no document above has.
    NoSuchRow {
        /// The document.
        document: String,
        /// The row it names.
        row: String,
    },
    /// A document replaces a row that does not let it.
    MayNotReplace {
        /// The document.
        document: String,
        /// The row it names.
        row: String,
    },
    /// A document has words for a row that neither it nor a document above has.
    WordsForNoRow {
        /// The entry with the words.
        wording: String,
        /// The row it names.
        row: String,
    },
    /// Two documents have one id.
    DoubleDocument(String),
    /// More distinct readings or boundaries than one policy may have.
    TooMany,
    /// The result does not hold together (a mistake of ours).
    Inconsistent(CompiledError),
}

impl CompileError {
    /// In both languages.
    pub fn to_words(&self) -> Text {
        match self {
            CompileError::NoSuchRow { document, row } => both(
                format!("{document} 代替 {row}，可是上级的规则文件里没有这一条。"),
                format!("{document} replaces {row}, but no document above has that row"),
            ),
            CompileError::MayNotReplace { document, row } => both(
                format!("{document} 代替 {row}，可是那一条没有写下级可以怎样（`below`）。"),
                format!(
                    "{document} replaces {row}, but that row says nothing of what may lie below it"
                ),
            ),
            CompileError::WordsForNoRow { wording, row } => both(
                format!("{wording} 改了 {row} 的话，可是没有这一条规则。"),
                format!("{wording} has words for {row}, but there is no such row"),
            ),
            CompileError::DoubleDocument(id) => both(
                format!("有两份规则文件都叫 {id}。"),
                format!("two documents are called {id}"),
            ),
            CompileError::TooMany => both(
                format!("条件太多：最多 {READINGS_MOST} 种，一种最多 {CUTS_MOST} 个界限。"),
                format!("more than {READINGS_MOST} readings or {CUTS_MOST} limits of one fact"),
            ),
            CompileError::Inconsistent(error) => {
                both("规则太多或者太长，合不成一份。", error.to_string())
            }
        }
    }
}

impl std::fmt::Display for CompileError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.to_words().en)
    }
}

impl std::error::Error for CompileError {}

/// Compiles the documents in force at one place, upper areas first. That a row which "may tighten"
/// is not loosened is shown by [`super::proof::loosened`], before a document comes into force.
///
/// # Errors
/// Documents that do not go together.
pub fn compile(documents: &[&PolicyDocument]) -> Result<Policy, CompileError> {
    compile_rows(documents, &rows_in_force(documents)?)
}

/// All rows of all documents beside one another, replaced ones too: to compare them.
pub(crate) fn compile_all_rows(documents: &[&PolicyDocument]) -> Result<Policy, CompileError> {
    let rows = documents.iter().enumerate();
    let rows = rows.flat_map(|(at, document)| document.rows.iter().map(move |row| (at as u8, row)));
    compile_rows(documents, &rows.collect::<Vec<_>>())
}

fn compile_rows(
    documents: &[&PolicyDocument],
    rows: &[(u8, &DocumentRow)],
) -> Result<Policy, CompileError> {
    for (at, document) in documents.iter().enumerate() {
        if documents[..at].iter().any(|other| other.id == document.id) {
            return Err(CompileError::DoubleDocument(document.id.clone()));
        }
    }
    if let Some((wording, row)) = of_no_row(documents) {
        return Err(CompileError::WordsForNoRow { wording, row });
    }
    let mut built_in = built_in_rows();
    let mut readings = Readings::default();
    let exception = coming_home();
    let conditions = rows.iter().flat_map(|(_, row)| row_conditions(row));
    for condition in conditions
        .chain(built_in.iter().flat_map(row_conditions))
        .chain(&exception)
    {
        readings.take(condition)?;
    }
    let mut compiled: Vec<Row> = built_in
        .drain(..)
        .map(|row| compile_row(&row, None, &readings, &[]))
        .collect();
    compiled.extend(rows.iter().map(|(at, row)| Row {
        say: said(documents, row).cloned(),
        ..compile_row(row, Some(*at), &readings, &exception)
    }));
    let policy = CompiledPolicy {
        version: COMPILED_VERSION,
        documents: documents.iter().map(|document| name(document)).collect(),
        readings: readings.0,
        rows: compiled,
        rest_minutes: parameter_in_force(documents.iter().copied(), "rest_minutes")
            .map_or(15, |rest| rest.value as u16),
        offsets: vec![(
            0,
            documents
                .last()
                .map_or(480, |d| d.force.from.value.offset_minutes),
        )],
    };
    Policy::new(policy).map_err(CompileError::Inconsistent)
}

fn name(document: &PolicyDocument) -> DocumentName {
    DocumentName {
        id: document.id.clone(),
        version: document.version,
        title: document.title.clone(),
    }
}

/// The value of a parameter that counts for the whole place, upper documents first (POL-2): what a
/// clause says holds below it too, since nothing declares that it may be changed; where none says
/// anything, the local choice nearest to the place.
pub fn parameter_in_force<'a>(
    documents: impl IntoIterator<Item = &'a PolicyDocument>,
    name: &str,
) -> Option<&'a Parameter> {
    let set = documents
        .into_iter()
        .filter_map(|one| one.parameters.get(name));
    let mut found = None;
    for one in set {
        if one.source != LOCAL_CHOICE {
            return Some(one);
        }
        found = Some(one);
    }
    found
}

fn rows_in_force<'a>(
    documents: &[&'a PolicyDocument],
) -> Result<Vec<(u8, &'a DocumentRow)>, CompileError> {
    let mut rows: Vec<(u8, &DocumentRow)> = Vec::new();
    for (at, document) in documents.iter().enumerate() {
        for replaced in document.rows.iter().flat_map(|row| &row.replaces) {
            let (document, row) = (document.id.clone(), replaced.clone());
            let Some(position) = rows.iter().position(|(_, row)| row.id == *replaced) else {
                return Err(CompileError::NoSuchRow { document, row });
            };
            if rows[position].1.below == Below::Keep {
                return Err(CompileError::MayNotReplace { document, row });
            }
            rows.remove(position);
        }
        rows.extend(document.rows.iter().map(|row| (at as u8, row)));
    }
    // What a suspended row took the place of stays out of force, so they go only now.
    rows.retain(|(_, row)| !row.is_suspended || row.effect == Effect::Grant);
    Ok(rows)
}

fn row_conditions(row: &DocumentRow) -> impl Iterator<Item = &Condition> {
    row.all
        .iter()
        .chain(row.unless.iter().flatten())
        .chain(&row.needs)
}

/// A registered resident under no order who comes home (GATE-15): no bar of any document reaches
/// them.
fn coming_home() -> Vec<Condition> {
    vec![
        condition(Fact::RegisteredResident, Want::Flag(true)),
        condition(Fact::Way, Want::OneOf(1)),
        condition(Fact::Order, Want::OneOf(1)),
        condition(Fact::Zone, Want::OneOf(1)),
    ]
}

pub(super) fn condition(fact: Fact, want: Want) -> Condition {
    Condition {
        fact,
        lens: Lens::Whole { cuts: Vec::new() },
        want,
        span: 0..0,
    }
}

/// A row that nobody can replace.
pub(super) fn built_in_row(
    id: &str,
    effect: Effect,
    source: &str,
    all: Vec<Condition>,
    zh: &str,
    en: &str,
) -> DocumentRow {
    DocumentRow {
        id: id.to_owned(),
        span: 0..0,
        effect,
        source: source.to_owned(),
        all,
        unless: Vec::new(),
        needs: Vec::new(),
        duties: Vec::new(),
        say: Some(Text {
            zh: zh.to_owned(),
            en: en.to_owned(),
        }),
        post: None,
        below: Below::Keep,
        replaces: Vec::new(),
        is_suspended: false,
    }
}

/// The rows that nobody can replace.
fn built_in_rows() -> Vec<DocumentRow> {
    let mut rows = vec![
        built_in_row(
            UNDER_ORDER,
            Effect::Refer,
            "GATE-9",
            vec![condition(Fact::Order, Want::OneOf(2))],
            "念：请您稍等，我请值班长来。{phone}",
            "Say: one moment, I am calling the shift lead. {phone}",
        ),
        built_in_row(
            COMING_HOME,
            Effect::Grant,
            "GATE-15",
            coming_home(),
            "住户回家。先登记，可以进，证以后补。",
            "A resident coming home. Register, let through; the pass can follow.",
        ),
    ];
    rows.extend(zone_rows());
    rows
}

/// The readings of a policy, each with the cuts that any condition needs.
#[derive(Default)]
struct Readings(Vec<Reading>);

impl Readings {
    fn take(&mut self, condition: &Condition) -> Result<(), CompileError> {
        let at = self.find(condition).unwrap_or_else(|| {
            let fact = condition.fact.spec().number;
            self.0.push(Reading {
                fact,
                lens: condition.lens.clone(),
            });
            self.0.len() - 1
        });
        if let Lens::Whole { cuts } | Lens::OutingCount { cuts, .. } = &mut self.0[at].lens {
            cuts.extend(boundaries(&condition.want));
            cuts.sort_unstable();
            cuts.dedup();
            if cuts.len() > CUTS_MOST {
                return Err(CompileError::TooMany);
            }
        }
        if self.0.len() > READINGS_MOST {
            Err(CompileError::TooMany)
        } else {
            Ok(())
        }
    }

    fn find(&self, condition: &Condition) -> Option<usize> {
        self.0.iter().position(|reading| {
            reading.fact == condition.fact.spec().number
                && without_cuts(&reading.lens) == without_cuts(&condition.lens)
        })
    }

    fn test(&self, condition: &Condition) -> Test {
        let at = self
            .find(condition)
            .expect("every condition was taken before");
        Test {
            reading: at as u8,
            accept: accepted(condition, &self.0[at]),
        }
    }
}

fn without_cuts(lens: &Lens) -> Lens {
    let mut bare = lens.clone();
    if let Lens::Whole { cuts } | Lens::OutingCount { cuts, .. } = &mut bare {
        cuts.clear();
    }
    bare
}

fn boundaries(want: &Want) -> Vec<i64> {
    match want {
        Want::Range(least, most) => least
            .iter()
            .copied()
            .chain(most.map(|most| most + 1))
            .collect(),
        Want::Clock(from, to) => vec![i64::from(*from), i64::from(*to)],
        Want::Flag(_) | Want::OneOf(_) | Want::NotApplicable => Vec::new(),
    }
}

fn accepted(condition: &Condition, reading: &Reading) -> u64 {
    let cuts: &[i64] = match &reading.lens {
        Lens::Whole { cuts } | Lens::OutingCount { cuts, .. } => cuts,
        _ => &[],
    };
    match condition.want {
        Want::Flag(wanted) => accept_flag(wanted),
        Want::OneOf(positions) => u64::from(positions) << 1,
        Want::Range(least, most) => accept_range(least, most, cuts),
        Want::Clock(from, to) => {
            let (from, to) = (i64::from(from), i64::from(to));
            if from < to {
                accept_range(Some(from), Some(to - 1), cuts)
            } else {
                accept_range(Some(from), None, cuts) | accept_range(None, Some(to - 1), cuts)
            }
        }
        Want::NotApplicable => NOT_APPLICABLE,
    }
}

fn compile_row(
    row: &DocumentRow,
    document: Option<u8>,
    readings: &Readings,
    coming_home: &[Condition],
) -> Row {
    let tests = |conditions: &[Condition]| -> Vec<Test> {
        conditions
            .iter()
            .map(|condition| readings.test(condition))
            .collect()
    };
    let mut unless: Vec<Vec<Test>> = row.unless.iter().map(|group| tests(group)).collect();
    // An exception of no condition would always hold.
    if row.effect == Effect::Bar && !coming_home.is_empty() {
        unless.push(tests(coming_home));
    }
    Row {
        id: row.id.clone(),
        effect: row.effect,
        document,
        source: row.source.clone(),
        all: tests(&row.all),
        unless,
        needs: tests(&row.needs),
        duties: row.duties.clone(),
        say: row.say.clone(),
    }
}
