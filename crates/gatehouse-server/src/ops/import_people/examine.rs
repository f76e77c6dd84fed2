//! What becomes of each row: taken, not taken, or there already. Nothing is written and nobody's
//! data is opened: people are compared by what they are found by.

use super::fault::{CellFault, Fault};
use super::field::Field;
use super::header::Mapping;
use super::row::{RowPerson, RowRules, read_row};
use super::values::Basis;
use super::{Desk, ImportError, Place};
use crate::sheet::Cell;
use gatehouse_core::household::{Address, AddressDraft};
use gatehouse_core::id::{HouseholdId, PersonId};
use gatehouse_core::person::Sex;
use gatehouse_core::person::search::{SearchKind, SearchTerm, terms_of};
use gatehouse_store::person::PersonRow;
use gatehouse_store::{ReadTx, Shard, StoreError};
use std::collections::{BTreeSet, HashMap};

/// Households read at once.
const PAGE: u32 = 500;

/// What becomes of a row.
#[derive(Debug)]
pub enum Verdict {
    /// Somebody new.
    New(RowPerson, Vec<SearchTerm>),
    /// Something is wrong with it.
    Rejected(Vec<CellFault>),
    /// The same person as in an earlier row of the file; whether it says anything else.
    SameAsRow {
        /// Number of that row.
        row: u32,
        /// Whether something differs.
        differs: bool,
    },
    /// In the register, with the same values.
    Known(PersonId),
    /// In the register, with other values in these fields.
    Differs(PersonId, Vec<Field>, RowPerson),
}

/// A row that has its verdict.
pub struct Examined {
    /// Number of the row.
    pub number: u32,
    /// What becomes of it.
    pub verdict: Verdict,
}

/// An earlier row of the file.
struct Seen {
    row: u32,
    name: i64,
    rest: i64,
}

/// Looks at rows in their order.
pub struct Examiner {
    shard: Shard,
    rules: RowRules,
    seen: HashMap<i64, Seen>,
    /// Doors by their parts.
    pub doors: HashMap<Address, HouseholdId>,
    /// Doors that were there before this import.
    old_doors: BTreeSet<HouseholdId>,
}

/// Who is in the register and may be the person of a row.
struct Candidate {
    row: PersonRow,
    tokens: Vec<i64>,
    basis: Option<String>,
}

impl Examiner {
    /// With the doors of the place.
    pub fn new(desk: &Desk, place: &Place) -> Result<Examiner, ImportError> {
        let (shard, area) = (place.shard, place.area);
        let buildings = desk.store.read_blocking::<_, StoreError, _>(move |tx| {
            let inside = tx.areas_in(area)?;
            let buildings = inside.into_iter().filter(|area| area.level == "building");
            Ok(buildings.map(|area| area.name).collect::<Vec<_>>())
        })?;
        let label = |name: &String| {
            let draft = AddressDraft {
                building: name.clone(),
                room: "1".to_owned(),
                ..AddressDraft::default()
            };
            draft
                .check()
                .ok()
                .map(|address| address.building().to_owned())
        };
        let mut examiner = Examiner {
            shard,
            rules: RowRules {
                today: place.today(desk.world.now_millis()),
                buildings: buildings.iter().filter_map(label).collect(),
                phones: desk.keys.phones(),
            },
            seen: HashMap::new(),
            doors: HashMap::new(),
            old_doors: BTreeSet::new(),
        };
        examiner.read_doors(desk, place)?;
        examiner.old_doors = examiner.doors.values().copied().collect();
        Ok(examiner)
    }

    /// Reads the doors of the place anew.
    pub fn read_doors(&mut self, desk: &Desk, place: &Place) -> Result<(), ImportError> {
        let (shard, area) = (place.shard, place.area);
        let mut after = HouseholdId([0; 16]);
        loop {
            let page = desk.store.read_blocking::<_, StoreError, _>(move |tx| {
                tx.households_of_area(shard, area, after, PAGE)
            })?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = last.household;
            for row in page {
                let draft = AddressDraft {
                    building: row.building,
                    unit: row.unit,
                    room: row.room,
                };
                if let Ok(address) = draft.check() {
                    self.doors.insert(address, row.household);
                }
            }
        }
    }

    /// Whether a door was not there when this phase began.
    pub fn is_new_door(&self, door: HouseholdId) -> bool {
        !self.old_doors.contains(&door)
    }

    /// The day at the place.
    pub fn today(&self) -> gatehouse_core::moment::CivilDay {
        self.rules.today
    }

    /// Remembers a row that has its end already, so that later ones are held against it.
    pub fn pass_over(&mut self, desk: &Desk, number: u32, cells: &[Cell], mapping: &Mapping) {
        if let Ok(person) = read_row(cells, mapping, &self.rules) {
            let terms = terms(&person);
            let (key, seen) = seen_of(desk, number, &person, &terms);
            self.seen.entry(key).or_insert(seen);
        }
    }

    /// Looks at some rows.
    ///
    /// # Errors
    /// The database's.
    pub fn examine(
        &mut self,
        desk: &Desk,
        rows: &[(u32, Vec<Cell>)],
        mapping: &Mapping,
    ) -> Result<Vec<Examined>, ImportError> {
        let mut examined = Vec::with_capacity(rows.len());
        let mut open = Vec::new();
        for (number, cells) in rows {
            let verdict = match read_row(cells, mapping, &self.rules) {
                Err(faults) => Verdict::Rejected(faults),
                Ok(mut person) => {
                    let is_door = |address| self.doors.contains_key(address);
                    if !is_door(&person.address) && is_door(&person.as_written) {
                        person.address = person.as_written.clone();
                    }
                    let terms = terms(&person);
                    match self.in_file(desk, *number, &person, &terms, mapping) {
                        Some(verdict) => verdict,
                        None => {
                            open.push(examined.len());
                            Verdict::New(person, terms)
                        }
                    }
                }
            };
            let number = *number;
            examined.push(Examined { number, verdict });
        }
        self.in_register(desk, &mut examined, &open)?;
        Ok(examined)
    }

    fn in_file(
        &mut self,
        desk: &Desk,
        number: u32,
        person: &RowPerson,
        terms: &[SearchTerm],
        mapping: &Mapping,
    ) -> Option<Verdict> {
        let (key, seen) = seen_of(desk, number, person, terms);
        let Some(earlier) = self.seen.get(&key) else {
            self.seen.insert(key, seen);
            return None;
        };
        if earlier.name != seen.name {
            // One number, two names: one of them is wrong, and nobody here knows which.
            let column = mapping
                .iter()
                .position(|field| *field == Some(Field::Document));
            return Some(Verdict::Rejected(vec![CellFault {
                column,
                field: Field::Document,
                fault: Fault::NumberOfAnother,
            }]));
        }
        Some(Verdict::SameAsRow {
            row: earlier.row,
            differs: earlier.rest != seen.rest,
        })
    }

    fn in_register(
        &self,
        desk: &Desk,
        examined: &mut [Examined],
        open: &[usize],
    ) -> Result<(), ImportError> {
        let vault = desk.keys.vault();
        let mut by_number: HashMap<i64, usize> = HashMap::new();
        let mut at_door: Vec<(usize, HouseholdId)> = Vec::new();
        for at in open {
            let Verdict::New(person, terms) = &examined[*at].verdict else {
                continue;
            };
            let number = terms.iter().find(|term| term.kind == SearchKind::Document);
            if let Some(term) = number {
                by_number.insert(vault.token(&term.reveal_bytes()), *at);
            }
            let door = self.doors.get(&person.address);
            if let Some(door) = door.filter(|door| self.old_doors.contains(door)) {
                at_door.push((*at, *door));
            }
        }
        let tokens: Vec<i64> = by_number.keys().copied().collect();
        let doors: Vec<HouseholdId> = at_door.iter().map(|(_, door)| *door).collect();
        if tokens.is_empty() && doors.is_empty() {
            return Ok(());
        }
        let shard = self.shard;
        let (found, households) = desk.store.read_blocking::<_, StoreError, _>(move |tx| {
            let mut found = Vec::new();
            for (token, person) in tx.persons_by_tokens(shard, &tokens)? {
                found.extend(candidate(tx, shard, person)?.map(|found| (token, found)));
            }
            let mut households: HashMap<HouseholdId, Vec<Candidate>> = HashMap::new();
            for door in &doors {
                if !households.contains_key(door) {
                    let living = tx.persons_of_household(shard, *door)?;
                    let mut candidates = Vec::new();
                    for row in living {
                        candidates.extend(candidate(tx, shard, row.person)?);
                    }
                    households.insert(*door, candidates);
                }
            }
            Ok((found, households))
        })?;
        let found: HashMap<i64, Candidate> = found.into_iter().collect();
        for (token, at) in &by_number {
            if let Some(candidate) = found.get(token) {
                self.compare(desk, &mut examined[*at].verdict, candidate);
            }
        }
        for (at, door) in &at_door {
            let verdict = &examined[*at].verdict;
            let living = households.get(door).into_iter().flatten();
            let same = living.filter(|c| is_same_at_door(desk, verdict, c));
            // Two of one name may live there: the one of whom the row says the same.
            let nearest = same.min_by_key(|c| self.differing(desk, verdict, c).len());
            if let Some(candidate) = nearest {
                self.compare(desk, &mut examined[*at].verdict, candidate);
            }
        }
        Ok(())
    }

    /// Known, or what differs.
    fn compare(&self, desk: &Desk, verdict: &mut Verdict, candidate: &Candidate) {
        if !matches!(verdict, Verdict::New(..)) {
            return;
        }
        let fields = self.differing(desk, verdict, candidate);
        let kept = candidate.row.person;
        let taken = std::mem::replace(verdict, Verdict::Known(kept));
        if let (Verdict::New(person, _), false) = (taken, fields.is_empty()) {
            *verdict = Verdict::Differs(kept, fields, person);
        }
    }

    /// The fields in which a row says something else than is kept of somebody.
    fn differing(&self, desk: &Desk, verdict: &Verdict, candidate: &Candidate) -> Vec<Field> {
        let Verdict::New(person, terms) = verdict else {
            return Vec::new();
        };
        let mut fields = Vec::new();
        let lacks = |kind: SearchKind| lacks(desk, terms, candidate, kind);
        let kept = &candidate.row;
        let of = &person.person;
        if lacks(SearchKind::FullName) {
            fields.push(Field::Name);
        }
        if of.sex() != Sex::Unknown && of.sex().code() != kept.sex {
            fields.push(Field::Sex);
        }
        let year = of.birth_year().map(i64::from);
        if year.is_some() && year != kept.birth_year {
            fields.push(Field::BirthOn);
        }
        if lacks(SearchKind::Document) {
            fields.push(Field::Document);
        }
        if lacks(SearchKind::Phone) {
            fields.push(Field::Phone);
        }
        if lacks(SearchKind::Email) {
            fields.push(Field::Email);
        }
        if kept.household != self.doors.get(&person.address).copied() {
            fields.push(Field::Room);
        }
        let basis = person.basis.map(Basis::code);
        if basis.is_some() && basis != candidate.basis.as_deref() {
            fields.push(Field::Basis);
        }
        fields
    }
}

/// Whether what a row says of a kind is not among what the person is found by.
fn lacks(desk: &Desk, terms: &[SearchTerm], candidate: &Candidate, kind: SearchKind) -> bool {
    let of_kind = terms.iter().filter(|term| term.kind == kind);
    of_kind
        .map(|term| desk.keys.vault().token(&term.reveal_bytes()))
        .any(|token| !candidate.tokens.contains(&token))
}

/// The same name and year of birth behind the same door; numbers that differ are for somebody to
/// look at.
fn is_same_at_door(desk: &Desk, verdict: &Verdict, candidate: &Candidate) -> bool {
    let Verdict::New(person, terms) = verdict else {
        return false;
    };
    let year = person.person.birth_year().map(i64::from);
    let kept = candidate.row.birth_year;
    !lacks(desk, terms, candidate, SearchKind::FullName)
        && (year.is_none() || kept.is_none() || year == kept)
}

fn candidate(
    tx: &ReadTx<'_>,
    shard: Shard,
    person: PersonId,
) -> Result<Option<Candidate>, StoreError> {
    let Some(row) = tx.person(shard, person)? else {
        return Ok(None);
    };
    let residences = tx.residences_of_person(shard, person)?;
    let lasting = residences
        .into_iter()
        .find(|residence| residence.until_on.is_none());
    Ok(Some(Candidate {
        tokens: tx.tokens_of_person(shard, person)?,
        basis: lasting.map(|residence| residence.basis),
        row,
    }))
}

fn terms(person: &RowPerson) -> Vec<SearchTerm> {
    let initial = |c: char| crate::pinyin::initial(c);
    terms_of(&person.person, Some(&initial))
}

/// By what a row is known in the file: its number, else name, birth and door.
fn seen_of(desk: &Desk, number: u32, person: &RowPerson, terms: &[SearchTerm]) -> (i64, Seen) {
    let vault = desk.keys.vault();
    let of_kind = |kind: SearchKind| terms.iter().find(|term| term.kind == kind);
    let name = of_kind(SearchKind::FullName).map_or_else(Vec::new, SearchTerm::reveal_bytes);
    let birth = person.person.birth_on().map_or(0, |day| day.0);
    let door = person.address.label_zh();
    let key = match of_kind(SearchKind::Document) {
        Some(term) => vault.token(&term.reveal_bytes()),
        None => {
            let mut key = b"at door\0".to_vec();
            key.extend_from_slice(&name);
            key.extend_from_slice(&birth.to_be_bytes());
            key.extend_from_slice(door.as_bytes());
            vault.token(&key)
        }
    };
    let bytes = |kind| of_kind(kind).map_or_else(Vec::new, SearchTerm::reveal_bytes);
    let (phone, email) = (bytes(SearchKind::Phone), bytes(SearchKind::Email));
    let basis = person.basis.map_or("", Basis::code);
    let sex = person.person.sex().code();
    let rest = [
        door.as_bytes(),
        b"\0",
        &phone,
        b"\0",
        &email,
        b"\0",
        basis.as_bytes(),
        sex.as_bytes(),
    ]
    .concat();
    let seen = Seen {
        row: number,
        name: vault.token(&name),
        rest: vault.token(&rest),
    };
    (key, seen)
}

/// Counts of rows and cells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rows taken.
    pub accepted: i64,
    /// Rows with a fault.
    pub rejected: i64,
    /// Rows of people who are there already.
    pub duplicate: i64,
    /// Cells by fault.
    pub faults: std::collections::BTreeMap<&'static str, i64>,
}

impl Counts {
    /// Counts a row. `is_taken`: somebody chose the sheet's values.
    pub fn count(&mut self, verdict: &Verdict, is_taken: bool) {
        match verdict {
            Verdict::New(..) => self.accepted += 1,
            Verdict::Differs(_, fields, _) if is_taken && can_be_taken(fields) => {
                self.accepted += 1;
            }
            Verdict::Rejected(faults) => {
                self.rejected += 1;
                for fault in faults {
                    *self.faults.entry(fault.fault.text_key()).or_default() += 1;
                }
            }
            _ => self.duplicate += 1,
        }
    }

    /// Cells by fault as they are kept.
    pub fn faults_text(&self) -> String {
        let words = self
            .faults
            .iter()
            .map(|(key, count)| format!("{key}:{count}"));
        words.collect::<Vec<_>>().join(" ")
    }
}

/// Whether the sheet's values can be taken over those of the register: not where somebody moved
/// or lives there on another basis, which is more than a value.
pub fn can_be_taken(fields: &[Field]) -> bool {
    !fields.contains(&Field::Room) && !fields.contains(&Field::Basis)
}
