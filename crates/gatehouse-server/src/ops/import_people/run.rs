//! Writes the people of an import in steps: each is one short transaction that also moves the
//! progress, so that a stop, a second worker or an end of the program loses and doubles nobody.

use super::change::change_person;
use super::check::not_now;
use super::examine::{Counts, Examined, Examiner, Verdict, can_be_taken};
use super::file::{OpenFile, OpenRows};
use super::row::RowPerson;
use super::state::State;
use super::takes::Takes;
use super::values::Basis;
use super::{Desk, ImportError, Place, RunId, STEP_ROWS};
use gatehouse_core::household::Address;
use gatehouse_core::id::{HouseholdId, PersonId};
use gatehouse_core::person::GateName;
use gatehouse_store::household::{HouseholdRow, ResidenceRow};
use gatehouse_store::import_row::ImportedRow;
use gatehouse_store::import_run::ImportRunRow;
use gatehouse_store::person::{PersonPlain, PersonRow};
use gatehouse_store::person_batch::SealedPerson;
use gatehouse_store::{Chance, Lane, Shard, StoreError};
use sha2::{Digest, Sha256};
use std::ops::ControlFlow;

/// Rows of the first step, and of the shortest.
const FIRST_ROWS: usize = 100;
const LEAST_ROWS: usize = 8;
/// Time that a step aims at: well below what a gate may wait (design §5: 50 ms).
const STEP_MILLIS: std::ops::Range<i64> = 15..35;
/// The database looks at its tables after so many rows, and whenever there are so many times more.
const ROWS_BEFORE_LOOK: i64 = 1_000;
const LOOK_AGAIN_TIMES: i64 = 4;

/// What one step writes.
#[derive(Default)]
struct Step {
    doors: Vec<HouseholdRow>,
    people: Vec<SealedPerson>,
    residences: Vec<ResidenceRow>,
    rows: Vec<ImportedRow>,
}

/// Writes until all is in, somebody stops it, or `until` has come. Says whether all is in.
///
/// # Errors
/// [`ImportError::NotNow`] where the import does not run (any more).
pub fn run(desk: &Desk, shard: Shard, id: RunId, until: i64) -> Result<bool, ImportError> {
    let mut run = desk.run(shard, id)?;
    if State::named(&run.state) != Some(State::Running) {
        return Err(ImportError::NotNow);
    }
    let place = desk.place_of(&run)?;
    let mut file = OpenFile::open(desk, &run)?;
    let mut examiner = Examiner::new(desk, &place)?;
    let (mut counts, mut passed, mut is_all) = (kept_counts(&run), 0, true);
    let done = run.rows_done;
    let mut look_at = ROWS_BEFORE_LOOK;
    file.each_batch(FIRST_ROWS, |open| {
        let here = i64::try_from(open.rows.len()).unwrap_or(0);
        if passed < done {
            // In already: only what later rows are held against.
            let left = usize::try_from(done - passed).unwrap_or(usize::MAX);
            let (over, rest) = open.rows.split_at(left.min(open.rows.len()));
            for (number, cells) in over {
                examiner.pass_over(desk, *number, cells, open.mapping);
            }
            passed += here;
            if rest.is_empty() {
                return Ok(ControlFlow::Continue(STEP_ROWS));
            }
            let rest = OpenRows {
                rows: rest,
                ..*open
            };
            return steps(desk, &place, &mut run, &mut examiner, &mut counts, &rest);
        }
        if desk.world.now_millis() >= until {
            is_all = false;
            return Ok(ControlFlow::Break(()));
        }
        let next = steps(desk, &place, &mut run, &mut examiner, &mut counts, open)?;
        if run.rows_done - done >= look_at {
            look_at = (run.rows_done - done) * LOOK_AGAIN_TIMES;
            desk.store
                .write_blocking(Lane::Jobs, |tx| tx.look_at_sizes_of_people())?;
        }
        Ok(next)
    })?;
    if is_all {
        run.rows_all = run.rows_done;
        run.rows_done = 0;
        run.state = State::Linking.code().to_owned();
        desk.keep(&mut run).map_err(not_now)?;
    }
    Ok(is_all)
}

/// What was counted before a restart.
fn kept_counts(run: &ImportRunRow) -> Counts {
    let mut counts = Counts {
        accepted: run.accepted,
        rejected: run.rejected,
        duplicate: run.duplicate,
        ..Counts::default()
    };
    if run.rows_done > 0 {
        for word in run.faults.split(' ') {
            let Some((key, count)) = word.rsplit_once(':') else {
                continue;
            };
            let fault = super::fault::Fault::from_text_key(key);
            if let (Some(fault), Ok(count)) = (fault, count.parse()) {
                counts.faults.insert(fault.text_key(), count);
            }
        }
    }
    counts
}

/// Writes some rows, in halves where a step asks too much. Says how many to bring next.
fn steps(
    desk: &Desk,
    place: &Place,
    run: &mut ImportRunRow,
    examiner: &mut Examiner,
    counts: &mut Counts,
    open: &OpenRows<'_>,
) -> Result<ControlFlow<(), usize>, ImportError> {
    let examined = examiner.examine(desk, open.rows, open.mapping)?;
    let mut left = examined.as_slice();
    let mut size = left.len();
    while !left.is_empty() {
        let (now, later) = left.split_at(size.min(left.len()));
        let began = desk.world.now_millis();
        match step(desk, place, run, examiner, counts, now, open.takes) {
            Ok(()) => left = later,
            Err(ImportError::Store(StoreError::OverBudget(_))) if size > LEAST_ROWS => {
                size = (size / 2).max(LEAST_ROWS);
                continue;
            }
            Err(error) => return Err(error),
        }
        let took = desk.world.now_millis() - began;
        if took >= STEP_MILLIS.end {
            size = (size * 2 / 3).max(LEAST_ROWS);
        } else if took < STEP_MILLIS.start {
            size = (size * 3 / 2 + 1).min(STEP_ROWS);
        }
    }
    Ok(ControlFlow::Continue(size))
}

/// What rows become, before it is written.
struct Made {
    step: Step,
    counts: Counts,
    changes: Vec<(u32, PersonId, RowPerson)>,
    doors: Vec<Address>,
}

fn make(
    desk: &Desk,
    place: &Place,
    run: &ImportRunRow,
    examiner: &mut Examiner,
    counts: &Counts,
    rows: &[Examined],
    takes: &Takes,
) -> Made {
    let chance = Chance::new(desk.world.bytes());
    let mut made = Made {
        step: Step::default(),
        counts: counts.clone(),
        changes: Vec::new(),
        doors: Vec::new(),
    };
    for (at, row) in (0..).zip(rows) {
        let is_taken = takes.contains(row.number);
        made.counts.count(&row.verdict, is_taken);
        match &row.verdict {
            Verdict::New(person, terms) => {
                let door = door_of(place, run, examiner, person, row.number, &mut made);
                let id = PersonId(id_of(run, row.number, b"person"));
                let plain = plain_of(person);
                let kept = person_row(place, run, person, id, door.0);
                let sealed = &chance.part(at);
                let vault = desk.keys.vault();
                let step = &mut made.step;
                step.people
                    .push(SealedPerson::new(vault, kept, &plain, terms, sealed));
                let residence = residence_of(place, person, id, door.0, examiner.today());
                step.residences.push(residence);
                step.rows.push(imported(row.number, "added", id, door));
            }
            Verdict::Differs(person, fields, of) if is_taken && can_be_taken(fields) => {
                made.changes.push((row.number, *person, of.clone()));
            }
            _ => {}
        }
    }
    made
}

fn step(
    desk: &Desk,
    place: &Place,
    run: &mut ImportRunRow,
    examiner: &mut Examiner,
    counts: &mut Counts,
    rows: &[Examined],
    takes: &Takes,
) -> Result<(), ImportError> {
    let made = make(desk, place, run, examiner, counts, rows, takes);
    let mut next = run.clone();
    next.rows_done += i64::try_from(rows.len()).unwrap_or(0);
    next.accepted = made.counts.accepted;
    next.rejected = made.counts.rejected;
    next.duplicate = made.counts.duplicate;
    next.faults = made.counts.faults_text();
    let (shard, id, written, step) = (run.shard, run.run, next.clone(), made.step);
    let change = change_person(desk, run, made.changes)?;
    let ended = desk.store.write_blocking(Lane::Jobs, move |tx| {
        // First: whoever was stopped meanwhile writes nobody.
        tx.update_import_run(&written)?;
        let mut doors = step.doors.iter();
        doors.try_for_each(|door| tx.insert_household(door))?;
        tx.insert_sealed_persons(shard, &step.people)?;
        let mut residences = step.residences.iter();
        residences.try_for_each(|row| tx.insert_residence(row))?;
        let mut rows = step.rows.iter();
        rows.try_for_each(|row| tx.insert_imported_row(shard, &id, row))?;
        change(tx)
    });
    if let Err(error) = ended {
        // Doors of a step that was not kept are made again by the next.
        for address in &made.doors {
            examiner.doors.remove(address);
        }
        return Err(not_now(error.into()));
    }
    *counts = made.counts;
    *run = next;
    run.version += 1;
    Ok(())
}

/// The door of a person: as it is, or made in this step.
fn door_of(
    place: &Place,
    run: &ImportRunRow,
    examiner: &mut Examiner,
    person: &RowPerson,
    number: u32,
    made: &mut Made,
) -> (HouseholdId, bool) {
    if let Some(door) = examiner.doors.get(&person.address) {
        return (*door, examiner.is_new_door(*door));
    }
    let door = HouseholdId(id_of(run, number, b"household"));
    examiner.doors.insert(person.address.clone(), door);
    made.doors.push(person.address.clone());
    made.step.doors.push(HouseholdRow {
        shard: place.shard,
        household: door,
        area: place.area,
        building: person.address.building().to_owned(),
        unit: person.address.unit().to_owned(),
        room: person.address.room().to_owned(),
        grid: None,
        ended_on: None,
        version: 1,
    });
    (door, true)
}

/// The same id whenever the same row is written: sorted by time and row, so that indexes grow at
/// their end.
fn id_of(run: &ImportRunRow, number: u32, what: &[u8]) -> [u8; 16] {
    let mut hash = Sha256::new();
    hash.update(run.run);
    hash.update(what);
    hash.update(number.to_be_bytes());
    let digest = hash.finalize();
    let millis = u64::try_from(run.started_at.unwrap_or(run.made_at)).unwrap_or(0);
    let mut random = [0; 10];
    random.copy_from_slice(&digest[..10]);
    // Twelve bits after the version and the upper ones after the variant hold the row.
    random[0] = (number >> 24) as u8 & 0x0F;
    random[1] = (number >> 16) as u8;
    random[2] = (number >> 8) as u8 & 0x3F;
    random[3] = number as u8;
    random[4] ^= (number >> 8) as u8 & 0xC0;
    uuid::Builder::from_unix_timestamp_millis(millis, &random)
        .into_uuid()
        .into_bytes()
}

fn person_row(
    place: &Place,
    run: &ImportRunRow,
    person: &RowPerson,
    id: PersonId,
    door: HouseholdId,
) -> PersonRow {
    let is_temporary = matches!(person.basis, Some(Basis::Tenant | Basis::Lodger));
    let of = &person.person;
    PersonRow {
        shard: place.shard,
        person: id,
        kind: if is_temporary {
            "temporary_resident"
        } else {
            "resident"
        }
        .to_owned(),
        household: Some(door),
        area: place.area,
        sex: of.sex().code().to_owned(),
        birth_year: of.birth_year().map(i64::from),
        worker_class: None,
        state: "active".to_owned(),
        merged_into: None,
        created_at: run.started_at.unwrap_or(run.made_at),
        version: 1,
    }
}

fn plain_of(person: &RowPerson) -> PersonPlain {
    let of = &person.person;
    let document = of.document();
    PersonPlain {
        masked: Some(GateName::of(of.name()).to_stored()),
        name: Some(of.name().reveal_text().to_owned()),
        birth_on: of.birth_on(),
        document: document.map(|d| (d.kind().code().to_owned(), d.reveal_text().to_owned())),
        phone: of.phone().map(|phone| phone.reveal_text().to_owned()),
        employer: None,
        photo: None,
        note: person.care.clone(),
        email: of.email().map(|email| email.reveal_text().to_owned()),
    }
}

fn residence_of(
    place: &Place,
    person: &RowPerson,
    id: PersonId,
    door: HouseholdId,
    today: gatehouse_core::moment::CivilDay,
) -> ResidenceRow {
    ResidenceRow {
        shard: place.shard,
        household: door,
        person: id,
        from_on: person.from_on.unwrap_or(today),
        until_on: None,
        basis: person.basis.unwrap_or(Basis::Permanent).code().to_owned(),
        landlord: None,
        version: 1,
    }
}

fn imported(number: u32, act: &str, person: PersonId, door: (HouseholdId, bool)) -> ImportedRow {
    ImportedRow {
        row_number: i64::from(number),
        act: act.to_owned(),
        person,
        household: door.0,
        door_added: door.1,
        version: 1,
        before_sealed: None,
        left_why: None,
    }
}

/// Runs every phase that is due, for the command line and tests: no job, no waiting.
///
/// # Errors
/// As the phases.
pub fn run_whole(desk: &Desk, shard: Shard, id: RunId) -> Result<ImportRunRow, ImportError> {
    loop {
        let row = desk.run(shard, id)?;
        match State::named(&row.state) {
            Some(state) if state.is_at_work() => {
                work(desk, shard, id, i64::MAX)?;
            }
            _ => return Ok(row),
        }
    }
}

/// Does what is due of an import until an instant. Says whether there is more to do.
///
/// # Errors
/// [`ImportError::AtWork`] where another import of the county is at work.
pub fn work(desk: &Desk, shard: Shard, id: RunId, until: i64) -> Result<bool, ImportError> {
    let now = desk.world.now_millis();
    let claim_until = now.saturating_add(super::CLAIM_MILLIS);
    let claimed = desk
        .store
        .write_blocking::<_, StoreError, _>(Lane::Jobs, move |tx| {
            tx.claim_import_run(shard, &id, now, claim_until)
        })?;
    if !claimed {
        return Err(ImportError::AtWork);
    }
    let row = desk.run(shard, id)?;
    let ended = match State::named(&row.state) {
        Some(State::Checking) => super::check::check(desk, shard, id).map(|_| false),
        Some(State::Running) => run(desk, shard, id, until).map(|_| true),
        Some(State::Linking) => super::link::link(desk, shard, id, until),
        Some(State::Undoing) => super::undo::undo(desk, shard, id, until),
        _ => Ok(false),
    };
    desk.store
        .write_blocking::<_, StoreError, _>(Lane::Jobs, move |tx| {
            tx.let_go_of_import_run(shard, &id)
        })?;
    match ended {
        // Somebody changed the state meanwhile: what it is now has a job of its own.
        Err(ImportError::NotNow) => Ok(false),
        ended => ended,
    }
}
