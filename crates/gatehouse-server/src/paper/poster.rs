//! The residents' poster: one A4, rules in the order in which people ask, what is always allowed
//! first (PUB-1). It says nothing about any resident (SCOPE-6).

use super::PaperError;
use super::board::{Board, Line, share, warning};
use super::canvas::{Area, Canvas, Ink, Paper, Side, Style};
use super::font::Fonts;
use super::icon::{Icon, draw as draw_icon};
use super::pen::Pen;
use super::qr::Code;
use super::sheet::{A4, language};
use crate::locale::{text, text_with};

const EDGE: f32 = 11.0;
const WIDTH: f32 = A4.0 - 2.0 * EDGE;
const LINES_TOP: f32 = 39.0;
const BOX_TOP: f32 = 229.5;
const BOX_HEIGHT: f32 = 53.0;
const TAG: f32 = 20.0;
const CODE_SIDE: f32 = 34.0;
/// A line is not higher, however few there are.
const LINE_MOST: f32 = 25.0;

/// A file with the poster.
///
/// # Errors
/// A code that does not fit.
pub fn poster(board: &Board, fonts: &Fonts) -> Result<Vec<u8>, PaperError> {
    let title = text_with(
        board.lang,
        "paper-poster-title",
        "place",
        board.place.as_str(),
    );
    let mut paper = Paper::new(&title, language(board.lang));
    paper.page(A4, fonts, |canvas| {
        warning(canvas, board, WIDTH);
        head(canvas, board, &title);
        lines(canvas, board);
        foot(canvas, board)
    })?;
    paper.finish()
}

fn head(canvas: &mut Canvas<'_, '_>, board: &Board, title: &str) {
    let mark = Area::new(EDGE, 11.0, 19.0, 19.0);
    canvas.filled(mark, 4.0, Ink(0xff, 0xbf, 0x1f));
    draw_icon(canvas, Icon::Gate, mark.inset(2.6), Ink(0x23, 0x19, 0x00));
    let room = Area::new(EDGE + 24.0, 9.6, WIDTH - 24.0, 13.6);
    canvas.centred(title, room, Style::bold(11.5));
    let room = Area::new(EDGE + 24.0, 24.2, WIDTH - 24.0, 7.0);
    canvas.centred(&board.span, room, Style::plain(5.0));
    canvas.filled(Area::new(EDGE, 35.0, WIDTH, 1.1), 0.0, Ink::DEEP);
}

/// A title, in units of the sentences below it.
const TITLE: f32 = 1.4;
/// From the top of a title to the top of its sentences, in the same units.
const ABOVE: f32 = TITLE * 1.36 + 0.12;
/// Where words begin.
const WORDS_LEFT: f32 = EDGE + 19.0;
const WORDS_WIDTH: f32 = WIDTH - 19.0 - TAG - 3.0;

fn lines(canvas: &mut Canvas<'_, '_>, board: &Board) {
    let texts: Vec<String> = board.lines.iter().map(|line| words(board, line)).collect();
    let height = (LINES_TOP, BOX_TOP - 2.0 - LINES_TOP);
    let rows = share(
        canvas,
        &texts,
        WORDS_WIDTH,
        height,
        (ABOVE + 0.6, 5.0),
        LINE_MOST,
    );
    for (at, ((line, text), (y, high))) in (board.lines.iter().zip(&texts))
        .zip(&rows.places)
        .enumerate()
    {
        one(
            canvas,
            line,
            text,
            Area::new(EDGE, *y, WIDTH, *high),
            rows.words,
        );
        if at > 0 {
            let pen = Pen::solid(Ink(0xdc, 0xda, 0xd2), 0.3);
            canvas.stroke((EDGE, *y), (EDGE + WIDTH, *y), pen);
        }
    }
}

/// The sentences of a line, with what is to be shown.
fn words(board: &Board, line: &Line) -> String {
    let mut words = line.text.clone();
    if !line.needs.is_empty() {
        let needs = line.needs.as_str();
        words.push_str(&text_with(board.lang, "paper-poster-needs", "needs", needs));
    }
    words
}

fn one(canvas: &mut Canvas<'_, '_>, line: &Line, text: &str, area: Area, size: f32) {
    let side = (area.height - 2.6).min(14.0);
    let middle = area.y + area.height / 2.0;
    let square = Area::new(
        area.x + (14.0 - side) / 2.0,
        middle - side / 2.0,
        side,
        side,
    );
    canvas.filled(square, side * 0.22, Ink::BRAND_SOFT);
    draw_icon(canvas, line.icon, square.inset(side * 0.17), Ink::BRAND);
    let style = Style::plain(size).lines(9);
    let room = Area::new(WORDS_LEFT, area.y, WORDS_WIDTH, area.height);
    let block = canvas.fitted(text, room, style);
    let top = middle - (ABOVE * size + block.height()) / 2.0;
    let title_style = Style::bold(size * TITLE);
    let title = Area::new(WORDS_LEFT, top, WORDS_WIDTH - 30.0, size * TITLE * 1.36);
    let title_block = canvas.fitted(&line.title, title, title_style);
    canvas.block(&title_block, title, title_style);
    let beside = WORDS_LEFT + title_block.width() + size * 0.8;
    line.look
        .chip(canvas, &line.chip, (beside, top), size * TITLE * 0.8);
    let below = Area {
        y: top + ABOVE * size,
        ..room
    };
    canvas.block(&block, below, style);
    tags(canvas, line, area);
}

fn tags(canvas: &mut Canvas<'_, '_>, line: &Line, area: Area) {
    let mut y = area.y + 2.2;
    for tag in &line.tags {
        if y + 4.6 > area.y + area.height {
            break;
        }
        y += tag.draw(canvas, area.x + area.width, y, TAG) + 1.0;
    }
}

fn foot(canvas: &mut Canvas<'_, '_>, board: &Board) -> Result<(), PaperError> {
    let whole = Area::new(EDGE, BOX_TOP, WIDTH, BOX_HEIGHT);
    canvas.filled(whole, 4.0, Ink(0xf4, 0xf3, 0xee));
    let inner = whole.inset(4.0);
    let code_room = if board.visit.is_some() {
        CODE_SIDE + 5.0
    } else {
        0.0
    };
    let half = (inner.width - code_room - 5.0) / 2.0;
    desks(
        canvas,
        board,
        Area {
            width: half,
            ..inner
        },
    );
    let middle = Area::new(inner.x + half + 5.0, inner.y, half, inner.height);
    without_phone(canvas, board, middle);
    if let Some(visit) = &board.visit {
        let right = Area::new(
            inner.x + inner.width - CODE_SIDE,
            inner.y,
            CODE_SIDE,
            inner.height,
        );
        code(canvas, board, visit, right)?;
    }
    let style = Style::plain(2.8).ink(Ink::GREY).lines(2);
    let room = Area::new(EDGE, BOX_TOP + BOX_HEIGHT + 1.6, WIDTH, 7.4);
    let words = format!("{} · {}", board.sources, board.stamp);
    canvas.text(&words, room, style);
    Ok(())
}

/// Height of the line of hotlines below them.
const HOTLINES: f32 = 4.6;
/// Lines of whom to ring: six who answer, and the desk at the gate.
const DESKS_MOST: usize = 7;

fn desks(canvas: &mut Canvas<'_, '_>, board: &Board, area: Area) {
    heading(canvas, &text(board.lang, "paper-poster-whom"), area, area.y);
    let mut y = area.y + 7.0;
    let last = area.y + area.height - HOTLINES - 0.8;
    let desks = board.desks.iter().take(DESKS_MOST);
    // As far apart as they can be, so that the last of them stands clear of the hotlines.
    let row = ((last - y) / desks.len().max(1) as f32).min(5.0);
    for desk in desks {
        let name = Area::new(area.x, y, area.width * 0.58, row - 0.1);
        canvas.centred(&desk.name, name, Style::plain(3.7));
        let phone = Area::new(area.x + area.width * 0.59, y, area.width * 0.41, row - 0.1);
        canvas.centred(&desk.phone, phone, Style::bold(3.9).side(Side::Right));
        y += row;
    }
    // For the pen: what no record of ours knows yet.
    for key in ["paper-poster-clinic", "paper-poster-hospital"] {
        if y + 6.4 > last {
            break;
        }
        let room = Area::new(area.x, y, area.width * 0.44, 5.6);
        canvas.centred(&text(board.lang, key), room, Style::plain(3.7));
        let from = area.x + area.width * 0.45;
        canvas.stroke(
            (from, y + 5.0),
            (area.x + area.width, y + 5.0),
            Pen::solid(Ink::LINE, 0.2),
        );
        y += 6.4;
    }
    let room = Area::new(
        area.x,
        area.y + area.height - HOTLINES,
        area.width,
        HOTLINES,
    );
    canvas.centred(
        &text(board.lang, "paper-poster-hotlines"),
        room,
        Style::bold(3.5),
    );
}

fn without_phone(canvas: &mut Canvas<'_, '_>, board: &Board, area: Area) {
    heading(
        canvas,
        &text(board.lang, "paper-poster-no-phone"),
        area,
        area.y,
    );
    let mut steps = vec![
        text_with(
            board.lang,
            "paper-poster-at-gate",
            "gate",
            board.gate.as_str(),
        ),
        text(board.lang, "paper-poster-worker"),
    ];
    if !board.phone.is_empty() {
        steps.push(text_with(
            board.lang,
            "paper-poster-call",
            "phone",
            board.phone.as_str(),
        ));
    }
    let mut y = area.y + 7.0;
    for (at, step) in steps.iter().enumerate() {
        let disc = (area.x + 2.2, y + 2.3);
        canvas.disc(disc, 2.2, Ink::BLACK);
        let number = Area::new(area.x, y + 0.1, 4.4, 4.4);
        let style = Style::bold(3.0).ink(Ink::WHITE).side(Side::Middle);
        canvas.centred(&(at + 1).to_string(), number, style);
        let room = Area::new(area.x + 6.0, y + 0.2, area.width - 6.0, 8.6);
        y += canvas.text(step, room, Style::plain(3.7).lines(2)).max(4.2) + 1.0;
    }
    heading(
        canvas,
        &text(board.lang, "paper-poster-object"),
        area,
        y + 1.0,
    );
    let mut words = board.appeal.clone();
    if !board.phone.is_empty() {
        words = text_with(
            board.lang,
            "paper-poster-complain",
            "phone",
            board.phone.as_str(),
        );
        words.push_str(&board.appeal);
    }
    let top = y + 7.4;
    let room = Area::new(area.x, top, area.width, area.y + area.height - top);
    canvas.text(&words, room, Style::plain(3.6).lines(5));
}

fn heading(canvas: &mut Canvas<'_, '_>, words: &str, area: Area, y: f32) {
    canvas.centred(
        words,
        Area::new(area.x, y, area.width, 5.8),
        Style::bold(4.7),
    );
}

fn code(
    canvas: &mut Canvas<'_, '_>,
    board: &Board,
    visit: &str,
    area: Area,
) -> Result<(), PaperError> {
    let code = Code::of(visit)?;
    canvas.code(&code, area.x, area.y - 1.0, CODE_SIDE);
    let y = area.y + CODE_SIDE - 0.6;
    let room = Area::new(area.x - 2.0, y, CODE_SIDE + 4.0, 5.0);
    let words = text(board.lang, "paper-poster-scan");
    canvas.centred(&words, room, Style::bold(4.2).side(Side::Middle));
    let room = Area::new(area.x - 2.0, y + 5.2, CODE_SIDE + 4.0, 8.0);
    let words = text(board.lang, "paper-poster-scan-note");
    canvas.text(&words, room, Style::plain(2.9).lines(2).side(Side::Middle));
    Ok(())
}
