//! A Rust file as a flat list of tokens with lines, each marked whether it belongs to a test.
//! Comments and the insides of text are no tokens, so a rule does not stumble over words.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::str::FromStr;

/// One token; a bracket counts as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// As written; a group's brackets stand alone.
    pub text: String,
    /// First line is 1.
    pub line: usize,
    /// Whether it is inside `#[cfg(test)]` or `#[test]`.
    pub in_test: bool,
}

/// A function with a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Line of `fn`.
    pub line: usize,
    /// From `fn` to the closing brace.
    pub lines: usize,
}

/// The tokens and functions of one file.
pub struct RustFile {
    /// In the order of the text.
    pub tokens: Vec<Token>,
    /// Every function with a body, nested ones too.
    pub functions: Vec<Function>,
    /// Every `mod name;` in this file.
    pub modules: Vec<Module>,
    path_attribute: Option<String>,
}

/// A module that lies in another file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Module {
    /// Its name.
    pub name: String,
    /// Its file as `#[path = "…"]` gives it, from the folder of the declaring file.
    pub path: Option<String>,
    /// Whether it is compiled for tests only.
    pub in_test: bool,
}

impl RustFile {
    /// Reads a file; `None` where it is no Rust.
    pub fn parse(text: &str) -> Option<RustFile> {
        let stream = TokenStream::from_str(text).ok()?;
        let mut file = RustFile {
            tokens: Vec::new(),
            functions: Vec::new(),
            modules: Vec::new(),
            path_attribute: None,
        };
        file.walk(stream, false);
        Some(file)
    }

    /// Tokens that are not part of a test.
    pub fn code(&self) -> Vec<&Token> {
        self.tokens.iter().filter(|token| !token.in_test).collect()
    }

    fn push(&mut self, text: String, line: usize, in_test: bool) {
        self.tokens.push(Token {
            text,
            line,
            in_test,
        });
    }

    fn walk(&mut self, stream: TokenStream, in_test: bool) {
        let trees: Vec<TokenTree> = stream.into_iter().collect();
        // A test attribute marks everything up to the end of the item that it stands before.
        let mut item_in_test = false;
        for at in 0..trees.len() {
            let marked = in_test || item_in_test;
            match &trees[at] {
                TokenTree::Group(group) => {
                    let (open, close) = brackets(group.delimiter());
                    self.push(open.to_owned(), group.span_open().start().line, marked);
                    self.walk(group.stream(), marked);
                    self.push(close.to_owned(), group.span_close().end().line, marked);
                    if let Some(path) = path_attribute(&trees, at) {
                        self.path_attribute = Some(path);
                    }
                    if is_test_attribute(&trees, at) {
                        item_in_test = true;
                    } else if group.delimiter() == Delimiter::Brace {
                        item_in_test = false;
                    }
                }
                TokenTree::Punct(punct) => {
                    let line = punct.span().start().line;
                    self.push(punct.as_char().to_string(), line, marked);
                    item_in_test &= punct.as_char() != ';';
                }
                tree => {
                    let line = tree.span().start().line;
                    self.push(tree.to_string(), line, marked);
                    self.note_item(&trees[at..], marked);
                }
            }
        }
    }

    fn note_item(&mut self, trees: &[TokenTree], in_test: bool) {
        let [TokenTree::Ident(keyword), TokenTree::Ident(name), rest @ ..] = trees else {
            return;
        };
        if keyword == "mod"
            && matches!(rest.first(), Some(TokenTree::Punct(p)) if p.as_char() == ';')
        {
            self.modules.push(Module {
                name: name.to_string(),
                path: self.path_attribute.take(),
                in_test,
            });
        }
        if keyword == "fn" {
            let body = rest.iter().find(|tree| ends_signature(tree));
            if let Some(TokenTree::Group(body)) = body {
                let line = keyword.span().start().line;
                self.functions.push(Function {
                    name: name.to_string(),
                    line,
                    lines: body.span_close().end().line + 1 - line,
                });
            }
        }
    }
}

fn ends_signature(tree: &TokenTree) -> bool {
    match tree {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(punct) => punct.as_char() == ';',
        _ => false,
    }
}

fn brackets(delimiter: Delimiter) -> (&'static str, &'static str) {
    match delimiter {
        Delimiter::Parenthesis => ("(", ")"),
        Delimiter::Brace => ("{", "}"),
        Delimiter::Bracket => ("[", "]"),
        Delimiter::None => ("", ""),
    }
}

fn is_test_attribute(trees: &[TokenTree], at: usize) -> bool {
    attribute(trees, at).is_some_and(|text| {
        text == "test"
            || text.ends_with("::test")
            || text.starts_with("cfg(test")
            || text.starts_with("cfg(all(test")
    })
}

fn path_attribute(trees: &[TokenTree], at: usize) -> Option<String> {
    let text = attribute(trees, at)?;
    Some(text.strip_prefix("path=\"")?.strip_suffix('"')?.to_owned())
}

/// The inside of `#[…]` without blanks, where the group at this place is one.
fn attribute(trees: &[TokenTree], at: usize) -> Option<String> {
    let (TokenTree::Punct(hash), TokenTree::Group(group)) =
        (trees.get(at.checked_sub(1)?)?, &trees[at])
    else {
        return None;
    };
    let is_attribute = hash.as_char() == '#' && group.delimiter() == Delimiter::Bracket;
    let text = group.stream().to_string();
    is_attribute.then(|| text.chars().filter(|c| !c.is_whitespace()).collect())
}

/// Positions in `tokens` at which the texts of `sequence` stand one after the other.
pub fn find_sequence(tokens: &[&Token], sequence: &[&str]) -> Vec<usize> {
    tokens
        .windows(sequence.len())
        .enumerate()
        .filter(|(_, window)| window.iter().zip(sequence).all(|(t, s)| t.text == *s))
        .map(|(at, _)| at)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
//! Instant in a comment.
use std::fmt;
mod kept;
#[cfg(test)]
#[path = "elsewhere.rs"]
mod trial;

fn short() -> &'static str {
    "Instant in text"
}

#[cfg(test)]
mod tests {
    #[test]
    fn long(
    ) {
        Instant
    }
}

fn after() {}
"#;

    #[test]
    fn words_in_comments_and_text_are_no_tokens_and_tests_are_marked() {
        let file = RustFile::parse(TEXT).expect("Rust");
        let instants: Vec<bool> = file
            .tokens
            .iter()
            .filter(|token| token.text == "Instant")
            .map(|token| token.in_test)
            .collect();
        assert_eq!(instants, [true]);
        let after = file.tokens.iter().find(|token| token.text == "after");
        assert_eq!(after.map(|token| token.in_test), Some(false));
        let modules: Vec<(&str, Option<&str>, bool)> = file
            .modules
            .iter()
            .map(|module| (module.name.as_str(), module.path.as_deref(), module.in_test))
            .collect();
        let expected = [("kept", None, false), ("trial", Some("elsewhere.rs"), true)];
        assert_eq!(modules, expected);
    }

    #[test]
    fn functions_are_measured_from_fn_to_brace() {
        let file = RustFile::parse(TEXT).expect("Rust");
        let sizes: Vec<(&str, usize)> = file
            .functions
            .iter()
            .map(|function| (function.name.as_str(), function.lines))
            .collect();
        assert_eq!(sizes, [("short", 3), ("long", 4), ("after", 1)]);
    }
}
