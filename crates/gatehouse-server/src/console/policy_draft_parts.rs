//! The parts of a draft as fields: every number, day and time of every entry with its unit and its
//! clause, and each entry on or off; and the changes that these fields ask for.

use crate::console::policy_draft_form::{Typed, not_taken};
use crate::console::policy_draft_view::is_local;
use crate::console::policy_row_form::source_of;
use crate::error::OpError;
use crate::ops::draft_edit::{Edit, PartPlace};
use crate::ops::policy_folder::Complaint;
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::policy::PolicyDocument;
use gatehouse_core::policy::document::LOCAL_CHOICE;
use gatehouse_core::policy::explain::source_words;
use gatehouse_core::policy::part::{Field, Told, Value, explain_parts};

/// The entries of a table.
pub struct PartTable {
    /// What the table is called.
    pub words: &'static str,
    /// How many entries it has.
    pub count: String,
    /// Whether one of them must be seen.
    pub is_open: bool,
    /// Its entries.
    pub entries: Vec<EntryFields>,
}

/// An entry as fields.
pub struct EntryFields {
    /// Its id; empty for a table that is there once, which cannot be off.
    pub id: String,
    /// The name of the field that says whether it is off.
    pub off_name: String,
    /// It is off, or would be.
    pub is_off: bool,
    /// What it is called, or what is to be done.
    pub title: String,
    /// What no field changes: what it is of, and what it says.
    pub rest: Vec<(String, String)>,
    /// Its fields by their clauses.
    pub clauses: Vec<ClauseFields>,
    /// What is wrong with it.
    pub problems: Vec<String>,
}

/// Fields of one clause.
pub struct ClauseFields {
    /// The values.
    pub fields: Vec<PartField>,
    /// The name of the field that holds the clause; empty where it has none.
    pub name: String,
    /// The clause, in words or as it was typed.
    pub source: String,
    /// Whether it is none.
    pub is_local: bool,
}

/// A value as a field.
pub struct PartField {
    /// Its name.
    pub name: String,
    /// What it is of.
    pub words: String,
    /// As it was typed, or as it is.
    pub value: String,
    /// Its unit.
    pub unit: &'static str,
    /// Whether it takes a number alone.
    pub is_number: bool,
    /// What was typed is not of its shape.
    pub is_wrong: bool,
}

/// The name of a field of an entry.
fn field_name(what: &str, told: &Told, path: &str) -> String {
    format!("{what}:{}:{}:{path}", told.table, told.id)
}

fn place(told: &Told, path: &str) -> PartPlace {
    PartPlace {
        table: told.table,
        id: told.id.clone(),
        path: path.to_owned(),
    }
}

/// Values that a field can hold, by the place of their clause, in the order of the document.
fn by_clause(told: &Told) -> Vec<(&Value, Vec<(&Value, &Field)>)> {
    let mut clauses: Vec<(&Value, Vec<(&Value, &Field)>)> = Vec::new();
    for value in &told.values {
        let Some(field) = &value.field else { continue };
        let same = |one: &&mut (&Value, _)| one.0.source_path == value.source_path;
        match clauses.iter_mut().find(same) {
            Some((_, fields)) => fields.push((value, field)),
            None => clauses.push((value, vec![(value, field)])),
        }
    }
    clauses
}

/// The tables of a document as fields, with what was typed.
pub fn tables(
    document: &PolicyDocument,
    problems: &[Complaint],
    typed: &Typed,
    lang: Lang,
) -> Vec<PartTable> {
    let mut tables: Vec<(&'static str, PartTable)> = Vec::new();
    for told in explain_parts(document, lang) {
        let fields = entry(&told, problems, typed, lang);
        match tables.last_mut().filter(|(name, _)| *name == told.table) {
            Some((_, table)) => table.entries.push(fields),
            None => tables.push((
                told.table,
                PartTable {
                    words: told.part,
                    count: String::new(),
                    is_open: false,
                    entries: vec![fields],
                },
            )),
        }
    }
    let all = tables.into_iter().map(|(_, table)| PartTable {
        count: table.entries.len().to_string(),
        is_open: table.entries.iter().any(is_marked),
        ..table
    });
    all.collect()
}

/// Whether somebody has to see it.
fn is_marked(entry: &EntryFields) -> bool {
    let mut fields = entry.clauses.iter().flat_map(|clause| &clause.fields);
    !entry.problems.is_empty() || fields.any(|field| field.is_wrong)
}

fn entry(told: &Told, problems: &[Complaint], typed: &Typed, lang: Lang) -> EntryFields {
    let clauses = by_clause(told).into_iter().map(|(first, fields)| {
        let name = match first.source_path.is_empty() {
            true => String::new(),
            false => field_name("s", told, &first.source_path),
        };
        let kept = source_words(&first.source, lang);
        ClauseFields {
            source: typed.get(&name).map_or(kept, str::to_owned),
            is_local: is_local(&first.source),
            fields: fields
                .into_iter()
                .map(|(value, field)| part_field(told, value, field, typed))
                .collect(),
            name,
        }
    });
    let off_name = field_name("off", told, "");
    let about = |one: &&Complaint| one.about.as_deref() == Some(&told.id);
    EntryFields {
        is_off: typed
            .get(&off_name)
            .map_or(told.is_off, |text| text == "true"),
        off_name,
        title: told.title.clone(),
        rest: told.fixed(lang),
        clauses: clauses.collect(),
        problems: problems
            .iter()
            .filter(about)
            .map(|one| one.words(lang).to_owned())
            .collect(),
        id: told.id.clone(),
    }
}

fn part_field(told: &Told, value: &Value, field: &Field, typed: &Typed) -> PartField {
    let name = field_name("v", told, &value.path);
    let text = typed.get(&name);
    PartField {
        words: value.label.clone(),
        is_wrong: text.is_some_and(|text| field.typed(text).is_none()),
        value: text.map_or_else(|| field.to_text(), str::to_owned),
        unit: value.unit,
        is_number: matches!(field, Field::Number(_)),
        name,
    }
}

/// What differs between the fields and the parts of a document.
///
/// # Errors
/// [`OpError::NotTaken`] for what is not of the shape of its field (`D-VALUE`).
pub fn part_edits(typed: &Typed, document: &PolicyDocument) -> Result<Vec<Edit>, OpError> {
    let mut edits = Vec::new();
    for told in explain_parts(document, Lang::Zh) {
        for (first, fields) in by_clause(&told) {
            let count = fields.len();
            let mut is_new = false;
            for (value, field) in fields {
                let Some(text) = typed.get(&field_name("v", &told, &value.path)) else {
                    continue;
                };
                let new = field.typed(text).ok_or(not_taken("D-VALUE"))?;
                if new != *field {
                    is_new = true;
                    edits.push(Edit::Value(place(&told, &value.path), new));
                }
            }
            let is_alone = count == 1 && stands_beside(first);
            if let Some(source) = new_source(typed, &told, first, (is_new, is_alone)) {
                edits.push(Edit::Source(place(&told, &first.source_path), source));
            }
        }
        let off = typed.get(&field_name("off", &told, ""));
        if let Some(is_off) = off
            .map(|text| text == "true")
            .filter(|_| !told.id.is_empty())
            && is_off != told.is_off
        {
            edits.push(Edit::Entry(place(&told, ""), is_off));
        }
    }
    Ok(edits)
}

/// Whether the clause of a value says nothing but that value.
fn stands_beside(value: &Value) -> bool {
    let holder = |path: &str| path.rsplit_once('.').map(|(holder, _)| holder.to_owned());
    value.path.ends_with(".value") && holder(&value.path) == holder(&value.source_path)
}

/// The clause of values that changed, or that somebody has changed; `None` where neither did. A
/// value that changes while its clause does not is a local choice from then on (POL-5): beside the
/// clause, where that says more than the value.
fn new_source(
    typed: &Typed,
    told: &Told,
    first: &Value,
    (is_new, is_alone): (bool, bool),
) -> Option<String> {
    if first.source_path.is_empty() {
        return None;
    }
    let kept = &first.source;
    let name = field_name("s", told, &first.source_path);
    let source = source_of(typed.get(&name).unwrap_or(kept));
    match (is_new, source == *kept) {
        (false, true) => None,
        (true, true) if is_local(kept) => None,
        (true, true) if is_alone => Some(LOCAL_CHOICE.to_owned()),
        (true, true) => Some(format!("{kept}, {LOCAL_CHOICE}")),
        (_, false) => Some(source),
    }
}
