//! The parts of a document in words: each key of each entry, with its clause (POL-3).

use super::Layers;
use super::field::Field;
use super::instants::{instant_words, year_of};
use super::keys::{OTHER, key_words, table_words, unit};
use super::question_keys::question_words;
use super::values::{any_value_words, value_words};
use super::written::Written;
use crate::gate::fact::{Words, words};
use crate::gate::wording::Lang;
use crate::policy::difference::with_source;
use crate::policy::document::PolicyDocument;
use crate::policy::explain::source_words;
use crate::policy::node::{Node, NodeValue};

/// A table or entry in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Its table, as documents name it.
    pub table: &'static str,
    /// What the table is called.
    pub part: &'static str,
    /// Its id; empty for a table that is there once.
    pub id: String,
    /// What it is called, or what is to be done; empty where it has no sentence of its own.
    pub title: String,
    /// What it says: one line for each thing in it.
    pub lines: Vec<Line>,
    /// The clause, in words; empty where each value names its own.
    pub source: String,
    /// As it is written.
    pub written_source: String,
    /// Written, and without any effect.
    pub is_off: bool,
    /// Every value by itself.
    pub values: Vec<Value>,
}

/// Values of an entry that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// In words.
    pub text: String,
    /// The clause where it is not that of the entry.
    pub source: String,
    /// As it is written.
    pub written_source: String,
}

/// One value of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// Where it stands, keys and places in lists parted by dots: `stage.0.days.value`.
    pub path: String,
    /// What it is of, in words.
    pub label: String,
    /// In words, with its unit.
    pub text: String,
    /// The same in the other language, where it is a text of the document.
    pub other: Option<String>,
    /// As a field of a form holds it, where one can.
    pub field: Option<Field>,
    /// The unit of the number.
    pub unit: &'static str,
    /// The clause that it names, as it is written; that of what holds it where it names none.
    pub source: String,
    /// Where that clause stands; empty where nothing above the value names one.
    pub source_path: String,
    /// The words of what it stands in; values of one holder make a line.
    holder: String,
}

impl Told {
    /// All of it in one line, but for its table and id.
    pub fn whole(&self, lang: Lang) -> String {
        let lines = self.lines.iter();
        let lines = lines.map(|line| with_source(&line.text, &line.source, lang));
        let title = Some(self.title.clone()).filter(|title| !title.is_empty());
        let whole: Vec<String> = title.into_iter().chain(lines).collect();
        whole.join(match lang {
            Lang::Zh => "；",
            Lang::En => "; ",
        })
    }
}

impl Told {
    /// What no field of a form changes, but for its title: what it is of, and what it says; values
    /// of one holder together.
    pub fn fixed(&self, lang: Lang) -> Vec<(String, String)> {
        let [colon, semicolon] = marks(lang);
        let mut fixed: Vec<(String, String)> = Vec::new();
        let is_title = |value: &&Value| value.other.is_some() && value.text == self.title;
        let values = self.values.iter().filter(|value| value.field.is_none());
        for value in values.filter(|value| !is_title(value)) {
            if value.holder.is_empty() {
                fixed.push((value.label.clone(), value.text.clone()));
                continue;
            }
            let said = match value.own_label() {
                "" => value.text.clone(),
                label => format!("{label}{colon}{}", value.text),
            };
            match fixed.last_mut() {
                Some((holder, line)) if *holder == value.holder => {
                    line.push_str(semicolon);
                    line.push_str(&said);
                }
                _ => fixed.push((value.holder.clone(), said)),
            }
        }
        fixed
    }
}

impl Value {
    /// What it is of within what it stands in.
    fn own_label(&self) -> &str {
        match self.label.strip_prefix(&self.holder) {
            Some(rest) if !self.holder.is_empty() => rest.trim_start_matches(SEPARATOR),
            _ => &self.label,
        }
    }
}

/// What stands after a name, and between two values.
fn marks(lang: Lang) -> [&'static str; 2] {
    match lang {
        Lang::Zh => ["：", "；"],
        Lang::En => [": ", "; "],
    }
}

/// Every part of a document, in the order of the list of parts, entries as they are written.
pub fn explain_parts(document: &PolicyDocument, lang: Lang) -> Vec<Told> {
    let written = document.parts.written.iter();
    written.map(|one| told(one, lang)).collect()
}

/// The parts of a document as they hold among the documents of a place, which are asked in the same
/// way: what a lower one takes the place of and what is switched off is left out.
pub fn explain_parts_in_force(
    document: &PolicyDocument,
    layers: &Layers<'_>,
    lang: Lang,
) -> Vec<Told> {
    let written = layers.written_in_force(document).into_iter();
    written.map(|one| told(one, lang)).collect()
}

/// Keys whose text stands above the rest.
const TITLES: [&str; 4] = ["do", "name", "title", "what"];

fn told(written: &Written, lang: Lang) -> Told {
    let mut teller = Teller {
        lang,
        values: Vec::new(),
    };
    let top = Holder {
        key: written.table,
        label: String::new(),
        path: String::new(),
        source: &written.source,
        source_path: source_path("", &written.node),
    };
    teller.table(&written.node, &top);
    let values = teller.values;
    let title = |value: &&Value| TITLES.iter().any(|key| value.path == *key);
    let titled = values
        .iter()
        .find(|value| title(value) && value.other.is_some());
    Told {
        table: written.table,
        part: lang.pick(table_words(written.table)),
        id: written.id.clone(),
        title: titled.map_or_else(String::new, |value| value.text.clone()),
        lines: lines(&values, titled.map(|value| &*value.path), written, lang),
        source: source_words(&written.source, lang),
        written_source: written.source.clone(),
        is_off: written.is_off,
        values,
    }
}

/// Values of one holder and one clause in a line.
fn lines(values: &[Value], title: Option<&str>, written: &Written, lang: Lang) -> Vec<Line> {
    let mut lines: Vec<(String, Line)> = Vec::new();
    let [colon, semicolon] = marks(lang);
    for value in values.iter().filter(|value| Some(&*value.path) != title) {
        let own = match value.source == written.source {
            true => "",
            false => &value.source,
        };
        let told = format!("{}{colon}{}", value.own_label(), value.text);
        match lines.last_mut() {
            Some((holder, line)) if *holder == value.holder && line.written_source == own => {
                line.text.push_str(semicolon);
                line.text.push_str(&told);
            }
            _ => {
                let text = match value.holder.is_empty() {
                    true => told,
                    false => format!("{}{SEPARATOR}{told}", value.holder),
                };
                let line = Line {
                    text,
                    source: source_words(own, lang),
                    written_source: own.to_owned(),
                };
                lines.push((value.holder.clone(), line));
            }
        }
    }
    lines.into_iter().map(|(_, line)| line).collect()
}

const SEPARATOR: &str = " · ";

/// What holds values.
struct Holder<'a> {
    key: &'a str,
    label: String,
    path: String,
    source: &'a str,
    source_path: String,
}

/// Where a table that names its own clause says so.
fn source_path(path: &str, node: &Node) -> String {
    match node.field("source").and_then(Node::as_text) {
        Some(_) => joined(path, ".", "source"),
        None => String::new(),
    }
}

struct Teller {
    lang: Lang,
    values: Vec<Value>,
}

impl Teller {
    fn table(&mut self, node: &Node, holder: &Holder<'_>) {
        let NodeValue::Table(fields) = &node.value else {
            return;
        };
        for field in fields {
            // They stand beside every line, or above.
            if matches!(&*field.key, "id" | "source") && holder.key != "item" {
                continue;
            }
            let words = self.lang.pick(key_words(holder.key, &field.key));
            let path = joined(&holder.path, ".", &field.key);
            let label = joined(&holder.label, SEPARATOR, words);
            self.field(&field.node, &field.key, holder, (path, label));
        }
    }

    fn field(&mut self, node: &Node, key: &str, holder: &Holder<'_>, at: (String, String)) {
        let source = node.field("source").and_then(Node::as_text);
        let within = Holder {
            key,
            label: at.1.clone(),
            path: at.0.clone(),
            source: source.unwrap_or(holder.source),
            source_path: match source {
                Some(_) => source_path(&at.0, node),
                None => holder.source_path.clone(),
            },
        };
        match &node.value {
            NodeValue::Table(_) if node.field("zh").is_some() => self.sentence(node, holder, at),
            NodeValue::Table(_) => match node.field("value") {
                Some(value) => self.sourced(node, value, holder, &within),
                None => self.table(node, &within),
            },
            NodeValue::List(list) if list.iter().any(is_table) => {
                let many = list.len() > 1;
                for (place, one) in list.iter().enumerate() {
                    let number = match many {
                        true => format!(" {}", place + 1),
                        false => String::new(),
                    };
                    let at = (format!("{}.{place}", at.0), format!("{}{number}", at.1));
                    self.field(one, key, holder, at);
                }
            }
            _ => self.value(node, key, holder, at, holder),
        }
    }

    /// `{ value, source }`, and what else stands beside them.
    fn sourced(&mut self, node: &Node, value: &Node, holder: &Holder<'_>, within: &Holder<'_>) {
        let at = (format!("{}.value", within.path), within.label.clone());
        self.value(value, within.key, holder, at, within);
        let NodeValue::Table(fields) = &node.value else {
            return;
        };
        let beside = |key: &str| !matches!(key, "value" | "source");
        for field in fields.iter().filter(|field| beside(&field.key)) {
            let words = self.lang.pick(key_words(within.key, &field.key));
            let at = (
                joined(&within.path, ".", &field.key),
                joined(&within.label, SEPARATOR, words),
            );
            self.value(&field.node, &field.key, holder, at, within);
        }
    }

    /// A text in both languages.
    fn sentence(&mut self, node: &Node, holder: &Holder<'_>, (path, label): (String, String)) {
        let in_lang = |key| node.field(key).and_then(Node::as_text).unwrap_or_default();
        let (text, other) = match self.lang {
            Lang::Zh => (in_lang("zh"), in_lang("en")),
            Lang::En => (in_lang("en"), in_lang("zh")),
        };
        self.values.push(Value {
            path,
            label,
            text: text.to_owned(),
            other: Some(other.to_owned()),
            field: None,
            unit: "",
            source: holder.source.to_owned(),
            source_path: holder.source_path.clone(),
            holder: holder.label.clone(),
        });
    }

    /// A value of a holder; its clause is that of `named`.
    fn value(
        &mut self,
        node: &Node,
        key: &str,
        holder: &Holder<'_>,
        (path, label): (String, String),
        named: &Holder<'_>,
    ) {
        self.values.push(Value {
            path,
            label,
            text: self.text(node, key, holder.key),
            other: None,
            field: Field::of(node),
            unit: self.lang.pick(unit(holder.key, key)),
            source: named.source.to_owned(),
            source_path: named.source_path.clone(),
            holder: holder.label.clone(),
        });
    }

    fn text(&self, node: &Node, key: &str, within: &str) -> String {
        let lang = self.lang;
        match &node.value {
            NodeValue::Text(text) => {
                let found = value_words(key, text).map(|words| lang.pick(words).to_owned());
                found.unwrap_or_else(|| source_words(text, lang))
            }
            NodeValue::Integer(number) => {
                let unit = lang.pick(unit(within, key));
                counted(*number, unit, lang)
            }
            NodeValue::Real(number) => number.to_string(),
            NodeValue::Flag(true) => lang.pick(words("是", "yes")).to_owned(),
            NodeValue::Flag(false) => lang.pick(words("否", "no")).to_owned(),
            NodeValue::List(list) if list.is_empty() => {
                lang.pick(words("没有", "nothing")).to_owned()
            }
            NodeValue::List(list) => {
                let each: Vec<String> =
                    list.iter().map(|one| self.text(one, key, within)).collect();
                each.join(lang.pick(list_separator(list, key)))
            }
            NodeValue::Table(_) | NodeValue::Other => String::new(),
        }
    }
}

/// Every value of a question or an answer, with the words of where it stands. Instants of the year
/// of the moment that `asked` names go without it.
pub(crate) fn json_words(
    json: &serde_json::Value,
    asked: Option<&serde_json::Value>,
    lang: Lang,
) -> Vec<(String, String)> {
    let moment = asked.and_then(|asked| asked.get("moment")?.as_str());
    let year = moment.and_then(year_of);
    let mut found = Vec::new();
    json_leaves(json, ("", ""), String::new(), (lang, year), &mut found);
    found
}

fn json_leaves(
    json: &serde_json::Value,
    (within, key): (&str, &str),
    label: String,
    (lang, year): (Lang, Option<i32>),
    found: &mut Vec<(String, String)>,
) {
    use serde_json::Value as Json;
    let text = match json {
        Json::Object(fields) if !fields.is_empty() => {
            for (name, value) in fields {
                let label = joined(&label, SEPARATOR, &json_key((key, name), value, lang));
                json_leaves(value, (key, name), label, (lang, year), found);
            }
            return;
        }
        Json::Array(list) if !list.is_empty() => {
            for (at, value) in list.iter().enumerate() {
                let label = format!("{label} {}", at + 1);
                json_leaves(value, (within, key), label, (lang, year), found);
            }
            return;
        }
        Json::Bool(true) => lang.pick(words("是", "yes")).to_owned(),
        Json::Bool(false) => lang.pick(words("否", "no")).to_owned(),
        Json::Number(number) => number.to_string(),
        Json::String(text) => match value_words(key, text).or_else(|| any_value_words(text)) {
            Some(words) => lang.pick(words).to_owned(),
            None => instant_words(text, year.filter(|_| key != "moment"), lang)
                .unwrap_or_else(|| source_words(&text.replace('_', " "), lang)),
        },
        Json::Null | Json::Object(_) | Json::Array(_) => {
            lang.pick(words("没有", "none")).to_owned()
        }
    };
    found.push((label, text));
}

/// Keys of questions that are no keys of documents are names that their readers gave, or plain
/// English words.
fn json_key((within, key): (&str, &str), value: &serde_json::Value, lang: Lang) -> String {
    // In documents it is a place.
    let is_time = key == "at" && value.as_str().and_then(year_of).is_some();
    if is_time {
        return lang.pick(words("时间", "at")).to_owned();
    }
    let of_documents = Some(key_words(within, key)).filter(|words| *words != OTHER);
    let found = question_words(key)
        .or(of_documents)
        .or_else(|| any_value_words(key));
    found.map_or_else(
        || key.replace('_', " "),
        |words| lang.pick(words).to_owned(),
    )
}

/// Two times of a window, lists of which one is enough, or members of one list.
fn list_separator(list: &[Node], key: &str) -> Words {
    let is_nested = list
        .iter()
        .any(|one| matches!(one.value, NodeValue::List(_)));
    match (key, is_nested) {
        ("windows", false) => words("–", "–"),
        (_, true) if key != "windows" => words("；或者 ", "; or "),
        _ => words("、", ", "),
    }
}

fn is_table(node: &Node) -> bool {
    matches!(node.value, NodeValue::Table(_))
}

fn counted(number: i64, unit: &str, lang: Lang) -> String {
    match (unit, lang) {
        ("", _) => number.to_string(),
        ("%", _) => format!("{number}%"),
        (_, Lang::En) if number == 1 => format!("1 {}", unit.trim_end_matches('s')),
        _ => format!("{number} {unit}"),
    }
}

fn joined(above: &str, by: &str, own: &str) -> String {
    match above.is_empty() {
        true => own.to_owned(),
        false => format!("{above}{by}{own}"),
    }
}
