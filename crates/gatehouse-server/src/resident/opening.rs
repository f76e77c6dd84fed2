//! The card which says that gates are open again or will be, for those who live there and those
//! who come to see them.

use crate::ops::read_opening::Opening;
use crate::page::Frame;
use crate::times::Times;
use askama::Template;

/// What it says.
#[derive(Template)]
#[template(path = "resident/opening.html")]
pub struct OpeningCard {
    title: String,
    line: String,
}

impl OpeningCard {
    /// The card of a page, `my` or `visit`.
    pub fn new(page: &str, opening: Opening, times: Times, frame: &Frame) -> OpeningCard {
        let (key, when) = match opening {
            Opening::Since(at) => ("open", times.moment(at)),
            Opening::From(at) => ("opens", times.end(at)),
        };
        OpeningCard {
            title: frame.with(&format!("{page}-{key}"), "when", when.as_str()),
            line: frame.t(&format!("{page}-{key}-line")),
        }
    }
}
