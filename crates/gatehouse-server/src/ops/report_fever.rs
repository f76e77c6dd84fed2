//! A fever that is reported at a desk: a resident rings, a grid worker says so (GATE-7, SYM-1).
//! Whom it concerns is looked up by door, masked, or not known; nobody is searched for otherwise.

use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::auth::caller::Caller;
use crate::error::OpError;
use crate::keyring::Keyring;
use crate::ops::hold_gate::keyring;
use crate::ops::read_area::compounds_of;
use crate::ops::read_fevers::mask_of;
use crate::ops::record_fever_step::note_items;
use gatehouse_core::household::Address;
use gatehouse_core::id::{AreaId, GateId, OpenItemId, PersonId, StaffId};
use gatehouse_store::area::AreaRow;
use gatehouse_store::audit::AuditNote;
use gatehouse_store::fever::{FeverRow, FeverStepRow};
use gatehouse_store::open_item::OpenItemRow;
use gatehouse_store::person::PersonRow;
use gatehouse_store::sealed_words::{open_words, seal_words};
use gatehouse_store::{Chance, Lane, ReadTx, Shard, StoreError, Tx};
use std::sync::Arc;

/// Who may report a fever at a desk (SYM-1).
pub const REPORTERS: &[&str] = &[
    "resident",
    "family",
    "neighbour",
    "grid_worker",
    "clinic",
    "school",
];
/// Where the person was.
pub const WHERE: &[&str] = &["home", "gate", "elsewhere"];

/// Somebody behind a door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Who.
    pub person: PersonId,
    /// Surname and mask.
    pub masked: String,
    /// Core's word.
    pub sex: String,
    /// Year of birth.
    pub birth_year: Option<i64>,
}

/// A report as the form sends it.
#[derive(Clone, Debug)]
pub struct Report {
    /// Made with the form: its id, and the mark of its first step.
    pub item: OpenItemId,
    /// Which compound.
    pub compound: AreaId,
    /// A word of [`WHERE`].
    pub place: &'static str,
    /// A word of [`REPORTERS`].
    pub reporter: &'static str,
    /// Tenths of a degree and how, where it was measured.
    pub reading: Option<(u16, u8)>,
    /// Bits by core's list.
    pub symptoms: u32,
    /// Whom, where that is known.
    pub person: Option<PersonId>,
    /// What else was said.
    pub words: String,
}

/// The compounds of an area, for choosing one.
pub async fn list_compounds(app: &App, area: &AreaInScope) -> Result<Vec<AreaRow>, OpError> {
    let top = area.area;
    Ok(app.store.read(move |tx| compounds_of(tx, top)).await?)
}

/// Who lives behind a door of a compound, masked.
///
/// # Errors
/// [`OpError::NotFound`] for a compound that is not in the area.
pub async fn find_behind_door(
    app: &App,
    area: &AreaInScope,
    compound: AreaId,
    door: Address,
) -> Result<Vec<Candidate>, OpError> {
    let (shard, top) = (area.county()?, area.area);
    let keys = keyring(app)?;
    let read = move |tx: &ReadTx<'_>| {
        if !lies_in(tx, compound, top)? {
            return Ok(None);
        }
        let (building, unit, room) = (door.building(), door.unit(), door.room());
        let found = tx.household_by_door(shard, compound, building, unit, room)?;
        let Some(household) = found else {
            return Ok(Some(Vec::new()));
        };
        let home = tx.masked_persons_of_household(&keys.vault, shard, household.household)?;
        let people = home.into_iter().map(|(row, masked)| Candidate {
            person: row.person,
            masked: masked
                .and_then(|kept| mask_of(&kept))
                .unwrap_or_else(|| "—".to_owned()),
            sex: row.sex,
            birth_year: row.birth_year,
        });
        Ok(Some(people.collect()))
    };
    app.store.read(read).await?.ok_or(OpError::NotFound)
}

fn lies_in(tx: &ReadTx<'_>, compound: AreaId, top: AreaId) -> Result<bool, StoreError> {
    let path = tx.area_path(compound)?;
    let is_compound = path.last().is_some_and(|row| row.level == "compound");
    Ok(is_compound && path.iter().any(|above| above.area == top))
}

/// What a report has become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reported {
    /// It is there now.
    Now,
    /// The same form with the same words was there before: a double click, the back button.
    SameBefore,
    /// The same form was there before and said something else; that stays as it is.
    OtherBefore,
}

/// Opens a fever; the same form again changes nothing.
///
/// # Errors
/// [`OpError::NotFound`] for a compound or person that is not in the area.
pub async fn report_fever(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    report: Report,
) -> Result<Reported, OpError> {
    let (shard, top) = (area.county()?, area.area);
    let words = match report.words.is_empty() {
        true => None,
        false => {
            let (keys, chance) = (keyring(app)?, Chance::new(app.world.bytes()));
            let (vault, table, mark) = (&keys.vault, "fever_step", &report.item.0);
            Some(seal_words(vault, table, mark, &report.words, &chance))
        }
    };
    let desk = Desk {
        shard,
        staff: caller.staff,
        now: app.world.now_millis(),
        keys: app.keyring.clone(),
        report,
        words,
    };
    let write = move |tx: &Tx<'_>| {
        if !lies_in(tx, desk.report.compound, top)? {
            return Ok(None);
        }
        let person = match desk.report.person {
            Some(person) => match tx.person(shard, person)? {
                Some(row) if row.area == desk.report.compound => Some(row),
                _ => return Ok(None),
            },
            None => None,
        };
        desk.open(tx, person.as_ref()).map(Some)
    };
    let written = app.store.write(Lane::People, write).await?;
    written.ok_or(OpError::NotFound)
}

/// A report at its desk.
struct Desk {
    shard: Shard,
    staff: StaffId,
    now: i64,
    keys: Option<Arc<Keyring>>,
    report: Report,
    words: Option<(Vec<u8>, Vec<u8>)>,
}

impl Desk {
    fn open(&self, tx: &Tx<'_>, person: Option<&PersonRow>) -> Result<Reported, StoreError> {
        let (shard, report) = (self.shard, &self.report);
        let gates = tx.gates_of_area(shard, report.compound)?;
        // A compound without a gate has its fevers all the same.
        let gate = gates.first().map_or(GateId([0; 16]), |gate| gate.gate);
        let opened = tx.insert_open_item(&OpenItemRow {
            shard,
            item: report.item,
            kind: "fever".to_owned(),
            gate,
            crossing: None,
            opened_at: self.now,
            end: None,
        })?;
        if !opened {
            return self.compare(tx);
        }
        tx.insert_fever(&self.row(person))?;
        if report.reading.is_some() || self.words.is_some() {
            tx.append_fever_step(&self.first_step())?;
        }
        tx.append_audit(&AuditNote {
            shard,
            at: self.now,
            kind: "fever.report",
            actor: Some(self.staff),
            commitment: None,
            body: &report.item.0,
        })?;
        note_items(tx, shard, gate, self.now)?;
        Ok(Reported::Now)
    }

    fn row(&self, person: Option<&PersonRow>) -> FeverRow {
        let report = &self.report;
        FeverRow {
            shard: self.shard,
            item: report.item,
            area: report.compound,
            source: "desk".to_owned(),
            place: report.place.to_owned(),
            reporter: Some(report.reporter.to_owned()),
            symptoms: i64::from(report.symptoms),
            household: person.and_then(|row| row.household),
            person: person.map(|row| row.person),
            opened_by: Some(self.staff),
        }
    }

    /// Whether what is there says what this form says.
    fn compare(&self, tx: &Tx<'_>) -> Result<Reported, StoreError> {
        let (shard, report) = (self.shard, &self.report);
        let there = tx.fever(shard, report.item)?.map(|found| found.fever);
        let steps = tx.fever_steps(shard, report.item)?;
        let first = steps.into_iter().find(|step| step.mark == report.item.0);
        let reading = first.as_ref().and_then(|step| step.reading);
        let sealed = first.as_ref().and_then(|step| step.words.as_ref());
        let words = match (sealed, &self.keys) {
            (Some((key, sealed)), Some(keys)) => {
                open_words(&keys.vault, "fever_step", &report.item.0, (key, sealed))?
            }
            (Some(_), None) => return Ok(Reported::OtherBefore),
            (None, _) => String::new(),
        };
        let is_same = there.is_some_and(|there| {
            (there.area, there.person, there.place.as_str())
                == (report.compound, report.person, report.place)
                && there.reporter.as_deref() == Some(report.reporter)
                && there.symptoms == i64::from(report.symptoms)
        });
        let as_read = report.reading.map(|(tenths, way)| (tenths, Some(way)));
        Ok(
            match is_same && reading == as_read && words == report.words {
                true => Reported::SameBefore,
                false => Reported::OtherBefore,
            },
        )
    }

    /// What was measured, or what was said.
    fn first_step(&self) -> FeverStepRow {
        let reading = self.report.reading;
        let step = if reading.is_some() { "reading" } else { "said" };
        FeverStepRow {
            shard: self.shard,
            item: self.report.item,
            number: 0,
            mark: self.report.item.0,
            step: step.to_owned(),
            done_at: self.now,
            recorded_at: self.now,
            staff: Some(self.staff),
            source_seq: None,
            reading: reading.map(|(tenths, way)| (tenths, Some(way))),
            word: None,
            has_mask: None,
            corrects: None,
            words: self.words.clone(),
        }
    }
}
