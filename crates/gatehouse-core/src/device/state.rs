//! The stored state: everything but the list, whose signed bytes the page keeps. Written with
//! every event in one transaction, so that the chain never runs ahead of what is stored.

use super::case::{Case, Finding, Reopened};
use super::chain::Chain;
use super::list::Floor;
use super::shift::Tally;
use super::thermometer::{Taken, read_way};
use super::{Device, EARLY_HELD, Early, Enrolled, Finished, RECENT_HELD, RecentRow};
use crate::gate::record::{FACTS_BYTES_MOST, read_facts, write_given};
use crate::moment::{CivilDay, Moment};
use crate::planted::{Planted, is_planted};
use crate::wire::cbor::{Cbor, CborError, Read, Reader, Writer};

/// Version of this form. The three before are read too, so that a phone goes on after an upgrade;
/// any other is refused.
const VERSION: u64 = 5;
/// Before sides and visitors were counted.
const WITHOUT_SIDES: u64 = 4;
/// Before it was kept when the newest list was made.
const WITHOUT_LIST_TIME: u64 = 3;
/// Before the gate asked which thermometer is in use: no last entry, neither here nor in a case.
const WITHOUT_THERMOMETER: u64 = 2;
const PARTS: usize = 15;
const CASE_PARTS: usize = 15;
const DETAILS_MOST: usize = 4;
const SENTENCES_MOST: usize = 3;
const SENTENCE_BYTES_MOST: usize = 1_000;

/// Why bytes are no state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateError {
    /// Written by another version of the program.
    Version,
    /// Not what [`Device::to_bytes`] wrote.
    Malformed(CborError),
}

impl std::fmt::Display for StateError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            StateError::Version => f.write_str("a state of another version"),
            StateError::Malformed(error) => write!(f, "no state: {error}"),
        }
    }
}

impl std::error::Error for StateError {}

impl Device {
    /// The state to store.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut to = Writer::default();
        to.array(PARTS)
            .uint(VERSION)
            .option(self.enrolled.as_ref())
            .item(&self.chain)
            .list(&self.early)
            .option(self.shift.as_ref())
            .item(&self.tally)
            .option(self.case.as_ref())
            .option(self.finished.as_ref())
            .item(&self.seen)
            .item(&self.lookups)
            .item(&self.outings)
            .list(&self.recent)
            .optional_int(self.skew)
            .item(&self.floor)
            .optional_uint(self.thermometer.map(u64::from));
        to.finish()
    }

    /// Takes up a stored state.
    ///
    /// # Errors
    /// [`StateError`]; whatever the bytes are, nothing else happens.
    pub fn from_bytes(bytes: &[u8]) -> Result<Device, StateError> {
        let mut from = Reader::new(bytes);
        let parts = from.array(PARTS).map_err(StateError::Malformed)?;
        let version = from.uint().map_err(StateError::Malformed)?;
        let known = [
            (PARTS, VERSION),
            (PARTS, WITHOUT_SIDES),
            (PARTS, WITHOUT_LIST_TIME),
            (PARTS - 1, WITHOUT_THERMOMETER),
        ];
        if !known.contains(&(parts, version)) {
            return Err(StateError::Version);
        }
        let device = read(&mut from, version).map_err(StateError::Malformed)?;
        from.finish().map_err(StateError::Malformed)?;
        Ok(device)
    }
}

fn read(from: &mut Reader<'_>, version: u64) -> Read<Device> {
    let device = Device {
        enrolled: from.option()?,
        chain: match from.item()? {
            _ if version < VERSION && is_planted(Planted::EarlierChainLost) => Chain::default(),
            chain => chain,
        },
        early: from.list(EARLY_HELD)?,
        shift: from.option()?,
        tally: match version {
            VERSION => from.item()?,
            _ => Tally::read_before(from)?,
        },
        case: from.option()?,
        finished: from.option()?,
        seen: from.item()?,
        lookups: from.item()?,
        outings: from.item()?,
        recent: from.list(RECENT_HELD)?,
        skew: from.optional_int()?,
        floor: match version {
            VERSION | WITHOUT_SIDES => from.item()?,
            _ => Floor::read_before(from)?,
        },
        thermometer: match version {
            WITHOUT_THERMOMETER => None,
            _ => read_way(from)?,
        },
        list: None,
    };
    // A chain belongs to somebody.
    if device.enrolled.is_none() && device.chain != Chain::default() {
        return Err(CborError::Value);
    }
    Ok(device)
}

fn write_moment(to: &mut Writer, moment: Moment) {
    to.int(moment.millis).int(moment.offset_minutes.into());
}

fn read_moment(from: &mut Reader<'_>) -> Read<Moment> {
    let millis = from.int()?;
    let offset = i16::try_from(from.int()?).map_err(|_| CborError::Value)?;
    Ok(Moment::new(millis, offset))
}

impl Cbor for Enrolled {
    fn write(&self, to: &mut Writer) {
        to.array(3)
            .item(&self.device)
            .item(&self.gate)
            .item(&self.root);
    }
    fn read(from: &mut Reader<'_>) -> Read<Enrolled> {
        from.array_of(3)?;
        Ok(Enrolled {
            device: from.item()?,
            gate: from.item()?,
            root: from.item()?,
        })
    }
}

impl Cbor for Early {
    fn write(&self, to: &mut Writer) {
        to.array(4).item(&self.way).item(&self.what);
        write_moment(to, self.at);
    }
    fn read(from: &mut Reader<'_>) -> Read<Early> {
        from.array_of(4)?;
        Ok(Early {
            way: from.item()?,
            what: from.item()?,
            at: read_moment(from)?,
        })
    }
}

impl Cbor for Finished {
    fn write(&self, to: &mut Writer) {
        to.array(3).uint(self.seq).int(self.at_millis);
        to.item(&self.case);
    }
    fn read(from: &mut Reader<'_>) -> Read<Finished> {
        from.array_of(3)?;
        Ok(Finished {
            seq: from.uint()?,
            at_millis: from.int()?,
            case: from.item()?,
        })
    }
}

impl Cbor for RecentRow {
    fn write(&self, to: &mut Writer) {
        to.array(9).uint(self.seq);
        write_moment(to, self.at);
        to.item(&self.way)
            .option(self.kind.as_ref())
            .item(&self.outcome)
            .boolean(self.emergency)
            .boolean(self.undone)
            .option(self.pass.as_ref());
    }
    fn read(from: &mut Reader<'_>) -> Read<RecentRow> {
        from.array_of(9)?;
        Ok(RecentRow {
            seq: from.uint()?,
            at: read_moment(from)?,
            way: from.item()?,
            kind: from.option()?,
            outcome: from.item()?,
            emergency: from.boolean()?,
            undone: from.boolean()?,
            pass: from.option()?,
        })
    }
}

impl Cbor for Case {
    fn write(&self, to: &mut Writer) {
        to.array(CASE_PARTS);
        write_moment(to, self.situation.moment);
        to.uint(self.situation.skew_minutes.into())
            .bytes(&write_given(&self.situation))
            .option(self.person.as_ref())
            .option(self.vehicle.as_ref())
            .option(self.household.as_ref())
            .option(self.pass.as_ref())
            .item(&self.finding)
            .optional_uint(self.copied_minutes.map(u64::from))
            .list(&self.details)
            .list(&self.candidates)
            .item(&self.taken)
            .optional_uint(self.fever_event)
            .array(2)
            .item(&self.verdict)
            .option(self.reopened.as_ref());
    }
    fn read(from: &mut Reader<'_>) -> Read<Case> {
        let parts = from.array(CASE_PARTS)?;
        if parts + 1 < CASE_PARTS {
            return Err(CborError::Value);
        }
        let moment = read_moment(from)?;
        let skew_minutes = from.small()?;
        let mut situation = read_facts(from.bytes(FACTS_BYTES_MOST)?, moment)?;
        situation.skew_minutes = skew_minutes;
        Ok(Case {
            situation,
            person: from.option()?,
            vehicle: from.option()?,
            household: from.option()?,
            pass: from.option()?,
            read_at: moment.millis,
            finding: from.item()?,
            copied_minutes: from.optional_small()?,
            details: from.list(DETAILS_MOST)?,
            candidates: from.list(super::lookup::OFFERED_MOST)?,
            taken: match parts {
                CASE_PARTS => from.item()?,
                _ => Taken::default(),
            },
            fever_event: match parts {
                CASE_PARTS => from.optional_small()?,
                // Only that it was reported was kept; which event it was is not known any more.
                _ => from.boolean()?.then_some(0),
            },
            verdict: {
                from.array_of(2)?;
                from.item()?
            },
            reopened: from.option()?,
        })
    }
}

impl Cbor for Reopened {
    fn write(&self, to: &mut Writer) {
        to.array(2).uint(self.seq).array(self.sentences.len());
        for sentence in &self.sentences {
            to.text(sentence);
        }
    }
    fn read(from: &mut Reader<'_>) -> Read<Reopened> {
        from.array_of(2)?;
        let seq = from.uint()?;
        let count = from.array(SENTENCES_MOST)?;
        let one = |_| from.text(SENTENCE_BYTES_MOST).map(str::to_owned);
        Ok(Reopened {
            seq,
            sentences: (0..count).map(one).collect::<Read<_>>()?,
        })
    }
}

impl Reopened {
    /// The server's sentences, as many and as long as are kept.
    pub fn new(seq: u64, sentences: &[String]) -> Reopened {
        let fit = |text: &&String| text.len() <= SENTENCE_BYTES_MOST;
        let kept = sentences.iter().filter(fit).take(SENTENCES_MOST);
        Reopened {
            seq,
            sentences: kept.cloned().collect(),
        }
    }
}

impl Cbor for Finding {
    fn write(&self, to: &mut Writer) {
        let (number, value) = match self {
            Finding::NoPass => (0, 0),
            Finding::Valid => (1, 0),
            Finding::Expired(day) => (2, day.0.into()),
            Finding::Grace(days) => (3, i64::from(*days)),
            Finding::NotYet(day) => (4, day.0.into()),
            Finding::Revoked => (5, 0),
            Finding::Elsewhere => (6, 0),
            Finding::Altered => (7, 0),
            Finding::Unverifiable => (8, 0),
        };
        to.array(2).uint(number).int(value);
    }
    fn read(from: &mut Reader<'_>) -> Read<Finding> {
        from.array_of(2)?;
        let (number, value) = (from.uint()?, from.int()?);
        let day = || {
            i32::try_from(value)
                .map(CivilDay)
                .map_err(|_| CborError::Value)
        };
        // One state has one form: what carries no value carries 0.
        if value != 0 && !(2..=4).contains(&number) {
            return Err(CborError::Value);
        }
        Ok(match number {
            0 => Finding::NoPass,
            1 => Finding::Valid,
            2 => Finding::Expired(day()?),
            3 => Finding::Grace(u16::try_from(value).map_err(|_| CborError::Value)?),
            4 => Finding::NotYet(day()?),
            5 => Finding::Revoked,
            6 => Finding::Elsewhere,
            7 => Finding::Altered,
            8 => Finding::Unverifiable,
            _ => return Err(CborError::Value),
        })
    }
}
