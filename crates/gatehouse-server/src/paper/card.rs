//! A card of ISO ID-1 size (CR80), front and back (PASS-1).
//!
//! What tells a kind apart is its word and a pattern, never a colour alone: most cards come from
//! a grey printer. A face that is not there is an empty frame, not a drawing of one.

use super::PaperError;
use super::canvas::{Area, Canvas, Ink, Side, Style};
use super::font::Fonts;
use super::pen::Pen;
use super::qr::{Code, SIDE_LEAST};
use crate::locale::{text, text_with};
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::pass::{PassBand, PassKind};
use krilla::image::Image;

/// Width of a card in millimetres.
pub const WIDTH: f32 = 85.6;
/// Height of a card in millimetres.
pub const HEIGHT: f32 = 53.98;
/// Side of one module of the code: three dots of a printer with 150 dots to the inch.
const MODULE: f32 = 0.517;
/// Largest side of a code with its quiet zone.
const CODE_SIDE_MOST: f32 = 36.6;
/// Corners.
pub const CORNER: f32 = 3.2;

const HEAD: f32 = 8.2;
const EDGE: f32 = 3.0;
const PHOTO: Area = Area::new(EDGE, 10.0, 19.0, 25.4);
const MIDDLE: f32 = EDGE + 19.0 + 1.6;
const CODE_RIGHT: f32 = WIDTH - 0.6;
const CODE_TOP: f32 = 8.6;
const NUMBER_AT: (f32, f32) = (EDGE, 36.6);
const FOOT: f32 = 45.4;
const STRIP: f32 = HEIGHT - 2.2;

/// Everything on a card, in the clear.
#[derive(Clone)]
pub struct Card {
    /// Language of its words.
    pub lang: Lang,
    /// Compound or village.
    pub place: String,
    /// What it is for.
    pub kind: PassKind,
    /// Its coloured edge.
    pub band: PassBand,
    /// Whose it is: a full name, a plate, or whom it serves.
    pub name: String,
    /// 男, 女, or nothing.
    pub sex: String,
    /// The door.
    pub address: String,
    /// ID number, masked unless the policy asks for it whole.
    pub document: String,
    /// Number of the pass.
    pub number: String,
    /// Last day or moment.
    pub until: String,
    /// Office or duty desk, with the word for it.
    pub phone: String,
    /// The bare telephone, for the back.
    pub call: String,
    /// Whether the code holds surname, sex and year of birth.
    pub has_hint: bool,
    /// A small picture, JPEG or PNG.
    pub photo: Option<Vec<u8>>,
    /// The text of the code.
    pub code: String,
}

// What it holds is personal, so it does not print itself.
impl std::fmt::Debug for Card {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Card({})", self.number)
    }
}

impl Card {
    /// Characters of its texts that the font cannot show.
    pub fn missing(&self, fonts: &Fonts) -> Vec<char> {
        let mut missing = fonts.missing(&self.name);
        for text in [&self.address, &self.place] {
            let more = fonts.missing(text);
            missing.extend(
                more.into_iter()
                    .filter(|c| !missing.contains(c))
                    .collect::<Vec<_>>(),
            );
        }
        missing
    }

    /// The front, from the corner of the canvas.
    ///
    /// # Errors
    /// Where the code does not fit: a mistake of whoever issued it.
    pub fn front(&self, canvas: &mut Canvas<'_, '_>, fonts: &Fonts) -> Result<(), PaperError> {
        let code = Code::of(&self.code)?;
        let side = code_side(&code);
        let left = CODE_RIGHT - side;
        let edge = Area::new(0.0, 0.0, WIDTH, HEIGHT);
        canvas.inside(edge, CORNER, |canvas| {
            self.head(canvas);
            self.band(canvas);
        });
        self.picture(canvas);
        self.who(canvas, fonts, left);
        canvas.code(&code, left, CODE_TOP, side);
        let number = Area::new(NUMBER_AT.0, NUMBER_AT.1, left + 0.4 - EDGE, 7.4);
        canvas.centred(&self.number, number, Style::bold(6.6));
        self.foot(canvas);
        Ok(())
    }

    fn head(&self, canvas: &mut Canvas<'_, '_>) {
        let head = Area::new(0.0, 0.0, WIDTH, HEAD);
        pattern(canvas, head, self.kind);
        let word = text(self.lang, kind_key(self.kind));
        let style = Style::bold(4.2).ink(Ink::DEEP).side(Side::Middle);
        let width = (canvas.width_of(&word, style) + 4.4).min(26.0);
        let tag = Area::new(WIDTH - EDGE - width, 1.1, width, HEAD - 2.2);
        canvas.filled(tag, 1.0, Ink::WHITE);
        canvas.outlined(tag, 1.0, Pen::solid(Ink::DEEP, 0.25));
        canvas.centred(&word, tag.inset(0.4), style);
        let title = text_with(self.lang, "paper-card-title", "place", self.place.as_str());
        let style = Style::bold(4.0).ink(Ink::WHITE);
        let room = Area::new(EDGE, 0.0, WIDTH - 3.0 * EDGE - width, HEAD);
        // The name of the place must be read whatever runs behind it.
        let behind = canvas.fitted(&title, room, style).width() + EDGE + 1.6;
        canvas.filled(Area::new(0.0, 0.0, behind, HEAD), 0.0, Ink::BRAND);
        canvas.centred(&title, room, style);
    }

    fn picture(&self, canvas: &mut Canvas<'_, '_>) {
        match self.photo.as_deref().and_then(image) {
            Some(image) => {
                canvas.picture(image, PHOTO);
                canvas.outlined(PHOTO, 0.0, Pen::solid(Ink::LINE, 0.15));
            }
            None => {
                canvas.outlined(PHOTO, 1.0, Pen::dashed(Ink::LINE, 0.2, 0.9));
                let style = Style::plain(2.8).ink(Ink::GREY).side(Side::Middle);
                canvas.centred(&text(self.lang, "paper-photo"), PHOTO, style);
            }
        }
    }

    fn who(&self, canvas: &mut Canvas<'_, '_>, fonts: &Fonts, right: f32) {
        let width = right - MIDDLE + 1.0;
        let style = Style::bold(5.4).lines(3);
        let sex_room = if self.sex.is_empty() { 0.0 } else { 5.0 };
        let room = Area::new(MIDDLE, 10.0, width - sex_room, 13.0);
        let name = canvas.fitted(&self.name, room, style);
        canvas.block(&name, room, style);
        if !self.sex.is_empty() {
            let x = MIDDLE + name.width() + 1.3;
            let beside = Area::new(x, 10.0, sex_room - 1.0, name.size.max(3.4));
            canvas.centred(&self.sex, beside, Style::bold(3.2));
        }
        let mut y = room.y + name.height() + 0.9;
        let missing = fonts.missing(&self.name);
        if !missing.is_empty() {
            let note = text_with(self.lang, "paper-missing", "codes", codes(&missing));
            let room = Area::new(MIDDLE, y, width, 4.2);
            y += canvas.text(&note, room, Style::plain(1.9).ink(Ink::STOP).lines(2)) + 0.5;
        }
        let room = Area::new(MIDDLE, y, width, 30.8 - y);
        y += canvas.text(&self.address, room, Style::plain(3.3).lines(3)) + 0.7;
        let room = Area::new(MIDDLE, y, width, 35.2 - y);
        canvas.text(
            &self.document,
            room,
            Style::plain(2.7).ink(Ink::GREY).lines(2),
        );
    }

    fn band(&self, canvas: &mut Canvas<'_, '_>) {
        canvas.filled(Area::new(0.0, STRIP, WIDTH, 2.4), 0.0, band_ink(self.band));
        canvas.stroke((0.0, STRIP), (WIDTH, STRIP), Pen::solid(Ink::LINE, 0.15));
    }

    fn foot(&self, canvas: &mut Canvas<'_, '_>) {
        let row = |x: f32, width: f32| Area::new(x, FOOT, width, STRIP - FOOT - 0.4);
        let until = text_with(self.lang, "paper-valid-until", "day", self.until.as_str());
        canvas.centred(&until, row(EDGE, 30.0), Style::bold(3.0));
        let band = text(self.lang, band_key(self.band));
        let style = Style::plain(2.8).side(Side::Middle);
        canvas.centred(&band, row(EDGE + 30.5, 11.0), style);
        let style = Style::bold(3.0).side(Side::Right);
        canvas.centred(
            &self.phone,
            row(EDGE + 42.0, WIDTH - 2.0 * EDGE - 42.0),
            style,
        );
    }

    /// The back, from the corner of the canvas.
    pub fn back(&self, canvas: &mut Canvas<'_, '_>) {
        let width = WIDTH - 9.0;
        let title = text(self.lang, "paper-back-title");
        canvas.text(&title, Area::new(4.5, 3.4, width, 6.0), Style::bold(4.3));
        let third = match self.kind {
            PassKind::Errand => "paper-back-household-3",
            PassKind::Vehicle => "paper-back-vehicle-3",
            _ => "paper-back-3",
        };
        let fourth = if self.has_hint {
            "paper-back-4-hint"
        } else {
            "paper-back-4"
        };
        let mut y = 10.4;
        for key in ["paper-back-1", "paper-back-2", third, fourth] {
            canvas.filled(Area::new(4.5, y + 1.0, 1.3, 1.3), 0.0, Ink::BRAND);
            let room = Area::new(7.5, y, width - 3.0, 7.6);
            let high = canvas.text(&text(self.lang, key), room, Style::plain(3.0).lines(2));
            y += high + 1.5;
        }
        let number = Area::new(4.5, 37.6, width, 7.4);
        canvas.centred(&self.number, number, Style::bold(6.6));
        let found = if self.call.is_empty() {
            text_with(
                self.lang,
                "paper-back-found-nobody",
                "place",
                self.place.as_str(),
            )
        } else {
            let slots = [
                ("phone", self.call.as_str()),
                ("place", self.place.as_str()),
            ];
            crate::locale::text_filled(self.lang, "paper-back-found", &slots)
        };
        let room = Area::new(4.5, 45.6, width, 6.4);
        canvas.text(&found, room, Style::plain(2.8).ink(Ink::GREY).lines(2));
    }
}

/// The side of a code with its quiet zone: modules that a cheap printer can still tell apart, and
/// never less than 25 mm of code.
pub fn code_side(code: &Code) -> f32 {
    let modules = code.modules_with_quiet() as f32;
    let least = SIDE_LEAST * modules / code.modules() as f32 + 0.1;
    (modules * MODULE).max(least).min(CODE_SIDE_MOST)
}

/// `U+323B0, U+E000`.
pub fn codes(missing: &[char]) -> String {
    let codes: Vec<String> = missing
        .iter()
        .map(|character| format!("U+{:X}", u32::from(*character)))
        .collect();
    codes.join(", ")
}

/// Pictures larger than this are not put on a card.
const PHOTO_BYTES_MOST: usize = 1 << 20;
const PHOTO_PIXELS_MOST: u32 = 4_000;

fn image(bytes: &[u8]) -> Option<Image> {
    if bytes.len() > PHOTO_BYTES_MOST {
        return None;
    }
    let data = bytes.to_vec().into();
    let image = if bytes.starts_with(b"\x89PNG") {
        Image::from_png(data, true)
    } else if bytes.starts_with(b"\xff\xd8") {
        Image::from_jpeg(data, true)
    } else {
        return None;
    };
    let image = image.ok()?;
    let (width, height) = image.size();
    let fits = |side: u32| (1..=PHOTO_PIXELS_MOST).contains(&side);
    (fits(width) && fits(height)).then_some(image)
}

const fn kind_key(kind: PassKind) -> &'static str {
    match kind {
        PassKind::Resident => "paper-kind-resident",
        PassKind::TemporaryResident => "paper-kind-temporary_resident",
        PassKind::Worker => "paper-kind-worker",
        PassKind::Errand => "paper-kind-errand",
        PassKind::Visitor => "paper-kind-visitor",
        PassKind::Vehicle => "paper-kind-vehicle",
        PassKind::Slip => "paper-kind-slip",
        PassKind::Helper => "paper-kind-helper",
    }
}

const fn band_key(band: PassBand) -> &'static str {
    match band {
        PassBand::White => "paper-band-white",
        PassBand::Blue => "paper-band-blue",
        PassBand::Yellow => "paper-band-yellow",
        PassBand::Orange => "paper-band-orange",
        PassBand::Purple => "paper-band-purple",
        PassBand::Brown => "paper-band-brown",
    }
}

const fn band_ink(band: PassBand) -> Ink {
    match band {
        PassBand::White => Ink::WHITE,
        PassBand::Blue => Ink(0x2f, 0x7d, 0xc4),
        PassBand::Yellow => Ink(0xff, 0xd2, 0x3f),
        PassBand::Orange => Ink(0xf0, 0x8a, 0x24),
        PassBand::Purple => Ink(0x7b, 0x4f, 0xb0),
        PassBand::Brown => Ink(0x7a, 0x52, 0x30),
    }
}

/// The pattern of a kind, dark and light enough apart to be told in grey.
fn pattern(canvas: &mut Canvas<'_, '_>, area: Area, kind: PassKind) {
    canvas.filled(area, 0.0, Ink::BRAND);
    let light = Ink(0xa9, 0xc6, 0xe0);
    let pen = |width| Pen::solid(light, width);
    let (right, low) = (area.x + area.width, area.y + area.height);
    let steps = |step: f32| (0..).map(move |at| at as f32 * step);
    canvas.inside(area, 0.0, |canvas| match kind {
        PassKind::Resident => {}
        PassKind::TemporaryResident => {
            for x in steps(4.0).take_while(|x| *x < right + area.height) {
                canvas.stroke((x - area.height, low), (x, area.y), pen(1.4));
            }
        }
        PassKind::Worker => {
            for x in steps(3.0).take_while(|x| *x < right) {
                for y in [1.6, 4.1, 6.6] {
                    canvas.disc((x + 1.5, y), 0.62, light);
                }
            }
        }
        PassKind::Errand => {
            for y in [1.4, 3.2, 5.0, 6.8] {
                canvas.stroke((area.x, y), (right, y), pen(0.7));
            }
        }
        PassKind::Visitor => {
            for x in steps(3.2).take_while(|x| *x < right) {
                canvas.stroke((x, area.y), (x, low), pen(1.4));
            }
        }
        PassKind::Helper => {
            for x in steps(4.6).take_while(|x| *x < right) {
                canvas.disc((x + 2.3, area.y + area.height / 2.0), 1.7, light);
            }
        }
        PassKind::Vehicle => {
            for x in steps(5.0).take_while(|x| *x < right) {
                let tip = (x + 3.0, area.y + area.height / 2.0);
                canvas.polyline(&[(x, area.y), tip, (x, low)], pen(1.3));
            }
        }
        PassKind::Slip => {
            for x in steps(4.0).take_while(|x| *x < right + area.height) {
                canvas.stroke((x - area.height, low), (x, area.y), pen(0.7));
                canvas.stroke((x - area.height, area.y), (x, low), pen(0.7));
            }
        }
    });
}
