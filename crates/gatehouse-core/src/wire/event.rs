//! Device event, version 1: one link in a device's chain.
//!
//! An event has a public part, which the chain's hash covers, and a private part (whom it
//! concerns, what a guard wrote down), which the public part holds only as salted commitments.
//! Erasing somebody drops the private part, and the chain still verifies.

use super::body::{Detail, EventBody, Subject};
use super::cbor::{Cbor, CborError, Read, Reader, Writer};
use crate::audit::{Hash, SALT_BYTES, commitment};
use crate::id::{DeviceId, HouseholdId};
use crate::moment::Moment;

/// Longest event, in bytes.
pub const EVENT_BYTES_MOST: usize = 256 << 10;
const DETAILS_MOST: usize = 16;
const VERSION: u64 = 1;
const CONTEXT: &[u8] = b"gatehouse/event/1";
const DETAILS_CONTEXT: &[u8] = b"gatehouse/event-details/1";
const HEAD_CONTEXT: &[u8] = b"gatehouse/chain-head/1";

/// One thing that happened, as a device appends it to its chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Whose chain.
    pub device: DeviceId,
    /// 1 for the first event, then one more each time.
    pub seq: u64,
    /// [`Event::hash`] of the event before; [`Hash::START`] for the first.
    pub previous: Hash,
    /// The device's clock.
    pub at: Moment,
    /// Device's clock minus server's, in milliseconds, where that was known to be more than five
    /// minutes.
    pub skew_millis: Option<i64>,
    /// Number of the snapshot by which was decided; 0 for none.
    pub snapshot: u64,
    /// What happened.
    pub body: EventBody,
    /// Whom it concerns and what was written down; `None` for nobody and nothing, or once erased.
    pub private: Option<Private>,
}

/// What goes when a person is erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Private {
    /// Random, new for each event, made outside core.
    pub salt: [u8; SALT_BYTES],
    /// Who or what.
    pub subject: Option<Subject>,
    /// Whose household.
    pub household: Option<HouseholdId>,
    /// What a guard wrote down, sixteen lines at most.
    pub details: Vec<Detail>,
}

/// Why bytes are no event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventError {
    /// A version that this program does not know.
    Version(u64),
    /// Not in the one encoding, or too long.
    Encoding(CborError),
    /// The private part is not what the public part commits to.
    Commitment,
}

impl From<CborError> for EventError {
    fn from(error: CborError) -> EventError {
        EventError::Encoding(error)
    }
}

/// What the chain's hash covers, without the private part: enough to verify a chain for as long
/// as its days are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicEvent {
    /// The event, without its private part.
    pub event: Event,
    /// [`Event::hash`].
    pub hash: Hash,
    /// What it commits to, if it concerns somebody.
    pub commitment: Option<Hash>,
    details: Option<Hash>,
}

/// The head of a device's chain: what the device signs on each send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainHead {
    /// Whose chain.
    pub device: DeviceId,
    /// Number of the last event.
    pub seq: u64,
    /// Its hash.
    pub hash: Hash,
}

/// Length of the signature over a head: r and s of ECDSA with P-256 and SHA-256, 32 bytes each, as
/// WebCrypto makes it. The server checks it.
pub const HEAD_SIGNATURE_BYTES: usize = 64;

impl ChainHead {
    /// The bytes that the device signs.
    pub fn to_signed_bytes(&self) -> Vec<u8> {
        [
            HEAD_CONTEXT,
            &self.device.0,
            &self.seq.to_be_bytes(),
            &self.hash.0,
        ]
        .concat()
    }

    /// Reads them; `None` for any other bytes.
    pub fn from_signed_bytes(bytes: &[u8]) -> Option<ChainHead> {
        let rest = bytes.strip_prefix(HEAD_CONTEXT)?;
        let (device, rest) = rest.split_first_chunk()?;
        let (seq, rest) = rest.split_first_chunk()?;
        Some(ChainHead {
            device: DeviceId(*device),
            seq: u64::from_be_bytes(*seq),
            hash: Hash(rest.try_into().ok()?),
        })
    }
}

impl Private {
    fn commitment(&self) -> Hash {
        let subject = self.subject.as_ref().map(Subject::bytes);
        let household = self.household.as_ref().map(|id| &id.0);
        commitment(&self.salt, subject, household)
    }

    fn details_commitment(&self) -> Option<Hash> {
        (!self.details.is_empty()).then(|| {
            let mut writer = Writer::default();
            let written = &self.details[..self.details.len().min(DETAILS_MOST)];
            writer.array(2).bytes(&self.salt).list(written);
            Hash::of(DETAILS_CONTEXT, &writer.finish())
        })
    }
}

impl Event {
    /// The bytes that a device keeps and sends.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.array(3).uint(VERSION).bytes(&self.public_bytes());
        match &self.private {
            Some(private) => writer.bytes(&private.to_cbor()),
            None => writer.null(),
        };
        writer.finish()
    }

    /// The part that the hash covers: what the server keeps to prove the chain.
    pub fn public_bytes(&self) -> Vec<u8> {
        let private = self.private.as_ref();
        let mut writer = Writer::default();
        writer
            .array(10)
            .item(&self.device)
            .uint(self.seq)
            .item(&self.previous)
            .int(self.at.millis)
            .int(self.at.offset_minutes.into())
            .optional_int(self.skew_millis)
            .uint(self.snapshot)
            .item(&self.body)
            .option(private.map(Private::commitment).as_ref())
            .option(private.and_then(Private::details_commitment).as_ref());
        writer.finish()
    }

    /// What the next event names. Only meaningful while the private part is there: see
    /// [`PublicEvent`] for later.
    pub fn hash(&self) -> Hash {
        Hash::of(CONTEXT, &self.public_bytes())
    }

    /// The head of the chain after this event.
    pub fn head(&self) -> ChainHead {
        ChainHead {
            device: self.device,
            seq: self.seq,
            hash: self.hash(),
        }
    }

    /// Reads an event.
    ///
    /// # Errors
    /// [`EventError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Event, EventError> {
        if bytes.len() > EVENT_BYTES_MOST {
            return Err(CborError::TooLong.into());
        }
        let mut reader = Reader::new(bytes);
        reader.array_of(3)?;
        match reader.uint()? {
            VERSION => (),
            other => return Err(EventError::Version(other)),
        }
        let public = PublicEvent::from_bytes(reader.bytes(EVENT_BYTES_MOST)?)?;
        let private = if reader.null()? {
            None
        } else {
            Some(Private::from_cbor(reader.bytes(EVENT_BYTES_MOST)?)?)
        };
        reader.finish()?;
        let commits = private.as_ref().map(Private::commitment) == public.commitment
            && private.as_ref().and_then(Private::details_commitment) == public.details;
        if !commits {
            return Err(EventError::Commitment);
        }
        Ok(Event {
            private,
            ..public.event
        })
    }
}

impl PublicEvent {
    /// Reads [`Event::public_bytes`].
    ///
    /// # Errors
    /// Anything but the one encoding.
    pub fn from_bytes(bytes: &[u8]) -> Read<PublicEvent> {
        let mut from = Reader::new(bytes);
        from.array_of(10)?;
        let event = Event {
            device: from.item()?,
            seq: from.uint()?,
            previous: from.item()?,
            at: read_moment(&mut from)?,
            skew_millis: from.optional_int()?,
            snapshot: from.uint()?,
            body: from.item()?,
            private: None,
        };
        let (commitment, details) = (from.option()?, from.option()?);
        from.finish()?;
        if event.seq == 0 || (details.is_some() && commitment.is_none()) {
            return Err(CborError::Value);
        }
        Ok(PublicEvent {
            event,
            hash: Hash::of(CONTEXT, bytes),
            commitment,
            details,
        })
    }

    /// Whether it is the next link after a head (`None`: before the first event).
    pub fn follows(&self, head: Option<&ChainHead>) -> bool {
        let (seq, hash) = head.map_or((0, Hash::START), |head| (head.seq, head.hash));
        head.is_none_or(|head| head.device == self.event.device)
            && Some(self.event.seq) == seq.checked_add(1)
            && self.event.previous == hash
    }

    /// The head of the chain after it.
    pub fn head(&self) -> ChainHead {
        ChainHead {
            device: self.event.device,
            seq: self.event.seq,
            hash: self.hash,
        }
    }
}

fn read_moment(from: &mut Reader<'_>) -> Read<Moment> {
    let millis = from.int()?;
    let offset = i16::try_from(from.int()?).map_err(|_| CborError::Value)?;
    Ok(Moment::new(millis, offset))
}

impl Cbor for Private {
    fn write(&self, to: &mut Writer) {
        to.array(4)
            .bytes(&self.salt)
            .option(self.subject.as_ref())
            .option(self.household.as_ref())
            .list(&self.details[..self.details.len().min(DETAILS_MOST)]);
    }
    fn read(from: &mut Reader<'_>) -> Read<Private> {
        from.array_of(4)?;
        Ok(Private {
            salt: from.fixed()?,
            subject: from.option()?,
            household: from.option()?,
            details: from.list(DETAILS_MOST)?,
        })
    }
}
