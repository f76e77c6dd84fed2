//! Somebody is told of what was decided about them (PUB-2), in the transaction that decides it.
//! Whatever plans the same thing twice tells it once: the id of a message follows from what it is
//! about.

use crate::message::{Message, Place, Tel};
use crate::ops::send_message::{Addressee, NewMessage, plan_message};
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::id::{AreaId, PersonId};
use gatehouse_store::application::ApplicationRow;
use gatehouse_store::visit::VisitRow;
use gatehouse_store::{ReadTx, Shard, StoreError, Tx};
use sha2::{Digest, Sha256};

/// Whom to ask about a compound's or village's matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// The office's place as the gate's screen names it, else the name of the community.
    pub office: Place,
    /// The gate, where somebody waits.
    pub gate: Place,
    /// The office's telephone, else the gate's.
    pub phone: Tel,
}

/// Who is told, about what.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// County.
    pub shard: Shard,
    /// Compound or village whose matter it is.
    pub area: AreaId,
    /// Whom.
    pub person: PersonId,
    /// Id of the thing that the message is about.
    pub about: &'a [u8; 16],
    /// Now, milliseconds UTC.
    pub at: i64,
}

impl<'a> Told<'a> {
    /// Somebody is told about an application.
    pub fn of_application(row: &'a ApplicationRow, person: PersonId, at: i64) -> Told<'a> {
        Told {
            shard: row.shard,
            area: row.area,
            person,
            about: &row.application.0,
            at,
        }
    }
}

/// Whom an application is for, or else whoever asked, is told about it; a vehicle is told nothing.
///
/// # Errors
/// The database's.
pub fn tell_applicant(
    tx: &Tx<'_>,
    row: &ApplicationRow,
    at: i64,
    message: impl FnOnce(Contact) -> Message,
) -> Result<(), StoreError> {
    let holder = row.holder.filter(|_| row.kind != "vehicle");
    match holder.or(row.asked_by) {
        Some(person) => tell_person(tx, Told::of_application(row, person, at), message),
        None => Ok(()),
    }
}

/// Tells somebody something, once for each thing and kind of message; by the record that is kept
/// of them. Nobody is told anything who died. Where there is no telephone to ask at yet, nothing
/// is sent: every text ends with one. In Chinese: the ledger does
/// not say who reads another language, and the person's page shows both.
///
/// # Errors
/// The database's.
pub fn tell_person(
    tx: &Tx<'_>,
    told: Told<'_>,
    message: impl FnOnce(Contact) -> Message,
) -> Result<(), StoreError> {
    let person = tx.kept_record(told.shard, told.person)?;
    let known = tx.person(told.shard, person)?;
    let contact = contact(tx, told.shard, told.area)?;
    if contact.phone.text().is_empty() || known.is_some_and(|row| row.state == "died") {
        return Ok(());
    }
    let message = message(contact);
    let new = NewMessage {
        id: id_of(message.kind(), told.about, person),
        shard: told.shard,
        area: told.area,
        to: Addressee::Person(person),
        lang: Lang::Zh,
        message,
    };
    plan_message(tx, &new, told.at).map(|_| ())
}

/// Most answers of which a visitor is told: a household that changes its mind does not ring all
/// day.
const ANSWERS_MOST: usize = 3;

/// Tells a visitor who registered at the gate what the household said, once for each time that it
/// said otherwise, in the language of the page that they filled in.
///
/// # Errors
/// The database's.
pub fn tell_visitor(
    tx: &Tx<'_>,
    visit: &VisitRow,
    is_yes: bool,
    at: i64,
) -> Result<(), StoreError> {
    let contact = contact(tx, visit.shard, visit.area)?;
    let to = Addressee::Visitor(visit.visit);
    let before = tx.messages_of_person(visit.shard, to.key(), 50)?.len();
    if contact.phone.text().is_empty() || before >= ANSWERS_MOST {
        return Ok(());
    }
    let (gate, phone) = (contact.gate, contact.phone);
    let message = match is_yes {
        true => Message::VisitAgreed { gate, phone },
        false => Message::VisitDeclined { gate, phone },
    };
    let nth = PersonId([u8::try_from(before).unwrap_or(u8::MAX); 16]);
    let new = NewMessage {
        id: id_of(message.kind(), &visit.visit, nth),
        shard: visit.shard,
        area: visit.area,
        to,
        lang: match visit.language.as_str() {
            "en" => Lang::En,
            _ => Lang::Zh,
        },
        message,
    };
    plan_message(tx, &new, at).map(|_| ())
}

/// Whom to ask at a compound or village.
///
/// # Errors
/// The database's.
pub fn contact(tx: &ReadTx<'_>, shard: Shard, area: AreaId) -> Result<Contact, StoreError> {
    let path = tx.area_path(area)?;
    let name = |back: usize| {
        let area = path.len().checked_sub(back).and_then(|at| path.get(at));
        area.map(|area| area.name.as_str()).unwrap_or_default()
    };
    let gate = tx.gates_of_area(shard, area)?.into_iter().next();
    let place = match &gate {
        Some(gate) => Some(tx.gate_place(shard, gate.gate)?),
        None => None,
    };
    let first = |texts: &[&str]| {
        let found = texts.iter().find(|text| !text.is_empty());
        found.copied().unwrap_or_default().to_owned()
    };
    let (office, phone) = place
        .map(|place| (place.office_place, place.office_phone))
        .unwrap_or_default();
    let (gate, gate_phone) = gate.map(|gate| (gate.name, gate.phone)).unwrap_or_default();
    Ok(Contact {
        office: Place::new(&first(&[&office, name(2), name(1)])),
        gate: Place::new(&first(&[&gate, name(1)])),
        phone: Tel::new(&first(&[&phone, &gate_phone])),
    })
}

fn id_of(kind: &str, about: &[u8; 16], person: PersonId) -> [u8; 16] {
    let mut hash = Sha256::new();
    hash.update(kind.as_bytes());
    hash.update([0]);
    hash.update(about);
    hash.update(person.0);
    let mut id = [0; 16];
    id.copy_from_slice(&hash.finalize()[..16]);
    id
}
