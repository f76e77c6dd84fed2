//! Which clause of a notice is carried by what in its document (SCOPE-7, POL-1).

use super::diagnostic::Diagnostic;
use super::node::{self, Node, NodeValue};

/// A clause that something in a document stands on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried {
    /// The row or entry, `HN/visitor`; a table's name where it has no id.
    pub by: String,
    /// The clause as it is written there, one of several: `HN 三(三)四`, `deployment`.
    pub clause: String,
}

/// Every clause that a document names as a source, in the order of the text.
///
/// # Errors
/// A text that is no TOML.
pub fn carried(text: &str) -> Result<Vec<Carried>, Diagnostic> {
    let mut found = Vec::new();
    walk("the document", &node::parse(text)?, &mut found);
    Ok(found)
}

fn walk(by: &str, node: &Node, found: &mut Vec<Carried>) {
    match &node.value {
        NodeValue::List(list) => list.iter().for_each(|one| walk(by, one, found)),
        NodeValue::Table(entries) => {
            let id = entries.iter().find(|entry| entry.key == "id");
            let id = id.and_then(|entry| entry.node.as_text());
            // An id with a stroke is an entry's; one without is a part of it.
            let id = id.filter(|id| id.contains('/'));
            for entry in entries {
                let named = id.unwrap_or(if by == "the document" { &entry.key } else { by });
                match (entry.key.as_str(), entry.node.as_text()) {
                    ("source", Some(source)) => {
                        let by = id.unwrap_or(by).to_owned();
                        found.extend(source.split(", ").map(|clause| Carried {
                            by: by.clone(),
                            clause: clause.to_owned(),
                        }));
                    }
                    _ => walk(named, &entry.node, found),
                }
            }
        }
        _ => {}
    }
}

/// The clauses that a name stands for: words behind it in brackets are left out, `1–3` are three.
pub fn meant(clause: &str) -> Vec<String> {
    let words = clause.find(|c: char| c.is_ascii_lowercase() || c == '–');
    let bare = match words {
        // `HN 三(一) (entrance)`, `P8 三 end`: what is said of a part of the clause.
        Some(at) if !clause[at..].starts_with('–') => {
            clause[..at].trim_end_matches('(').trim_end().to_owned()
        }
        _ => clause.to_owned(),
    };
    let Some((start, last)) = bare.split_once('–') else {
        return vec![bare];
    };
    let stem = start.trim_end_matches(|c: char| ordinal(c).is_some());
    let (from, to) = (
        number(&start[stem.len()..]),
        number(last.trim_start_matches(stem)),
    );
    match (from, to) {
        (Some(from), Some(to)) if from <= to => (from..=to)
            .map(|one| format!("{stem}{}", like(&start[stem.len()..], one)))
            .collect(),
        _ => vec![bare],
    }
}

const ORDINALS: &str = "一二三四五六七八九";

fn ordinal(c: char) -> Option<usize> {
    if c.is_ascii_digit() || c == '十' {
        return Some(0);
    }
    ORDINALS.chars().position(|one| one == c)
}

/// The number that `12`, `三` or `十二` is, up to 19 in Chinese.
fn number(text: &str) -> Option<usize> {
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let unit = |text: &str| {
        let mut chars = text.chars();
        let first = chars.next()?;
        let at = ORDINALS.chars().position(|one| one == first)?;
        chars.next().is_none().then_some(at + 1)
    };
    match text.strip_prefix('十') {
        Some("") => Some(10),
        Some(rest) => Some(10 + unit(rest)?),
        None => unit(text),
    }
}

/// A number written as the sample is: in digits or in Chinese.
fn like(sample: &str, number: usize) -> String {
    if sample.starts_with(|c: char| c.is_ascii_digit()) {
        return number.to_string();
    }
    let unit = |number: usize| ORDINALS.chars().nth(number.wrapping_sub(1));
    let unit = |number: usize| unit(number).map(String::from).unwrap_or_default();
    match number {
        10.. => format!("十{}", unit(number - 10)),
        _ => unit(number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_clauses_stand_for_these() {
        let table: [(&str, &[&str]); 8] = [
            ("HN 三(三)四", &["HN 三(三)四"]),
            ("HN 三(一) (entrance)", &["HN 三(一)"]),
            ("P8 三 end", &["P8 三"]),
            ("ZX 1–3", &["ZX 1", "ZX 2", "ZX 3"]),
            ("P7 一–三", &["P7 一", "P7 二", "P7 三"]),
            ("P8 九–十一", &["P8 九", "P8 十", "P8 十一"]),
            ("P7 六(一)15–16", &["P7 六(一)15", "P7 六(一)16"]),
            ("ZJ-1.二.2", &["ZJ-1.二.2"]),
        ];
        for (clause, expected) in table {
            assert_eq!(meant(clause), expected, "{clause}");
        }
    }

    #[test]
    fn sources_are_found_wherever_they_stand() {
        let text = r#"
[force]
from = { value = "x", source = "ZX end" }
[[row]]
id = "ZX/a"
source = "ZX 1, deployment"
[[team]]
id = "ZX/b"
source = "ZX 2"
member = [{ at_least = { value = 1, source = "ZX 3" } }]
item = [{ id = "c", source = "ZX 4" }]
"#;
        let found = carried(text).expect("reads");
        let found: Vec<_> = found
            .iter()
            .map(|one| (one.by.as_str(), one.clause.as_str()))
            .collect();
        let expected = [
            ("force", "ZX end"),
            ("ZX/a", "ZX 1"),
            ("ZX/a", "deployment"),
            ("ZX/b", "ZX 2"),
            ("ZX/b", "ZX 3"),
            ("ZX/b", "ZX 4"),
        ];
        assert_eq!(found, expected);
    }
}
