//! A policy folder on disk: `policy.toml`, `cases.toml` beside it.

use super::delivered::delivered;
use gatehouse_core::gate::Policy;
use gatehouse_core::gate::compiled::Text;
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::policy::cases::read_case_file;
use gatehouse_core::policy::check::{self, File, Found, stands_upon_others};
use gatehouse_core::policy::difference::{Difference, case_differences, differences};
use gatehouse_core::policy::part::Layers;
use gatehouse_core::policy::{Diagnostic, PolicyDocument, compile, read};
use gatehouse_store::policy::PolicyDocumentRow;
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
    /// About a whole file.
    pub(super) fn of_file(file: PathBuf, code: &'static str, message: Text) -> Complaint {
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

/// What whoever signs shall know of folders beside those named before them; it hinders nothing.
pub fn notes(folders: &[PathBuf]) -> Vec<Complaint> {
    let mut notes = Vec::new();
    for (at, folder) in folders.iter().enumerate().skip(1) {
        let (texts, above) = (read_texts(folder), read_documents(&folders[..at]));
        if let (Ok(texts), Ok(above)) = (texts, above) {
            notes.extend(notes_of(folder, &texts, &above));
        }
    }
    notes
}

/// The same of files that lie elsewhere, upon documents that are read.
pub fn notes_of(folder: &Path, texts: &Texts, above: &[PolicyDocument]) -> Vec<Complaint> {
    let Ok(document) = read(&texts.policy) else {
        return Vec::new();
    };
    let found = check::notes(&document, above).into_iter();
    found.map(|one| found_in(folder, texts, one)).collect()
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

impl Texts {
    /// The files of a version that is kept.
    pub fn kept(row: PolicyDocumentRow) -> Texts {
        Texts {
            policy: row.text,
            cases: row.cases.unwrap_or_default(),
        }
    }

    /// The files that the program brings along, by the name of their folder.
    pub fn delivered(name: &str) -> Option<Texts> {
        delivered(name).map(|one| Texts {
            policy: one.policy.to_owned(),
            cases: one.cases.to_owned(),
        })
    }

    /// What differs in a newer version, in words: the document, and the cases where both have
    /// some. `None` where either cannot be read.
    pub fn differences(&self, newer: &Texts, lang: Lang) -> Option<Vec<Difference>> {
        let [before, after] = [self, newer].map(|texts| read(&texts.policy).ok());
        let mut found = differences(&before?, &after?, lang);
        let [before, after] = [self, newer].map(|texts| read_case_file(&texts.cases).ok());
        if let (Some(before), Some(after)) = (before, after) {
            found.extend(case_differences(&before, &after, lang));
        }
        Some(found)
    }
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
    let above = match above() {
        Ok(above) => above,
        Err(found) if stands_upon_others(&document) => return Err(found),
        Err(_) => Vec::new(),
    };
    let both = check::Texts {
        policy: &texts.policy,
        cases: &texts.cases,
    };
    let found = check::check(&document, both, &above);
    match found.is_empty() {
        true => Ok(document),
        false => Err(found
            .into_iter()
            .map(|one| found_in(folder, texts, one))
            .collect()),
    }
}

/// Why files cannot be read as a document and its cases, as `policy check` tells it.
pub fn unreadable(texts: &Texts) -> Vec<Complaint> {
    let folder = Path::new("");
    let mut found = document_of(folder, &texts.policy).err().unwrap_or_default();
    if let Err(more) = read_case_file(&texts.cases) {
        found.extend(all_of(&folder.join("cases.toml"), &texts.cases, &more));
    }
    found
}

/// What was found, in the files of a folder.
fn found_in(folder: &Path, texts: &Texts, found: Found) -> Complaint {
    let (file, text) = match found.file {
        File::Policy => (folder.join("policy.toml"), &texts.policy),
        File::Cases => (folder.join("cases.toml"), &texts.cases),
        File::Folder => (folder.to_owned(), &texts.policy),
    };
    let complaint = match found.span {
        None => Complaint::of_file(file, found.code, found.message),
        Some(span) => {
            let diagnostic = Diagnostic {
                code: found.code,
                message: found.message,
                span,
            };
            Complaint::of(&file, text, &diagnostic)
        }
    };
    Complaint {
        about: found.about,
        crossing: found.crossing,
        ..complaint
    }
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
