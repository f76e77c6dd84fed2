//! Somebody applies for a pass: for themselves, a family member, a tenant; or a grid worker does
//! it in the household's name (PASS-3, SELF-1). What the ledger knows is not asked again.

pub(super) mod known_already;
mod whose_yes;

use self::known_already::{in_ledger, may_hold, waiting_under};
use self::whose_yes::{landlord_of, wants_yes};
use crate::app::App;
use crate::error::OpError;
use crate::ops::answer_landlord::ask_landlord;
use crate::ops::apply_for_helper::{helper_subject, vehicle_subject};
use crate::ops::check_draft::check_draft;
use crate::ops::hold_gate::keyring;
use crate::ops::keep_helpers::{HelperAsked, helper_wanted};
use crate::ops::make_pass::{PassWish, valid_pass};
use crate::ops::pass_rules::{Source, missing, word_of};
use gatehouse_core::complaint::Complaint;
use gatehouse_core::id::{
    ApplicationId, AreaId, HouseholdId, PassId, PersonId, StaffId, VehicleId,
};
use gatehouse_core::moment::Moment;
use gatehouse_core::pass::PassKind;
use gatehouse_core::person::search::terms_of;
use gatehouse_core::person::{GateName, Person, PersonDraft, WorkerClass};
use gatehouse_store::application::{ApplicationRow, Landlord};
use gatehouse_store::audit::AuditNote;
use gatehouse_store::household::HouseholdRow;
use gatehouse_store::person::PersonPlain;
use gatehouse_store::{Chance, Lane, Shard, StoreError, Tx, Vault};
use std::sync::Arc;

/// Largest picture, in bytes: a card needs 300 × 400 points.
pub const PHOTO_BYTES_MOST: usize = 200 << 10;

/// Applications of one person in a day after which no further stranger is taken in, so that
/// nobody fills the office's queue (local choice).
const A_DAY_MOST: i64 = 10;
const DAY_MILLIS: i64 = 86_400_000;
/// Most that wait for one person or home and are looked at.
const WAITING_READ: u32 = 500;

/// What is applied for, by whom, for whom.
#[derive(Clone, Debug)]
pub struct Application {
    /// Made when the form was made, so that a double click applies once.
    pub id: ApplicationId,
    /// Where the holder lives, or for whom they come.
    pub household: HouseholdId,
    /// What for.
    pub kind: PassKind,
    /// Who asks.
    pub source: Source,
    /// The person who asks; `None` where staff write it down.
    pub asked_by: Option<PersonId>,
    /// Who writes it down on somebody's behalf.
    pub asked_staff: Option<StaffId>,
    /// Whom it is for.
    pub holder: Applicant,
    /// A picture, or that there shall be none.
    pub photo: Photo,
    /// How the pass reaches its holder, a word of `pass_rules::DELIVERIES`.
    pub delivery: &'static str,
}

/// Whom a pass is for.
#[derive(Clone, Debug)]
pub enum Applicant {
    /// Somebody of the ledger.
    Person(PersonId),
    /// Somebody who is not in the ledger yet.
    New {
        /// As typed.
        draft: PersonDraft,
        /// `permanent`, `tenant`, `lodger`; `None` for whoever only comes by.
        basis: Option<&'static str>,
        /// Whose tenant or guest, where that is known.
        landlord: Option<PersonId>,
        /// Of an exempt worker.
        worker_class: Option<WorkerClass>,
    },
    /// A carer or cleaner who is to come again and again.
    Helper {
        /// As typed.
        draft: PersonDraft,
        /// What the household wants of them, and how it said so.
        asked: HelperAsked,
    },
    /// A vehicle of the household.
    Vehicle(VehicleId),
    /// Whoever of the household goes shopping, or whoever the slip is for.
    Household,
}

/// A picture for the card.
#[derive(Clone, PartialEq, Eq)]
pub enum Photo {
    /// None yet.
    Missing,
    /// A JPEG or PNG that its subject agreed to.
    Given(Vec<u8>),
    /// Its subject wants none.
    Declined,
}

// A picture is personal.
impl std::fmt::Debug for Photo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

impl Photo {
    /// As it stands in the database.
    pub const fn word(&self) -> &'static str {
        match self {
            Photo::Missing => "missing",
            Photo::Given(_) => "good",
            Photo::Declined => "declined",
        }
    }

    /// Bytes of a picture as a browser sends them; `None` for what is no picture, or too large.
    pub fn read(bytes: &[u8]) -> Option<Photo> {
        let is_picture = bytes.starts_with(&[0xff, 0xd8, 0xff])
            || bytes.starts_with(&[0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a]);
        (is_picture && bytes.len() <= PHOTO_BYTES_MOST).then(|| Photo::Given(bytes.to_vec()))
    }
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Applied {
    /// It waits; what it lacks, words with blanks between.
    Waits(String),
    /// There is a valid pass of the kind.
    HasOne(PassId),
    /// Another application for the same waits already.
    WaitsAlready(ApplicationId),
    /// What was typed cannot be taken; a field and why each.
    Complaints(Vec<Complaint>),
    /// Key of the sentence that says why this is not for them.
    NotForThem(&'static str),
    /// Whoever asks has asked for as many strangers as the office is asked to look at.
    TooMany,
}

/// Takes an application in. `within` is the area that the caller may speak for.
///
/// # Errors
/// [`OpError::NotFound`] for a household that is not there or not in the area, or an id that
/// stands for something else.
pub async fn apply_for_pass(
    app: &App,
    shard: Shard,
    within: AreaId,
    offset_minutes: i16,
    application: Application,
) -> Result<Applied, OpError> {
    let now = Moment::new(app.world.now_millis(), offset_minutes);
    let keys = keyring(app)?;
    let checked = match &application.holder {
        Applicant::New { draft, .. } | Applicant::Helper { draft, .. } => {
            match check_draft(draft, now.day(), keys.phones()) {
                Ok(person) => Some(person),
                Err(complaints) => return Ok(Applied::Complaints(complaints)),
            }
        }
        _ => None,
    };
    let asked = Asked {
        shard,
        within,
        now,
        application,
        checked,
        chance: Chance::new(app.world.bytes()),
    };
    let asked = Arc::new(asked);
    app.store
        .try_write(Lane::People, move |tx| take_in(tx, &keys.vault, &asked))
        .await
}

struct Asked {
    shard: Shard,
    within: AreaId,
    now: Moment,
    application: Application,
    checked: Option<Person>,
    chance: Chance,
}

/// What the ledger or the form says of whom it is for.
#[derive(Default)]
pub(super) struct Subject {
    pub(super) holder: Option<PersonId>,
    pub(super) basis: Option<String>,
    pub(super) sex: String,
    pub(super) birth_year: Option<i64>,
    pub(super) worker_class: Option<String>,
    pub(super) has_document: bool,
    pub(super) has_photo: bool,
    pub(super) landlord: Landlord,
}

fn take_in(tx: &Tx<'_>, vault: &Vault, asked: &Asked) -> Result<Applied, OpError> {
    let (shard, wanted) = (asked.shard, &asked.application);
    let home = tx.household(shard, wanted.household)?;
    let home = home.filter(|home| home.holds_on(asked.now.day()));
    let home = home.ok_or(OpError::NotFound)?;
    let path = tx.area_path(home.area)?;
    if !path.iter().any(|area| area.area == asked.within) {
        return Err(OpError::NotFound);
    }
    if let Some(row) = tx.application(shard, wanted.id)? {
        // Sent twice; what else has this id is nothing that its sender made.
        let same = row.household == wanted.household && row.kind == word_of(wanted.kind);
        return same
            .then_some(Applied::Waits(row.missing))
            .ok_or(OpError::NotFound);
    }
    let subject = match &wanted.holder {
        Applicant::Person(person) => known(tx, asked, &home, *person)?,
        Applicant::New { .. } => new(tx, vault, asked)?,
        Applicant::Helper { .. } => match &asked.checked {
            Some(person) => {
                let since = asked.now.millis - DAY_MILLIS;
                helper_subject(tx, vault, shard, wanted, (person, since))?
            }
            None => Err(Applied::NotForThem("passes-needs-person")),
        },
        Applicant::Vehicle(vehicle) => vehicle_subject(tx, shard, wanted, *vehicle)?,
        Applicant::Household => match wanted.kind {
            PassKind::Errand | PassKind::Slip => Ok(Subject::default()),
            _ => Err(Applied::NotForThem("passes-needs-person")),
        },
    };
    let subject = match subject {
        Ok(subject) => subject,
        Err(applied) => return Ok(applied),
    };
    if let Some(applied) = twice(tx, vault, asked, (home.area, &subject))? {
        return Ok(applied);
    }
    let row = row_of(asked, &home, subject);
    tx.insert_application(&row)?;
    if row.holder.is_none() || asked.checked.is_none() {
        keep_draft(tx, vault, asked)?;
    }
    if let Applicant::Helper { asked: helper, .. } = &wanted.holder {
        helper_wanted(tx, &row, helper)?;
    }
    tx.append_audit(&AuditNote {
        shard,
        at: asked.now.millis,
        kind: "application.apply",
        actor: wanted.asked_staff,
        commitment: None,
        body: format!("{} {}", row.application, row.kind).as_bytes(),
    })?;
    tx.note_change(shard, "pass", asked.now.millis)?;
    ask_landlord(tx, &row, asked.now.millis)?;
    Ok(Applied::Waits(row.missing))
}

/// Somebody of the ledger, if the pass is one that they can hold.
fn known(
    tx: &Tx<'_>,
    asked: &Asked,
    home: &HouseholdRow,
    person: PersonId,
) -> Result<Result<Subject, Applied>, StoreError> {
    let (shard, wanted) = (asked.shard, &asked.application);
    let row = tx.person(shard, person)?;
    let Some(row) = row.filter(|row| row.state == "active") else {
        return Ok(Err(Applied::NotForThem("passes-not-here")));
    };
    // A helper's pass is asked for with the household's word.
    let is_helper = wanted.kind == PassKind::Helper;
    if is_helper || !may_hold(&row, wanted.kind, home.household) {
        return Ok(Err(Applied::NotForThem("passes-other-kind")));
    }
    let (has_document, has_photo) = tx.person_has(shard, person)?;
    Ok(Ok(Subject {
        holder: Some(person),
        worker_class: row.worker_class.clone(),
        has_document,
        has_photo,
        landlord: landlord_of(tx, asked, &row)?,
        ..Subject::default()
    }))
}

/// Somebody who is not in the ledger yet.
fn new(tx: &Tx<'_>, vault: &Vault, asked: &Asked) -> Result<Result<Subject, Applied>, StoreError> {
    let wanted = &asked.application;
    let (
        Applicant::New {
            basis,
            landlord,
            worker_class,
            ..
        },
        Some(person),
    ) = (&wanted.holder, &asked.checked)
    else {
        return Ok(Err(Applied::NotForThem("passes-needs-person")));
    };
    let fits = match wanted.kind {
        PassKind::Resident => *basis == Some("permanent"),
        PassKind::TemporaryResident => matches!(*basis, Some("tenant" | "lodger")),
        PassKind::Worker => basis.is_none() && worker_class.is_some(),
        PassKind::Visitor => basis.is_none(),
        _ => false,
    };
    if !fits {
        return Ok(Err(Applied::NotForThem("passes-other-kind")));
    }
    // Whoever stands in the ledger under this document is chosen there, not typed again. A
    // resident's page does not tell who does: it takes it in, and the office sees it.
    let is_desk = wanted.asked_staff.is_some();
    let asker = wanted.asked_by.filter(|_| !is_desk);
    if let Some(asker) = asker
        && tx.count_asked_since(asked.shard, asker, asked.now.millis - DAY_MILLIS)? >= A_DAY_MOST
    {
        return Ok(Err(Applied::TooMany));
    }
    if is_desk && !in_ledger(tx, vault, asked.shard, person.document())?.is_empty() {
        return Ok(Err(Applied::NotForThem("passes-in-ledger")));
    }
    let yes = match wanted.kind {
        PassKind::TemporaryResident => wants_yes(asked, *landlord),
        _ => Landlord::default(),
    };
    Ok(Ok(Subject {
        holder: None,
        basis: basis.map(str::to_owned),
        sex: person.sex().code().to_owned(),
        birth_year: person.birth_year().map(i64::from),
        worker_class: worker_class.map(|class| class.code().to_owned()),
        has_document: person.document().is_some(),
        has_photo: false,
        landlord: yes,
    }))
}

/// A valid pass, or another application that waits, for the same person and kind.
fn twice(
    tx: &Tx<'_>,
    vault: &Vault,
    asked: &Asked,
    (area, subject): (AreaId, &Subject),
) -> Result<Option<Applied>, StoreError> {
    let (shard, wanted) = (asked.shard, &asked.application);
    let kind = word_of(wanted.kind);
    let wish = PassWish {
        pass: PassId([0; 16]),
        kind: wanted.kind,
        area: asked.within,
        household: Some(wanted.household),
        holder: subject.holder.map(|person| person.0),
        worker_class: None,
        hint: None,
        why: "application",
    };
    if let Some(row) = valid_pass(tx, shard, &wish, asked.now.millis)? {
        return Ok(Some(Applied::HasOne(row.pass)));
    }
    let others = match subject.holder {
        Some(person) => tx.waiting_of_holder(shard, person, WAITING_READ)?,
        None if wanted.kind == PassKind::Errand => {
            tx.waiting_of_household(shard, wanted.household, WAITING_READ)?
        }
        None => {
            let document = asked.checked.as_ref().and_then(Person::document);
            let mut others = waiting_under(tx, vault, (shard, area), document)?;
            // What others asked for is nothing that a resident's page tells.
            let is_desk = wanted.asked_staff.is_some();
            others.retain(|row| is_desk || row.asked_by == wanted.asked_by);
            others
        }
    };
    let is_there =
        |row: &ApplicationRow| wanted.kind != PassKind::Helper || row.household == wanted.household;
    let same = |row: &&ApplicationRow| row.kind == kind && is_there(row);
    let waits = others.iter().find(same);
    Ok(waits.map(|row| Applied::WaitsAlready(row.application)))
}

fn row_of(asked: &Asked, home: &HouseholdRow, subject: Subject) -> ApplicationRow {
    let wanted = &asked.application;
    let photo = match &wanted.photo {
        Photo::Missing if subject.has_photo => "good",
        photo => photo.word(),
    };
    let mut row = ApplicationRow {
        shard: asked.shard,
        application: wanted.id,
        area: home.area,
        household: wanted.household,
        kind: word_of(wanted.kind),
        source: wanted.source.word().to_owned(),
        asked_by: wanted.asked_by,
        asked_staff: wanted.asked_staff,
        holder: subject.holder,
        basis: subject.basis,
        sex: subject.sex,
        birth_year: subject.birth_year,
        worker_class: subject.worker_class,
        has_document: subject.has_document,
        photo: photo.to_owned(),
        landlord: subject.landlord,
        missing: String::new(),
        delivery: wanted.delivery.to_owned(),
        state: "waiting".to_owned(),
        reason: None,
        decided_at: None,
        decided_by: None,
        pass: None,
        applied_at: asked.now.millis,
        version: 1,
    };
    row.missing = missing(&row);
    row
}

/// Seals what was typed, and a picture that was handed in.
fn keep_draft(tx: &Tx<'_>, vault: &Vault, asked: &Asked) -> Result<(), StoreError> {
    let wanted = &asked.application;
    let photo = match &wanted.photo {
        Photo::Given(bytes) => Some(bytes.clone()),
        Photo::Missing | Photo::Declined => None,
    };
    let (plain, terms) = match &asked.checked {
        Some(person) => {
            let pinyin = |c: char| crate::pinyin::initial(c);
            (plain_of(person, photo), terms_of(person, Some(&pinyin)))
        }
        None if photo.is_some() => {
            let plain = PersonPlain {
                photo,
                ..PersonPlain::default()
            };
            (plain, Vec::new())
        }
        None => return Ok(()),
    };
    tx.set_application_draft(vault, asked.shard, wanted.id, &plain, &terms, &asked.chance)
}

fn plain_of(person: &Person, photo: Option<Vec<u8>>) -> PersonPlain {
    let document = person.document();
    PersonPlain {
        masked: Some(GateName::of(person.name()).to_stored()),
        name: Some(person.name().reveal_text().to_owned()),
        birth_on: person.birth_on(),
        document: document.map(|d| (d.kind().code().to_owned(), d.reveal_text().to_owned())),
        phone: person.phone().map(|phone| phone.reveal_text().to_owned()),
        employer: person.employment().map(|e| e.employer().to_owned()),
        photo,
        note: None,
        email: person.email().map(|email| email.reveal_text().to_owned()),
    }
}
