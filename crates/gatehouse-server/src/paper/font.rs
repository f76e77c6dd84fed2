//! The font: found on the system, read once for all who print at the same time, let go after.
//!
//! A file of Chinese glyphs has about 20 MB. It is not compiled in and not kept while nobody
//! prints; who prints shares one copy ([`FontShelf::take`]).

use super::PaperError;
use krilla::text::{Font, GlyphId, KrillaGlyph};
use skrifa::charmap::{Charmap, MapVariant};
use skrifa::instance::{LocationRef, Size};
use skrifa::raw::FileRef;
use skrifa::string::StringId;
use skrifa::{FontRef, MetadataProvider};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// Where distributions put a font that has every character of names; the first that is there.
const KNOWN: &[&str] = &[
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Regular.ttc",
    "/usr/local/share/fonts/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/opentype/source-han-sans/SourceHanSans-Regular.ttc",
];
/// In a collection, the face whose name ends so has the shapes of simplified Chinese.
const SIMPLIFIED: &str = " SC";

/// How thick strokes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// For reading.
    Regular,
    /// For names and headings.
    Bold,
}

/// Both weights.
pub struct Fonts {
    regular: Face,
    bold: Face,
}

/// One weight: its bytes as krilla embeds them and as skrifa measures them.
pub struct Face {
    data: Arc<Vec<u8>>,
    index: u32,
    font: Font,
}

/// A character and the glyphs that stand for it, if the font has it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shape {
    /// Where it begins in the text.
    pub at: usize,
    /// Bytes of the text, with a selector that chose the glyph.
    pub bytes: usize,
    /// The character.
    pub character: char,
    /// The glyph; `None` where the font has none.
    pub glyph: Option<GlyphId>,
    /// Width in units of the font's size.
    pub advance: f32,
}

/// Width of a box that stands where the font has no glyph, in units of the font's size.
const MISSING_ADVANCE: f32 = 1.0;

/// Lends the fonts: read when somebody prints, gone when nobody does.
#[derive(Debug, Default)]
pub struct FontShelf {
    file: Option<PathBuf>,
    lent: Mutex<Weak<Fonts>>,
}

impl std::fmt::Debug for Fonts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fonts(..)")
    }
}

impl FontShelf {
    /// With the file of the settings, or whichever known one is there.
    pub fn new(file: Option<PathBuf>) -> FontShelf {
        FontShelf {
            file,
            lent: Mutex::default(),
        }
    }

    /// The fonts, shared with everybody who prints now. Reads a file: not for async code.
    ///
    /// # Errors
    /// Where there is none.
    pub fn take(&self) -> Result<Arc<Fonts>, PaperError> {
        let mut lent = self.lent.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(fonts) = lent.upgrade() {
            return Ok(fonts);
        }
        let fonts = Arc::new(Fonts::read(&self.find()?)?);
        *lent = Arc::downgrade(&fonts);
        Ok(fonts)
    }

    /// The file that is used.
    ///
    /// # Errors
    /// Where there is none.
    pub fn find(&self) -> Result<PathBuf, PaperError> {
        match &self.file {
            Some(file) if file.is_file() => Ok(file.clone()),
            Some(file) => Err(PaperError::BadFont(file.display().to_string())),
            None => KNOWN
                .iter()
                .map(PathBuf::from)
                .find(|path| path.is_file())
                .ok_or(PaperError::NoFont),
        }
    }
}

impl Fonts {
    fn read(file: &Path) -> Result<Fonts, PaperError> {
        let refused = || PaperError::BadFont(file.display().to_string());
        let regular = Face::read(file).ok_or_else(refused)?;
        let bold = bold_beside(file).and_then(|bold| Face::read(&bold));
        let bold = bold.unwrap_or_else(|| regular.share());
        Ok(Fonts { regular, bold })
    }

    /// One weight. Where no bold file is installed, bold is regular.
    pub fn face(&self, weight: Weight) -> &Face {
        match weight {
            Weight::Regular => &self.regular,
            Weight::Bold => &self.bold,
        }
    }

    /// The characters of a text that neither weight can show, each once, in order.
    pub fn missing(&self, text: &str) -> Vec<char> {
        let mut missing: Vec<char> = Vec::new();
        for face in [&self.regular, &self.bold] {
            for shape in face.shapes(text) {
                if shape.glyph.is_none() && !missing.contains(&shape.character) {
                    missing.push(shape.character);
                }
            }
        }
        missing
    }
}

/// `…-Regular.ttc` has its bold sister beside it.
fn bold_beside(file: &Path) -> Option<PathBuf> {
    let name = file.file_name()?.to_str()?;
    let bold = file.with_file_name(name.replace("Regular", "Bold"));
    (bold != file && bold.is_file()).then_some(bold)
}

impl Face {
    fn read(file: &Path) -> Option<Face> {
        let data = Arc::new(fs::read(file).ok()?);
        let index = simplified_face(&data)?;
        let font = Font::new(Arc::clone(&data).into(), index)?;
        Some(Face { data, index, font })
    }

    fn share(&self) -> Face {
        Face {
            data: Arc::clone(&self.data),
            index: self.index,
            font: self.font.clone(),
        }
    }

    /// As krilla draws it.
    pub fn font(&self) -> &Font {
        &self.font
    }

    /// The glyphs of a text, one for each character; a selector belongs to the one before it.
    pub fn shapes(&self, text: &str) -> Vec<Shape> {
        let Ok(font) = FontRef::from_index(&self.data, self.index) else {
            return Vec::new();
        };
        let charmap = font.charmap();
        let metrics = font.glyph_metrics(Size::unscaled(), LocationRef::default());
        let em = self.font.units_per_em();
        let mut shapes: Vec<Shape> = Vec::new();
        let mut characters = text.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            let selector = characters.next_if(|(_, next)| is_selector(*next));
            let glyph = glyph(&charmap, character, selector.map(|(_, selector)| selector));
            let width = glyph.and_then(|glyph| metrics.advance_width(glyph));
            let selected = selector.map_or(0, |(_, selector)| selector.len_utf8());
            shapes.push(Shape {
                at,
                bytes: character.len_utf8() + selected,
                character,
                glyph: glyph.map(|glyph| GlyphId::new(glyph.to_u32())),
                advance: width.map_or(MISSING_ADVANCE, |width| width / em),
            });
        }
        shapes
    }
}

impl Shape {
    /// As krilla takes it.
    pub fn placed(&self) -> KrillaGlyph {
        KrillaGlyph {
            glyph_id: self.glyph.unwrap_or(GlyphId::new(0)),
            text_range: self.at..self.at + self.bytes,
            x_advance: self.advance,
            x_offset: 0.0,
            y_offset: 0.0,
            y_advance: 0.0,
            location: None,
        }
    }
}

fn is_selector(character: char) -> bool {
    matches!(u32::from(character), 0xFE00..=0xFE0F | 0xE0100..=0xE01EF)
}

/// Marks that sit on the letter before them: we place glyphs side by side, so a name that needs
/// one is told as a character that cannot be shown, not printed wrongly.
fn is_mark(character: char) -> bool {
    matches!(u32::from(character), 0x0300..=0x036F | 0x1AB0..=0x1AFF | 0x1DC0..=0x1DFF
        | 0x20D0..=0x20FF)
}

fn glyph(
    charmap: &Charmap<'_>,
    character: char,
    selector: Option<char>,
) -> Option<skrifa::GlyphId> {
    if is_mark(character) {
        return None;
    }
    let plain = charmap.map(character).filter(|glyph| glyph.to_u32() != 0);
    match selector.and_then(|selector| charmap.map_variant(character, selector)) {
        Some(MapVariant::Variant(chosen)) => Some(chosen),
        // A shape that the font does not tell apart is shown in its usual one.
        Some(MapVariant::UseDefault) | None => plain,
    }
}

/// The face of a collection that is made for simplified Chinese; the first where none says so.
fn simplified_face(data: &[u8]) -> Option<u32> {
    let faces = match FileRef::new(data).ok()? {
        FileRef::Font(_) => 1,
        FileRef::Collection(collection) => collection.len(),
    };
    let named = (0..faces).find(|index| {
        let Ok(font) = FontRef::from_index(data, *index) else {
            return false;
        };
        let names = font.localized_strings(StringId::FAMILY_NAME);
        names
            .map(|name| name.to_string())
            .any(|name| name.ends_with(SIMPLIFIED) && !name.contains("Mono"))
    });
    Some(named.unwrap_or(0))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The fonts of this computer; a test that needs them says so where there are none.
    pub(crate) fn fonts() -> Option<Arc<Fonts>> {
        let found = FontShelf::default().take();
        if found.is_err() {
            eprintln!("SKIPPED: no font with Chinese characters; install fonts-noto-cjk");
        }
        found.ok()
    }

    #[test]
    fn the_face_of_simplified_chinese_is_found_by_its_name() {
        let Some(fonts) = fonts() else { return };
        let name = FontShelf::default().find().expect("a file");
        if name.ends_with("opentype/noto/NotoSansCJK-Regular.ttc") {
            assert_eq!(fonts.face(Weight::Regular).index, 2);
            assert_eq!(fonts.face(Weight::Bold).index, 2);
        }
    }

    #[test]
    fn who_prints_at_the_same_time_shares_one_copy_and_it_goes_afterwards() {
        let shelf = FontShelf::default();
        let Ok(first) = shelf.take() else { return };
        let second = shelf.take().expect("the same");
        assert!(Arc::ptr_eq(&first, &second));
        drop((first, second));
        assert!(shelf.lent.lock().expect("whole").upgrade().is_none());
    }

    #[test]
    fn rare_characters_of_names_are_there_and_others_are_told() {
        let Some(fonts) = fonts() else { return };
        for name in [
            "王建华",
            "𬱖㳇䶮",
            "买买提·阿木",
            "Nguyễn Văn An",
            "䶮㛃𬭚𠅤𫖯",
        ] {
            assert_eq!(fonts.missing(name), Vec::<char>::new(), "{name}");
        }
        // Of the newest block; Arabic, which we could not shape; a mark on a letter.
        assert_eq!(fonts.missing("王\u{323B0}华\u{323B0}"), vec!['\u{323B0}']);
        assert_eq!(fonts.missing("علي").len(), 3);
        assert_eq!(fonts.missing("e\u{301}"), vec!['\u{301}']);
    }

    #[test]
    fn a_selector_chooses_a_glyph_and_takes_no_room() {
        let Some(fonts) = fonts() else { return };
        let face = fonts.face(Weight::Regular);
        let shapes = face.shapes("葛\u{E0100}城");
        assert_eq!(shapes.len(), 2);
        assert_eq!(shapes[0].bytes, '葛'.len_utf8() + '\u{E0100}'.len_utf8());
        assert!(shapes.iter().all(|shape| shape.glyph.is_some()));
    }

    #[test]
    fn a_computer_without_the_font_is_told_what_to_install() {
        let none = FontShelf::new(Some(PathBuf::from("/nowhere/font.ttc")));
        let told = none.take().expect_err("no such file").to_string();
        assert!(told.contains("fonts-noto-cjk"), "{told}");
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("font.ttc");
        for bytes in [&b""[..], b"ttcf", &[0; 64], b"\0\x01\0\0\0\x0c"] {
            fs::write(&file, bytes).expect("written");
            let told = FontShelf::new(Some(file.clone())).take();
            assert!(told.is_err(), "{bytes:?}");
        }
    }
}
