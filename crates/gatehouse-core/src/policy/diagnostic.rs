//! Complaints about a document: where, what, and what to do.

use crate::gate::compiled::Text;
use crate::gate::fact::Words;
use crate::gate::wording::Lang;
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
