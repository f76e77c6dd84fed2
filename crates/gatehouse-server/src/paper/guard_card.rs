//! The guard's card: one A4 for the table at the gate, in the order in which things happen there.
//! What is always true stands on top (SCOPE-3, GATE-15).

use super::PaperError;
use super::board::{Board, Line, Look, share, warning};
use super::canvas::{Area, Canvas, Ink, Paper, Side, Style};
use super::font::Fonts;
use super::pen::Pen;
use super::sheet::{A4, language};
use crate::locale::{text, text_filled, text_with};
use gatehouse_core::gate::Verdict;
use gatehouse_core::gate::fact::Words;
use gatehouse_core::gate::wording::verdict_words;

const EDGE: f32 = 10.0;
const WIDTH: f32 = A4.0 - 2.0 * EDGE;
const TABLE_TOP: f32 = 134.0;
const PHONES_TOP: f32 = 268.0;
const ROW_MOST: f32 = 16.0;

/// A file with the card.
///
/// # Errors
/// Where the library refuses.
pub fn guard_card(board: &Board, fonts: &Fonts) -> Result<Vec<u8>, PaperError> {
    let slots = [
        ("place", board.place.as_str()),
        ("gate", board.gate.as_str()),
    ];
    let title = text_filled(board.lang, "paper-guard-title", &slots);
    let mut paper = Paper::new(&title, language(board.lang));
    paper.page(A4, fonts, |canvas| {
        warning(canvas, board, WIDTH);
        canvas.centred(&title, Area::new(EDGE, 8.0, WIDTH, 10.0), Style::bold(8.0));
        let room = Area::new(EDGE, 18.4, WIDTH, 5.6);
        canvas.centred(&board.span, room, Style::plain(4.0).ink(Ink::GREY));
        always(canvas, board);
        steps(canvas, board);
        verdicts(canvas, board);
        table(canvas, board);
        phones(canvas, board);
        Ok(())
    })?;
    paper.finish()
}

/// Emergency and coming home: above everything, in every policy.
fn always(canvas: &mut Canvas<'_, '_>, board: &Board) {
    let area = Area::new(EDGE, 26.0, WIDTH, 33.0);
    canvas.filled(area, 2.5, Ink::BRAND_SOFT);
    canvas.outlined(area, 2.5, Pen::solid(Ink::BRAND, 0.7));
    let mut y = area.y + 2.4;
    for (key, bold) in [
        ("paper-guard-emergency", true),
        ("paper-guard-home", true),
        ("paper-guard-low", false),
    ] {
        let style = if bold {
            Style::bold(5.4)
        } else {
            Style::plain(4.8)
        };
        let room = Area::new(area.x + 4.0, y, area.width - 8.0, 9.4);
        canvas.centred(&text(board.lang, key), room, style.lines(2));
        y += 9.6;
    }
}

/// What the hand does, one after the other.
fn steps(canvas: &mut Canvas<'_, '_>, board: &Board) {
    heading(canvas, board, "paper-guard-steps", 61.5);
    let slots = [
        ("threshold", board.threshold.as_str()),
        ("minutes", board.minutes.as_str()),
    ];
    let words: Vec<String> = ["1", "2", "3", "4", "5"]
        .iter()
        .map(|number| text_filled(board.lang, &format!("paper-guard-step-{number}"), &slots))
        .collect();
    let width = (WIDTH - 4.0 * 3.0) / 5.0;
    let room = Area::new(0.0, 0.0, width - 4.0, 16.0);
    let texts = words.iter().map(String::as_str);
    let style_of_words = canvas.same_size(texts, room, Style::plain(4.3).lines(5));
    for (at, words) in words.iter().enumerate() {
        let x = EDGE + at as f32 * (width + 3.0);
        let area = Area::new(x, 69.0, width, 25.0);
        canvas.outlined(area, 2.0, Pen::solid(Ink::LINE, 0.3));
        canvas.disc((x + 4.6, 73.6), 2.9, Ink::DEEP);
        let number = Area::new(x + 1.7, 71.0, 5.8, 5.2);
        let style = Style::bold(4.2).ink(Ink::WHITE).side(Side::Middle);
        canvas.centred(&(at + 1).to_string(), number, style);
        let room = Area::new(x + 2.0, 77.2, width - 4.0, 16.0);
        canvas.text(words, room, style_of_words);
    }
}

/// The four shapes of the screen, and what each asks for.
fn verdicts(canvas: &mut Canvas<'_, '_>, board: &Board) {
    heading(canvas, board, "paper-guard-verdicts", 96.5);
    let width = (WIDTH - 3.0 * 3.0) / 4.0;
    let keys = ["admit", "ask", "refuse", "refer"];
    let words = keys.map(|key| text(board.lang, &format!("paper-guard-{key}")));
    let room = Area::new(0.0, 0.0, width - 5.2, 14.4);
    let texts = words.iter().map(String::as_str);
    let style_of_words = canvas.same_size(texts, room, Style::plain(4.3).lines(4));
    for (at, (verdict, look)) in [
        (Verdict::Admit, Look::Go),
        (Verdict::Ask, Look::Ask),
        (Verdict::Refuse, Look::Stop),
        (Verdict::Refer, Look::Refer),
    ]
    .into_iter()
    .enumerate()
    {
        let (ink, ground) = look.inks();
        let x = EDGE + at as f32 * (width + 3.0);
        let area = Area::new(x, 104.0, width, 27.0);
        canvas.filled(area, 2.0, ground);
        canvas.outlined(area, 2.0, Pen::solid(ink, 0.4));
        look.shape(canvas, (x + 6.6, 110.2), 4.0);
        let Words { zh, en } = verdict_words(verdict);
        let word = board.lang.pick(Words { zh, en });
        let room = Area::new(x + 12.6, 106.0, width - 14.0, 8.6);
        canvas.centred(word, room, Style::bold(6.0).ink(ink).lines(2));
        let room = Area::new(x + 2.6, 115.6, width - 5.2, 14.4);
        canvas.text(&words[at], room, style_of_words);
    }
}

const WORDS_LEFT: f32 = EDGE + 67.0;
const WORDS_WIDTH: f32 = WIDTH - 67.0 - 21.0;

/// Who comes, and what the rules in force say.
fn table(canvas: &mut Canvas<'_, '_>, board: &Board) {
    heading(canvas, board, "paper-guard-table", TABLE_TOP);
    let top = TABLE_TOP + 7.0;
    // The first line is what always holds, and stands above.
    let lines: Vec<&Line> = board.lines.iter().skip(1).collect();
    let texts: Vec<String> = lines.iter().map(|line| words(board, line)).collect();
    let height = (top, PHONES_TOP - 2.0 - top);
    let rows = share(canvas, &texts, WORDS_WIDTH, height, (0.9, 4.4), ROW_MOST);
    for ((line, text), (y, high)) in lines.into_iter().zip(&texts).zip(&rows.places) {
        canvas.stroke((EDGE, *y), (EDGE + WIDTH, *y), Pen::solid(Ink::LINE, 0.2));
        row(
            canvas,
            line,
            text,
            Area::new(EDGE, *y, WIDTH, *high),
            rows.words,
        );
    }
}

/// The sentences of a line, what is needed, and the guard's own part.
fn words(board: &Board, line: &Line) -> String {
    let mut words = line.text.clone();
    for (key, slot, value) in [
        ("paper-guard-needs", "needs", &line.needs),
        ("paper-guard-duties", "duties", &line.duties),
    ] {
        if !value.is_empty() {
            words.push_str(&text_with(board.lang, key, slot, value.as_str()));
        }
    }
    words
}

fn row(canvas: &mut Canvas<'_, '_>, line: &Line, text: &str, area: Area, size: f32) {
    let middle = area.y + area.height / 2.0;
    line.look.shape(canvas, (area.x + 4.0, middle), 2.6);
    let column = |x: f32, width: f32| Area::new(x, area.y + 0.3, width, area.height - 0.6);
    let (ink, _) = line.look.inks();
    canvas.centred(
        &line.title,
        column(area.x + 9.0, 37.0),
        Style::bold(4.2).lines(3),
    );
    let chip = Style::bold(4.2).ink(ink);
    canvas.centred(&line.chip, column(area.x + 47.0, 19.0), chip);
    canvas.centred(
        text,
        column(WORDS_LEFT, WORDS_WIDTH),
        Style::plain(size).lines(9),
    );
    let mut y = area.y + 1.0;
    for tag in &line.tags {
        if y + 4.4 > area.y + area.height {
            break;
        }
        y += tag.draw(canvas, area.x + area.width, y, 19.0) + 0.6;
    }
}

fn phones(canvas: &mut Canvas<'_, '_>, board: &Board) {
    let area = Area::new(EDGE, PHONES_TOP, WIDTH, 15.4);
    canvas.filled(area, 2.0, Ink(0xf4, 0xf3, 0xee));
    let desks = board
        .desks
        .iter()
        .map(|desk| format!("{} {}", desk.name, desk.phone));
    let mut all: Vec<String> = desks.collect();
    all.push(text(board.lang, "paper-poster-hotlines"));
    let room = Area::new(area.x + 3.0, area.y + 1.4, area.width - 6.0, 6.0);
    canvas.centred(&all.join(" · "), room, Style::bold(4.2));
    let room = Area::new(area.x + 3.0, area.y + 8.0, area.width - 6.0, 6.2);
    canvas.centred(
        &text(board.lang, "paper-guard-offline"),
        room,
        Style::plain(3.7),
    );
    let style = Style::plain(2.7).ink(Ink::GREY).lines(2);
    let room = Area::new(EDGE, PHONES_TOP + 17.0, WIDTH, 6.8);
    canvas.text(&format!("{} · {}", board.sources, board.stamp), room, style);
}

fn heading(canvas: &mut Canvas<'_, '_>, board: &Board, key: &str, y: f32) {
    let room = Area::new(EDGE, y, WIDTH, 6.6);
    canvas.centred(&text(board.lang, key), room, Style::bold(5.0));
}
