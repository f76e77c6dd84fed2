//! Which thermometer is in use, and when and how each temperature was taken (GATE-6). Chosen once
//! and kept; a reading made before anybody said so stays "not said". It holds nobody up.

use super::Device;
use super::case::Case;
use super::screen::ThermometerShown;
use super::steps_shown::named;
use super::turn::Turn;
use super::view::{Notice, View, code};
use super::words;
use crate::gate::fact::temperature_way::CHOICES;
use crate::gate::json::position;
use crate::gate::wording::Lang;
use crate::gate::{Fact, Known, Value};
use crate::wire::cbor::{Cbor, CborError, Read, Reader, Writer};
use crate::wire::{EventBody, Reading};

/// When and how the readings of one case were taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Taken {
    first: Option<Measured>,
    second: Option<Measured>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Measured {
    /// Milliseconds UTC by the device's clock.
    at: i64,
    /// Position of `temperature_way`; `None` where nobody said.
    way: Option<u8>,
}

/// The position of a way in the vocabulary.
pub(super) fn way_named(name: &str) -> Option<u8> {
    position(CHOICES, name)
}

/// A stored way; one that the vocabulary does not have is an error.
pub(super) fn read_way(from: &mut Reader<'_>) -> Read<Option<u8>> {
    let way = from.optional_small()?;
    match way {
        Some(way) if usize::from(way) >= CHOICES.len() => Err(CborError::Value),
        way => Ok(way),
    }
}

impl Device {
    /// What the page offers.
    pub(super) fn thermometer_shown(&self, lang: Lang) -> ThermometerShown {
        let chosen = (self.thermometer).and_then(|way| CHOICES.get(usize::from(way)));
        ThermometerShown {
            choices: named(lang, CHOICES),
            chosen: chosen.map(|choice| choice.name.to_owned()),
        }
    }
}

impl Case {
    /// A temperature of this case as events carry it.
    pub(super) fn reading(&self, fact: Fact) -> Option<Reading> {
        let measured = match fact {
            Fact::SecondTemperature => self.taken.second?,
            _ => self.taken.first?,
        };
        let Some(Known::Is(Value::Number(tenths))) = self.situation.given(fact) else {
            return None;
        };
        Some(Reading {
            tenths: u16::try_from(*tenths).ok()?,
            way: measured.way,
            at: measured.at,
        })
    }
}

impl Turn<'_> {
    /// Another thermometer is in use: for what is measured from now on.
    pub(super) fn thermometer(&mut self, way: &str) -> View {
        let Some(way) = way_named(way) else {
            return View::Notice(Notice::new(code::FACT, words::ERROR_INPUT));
        };
        self.device.thermometer = Some(way);
        View::Case
    }

    /// Takes down when and how a temperature was taken. Of a fever that is already reported it is
    /// a further measurement.
    pub(super) fn measured(&mut self, case: &mut Case, fact: Fact) {
        if fact == Fact::TemperatureWay {
            return self.way_said(case);
        }
        let place = match fact {
            Fact::Temperature => &mut case.taken.first,
            Fact::SecondTemperature => &mut case.taken.second,
            _ => return,
        };
        let way = self.device.thermometer;
        *place = Some(Measured {
            at: self.now.millis,
            way,
        });
        if let Some(way) = way {
            (case.situation).set(Fact::TemperatureWay, Value::Choice(way));
        }
        let reported = case.fever_event.filter(|event| *event > 0);
        if let (Some(of), Some(reading)) = (reported, case.reading(fact)) {
            self.append(EventBody::Measurement { of, reading }, None);
        }
    }

    /// The guard was asked how it was measured: that thermometer is the one in use, also for a
    /// reading of this case of which nobody had said so.
    fn way_said(&mut self, case: &mut Case) {
        let Some(Known::Is(Value::Choice(way))) = case.situation.given(Fact::TemperatureWay) else {
            return;
        };
        self.device.thermometer = Some(*way);
        let readings = [&mut case.taken.first, &mut case.taken.second];
        for measured in readings.into_iter().flatten() {
            measured.way = measured.way.or(Some(*way));
        }
    }
}

impl Cbor for Taken {
    fn write(&self, to: &mut Writer) {
        to.array(2);
        to.option(self.first.as_ref()).option(self.second.as_ref());
    }
    fn read(from: &mut Reader<'_>) -> Read<Taken> {
        from.array_of(2)?;
        Ok(Taken {
            first: from.option()?,
            second: from.option()?,
        })
    }
}

impl Cbor for Measured {
    fn write(&self, to: &mut Writer) {
        to.array(2).int(self.at);
        to.optional_uint(self.way.map(u64::from));
    }
    fn read(from: &mut Reader<'_>) -> Read<Measured> {
        from.array_of(2)?;
        Ok(Measured {
            at: from.int()?,
            way: read_way(from)?,
        })
    }
}
