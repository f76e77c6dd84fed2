//! What people will be told by a document that is not in force yet, and what changes for them then:
//! beside the draft while it is written, and before the second signature (POL-4).

use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::ops::foresee_rules::Foreseen;
use crate::ops::make_board::{Hanging, Held, changes, make_board};
use crate::page::Frame;
use crate::paper::board::Line;
use crate::serve::origin;
use gatehouse_core::gate::wording::Lang;

/// What is asked, the answer before, the answer after.
pub type ChangeLine = (String, String, String);

/// What changes for people, in lines of a page.
pub fn change_lines(before: Held<'_>, after: Held<'_>, phone: &str, lang: Lang) -> Vec<ChangeLine> {
    let all = changes(before, after, phone, lang).into_iter();
    all.map(|one| (one.title, one.before, one.after)).collect()
}

/// The card of the page.
pub struct WordsCard {
    /// The address below which its papers are.
    pub place: String,
    /// From when until when it holds.
    pub span: String,
    /// The answers of the poster.
    pub lines: Vec<Line>,
    /// What changes for people.
    pub changes: Vec<ChangeLine>,
    /// Whether it is approved and will come as it stands here.
    pub is_approved: bool,
}

/// What a document makes of a place, whose papers are below `place`.
pub fn words_card(
    app: &App,
    found: &Foreseen,
    area: &AreaInScope,
    place: String,
    frame: &Frame,
) -> WordsCard {
    let (lang, gate) = (frame.lang, found.then.first_gate());
    let hanging = Hanging {
        lang,
        area,
        gate,
        origin: &origin(&app.config),
        warning: None,
    };
    let board = make_board(&found.then, &hanging);
    let [before, after] = [&found.before, &found.then].map(|here| (here.now.as_ref(), &here.place));
    WordsCard {
        place,
        changes: change_lines(before, after, &board.phone, lang),
        span: board.span,
        lines: board.lines,
        is_approved: found.is_approved,
    }
}
