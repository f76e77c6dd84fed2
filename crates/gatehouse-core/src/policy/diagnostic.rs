//! Complaints about a document: where, what, and what to do.

use crate::gate::compiled::Text;
use crate::gate::fact::Words;
use crate::gate::wording::Lang;
use std::collections::BTreeMap;
use std::ops::Range;

/// One complaint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Short stable code, such as `P003`.
    pub code: &'static str,
    /// What is wrong and what to do, in one or two sentences; keys and words of a document as they
    /// are written there.
    pub message: Text,
    /// Bytes of the source that it is about.
    pub span: Range<usize>,
}

impl Diagnostic {
    pub(crate) fn new(
        code: &'static str,
        span: Range<usize>,
        message: impl Into<Text>,
    ) -> Diagnostic {
        Diagnostic {
            code,
            message: message.into(),
            span,
        }
    }

    /// Line and column of its start, both from 1; columns count characters.
    pub fn line_and_column(&self, source: &str) -> (usize, usize) {
        let start = self.span.start.min(source.len());
        let before = source.get(..start).unwrap_or(source);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        (line, column)
    }

    /// `file:line:column: code message`.
    pub fn to_text(&self, file: &str, source: &str, lang: Lang) -> String {
        let (line, column) = self.line_and_column(source);
        let message = lang.of(&self.message);
        format!("{file}:{line}:{column}: {} {message}", self.code)
    }
}

/// Complaints of one code that are told; that there are more is told in their place (local choice).
pub const COMPLAINTS_MOST: usize = 20;

/// The first complaints of each code; where there are more, one that says how many.
pub(crate) fn few<T: Clone>(
    all: Vec<T>,
    code: impl Fn(&T) -> &'static str,
    with: impl Fn(T, Text) -> T,
) -> Vec<T> {
    let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
    let mut first = Vec::new();
    let mut more: BTreeMap<&'static str, T> = BTreeMap::new();
    for one in all {
        let count = counts.entry(code(&one)).or_default();
        *count += 1;
        match *count <= COMPLAINTS_MOST {
            true => first.push(one),
            false => {
                more.entry(code(&one)).or_insert(one);
            }
        }
    }
    first.extend(more.into_iter().map(|(code, one)| {
        let left = counts[code] - COMPLAINTS_MOST;
        let message = both(
            format!("还有 {left} 处同样的问题，没有列出。先改前面的。"),
            format!("{left} more of these are not listed; mend the ones above first"),
        );
        with(one, message)
    }));
    first
}

/// [`few`] of complaints about one text.
pub(crate) fn few_of(all: Vec<Diagnostic>) -> Vec<Diagnostic> {
    few(
        all,
        |one| one.code,
        |one, message| Diagnostic { message, ..one },
    )
}

/// A sentence in both languages.
pub(crate) fn both(zh: impl Into<String>, en: impl Into<String>) -> Text {
    Text {
        zh: zh.into(),
        en: en.into(),
    }
}

impl From<Words> for Text {
    fn from(words: Words) -> Text {
        both(words.zh, words.en)
    }
}
