//! One XML member of a workbook, read piece by piece: a piece (tag or run of text) has a limit,
//! the whole has a limit, and definitions are refused before they can define anything.

use super::SheetError;
use super::limits::PIECE_BYTES_MOST;
use quick_xml::Reader;
use quick_xml::events::{BytesEnd, BytesStart, Event};
use std::borrow::Cow;
use std::io::{BufRead, Error, ErrorKind, Read};

/// Counts what is inflated, and stops.
struct Counted<'a> {
    inner: Box<dyn BufRead + 'a>,
    whole_left: u64,
    piece_left: usize,
    tripped: Option<SheetError>,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = {
            let filled = self.fill_buf()?;
            let length = filled.len().min(buffer.len());
            buffer[..length].copy_from_slice(&filled[..length]);
            length
        };
        self.consume(length);
        Ok(length)
    }
}

impl BufRead for Counted<'_> {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        if self.piece_left == 0 {
            self.tripped = Some(SheetError::CellTooLong);
        }
        if self.tripped.is_some() {
            return Err(Error::from(ErrorKind::InvalidData));
        }
        let filled = self.inner.fill_buf()?;
        if !filled.is_empty() && self.whole_left == 0 {
            self.tripped = Some(SheetError::InflatedTooLarge);
            return Err(Error::from(ErrorKind::InvalidData));
        }
        let most = usize::try_from(self.whole_left).unwrap_or(usize::MAX);
        let most = most.min(self.piece_left).min(filled.len());
        Ok(&filled[..most])
    }

    fn consume(&mut self, length: usize) {
        self.whole_left = self.whole_left.saturating_sub(length as u64);
        self.piece_left = self.piece_left.saturating_sub(length);
        self.inner.consume(length);
    }
}

/// What stands in a part.
pub(super) enum Piece<'b> {
    /// `<name …>`; an element without content is opened and closed.
    Open(BytesStart<'b>),
    /// `</name>`.
    Close(BytesEnd<'b>),
    /// Text, decoded.
    Text(Cow<'b, str>),
    /// The end.
    End,
}

/// An XML member of a workbook.
pub(super) struct Part<'a> {
    reader: Reader<Counted<'a>>,
    buffer: Vec<u8>,
}

impl<'a> Part<'a> {
    pub(super) fn new(inner: Box<dyn BufRead + 'a>, bytes_most: u64) -> Part<'a> {
        let mut reader = Reader::from_reader(Counted {
            inner,
            whole_left: bytes_most,
            piece_left: PIECE_BYTES_MOST,
            tripped: None,
        });
        reader.config_mut().expand_empty_elements = true;
        Part {
            reader,
            buffer: Vec::new(),
        }
    }

    /// The next piece.
    pub(super) fn next(&mut self) -> Result<Piece<'_>, SheetError> {
        self.buffer.clear();
        self.reader.get_mut().piece_left = PIECE_BYTES_MOST;
        // What is not looked at (declaration, comments) takes its turn within the same limit.
        let event = match self.reader.read_event_into(&mut self.buffer) {
            Ok(event) => event,
            Err(_) => {
                let tripped = self.reader.get_ref().tripped;
                return Err(tripped.unwrap_or(SheetError::Damaged));
            }
        };
        Ok(match event {
            Event::Start(start) | Event::Empty(start) => Piece::Open(start),
            Event::End(end) => Piece::Close(end),
            Event::Text(text) => Piece::Text(text.xml10_content()),
            Event::CData(text) => Piece::Text(text.xml10_content()),
            Event::GeneralRef(reference) => {
                let character = match reference.resolve_char_ref() {
                    Ok(Some(c)) => Some(c),
                    Ok(None) => predefined(&reference),
                    Err(_) => None,
                };
                Piece::Text(Cow::Owned(
                    character.ok_or(SheetError::Damaged)?.to_string(),
                ))
            }
            Event::DocType(_) => return Err(SheetError::Definitions),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => Piece::Text(Cow::Borrowed("")),
            Event::Eof => Piece::End,
        })
    }
}

fn predefined(name: &str) -> Option<char> {
    Some(match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        _ => return None,
    })
}

/// An attribute of an element by its name without prefix.
pub(super) fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    start
        .attributes()
        .with_checks(false)
        .map_while(Result::ok)
        .find(|attribute| attribute.key.local_name().as_ref() == name)
        .and_then(|attribute| {
            let value = attribute.normalized_value(quick_xml::XmlVersion::default());
            value.ok().map(|value| value.into_owned())
        })
}
