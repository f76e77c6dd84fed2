//! The open case: who stands there, what is known so far, what was decided last.

use super::thermometer::Taken;
use crate::gate::fact::{destination, order, pass_kind, pass_state};
use crate::gate::json::position;
use crate::gate::{Fact, Known, Situation, SubjectKind, Value, Verdict, Way};
use crate::id::{HouseholdId, PersonId, VehicleId};
use crate::moment::{CivilDay, Moment};
use crate::pass::{Belongs, Credential, PassBand, PassKind, PassNumber};
use crate::wire::{Detail, Subject};

/// What verifying a pass found, as the guard is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Finding {
    /// No pass was shown.
    NoPass,
    /// Verified, in time, of this compound, not revoked.
    Valid,
    /// Past its end.
    Expired(CivilDay),
    /// Past its end by so many days, accepted while the server is out of reach.
    Grace(u16),
    /// Before its start.
    NotYet(CivilDay),
    /// Ended early.
    Revoked,
    /// Of another compound.
    Elsewhere,
    /// Does not verify.
    Altered,
    /// Its key or list is not here.
    Unverifiable,
}

impl Finding {
    /// The value of the fact `pass_state`.
    fn state(&self) -> &'static str {
        match self {
            Finding::NoPass => "none",
            Finding::Valid => "valid",
            Finding::Expired(_) => "expired",
            Finding::Grace(_) => "grace",
            Finding::NotYet(_) => "not_yet",
            Finding::Revoked => "revoked",
            Finding::Elsewhere => "other_compound",
            Finding::Altered => "altered",
            Finding::Unverifiable => "unverifiable",
        }
    }

    /// Whether what the pass says of its bearer is believed at this gate.
    pub fn identifies(&self) -> bool {
        matches!(
            self,
            Finding::Valid | Finding::Expired(_) | Finding::Grace(_) | Finding::NotYet(_)
        )
    }
}

/// One case, from the first scan to its outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Case {
    /// What is known; its moment is that of the last input.
    pub situation: Situation,
    /// Who, where that is known.
    pub person: Option<PersonId>,
    /// Which vehicle, where the list holds it.
    pub vehicle: Option<VehicleId>,
    /// Whose home it is or where they go.
    pub household: Option<HouseholdId>,
    /// Number of the pass that was shown.
    pub pass: Option<PassNumber>,
    /// When it was last read; after a start, when the case was last decided.
    pub read_at: i64,
    /// What was found about it.
    pub finding: Finding,
    /// Minutes since the same pass came in.
    pub copied_minutes: Option<u32>,
    /// What the guard wrote down; goes into the record and is not kept here.
    pub details: Vec<Detail>,
    /// Residents to choose from.
    pub candidates: Vec<PersonId>,
    /// When and how each temperature was taken.
    pub taken: Taken,
    /// A fever is reported: number of its event, 0 where that is not known any more.
    pub fever_event: Option<u64>,
    /// The verdict on the screen.
    pub verdict: Verdict,
    /// What the server said about an event that is reopened.
    pub reopened: Option<Reopened>,
}

/// A crossing whose record exists and whose screen came back with the server's graver answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reopened {
    /// The event.
    pub seq: u64,
    /// The server's sentences.
    pub sentences: Vec<String>,
}

impl Case {
    /// Somebody stands there; nothing is known but time and direction.
    pub fn new(way: Way, moment: Moment) -> Case {
        let mut situation = Situation::new(moment);
        situation.set(Fact::Way, Value::Choice(way as u8));
        Case {
            situation,
            person: None,
            vehicle: None,
            household: None,
            pass: None,
            read_at: moment.millis,
            finding: Finding::NoPass,
            copied_minutes: None,
            details: vec![],
            candidates: vec![],
            taken: Taken::default(),
            fever_event: None,
            verdict: Verdict::Ask,
            reopened: None,
        }
    }

    /// Says who or what it is.
    pub fn subject(&mut self, kind: SubjectKind) {
        self.situation
            .set(Fact::SubjectKind, Value::Choice(kind as u8));
    }

    /// No pass was shown; to be found by other means.
    pub fn without_pass(&mut self) {
        self.finding(Finding::NoPass);
        self.kind_of_no_pass();
    }

    /// No kind of pass is known.
    pub fn kind_of_no_pass(&mut self) {
        choose(&mut self.situation, Fact::PassKind, "none");
    }

    /// Records what was found about the pass.
    pub fn finding(&mut self, finding: Finding) {
        choose(&mut self.situation, Fact::PassState, finding.state());
        self.finding = finding;
    }

    /// What a believed pass says: its kind and band, its number, a worker's class.
    pub fn believe(&mut self, said: &Credential) {
        self.kind_of_pass(said.kind, said.band);
        let number = said.number.index();
        self.situation
            .set(Fact::NumberParity, Value::Choice(1 - (number % 2) as u8));
        if let Belongs::WorkerClass(class) = said.belongs {
            self.situation.set(Fact::WorkerClass, Value::Choice(class));
        }
    }

    /// The kind of pass, and who bears such a pass.
    pub fn kind_of_pass(&mut self, kind: PassKind, band: PassBand) {
        self.situation
            .set(Fact::PassKind, Value::Choice(kind.number()))
            .set(Fact::PassBand, Value::Choice(band.number()));
        // The subject kind is who stands there, not what the pass is for: a resident may hold an
        // errand pass (glossary).
        self.subject(match kind {
            PassKind::Resident | PassKind::Errand => SubjectKind::Resident,
            PassKind::TemporaryResident => SubjectKind::TemporaryResident,
            PassKind::Worker => SubjectKind::ExemptWorker,
            PassKind::Visitor | PassKind::Slip => SubjectKind::Visitor,
            PassKind::Vehicle => SubjectKind::Vehicle,
            PassKind::Helper => SubjectKind::RegularHelper,
        });
        if kind == PassKind::Vehicle {
            self.situation.set(Fact::VehicleOutside, Value::Flag(false));
        }
    }

    /// They go to a home.
    pub fn goes_home(&mut self) {
        choose(&mut self.situation, Fact::Destination, "household");
    }

    /// Whom the record concerns.
    pub fn concerned(&self) -> Option<Subject> {
        let vehicle = self.vehicle.map(Subject::Vehicle);
        self.person.map(Subject::Person).or(vehicle)
    }

    /// The subject kind as known.
    pub fn kind(&self) -> Option<SubjectKind> {
        self.situation.subject_kind()
    }

    /// The direction; in where it is not known, which it always is.
    pub fn way(&self) -> Way {
        self.situation.way().unwrap_or(Way::In)
    }

    /// The plate as typed: that it was noted, and the parity of its last digit. The plate itself
    /// is not kept (design §3: no plate in a crossing).
    pub fn plate(&mut self, plate: &str) {
        self.situation.set(Fact::PlateRecorded, Value::Flag(true));
        if let Some(digit) = plate.chars().rev().find_map(|c| c.to_digit(10)) {
            self.situation
                .set(Fact::NumberParity, Value::Choice(1 - (digit % 2) as u8));
        }
    }

    /// The first reading, where there is a second one too: both are kept.
    pub fn second_reading(&self) -> Option<i64> {
        match self.situation.given(Fact::SecondTemperature)? {
            Known::Is(Value::Number(tenths)) => Some(*tenths),
            _ => None,
        }
    }
}

/// Sets a choice by its name; the names are ours and a test holds them to the vocabulary.
pub(crate) fn choose(situation: &mut Situation, fact: Fact, name: &str) {
    let choices = match fact {
        Fact::PassState => pass_state::CHOICES,
        Fact::PassKind => pass_kind::CHOICES,
        Fact::Order => order::CHOICES,
        Fact::Destination => destination::CHOICES,
        _ => return,
    };
    if let Some(at) = position(choices, name) {
        situation.set(fact, Value::Choice(at));
    }
}
