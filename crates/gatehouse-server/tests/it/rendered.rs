//! A PDF as a printer sees it: rendered by poppler, its QR codes read.

use std::path::Path;
use std::process::Command;

/// What the printer can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shade {
    /// Three inks.
    Colour,
    /// One.
    Grey,
}

/// A rendered page.
pub struct Page {
    width: usize,
    height: usize,
    grey: Vec<u8>,
    dots_per_mm: f32,
}

/// A code that was read.
pub struct Read {
    pub text: String,
    /// Width of the code itself, without its quiet zone.
    pub side_mm: f32,
}

/// Keeps a file where a person can look at it.
pub fn keep(name: &str, pdf: &[u8]) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("paper");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join(name), pdf).expect("written");
}

/// The pages at so many dots per inch; `None`, and a line that says so, without poppler.
pub fn pages(pdf: &[u8], dpi: u32, shade: Shade) -> Option<Vec<Page>> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("page.pdf");
    std::fs::write(&file, pdf).expect("written");
    let mut command = Command::new("pdftoppm");
    command.arg("-r").arg(dpi.to_string());
    if shade == Shade::Grey {
        command.arg("-gray");
    }
    let status = command.arg(&file).arg(folder.path().join("p")).status();
    let Ok(status) = status else {
        eprintln!("SKIPPED: no pdftoppm; install poppler-utils");
        return None;
    };
    assert!(status.success());
    let mut names: Vec<_> = std::fs::read_dir(folder.path())
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "ppm" || e == "pgm"))
        .collect();
    names.sort();
    Some(names.iter().map(|name| Page::open(name, dpi)).collect())
}

/// The text as a reader takes it out; `None` without poppler.
pub fn text(pdf: &[u8]) -> Option<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("page.pdf");
    std::fs::write(&file, pdf).expect("written");
    let Ok(output) = Command::new("pdftotext")
        .arg("-raw")
        .arg(&file)
        .arg("-")
        .output()
    else {
        eprintln!("SKIPPED: no pdftotext; install poppler-utils");
        return None;
    };
    assert!(output.status.success());
    Some(String::from_utf8(output.stdout).expect("UTF-8"))
}

/// A word on a page, in millimetres from its upper left corner.
#[derive(Clone, Debug)]
pub struct Word {
    pub text: String,
    pub left: f32,
    pub top: f32,
    pub right: f32,
    pub bottom: f32,
}

impl Word {
    /// Whether two words share more than a hair of paper.
    pub fn covers(&self, other: &Word) -> bool {
        const HAIR: f32 = 0.05;
        self.left + HAIR < other.right
            && other.left + HAIR < self.right
            && self.top + HAIR < other.bottom
            && other.top + HAIR < self.bottom
    }
}

/// The words of the first page with their places; `None` without poppler.
pub fn words(pdf: &[u8]) -> Option<Vec<Word>> {
    const MM_PER_POINT: f32 = 25.4 / 72.0;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("page.pdf");
    std::fs::write(&file, pdf).expect("written");
    let mut command = Command::new("pdftotext");
    let command = command.args(["-bbox", "-l", "1"]).arg(&file).arg("-");
    let output = command.output().ok()?;
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let place = |line: &str, name: &str| {
        let (_, rest) = line.split_once(&format!("{name}=\"")).expect("a place");
        let (number, _) = rest.split_once('"').expect("its end");
        number.parse::<f32>().expect("a number") * MM_PER_POINT
    };
    let words = text
        .lines()
        .filter(|line| line.contains("<word "))
        .map(|line| {
            let (_, rest) = line.split_once('>').expect("a word");
            Word {
                text: rest.replace("</word>", ""),
                left: place(line, "xMin"),
                top: place(line, "yMin"),
                right: place(line, "xMax"),
                bottom: place(line, "yMax"),
            }
        });
    Some(words.collect())
}

impl Page {
    fn open(path: &Path, dpi: u32) -> Page {
        let bytes = std::fs::read(path).expect("a picture");
        let mut at = 0;
        let mut word = || {
            let rest = &bytes[at..];
            let length = rest.iter().take_while(|b| !b.is_ascii_whitespace()).count();
            at += length + 1;
            String::from_utf8(rest[..length].to_vec()).expect("ASCII")
        };
        let kind = word();
        let mut number = || word().parse::<usize>().expect("a number");
        let (width, height, _most) = (number(), number(), number());
        let grey = match kind.as_str() {
            "P5" => bytes[at..].to_vec(),
            "P6" => {
                let luma = |p: &[u8]| {
                    ((u32::from(p[0]) * 30 + u32::from(p[1]) * 59 + u32::from(p[2]) * 11) / 100)
                        as u8
                };
                bytes[at..].chunks_exact(3).map(luma).collect()
            }
            other => panic!("not a picture: {other}"),
        };
        assert_eq!(grey.len(), width * height);
        Page {
            width,
            height,
            grey,
            dots_per_mm: dpi as f32 / 25.4,
        }
    }

    pub fn width_mm(&self) -> f32 {
        self.width as f32 / self.dots_per_mm
    }

    /// The codes of the whole page as zbar reads them, sorted; `None` where it is not installed.
    pub fn codes_by_zbar(&self) -> Option<Vec<String>> {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("page.pgm");
        let mut picture = format!("P5\n{} {}\n255\n", self.width, self.height).into_bytes();
        picture.extend_from_slice(&self.grey);
        std::fs::write(&file, picture).expect("written");
        let mut command = Command::new("zbarimg");
        command.args([
            "--quiet",
            "--raw",
            "--nodbus",
            "-Sdisable",
            "-Sqrcode.enable",
        ]);
        let Ok(output) = command.arg(&file).output() else {
            eprintln!("SKIPPED: no zbarimg; install zbar-tools");
            return None;
        };
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        let mut codes: Vec<String> = text.lines().map(str::to_owned).collect();
        codes.sort_unstable();
        Some(codes)
    }

    /// The codes of the whole page.
    pub fn codes(&self) -> Vec<Read> {
        self.codes_in(
            0.0,
            0.0,
            self.width_mm(),
            self.height as f32 / self.dots_per_mm,
        )
    }

    /// The codes in a part of the page, in millimetres: a camera is held over one card.
    pub fn codes_in(&self, x: f32, y: f32, width: f32, height: f32) -> Vec<Read> {
        let dots = |mm: f32| (mm * self.dots_per_mm) as usize;
        let (left, top) = (dots(x), dots(y));
        let width = dots(width).min(self.width - left);
        let height = dots(height).min(self.height - top);
        let grey = |x: usize, y: usize| self.grey[(top + y) * self.width + left + x];
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, height, grey);
        let grids = image.detect_grids();
        let read = grids.iter().filter_map(|grid| {
            let (_, text) = grid.decode().ok()?;
            let [first, second, ..] = grid.bounds;
            let (x, y) = (f64::from(second.x - first.x), f64::from(second.y - first.y));
            Some(Read {
                text,
                side_mm: x.hypot(y) as f32 / self.dots_per_mm,
            })
        });
        read.collect()
    }
}
