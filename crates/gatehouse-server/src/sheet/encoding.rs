//! How the text of a table is encoded: told by its mark, else by what its bytes can be.

use super::SheetError;
use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::io::Read;

/// Bytes that are looked at where there is no mark.
const LOOKED_AT: usize = 64 << 10;

/// An encoding that tables come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextEncoding {
    /// UTF-8, with or without mark.
    Utf8,
    /// 国标码, with the characters that GBK lacks.
    Gb18030,
    /// "Unicode text" of Excel.
    Utf16Le,
    /// The same, the other way round.
    Utf16Be,
    /// Western Europe.
    Windows1252,
}

impl TextEncoding {
    /// For people and programs.
    pub fn name(self) -> &'static str {
        match self {
            TextEncoding::Utf8 => "UTF-8",
            TextEncoding::Gb18030 => "GB18030",
            TextEncoding::Utf16Le => "UTF-16LE",
            TextEncoding::Utf16Be => "UTF-16BE",
            TextEncoding::Windows1252 => "windows-1252",
        }
    }

    fn codec(self) -> &'static Encoding {
        match self {
            TextEncoding::Utf8 => UTF_8,
            TextEncoding::Gb18030 => GB18030,
            TextEncoding::Utf16Le => UTF_16LE,
            TextEncoding::Utf16Be => UTF_16BE,
            TextEncoding::Windows1252 => WINDOWS_1252,
        }
    }
}

/// Finds the encoding of a whole file.
///
/// # Errors
/// [`SheetError::UnknownEncoding`] where no encoding fits all of it.
pub fn detect(bytes: &[u8]) -> Result<TextEncoding, SheetError> {
    match bytes {
        [0xEF, 0xBB, 0xBF, ..] => return Ok(TextEncoding::Utf8),
        [0xFF, 0xFE, ..] => return Ok(TextEncoding::Utf16Le),
        [0xFE, 0xFF, ..] => return Ok(TextEncoding::Utf16Be),
        _ => {}
    }
    if let Some(encoding) = unmarked_utf16(&bytes[..bytes.len().min(LOOKED_AT)]) {
        return Ok(encoding);
    }
    if std::str::from_utf8(bytes).is_ok() {
        return Ok(TextEncoding::Utf8);
    }
    let encoding = match looks_chinese(bytes) {
        true => TextEncoding::Gb18030,
        false => TextEncoding::Windows1252,
    };
    match encoding.codec().decode_without_bom_handling(bytes) {
        (_, false) => Ok(encoding),
        (_, true) => Err(SheetError::UnknownEncoding),
    }
}

/// Separators and digits have a zero byte on one side all through.
fn unmarked_utf16(bytes: &[u8]) -> Option<TextEncoding> {
    let zeros = |parity: usize| {
        let side = bytes.iter().skip(parity).step_by(2);
        side.filter(|byte| **byte == 0).count()
    };
    let (even, odd) = (zeros(0), zeros(1));
    let many = bytes.len() / 20;
    match (even > many, odd > many) {
        (false, true) if even == 0 => Some(TextEncoding::Utf16Le),
        (true, false) if odd == 0 => Some(TextEncoding::Utf16Be),
        _ => None,
    }
}

/// In Chinese text high bytes come in pairs (GB 2312: both from A1 on); in western text an
/// accented letter stands among plain ones.
fn looks_chinese(bytes: &[u8]) -> bool {
    let (mut pairs, mut alone) = (0_usize, 0_usize);
    let mut at = 0;
    while at < bytes.len() {
        let next = bytes.get(at + 1).copied().unwrap_or(b' ');
        match (bytes[at], next) {
            (0xA1..=0xF7, 0xA1..=0xFE) => {
                pairs += 1;
                at += 2;
            }
            (0x81..=0xFE, 0x30..=0x39) => {
                // The first half of a character in four bytes, or a letter before a digit.
                let four = matches!(bytes.get(at + 2..at + 4), Some([0x81..=0xFE, 0x30..=0x39]));
                if four {
                    pairs += 2;
                } else {
                    alone += 1;
                }
                at += if four { 4 } else { 1 };
            }
            (0x80..=0xFF, _) => {
                alone += 1;
                at += 1;
            }
            _ => at += 1,
        }
    }
    pairs > alone
}

/// Text as UTF-8, decoded while it is read. Every line ends with one line feed, the last too.
pub struct Decoded {
    bytes: Vec<u8>,
    at: usize,
    decoder: encoding_rs::Decoder,
    ended: bool,
    last: u8,
}

impl Decoded {
    /// Over a whole file; a mark at its start is left out.
    pub fn new(bytes: Vec<u8>, encoding: TextEncoding) -> Decoded {
        Decoded {
            bytes,
            at: 0,
            decoder: encoding.codec().new_decoder_with_bom_removal(),
            ended: false,
            last: b'\n',
        }
    }

    /// The bytes again.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

impl Read for Decoded {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        // The decoder needs room for one character; a line feed may turn out to be nothing.
        while !self.ended && buffer.len() >= 4 {
            let rest = &self.bytes[self.at..];
            let (result, read, written, _) = self.decoder.decode_to_utf8(rest, buffer, true);
            self.at += read;
            self.ended = result == encoding_rs::CoderResult::InputEmpty;
            let kept = one_line_end(&mut buffer[..written], &mut self.last);
            if kept > 0 {
                return Ok(kept);
            }
        }
        if self.ended && !matches!(self.last, b'\n' | b'\r') && !buffer.is_empty() {
            self.last = b'\n';
            buffer[0] = b'\n';
            return Ok(1);
        }
        Ok(0)
    }
}

/// Makes a line feed of every line end, in place. `last` is the last byte as it came.
fn one_line_end(text: &mut [u8], last: &mut u8) -> usize {
    let mut kept = 0;
    for at in 0..text.len() {
        let byte = text[at];
        let is_second_half = byte == b'\n' && *last == b'\r';
        *last = byte;
        if !is_second_half {
            text[kept] = if byte == b'\r' { b'\n' } else { byte };
            kept += 1;
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_told_without_a_mark() {
        let text = "姓名,房号\n王华,302\n湖㳇镇,龘\n";
        let utf16 = |units: fn(u16) -> [u8; 2]| -> Vec<u8> {
            text.encode_utf16().flat_map(units).collect()
        };
        let table = [
            (text.as_bytes().to_vec(), TextEncoding::Utf8),
            (GB18030.encode(text).0.into_owned(), TextEncoding::Gb18030),
            (utf16(u16::to_le_bytes), TextEncoding::Utf16Le),
            (utf16(u16::to_be_bytes), TextEncoding::Utf16Be),
        ];
        for (bytes, expected) in table {
            assert_eq!(detect(&bytes), Ok(expected));
            let mut read = String::new();
            let mut decoded = Decoded::new(bytes, expected);
            decoded.read_to_string(&mut read).expect("reads");
            assert_eq!(read, text);
        }
    }

    #[test]
    fn every_line_ends_alike() {
        let mut read = String::new();
        let bytes = b"a\r\nb\rc\n\r\nd".to_vec();
        let mut decoded = Decoded::new(bytes, TextEncoding::Utf8);
        decoded.read_to_string(&mut read).expect("reads");
        assert_eq!(read, "a\nb\nc\n\nd\n");
    }

    #[test]
    fn western_letters_are_no_han() {
        let bytes = WINDOWS_1252
            .encode("name,code\nAltötting,AÖ\nGroß-Gerau,GG\n")
            .0;
        assert_eq!(detect(&bytes), Ok(TextEncoding::Windows1252));
    }
}
