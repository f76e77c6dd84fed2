//! An attempt as it lies in the record, read without copying and without proving its chain.

use crate::gate::record::FACTS_BYTES_MOST;
use crate::gate::{Outcome, SubjectKind, Verdict, Way};
use crate::id::{DeviceId, GateId, StaffId};
use crate::pass::PassNumber;
use crate::wire::cbor::{CborError, Read, Reader};
use crate::wire::{EmergencyKind, OverrulingReason};

const CROSSING: u64 = 1;
const ROWS_MOST: usize = crate::gate::compiled::ROWS_MOST;
const ROW_BYTES_MOST: usize = 128;

/// What a replay needs of a recorded crossing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt<'a> {
    /// Where.
    pub gate: GateId,
    /// Who or what, as far as known.
    pub kind: Option<SubjectKind>,
    /// The facts as [`crate::gate::record::write_facts`] made them.
    pub facts: &'a [u8],
    /// Id of the policy by which was decided; `None` where none was in force.
    pub policy: Option<[u8; 32]>,
    /// When it was decided, milliseconds UTC by the device's clock.
    pub decided_at: i64,
    /// Offset of the clock on the wall there, minutes.
    pub offset_minutes: i16,
    /// How far the device's clock was known to be off, minutes.
    pub skew_minutes: u16,
    /// What the device decided.
    pub verdict: Verdict,
    /// Admitted as an emergency.
    pub is_emergency: bool,
}

impl<'a> Attempt<'a> {
    /// Reads the public part of a crossing's event ([`crate::wire::Event::public_bytes`]).
    ///
    /// # Errors
    /// What is no crossing in the one encoding. Its hash is not looked at: whether the record
    /// holds is `gatehouse audit verify`'s to say.
    pub fn read(public_part: &'a [u8]) -> Read<Attempt<'a>> {
        let mut from = Reader::new(public_part);
        from.array_of(10)?;
        from.item::<DeviceId>()?;
        from.uint()?;
        from.fixed::<32>()?;
        from.int()?;
        let offset_minutes = i16::try_from(from.int()?).map_err(|_| CborError::Value)?;
        let skew = from.optional_int()?;
        from.uint()?;
        from.array_of(2)?;
        if from.uint()? != CROSSING {
            return Err(CborError::Value);
        }
        let attempt = read_crossing(&mut from, offset_minutes, skew_minutes(skew))?;
        for _ in 0..2 {
            if !from.null()? {
                from.fixed::<32>()?;
            }
        }
        from.finish()?;
        Ok(attempt)
    }
}

fn read_crossing<'a>(
    from: &mut Reader<'a>,
    offset_minutes: i16,
    skew_minutes: u16,
) -> Read<Attempt<'a>> {
    from.array_of(15)?;
    let gate = from.item()?;
    from.option::<StaffId>()?;
    from.item::<Way>()?;
    let kind = from.option()?;
    from.option::<PassNumber>()?;
    from.optional_small::<u32>()?;
    let facts = from.bytes(FACTS_BYTES_MOST)?;
    let policy = if from.null()? {
        None
    } else {
        Some(from.fixed()?)
    };
    from.small::<u32>()?;
    let decided_at = from.int()?;
    for _ in 0..from.array(ROWS_MOST)? {
        from.text(ROW_BYTES_MOST)?;
    }
    let verdict = from.item()?;
    from.item::<Outcome>()?;
    from.option::<OverrulingReason>()?;
    let is_emergency = from.option::<EmergencyKind>()?.is_some();
    Ok(Attempt {
        gate,
        kind,
        facts,
        policy,
        decided_at,
        offset_minutes,
        skew_minutes,
        verdict,
        is_emergency,
    })
}

/// As the device counted it when it decided.
fn skew_minutes(millis: Option<i64>) -> u16 {
    let minutes = millis.unwrap_or(0).unsigned_abs() / 60_000;
    u16::try_from(minutes).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::Hash;
    use crate::moment::Moment;
    use crate::wire::{Crossing, Event, EventBody, PublicEvent};

    fn event(skew_millis: Option<i64>, policy: Option<[u8; 32]>, emergency: bool) -> Event {
        let crossing = Crossing {
            gate: GateId([7; 16]),
            staff: Some(StaffId([3; 16])),
            way: Way::Out,
            subject_kind: Some(SubjectKind::Courier),
            pass: None,
            copied_minutes: Some(4),
            facts: vec![0xa0],
            policy,
            evaluator: 1,
            decided_at: 1_582_160_000_000,
            rows: vec!["HN/courier".to_owned()],
            verdict: Verdict::Refer,
            outcome: Outcome::TurnedBack,
            overruling_reason: None,
            emergency: emergency.then_some(EmergencyKind::Fire),
        };
        Event {
            device: DeviceId([1; 16]),
            seq: 9,
            previous: Hash::START,
            at: Moment::new(1_582_160_000_000, 480),
            skew_millis,
            snapshot: 2,
            body: EventBody::Crossing(Box::new(crossing)),
            private: None,
        }
    }

    #[test]
    fn reads_what_the_event_says_and_refuses_what_the_event_reader_refuses() {
        for (skew, policy, emergency) in [
            (None, Some([5; 32]), false),
            (Some(-600_000), None, true),
            (Some(420_000), Some([0; 32]), false),
        ] {
            let event = event(skew, policy, emergency);
            let bytes = event.public_bytes();
            let attempt = Attempt::read(&bytes).expect("reads");
            assert_eq!(attempt.gate, GateId([7; 16]));
            assert_eq!(attempt.kind, Some(SubjectKind::Courier));
            assert_eq!((attempt.facts, attempt.policy), (&[0xa0][..], policy));
            assert_eq!(attempt.offset_minutes, 480);
            assert_eq!(attempt.skew_minutes, skew_minutes(skew));
            assert_eq!(attempt.verdict, Verdict::Refer);
            assert_eq!(attempt.is_emergency, emergency);
            for end in 0..bytes.len() {
                assert!(Attempt::read(&bytes[..end]).is_err(), "{end}");
            }
            assert!(PublicEvent::from_bytes(&bytes).is_ok());
        }
        let mut shift = event(None, None, false);
        shift.body = EventBody::ShiftEnd;
        assert!(Attempt::read(&shift.public_bytes()).is_err());
    }
}
