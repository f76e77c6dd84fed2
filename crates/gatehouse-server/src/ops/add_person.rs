//! Adding a person to a household, with the basis on which they live there (REG-1).

use super::hold_gate::keyring;
use super::in_area::household_in;
use super::person_form::{NotSaved, PersonForm};
use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::auth::caller::Caller;
use crate::error::OpError;
use gatehouse_core::complaint::{Complaint, ComplaintCode};
use gatehouse_core::household::{AddressDraft, HouseholdDraft, MemberDraft, Residence};
use gatehouse_core::id::PersonId;
use gatehouse_core::moment::{CivilDay, Moment};
use gatehouse_core::person::search::terms_for_query;
use gatehouse_store::audit::AuditNote;
use gatehouse_store::household::{HouseholdRow, ResidenceRow};
use gatehouse_store::person::{PersonPlain, PersonRow};
use gatehouse_store::{Chance, Lane, ReadTx, Tx, Vault};
use std::sync::Arc;

/// What was sent.
#[derive(Clone)]
pub struct AddAsked {
    /// The door.
    pub household: String,
    /// Id of the person to be made: the same form sent twice makes them once.
    pub person: String,
    /// Who they are.
    pub form: PersonForm,
    /// `permanent`, `tenant`, `lodger`.
    pub basis: String,
    /// Landlord or host: whole telephone, whole number or full name.
    pub landlord: String,
    /// First day; empty is today.
    pub from_on: String,
}

impl AddAsked {
    fn basis(&self) -> Basis<'_> {
        Basis {
            word: &self.basis,
            landlord: &self.landlord,
            from_on: &self.from_on,
        }
    }
}

/// Writes person and residence.
///
/// # Errors
/// [`NotSaved`]: then nothing was written.
pub async fn add_person(
    app: &App,
    area: &AreaInScope,
    caller: &Arc<Caller>,
    asked: AddAsked,
) -> Result<(), NotSaved> {
    let keys = keyring(app)?;
    let chance = Chance::new(app.world.bytes());
    let person = PersonId::parse(&asked.person).ok_or(OpError::NotFound)?;
    let now = app.world.now_millis();
    let today = Moment::new(now, area.offset_minutes).day();
    let (area, by) = (area.clone(), caller.staff);
    let add = move |tx: &Tx<'_>| {
        let home = household_in(tx, &area, &asked.household)?;
        let shard = home.shard;
        if let Some(there) = tx.person(shard, person)? {
            // Sent twice: it was done the first time.
            let same = there.household == Some(home.household);
            return same.then_some(()).ok_or(NotSaved::Op(OpError::NotFound));
        }
        let mut row = PersonRow {
            shard,
            person,
            kind: "resident".to_owned(),
            household: Some(home.household),
            area: home.area,
            sex: String::new(),
            birth_year: None,
            worker_class: None,
            state: "active".to_owned(),
            merged_into: None,
            created_at: now,
            version: 1,
        };
        let (nothing, phones) = (PersonPlain::default(), keys.phones());
        let checked = asked.form.check(&nothing, &row, today, phones);
        let residence = residence(tx, &keys.vault, &home, person, asked.basis(), today);
        let (checked, residence) = match (checked, residence) {
            (Ok(checked), Ok(residence)) => (checked, residence),
            (checked, residence) => {
                let mut complaints = checked.err().unwrap_or_default();
                match residence {
                    Err(NotSaved::Complaints(more)) => complaints.extend(more),
                    Err(other) => return Err(other),
                    Ok(_) => {}
                }
                return Err(NotSaved::Complaints(complaints));
            }
        };
        if residence.basis != "permanent" {
            row.kind = "temporary_resident".to_owned();
        }
        row.sex = checked.sex;
        row.birth_year = checked.birth_year;
        row.worker_class = checked.worker_class;
        tx.insert_person(&keys.vault, &row, &checked.plain, &checked.terms, &chance)?;
        tx.insert_residence(&residence)?;
        tx.append_audit(&AuditNote {
            shard,
            at: now,
            kind: "person.add",
            actor: Some(by),
            commitment: None,
            body: residence.basis.as_bytes(),
        })?;
        Ok(())
    };
    app.store.try_write(Lane::People, add).await
}

/// How somebody is to live at a door.
#[derive(Clone, Copy, Debug)]
pub(super) struct Basis<'a> {
    /// `permanent`, `tenant`, `lodger`.
    pub word: &'a str,
    /// Landlord or host: whole telephone, whole number or full name.
    pub landlord: &'a str,
    /// First day; empty is today.
    pub from_on: &'a str,
}

/// The new residence, checked together with those of the household.
pub(super) fn residence(
    tx: &ReadTx<'_>,
    vault: &Vault,
    home: &HouseholdRow,
    person: PersonId,
    asked: Basis<'_>,
    today: CivilDay,
) -> Result<ResidenceRow, NotSaved> {
    let complaint = |field, code| NotSaved::Complaints(vec![Complaint::new(field, code)]);
    let from_on = match asked.from_on.trim() {
        "" => today,
        typed => CivilDay::parse(typed).ok_or(complaint("from_on", ComplaintCode::DateForm))?,
    };
    if from_on > today {
        return Err(complaint("from_on", ComplaintCode::DateInFuture));
    }
    let landlord = match asked.word {
        "tenant" | "lodger" => Some(named_person(tx, vault, home, asked.landlord)?),
        _ => None,
    };
    let basis = match (asked.word, landlord) {
        ("tenant", Some(landlord)) => Residence::Tenant { landlord },
        ("lodger", Some(host)) => Residence::Lodger { host },
        ("permanent", _) => Residence::Permanent,
        _ => return Err(complaint("basis", ComplaintCode::Missing)),
    };
    let mut members = members_of(tx, home)?;
    members.push(MemberDraft {
        person,
        residence: basis,
        from_on,
        until_on: None,
    });
    let draft = HouseholdDraft {
        compound: home.area,
        address: AddressDraft {
            building: home.building.clone(),
            unit: home.unit.clone(),
            room: home.room.clone(),
        },
        members,
    };
    let household = draft.check().map_err(|complaints| {
        // What is wrong among the members is said beside the landlord.
        let said = complaints.iter().map(|found| match found.field {
            "members" => Complaint::new("landlord", found.code),
            _ => *found,
        });
        NotSaved::Complaints(said.collect())
    })?;
    let basis = household.residence_of(person, from_on).unwrap_or(basis);
    Ok(ResidenceRow {
        shard: home.shard,
        household: home.household,
        person,
        from_on,
        until_on: None,
        basis: basis.code().to_owned(),
        landlord: basis.landlord_or_host(),
        version: 1,
    })
}

/// Who lives there now, as core checks them.
fn members_of(tx: &ReadTx<'_>, home: &HouseholdRow) -> Result<Vec<MemberDraft>, NotSaved> {
    let rows = tx.residences_of_household(home.shard, home.household)?;
    let now = rows.into_iter().filter(|row| row.until_on.is_none());
    let member = |row: ResidenceRow| MemberDraft {
        person: row.person,
        residence: match (row.basis.as_str(), row.landlord) {
            ("lodger", Some(host)) => Residence::Lodger { host },
            ("tenant", Some(landlord)) => Residence::Tenant { landlord },
            _ => Residence::Permanent,
        },
        from_on: row.from_on,
        until_on: row.until_on,
    };
    Ok(now.map(member).collect())
}

/// The one person of the compound whose telephone, number or full name was typed.
fn named_person(
    tx: &ReadTx<'_>,
    vault: &Vault,
    home: &HouseholdRow,
    typed: &str,
) -> Result<PersonId, NotSaved> {
    let complaint = |code| NotSaved::Complaints(vec![Complaint::new("landlord", code)]);
    if typed.trim().is_empty() {
        return Err(complaint(ComplaintCode::Missing));
    }
    let terms = terms_for_query(typed);
    let start = PersonId([0; 16]);
    let found = tx.found_persons(vault, home.shard, home.area, &terms, start, 2)?;
    match &found[..] {
        [one] => Ok(one.person.person),
        _ => Err(complaint(ComplaintCode::HostElsewhere)),
    }
}
