//! Cards on paper: one by one, or ten on a sheet of A4 with marks to cut along (PASS-3).

use super::PaperError;
use super::canvas::{Area, Canvas, Ink, Paper, Side, Style};
use super::card::{CORNER, Card, HEIGHT, WIDTH};
use super::font::Fonts;
use super::pen::Pen;
use crate::locale::{text, text_filled, text_with};
use gatehouse_core::gate::wording::Lang;

/// A sheet of A4, in millimetres.
pub const A4: (f32, f32) = (210.0, 297.0);
/// Cards on a sheet.
pub const CARDS: usize = 10;
const COLUMNS: usize = 2;
const GAP: (f32, f32) = (4.0, 1.2);
const LEFT: f32 = (A4.0 - 2.0 * WIDTH - GAP.0) / 2.0;
const TOP: f32 = (A4.1 - 5.0 * HEIGHT - 4.0 * GAP.1) / 2.0;

/// Whether the other side is printed too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backs {
    /// Fronts alone.
    None,
    /// Each sheet is followed by its backs, in their places for turning on the long edge.
    Behind,
}

/// What stands on the margin of a sheet.
#[derive(Clone, Debug)]
pub struct Margin {
    /// Language.
    pub lang: Lang,
    /// Compound or village.
    pub place: String,
    /// Who prints, masked.
    pub printed_by: String,
    /// When.
    pub printed_at: String,
}

/// A file with the front and the back of each card, one page of card size each.
///
/// # Errors
/// A code that does not fit.
pub fn cards(cards: &[Card], fonts: &Fonts, lang: Lang) -> Result<Vec<u8>, PaperError> {
    let mut paper = Paper::new(&text(lang, "paper-slip-title"), language(lang));
    for card in cards {
        paper.page((WIDTH, HEIGHT), fonts, |canvas| card.front(canvas, fonts))?;
        paper.page((WIDTH, HEIGHT), fonts, |canvas| {
            card.back(canvas);
            Ok(())
        })?;
    }
    paper.finish()
}

/// A file of sheets of ten.
///
/// # Errors
/// A code that does not fit.
pub fn sheets(
    cards: &[Card],
    margin: &Margin,
    backs: Backs,
    fonts: &Fonts,
) -> Result<Vec<u8>, PaperError> {
    let title = text_with(
        margin.lang,
        "paper-card-title",
        "place",
        margin.place.as_str(),
    );
    let mut paper = Paper::new(&title, language(margin.lang));
    let pages = cards.len().div_ceil(CARDS);
    for (at, ten) in cards.chunks(CARDS).enumerate() {
        paper.page(A4, fonts, |canvas| {
            margin.head(canvas, at + 1, pages, "paper-sheet-cut");
            margin.foot(canvas, ten.len());
            marks(canvas);
            each(canvas, ten, column, |card, canvas| {
                card.front(canvas, fonts)
            })
        })?;
        if backs == Backs::Behind {
            paper.page(A4, fonts, |canvas| {
                margin.head(canvas, at + 1, pages, "paper-sheet-cut-back");
                each(canvas, ten, mirrored_column, |card, canvas| {
                    card.back(canvas);
                    Ok(())
                })
            })?;
        }
    }
    paper.finish()
}

/// For the metadata of a file.
pub const fn language(lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => "zh-CN",
        Lang::En => "en",
    }
}

fn column(place: usize) -> usize {
    place % COLUMNS
}

fn mirrored_column(place: usize) -> usize {
    COLUMNS - 1 - place % COLUMNS
}

/// The upper left corner of a card.
pub fn corner(column: usize, row: usize) -> (f32, f32) {
    let x = LEFT + column as f32 * (WIDTH + GAP.0);
    (x, TOP + row as f32 * (HEIGHT + GAP.1))
}

fn each<'a>(
    canvas: &mut Canvas<'a, '_>,
    ten: &[Card],
    column: fn(usize) -> usize,
    draw: impl Fn(&Card, &mut Canvas<'a, '_>) -> Result<(), PaperError>,
) -> Result<(), PaperError> {
    for (place, card) in ten.iter().enumerate() {
        let (x, y) = corner(column(place), place / COLUMNS);
        canvas.at(x, y, |canvas| draw(card, canvas))?;
        let edge = Area::new(x, y, WIDTH, HEIGHT);
        canvas.outlined(edge, CORNER, Pen::dashed(Ink::GREY, 0.18, 0.9));
    }
    Ok(())
}

/// Short lines on the margins where a ruler is laid.
fn marks(canvas: &mut Canvas<'_, '_>) {
    let pen = Pen::solid(Ink::LINE, 0.15);
    let (bottom, right) = (A4.1 - TOP, A4.0 - LEFT);
    for column in 0..COLUMNS {
        let left = corner(column, 0).0;
        for x in [left, left + WIDTH] {
            canvas.stroke((x, TOP - 1.0), (x, TOP - 3.6), pen);
            canvas.stroke((x, bottom + 1.0), (x, bottom + 3.6), pen);
        }
    }
    for row in 0..CARDS / COLUMNS {
        let top = corner(0, row).1;
        for y in [top, top + HEIGHT] {
            canvas.stroke((LEFT - 1.0, y), (LEFT - 3.6, y), pen);
            canvas.stroke((right + 1.0, y), (right + 3.6, y), pen);
        }
    }
}

impl Margin {
    fn head(&self, canvas: &mut Canvas<'_, '_>, page: usize, pages: usize, right: &str) {
        let (page, pages) = (page.to_string(), pages.to_string());
        let slots = [
            ("place", self.place.as_str()),
            ("page", &page),
            ("pages", &pages),
        ];
        let left = text_filled(self.lang, "paper-sheet-title", &slots);
        self.line(canvas, 5.0, &left, &text(self.lang, right));
    }

    fn foot(&self, canvas: &mut Canvas<'_, '_>, count: usize) {
        let slots = [
            ("who", self.printed_by.as_str()),
            ("time", &self.printed_at),
        ];
        let left = text_filled(self.lang, "paper-sheet-printed", &slots);
        let right = text_with(self.lang, "paper-sheet-count", "count", count.to_string());
        self.line(canvas, A4.1 - 8.2, &left, &right);
    }

    fn line(&self, canvas: &mut Canvas<'_, '_>, y: f32, left: &str, right: &str) {
        let style = Style::plain(2.9).ink(Ink::GREY);
        let half = (A4.0 - 2.0 * LEFT) / 2.0;
        canvas.text(left, Area::new(LEFT, y, half, 4.0), style);
        let area = Area::new(LEFT + half, y, half, 4.0);
        canvas.text(right, area, style.side(Side::Right));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_cards_fit_on_a_sheet_and_backs_lie_behind_their_fronts() {
        let (x, y) = corner(1, 4);
        const { assert!(LEFT > 5.0 && TOP > 10.0) };
        assert!(x + WIDTH <= A4.0 - 5.0 && y + HEIGHT <= A4.1 - 10.0);
        for place in 0..CARDS {
            let front = corner(column(place), place / COLUMNS).0;
            let back = corner(mirrored_column(place), place / COLUMNS).0;
            assert!((front + WIDTH - (A4.0 - back)).abs() < 1e-3, "{place}");
        }
    }
}
