//! A policy folder on disk: `policy.toml`, `cases.toml` beside it.

use gatehouse_core::gate::Policy;
use gatehouse_core::gate::compiled::{Effect, Text};
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::policy::cases::{CaseFile, read_case_file, run_case};
use gatehouse_core::policy::coverage::{Untried, untried};
use gatehouse_core::policy::document::DocumentRow;
use gatehouse_core::policy::part::{Layers, run_part_case};
use gatehouse_core::policy::proof::{loosened, prove};
use gatehouse_core::policy::{Diagnostic, PolicyDocument, compile, read};
use std::ops::Range;
use std::path::{Path, PathBuf};

/// A complaint about a folder, ready to show: where, which code, what.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Complaint {
    /// The file.
    pub file: PathBuf,
    /// Line from 1; 0 where it is about the whole file.
    pub line: usize,
    /// Column from 1; 0 where it is about the whole file.
    pub column: usize,
    /// Short stable code.
    pub code: &'static str,
    /// What is wrong and what to do, in English.
    pub message: String,
    /// The same in Chinese.
    pub message_zh: String,
    /// The row, entry or case that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// Of a gap: kind of subject and way that no row covers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crossing: Option<[&'static str; 2]>,
}

impl Complaint {
    fn of_file(file: PathBuf, code: &'static str, message: Text) -> Complaint {
        Complaint {
            file,
            line: 0,
            column: 0,
            code,
            message: message.en,
            message_zh: message.zh,
            about: None,
            crossing: None,
        }
    }

    /// What is wrong, in a language.
    pub fn words(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.message_zh,
            Lang::En => &self.message,
        }
    }

    /// `file:line:column: code message`; without a place where it is about the whole file.
    pub fn to_line(&self, lang: Lang) -> String {
        let (file, code, words) = (self.file.display(), self.code, self.words(lang));
        match self.line {
            0 => format!("{file}: {code} {words}"),
            line => format!("{file}:{line}:{}: {code} {words}", self.column),
        }
    }

    fn of(file: &Path, source: &str, diagnostic: &Diagnostic) -> Complaint {
        let (line, column) = diagnostic.line_and_column(source);
        Complaint {
            line,
            column,
            ..Complaint::of_file(file.to_owned(), diagnostic.code, diagnostic.message.clone())
        }
    }

    /// The same, about an entry.
    fn about(mut self, about: &str) -> Complaint {
        self.about = Some(about.to_owned());
        self
    }
}

/// Complaints in English, one to a line: for the error of a command that was asked something else.
pub fn in_lines(complaints: &[Complaint]) -> String {
    lines_in(Lang::En, complaints)
}

/// Complaints in a language, one to a line.
pub fn lines_in(lang: Lang, complaints: &[Complaint]) -> String {
    let lines: Vec<String> = complaints.iter().map(|one| one.to_line(lang)).collect();
    lines.join("\n")
}

/// Reads the documents of folders, upper areas first.
pub fn read_documents(folders: &[PathBuf]) -> Result<Vec<PolicyDocument>, Vec<Complaint>> {
    let mut complaints = Vec::new();
    let mut documents = Vec::new();
    for folder in folders {
        match read_document(folder) {
            Ok(document) => documents.push(document),
            Err(more) => complaints.extend(more),
        }
    }
    if complaints.is_empty() {
        Ok(documents)
    } else {
        Err(complaints)
    }
}

/// Reads the documents of folders and makes one policy of those that have a say at the gate;
/// `None` where none has.
pub fn read_policy(folders: &[PathBuf]) -> Result<Option<Policy>, Vec<Complaint>> {
    let documents = read_documents(folders)?;
    let at_gate = documents.iter().filter(|document| document.is_for_gate());
    let references: Vec<&PolicyDocument> = at_gate.collect();
    if references.is_empty() {
        return Ok(None);
    }
    compile(&references).map(Some).map_err(|error| {
        let file = folders.last().cloned().unwrap_or_default();
        vec![Complaint::of_file(file, "P020", error.to_words())]
    })
}

/// Everything that is wrong with folders: the documents themselves, how they go together, cases
/// that are not answered as expected, rows that no case tries.
pub fn check(folders: &[PathBuf]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (at, folder) in folders.iter().enumerate() {
        let found = check_folder(folder, &folders[..at]);
        complaints.extend(found.err().unwrap_or_default());
    }
    if complaints.is_empty() {
        complaints.extend(read_policy(folders).err().unwrap_or_default());
        complaints.extend(together(folders));
    }
    complaints
}

/// Why the parts of documents that are read do not go together.
fn together(folders: &[PathBuf]) -> Option<Complaint> {
    let documents = read_documents(folders).ok()?;
    let references: Vec<&PolicyDocument> = documents.iter().collect();
    let error = Layers::new(&references).err()?;
    let file = folders.last().cloned().unwrap_or_default();
    Some(Complaint::of_file(file, "P020", error.to_words()))
}

/// A document that replaces rows of others is checked upon the folders named before it; any other
/// stands by itself.
fn check_folder(folder: &Path, before: &[PathBuf]) -> Result<(), Vec<Complaint>> {
    check_upon(folder, || read_documents(before)).map(|_| ())
}

/// The two files of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Texts {
    /// `policy.toml`.
    pub policy: String,
    /// `cases.toml`.
    pub cases: String,
}

/// The files of a folder.
///
/// # Errors
/// One that cannot be read.
pub fn read_texts(folder: &Path) -> Result<Texts, Vec<Complaint>> {
    Ok(Texts {
        policy: read_text(&folder.join("policy.toml"))?,
        cases: read_text(&folder.join("cases.toml"))?,
    })
}

/// A folder's document, if nothing is wrong with it and its cases, upon the documents above it
/// where it replaces rows of others.
///
/// # Errors
/// Everything that is wrong.
pub fn check_upon(
    folder: &Path,
    above: impl FnOnce() -> Result<Vec<PolicyDocument>, Vec<Complaint>>,
) -> Result<PolicyDocument, Vec<Complaint>> {
    check_texts(folder, &read_texts(folder)?, above)
}

/// The same of files that lie elsewhere; the folder only names them in complaints.
///
/// # Errors
/// Everything that is wrong.
pub fn check_texts(
    folder: &Path,
    texts: &Texts,
    above: impl FnOnce() -> Result<Vec<PolicyDocument>, Vec<Complaint>>,
) -> Result<PolicyDocument, Vec<Complaint>> {
    let document = document_of(folder, &texts.policy)?;
    let mut above = match stands_upon_others(&document) {
        true => above()?,
        false => Vec::new(),
    };
    // An earlier version of it is what it takes the place of, not what it stands upon.
    above.retain(|one| one.id != document.id);
    let layers: Vec<&PolicyDocument> = above.iter().chain([&document]).collect();
    let file = folder.join("cases.toml");
    let cases =
        read_case_file(&texts.cases).map_err(|found| all_of(&file, &texts.cases, &found))?;
    let looked_at = Folder {
        folder,
        document: (&document, &texts.policy),
        cases: (&cases, &texts.cases),
        layers: &layers,
    };
    let mut complaints = looked_at.check_parts()?;
    // One whose rows are all switched off says nothing to anybody: its cases tell so.
    if document.is_for_gate() || !document.off.is_empty() {
        complaints.extend(looked_at.check_gate()?);
    }
    if complaints.is_empty() {
        Ok(document)
    } else {
        Err(complaints)
    }
}

/// Whether it replaces rows or entries of documents above it.
pub fn stands_upon_others(document: &PolicyDocument) -> bool {
    let mut entries = document.parts.entries();
    document.rows.iter().any(|row| !row.replaces.is_empty())
        || entries.any(|(entry, _)| !entry.replaces().is_empty())
}

fn document_of(folder: &Path, text: &str) -> Result<PolicyDocument, Vec<Complaint>> {
    read(text).map_err(|found| all_of(&folder.join("policy.toml"), text, &found))
}

fn all_of(file: &Path, text: &str, found: &[Diagnostic]) -> Vec<Complaint> {
    found
        .iter()
        .map(|one| Complaint::of(file, text, one))
        .collect()
}

/// A folder that is read, upon the documents above it.
struct Folder<'a> {
    folder: &'a Path,
    document: (&'a PolicyDocument, &'a str),
    cases: (&'a CaseFile, &'a str),
    layers: &'a [&'a PolicyDocument],
}

impl Folder<'_> {
    fn apart(&self, why: Text) -> Vec<Complaint> {
        let file = self.folder.to_owned();
        vec![Complaint::of_file(file, "P020", why)]
    }

    fn answered_otherwise(&self, (id, span): (&str, &Range<usize>), message: Text) -> Complaint {
        let diagnostic = Diagnostic {
            code: "P021",
            message,
            span: span.clone(),
        };
        Complaint::of(&self.folder.join("cases.toml"), self.cases.1, &diagnostic).about(id)
    }

    fn untried(&self, id: &str, span: Range<usize>, message: Text) -> Complaint {
        let diagnostic = Diagnostic {
            code: "P022",
            message,
            span,
        };
        let file = self.folder.join("policy.toml");
        Complaint::of(&file, self.document.1, &diagnostic).about(id)
    }

    /// The gate: its cases, the rows that none tries, and what no case can show.
    fn check_gate(&self) -> Result<Vec<Complaint>, Vec<Complaint>> {
        let at_gate = self.layers.iter().copied().filter(|one| one.is_for_gate());
        let layers: Vec<&PolicyDocument> = at_gate.collect();
        let policy = compile(&layers).map_err(|error| self.apart(error.to_words()))?;
        let cases = &self.cases.0.gate;
        let mut complaints: Vec<Complaint> = cases
            .iter()
            .filter_map(|case| Some((case, run_case(case, &policy).err()?)))
            .map(|(case, message)| self.answered_otherwise((&case.id, &case.span), message))
            .collect();
        let mut rows = untried(cases, &policy);
        rows.retain(|untried| self.row(&untried.row).is_some());
        complaints.extend(rows.iter().map(|untried| {
            let span = self.row(&untried.row).map_or(0..0, |row| row.span.clone());
            self.untried(&untried.row, span, untried_message(untried))
        }));
        let file = self.folder.join("policy.toml");
        complaints.extend(proved(&layers, &policy, self.document, &file));
        Ok(complaints)
    }

    fn row(&self, id: &str) -> Option<&DocumentRow> {
        self.document.0.rows.iter().find(|row| row.id == id)
    }

    /// The parts beyond the gate: their cases, and the entries that none of these names.
    fn check_parts(&self) -> Result<Vec<Complaint>, Vec<Complaint>> {
        let layers = Layers::new(self.layers).map_err(|error| self.apart(error.to_words()))?;
        let mut complaints = Vec::new();
        let mut answers = Vec::new();
        for case in &self.cases.0.parts {
            match run_part_case(case, &layers) {
                Ok(answer) => answers.push(answer),
                Err(message) => {
                    complaints.push(self.answered_otherwise((&case.id, &case.span), message))
                }
            }
        }
        let unnamed = self.document.0.parts.unnamed(&answers);
        complaints.extend(unnamed.into_iter().map(|(id, span)| {
            let message = Text {
                zh: format!("{id}：没有一个例子的答案里有它。请加一个例子。"),
                en: format!("{id} stands in the answer of no case; add one"),
            };
            self.untried(&id, span, message)
        }));
        Ok(complaints)
    }
}

/// What no case can show. What only adds to a document above leaves to it who may cross.
fn proved(
    layers: &[&PolicyDocument],
    policy: &Policy,
    (document, text): (&PolicyDocument, &str),
    file: &Path,
) -> Vec<Complaint> {
    // A row that is switched off tells as well that the document says who may cross.
    let mut all = document.rows.iter().chain(&document.off);
    let has_grants = all.any(|row| row.effect == Effect::Grant);
    let row_of = |id: &str| document.rows.iter().find(|row| row.id == id);
    let findings = prove(policy)
        .into_iter()
        .filter(|finding| match &finding.row {
            None => has_grants,
            Some(id) => row_of(id).is_some(),
        });
    let loose = loosened(layers).unwrap_or_default();
    findings
        .chain(loose)
        .map(|finding| match finding.row.as_deref().and_then(row_of) {
            None => Complaint::of_file(file.to_owned(), finding.code, finding.message),
            Some(row) => {
                let diagnostic = Diagnostic {
                    code: finding.code,
                    message: finding.message,
                    span: row.span.clone(),
                };
                Complaint::of(file, text, &diagnostic).about(&row.id)
            }
        })
        .collect()
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
    Text {
        zh: format!("{}：{zh}。请加一个例子。", row.row),
        en: format!("{} {en}; add a case", row.row),
    }
}

/// A folder's document.
fn read_document(folder: &Path) -> Result<PolicyDocument, Vec<Complaint>> {
    document_of(folder, &read_text(&folder.join("policy.toml"))?)
}

fn read_text(file: &Path) -> Result<String, Vec<Complaint>> {
    std::fs::read_to_string(file).map_err(|error| {
        vec![Complaint::of_file(
            file.to_owned(),
            "P000",
            Text {
                zh: "读不了这个文件。".to_owned(),
                en: format!("cannot be read: {error}"),
            },
        )]
    })
}
