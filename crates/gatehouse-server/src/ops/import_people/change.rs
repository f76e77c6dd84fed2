//! Takes the sheet's values for somebody whom the register has with others, because a person
//! chose to. What it says nothing of stays; the earlier values are kept sealed for taking back.

use super::file::key_of;
use super::row::RowPerson;
use super::{Desk, ImportError, Keys};
use crate::auth::role::{Permission, Role};
use gatehouse_core::id::{OrganisationId, PersonId, StaffId};
use gatehouse_core::moment::CivilDay;
use gatehouse_core::person::search::terms_of;
use gatehouse_core::person::{
    Document, DocumentKind, Email, GateName, Person, PersonName, PersonParts, Phone, Sex,
};
use gatehouse_store::import_row::ImportedRow;
use gatehouse_store::import_run::ImportRunRow;
use gatehouse_store::membership::MembershipRow;
use gatehouse_store::person::{PersonField, PersonPlain, PersonRow};
use gatehouse_store::person_view::Viewer;
use gatehouse_store::{Chance, ImportKey, Shard, StoreError, Tx};
use serde::{Deserialize, Serialize};

/// What somebody's values are opened for.
const PURPOSE: &str = "import";

/// Earlier values of somebody who was changed.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Before {
    masked: Option<String>,
    name: Option<String>,
    birth_on: Option<String>,
    document: Option<(String, String)>,
    phone: Option<String>,
    email: Option<String>,
    employer: Option<String>,
    note: Option<String>,
    sex: String,
    birth_year: Option<i64>,
}

/// A closure that changes people within a transaction.
pub(super) type Change = Box<dyn Fn(&Tx<'_>) -> Result<(), StoreError> + Send>;

/// Prepares the change of people: row, who, what the sheet says.
pub(super) fn change_person(
    desk: &Desk,
    run: &ImportRunRow,
    people: Vec<(u32, PersonId, RowPerson)>,
) -> Result<Change, ImportError> {
    if people.is_empty() {
        return Ok(Box::new(|_| Ok(())));
    }
    let key = key_of(desk, run)?;
    let keys = desk.keys.clone();
    let chance = Chance::new(desk.world.bytes());
    let (shard, id, at) = (run.shard, run.run, desk.world.now_millis());
    let run = run.clone();
    Ok(Box::new(move |tx| {
        let office = office_of(tx, &run)?;
        for (part, (number, person, said)) in (0..).zip(&people) {
            let chance = chance.part(part);
            let viewer = viewer((run.made_by, office), at, &chance);
            let Some(found) = open(tx, &keys, shard, *person, &viewer)? else {
                continue;
            };
            let (row, plain) = found;
            let before = before_of(&row, &plain);
            let text = serde_json::to_vec(&before).map_err(|_| StoreError::Panicked)?;
            let sealed = key.seal("before", u64::from(*number), &text, &chance.part(1));
            let kept = merge(plain, said);
            let sex = match said.person.sex() {
                Sex::Unknown => row.sex.clone(),
                said => said.code().to_owned(),
            };
            let changed = PersonRow { sex, ..row.clone() };
            write(tx, &keys, changed, kept, &chance.part(2))?;
            let household = row
                .household
                .unwrap_or(gatehouse_core::id::HouseholdId([0; 16]));
            tx.insert_imported_row(
                shard,
                &id,
                &ImportedRow {
                    row_number: i64::from(*number),
                    act: "changed".to_owned(),
                    person: *person,
                    household,
                    door_added: false,
                    version: row.version + 2,
                    before_sealed: Some(sealed),
                    left_why: None,
                },
            )?;
        }
        Ok(())
    }))
}

/// Gives somebody back the values from before, if nobody changed them since. Says whether.
pub(super) fn restore(
    tx: &Tx<'_>,
    keys: &Keys,
    key: &ImportKey,
    shard: Shard,
    row: &ImportedRow,
    (office, at, chance): (Option<OrganisationId>, i64, &Chance),
) -> Result<bool, StoreError> {
    let number = u64::try_from(row.row_number).unwrap_or(0);
    let Some(sealed) = &row.before_sealed else {
        return Ok(false);
    };
    let text = key.open("before", number, sealed)?;
    let before: Before =
        serde_json::from_slice(&text).map_err(|_| StoreError::Sealed("not what was sealed"))?;
    let viewer = viewer((None, office), at, chance);
    let Some((kept, plain)) = open(tx, keys, shard, row.person, &viewer)? else {
        return Ok(false);
    };
    if kept.version != row.version {
        return Ok(false);
    }
    let (sex, birth_year) = (before.sex.clone(), before.birth_year);
    let plain = PersonPlain {
        masked: before.masked,
        name: before.name,
        birth_on: before.birth_on.and_then(|day| CivilDay::parse(&day)),
        document: before.document,
        phone: before.phone,
        employer: before.employer,
        photo: plain.photo,
        note: before.note,
        email: before.email,
    };
    write(
        tx,
        keys,
        PersonRow {
            sex,
            birth_year,
            ..kept
        },
        plain,
        chance,
    )?;
    Ok(true)
}

/// The office for which the sheet was brought: what the people of it are told (SCOPE-5).
pub(super) fn office_of(
    tx: &Tx<'_>,
    run: &ImportRunRow,
) -> Result<Option<OrganisationId>, StoreError> {
    let Some(staff) = run.made_by else {
        return Ok(None);
    };
    let path = tx.area_path(run.area)?;
    let imports = |row: &MembershipRow| {
        let role = Role::named(&row.role);
        role.is_some_and(|role| role.may(Permission::ImportPeople))
            && path.iter().any(|area| area.area == row.area)
    };
    let held = tx.memberships_of_staff(staff)?;
    Ok(held.into_iter().find(imports).map(|row| row.organisation))
}

fn viewer(
    (staff, organisation): (Option<StaffId>, Option<OrganisationId>),
    at: i64,
    chance: &Chance,
) -> Viewer {
    Viewer {
        staff,
        organisation,
        purpose: PURPOSE.to_owned(),
        at,
        salt: chance.sixteen("view"),
    }
}

fn open(
    tx: &Tx<'_>,
    keys: &Keys,
    shard: Shard,
    person: PersonId,
    viewer: &Viewer,
) -> Result<Option<(PersonRow, PersonPlain)>, StoreError> {
    let Some(row) = tx.person(shard, person)? else {
        return Ok(None);
    };
    let plain = tx.reveal(keys.vault(), shard, person, &PersonField::ALL, viewer)?;
    Ok(plain.map(|plain| (row, plain)))
}

fn before_of(row: &PersonRow, plain: &PersonPlain) -> Before {
    Before {
        masked: plain.masked.clone(),
        name: plain.name.clone(),
        birth_on: plain.birth_on.map(CivilDay::to_text),
        document: plain.document.clone(),
        phone: plain.phone.clone(),
        email: plain.email.clone(),
        employer: plain.employer.clone(),
        note: plain.note.clone(),
        sex: row.sex.clone(),
        birth_year: row.birth_year,
    }
}

/// What was kept, with what the sheet says over it.
fn merge(kept: PersonPlain, said: &RowPerson) -> PersonPlain {
    let of = &said.person;
    let document = of.document();
    let said_document = document.map(|d| (d.kind().code().to_owned(), d.reveal_text().to_owned()));
    PersonPlain {
        masked: Some(GateName::of(of.name()).to_stored()),
        name: Some(of.name().reveal_text().to_owned()),
        birth_on: of.birth_on().or(kept.birth_on),
        document: said_document.or(kept.document),
        phone: of
            .phone()
            .map(|phone| phone.reveal_text().to_owned())
            .or(kept.phone),
        employer: kept.employer,
        photo: kept.photo,
        note: said.care.clone().or(kept.note),
        email: of
            .email()
            .map(|email| email.reveal_text().to_owned())
            .or(kept.email),
    }
}

fn write(
    tx: &Tx<'_>,
    keys: &Keys,
    row: PersonRow,
    plain: PersonPlain,
    chance: &Chance,
) -> Result<(), StoreError> {
    let name = plain.name.as_deref().and_then(PersonName::from_stored);
    let name = name.ok_or(StoreError::Sealed("a person without a name"))?;
    let document = plain
        .document
        .as_ref()
        .and_then(|(kind, number)| Document::from_stored(DocumentKind::from_code(kind)?, number));
    let person = Person::from_kept(PersonParts {
        name,
        sex: Sex::parse(&row.sex).unwrap_or_default(),
        birth_on: plain.birth_on,
        document,
        phone: plain.phone.as_deref().and_then(Phone::from_stored),
        email: plain.email.as_deref().and_then(Email::from_stored),
        employment: None,
    });
    let row = PersonRow {
        birth_year: plain
            .birth_on
            .map(|day| i64::from(day.date().year))
            .or(row.birth_year),
        ..row
    };
    let initial = |c: char| crate::pinyin::initial(c);
    let terms = terms_of(&person, Some(&initial));
    tx.update_person(&row)?;
    let row = PersonRow {
        version: row.version + 1,
        ..row
    };
    tx.replace_person_plain(keys.vault(), &row, &plain, &terms, chance)
}
