//! What is known of a fever and what was done for it, step by step (GATE-7). *Sharded*. Steps are
//! appended; a correction is a further row that names the one before.

use crate::device_event::first_sixteen;
use crate::error::StoreError;
use crate::open_item::OpenItemRow;
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::value::Row;
use crate::{params, sql};
use gatehouse_core::audit::Hash;
use gatehouse_core::id::{AreaId, DeviceId, HouseholdId, OpenItemId, PersonId, StaffId};
use gatehouse_core::pass::PassNumber;
use gatehouse_core::wire::{Event, EventBody, Reading, Subject};

/// Most steps of one fever that are read.
const STEPS_MOST: u32 = 500;

/// Whom a fever concerns and how it came to us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeverRow {
    /// County.
    pub shard: Shard,
    /// Its open item.
    pub item: OpenItemId,
    /// Compound or village.
    pub area: AreaId,
    /// `gate`, `desk`.
    pub source: String,
    /// `gate`, `home`, `elsewhere`.
    pub place: String,
    /// Who reported it at a desk, a word from a list.
    pub reporter: Option<String>,
    /// Bits by core's list of symptoms.
    pub symptoms: i64,
    /// Whom, where that is known.
    pub person: Option<PersonId>,
    /// Their household.
    pub household: Option<HouseholdId>,
    /// Staff at the desk.
    pub opened_by: Option<StaffId>,
}

/// Something that was done for a fever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeverStepRow {
    /// County.
    pub shard: Shard,
    /// Which fever.
    pub item: OpenItemId,
    /// Counts from 1; given when it is written.
    pub number: i64,
    /// Of the form or event that it came from.
    pub mark: [u8; 16],
    /// `reading`, `apart`, `told`, `hospital`, `outcome`, `undo`.
    pub step: String,
    /// When it was done, as told, milliseconds UTC.
    pub done_at: i64,
    /// When it was written down, milliseconds UTC.
    pub recorded_at: i64,
    /// Who wrote it down; `None` where a gate device said so.
    pub staff: Option<StaffId>,
    /// Event of the device that said so.
    pub source_seq: Option<i64>,
    /// Tenths of a degree, and how it was measured; `None` where nobody said.
    pub reading: Option<(u16, Option<u8>)>,
    /// Which place, office, carrier or outcome.
    pub word: Option<String>,
    /// Whether a mask is worn while waiting apart.
    pub has_mask: Option<bool>,
    /// Number of the step that this one replaces or takes back.
    pub corrects: Option<i64>,
    /// Wrapped key and sealed words ([`crate::sealed_words`]).
    pub words: Option<(Vec<u8>, Vec<u8>)>,
}

/// A fever with its open item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeverItem {
    /// When it was opened and what came of it.
    pub item: OpenItemRow,
    /// Whom it concerns.
    pub fever: FeverRow,
}

macro_rules! fevers {
    () => {
        "SELECT i.shard, i.item, i.kind, i.gate, i.device, i.seq, i.opened_at, i.outcome,
            i.closed_at, i.closed_by, f.area, f.source, f.place, f.reporter, f.symptoms, f.person,
            f.household, f.opened_by
        FROM fever f JOIN open_item i ON i.shard = f.shard AND i.item = f.item "
    };
}

sql! {
    INSERT_FEVER = "INSERT INTO fever (shard, item, area, source, place, reporter, symptoms,
            person, household, opened_by)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
        ON CONFLICT (shard, item) DO NOTHING";
    FEVER = concat!(fevers!(), "WHERE f.shard = ?1 AND f.item = ?2");
    FEVERS_OF_AREA = concat!(fevers!(), "WHERE f.shard = ?1 AND f.area = ?2
            AND (i.closed_at IS NULL OR i.closed_at >= ?3)
        ORDER BY i.opened_at, i.item LIMIT ?4");
    FEVERS_OF_PERSON = concat!(fevers!(), "WHERE f.shard = ?1 AND f.person = ?2
        ORDER BY i.opened_at DESC, i.item LIMIT ?3");
    STEP_BY_MARK = "SELECT number FROM fever_step WHERE shard = ?1 AND item = ?2 AND mark = ?3";
    NEXT_STEP = "SELECT coalesce(max(number), 0) + 1 FROM fever_step
        WHERE shard = ?1 AND item = ?2";
    INSERT_STEP = "INSERT INTO fever_step (shard, item, number, mark, step, done_at, recorded_at,
            staff, source_seq, tenths, way, word, has_mask, corrects, wrapped_key, sealed)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)";
    STEPS_OF = "SELECT shard, item, number, mark, step, done_at, recorded_at, staff, source_seq,
            tenths, way, word, has_mask, corrects, wrapped_key, sealed
        FROM fever_step WHERE shard = ?1 AND item = ?2 ORDER BY number LIMIT ?3";
    FEVER_OF_EVENT = "SELECT item FROM open_item
        WHERE shard = ?1 AND device = ?2 AND seq = ?3 AND kind = 'fever'";
    OPEN_OF_PERSON = "SELECT count(*) FROM fever f
        JOIN open_item i ON i.shard = f.shard AND i.item = f.item
        WHERE f.shard = ?1 AND f.person = ?2 AND i.closed_at IS NULL";
    ERASE_FEVERS = "UPDATE fever SET person = ?3, household = ?3
        WHERE shard = ?1 AND person = ?2";
}

fn read_fever(row: &Row<'_>) -> Result<FeverItem, StoreError> {
    let item = OpenItemRow::read(row)?;
    Ok(FeverItem {
        fever: FeverRow {
            shard: item.shard,
            item: item.item,
            area: row.get(10)?,
            source: row.get(11)?,
            place: row.get(12)?,
            reporter: row.get(13)?,
            symptoms: row.get(14)?,
            person: row.get(15)?,
            household: row.get(16)?,
            opened_by: row.get(17)?,
        },
        item,
    })
}

fn read_step(row: &Row<'_>) -> Result<FeverStepRow, StoreError> {
    let reading = match (row.get::<Option<i64>>(9)?, row.get::<Option<u8>>(10)?) {
        (Some(tenths), way) => {
            let tenths = u16::try_from(tenths).map_err(|_| row.corrupt(9))?;
            Some((tenths, way))
        }
        (None, None) => None,
        _ => return Err(row.corrupt(10)),
    };
    Ok(FeverStepRow {
        shard: row.get(0)?,
        item: row.get(1)?,
        number: row.get(2)?,
        mark: row.get(3)?,
        step: row.get(4)?,
        done_at: row.get(5)?,
        recorded_at: row.get(6)?,
        staff: row.get(7)?,
        source_seq: row.get(8)?,
        reading,
        word: row.get(11)?,
        has_mask: row.get(12)?,
        corrects: row.get(13)?,
        words: Option::zip(row.get(14)?, row.get(15)?),
    })
}

impl ReadTx<'_> {
    /// How many fevers of somebody have no outcome yet.
    pub fn open_fevers_of_person(&self, shard: Shard, person: PersonId) -> Result<i64, StoreError> {
        self.query_one(&OPEN_OF_PERSON, params![shard, &person], |row| row.get(0))
    }

    /// A fever by its open item.
    pub fn fever(&self, shard: Shard, item: OpenItemId) -> Result<Option<FeverItem>, StoreError> {
        self.optional(&FEVER, params![shard, &item], read_fever)
    }

    /// The fevers of somebody, the last one first.
    pub fn fevers_of_person(
        &self,
        shard: Shard,
        person: PersonId,
        limit: u32,
    ) -> Result<Vec<FeverItem>, StoreError> {
        self.query(&FEVERS_OF_PERSON, params![shard, &person, limit], read_fever)
    }

    /// The fevers of a compound: all open ones, and those closed since an instant; oldest first.
    pub fn fevers_of_area(
        &self,
        shard: Shard,
        area: AreaId,
        closed_since: i64,
        limit: u32,
    ) -> Result<Vec<FeverItem>, StoreError> {
        self.query(&FEVERS_OF_AREA, params![shard, &area, closed_since, limit], read_fever)
    }

    /// Everything that was written down for a fever, in order.
    pub fn fever_steps(
        &self,
        shard: Shard,
        item: OpenItemId,
    ) -> Result<Vec<FeverStepRow>, StoreError> {
        self.query(&STEPS_OF, params![shard, &item, STEPS_MOST], read_step)
    }
}

impl Tx<'_> {
    /// Says whom a fever concerns; the first word stays.
    pub fn insert_fever(&self, row: &FeverRow) -> Result<(), StoreError> {
        self.execute(
            &INSERT_FEVER,
            params![
                row.shard,
                &row.item,
                &row.area,
                &row.source,
                &row.place,
                row.reporter.as_ref(),
                row.symptoms,
                row.person.as_ref(),
                row.household.as_ref(),
                row.opened_by.as_ref()
            ],
        )?;
        Ok(())
    }

    /// Appends a step; the number it got, or `None` where a step with the same mark is there.
    pub fn append_fever_step(&self, row: &FeverStepRow) -> Result<Option<i64>, StoreError> {
        let same = params![row.shard, &row.item, &row.mark];
        let there = self.optional(&STEP_BY_MARK, same, |row| row.get::<i64>(0))?;
        if there.is_some() {
            return Ok(None);
        }
        let of = params![row.shard, &row.item];
        let number: i64 = self.query_one(&NEXT_STEP, of, |row| row.get(0))?;
        let (wrapped, sealed) = row.words.as_ref().map(|(key, words)| (key, words)).unzip();
        self.execute_one(
            &INSERT_STEP,
            params![
                row.shard,
                &row.item,
                number,
                &row.mark,
                &row.step,
                row.done_at,
                row.recorded_at,
                row.staff.as_ref(),
                row.source_seq,
                row.reading.map(|(tenths, _)| i64::from(tenths)),
                row.reading.and_then(|(_, way)| way),
                row.word.as_ref(),
                row.has_mask,
                row.corrects,
                wrapped,
                sealed
            ],
        )?;
        Ok(Some(number))
    }

    /// Overwrites a person in the fevers of a county with a random value; says how many.
    pub fn erase_fevers(
        &self,
        shard: Shard,
        person: &[u8; 16],
        random: &[u8; 16],
    ) -> Result<u64, StoreError> {
        self.execute(&ERASE_FEVERS, params![shard, person, random])
    }

    /// A gate device reports a fever: the open item, whom it concerns, and what was measured.
    pub(crate) fn fever_from(
        &self,
        event: &Event,
        hash: &Hash,
        item: &OpenItemRow,
        received_at: i64,
    ) -> Result<(), StoreError> {
        let EventBody::Fever(fever) = &event.body else {
            return Ok(());
        };
        let Some(gate) = self.gate(item.shard, item.gate)? else {
            return Ok(());
        };
        self.insert_open_item(item)?;
        let (person, household) = self.feverish(item.shard, event, fever.pass)?;
        self.insert_fever(&FeverRow {
            shard: item.shard,
            item: item.item,
            area: gate.area,
            source: "gate".to_owned(),
            place: "gate".to_owned(),
            reporter: None,
            symptoms: 0,
            person,
            household,
            opened_by: None,
        })?;
        let readings = [&fever.first, &fever.second].into_iter().flatten();
        for (at, reading) in (0..).zip(readings) {
            let mut mark = first_sixteen(hash);
            mark[15] ^= at;
            let step = from_device(item.shard, item.item, mark, event.seq, received_at);
            self.append_fever_step(&measured(step, reading))?;
        }
        Ok(())
    }

    /// Whom a gate device means: whom it names, else whoever the pass was made for. Helpers,
    /// workers and visitors are on no phone's list.
    fn feverish(
        &self,
        shard: Shard,
        event: &Event,
        pass: Option<PassNumber>,
    ) -> Result<(Option<PersonId>, Option<HouseholdId>), StoreError> {
        let private = event.private.as_ref();
        let household = private.and_then(|private| private.household);
        if let Some(Subject::Person(person)) = private.and_then(|private| private.subject) {
            return Ok((Some(person), household));
        }
        let pass = match pass {
            Some(number) => self.pass_by_number(shard, number)?,
            None => None,
        };
        let Some(pass) = pass else {
            return Ok((None, household));
        };
        // A vehicle's pass names a vehicle, which has no fever.
        let person = match pass.holder.map(PersonId) {
            Some(holder) => self.person(shard, holder)?.map(|row| row.person),
            None => None,
        };
        Ok((person, household.or(pass.household)))
    }

    /// A gate device says more of a fever that it reported: a further reading, or that somebody
    /// took charge, which is the way to hospital and no end.
    pub(crate) fn follow_fever(
        &self,
        shard: Shard,
        event: &Event,
        hash: &Hash,
        received_at: i64,
    ) -> Result<(), StoreError> {
        let (of, reading) = match &event.body {
            EventBody::Measurement { of, reading } => (*of, Some(reading)),
            EventBody::HandedOn { of } => (*of, None),
            _ => return Ok(()),
        };
        let Some(item) = self.fever_of_event(shard, event.device, of)? else {
            return Ok(());
        };
        let step = from_device(shard, item, first_sixteen(hash), event.seq, received_at);
        let step = match reading {
            Some(reading) => measured(step, reading),
            None => FeverStepRow {
                step: "hospital".to_owned(),
                word: Some("gate_team".to_owned()),
                done_at: event.at.millis,
                ..step
            },
        };
        self.append_fever_step(&step)?;
        Ok(())
    }

    fn fever_of_event(
        &self,
        shard: Shard,
        device: DeviceId,
        of: u64,
    ) -> Result<Option<OpenItemId>, StoreError> {
        let of_seq = i64::try_from(of).unwrap_or(0);
        self.optional(&FEVER_OF_EVENT, params![shard, &device, of_seq], |row| row.get(0))
    }
}

fn from_device(
    shard: Shard,
    item: OpenItemId,
    mark: [u8; 16],
    seq: u64,
    recorded_at: i64,
) -> FeverStepRow {
    FeverStepRow {
        shard,
        item,
        number: 0,
        mark,
        step: String::new(),
        done_at: recorded_at,
        recorded_at,
        staff: None,
        source_seq: i64::try_from(seq).ok(),
        reading: None,
        word: None,
        has_mask: None,
        corrects: None,
        words: None,
    }
}

fn measured(step: FeverStepRow, reading: &Reading) -> FeverStepRow {
    FeverStepRow {
        step: "reading".to_owned(),
        done_at: reading.at,
        reading: Some((reading.tenths, reading.way)),
        ..step
    }
}
