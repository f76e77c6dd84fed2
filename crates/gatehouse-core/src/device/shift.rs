//! The shift at this device and its figures (GATE-2, GATE-3).

use super::input::Guard;
use super::screen::Counts;
use crate::gate::Outcome;
use crate::moment::Moment;
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

/// Figures of the shift.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub admitted: u32,
    pub turned_back: u32,
    pub emergencies: u32,
}

impl Tally {
    /// Counts one crossing.
    pub fn add(&mut self, outcome: Outcome, emergency: bool) {
        self.change(outcome, emergency, 1);
    }

    /// Takes one crossing back.
    pub fn remove(&mut self, outcome: Outcome, emergency: bool) {
        self.change(outcome, emergency, -1);
    }

    fn change(&mut self, outcome: Outcome, emergency: bool, by: i32) {
        let add = |figure: &mut u32| *figure = figure.saturating_add_signed(by);
        match outcome {
            Outcome::Crossed => add(&mut self.admitted),
            Outcome::TurnedBack => add(&mut self.turned_back),
            Outcome::TakenInCharge | Outcome::Unknown => {}
        }
        if emergency {
            add(&mut self.emergencies);
        }
    }

    /// For the screen.
    pub fn shown(self, unsent: u64) -> Counts {
        Counts {
            admitted: self.admitted,
            turned_back: self.turned_back,
            emergencies: self.emergencies,
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
        to.array(3)
            .uint(self.admitted.into())
            .uint(self.turned_back.into())
            .uint(self.emergencies.into());
    }
    fn read(from: &mut Reader<'_>) -> Read<Tally> {
        from.array_of(3)?;
        Ok(Tally {
            admitted: from.small()?,
            turned_back: from.small()?,
            emergencies: from.small()?,
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
        let mut tally = Tally::default();
        tally.add(Outcome::Crossed, true);
        tally.add(Outcome::TurnedBack, false);
        tally.add(Outcome::TakenInCharge, false);
        assert_eq!((tally.admitted, tally.turned_back), (1, 1));
        assert_eq!(tally.emergencies, 1);
        assert_eq!(Tally::from_cbor(&tally.to_cbor()), Ok(tally));
        for _ in 0..2 {
            tally.remove(Outcome::Crossed, true);
        }
        assert_eq!((tally.admitted, tally.emergencies), (0, 0));
    }
}
