//! A visitor registers from the gate's poster: name, telephone, whom they visit, what for. No ID
//! number, nothing about health. Whether the door is one of ours is not said.

use super::door::{self, TypedDoor};
use crate::app::App;
use crate::error::OpError;
use crate::message::Message;
use crate::ops::area_of_gate::area_of_gate;
use crate::ops::hold_gate::keyring;
use crate::ops::tell_person::{Told, tell_person};
use gatehouse_core::complaint::ComplaintCode;
use gatehouse_core::id::GateId;
use gatehouse_core::moment::Moment;
use gatehouse_core::person::Phone;
use gatehouse_core::text::clean_line;
use gatehouse_store::visit::{VisitPlain, VisitRow};
use gatehouse_store::{Chance, Lane, StoreError, Tx};

/// What somebody may come for.
pub const PURPOSES: [&str; 6] = ["family", "care", "repair", "work", "delivery", "other"];
/// Longest name or door.
const TEXT_MOST: usize = 30;
/// Most visits of a gate and day: whoever wants more asks the guard.
const A_DAY_MOST: i64 = 500;
/// Most people of a home who are told of a visitor.
const TOLD_MOST: usize = 12;

/// What the form asks for.
#[derive(Clone, Debug, Default)]
pub struct NewVisit {
    /// Made with the form, so that a double click registers once.
    pub visit: [u8; 16],
    /// As they want to be called.
    pub name: String,
    /// Where they can be reached.
    pub phone: String,
    /// Whom they visit.
    pub door: TypedDoor,
    /// A word of [`PURPOSES`].
    pub purpose: String,
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
    Phone::parse(&asked.phone).map_err(|code| Refusal::Field("phone", code))?;
    let phone = line("phone", &asked.phone)?;
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
    };
    Ok(CheckedVisit {
        plain,
        door,
        purpose: asked.purpose.clone(),
    })
}

/// Everybody who lives at the door is told that a visitor waits: whoever is at home says yes.
fn tell_household(tx: &Tx<'_>, row: &VisitRow) -> Result<(), StoreError> {
    let Some(household) = row.household else {
        return Ok(());
    };
    let residents = tx.residences_of_household(row.shard, household)?;
    let residents = residents.into_iter().filter(|home| home.holds_on(row.day));
    for home in residents.take(TOLD_MOST) {
        let told = Told {
            shard: row.shard,
            area: row.area,
            person: home.person,
            about: &row.visit,
            at: row.registered_at,
        };
        tell_person(tx, told, |ask| Message::VisitorWaits {
            gate: ask.gate,
            phone: ask.phone,
        })?;
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
            registered_by: "visitor".to_owned(),
            purpose: checked.purpose.clone(),
            registered_at: now,
            answer: None,
        };
        tx.insert_visit(&keys.vault, &row, &checked.plain, &chance)?;
        tell_household(tx, &row)?;
        Ok::<_, StoreError>(Ok(number))
    };
    Ok(app.store.write(Lane::People, register).await?)
}
