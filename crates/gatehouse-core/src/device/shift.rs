//! The shift at this device and its figures (GATE-2, GATE-3).

use super::RecentRow;
use super::input::Guard;
use super::screen::Counts;
use crate::gate::{Outcome, SubjectKind, Way};
use crate::moment::{CivilDay, Moment};
use crate::wire::cbor::{Cbor, CborError, Read, Reader, Writer};

/// Guards who can be on duty at one device.
pub const GUARDS_MOST: usize = 12;
const NAME_BYTES_MOST: usize = 90;

/// Who is on duty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shift {
    /// The first is named in the records.
    pub guards: Vec<Guard>,
    /// Since when, milliseconds UTC.
    pub since_at: i64,
    /// The masks were on.
    pub mask: bool,
    /// The armbands were on.
    pub armband: bool,
}

impl Shift {
    /// Starts a shift; `None` where there are no guards, too many, or a name that cannot be shown.
    pub fn start(guards: &[Guard], mask: bool, armband: bool, now: Moment) -> Option<Shift> {
        let named = |guard: &Guard| {
            let name = guard.name.trim();
            !name.is_empty() && name.len() <= NAME_BYTES_MOST
        };
        let fits = (1..=GUARDS_MOST).contains(&guards.len()) && guards.iter().all(named);
        fits.then(|| Shift {
            guards: guards.to_vec(),
            since_at: now.millis,
            mask,
            armband,
        })
    }
}

/// Figures of the shift, and the visitors of today, who outlast it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub admitted: u32,
    pub turned_back: u32,
    pub emergencies: u32,
    /// Of those admitted, who came in; the others went out.
    pub entered: u32,
    /// Visitors who came in today and have not gone out, as this device saw it.
    pub visitors: u32,
    /// On which day, as [`CivilDay`] counts.
    visitors_on: i32,
}

/// What is counted of an attempt.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counted {
    pub way: Way,
    pub kind: Option<SubjectKind>,
    pub outcome: Outcome,
    pub emergency: bool,
    pub day: CivilDay,
}

impl RecentRow {
    pub fn counted(&self) -> Counted {
        Counted {
            way: self.way,
            kind: self.kind,
            outcome: self.outcome,
            emergency: self.emergency,
            day: self.at.day(),
        }
    }
}

impl Tally {
    /// The figures with which the next shift begins.
    pub fn next(self) -> Tally {
        Tally {
            visitors: self.visitors,
            visitors_on: self.visitors_on,
            ..Tally::default()
        }
    }

    /// Counts one attempt.
    pub fn add(&mut self, one: Counted) {
        self.change(one, 1);
    }

    /// Takes one attempt back.
    pub fn remove(&mut self, one: Counted) {
        self.change(one, -1);
    }

    /// Visitors who are still inside; those of another day have gone, or nobody knows.
    pub fn visitors_at(&self, now: Moment) -> u32 {
        match now.day().0 == self.visitors_on {
            true => self.visitors,
            false => 0,
        }
    }

    fn change(&mut self, one: Counted, by: i32) {
        let add = |figure: &mut u32| *figure = figure.saturating_add_signed(by);
        match one.outcome {
            Outcome::Crossed => add(&mut self.admitted),
            Outcome::TurnedBack => add(&mut self.turned_back),
            Outcome::TakenInCharge | Outcome::Unknown => {}
        }
        if one.emergency {
            add(&mut self.emergencies);
        }
        if one.outcome == Outcome::Crossed {
            if one.way == Way::In {
                add(&mut self.entered);
            }
            if one.kind == Some(SubjectKind::Visitor) {
                self.visitor(one, by);
            }
        }
    }

    fn visitor(&mut self, one: Counted, by: i32) {
        if one.day.0 > self.visitors_on {
            (self.visitors, self.visitors_on) = (0, one.day.0);
        }
        if one.day.0 == self.visitors_on {
            let by = if one.way == Way::In { by } else { -by };
            self.visitors = self.visitors.saturating_add_signed(by);
        }
    }

    /// As it was written before sides and visitors were counted.
    pub fn read_before(from: &mut Reader<'_>) -> Read<Tally> {
        from.array_of(3)?;
        Ok(Tally {
            admitted: from.small()?,
            turned_back: from.small()?,
            emergencies: from.small()?,
            ..Tally::default()
        })
    }

    /// For the screen.
    pub fn shown(self, unsent: u64, now: Moment) -> Counts {
        Counts {
            admitted: self.admitted,
            turned_back: self.turned_back,
            emergencies: self.emergencies,
            entered: self.entered,
            visitors: self.visitors_at(now),
            unsent,
        }
    }
}

impl Cbor for Guard {
    fn write(&self, to: &mut Writer) {
        to.array(2).item(&self.staff).text(&self.name);
    }
    fn read(from: &mut Reader<'_>) -> Read<Guard> {
        from.array_of(2)?;
        Ok(Guard {
            staff: from.item()?,
            name: from.text(NAME_BYTES_MOST + 8)?.to_owned(),
        })
    }
}

impl Cbor for Shift {
    fn write(&self, to: &mut Writer) {
        to.array(4)
            .list(&self.guards)
            .int(self.since_at)
            .boolean(self.mask)
            .boolean(self.armband);
    }
    fn read(from: &mut Reader<'_>) -> Read<Shift> {
        from.array_of(4)?;
        let shift = Shift {
            guards: from.list(GUARDS_MOST)?,
            since_at: from.int()?,
            mask: from.boolean()?,
            armband: from.boolean()?,
        };
        if shift.guards.is_empty() {
            return Err(CborError::Value);
        }
        Ok(shift)
    }
}

impl Cbor for Tally {
    fn write(&self, to: &mut Writer) {
        to.array(6)
            .uint(self.admitted.into())
            .uint(self.turned_back.into())
            .uint(self.emergencies.into())
            .uint(self.entered.into())
            .uint(self.visitors.into())
            .int(self.visitors_on.into());
    }
    fn read(from: &mut Reader<'_>) -> Read<Tally> {
        from.array_of(6)?;
        Ok(Tally {
            admitted: from.small()?,
            turned_back: from.small()?,
            emergencies: from.small()?,
            entered: from.small()?,
            visitors: from.small()?,
            visitors_on: i32::try_from(from.int()?).map_err(|_| CborError::Value)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::StaffId;

    fn guard(name: &str) -> Guard {
        Guard {
            staff: StaffId([1; 16]),
            name: name.to_owned(),
        }
    }

    #[test]
    fn a_shift_has_guards_with_names() {
        let now = Moment::new(0, 480);
        for (guards, starts) in [
            (vec![], false),
            (vec![guard(" ")], false),
            (vec![guard(&"长".repeat(31))], false),
            (vec![guard("李师傅")], true),
            (vec![guard("李师傅"); GUARDS_MOST], true),
            (vec![guard("李师傅"); GUARDS_MOST + 1], false),
        ] {
            let shift = Shift::start(&guards, true, true, now);
            assert_eq!(shift.is_some(), starts);
            if let Some(shift) = shift {
                assert_eq!(Shift::from_cbor(&shift.to_cbor()), Ok(shift));
            }
        }
    }

    #[test]
    fn what_is_counted_is_taken_back_whole_and_never_below_zero() {
        let one = |outcome, emergency| Counted {
            way: Way::In,
            kind: None,
            outcome,
            emergency,
            day: CivilDay(18_000),
        };
        let mut tally = Tally::default();
        tally.add(one(Outcome::Crossed, true));
        tally.add(one(Outcome::TurnedBack, false));
        tally.add(one(Outcome::TakenInCharge, false));
        assert_eq!((tally.admitted, tally.turned_back), (1, 1));
        assert_eq!((tally.emergencies, tally.entered), (1, 1));
        assert_eq!(Tally::from_cbor(&tally.to_cbor()), Ok(tally));
        for _ in 0..2 {
            tally.remove(one(Outcome::Crossed, true));
        }
        assert_eq!(
            (tally.admitted, tally.emergencies, tally.entered),
            (0, 0, 0)
        );
    }

    #[test]
    fn visitors_of_today_outlast_a_shift_and_not_the_day() {
        let noon = |day: i32| Moment::new(i64::from(day) * 86_400_000 + 4 * 3_600_000, 480);
        let visitor = |way, day| Counted {
            way,
            kind: Some(SubjectKind::Visitor),
            outcome: Outcome::Crossed,
            emergency: false,
            day: noon(day).day(),
        };
        let mut tally = Tally::default();
        for _ in 0..3 {
            tally.add(visitor(Way::In, 1));
        }
        tally.add(visitor(Way::Out, 1));
        tally = tally.next();
        assert_eq!((tally.admitted, tally.visitors_at(noon(1))), (0, 2));
        tally.add(visitor(Way::Out, 1));
        tally.remove(visitor(Way::Out, 1));
        assert_eq!(
            (tally.visitors_at(noon(1)), tally.visitors_at(noon(2))),
            (2, 0)
        );
        tally.add(visitor(Way::In, 2));
        tally.add(visitor(Way::In, 1));
        assert_eq!(tally.visitors_at(noon(2)), 1);
        assert_eq!(Tally::from_cbor(&tally.to_cbor()), Ok(tally));
    }
}
