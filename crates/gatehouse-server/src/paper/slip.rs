//! A slip for one crossing (PASS-2): a quarter of A4, to be handed over at a desk.

use super::PaperError;
use super::canvas::{Area, Canvas, Ink, Paper, Side, Style};
use super::font::Fonts;
use super::pen::Pen;
use super::qr::Code;
use super::sheet::language;
use crate::locale::{text, text_with};
use gatehouse_core::gate::wording::Lang;

/// A6, in millimetres.
const PAGE: (f32, f32) = (105.0, 148.0);
const EDGE: f32 = 8.0;
const CODE_SIDE: f32 = 52.0;

/// Everything on a slip.
#[derive(Clone, Debug)]
pub struct Slip {
    /// Language.
    pub lang: Lang,
    /// Compound or village.
    pub place: String,
    /// The door it is for, if any.
    pub door: Option<String>,
    /// Number of the pass.
    pub number: String,
    /// When it ends.
    pub until: String,
    /// Whom to call.
    pub phone: String,
    /// The text of the code.
    pub code: String,
}

/// A file with one slip on each page.
///
/// # Errors
/// A code that does not fit.
pub fn slips(slips: &[Slip], fonts: &Fonts, lang: Lang) -> Result<Vec<u8>, PaperError> {
    let mut paper = Paper::new(&text(lang, "paper-slip-title"), language(lang));
    for slip in slips {
        paper.page(PAGE, fonts, |canvas| slip.draw(canvas))?;
    }
    paper.finish()
}

impl Slip {
    fn draw(&self, canvas: &mut Canvas<'_, '_>) -> Result<(), PaperError> {
        let code = Code::of(&self.code)?;
        let width = PAGE.0 - 2.0 * EDGE;
        let row = |y: f32, height: f32| Area::new(EDGE, y, width, height);
        let middle = |style: Style| style.side(Side::Middle);
        canvas.filled(Area::new(0.0, 0.0, PAGE.0, 17.0), 0.0, Ink::DEEP);
        let title = text(self.lang, "paper-slip-title");
        canvas.centred(
            &title,
            row(2.0, 13.0),
            middle(Style::bold(8.0).ink(Ink::WHITE)),
        );
        let place = middle(Style::bold(6.0));
        canvas.centred(&self.place, row(19.0, 8.0), place);
        let door = match &self.door {
            Some(door) => text_with(self.lang, "paper-slip-for", "door", door.as_str()),
            None => text(self.lang, "paper-slip-anybody"),
        };
        canvas.centred(&door, row(27.5, 7.0), middle(Style::plain(5.0)));
        canvas.code(&code, (PAGE.0 - CODE_SIDE) / 2.0, 35.5, CODE_SIDE);
        canvas.centred(&self.number, row(88.0, 11.0), middle(Style::bold(9.5)));
        let until = text_with(self.lang, "paper-valid-until", "day", self.until.as_str());
        canvas.centred(&until, row(99.5, 7.5), middle(Style::bold(5.4)));
        let once = text(self.lang, "paper-slip-once");
        canvas.centred(&once, row(107.0, 6.0), middle(Style::plain(4.4)));
        canvas.stroke(
            (EDGE, 115.0),
            (PAGE.0 - EDGE, 115.0),
            Pen::solid(Ink::LINE, 0.2),
        );
        let style = Style::plain(3.7).lines(2);
        let mut y = 117.5;
        for key in ["paper-slip-show", "paper-slip-life"] {
            y += canvas.text(&text(self.lang, key), row(y, 10.0), style) + 1.6;
        }
        if !self.phone.is_empty() {
            let phone = text_with(self.lang, "paper-slip-phone", "phone", self.phone.as_str());
            canvas.text(&phone, row(y, 7.0), Style::bold(4.4));
        }
        Ok(())
    }
}
