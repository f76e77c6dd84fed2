//! The encoding of the compiled policy (version 1): the strict CBOR of [`crate::wire::cbor`],
//! structures as lists, so that one policy has one encoding and its hash stands for what it says.

use super::compiled::{
    COMPILED_BYTES_MOST, CompiledPolicy, DocumentName, Effect, READINGS_MOST, ROWS_MOST, Row, Test,
    Text,
};
use super::duty::{Duty, Receiver};
use super::reading::{CUTS_MOST, Lens, Per, Reading, Unsure, Window};
use crate::wire::cbor::{Cbor, CborError, Read, Reader, Writer, cbor_enum};

const DOCUMENTS_MOST: usize = 64;
const TESTS_MOST: usize = 64;
const DUTIES_MOST: usize = 32;
const RECEIVERS_MOST: usize = 16;
const OFFSETS_MOST: usize = 1024;
const NAME_BYTES_MOST: usize = 128;
const TEXT_BYTES_MOST: usize = 4096;

cbor_enum!(Effect {
    Grant = 0,
    Bar = 1,
    Refer = 2,
    Duty = 3,
});
cbor_enum!(Per {
    Household = 0,
    Person = 1,
});
cbor_enum!(Unsure { Least = 0, Most = 1 });
cbor_enum!(Receiver {
    Community = 0,
    Property = 1,
    Township = 2,
    HealthDepartment = 3,
    DesignatedHospital = 4,
    Ambulance = 5,
    GateTeam = 6,
    ShiftLead = 7,
});

impl Cbor for CompiledPolicy {
    fn write(&self, to: &mut Writer) {
        to.array(6)
            .uint(self.version.into())
            .list(&self.documents)
            .list(&self.readings)
            .list(&self.rows)
            .uint(self.rest_minutes.into())
            .array(self.offsets.len());
        for (from_at, minutes) in &self.offsets {
            to.array(2).int(*from_at).int((*minutes).into());
        }
    }
    fn read(from: &mut Reader<'_>) -> Read<CompiledPolicy> {
        from.array_of(6)?;
        Ok(CompiledPolicy {
            version: from.small()?,
            documents: from.list(DOCUMENTS_MOST)?,
            readings: from.list(READINGS_MOST)?,
            rows: from.list(ROWS_MOST)?,
            rest_minutes: from.small()?,
            offsets: {
                let count = from.array(OFFSETS_MOST)?;
                let one = |_| {
                    from.array_of(2)?;
                    let from_at = from.int()?;
                    let minutes = i16::try_from(from.int()?).map_err(|_| CborError::Value)?;
                    Ok((from_at, minutes))
                };
                (0..count).map(one).collect::<Read<_>>()?
            },
        })
    }
}

impl Cbor for DocumentName {
    fn write(&self, to: &mut Writer) {
        to.array(3)
            .text(&self.id)
            .uint(self.version.into())
            .item(&self.title);
    }
    fn read(from: &mut Reader<'_>) -> Read<DocumentName> {
        from.array_of(3)?;
        Ok(DocumentName {
            id: from.text(NAME_BYTES_MOST)?.to_owned(),
            version: from.small()?,
            title: from.item()?,
        })
    }
}

impl Cbor for Text {
    fn write(&self, to: &mut Writer) {
        to.array(2).text(&self.zh).text(&self.en);
    }
    fn read(from: &mut Reader<'_>) -> Read<Text> {
        from.array_of(2)?;
        Ok(Text {
            zh: from.text(TEXT_BYTES_MOST)?.to_owned(),
            en: from.text(TEXT_BYTES_MOST)?.to_owned(),
        })
    }
}

impl Cbor for Row {
    fn write(&self, to: &mut Writer) {
        to.array(9)
            .text(&self.id)
            .item(&self.effect)
            .optional_uint(self.document.map(u64::from))
            .text(&self.source)
            .list(&self.all)
            .array(self.unless.len());
        for exception in &self.unless {
            to.list(exception);
        }
        to.list(&self.needs)
            .list(&self.duties)
            .option(self.say.as_ref());
    }
    fn read(from: &mut Reader<'_>) -> Read<Row> {
        from.array_of(9)?;
        Ok(Row {
            id: from.text(NAME_BYTES_MOST)?.to_owned(),
            effect: from.item()?,
            document: from.optional_small()?,
            source: from.text(TEXT_BYTES_MOST)?.to_owned(),
            all: from.list(TESTS_MOST)?,
            unless: {
                let count = from.array(TESTS_MOST)?;
                let exceptions = (0..count).map(|_| from.list(TESTS_MOST));
                exceptions.collect::<Read<_>>()?
            },
            needs: from.list(TESTS_MOST)?,
            duties: from.list(DUTIES_MOST)?,
            say: from.option()?,
        })
    }
}

impl Cbor for Test {
    fn write(&self, to: &mut Writer) {
        to.array(2).uint(self.reading.into()).uint(self.accept);
    }
    fn read(from: &mut Reader<'_>) -> Read<Test> {
        from.array_of(2)?;
        Ok(Test {
            reading: from.small()?,
            accept: from.uint()?,
        })
    }
}

impl Cbor for Reading {
    fn write(&self, to: &mut Writer) {
        to.array(2).uint(self.fact.into()).item(&self.lens);
    }
    fn read(from: &mut Reader<'_>) -> Read<Reading> {
        from.array_of(2)?;
        Ok(Reading {
            fact: from.small()?,
            lens: from.item()?,
        })
    }
}

impl Cbor for Lens {
    fn write(&self, to: &mut Writer) {
        match self {
            Lens::Whole { cuts } => write_cuts(to.array(2).uint(0), cuts),
            Lens::AnyOf { members } => {
                to.array(2).uint(1).uint((*members).into());
            }
            Lens::AllOf { members } => {
                to.array(2).uint(2).uint((*members).into());
            }
            Lens::StayWithin { kinds, days } => {
                to.array(3).uint(3);
                to.uint((*kinds).into()).uint((*days).into());
            }
            Lens::OutingCount {
                per,
                window,
                purposes,
                unsure,
                cuts,
            } => {
                to.array(6).uint(4).item(per).item(window);
                to.uint((*purposes).into()).item(unsure);
                write_cuts(to, cuts);
            }
        }
    }
    fn read(from: &mut Reader<'_>) -> Read<Lens> {
        let parts = from.array(6)?;
        Ok(match (from.uint()?, parts) {
            (0, 2) => Lens::Whole {
                cuts: read_cuts(from)?,
            },
            (1, 2) => Lens::AnyOf {
                members: from.small()?,
            },
            (2, 2) => Lens::AllOf {
                members: from.small()?,
            },
            (3, 3) => Lens::StayWithin {
                kinds: from.small()?,
                days: from.small()?,
            },
            (4, 6) => Lens::OutingCount {
                per: from.item()?,
                window: from.item()?,
                purposes: from.small()?,
                unsure: from.item()?,
                cuts: read_cuts(from)?,
            },
            _ => return Err(CborError::Value),
        })
    }
}

fn write_cuts(to: &mut Writer, cuts: &[i64]) {
    to.array(cuts.len());
    for cut in cuts {
        to.int(*cut);
    }
}

fn read_cuts(from: &mut Reader<'_>) -> Read<Vec<i64>> {
    let count = from.array(CUTS_MOST)?;
    (0..count).map(|_| from.int()).collect()
}

impl Cbor for Window {
    fn write(&self, to: &mut Writer) {
        let (kind, days) = match self {
            Window::Rolling { days } => (0, days),
            Window::Calendar { days } => (1, days),
        };
        to.array(2).uint(kind).uint((*days).into());
    }
    fn read(from: &mut Reader<'_>) -> Read<Window> {
        from.array_of(2)?;
        let (kind, days) = (from.uint()?, from.small()?);
        match kind {
            0 => Ok(Window::Rolling { days }),
            1 => Ok(Window::Calendar { days }),
            _ => Err(CborError::Value),
        }
    }
}

impl Cbor for Duty {
    fn write(&self, to: &mut Writer) {
        match self {
            Duty::MeasureTemperature => to.array(1).uint(0),
            Duty::Register => to.array(1).uint(1),
            Duty::WearMask => to.array(1).uint(2),
            Duty::KeepApart => to.array(1).uint(3),
            Duty::Report {
                to: receivers,
                within_minutes,
            } => to
                .array(3)
                .uint(4)
                .list(receivers)
                .optional_uint(within_minutes.map(u64::from)),
            Duty::HandTo { to: receiver } => to.array(2).uint(5).item(receiver),
            Duty::Transport { by } => to.array(2).uint(6).item(by),
            Duty::AdviseDoctor => to.array(1).uint(7),
            Duty::IssuePass => to.array(1).uint(8),
            Duty::EndOtherPasses => to.array(1).uint(9),
            Duty::StartClock { minutes } => to.array(2).uint(10).uint((*minutes).into()),
            Duty::FollowUp => to.array(1).uint(11),
        };
    }
    fn read(from: &mut Reader<'_>) -> Read<Duty> {
        let parts = from.array(3)?;
        Ok(match (from.uint()?, parts) {
            (0, 1) => Duty::MeasureTemperature,
            (1, 1) => Duty::Register,
            (2, 1) => Duty::WearMask,
            (3, 1) => Duty::KeepApart,
            (4, 3) => Duty::Report {
                to: from.list(RECEIVERS_MOST)?,
                within_minutes: from.optional_small()?,
            },
            (5, 2) => Duty::HandTo { to: from.item()? },
            (6, 2) => Duty::Transport { by: from.item()? },
            (7, 1) => Duty::AdviseDoctor,
            (8, 1) => Duty::IssuePass,
            (9, 1) => Duty::EndOtherPasses,
            (10, 2) => Duty::StartClock {
                minutes: from.small()?,
            },
            (11, 1) => Duty::FollowUp,
            _ => return Err(CborError::Value),
        })
    }
}

/// Reads a compiled policy of the right size.
pub(super) fn read_compiled(bytes: &[u8]) -> Read<CompiledPolicy> {
    if bytes.len() > COMPILED_BYTES_MOST {
        return Err(CborError::TooLong);
    }
    CompiledPolicy::from_cbor(bytes)
}
