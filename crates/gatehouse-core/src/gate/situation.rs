//! A situation: what is known about the one who stands at the gate, and when.

use super::Way;
use super::fact::{ALL, Absent, Fact, Kind, Ways};
use super::subject::SubjectKind;
use super::value::{Known, Outings, Value};
use crate::moment::Moment;
use std::borrow::Cow;

const COUNT: usize = ALL.len();

/// The facts of one case at one moment. Facts that nobody supplied read as their file says
/// ([`Absent`]); those that cannot arise for this subject or direction are not applicable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Situation {
    /// When the decision is made, on the device's clock.
    pub moment: Moment,
    /// How far that clock may be off; 0 unless more than five minutes are known to be missing.
    pub skew_minutes: u16,
    given: [Option<Known>; COUNT],
}

impl Situation {
    /// Nothing is known but the time.
    pub fn new(moment: Moment) -> Situation {
        Situation {
            moment,
            skew_minutes: 0,
            given: [const { None }; COUNT],
        }
    }

    /// Supplies a fact; what was supplied before is replaced.
    pub fn set(&mut self, fact: Fact, value: Value) -> &mut Situation {
        self.put(fact, Known::Is(value))
    }

    /// Says outright what is known of a fact, also that it is unknown or does not arise.
    pub fn put(&mut self, fact: Fact, known: Known) -> &mut Situation {
        if fact == Fact::Temperature {
            // What was recorded before there was a reading no longer holds.
            self.clear(Fact::TemperatureTaken);
        }
        self.given[fact as usize] = Some(known);
        self
    }

    /// Takes a fact back, as if nobody had supplied it.
    pub fn clear(&mut self, fact: Fact) -> &mut Situation {
        self.given[fact as usize] = None;
        self
    }

    /// What somebody supplied, if anything.
    pub fn given(&self, fact: Fact) -> Option<&Known> {
        self.given[fact as usize].as_ref()
    }

    /// The facts that somebody supplied, in order.
    pub fn all_given(&self) -> impl Iterator<Item = (Fact, &Known)> {
        ALL.into_iter()
            .filter_map(|fact| Some((fact, self.given(fact)?)))
    }

    /// Who stands there, where that is known.
    pub fn subject_kind(&self) -> Option<SubjectKind> {
        match self.given(Fact::SubjectKind) {
            Some(Known::Is(Value::Choice(position))) => SubjectKind::at(*position),
            _ => None,
        }
    }

    /// The direction, where that is known.
    pub fn way(&self) -> Option<Way> {
        match self.given(Fact::Way) {
            Some(Known::Is(Value::Choice(0))) => Some(Way::In),
            Some(Known::Is(Value::Choice(1))) => Some(Way::Out),
            _ => None,
        }
    }

    /// Whether somebody said that this is an emergency (SCOPE-3).
    pub fn is_emergency(&self) -> bool {
        self.given(Fact::Emergency) == Some(&Known::Is(Value::Flag(true)))
    }

    /// What is known of a fact, after what its absence means, what the clock says and what
    /// follows from other facts.
    pub fn known(&self, fact: Fact) -> Cow<'_, Known> {
        if fact == Fact::TemperatureTaken {
            return Cow::Owned(self.temperature_taken());
        }
        if let Some(known) = self.given(fact) {
            return Cow::Borrowed(known);
        }
        Cow::Owned(self.absent(fact))
    }

    fn absent(&self, fact: Fact) -> Known {
        if let Some(value) = self.by_clock(fact) {
            return Known::Is(value);
        }
        if self.rules_out(fact) {
            return Known::NotApplicable;
        }
        let spec = fact.spec();
        match spec.when_absent {
            Absent::Unknown => Known::Unknown,
            Absent::NotApplicable => Known::NotApplicable,
            Absent::Nothing => Known::Is(nothing(spec.kind)),
        }
    }

    /// Whether the fact cannot arise for this kind of subject, or in this direction.
    pub(crate) fn rules_out(&self, fact: Fact) -> bool {
        let spec = fact.spec();
        self.subject_kind()
            .is_some_and(|kind| !spec.subjects.contains(kind))
            || (spec.ways == Ways::Inward && self.way() == Some(Way::Out))
    }

    /// A reading says that it was taken, whatever else is said. A temperature that is said to be
    /// unknown may have been taken; one of which nothing is said was not.
    fn temperature_taken(&self) -> Known {
        match (
            self.given(Fact::Temperature),
            self.given(Fact::TemperatureTaken),
        ) {
            (Some(Known::Is(_)), _) => Known::Is(Value::Flag(true)),
            (_, Some(said)) => said.clone(),
            (Some(Known::Unknown), None) => Known::Unknown,
            (Some(Known::NotApplicable) | None, None) => Known::Is(Value::Flag(false)),
        }
    }

    /// Calendar facts come from the moment alone (design §2 "Time").
    fn by_clock(&self, fact: Fact) -> Option<Value> {
        let day = self.moment.day();
        Some(match fact {
            Fact::Date => Value::Number(i64::from(day.0)),
            Fact::Weekday => Value::Choice(day.weekday() - 1),
            Fact::DayParity => Value::Choice(1 - day.date().day % 2),
            Fact::TimeOfDay => Value::Number(i64::from(self.moment.minute_of_day())),
            _ => return None,
        })
    }
}

fn nothing(kind: Kind) -> Value {
    match kind {
        Kind::Flag { .. } => Value::Flag(false),
        Kind::Choice(_) => Value::Choice(0),
        Kind::Set(_) => Value::Set(0),
        Kind::Number { .. } => Value::Number(0),
        Kind::Stays => Value::Stays(Vec::new()),
        Kind::Outings => Value::Outings(Outings::none()),
    }
}
