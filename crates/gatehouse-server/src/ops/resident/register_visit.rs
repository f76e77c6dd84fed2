//! A visitor registers from the gate's poster: name, telephone, whom they visit, what for. No ID
//! number, nothing about health. Whether the door is one of ours, and whether whom they name lives
//! there, is not said. Nobody's name or number is opened: only who was named is told.

use super::door::{self, TypedDoor};
use crate::app::App;
use crate::error::OpError;
use crate::message::Message;
use crate::ops::area_of_gate::area_of_gate;
use crate::ops::hold_gate::keyring;
use crate::ops::note::note;
use crate::ops::tell_person::{Told, tell_person};
use gatehouse_core::complaint::ComplaintCode;
use gatehouse_core::id::{GateId, StaffId};
use gatehouse_core::moment::Moment;
use gatehouse_core::person::Phone;
use gatehouse_core::person::search::{SearchKind, terms_for_query};
use gatehouse_core::text::clean_line;
use gatehouse_store::visit::{VisitPlain, VisitRow};
use gatehouse_store::{Chance, Lane, StoreError, Tx, Vault};

/// What somebody may come for.
pub const PURPOSES: [&str; 6] = ["family", "care", "repair", "work", "delivery", "other"];
/// Longest name or door.
const TEXT_MOST: usize = 30;
/// Most visits of a gate and day: whoever wants more asks the guard.
const A_DAY_MOST: i64 = 500;
/// The visitor registered themselves, from the poster.
pub const BY_VISITOR: &str = "visitor";
/// The household said beforehand who comes.
pub const BY_HOUSEHOLD: &str = "household";
/// The guard registered somebody who has no telephone.
const BY_GUARD: &str = "guard";
/// Most visits of a home that are read to count them.
const A_DAY_READ: u32 = 100;
/// Most people of a home whose names are compared.
const COMPARED_MOST: usize = 40;
/// Most visitors of a day of whom somebody of a home is told: a stranger who knows a name and a
/// door must not ring there all day.
const TOLD_A_DAY_MOST: usize = 5;

/// Who registers a visitor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Registrar {
    /// Themselves, from the poster.
    #[default]
    Visitor,
    /// The household, beforehand.
    Household,
    /// A guard, for somebody who has no telephone.
    Guard(StaffId),
}

impl Registrar {
    /// As the row keeps it.
    pub const fn word(self) -> &'static str {
        match self {
            Registrar::Visitor => BY_VISITOR,
            Registrar::Household => BY_HOUSEHOLD,
            Registrar::Guard(_) => BY_GUARD,
        }
    }
}

/// What the form asks for.
#[derive(Clone, Debug, Default)]
pub struct NewVisit {
    /// Made with the form, so that a double click registers once.
    pub visit: [u8; 16],
    /// As they want to be called.
    pub name: String,
    /// Where they can be reached.
    pub phone: String,
    /// Which door.
    pub door: TypedDoor,
    /// Whom they visit, by the whole name; empty where they do not know it.
    pub whom: String,
    /// A word of [`PURPOSES`].
    pub purpose: String,
    /// `zh`, `en`: in which they are answered.
    pub language: String,
    /// Who registers.
    pub by: Registrar,
}

/// A field that was not taken, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Against a rule of core's.
    Field(&'static str, ComplaintCode),
    /// The gate has had too many today.
    Full,
}

/// A visit whose fields are in order.
pub struct CheckedVisit {
    /// Sealed with the row.
    pub plain: VisitPlain,
    /// The door as typed.
    pub door: TypedDoor,
    /// A word of [`PURPOSES`].
    pub purpose: String,
}

/// Checks the fields.
pub fn check(asked: &NewVisit) -> Result<CheckedVisit, Refusal> {
    let line =
        |field, text: &str| clean_line(text, TEXT_MOST).map_err(|code| Refusal::Field(field, code));
    let name = line("name", &asked.name)?;
    let phone = match (asked.phone.trim(), asked.by) {
        // Whoever stands before the guard needs none.
        ("", Registrar::Guard(_)) => String::new(),
        (typed, _) => {
            Phone::parse(typed).map_err(|code| Refusal::Field("phone", code))?;
            line("phone", typed)?
        }
    };
    let room = line("room", &asked.door.room)?;
    let optional = |field, text: &str| match text.trim() {
        "" => Ok(String::new()),
        text => line(field, text),
    };
    let door = TypedDoor {
        building: optional("building", &asked.door.building)?,
        unit: optional("unit", &asked.door.unit)?,
        room,
    };
    if !PURPOSES.contains(&asked.purpose.as_str()) {
        return Err(Refusal::Field("purpose", ComplaintCode::Missing));
    }
    let plain = VisitPlain {
        name,
        phone,
        door: door.words(),
        whom: optional("whom", &asked.whom)?,
    };
    Ok(CheckedVisit {
        plain,
        door,
        purpose: asked.purpose.clone(),
    })
}

/// Whoever was named and lives at the door is told that a visitor waits. The name is compared by
/// its keyed token, so that nothing of anybody is opened here.
fn tell_named(tx: &Tx<'_>, vault: &Vault, row: &VisitRow, whom: &str) -> Result<(), StoreError> {
    let Some(household) = row.household else {
        return Ok(());
    };
    let terms = terms_for_query(whom);
    let Some(term) = terms.iter().find(|term| term.kind == SearchKind::FullName) else {
        return Ok(());
    };
    let today = tx.visits_of_household(row.shard, household, row.day, A_DAY_READ)?;
    let by_visitors = today
        .iter()
        .filter(|visit| visit.registered_by == BY_VISITOR);
    if by_visitors.filter(|visit| visit.day == row.day).count() > TOLD_A_DAY_MOST {
        return Ok(());
    }
    let token = vault.token(&term.reveal_bytes());
    let residents = tx.residences_of_household(row.shard, household)?;
    let residents = residents.into_iter().filter(|home| home.holds_on(row.day));
    for home in residents.take(COMPARED_MOST) {
        if !tx
            .tokens_of_person(row.shard, home.person)?
            .contains(&token)
        {
            continue;
        }
        let told = Told {
            shard: row.shard,
            area: row.area,
            person: home.person,
            about: &row.visit,
            at: row.registered_at,
        };
        return tell_person(tx, told, |ask| Message::VisitorWaits {
            gate: ask.gate,
            phone: ask.phone,
        });
    }
    Ok(())
}

/// Takes it in; the number that is said at the gate.
///
/// # Errors
/// Not found where there is no such gate.
pub async fn register_visit(
    app: &App,
    gate: GateId,
    asked: NewVisit,
) -> Result<Result<i64, Refusal>, OpError> {
    let scope = area_of_gate(app, gate).await?;
    let checked = match check(&asked) {
        Ok(checked) => checked,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let keys = keyring(app)?;
    let now = app.world.now_millis();
    let day = Moment::new(now, scope.offset_minutes).day();
    let chance = Chance::new(app.world.bytes());
    let area = *scope.path.last().ok_or(OpError::NotFound)?;
    let shard = scope.shard;
    let register = move |tx: &Tx<'_>| {
        if let Some(known) = tx.visit(shard, asked.visit)? {
            return Ok(Ok(known.number));
        }
        let number = tx.next_visit_number(shard, gate, day)?;
        if number > A_DAY_MOST {
            return Ok(Err(Refusal::Full));
        }
        let row = VisitRow {
            shard,
            visit: asked.visit,
            gate,
            area,
            number,
            day,
            household: door::find(tx, shard, area, &checked.door)?,
            registered_by: asked.by.word().to_owned(),
            purpose: checked.purpose.clone(),
            registered_at: now,
            language: asked.language.clone(),
            answer: None,
        };
        tx.insert_visit(&keys.vault, &row, &checked.plain, &chance)?;
        tell_named(tx, &keys.vault, &row, &checked.plain.whom)?;
        if let Registrar::Guard(staff) = asked.by {
            note(tx, Some(shard), staff, now, "visit.register", &row.visit)?;
        }
        Ok::<_, StoreError>(Ok(number))
    };
    Ok(app.store.write(Lane::People, register).await?)
}
