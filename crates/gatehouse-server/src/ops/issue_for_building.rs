//! Passes for everybody of a building who has none: what the ledger says is enough for residents,
//! and for temporary residents who had one before. Tenants who come for the first time apply,
//! since their landlord has to say yes (HN 三(三)二).

use crate::app::App;
use crate::error::OpError;
use crate::message::Message;
use crate::ops::hold_gate::keyring;
use crate::ops::make_pass::{Desk, Made, PassWish};
use crate::ops::pass_rules::of_word;
use crate::ops::tell_person::{Contact, Told, tell_person};
use gatehouse_core::id::{AreaId, PassId, PersonId, StaffId};
use gatehouse_core::moment::Moment;
use gatehouse_core::pass::PassKind;
use gatehouse_store::pass::PassRow;
use gatehouse_store::pass_batch::Candidate;
use gatehouse_store::{Lane, Shard, StoreError, Tx};
use std::sync::Arc;

/// Most people of one building on one page.
pub const CANDIDATES_MOST: u32 = 400;
/// Passes of one transaction.
const AT_ONCE: usize = 8;
/// Children below come along with somebody (local choice, as in the demo).
pub const OWN_PASS_FROM_YEARS: i64 = 12;

/// Why somebody is not among those who are served at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aside {
    /// An application of theirs waits.
    Waits,
    /// The first time with the landlord's yes.
    NeedsLandlord,
    /// Comes along with somebody.
    Child,
}

/// Whether somebody is served at once.
pub fn aside(candidate: &Candidate, this_year: i64) -> Option<Aside> {
    if candidate.waiting > 0 {
        Some(Aside::Waits)
    } else if candidate.kind == "temporary_resident" && candidate.passes_before == 0 {
        Some(Aside::NeedsLandlord)
    } else if candidate
        .birth_year
        .is_some_and(|year| this_year - year < OWN_PASS_FROM_YEARS)
    {
        Some(Aside::Child)
    } else {
        None
    }
}

/// What became of a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// Made now.
    pub issued: Vec<PassId>,
    /// Had one meanwhile.
    pub had_one: usize,
    /// Put aside meanwhile: an application waits, a landlord is to be asked, a child.
    pub aside: usize,
    /// Lives there no more.
    pub gone: usize,
    /// The key of the community issues no more: they wait for another.
    pub without_key: usize,
}

/// Issues a pass to each of `people` who is still served at once.
///
/// # Errors
/// [`OpError::NotFound`] for a compound that is not in the area; [`OpError::NotTaken`] where no
/// key may issue here, so that nobody got one.
pub async fn issue_for_building(
    app: &App,
    shard: Shard,
    (compound, building): (AreaId, &str),
    offset_minutes: i16,
    staff: StaffId,
    people: &[PersonId],
) -> Result<Batch, OpError> {
    let keys = keyring(app)?;
    let mut batch = Batch::default();
    for some in people.chunks(AT_ONCE) {
        let now = Moment::new(app.world.now_millis(), offset_minutes);
        let wanted: Vec<_> = some
            .iter()
            .map(|id| (*id, PassId(app.world.id())))
            .collect();
        let (keys, building) = (Arc::clone(&keys), building.to_owned());
        let issue = move |tx: &Tx<'_>| {
            let desk = Desk::new(tx, &keys, shard, now, Some(staff));
            issue_some(&desk, compound, &building, &wanted)
        };
        let some = app.store.write(Lane::People, issue).await?;
        batch.issued.extend(some.issued);
        batch.had_one += some.had_one;
        batch.aside += some.aside;
        batch.gone += some.gone;
        batch.without_key += some.without_key;
    }
    app.gates.read_anew();
    match batch.issued.is_empty() && batch.without_key > 0 {
        true => Err(OpError::NotTaken {
            code: "P-ISSUER",
            detail: "No key of this installation may issue passes here.",
        }),
        false => Ok(batch),
    }
}

/// Whoever got a pass hears where it can be collected.
fn tell_issued(
    desk: &Desk<'_>,
    compound: AreaId,
    person: PersonId,
    pass: &PassId,
) -> Result<(), StoreError> {
    let told = Told {
        shard: desk.shard,
        area: compound,
        person,
        about: &pass.0,
        at: desk.now.millis,
    };
    tell_person(desk.tx, told, |Contact { office, phone, .. }| {
        Message::PassReady { office, phone }
    })
}

/// Whether somebody who is no candidate any more has a pass meanwhile.
fn has_one(desk: &Desk<'_>, person: PersonId) -> Result<bool, StoreError> {
    let held = desk.tx.passes_of_holder(desk.shard, &person.0)?;
    let is_valid = |pass: &PassRow| pass.revocation.is_none() && pass.expires_at > desk.now.millis;
    Ok(held.iter().any(is_valid))
}

fn issue_some(
    desk: &Desk<'_>,
    compound: AreaId,
    building: &str,
    wanted: &[(PersonId, PassId)],
) -> Result<Batch, StoreError> {
    let (tx, shard, now) = (desk.tx, desk.shard, desk.now);
    let vault = &desk.keys.vault;
    let there = tx.pass_candidates(
        vault,
        shard,
        compound,
        building,
        now.millis,
        CANDIDATES_MOST,
    )?;
    let this_year = i64::from(now.day().date().year);
    let mut batch = Batch::default();
    for (person, pass) in wanted {
        let Some(candidate) = there.iter().find(|one| one.person == *person) else {
            match has_one(desk, *person)? {
                true => batch.had_one += 1,
                false => batch.gone += 1,
            }
            continue;
        };
        let kind = of_word::<PassKind>(&candidate.kind);
        let kind = kind.filter(|_| aside(candidate, this_year).is_none());
        let Some(kind) = kind else {
            batch.aside += 1;
            continue;
        };
        let wish = PassWish {
            pass: *pass,
            kind,
            area: compound,
            household: Some(candidate.household),
            holder: Some(person.0),
            worker_class: None,
            hint: None,
            why: "building",
        };
        match desk.make(&wish)? {
            Made::Issued(made) => {
                batch.issued.push(made);
                tell_issued(desk, compound, *person, pass)?;
            }
            Made::HasOne(_) => batch.had_one += 1,
            Made::NoIssuer => batch.without_key += 1,
        }
    }
    tx.note_change(shard, "pass", now.millis)?;
    Ok(batch)
}
