//! Outings that this device itself saw since its list was made (GATE-5). What other devices saw
//! meets at the server; until then the list says how many may be missing.

use super::case::Case;
use crate::gate::value::{Outing, Outings};
use crate::gate::{Fact, Known, SubjectKind, Value, Way};
use crate::id::{HouseholdId, PersonId};
use crate::moment::Moment;
use crate::wire::cbor::{Cbor, CborError, Read, Reader, Writer};
use crate::wire::{HouseholdEntry, Snapshot};

/// Outings that are held: three days of a large compound; beyond it the oldest go and the count
/// is marked as unsure.
pub const OUTINGS_HELD: usize = 8192;

/// An acknowledged event this much older than a list is in it.
const SETTLED_MILLIS: i64 = 10 * 60_000;

#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    seq: u64,
    household: HouseholdId,
    person: Option<PersonId>,
    at: Moment,
    purpose: Option<u8>,
    returned: bool,
}

/// Exits that crossed here, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LocalOutings {
    seen: Vec<Seen>,
    dropped: bool,
}

impl LocalOutings {
    /// A case crossed.
    pub fn crossed(&mut self, seq: u64, case: &Case, now: Moment) {
        let Some(household) = case.household else {
            return;
        };
        if !case.kind().is_some_and(lives_here) {
            return;
        }
        match case.way() {
            Way::In => {
                let out = self.seen.iter_mut().rev();
                let mut mine = out.filter(|seen| seen.is_of(household, case.person));
                if let Some(seen) = mine.find(|seen| !seen.returned) {
                    seen.returned = true;
                }
            }
            Way::Out => {
                if self.seen.len() >= OUTINGS_HELD {
                    self.seen.remove(0);
                    self.dropped = true;
                }
                self.seen.push(Seen {
                    seq,
                    household,
                    person: case.person,
                    at: now,
                    purpose: purpose(case),
                    returned: false,
                });
            }
        }
    }

    /// The crossing of this event did not happen after all.
    pub fn take_back(&mut self, seq: u64) {
        self.seen.retain(|seen| seen.seq != seq);
    }

    /// A newer list came: what it counts is not counted here too. It counts what it holds, and
    /// what the server had long acknowledged when it was made.
    pub fn counted_by(&mut self, list: &Snapshot, acknowledged: u64) {
        self.seen.retain(|seen| {
            let household = HouseholdEntry::find(&list.households, seen.household);
            let held = household.is_some_and(|household| {
                let mut outings = household.outings.iter();
                outings.any(|o| o.at == seen.at.millis && o.person == seen.person)
            });
            let settled = seen.seq <= acknowledged
                && seen.at.millis.saturating_add(SETTLED_MILLIS) <= list.made_at;
            !held && !settled
        });
        self.dropped = false;
    }

    /// Adds what was seen here to what the list holds of the household.
    pub fn add_to(&self, outings: &mut Outings, household: HouseholdId, person: Option<PersonId>) {
        let of_household = self.seen.iter().filter(|seen| seen.household == household);
        outings.taken.extend(of_household.map(|seen| Outing {
            at: seen.at,
            purpose: seen.purpose,
            own: person.is_some() && seen.person == person,
        }));
        outings.unsent = outings.unsent.saturating_add(u16::from(self.dropped));
    }

    /// Since when somebody is out, as seen here.
    pub fn out_since(&self, household: HouseholdId, person: Option<PersonId>) -> Option<i64> {
        person?;
        let mut mine = self.seen.iter().rev();
        let last = mine.find(|seen| seen.is_of(household, person))?;
        (!last.returned).then_some(last.at.millis)
    }
}

impl Seen {
    fn is_of(&self, household: HouseholdId, person: Option<PersonId>) -> bool {
        self.household == household && self.person == person
    }
}

/// Whose household has outings.
pub(crate) fn lives_here(kind: SubjectKind) -> bool {
    matches!(kind, SubjectKind::Resident | SubjectKind::TemporaryResident)
}

fn purpose(case: &Case) -> Option<u8> {
    match case.situation.given(Fact::Purpose)? {
        Known::Is(Value::Choice(position)) => Some(*position),
        _ => None,
    }
}

impl Cbor for LocalOutings {
    fn write(&self, to: &mut Writer) {
        to.array(2).boolean(self.dropped).list(&self.seen);
    }
    fn read(from: &mut Reader<'_>) -> Read<LocalOutings> {
        from.array_of(2)?;
        Ok(LocalOutings {
            dropped: from.boolean()?,
            seen: from.list(OUTINGS_HELD)?,
        })
    }
}

impl Cbor for Seen {
    fn write(&self, to: &mut Writer) {
        to.array(7)
            .uint(self.seq)
            .item(&self.household)
            .option(self.person.as_ref())
            .int(self.at.millis)
            .int(self.at.offset_minutes.into());
        match self.purpose {
            Some(purpose) => to.uint(purpose.into()),
            None => to.null(),
        };
        to.boolean(self.returned);
    }
    fn read(from: &mut Reader<'_>) -> Read<Seen> {
        from.array_of(7)?;
        Ok(Seen {
            seq: from.uint()?,
            household: from.item()?,
            person: from.option()?,
            at: Moment::new(
                from.int()?,
                i16::try_from(from.int()?).map_err(|_| CborError::Value)?,
            ),
            purpose: if from.null()? {
                None
            } else {
                Some(from.small()?)
            },
            returned: from.boolean()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Moment = Moment::new(1_600_000_000_000, 480);
    const HOME: HouseholdId = HouseholdId([1; 16]);

    fn case(person: u8, way: Way) -> Case {
        let mut case = Case::new(way, START);
        case.subject(SubjectKind::Resident);
        case.person = Some(PersonId([person; 16]));
        case.household = Some(HOME);
        case
    }

    #[test]
    fn an_outing_counts_for_the_household_and_ends_with_the_return() {
        let mut outings = LocalOutings::default();
        outings.crossed(1, &case(1, Way::Out), START);
        outings.crossed(2, &case(2, Way::Out), START.plus_millis(60_000));
        let mut counted = Outings::none();
        outings.add_to(&mut counted, HOME, Some(PersonId([1; 16])));
        let own: Vec<bool> = counted.taken.iter().map(|outing| outing.own).collect();
        assert_eq!(own, [true, false]);
        let later = START.plus_millis(30 * 60_000);
        let out_since = |held: &LocalOutings| held.out_since(HOME, Some(PersonId([1; 16])));
        assert_eq!(out_since(&outings), Some(START.millis));
        outings.crossed(3, &case(1, Way::In), later);
        assert_eq!(out_since(&outings), None);
        assert_eq!(
            LocalOutings::from_cbor(&outings.to_cbor()).as_ref(),
            Ok(&outings)
        );
        outings.take_back(1);
        outings.take_back(2);
        assert_eq!(outings, LocalOutings::default());
    }

    #[test]
    fn what_no_longer_fits_makes_the_count_unsure() {
        let mut outings = LocalOutings::default();
        for seq in 0..=OUTINGS_HELD as u64 {
            outings.crossed(seq, &case(1, Way::Out), START);
        }
        let mut counted = Outings::none();
        outings.add_to(&mut counted, HOME, None);
        assert_eq!((counted.taken.len(), counted.unsent), (OUTINGS_HELD, 1));
    }
}
