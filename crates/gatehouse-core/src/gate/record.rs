//! The facts of an attempt as they are kept: a CBOR map from fact number to raw value, for
//! exactly the facts that the policy in force reads and a fixed base list (design §3).
//!
//! What was unknown is kept as unknown (null), what did not arise as an empty map, so that the
//! very case can be decided again. Calendar facts are not kept: they follow from the moment.

use super::compiled::Policy;
use super::fact::{Fact, Kind, Source};
use super::situation::Situation;
use super::value::{Known, OUTINGS_MOST, Outing, Outings, STAYS_MOST, Stay, StayKind, Value};
use crate::moment::Moment;
use crate::sort::sort_by_key;
use crate::wire::cbor::{CborError, Read, Reader, Writer};

/// Facts that are kept whatever the policy reads, so that a later draft finds them.
pub const BASE: [Fact; 12] = [
    Fact::SubjectKind,
    Fact::Way,
    Fact::RegisteredResident,
    Fact::WorkerClass,
    Fact::Purpose,
    Fact::PassKind,
    Fact::PassState,
    Fact::Temperature,
    Fact::SecondTemperature,
    Fact::Order,
    Fact::Zone,
    Fact::Emergency,
];

/// Kept beside the base list where it is known (GATE-6), and left out where nobody said, which
/// reads back as the same.
const KEPT_WHERE_KNOWN: Fact = Fact::TemperatureWay;

/// Whether a record that does not name this fact says that it was unknown.
#[cfg(feature = "author")]
pub(crate) fn is_left_out_where_unknown(fact: Fact) -> bool {
    fact == KEPT_WHERE_KNOWN
}

/// Largest record of facts that is read, in bytes.
pub const FACTS_BYTES_MOST: usize = 16 << 10;

const MAP: u8 = 5;

/// The facts that a record keeps beside those that a policy reads, by number, each once.
pub(crate) fn kept_facts(read: impl IntoIterator<Item = Fact>) -> Vec<Fact> {
    let mut facts: Vec<Fact> = BASE.to_vec();
    facts.push(KEPT_WHERE_KNOWN);
    facts.extend(read);
    facts.retain(|fact| fact.spec().source != Source::Clock);
    sort_by_key(&mut facts, |fact| fact.spec().number);
    facts.dedup();
    facts
}

/// Writes the facts of a situation as the record keeps them.
pub fn write_facts(situation: &Situation, policy: Option<&Policy>) -> Vec<u8> {
    let base;
    let facts = match policy {
        Some(policy) => policy.kept_facts(),
        None => {
            base = kept_facts([]);
            &base
        }
    };
    let mut writer = Writer::default();
    let left_out = situation.given(KEPT_WHERE_KNOWN).is_none();
    writer.map(facts.len() - usize::from(left_out));
    for fact in facts {
        if left_out && *fact == KEPT_WHERE_KNOWN {
            continue;
        }
        writer.uint(u64::from(fact.spec().number));
        write_known(&mut writer, situation.known(*fact).as_ref());
    }
    writer.finish()
}

/// Writes exactly what somebody supplied: a case that is not decided for good yet.
pub fn write_given(situation: &Situation) -> Vec<u8> {
    let mut given: Vec<(Fact, &Known)> = situation.all_given().collect();
    sort_by_key(&mut given, |(fact, _)| fact.spec().number);
    let mut writer = Writer::default();
    writer.map(given.len());
    for (fact, known) in given {
        writer.uint(u64::from(fact.spec().number));
        write_known(&mut writer, known);
    }
    writer.finish()
}

fn write_known(writer: &mut Writer, known: &Known) {
    match known {
        Known::Unknown => writer.null(),
        Known::NotApplicable => writer.map(0),
        Known::Is(Value::Flag(flag)) => writer.boolean(*flag),
        Known::Is(Value::Choice(position)) => writer.uint(u64::from(*position)),
        Known::Is(Value::Set(bits)) => writer.uint(u64::from(*bits)),
        Known::Is(Value::Number(number)) => writer.int(*number),
        Known::Is(Value::Stays(stays)) => {
            writer.array(stays.len());
            for stay in stays {
                writer
                    .array(2)
                    .uint(stay.kind as u64)
                    .uint(u64::from(stay.days_ago));
            }
            writer
        }
        Known::Is(Value::Outings(outings)) => write_outings(writer, outings),
    };
}

fn write_outings<'a>(writer: &'a mut Writer, outings: &Outings) -> &'a mut Writer {
    writer.array(2).array(outings.taken.len());
    for outing in &outings.taken {
        writer
            .array(4)
            .int(outing.at.millis)
            .int(i64::from(outing.at.offset_minutes));
        match outing.purpose {
            Some(purpose) => writer.uint(u64::from(purpose)),
            None => writer.null(),
        };
        writer.boolean(outing.own);
    }
    writer.uint(u64::from(outings.unsent))
}

/// Reads a record of facts back into a situation at its moment.
///
/// # Errors
/// Where the bytes are not what [`write_facts`] could have written.
pub fn read_facts(bytes: &[u8], moment: Moment) -> Read<Situation> {
    if bytes.len() > FACTS_BYTES_MOST {
        return Err(CborError::TooLong);
    }
    let mut situation = Situation::new(moment);
    let mut reader = Reader::new(bytes);
    let entries = reader.map(super::fact::ALL.len())?;
    let mut last = None;
    for _ in 0..entries {
        let number: u16 = reader.small()?;
        let fact = Fact::numbered(number).ok_or(CborError::Value)?;
        if last.is_some_and(|last| last >= number) {
            return Err(CborError::Value);
        }
        last = Some(number);
        let known = read_known(&mut reader, fact)?;
        situation.put(fact, known);
    }
    reader.finish()?;
    Ok(situation)
}

fn read_known(reader: &mut Reader<'_>, fact: Fact) -> Read<Known> {
    if reader.null()? {
        return Ok(Known::Unknown);
    }
    if reader.peek()? == MAP {
        reader.map(0)?;
        return Ok(Known::NotApplicable);
    }
    let value = match fact.spec().kind {
        Kind::Flag { .. } => Value::Flag(reader.boolean()?),
        Kind::Choice(choices) => {
            let position: u8 = reader.small()?;
            within(usize::from(position) < choices.len())?;
            Value::Choice(position)
        }
        Kind::Set(choices) => {
            let bits: u32 = reader.small()?;
            within(u64::from(bits) < 1 << choices.len())?;
            Value::Set(bits)
        }
        Kind::Number { least, most, .. } => {
            let number = reader.int()?;
            within((least..=most).contains(&number))?;
            Value::Number(number)
        }
        Kind::Stays => Value::Stays(read_stays(reader)?),
        Kind::Outings => Value::Outings(read_outings(reader)?),
    };
    Ok(Known::Is(value))
}

fn within(holds: bool) -> Read<()> {
    holds.then_some(()).ok_or(CborError::Value)
}

fn read_stays(reader: &mut Reader<'_>) -> Read<Vec<Stay>> {
    let count = reader.array(STAYS_MOST)?;
    (0..count)
        .map(|_| {
            reader.array_of(2)?;
            let kind: usize = reader.small()?;
            let kind = StayKind::ALL.get(kind).ok_or(CborError::Value)?.0;
            Ok(Stay {
                kind,
                days_ago: reader.small()?,
            })
        })
        .collect()
}

fn read_outings(reader: &mut Reader<'_>) -> Read<Outings> {
    reader.array_of(2)?;
    let count = reader.array(OUTINGS_MOST)?;
    let taken = (0..count)
        .map(|_| read_outing(reader))
        .collect::<Read<Vec<_>>>()?;
    Ok(Outings {
        taken,
        unsent: reader.small()?,
    })
}

fn read_outing(reader: &mut Reader<'_>) -> Read<Outing> {
    reader.array_of(4)?;
    let millis = reader.int()?;
    let offset_minutes = i16::try_from(reader.int()?).map_err(|_| CborError::Value)?;
    let purpose = if reader.null()? {
        None
    } else {
        let purpose: u8 = reader.small()?;
        within(usize::from(purpose) < super::fact::purpose::CHOICES.len())?;
        Some(purpose)
    };
    Ok(Outing {
        at: Moment::new(millis, offset_minutes),
        purpose,
        own: reader.boolean()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::json;
    use crate::json::Json;
    use proptest::prelude::*;

    fn now() -> Moment {
        Moment::parse("2020-02-20T08:00:00+08:00").expect("a time")
    }

    #[test]
    fn how_it_was_measured_is_kept_where_it_is_known_and_left_out_where_not() {
        let mut situation = Situation::new(now());
        let without = write_facts(&situation, None);
        let read = read_facts(&without, now()).expect("the record reads");
        assert_eq!(read.given(Fact::TemperatureWay), None);
        assert_eq!(read.known(Fact::TemperatureWay).as_ref(), &Known::Unknown);
        situation.set(Fact::TemperatureWay, Value::Choice(3));
        let with = write_facts(&situation, None);
        assert_eq!(with.len(), without.len() + 3);
        let read = read_facts(&with, now()).expect("the record reads");
        let kept = Known::Is(Value::Choice(3));
        assert_eq!(read.given(Fact::TemperatureWay), Some(&kept));
    }

    #[test]
    fn more_outings_than_a_record_holds_are_cut_and_the_count_is_unsure() {
        let outing = |at: i64| Outing {
            at: Moment::new(at, 480),
            purpose: None,
            own: false,
        };
        let mut outings = Outings {
            taken: (0..600).map(outing).collect(),
            unsent: 1,
        };
        let read = |outings: &Outings| {
            let mut situation = Situation::new(now());
            situation.set(Fact::Outings, Value::Outings(outings.clone()));
            read_facts(&write_given(&situation), now())
        };
        assert!(read(&outings).is_err(), "nobody could decide it again");
        outings.cut_to_record();
        assert_eq!((outings.taken.len(), outings.unsent), (OUTINGS_MOST, 89));
        assert_eq!(outings.taken.last(), Some(&outing(599)));
        let again = read(&outings).expect("the record reads");
        let known = Known::Is(Value::Outings(outings));
        assert_eq!(again.given(Fact::Outings), Some(&known));
    }

    #[test]
    fn every_fact_reads_back_known_unknown_and_not_applicable() {
        for fact in super::super::fact::ALL {
            let example = Json::parse(fact.spec().example.as_bytes()).expect("JSON");
            let value = json::read_value(fact, &example).expect("an example");
            for known in [Known::Is(value), Known::Unknown, Known::NotApplicable] {
                let mut writer = Writer::default();
                writer.map(1).uint(u64::from(fact.spec().number));
                write_known(&mut writer, &known);
                let situation = read_facts(&writer.finish(), now()).expect("reads");
                assert_eq!(situation.given(fact), Some(&known));
            }
        }
    }

    #[test]
    fn an_ordinary_record_is_small() {
        let mut situation = Situation::new(now());
        situation
            .set(Fact::SubjectKind, Value::Choice(0))
            .set(Fact::Way, Value::Choice(1));
        assert!(write_facts(&situation, None).len() <= 40);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read_facts(&bytes, now());
        }
    }
}
