//! A QR code as dark squares, with the four blank modules around it that readers want.

use super::PaperError;
use qrcode::{Color, EcLevel, QrCode};

/// Blank modules on each side.
pub const QUIET: usize = 4;
/// The code itself is at least so wide on a card, in millimetres.
pub const SIDE_LEAST: f32 = 25.0;

/// A code ready to be drawn.
#[derive(Clone, Debug)]
pub struct Code {
    modules: usize,
    dark: Vec<bool>,
}

/// A run of dark modules in one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// Column, with the quiet zone.
    pub column: usize,
    /// Row, with the quiet zone.
    pub row: usize,
    /// How many.
    pub length: usize,
}

impl Code {
    /// The code of a text, at level M.
    ///
    /// # Errors
    /// The text is longer than a code holds.
    pub fn of(text: &str) -> Result<Code, PaperError> {
        let code = QrCode::with_error_correction_level(text.as_bytes(), EcLevel::M)?;
        Ok(Code {
            modules: code.width(),
            dark: code.to_colors().iter().map(|c| *c == Color::Dark).collect(),
        })
    }

    /// Modules on a side, without the quiet zone.
    pub fn modules(&self) -> usize {
        self.modules
    }

    /// Modules on a side, with it.
    pub fn modules_with_quiet(&self) -> usize {
        self.modules + 2 * QUIET
    }

    /// How wide the code itself is where it is drawn with its quiet zone into `side` millimetres.
    pub fn side_within(&self, side: f32) -> f32 {
        side * self.modules as f32 / self.modules_with_quiet() as f32
    }

    /// The dark modules, row by row.
    pub fn runs(&self) -> Vec<Run> {
        let mut runs = Vec::new();
        for (row, modules) in self.dark.chunks(self.modules).enumerate() {
            let mut column = 0;
            while column < modules.len() {
                let same = modules[column..].iter();
                let length = same.take_while(|dark| **dark == modules[column]).count();
                if modules[column] {
                    runs.push(Run {
                        column: column + QUIET,
                        row: row + QUIET,
                        length,
                    });
                }
                column += length;
            }
        }
        runs
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paper::card::code_side;
    use gatehouse_core::pass::{CREDENTIAL_BYTES_MOST, to_text};

    #[test]
    fn runs_are_the_dark_modules_and_leave_the_quiet_zone() {
        let code = Code::of("https://gatehouse.example/v#AAAQF6X37T6Q").expect("fits");
        let dark: usize = code.runs().iter().map(|run| run.length).sum();
        assert_eq!(dark, code.dark.iter().filter(|dark| **dark).count());
        let inside = QUIET..QUIET + code.modules();
        for run in code.runs() {
            assert!(inside.contains(&run.row) && inside.contains(&run.column));
            assert!(run.column + run.length <= inside.end);
        }
    }

    #[test]
    fn the_longest_credential_is_large_enough_on_a_card() {
        let longest = [0xa5; CREDENTIAL_BYTES_MOST];
        let host = "gate-of-the-compound.district.example.org:8443";
        for bytes in [&longest[..], &longest[..80]] {
            let code = Code::of(&to_text(host, bytes)).expect("fits");
            let side = code.side_within(code_side(&code));
            assert!(side >= SIDE_LEAST, "{side} mm, {} modules", code.modules());
        }
        assert!(Code::of(&"A".repeat(5_000)).is_err());
    }
}
