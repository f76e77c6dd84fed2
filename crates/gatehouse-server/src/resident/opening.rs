//! The card which says that gates are open again or will be, or that less holds there, for those
//! who live there and those who come to see them.

use crate::ops::read_opening::{Opening, in_a_row};
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
        let mut documents = [const { String::new() }; 2];
        let (key, when) = match opening {
            Opening::Since(at) => ("open", times.moment(at)),
            Opening::From(at) => ("opens", times.end(at)),
            Opening::Eased(ended) => {
                documents = [&ended.titles, &ended.still].map(|all| in_a_row(all, frame.lang));
                ("eased", times.moment(ended.since))
            }
        };
        let [ended, still] = &documents;
        let slots = [("ended", ended.as_str()), ("still", still.as_str())];
        OpeningCard {
            title: frame.with(&format!("{page}-{key}"), "when", when.as_str()),
            line: frame.fill(&format!("{page}-{key}-line"), &slots),
        }
    }
}
