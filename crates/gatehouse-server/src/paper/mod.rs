//! What leaves the office on paper: cards, sheets, slips, posters, as PDF.
//!
//! Values come in plain and finished: nothing here reads the database, judges a pass or a rule, or
//! knows who prints. No layout engine either: text goes into boxes of millimetres ([`text`]), is
//! wrapped and made smaller until it fits, and never runs over.

pub mod board;
pub mod canvas;
pub mod card;
pub mod font;
pub mod guard_card;
pub mod icon;
pub mod pen;
pub mod poster;
pub mod press;
pub mod qr;
pub mod sheet;
pub mod slip;
pub mod text;

pub use font::{FontShelf, Fonts};
pub use press::Press;

/// Why nothing was printed.
#[derive(Debug, thiserror::Error)]
pub enum PaperError {
    /// No font with Chinese characters on this computer.
    #[error(
        "H-FONT: no font with Chinese characters was found; install Debian's fonts-noto-cjk, or \
         name a file in the setting font_file"
    )]
    NoFont,
    /// The font named in the settings cannot be used.
    #[error("H-FONT: {0} cannot be used as a font; install fonts-noto-cjk or change font_file")]
    BadFont(String),
    /// A text longer than a QR code holds; our own mistake.
    #[error("a text does not fit into a QR code")]
    Qr(#[from] qrcode::types::QrError),
    /// The library refused the page; our own mistake.
    #[error("a page could not be written: {0}")]
    Page(String),
}
