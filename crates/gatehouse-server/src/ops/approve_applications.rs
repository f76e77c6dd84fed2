//! The community approves what is complete: one application, or a batch (PASS-3). Approval makes
//! the person where they are new, and the pass, in one transaction each.

use crate::app::App;
use crate::error::OpError;
use crate::keyring::Keyring;
use crate::message::Message;
use crate::ops::answer_landlord::application_in;
use crate::ops::apply_for_pass::known_already::{Met, may_hold, person_of_draft};
use crate::ops::hold_gate::keyring;
use crate::ops::keep_helpers::helper_comes;
use crate::ops::keep_vehicles::vehicle_of;
use crate::ops::leave_household::end_home::is_lived_in;
use crate::ops::make_pass::{Desk, Made, PassWish, hint_of};
use crate::ops::pass_rules::of_word;
use crate::ops::tell_person::{Contact, tell_applicant};
use gatehouse_core::id::{ApplicationId, AreaId, PassId, PersonId, StaffId, VehicleId};
use gatehouse_core::moment::{CivilDay, Moment};
use gatehouse_core::pass::{Hint, PassKind};
use gatehouse_core::person::WorkerClass;
use gatehouse_store::application::{ApplicationLine, ApplicationRow};
use gatehouse_store::audit::AuditNote;
use gatehouse_store::household::ResidenceRow;
use gatehouse_store::person::PersonRow;
use gatehouse_store::{Chance, Lane, Shard, StoreError, Tx};
use std::sync::Arc;

/// Most applications of one request.
pub const APPROVALS_MOST: usize = 200;
/// Applications of one transaction, so that no gate waits for a batch.
const AT_ONCE: usize = 4;

/// What became of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Approval {
    /// The pass, made now or by the same request sent before.
    Approved(PassId),
    /// It lacks something, words with blanks between.
    Lacks(String),
    /// There is a valid pass of the kind.
    HasOne(PassId),
    /// Somebody else changed it or decided on it meanwhile: how it stands.
    Stale(Box<ApplicationRow>),
    /// The person left or died meanwhile, or lives at another door.
    PersonGone,
    /// Nobody lives in the home in whose name it was asked for, or the dwelling ceased.
    HomeEmpty,
    /// Whoever was typed in stands in the ledger, and such a pass is not for them there.
    InLedger(PersonId),
    /// Whoever was typed in could be one or another of the ledger.
    Unclear,
    /// No key of this installation may issue this here.
    NoIssuer,
    /// It is not there, or not in the area.
    NotThere,
}

/// One to approve, with the version that was read.
pub type Wanted = (ApplicationId, i64);

struct Ready {
    wanted: Wanted,
    pass: PassId,
    person: PersonId,
    chance: Chance,
}

/// Approves each, in order; one that cannot be approved holds up no other.
///
/// # Errors
/// Where the database cannot be written; what was approved before stays.
pub async fn approve_applications(
    app: &App,
    shard: Shard,
    within: AreaId,
    offset_minutes: i16,
    staff: StaffId,
    wanted: &[Wanted],
) -> Result<Vec<(ApplicationId, Approval)>, OpError> {
    let keys = keyring(app)?;
    let mut all = Vec::new();
    for some in wanted[..wanted.len().min(APPROVALS_MOST)].chunks(AT_ONCE) {
        let now = Moment::new(app.world.now_millis(), offset_minutes);
        let ready = some.iter().map(|wanted| Ready {
            wanted: *wanted,
            pass: PassId(app.world.id()),
            person: PersonId(app.world.id()),
            chance: Chance::new(app.world.bytes()),
        });
        let ready: Vec<Ready> = ready.collect();
        let keys = Arc::clone(&keys);
        let approve = move |tx: &Tx<'_>| {
            let mut done = Vec::new();
            for one in &ready {
                let approval = approve_one(tx, &keys, shard, within, now, staff, one)?;
                done.push((one.wanted.0, approval));
            }
            tx.note_change(shard, "pass", now.millis)?;
            Ok::<_, OpError>(done)
        };
        all.extend(app.store.try_write(Lane::People, approve).await?);
    }
    app.gates.read_anew();
    Ok(all)
}

fn approve_one(
    tx: &Tx<'_>,
    keys: &Keyring,
    shard: Shard,
    within: AreaId,
    now: Moment,
    staff: StaffId,
    ready: &Ready,
) -> Result<Approval, OpError> {
    let (application, version) = ready.wanted;
    let row = match application_in(tx, shard, within, application) {
        Err(OpError::NotFound) => return Ok(Approval::NotThere),
        found => found?,
    };
    if let Some(approval) = unready(&row, version, staff) {
        return Ok(approval);
    }
    let Some(kind) = of_word::<PassKind>(&row.kind) else {
        return Ok(Approval::NotThere);
    };
    if !is_for_somebody(tx, &row, kind, now.day())? {
        return Ok(Approval::HomeEmpty);
    }
    let line = tx.application_line(&keys.vault, shard, application)?;
    let line = line.ok_or(OpError::NotFound)?;
    let subject = subject_of(tx, keys, &row, (kind, ready.person))?;
    let holder = match subject.holder() {
        Ok(holder) => holder,
        Err(approval) => return Ok(approval),
    };
    let desk = Desk::new(tx, keys, shard, now, Some(staff));
    let mut wish = wish(ready.pass, kind, &line, holder);
    if let (PassKind::Vehicle, Some(id)) = (kind, holder) {
        let row = tx.vehicle(shard, VehicleId(id.0))?;
        wish.hint = row.map(|row| Hint::Plate(row.plate));
    }
    match desk.make(&wish)? {
        Made::HasOne(pass) => return Ok(Approval::HasOne(pass)),
        Made::NoIssuer => return Ok(Approval::NoIssuer),
        Made::Issued(_) => {}
    }
    keep_subject(&desk, &row, (kind, subject), ready)?;
    if kind == PassKind::Helper
        && let Some(person) = holder
    {
        helper_comes(tx, &row, person, ready.pass, now.millis)?;
    }
    let mut decided = row;
    decided.holder = holder;
    decided.state = "approved".to_owned();
    decided.pass = Some(ready.pass);
    decided.decided_at = Some(now.millis);
    decided.decided_by = Some(staff);
    tx.update_application(&decided)?;
    tx.append_audit(&AuditNote {
        shard,
        at: now.millis,
        kind: "application.approved",
        actor: Some(staff),
        commitment: None,
        body: format!("{application} {}", ready.pass).as_bytes(),
    })?;
    tell_applicant(
        tx,
        &decided,
        now.millis,
        |Contact { office, phone, .. }| Message::PassReady { office, phone },
    )?;
    Ok(Approval::Approved(ready.pass))
}

/// Whom a pass will be for.
#[derive(Clone, Copy)]
enum Subject {
    /// Whoever of the household.
    Nobody,
    /// Somebody of the ledger, or a vehicle.
    Known(PersonId),
    /// Somebody who was typed in and came into the ledger meanwhile, or stood there all along.
    Met(PersonId),
    /// Somebody whom the approval brings into the ledger.
    New(PersonId),
    /// They left or died meanwhile.
    Gone,
    /// They were typed in, and stand in the ledger as somebody for whom such a pass is not.
    Elsewhere(PersonId),
    /// They were typed in, and could be one or another of the ledger.
    Unclear,
}

impl Subject {
    /// Whom the pass will name, or why none is made.
    fn holder(self) -> Result<Option<PersonId>, Approval> {
        match self {
            Subject::Nobody => Ok(None),
            Subject::Known(person) | Subject::Met(person) | Subject::New(person) => {
                Ok(Some(person))
            }
            Subject::Gone => Err(Approval::PersonGone),
            Subject::Elsewhere(person) => Err(Approval::InLedger(person)),
            Subject::Unclear => Err(Approval::Unclear),
        }
    }
}

fn subject_of(
    tx: &Tx<'_>,
    keys: &Keyring,
    row: &ApplicationRow,
    (kind, new): (PassKind, PersonId),
) -> Result<Subject, StoreError> {
    let Some(person) = row.holder else {
        if !is_draft(row) {
            return Ok(Subject::Nobody);
        }
        // One person has one record, so the document is looked up before a person is made.
        return Ok(match person_of_draft(tx, &keys.vault, row)? {
            Met::Nobody => Subject::New(new),
            Met::One(met) if may_hold(&met, kind, row.household) => Subject::Met(met.person),
            Met::One(met) => Subject::Elsewhere(met.person),
            Met::Several(_) => Subject::Unclear,
        });
    };
    let is_there = match kind {
        PassKind::Vehicle => {
            vehicle_of(tx, row.shard, row.household, VehicleId(person.0))?.is_some()
        }
        _ => {
            let there = tx.person(row.shard, person)?;
            there.is_some_and(|person| {
                person.state == "active" && may_hold(&person, kind, row.household)
            })
        }
    };
    Ok(match is_there {
        true => Subject::Known(person),
        false => Subject::Gone,
    })
}

/// Whether the home is one that a pass can be made for: there are rooms, and somebody lives in
/// them or moves in with this application. A worker's pass names no home.
fn is_for_somebody(
    tx: &Tx<'_>,
    row: &ApplicationRow,
    kind: PassKind,
    today: CivilDay,
) -> Result<bool, StoreError> {
    let home = tx.household(row.shard, row.household)?;
    let is_there = home.is_some_and(|home| home.holds_on(today));
    let needs_nobody = row.basis.is_some() || kind == PassKind::Worker;
    Ok(is_there && (needs_nobody || is_lived_in(tx, row.shard, row.household)?))
}

/// Why an application cannot be approved as it stands.
fn unready(row: &ApplicationRow, version: i64, staff: StaffId) -> Option<Approval> {
    match (row.state.as_str(), row.pass) {
        ("waiting", _) if row.version != version => Some(Approval::Stale(Box::new(row.clone()))),
        ("waiting", _) if !row.missing.is_empty() => Some(Approval::Lacks(row.missing.clone())),
        ("waiting", _) => None,
        // A double click, or the back button.
        ("approved", Some(pass)) if row.decided_by == Some(staff) => Some(Approval::Approved(pass)),
        _ => Some(Approval::Stale(Box::new(row.clone()))),
    }
}

/// Whether it is for somebody who is not in the ledger yet.
fn is_draft(row: &ApplicationRow) -> bool {
    row.holder.is_none() && !row.sex.is_empty()
}

fn wish(
    pass: PassId,
    kind: PassKind,
    line: &ApplicationLine,
    holder: Option<PersonId>,
) -> PassWish {
    let row = &line.row;
    let class = row.worker_class.as_deref().and_then(WorkerClass::from_code);
    PassWish {
        pass,
        kind,
        area: row.area,
        household: (kind != PassKind::Worker).then_some(row.household),
        holder: holder.map(|person| person.0),
        worker_class: class,
        hint: hint_of(kind, line.masked.as_deref(), &line.sex, line.birth_year),
        why: "application",
    }
}

/// What was typed or handed in becomes a person's of the ledger, and the draft goes.
fn keep_subject(
    desk: &Desk<'_>,
    row: &ApplicationRow,
    (kind, subject): (PassKind, Subject),
    ready: &Ready,
) -> Result<(), StoreError> {
    match subject {
        Subject::New(_) => make_person(desk, row, ready),
        Subject::Met(person) => {
            let (tx, shard) = (desk.tx, desk.shard);
            tx.move_application_views(shard, row.application, person)?;
            take_photo(desk, row, person, &ready.chance)?;
            tx.drop_application_draft(shard, row.application)
        }
        Subject::Known(person) if kind != PassKind::Vehicle => {
            take_photo(desk, row, person, &ready.chance)
        }
        Subject::Known(_) | Subject::Nobody => Ok(()),
        // No pass was made for these.
        Subject::Gone | Subject::Elsewhere(_) | Subject::Unclear => Ok(()),
    }
}

/// The draft becomes a person of the ledger who lives at the door, or only comes by.
fn make_person(desk: &Desk<'_>, row: &ApplicationRow, ready: &Ready) -> Result<(), StoreError> {
    let (tx, vault, shard) = (desk.tx, &desk.keys.vault, desk.shard);
    let draft = tx.application_draft(vault, shard, row.application)?;
    let draft = draft.ok_or(StoreError::Sealed("a draft that is gone"))?;
    let kind = match (row.basis.as_deref(), row.worker_class.is_some()) {
        (None, false) if of_word(&row.kind) == Some(PassKind::Helper) => "regular_helper",
        (Some("permanent"), _) => "resident",
        (Some(_), _) => "temporary_resident",
        (None, true) => "exempt_worker",
        (None, false) => "visitor",
    };
    let person = PersonRow {
        shard,
        person: ready.person,
        kind: kind.to_owned(),
        household: row.basis.as_ref().map(|_| row.household),
        area: row.area,
        sex: row.sex.clone(),
        birth_year: row.birth_year,
        worker_class: row.worker_class.clone(),
        state: "active".to_owned(),
        merged_into: None,
        created_at: desk.now.millis,
        version: 1,
    };
    tx.insert_person(vault, &person, &draft, &[], &ready.chance)?;
    tx.move_application_draft(shard, row.application, ready.person)?;
    let Some(basis) = row.basis.clone() else {
        return Ok(());
    };
    tx.insert_residence(&ResidenceRow {
        shard,
        household: row.household,
        person: ready.person,
        from_on: desk.now.day(),
        until_on: None,
        basis,
        landlord: row.landlord.person,
        version: 1,
    })
}

/// A picture that was handed in for somebody of the ledger becomes theirs.
fn take_photo(
    desk: &Desk<'_>,
    row: &ApplicationRow,
    person: PersonId,
    chance: &Chance,
) -> Result<(), StoreError> {
    let (tx, vault, shard) = (desk.tx, &desk.keys.vault, desk.shard);
    let draft = tx.application_draft(vault, shard, row.application)?;
    if let Some(photo) = draft.and_then(|draft| draft.photo) {
        tx.set_person_photo(vault, shard, person, &photo, chance)?;
        tx.drop_application_draft(shard, row.application)?;
    }
    Ok(())
}
