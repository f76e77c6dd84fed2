//! A page to draw on, in millimetres from its upper left corner.

use super::PaperError;
use super::font::{Fonts, Shape, Weight};
use super::pen::{Pen, joined, rounded};
use super::qr::Code;
use super::text::{ASCENT, Block, Line, Room, fit, line, set};
use krilla::color::rgb::Color;
use krilla::geom::{Path, PathBuilder, Point, Rect, Size, Transform};
use krilla::image::Image;
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::{Document, SerializeSettings};

/// Points in a millimetre.
const POINTS: f32 = 72.0 / 25.4;

/// A colour, as red, green and blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ink(pub u8, pub u8, pub u8);

impl Ink {
    /// Text.
    pub const BLACK: Ink = Ink(0x16, 0x20, 0x2b);
    /// Codes.
    pub const FULL_BLACK: Ink = Ink(0, 0, 0);
    /// Text that matters less.
    pub const GREY: Ink = Ink(0x4a, 0x55, 0x61);
    /// Lines.
    pub const LINE: Ink = Ink(0x8a, 0x92, 0x9a);
    /// Paper.
    pub const WHITE: Ink = Ink(0xff, 0xff, 0xff);
    /// Ours.
    pub const BRAND: Ink = Ink(0x1f, 0x4e, 0x79);
    /// Ours, darker.
    pub const DEEP: Ink = Ink(0x13, 0x28, 0x3d);
    /// Ours, as a ground.
    pub const BRAND_SOFT: Ink = Ink(0xe4, 0xed, 0xf5);
    /// May cross.
    pub const GO: Ink = Ink(0x00, 0x57, 0x3a);
    /// May cross, as a ground.
    pub const GO_SOFT: Ink = Ink(0xdf, 0xf1, 0xe8);
    /// Something is missing; a local choice.
    pub const ASK: Ink = Ink(0x7a, 0x52, 0x00);
    /// The same, as a ground.
    pub const ASK_SOFT: Ink = Ink(0xff, 0xf1, 0xcc);
    /// Not now.
    pub const STOP: Ink = Ink(0x8f, 0x0d, 0x1a);
    /// The same, as a ground.
    pub const STOP_SOFT: Ink = Ink(0xfb, 0xe3, 0xe4);
    /// Somebody takes charge.
    pub const REFER: Ink = Ink(0x3d, 0x2f, 0x86);
    /// The same, as a ground.
    pub const REFER_SOFT: Ink = Ink(0xe9, 0xe6, 0xf7);

    fn fill(self) -> Fill {
        Fill {
            paint: self.colour().into(),
            opacity: NormalizedF32::ONE,
            rule: Default::default(),
        }
    }

    /// As krilla takes it.
    pub(super) fn colour(self) -> Color {
        Color::new(self.0, self.1, self.2)
    }
}

/// A part of the page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area {
    /// From the left edge.
    pub x: f32,
    /// From the upper edge.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

impl Area {
    /// By its corner and size.
    pub const fn new(x: f32, y: f32, width: f32, height: f32) -> Area {
        Area {
            x,
            y,
            width,
            height,
        }
    }

    /// Smaller by a margin on every side.
    pub fn inset(self, by: f32) -> Area {
        Area::new(
            self.x + by,
            self.y + by,
            self.width - 2.0 * by,
            self.height - 2.0 * by,
        )
    }

    fn middle(self) -> (f32, f32) {
        (self.x + self.width / 2.0, self.y + self.height / 2.0)
    }
}

/// Where a text stands in its area.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// At the left.
    Left,
    /// In the middle.
    Middle,
    /// At the right.
    Right,
}

/// How a text looks.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Thickness.
    pub weight: Weight,
    /// Size where there is room enough.
    pub size: f32,
    /// Most lines.
    pub lines: usize,
    /// Colour.
    pub ink: Ink,
    /// Where it stands.
    pub side: Side,
}

impl Style {
    /// One line of regular black text at the left.
    pub const fn plain(size: f32) -> Style {
        Style {
            weight: Weight::Regular,
            size,
            lines: 1,
            ink: Ink::BLACK,
            side: Side::Left,
        }
    }

    /// The same in bold.
    pub const fn bold(size: f32) -> Style {
        Style {
            weight: Weight::Bold,
            ..Style::plain(size)
        }
    }

    /// In another colour.
    pub const fn ink(self, ink: Ink) -> Style {
        Style { ink, ..self }
    }

    /// At another side.
    pub const fn side(self, side: Side) -> Style {
        Style { side, ..self }
    }

    /// In up to so many lines.
    pub const fn lines(self, lines: usize) -> Style {
        Style { lines, ..self }
    }
}

/// A file of pages.
pub struct Paper {
    document: Document,
}

impl Paper {
    /// An empty one.
    pub fn new(title: &str, language: &str) -> Paper {
        let settings = SerializeSettings {
            enable_tagging: false,
            ..SerializeSettings::default()
        };
        let mut document = Document::new_with(settings);
        let metadata = Metadata::new()
            .title(title.to_owned())
            .language(language.to_owned())
            .creator("Gatehouse".to_owned());
        document.set_metadata(metadata);
        Paper { document }
    }

    /// Adds a page of `width` × `height` millimetres and draws on it.
    ///
    /// # Errors
    /// A size that no page has; whatever the drawing refuses.
    pub fn page(
        &mut self,
        (width, height): (f32, f32),
        fonts: &Fonts,
        draw: impl FnOnce(&mut Canvas<'_, '_>) -> Result<(), PaperError>,
    ) -> Result<(), PaperError> {
        let settings = PageSettings::from_wh(width * POINTS, height * POINTS)
            .ok_or_else(|| PaperError::Page("no such size".to_owned()))?;
        let mut page = self.document.start_page_with(settings);
        let mut canvas = Canvas {
            surface: page.surface(),
            fonts,
        };
        let scale = Transform::from_scale(POINTS, POINTS);
        canvas.surface.push_transform(&scale);
        let drawn = draw(&mut canvas);
        canvas.surface.pop();
        drawn
    }

    /// The bytes of the file.
    ///
    /// # Errors
    /// Where the library refuses.
    pub fn finish(self) -> Result<Vec<u8>, PaperError> {
        let finished = self.document.finish();
        finished.map_err(|error| PaperError::Page(format!("{error:?}")))
    }
}

/// Draws on one page.
pub struct Canvas<'a, 'f> {
    surface: Surface<'a>,
    fonts: &'f Fonts,
}

impl Canvas<'_, '_> {
    /// Draws with another corner as the origin.
    pub fn at(
        &mut self,
        x: f32,
        y: f32,
        draw: impl FnOnce(&mut Self) -> Result<(), PaperError>,
    ) -> Result<(), PaperError> {
        self.surface
            .push_transform(&Transform::from_translate(x, y));
        let drawn = draw(self);
        self.surface.pop();
        drawn
    }

    /// Draws inside an area alone; what runs over is not seen.
    pub fn inside(&mut self, area: Area, radius: f32, draw: impl FnOnce(&mut Self)) {
        let Some(path) = rounded(area, radius) else {
            return;
        };
        self.surface.push_clip_path(&path, &Default::default());
        draw(self);
        self.surface.pop();
    }

    /// A filled area with corners of a radius.
    pub fn filled(&mut self, area: Area, radius: f32, ink: Ink) {
        self.path(rounded(area, radius), Some(ink), None);
    }

    /// The outline of an area.
    pub fn outlined(&mut self, area: Area, radius: f32, pen: Pen) {
        self.path(rounded(area, radius), None, Some(pen));
    }

    /// A straight line.
    pub fn stroke(&mut self, from: (f32, f32), to: (f32, f32), pen: Pen) {
        self.polyline(&[from, to], pen);
    }

    /// Straight lines from point to point.
    pub fn polyline(&mut self, points: &[(f32, f32)], pen: Pen) {
        self.path(joined(points, false), None, Some(pen));
    }

    /// A filled polygon.
    pub fn polygon(&mut self, points: &[(f32, f32)], ink: Ink) {
        self.path(joined(points, true), Some(ink), None);
    }

    /// A filled circle.
    pub fn disc(&mut self, middle: (f32, f32), radius: f32, ink: Ink) {
        let side = 2.0 * radius;
        let area = Area::new(middle.0 - radius, middle.1 - radius, side, side);
        self.filled(area, radius, ink);
    }

    /// The outline of a circle.
    pub fn circle(&mut self, middle: (f32, f32), radius: f32, pen: Pen) {
        let side = 2.0 * radius;
        let area = Area::new(middle.0 - radius, middle.1 - radius, side, side);
        self.outlined(area, radius, pen);
    }

    fn path(&mut self, path: Option<Path>, fill: Option<Ink>, pen: Option<Pen>) {
        if let Some(path) = path {
            self.surface.set_fill(fill.map(Ink::fill));
            self.surface.set_stroke(pen.map(Pen::stroke));
            self.surface.draw_path(&path);
        }
    }

    /// A text in an area, from its top. Says how high it became.
    pub fn text(&mut self, text: &str, area: Area, style: Style) -> f32 {
        let block = self.fitted(text, area, style);
        self.block(&block, area, style);
        block.height()
    }

    /// A text in an area, in the middle of its height.
    pub fn centred(&mut self, text: &str, area: Area, style: Style) {
        let block = self.fitted(text, area, style);
        let free = (area.height - block.height()).max(0.0) / 2.0;
        let lower = Area {
            y: area.y + free,
            ..area
        };
        self.block(&block, lower, style);
    }

    /// How a text would stand in an area.
    pub fn fitted(&self, text: &str, area: Area, style: Style) -> Block {
        let room = Room {
            width: area.width,
            height: area.height,
            size: style.size,
            lines: style.lines,
        };
        fit(self.fonts.face(style.weight), text, room)
    }

    /// The size in which each of several texts fits into such an area.
    pub fn same_size<'t>(
        &self,
        texts: impl IntoIterator<Item = &'t str>,
        area: Area,
        style: Style,
    ) -> Style {
        let sizes = texts
            .into_iter()
            .map(|text| self.fitted(text, area, style).size);
        Style {
            size: sizes.fold(style.size, f32::min),
            ..style
        }
    }

    /// How high a text becomes in a width, in its own size.
    pub fn height_of(&self, text: &str, width: f32, style: Style) -> f32 {
        set(self.fonts.face(style.weight), text, style.size, width).height()
    }

    /// How wide a text is in one line.
    pub fn width_of(&self, text: &str, style: Style) -> f32 {
        line(self.fonts.face(style.weight), text).width * style.size
    }

    /// A text that was set before.
    pub fn block(&mut self, block: &Block, area: Area, style: Style) {
        let mut baseline = area.y + block.size * ASCENT;
        for line in &block.lines {
            let free = area.width - line.width * block.size;
            let x = area.x
                + match style.side {
                    Side::Left => 0.0,
                    Side::Middle => free / 2.0,
                    Side::Right => free,
                };
            self.line(line, (x, baseline), block.size, style);
            baseline += block.leading;
        }
    }

    fn line(&mut self, line: &Line, (mut x, y): (f32, f32), size: f32, style: Style) {
        let mut rest = &line.shapes[..];
        while let Some(first) = rest.first() {
            let is_there = first.glyph.is_some();
            let same = rest.iter().take_while(|s| s.glyph.is_some() == is_there);
            let (run, after) = rest.split_at(same.count());
            if is_there {
                self.glyphs(line, run, (x, y), size, style);
            } else {
                self.missing(run, (x, y), size);
            }
            x += run.iter().map(|shape| shape.advance).sum::<f32>() * size;
            rest = after;
        }
    }

    fn glyphs(&mut self, line: &Line, run: &[Shape], (x, y): (f32, f32), size: f32, style: Style) {
        self.surface.set_fill(Some(style.ink.fill()));
        self.surface.set_stroke(None);
        let glyphs: Vec<_> = run.iter().map(Shape::placed).collect();
        let font = self.fonts.face(style.weight).font().clone();
        let start = Point::from_xy(x, y);
        self.surface
            .draw_glyphs(start, &glyphs, font, &line.text, size, false);
    }

    /// A box to write a character into that the font lacks, its code point above the edge: a
    /// silent blank would be a wrong name.
    fn missing(&mut self, run: &[Shape], (x, y): (f32, f32), size: f32) {
        for (at, shape) in run.iter().enumerate() {
            let x = x + at as f32 * shape.advance * size;
            let area = Area::new(x, y - 0.84 * size, shape.advance * size, 0.96 * size);
            let pen = Pen::solid(Ink::STOP, 0.06 * size);
            self.outlined(area.inset(0.05 * size), 0.0, pen);
            let code = format!("{:X}", u32::from(shape.character));
            let inner = area.inset(0.12 * size);
            let label = Area::new(inner.x, inner.y, inner.width, 0.24 * size);
            let style = Style::plain(0.22 * size).ink(Ink::STOP);
            let label_line = line(self.fonts.face(Weight::Regular), &code);
            let fitting = (label.width / label_line.width.max(0.01)).min(style.size);
            let baseline = label.y + fitting * ASCENT;
            self.line(&label_line, (label.x, baseline), fitting, style);
        }
    }

    /// A code with its quiet zone in a square of `side` millimetres.
    pub fn code(&mut self, code: &Code, x: f32, y: f32, side: f32) {
        self.filled(Area::new(x, y, side, side), 0.0, Ink::WHITE);
        let module = side / code.modules_with_quiet() as f32;
        // Whole numbers in a grid of modules: a third of the bytes, and edges that meet.
        let grid = Transform::from_row(module, 0.0, 0.0, module, x, y);
        let mut path = PathBuilder::new();
        for run in code.runs() {
            let (left, top) = (run.column as f32, run.row as f32);
            if let Some(rect) = Rect::from_xywh(left, top, run.length as f32, 1.0) {
                path.push_rect(rect);
            }
        }
        self.surface.push_transform(&grid);
        self.path(path.finish(), Some(Ink::FULL_BLACK), None);
        self.surface.pop();
    }

    /// A picture that fills an area; what is too much of it at its sides is cut off.
    pub fn picture(&mut self, image: Image, area: Area) {
        let (width, height) = image.size();
        let scale = (area.width / width as f32).max(area.height / height as f32);
        let (width, height) = (width as f32 * scale, height as f32 * scale);
        let Some(size) = Size::from_wh(width, height) else {
            return;
        };
        let (x, y) = area.middle();
        let corner = Transform::from_translate(x - width / 2.0, y - height / 2.0);
        self.inside(area, 0.0, |canvas| {
            canvas.surface.push_transform(&corner);
            canvas.surface.draw_image(image, size);
            canvas.surface.pop();
        });
    }
}
