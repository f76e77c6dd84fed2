//! The root key on paper: what can be typed back in by hand when the file is gone.
//!
//! Eight numbered lines hold four bytes each and a check character, a ninth the whole key's
//! check; so a slip is found in its line, and lines that changed places are found too.

use data_encoding::BASE32;
use gatehouse_core::key::{PublicKey, SigningKey};
use gatehouse_core::pass::check_digit;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use zeroize::Zeroizing;

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const LINES: usize = 8;
const BYTES_A_LINE: usize = 4;

/// Why a sheet is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PaperError {
    /// A line is missing, or has other than eight characters.
    #[error("K-LINE: line {0} is missing or not eight characters long")]
    Line(usize),
    /// A slip in a line.
    #[error("K-SLIP: line {0} does not fit its check character; read it again")]
    Slip(usize),
    /// Each line fits, the whole does not: lines of two sheets, or in another order.
    #[error("K-WHOLE: the lines do not belong together; compare the whole sheet")]
    Whole,
}

/// The sheet to print, with what it is and where to keep it, in both languages.
pub fn write(key: &SigningKey) -> String {
    let bytes = Zeroizing::new(key.to_bytes());
    let mut sheet = format!(
        "门岗 Gatehouse · 根密钥 root key\n\
         公钥编号 key id: {}\n\n\
         锁好，不拍照，不传网。文件坏了，用 gatehouse init --root-paper 读回。\n\
         Keep it locked away, take no picture, send it nowhere. Should the file be lost,\n\
         gatehouse init --root-paper reads this sheet back.\n\n",
        PublicKey::from(key).id()
    );
    for (number, four) in (1..).zip(bytes.chunks(BYTES_A_LINE)) {
        let _ = writeln!(sheet, "{number}  {}", line(number, four));
    }
    let _ = writeln!(
        sheet,
        "{}  {}",
        LINES + 1,
        line(LINES + 1, &check(&bytes[..]))
    );
    sheet
}

/// Reads a sheet, or what somebody typed off it: either case, blanks and hyphens anywhere, other
/// lines left out.
///
/// # Errors
/// [`PaperError`], with the line.
pub fn read(sheet: &str) -> Result<SigningKey, PaperError> {
    let mut key = Zeroizing::new([0; LINES * BYTES_A_LINE]);
    for number in 1..=LINES {
        let four = read_line(sheet, number)?;
        key[(number - 1) * BYTES_A_LINE..number * BYTES_A_LINE].copy_from_slice(&four);
    }
    if read_line(sheet, LINES + 1)? != check(&key[..]) {
        return Err(PaperError::Whole);
    }
    Ok(SigningKey::from_bytes(&key))
}

fn check(key: &[u8]) -> [u8; BYTES_A_LINE] {
    let hash: [u8; 32] = Sha256::digest(key).into();
    [hash[0], hash[1], hash[2], hash[3]]
}

/// Seven characters of base32 and a check character that depends on the line's number too.
fn line(number: usize, four: &[u8]) -> String {
    let coded = BASE32.encode(four);
    let coded = coded.trim_end_matches('=');
    let last = check_character(number, coded).unwrap_or('?');
    format!("{}-{}{last}", &coded[..4], &coded[4..])
}

fn check_character(number: usize, coded: &str) -> Option<char> {
    let place = |byte: u8| ALPHABET.iter().position(|letter| *letter == byte);
    let digits: Option<Vec<u8>> = coded.bytes().map(|b| place(b).map(|p| p as u8)).collect();
    let digit = check_digit(number as u8, &digits?);
    ALPHABET.get(usize::from(digit)).copied().map(char::from)
}

fn read_line(sheet: &str, number: usize) -> Result<[u8; BYTES_A_LINE], PaperError> {
    let wanted = number.to_string();
    let found = sheet.lines().find_map(|text| {
        let (first, rest) = text.trim().split_once(char::is_whitespace)?;
        (first.trim_end_matches(['.', ':']) == wanted).then_some(rest)
    });
    let typed: String = found
        .ok_or(PaperError::Line(number))?
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| match c.to_ascii_uppercase() {
            // Characters that base32 does not have, for those they are taken for.
            '0' => 'O',
            '1' => 'I',
            '8' => 'B',
            other => other,
        })
        .collect();
    if typed.chars().count() != 8 || !typed.is_ascii() {
        return Err(PaperError::Line(number));
    }
    let (coded, last) = typed.split_at(7);
    if check_character(number, coded) != last.chars().next() {
        return Err(PaperError::Slip(number));
    }
    let bytes = BASE32.decode(format!("{coded}=").as_bytes()).ok();
    bytes
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or(PaperError::Slip(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> SigningKey {
        let bytes: Vec<u8> = (0..32).map(|n| n * 7 + 3).collect();
        SigningKey::from_bytes(&bytes.try_into().expect("32 bytes"))
    }

    fn read_bytes(sheet: &str) -> Result<[u8; 32], PaperError> {
        read(sheet).map(|key| key.to_bytes())
    }

    #[test]
    fn a_sheet_reads_back_as_people_type_it() {
        let sheet = write(&key());
        assert_eq!(read_bytes(&sheet), Ok(key().to_bytes()));
        assert_eq!(read_bytes(&sheet.to_lowercase()), Ok(key().to_bytes()));
        assert_eq!(read_bytes(&sheet.replace('-', " ")), Ok(key().to_bytes()));
        let only_lines: Vec<&str> = sheet.lines().rev().take(9).collect();
        assert_eq!(read_bytes(&only_lines.join("\n")), Ok(key().to_bytes()));
    }

    #[test]
    fn a_slip_is_found_in_its_line() {
        let sheet = write(&key());
        for number in 1..=LINES {
            let prefix = format!("{number}  ");
            let line = sheet.lines().find(|line| line.starts_with(&prefix));
            let line = line.expect("a line");
            let other = if line.as_bytes()[4] == b'A' { "B" } else { "A" };
            let slip = format!("{}{other}{}", &line[..4], &line[5..]);
            let typed = sheet.replace(line, &slip);
            assert_eq!(read_bytes(&typed), Err(PaperError::Slip(number)));
            assert_eq!(
                read_bytes(&sheet.replace(line, "")),
                Err(PaperError::Line(number))
            );
        }
    }

    #[test]
    fn lines_of_another_sheet_or_order_are_found() {
        let other = write(&SigningKey::from_bytes(&[9; 32]));
        let sheet = write(&key());
        let of = |sheet: &str, number: usize| {
            let prefix = format!("{number}  ");
            let mut lines = sheet.lines();
            let line = lines.find(|line| line.starts_with(&prefix));
            line.expect("a line").to_owned()
        };
        let mixed = sheet.replace(&of(&sheet, 3), &of(&other, 3));
        assert_eq!(read_bytes(&mixed), Err(PaperError::Whole));
        let (two, three) = (of(&sheet, 2), of(&sheet, 3));
        let swapped = sheet
            .replace(&two, &format!("2  {}", &three[3..]))
            .replace(&three, &format!("3  {}", &two[3..]));
        assert!(matches!(read_bytes(&swapped), Err(PaperError::Slip(_))));
    }
}
