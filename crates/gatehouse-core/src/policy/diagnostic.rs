//! Complaints about a document: where, what, and what to do.

use std::ops::Range;

/// One complaint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Short stable code, such as `P003`.
    pub code: &'static str,
    /// What is wrong and what to do, in one or two sentences.
    pub message: String,
    /// Bytes of the source that it is about.
    pub span: Range<usize>,
}

impl Diagnostic {
    pub(crate) fn new(
        code: &'static str,
        span: Range<usize>,
        message: impl Into<String>,
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
    pub fn to_text(&self, file: &str, source: &str) -> String {
        let (line, column) = self.line_and_column(source);
        format!("{file}:{line}:{column}: {} {}", self.code, self.message)
    }
}
