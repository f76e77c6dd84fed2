//! The credential: what a pass says and how it is signed, in at most 160 bytes.

use super::number::{ListNumber, PassNumber};
use super::{PassBand, PassKind};
use crate::key::SigningKey;
use crate::key::cose;
use crate::moment::Moment;
use crate::planted::{Planted, is_planted};
use crate::wire::cbor::{Cbor, CborError, Read, Reader, Writer};
use serde::{Deserialize, Serialize};
use std::fmt;

/// No credential is longer, of whatever kind (PASS-1; 130 without the hint).
pub const CREDENTIAL_BYTES_MOST: usize = 160;
/// Longest surname in a hint, in bytes of UTF-8: seven Chinese characters.
pub const SURNAME_BYTES_MOST: usize = 23;
const PLATE_BYTES_MOST: usize = 23;

/// Passes are signed without a context: their payload is a map, everything else is a list.
pub(super) const CONTEXT: &[u8] = b"";
const EXPIRES: u64 = 4;
const NOT_BEFORE: u64 = 5;
/// The one private claim; RFC 8392 leaves everything below −65 536 to private use.
const PRIVATE: i64 = -65_537;

/// The last eight bytes of an id, which in a UUIDv7 are its random half: enough to find an area or
/// a household among those that a gate holds, and short enough for a QR code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShortId(pub [u8; 8]);

impl ShortId {
    /// Of a whole id.
    pub fn of(id: &[u8; 16]) -> ShortId {
        let mut short = [0; 8];
        short.copy_from_slice(&id[8..]);
        ShortId(short)
    }

    /// Whether a whole id ends in it.
    pub fn is_of(self, id: &[u8; 16]) -> bool {
        ShortId::of(id) == self
    }
}

impl fmt::Display for ShortId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::digits::HEX.encode(&self.0))
    }
}

impl fmt::Debug for ShortId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ShortId({self})")
    }
}

impl Serialize for ShortId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Cbor for ShortId {
    fn write(&self, to: &mut Writer) {
        to.bytes(&self.0);
    }
    fn read(from: &mut Reader<'_>) -> Read<ShortId> {
        from.fixed().map(ShortId)
    }
}

/// To whom a pass belongs, as far as the gate needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Belongs {
    /// Nobody in particular: a slip, an outside vehicle.
    Nobody,
    /// A household: where the holder lives, or which they visit.
    Household(ShortId),
    /// A worker class: its position in the vocabulary of the gate.
    WorkerClass(u8),
}

/// What helps to tell the bearer from the holder where a gate may hold no record of them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hint {
    /// A person.
    Person {
        /// Surname alone, at most [`SURNAME_BYTES_MOST`] bytes.
        surname: String,
        /// By GB/T 2261.1: 0 unknown, 1 male, 2 female.
        sex: u8,
        /// Year of birth.
        birth_year: u16,
    },
    /// A vehicle.
    Plate(String),
}

// What it holds is personal, so it does not print.
impl fmt::Debug for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Hint::Person { .. } => "Hint::Person",
            Hint::Plate(_) => "Hint::Plate",
        })
    }
}

/// What a pass says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Credential {
    /// What it is for.
    pub kind: PassKind,
    /// Coloured edge.
    pub band: PassBand,
    /// Which pass.
    pub number: PassNumber,
    /// Where it holds: a compound, or an area above for those who work in several.
    pub area: ShortId,
    /// To whom it belongs.
    pub belongs: Belongs,
    /// Only for kinds whose holders a gate may not know.
    pub hint: Option<Hint>,
    /// First second, since 1970-01-01T00:00Z.
    pub valid_from: u32,
    /// First second after the end.
    pub valid_until: u32,
}

/// Why a credential is not signed: our own caller's mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CredentialError {
    /// It ends before it begins, or begins before 1970 or after 2106.
    Term,
    /// A kind of pass for residents or helpers names a household, any other need not; a worker pass
    /// names a worker class, and no other does.
    Belongs,
    /// A hint on a kind whose holders the gate knows, or one that is too long or empty, or a
    /// plate on a person's pass.
    Hint,
}

impl fmt::Display for CredentialError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            CredentialError::Term => "the validity is empty or out of range",
            CredentialError::Belongs => "household or worker class do not fit the kind",
            CredentialError::Hint => "the hint does not fit the kind, or is too long",
        })
    }
}

impl std::error::Error for CredentialError {}

/// Why a signed payload is not read: a fault of the issuer, or a later version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayloadError {
    /// Not in the one encoding.
    Encoding(CborError),
    /// Parts that do not fit each other.
    Content(CredentialError),
}

impl Credential {
    /// Whether its parts fit each other.
    ///
    /// # Errors
    /// The first part that does not.
    pub fn check(&self) -> Result<(), CredentialError> {
        if self.valid_from >= self.valid_until {
            return Err(CredentialError::Term);
        }
        let belongs = match self.belongs {
            Belongs::Household(_) => self.kind != PassKind::Worker,
            Belongs::WorkerClass(class) => self.kind == PassKind::Worker && class < 32,
            Belongs::Nobody => !self.kind.names_household() && self.kind != PassKind::Worker,
        };
        if !belongs {
            return Err(CredentialError::Belongs);
        }
        let fits = |text: &str, most| !text.is_empty() && text.len() <= most;
        let hint = match &self.hint {
            None => true,
            Some(Hint::Plate(plate)) => {
                self.kind == PassKind::Vehicle && fits(plate, PLATE_BYTES_MOST)
            }
            Some(Hint::Person { surname, sex, .. }) => {
                let unknown = !self.kind.is_of_household() && self.kind != PassKind::Vehicle;
                unknown && *sex <= 2 && fits(surname, SURNAME_BYTES_MOST)
            }
        };
        hint.then_some(()).ok_or(CredentialError::Hint)
    }

    /// Signs it: the bytes of the QR code.
    ///
    /// # Errors
    /// Where [`Credential::check`] finds something; nothing is signed then.
    pub fn sign(&self, key: &SigningKey) -> Result<Vec<u8>, CredentialError> {
        self.check()?;
        Ok(cose::seal(key, CONTEXT, &self.payload()))
    }

    /// Reads a payload whose signature was verified.
    ///
    /// # Errors
    /// [`PayloadError`] for anything but what [`Credential::sign`] signs.
    pub(super) fn from_payload(payload: &[u8]) -> Result<Credential, PayloadError> {
        let credential = read_payload(payload).map_err(PayloadError::Encoding)?;
        credential.check().map_err(PayloadError::Content)?;
        Ok(credential)
    }

    fn payload(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.map(3);
        writer.uint(EXPIRES).uint(self.valid_until.into());
        writer.uint(NOT_BEFORE).uint(self.valid_from.into());
        writer
            .int(PRIVATE)
            .array(7)
            .item(&self.kind)
            .item(&self.band)
            .item(&self.number.list())
            .uint(self.number.index().into())
            .item(&self.area);
        match self.belongs {
            Belongs::Nobody => writer.null(),
            Belongs::Household(household) => writer.item(&household),
            Belongs::WorkerClass(class) => writer.uint(class.into()),
        };
        match &self.hint {
            None => writer.null(),
            Some(Hint::Plate(plate)) => writer.text(plate),
            Some(Hint::Person {
                surname,
                sex,
                birth_year,
            }) => writer
                .array(3)
                .text(surname)
                .uint((*sex).into())
                .uint((*birth_year).into()),
        };
        writer.finish()
    }

    /// Where a moment lies to its validity: before, within, or after.
    pub fn when(&self, moment: Moment) -> When {
        let seconds = moment.millis.div_euclid(1000);
        if seconds < i64::from(self.valid_from) {
            When::Before
        } else if seconds
            < i64::from(self.valid_until) + i64::from(is_planted(Planted::ExpiryIncluded))
        {
            When::Within
        } else {
            When::After
        }
    }

    /// Milliseconds UTC of its end.
    pub fn until_millis(&self) -> i64 {
        i64::from(self.valid_until) * 1000
    }

    /// Milliseconds UTC of its begin.
    pub fn from_millis(&self) -> i64 {
        i64::from(self.valid_from) * 1000
    }
}

/// Where a moment lies to a validity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Not valid yet.
    Before,
    /// Valid.
    Within,
    /// Not valid any more.
    After,
}

fn read_payload(payload: &[u8]) -> Read<Credential> {
    let mut from = Reader::new(payload);
    if from.map(3)? != 3 || from.uint()? != EXPIRES {
        return Err(CborError::Value);
    }
    let valid_until = from.small()?;
    if from.uint()? != NOT_BEFORE {
        return Err(CborError::Value);
    }
    let valid_from = from.small()?;
    if from.int()? != PRIVATE {
        return Err(CborError::Value);
    }
    from.array_of(7)?;
    let kind = from.item()?;
    let band = from.item()?;
    let list: ListNumber = from.item()?;
    let number = PassNumber::new(list, from.small()?).ok_or(CborError::Value)?;
    let credential = Credential {
        kind,
        band,
        number,
        area: from.item()?,
        belongs: read_belongs(&mut from)?,
        hint: read_hint(&mut from)?,
        valid_from,
        valid_until,
    };
    from.finish()?;
    Ok(credential)
}

fn read_belongs(from: &mut Reader<'_>) -> Read<Belongs> {
    const UNSIGNED: u8 = 0;
    if from.null()? {
        Ok(Belongs::Nobody)
    } else if from.peek()? == UNSIGNED {
        from.small().map(Belongs::WorkerClass)
    } else {
        from.item().map(Belongs::Household)
    }
}

fn read_hint(from: &mut Reader<'_>) -> Read<Option<Hint>> {
    const TEXT: u8 = 3;
    if from.null()? {
        return Ok(None);
    }
    if from.peek()? == TEXT {
        let plate = from.text(PLATE_BYTES_MOST)?;
        return Ok(Some(Hint::Plate(plate.to_owned())));
    }
    from.array_of(3)?;
    Ok(Some(Hint::Person {
        surname: from.text(SURNAME_BYTES_MOST)?.to_owned(),
        sex: from.small()?,
        birth_year: from.small()?,
    }))
}
