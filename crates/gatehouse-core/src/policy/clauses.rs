//! Which clause of a notice is carried by what in its document (SCOPE-7, POL-1), and sources that
//! name a clause which their notice does not have.

use super::diagnostic::{Diagnostic, both};
use super::document::LOCAL_CHOICE;
use super::node::{self, Node, NodeValue};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

/// A clause that something in a document stands on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried {
    /// The row or entry, `HN/visitor`; a table's name where it has no id.
    pub by: String,
    /// The clause as it is written there, one of several: `HN 三(三)四`, `deployment`.
    pub clause: String,
}

/// The clauses of the notices that we have, as `docs/clauses.md` goes through them.
const LIST: &str = include_str!("../../../../testdata/clauses.toml");

/// For each notice that we have, each of its clauses in the order of the text.
pub fn known() -> &'static BTreeMap<String, Vec<String>> {
    static KNOWN: LazyLock<BTreeMap<String, Vec<String>>> = LazyLock::new(|| {
        let list: BTreeMap<String, Vec<String>> =
            toml::from_str(LIST).expect("the list of clauses is ours, and tested");
        let each = list.into_iter().map(|(notice, clauses)| {
            let clauses = clauses.iter().flat_map(|clause| meant(clause));
            (notice, clauses.collect())
        });
        each.collect()
    });
    &KNOWN
}

/// Complaints about sources that name a clause which its notice does not have; notices that we do
/// not know may have any.
///
/// # Errors
/// A text that is no TOML.
pub fn unknown(text: &str) -> Result<Vec<Diagnostic>, Diagnostic> {
    let root = node::parse(text)?;
    let mut found = Vec::new();
    sources(&root, &mut found);
    let complaints = found.into_iter().filter_map(|(source, span)| {
        let lost = source.split(", ").find(|clause| !may_be(clause))?;
        let message = both(
            format!("通知里没有“{lost}”这一条。"),
            format!("the notice has no clause `{lost}`"),
        );
        Some(Diagnostic::new("P017", span, message))
    });
    Ok(complaints.collect())
}

fn sources<'a>(node: &'a Node, found: &mut Vec<(&'a str, Range<usize>)>) {
    match &node.value {
        NodeValue::List(list) => list.iter().for_each(|one| sources(one, found)),
        NodeValue::Table(entries) => {
            for entry in entries {
                match (entry.key.as_str(), entry.node.as_text()) {
                    // `[[outside]]` names parts that our copies lack, too.
                    ("source", Some(text)) => {
                        found.push((text, entry.node.span.clone()));
                    }
                    _ => sources(&entry.node, found),
                }
            }
        }
        _ => {}
    }
}

/// Whether a clause is one of a notice that we know, a part of one or what several are part of; or
/// of none that we know.
fn may_be(clause: &str) -> bool {
    let of_notice = known().iter().find(|(notice, _)| {
        let rest = clause.strip_prefix(notice.as_str());
        rest.is_some_and(|rest| rest.starts_with([' ', '-']))
    });
    let Some((notice, clauses)) = of_notice else {
        return true;
    };
    let is_there = |one: &String| {
        let mut clauses = clauses.iter().filter(|known| *known != notice);
        clauses.any(|known| known == one || lies_in(one, known) || lies_in(known, one))
    };
    meant(clause)
        .iter()
        .all(|one| one == notice || is_there(one))
}

/// Whether one clause is a part of another: `P7 六(一)4` of `P7 六(一)`.
pub fn lies_in(part: &str, whole: &str) -> bool {
    let rest = part.strip_prefix(whole);
    // `ZX 1` is no part of `ZX 12`, nor the other way round.
    let more_digits = whole.ends_with(|c: char| c.is_ascii_digit() || c == '十');
    rest.is_some_and(|rest| match more_digits {
        true => rest.starts_with(['(', '.']),
        false => !rest.is_empty(),
    })
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

/// Which part of a clause is meant, in words: `entrance` of `HN 三(一) (entrance)`, `end` of `P8 三
/// end`; `None` where it is the whole clause.
pub fn part(clause: &str) -> Option<&str> {
    let at = clause.find(|c: char| c.is_ascii_lowercase() || c == '–')?;
    let words = &clause[at..];
    let is_whole = words.starts_with('–') || clause == LOCAL_CHOICE;
    (!is_whole).then(|| words.trim_end_matches(')'))
}

/// The clauses that a name stands for: the words for a part are left out, `1–3` are three.
pub fn meant(clause: &str) -> Vec<String> {
    let bare = match part(clause) {
        Some(part) => {
            let bare = clause.split(part).next().unwrap_or_default();
            bare.trim_end_matches('(').trim_end().to_owned()
        }
        None => clause.to_owned(),
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
    fn parts_of_clauses() {
        let table = [
            ("P7 六(一)4", "P7 六(一)", true),
            ("P7 六(一)4", "P7 六", true),
            ("P7 六(二)3(2)", "P7 六(二)3", true),
            ("ZX 12", "ZX 1", false),
            ("ZX 1", "ZX 1", false),
            ("ZX 1", "ZX 12", false),
            ("ZJ-1.二.3", "ZJ-1", true),
            ("P8 十一", "P8 十", false),
        ];
        for (part, whole, expected) in table {
            assert_eq!(lies_in(part, whole), expected, "{part} {whole}");
        }
    }

    #[test]
    fn a_source_that_its_notice_does_not_have_is_told() {
        let table = [
            ("ZX 4", true),
            ("ZX 4 (purchases)", true),
            ("ZX end", true),
            ("ZX 21", false),
            ("ZX", true),
            ("ZJ-3.二, GATE-6, deployment", true),
            ("ZJ-3.九", false),
            ("ZJ-5.一", false),
            ("HN 三(三)", true),
            ("HN 三(三)五", false),
            ("P7 六(一)20", false),
            ("P7 六(二)3(6)", true),
            ("P9 二(四)(1), P9 二(四)(9)", false),
            // A document of somebody else's.
            ("YY 99", true),
        ];
        for (source, expected) in table {
            let text = format!("[[row]]\nsource = \"{source}\"\n");
            let found = unknown(&text).expect("reads");
            assert_eq!(found.is_empty(), expected, "{source}: {found:?}");
        }
    }

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
    fn a_part_of_a_clause_is_told_from_the_whole() {
        let table = [
            ("HN 三(一) (entrance)", Some("entrance")),
            ("P8 三 end", Some("end")),
            (
                "P9 二(三)(2) (data checks and telephone)",
                Some("data checks and telephone"),
            ),
            ("ZX 4", None),
            ("ZX 1–3", None),
            ("ZJ-1.二.2", None),
            ("deployment", None),
        ];
        for (clause, expected) in table {
            assert_eq!(part(clause), expected, "{clause}");
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
