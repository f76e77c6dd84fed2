//! What hangs at a gate, as finished words: the lines of a poster and of a guard's card. Nothing
//! on any resident has a field here (SCOPE-6).

use super::canvas::{Area, Canvas, Ink, Side, Style};
use super::icon::Icon;
use super::pen::Pen;
use super::sheet::A4;
use gatehouse_core::gate::wording::Lang;

/// How an answer looks: shape and pattern, not colour alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// May cross.
    Go,
    /// Something is missing.
    Ask,
    /// Not now.
    Stop,
    /// Somebody takes charge.
    Refer,
}

/// On what a line rests, in a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// `ZX 4`, 本地自定, 不能关.
    pub text: String,
    /// Chosen locally: drawn dashed.
    pub is_local: bool,
}

/// One question with its answer.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its picture.
    pub icon: Icon,
    /// What is asked.
    pub title: String,
    /// The answer in a word.
    pub chip: String,
    /// How the word looks.
    pub look: Look,
    /// The answer in sentences.
    pub text: String,
    /// What is to be shown or done; empty where nothing is.
    pub needs: String,
    /// What the gate does besides.
    pub duties: String,
    /// Where it comes from.
    pub tags: Vec<Tag>,
}

/// An office with its telephone.
#[derive(Clone, Debug)]
pub struct Desk {
    /// What people call it.
    pub name: String,
    /// Its telephone.
    pub phone: String,
}

/// Everything that hangs at a gate.
#[derive(Clone, Debug)]
pub struct Board {
    /// Language.
    pub lang: Lang,
    /// Compound or village.
    pub place: String,
    /// The gate.
    pub gate: String,
    /// From when until when, in words.
    pub span: String,
    /// Printed across the top of what shall not hang anywhere yet.
    pub warning: Option<String>,
    /// Questions and answers, what always holds first.
    pub lines: Vec<Line>,
    /// Whom to call.
    pub desks: Vec<Desk>,
    /// Telephone for everything; empty where none is known.
    pub phone: String,
    /// Where visitors register.
    pub visit: Option<String>,
    /// How to object.
    pub appeal: String,
    /// Notices and offices on which it rests.
    pub sources: String,
    /// Short id of the effective policy and when this was printed.
    pub stamp: String,
    /// Limit of temperature, in words with its unit.
    pub threshold: String,
    /// Minutes of rest.
    pub minutes: String,
}

impl Board {
    /// Characters that the font cannot show; those who made a rule may use rare ones too.
    pub fn missing(&self, fonts: &super::Fonts) -> Vec<char> {
        let lines = self.lines.iter().flat_map(|line| [&line.title, &line.text]);
        let texts = [&self.place, &self.gate, &self.appeal, &self.sources];
        let all: String = lines.chain(texts).map(String::as_str).collect();
        fonts.missing(&all)
    }
}

/// Rows of different height below one another, their sentences in one size.
#[derive(Clone, Debug)]
pub struct Rows {
    /// Size of the sentences.
    pub words: f32,
    /// Upper edge and height of each.
    pub places: Vec<(f32, f32)>,
}

/// The smallest sentences, in millimetres.
const WORDS_LEAST: f32 = 2.2;

/// Shares a height among rows, so that all sentences are of one size and as large as possible.
/// `besides` is what a row needs besides its sentences, in units of their size; `words` is the
/// size that they have where there is room enough, `most` the height of a row that needs no more.
pub fn share(
    canvas: &Canvas<'_, '_>,
    texts: &[String],
    width: f32,
    (top, height): (f32, f32),
    (besides, mut words): (f32, f32),
    most: f32,
) -> Rows {
    loop {
        let style = Style::plain(words);
        let needed = texts
            .iter()
            .map(|text| canvas.height_of(text, width, style));
        let needed: Vec<f32> = needed.map(|high| high + besides * words).collect();
        let sum: f32 = needed.iter().sum();
        if sum > height && words > WORDS_LEAST {
            words *= 0.97;
            continue;
        }
        let spare = (height - sum).max(0.0) / texts.len().max(1) as f32;
        let mut y = top;
        let places = needed.iter().map(|high| {
            let place = (y, (high + spare).min(high.max(most)));
            y += place.1;
            place
        });
        return Rows {
            words,
            places: places.collect(),
        };
    }
}

/// What a paper that shall not hang anywhere yet says across its top.
pub fn warning(canvas: &mut Canvas<'_, '_>, board: &Board, width: f32) {
    let Some(words) = &board.warning else { return };
    let area = Area::new((A4.0 - width) / 2.0, 2.4, width, 5.2);
    canvas.filled(area, 1.0, Ink::STOP);
    let style = Style::bold(3.8).ink(Ink::WHITE).side(Side::Middle);
    canvas.centred(words, area, style);
}

impl Look {
    /// The class of its chip on a page.
    pub const fn class(self) -> &'static str {
        match self {
            Look::Go => "go",
            Look::Ask => "ask",
            Look::Stop => "stop",
            Look::Refer => "ref",
        }
    }

    /// Colour of its words, and its ground.
    pub const fn inks(self) -> (Ink, Ink) {
        match self {
            Look::Go => (Ink::GO, Ink::GO_SOFT),
            Look::Ask => (Ink::ASK, Ink::ASK_SOFT),
            Look::Stop => (Ink::STOP, Ink::STOP_SOFT),
            Look::Refer => (Ink::REFER, Ink::REFER_SOFT),
        }
    }

    /// The four shapes of the gate's screen.
    pub fn shape(self, canvas: &mut Canvas<'_, '_>, middle: (f32, f32), radius: f32) {
        let (ink, _) = self.inks();
        let (x, y) = middle;
        let corner = |right: f32, down: f32| (x + right * radius, y + down * radius);
        match self {
            Look::Go => {
                canvas.disc(middle, radius, ink);
                let tick = [corner(-0.45, 0.05), corner(-0.1, 0.4), corner(0.5, -0.35)];
                canvas.polyline(&tick, Pen::solid(Ink::WHITE, radius * 0.24));
            }
            Look::Ask => {
                let points = [corner(0.0, -1.0), corner(1.05, 0.85), corner(-1.05, 0.85)];
                canvas.polygon(&points, ink);
                let bar = [corner(0.0, -0.35), corner(0.0, 0.25)];
                canvas.polyline(&bar, Pen::solid(Ink::WHITE, radius * 0.22));
                canvas.disc(corner(0.0, 0.55), radius * 0.13, Ink::WHITE);
            }
            Look::Stop => {
                let (near, far) = (0.41, 1.0);
                let points = [
                    corner(-near, -far),
                    corner(near, -far),
                    corner(far, -near),
                    corner(far, near),
                    corner(near, far),
                    corner(-near, far),
                    corner(-far, near),
                    corner(-far, -near),
                ];
                canvas.polygon(&points, ink);
                let bar = [corner(-0.55, 0.0), corner(0.55, 0.0)];
                canvas.polyline(&bar, Pen::solid(Ink::WHITE, radius * 0.28));
            }
            Look::Refer => {
                let points = [
                    corner(0.0, -1.1),
                    corner(1.1, 0.0),
                    corner(0.0, 1.1),
                    corner(-1.1, 0.0),
                ];
                canvas.polygon(&points, ink);
                let pen = Pen::solid(Ink::WHITE, radius * 0.2);
                canvas.polyline(&[corner(-0.5, 0.0), corner(0.45, 0.0)], pen);
                let head = [corner(0.1, -0.36), corner(0.5, 0.0), corner(0.1, 0.36)];
                canvas.polyline(&head, pen);
            }
        }
    }

    /// The word on its ground, as high as `size` asks. Says how wide it became.
    pub fn chip(self, canvas: &mut Canvas<'_, '_>, word: &str, at: (f32, f32), size: f32) -> f32 {
        let (ink, ground) = self.inks();
        let style = Style::bold(size).ink(ink).side(Side::Middle);
        let area = Area::new(at.0, at.1, canvas.width_of(word, style) + size, size * 1.36);
        let radius = if self == Look::Stop { 0.0 } else { size * 0.3 };
        canvas.inside(area, radius, |canvas| {
            canvas.filled(area, 0.0, ground);
            let high = area.height;
            let pen = |width: f32| Pen::solid(Ink::WHITE, width);
            let steps = |step: f32| {
                let most = (area.width + high) / step;
                (0..most as usize + 1).map(move |at| area.x + at as f32 * step)
            };
            match self {
                Look::Go | Look::Ask => {}
                Look::Stop => {
                    for x in steps(size * 0.6) {
                        canvas.stroke((x - high, area.y + high), (x, area.y), pen(size * 0.16));
                    }
                }
                Look::Refer => {
                    for x in steps(size * 0.56) {
                        canvas.stroke((x, area.y), (x, area.y + high), pen(size * 0.12));
                    }
                }
            }
        });
        let pen = match self {
            Look::Ask => Pen::dashed(ink, size * 0.11, size * 0.2),
            _ => Pen::solid(ink, size * 0.1),
        };
        canvas.outlined(area, radius, pen);
        canvas.centred(word, area, style);
        area.width
    }
}

impl Tag {
    /// Draws it with its right edge at `right`, from `top`. Says how high it became.
    pub fn draw(&self, canvas: &mut Canvas<'_, '_>, right: f32, top: f32, width: f32) -> f32 {
        let ink = if self.is_local { Ink::ASK } else { Ink::GREY };
        let style = Style::plain(2.9).ink(ink).lines(2).side(Side::Middle);
        let inner = Area::new(right - width + 0.8, top + 0.5, width - 1.6, 7.0);
        let block = canvas.fitted(&self.text, inner, style);
        let wide = block.width() + 1.8;
        let area = Area::new(right - wide, top, wide, block.height() + 1.0);
        canvas.block(
            &block,
            Area::new(area.x + 0.9, top + 0.5, block.width(), 7.0),
            style,
        );
        let pen = match self.is_local {
            true => Pen::dashed(ink, 0.25, 0.8),
            false => Pen::solid(Ink::LINE, 0.2),
        };
        canvas.outlined(area, 0.8, pen);
        area.height
    }
}
