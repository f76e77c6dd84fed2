//! Text in boxes: broken into lines, made smaller until it fits, never over the edge.
//!
//! Chinese breaks between any two characters but not before a closing mark or after an opening
//! one; words in Latin letters break at blanks, and inside only where one is longer than a line.

use super::font::{Face, Shape};

/// From one baseline to the next, in units of the size.
const LEADING: f32 = 1.28;
/// From the top of a line to its baseline, in units of the size.
pub const ASCENT: f32 = 0.88;
/// Below the baseline, in units of the size.
pub const DESCENT: f32 = 0.14;
/// How much smaller each attempt is.
const STEP: f32 = 0.96;
/// Nothing is set smaller; what still does not fit ends in `…`.
const SIZE_LEAST: f32 = 1.35;

/// Characters that do not stand at the beginning of a line.
const CLOSING: &str = "，。、；：？！）】》」』”’·—…%℃,.;:?!)]}";
/// Characters that do not stand at the end of a line.
const OPENING: &str = "（【《「『“‘([{";

/// A text in its box.
#[derive(Clone, Debug)]
pub struct Block {
    /// Size of the letters, in millimetres.
    pub size: f32,
    /// The lines, each with its glyphs.
    pub lines: Vec<Line>,
    /// From one baseline to the next.
    pub leading: f32,
    /// Whether something was left out.
    pub is_cut: bool,
}

/// A line of a text.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its characters.
    pub text: String,
    /// Their glyphs; positions count from the begin of `text`.
    pub shapes: Vec<Shape>,
    /// In units of the size.
    pub width: f32,
}

/// The room for a text, in millimetres.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
    /// Size of the letters where there is room enough.
    pub size: f32,
    /// Most lines.
    pub lines: usize,
}

impl Block {
    /// Its height.
    pub fn height(&self) -> f32 {
        let gaps = self.lines.len().saturating_sub(1) as f32;
        gaps * self.leading + self.size * (ASCENT + DESCENT)
    }

    fn fits(&self, room: &Room) -> bool {
        self.lines.len() <= room.lines.max(1)
            && self.height() <= room.height
            && self.width() <= room.width + 1e-3
    }

    /// Its width.
    pub fn width(&self) -> f32 {
        let widest = self.lines.iter().map(|line| line.width);
        widest.fold(0.0, f32::max) * self.size
    }
}

/// Sets a text into a room: in its size where that fits, else smaller, else cut.
pub fn fit(face: &Face, text: &str, room: Room) -> Block {
    let paragraphs = shaped(face, text);
    let mut size = room.size;
    loop {
        let block = set_shaped(&paragraphs, size, room.width);
        if block.fits(&room) {
            return block;
        }
        if size <= SIZE_LEAST {
            return cut(face, block, room);
        }
        size = (size * STEP).max(SIZE_LEAST);
    }
}

/// Sets a text in one size, however many lines it takes.
pub fn set(face: &Face, text: &str, size: f32, width: f32) -> Block {
    set_shaped(&shaped(face, text), size, width)
}

/// A text in one line, as wide as it is.
pub fn line(face: &Face, text: &str) -> Line {
    let shapes = face.shapes(text);
    Line {
        width: width_of(&shapes),
        shapes,
        text: text.to_owned(),
    }
}

type Paragraph<'a> = (&'a str, Vec<Shape>);

fn shaped<'a>(face: &Face, text: &'a str) -> Vec<Paragraph<'a>> {
    let paragraphs = text.split('\n');
    paragraphs.map(|text| (text, face.shapes(text))).collect()
}

fn set_shaped(paragraphs: &[Paragraph<'_>], size: f32, width: f32) -> Block {
    let lines = paragraphs
        .iter()
        .flat_map(|(text, shapes)| broken(text, shapes, width / size));
    Block {
        size,
        lines: lines.collect(),
        leading: size * LEADING,
        is_cut: false,
    }
}

/// Takes lines off the end, then characters, until the rest fits.
fn cut(face: &Face, mut block: Block, room: Room) -> Block {
    while block.lines.len() > 1 && !block.fits(&room) {
        block.lines.pop();
        block.is_cut = true;
    }
    let Some(last) = block.lines.last_mut().filter(|_| block.is_cut) else {
        return block;
    };
    let mut text = last.text.clone();
    loop {
        *last = line(face, &format!("{text}…"));
        if last.width * block.size <= room.width || text.pop().is_none() {
            return block;
        }
    }
}

fn width_of(shapes: &[Shape]) -> f32 {
    shapes.iter().map(|shape| shape.advance).sum()
}

/// Lines of at most `most` units.
fn broken(text: &str, shapes: &[Shape], most: f32) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut begin = 0;
    while begin < shapes.len() {
        let end = line_end(shapes, begin, most);
        let origin = shapes[begin].at;
        let until = shapes.get(end).map_or(text.len(), |shape| shape.at);
        let bare = text[origin..until].trim_end();
        let own = shapes[begin..end].iter();
        let own = own.filter(|shape| shape.at < origin + bare.len());
        let shapes_of_line: Vec<Shape> = own
            .map(|shape| Shape {
                at: shape.at - origin,
                ..*shape
            })
            .collect();
        lines.push(Line {
            width: width_of(&shapes_of_line),
            shapes: shapes_of_line,
            text: bare.to_owned(),
        });
        begin = end;
        while begin < shapes.len() && shapes[begin].character == ' ' {
            begin += 1;
        }
    }
    if lines.is_empty() {
        lines.push(Line {
            text: String::new(),
            shapes: vec![],
            width: 0.0,
        });
    }
    lines
}

/// Where the line that begins at `begin` ends: at least one character on.
fn line_end(shapes: &[Shape], begin: usize, most: f32) -> usize {
    let mut width = 0.0;
    let mut end = begin;
    while end < shapes.len() {
        let shape = &shapes[end];
        // A blank at the end hangs over and is not drawn.
        if width + shape.advance > most + 1e-3 && shape.character != ' ' {
            break;
        }
        width += shape.advance;
        end += 1;
    }
    if end == shapes.len() {
        return end;
    }
    let good = (begin + 1..=end).rev().find(|at| may_break(shapes, *at));
    good.unwrap_or(end).max(begin + 1)
}

fn may_break(shapes: &[Shape], at: usize) -> bool {
    let (before, after) = (shapes[at - 1].character, shapes[at].character);
    if CLOSING.contains(after) || OPENING.contains(before) {
        return false;
    }
    let is_word = |c: char| c.is_ascii_graphic() || (c.is_alphabetic() && !is_wide(c));
    let in_name = before == '-' && after.is_alphabetic() && at >= 2 && {
        shapes[at - 2].character.is_alphabetic()
    };
    in_name || before == ' ' || after == ' ' || !(is_word(before) && is_word(after))
}

fn is_wide(character: char) -> bool {
    matches!(u32::from(character), 0x2E80..=0x9FFF | 0xF900..=0xFAFF | 0xFF00..=0xFFEF
        | 0x20000..=0x3FFFF)
}

#[cfg(test)]
mod tests {
    use super::super::font::Weight;
    use super::super::font::tests::fonts;
    use super::*;
    use proptest::prelude::*;

    fn lines(text: &str, width: f32) -> Vec<String> {
        let Some(fonts) = fonts() else { return vec![] };
        let block = set(fonts.face(Weight::Regular), text, 1.0, width);
        block.lines.into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn lines_break_where_a_reader_expects_it() {
        if fonts().is_none() {
            return;
        }
        let table = [
            ("没带证也能回家", 4.0, vec!["没带证也", "能回家"]),
            ("回家，报房号。", 2.0, vec!["回", "家，", "报房", "号。"]),
            ("（随时）回家", 4.0, vec!["（随时）", "回家"]),
            ("Let residents home", 5.0, vec!["Let", "residents", "home"]),
            ("一\n二", 9.0, vec!["一", "二"]),
            ("", 9.0, vec![""]),
        ];
        for (text, width, expected) in table {
            assert_eq!(lines(text, width), expected, "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn no_text_runs_over_its_room(
            text in "[王买提·，。（）A-Za-z0-9 \u{323B0}]{0,90}",
            width in 4.0f32..60.0, height in 1.5f32..20.0, size in 1.5f32..8.0,
            most in 1usize..5,
        ) {
            let Some(fonts) = fonts() else { return Ok(()) };
            let room = Room { width, height, size, lines: most };
            let block = fit(fonts.face(Weight::Regular), &text, room);
            prop_assert!(block.width() <= width + 0.01, "{} > {width}", block.width());
            prop_assert!(block.height() <= height + 0.01, "{} > {height}", block.height());
            prop_assert!(block.lines.len() <= most);
            if !block.is_cut {
                let bare = |text: &str| text.replace(' ', "");
                let set: String = block.lines.iter().map(|line| line.text.as_str()).collect();
                prop_assert_eq!(bare(&set), bare(&text));
            }
        }
    }
}
