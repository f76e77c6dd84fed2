//! Who waits for a pass in an area: the longest wait first, with counts by who asked and by what
//! is missing; and one application with all that is said about it.

use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::error::OpError;
use crate::ops::answer_landlord::application_in;
use crate::ops::apply_for_pass::known_already::{Met as KnownAs, may_hold, person_of_draft};
use crate::ops::hold_gate::keyring;
use crate::ops::keep_vehicles::name_vehicle;
use crate::ops::make_pass::{PassWish, valid_pass};
use crate::ops::pass_rules::of_word;
use crate::ops::print_passes::NAMED_MOST;
use crate::ops::read_area::compounds_of;
use gatehouse_core::id::{ApplicationId, AreaId, PassId, PersonId, StaffId};
use gatehouse_core::pass::{PassKind, PassNumber};
use gatehouse_core::person::PersonName;
use gatehouse_store::application::{ApplicationCount, ApplicationLine, ApplicationRow, QueuePart};
use gatehouse_store::{ReadTx, Shard, StoreError, Vault};
use std::collections::BTreeMap;

/// Applications on one page.
pub const PAGE: u32 = 50;
/// Passes that one link to the printer names.
pub const PRINTED_AT_ONCE: u32 = NAMED_MOST as u32;
/// Reports of loss on the page.
const LOST_MOST: u32 = 20;
/// How far back what was not printed, and what was reported lost, is looked for (local choice).
pub const BACK_MILLIS: i64 = 90 * 86_400_000;

/// Which part of the queue is asked for.
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// Who asked; empty for anybody.
    pub source: String,
    /// What is missing; `any` for something, empty for all.
    pub missing: String,
    /// Behind this place.
    pub after: Option<(i64, ApplicationId)>,
}

/// The queue of an area.
pub struct Queue {
    /// The longest wait first, at most [`PAGE`].
    pub lines: Vec<ApplicationLine>,
    /// Whether more wait behind the last of them.
    pub has_more: bool,
    /// How many wait, whatever part is asked for.
    pub counts: Vec<ApplicationCount>,
    /// Names of the compounds of the area.
    pub compounds: BTreeMap<AreaId, String>,
    /// Issued and never printed, by compound, at most [`PRINTED_AT_ONCE`] each: cards bear the
    /// name of their compound, so each is printed from its own page.
    pub unprinted: Vec<(AreaId, Vec<PassId>)>,
    /// Reported lost and still valid, the longest wait first: which, its number, since when.
    pub lost: Vec<(PassId, PassNumber, i64)>,
}

/// Reads the queue.
pub async fn list_applications(
    app: &App,
    area: &AreaInScope,
    part: Part,
) -> Result<Queue, OpError> {
    let (keys, shard, area) = (keyring(app)?, area.county()?, area.area);
    let now = app.world.now_millis();
    let read = move |tx: &ReadTx<'_>| {
        let mut queue = Queue {
            lines: Vec::new(),
            has_more: false,
            counts: Vec::new(),
            compounds: BTreeMap::new(),
            unprinted: Vec::new(),
            lost: Vec::new(),
        };
        let wanted = QueuePart {
            source: &part.source,
            missing: &part.missing,
            after: part.after.unwrap_or((i64::MIN, ApplicationId([0; 16]))),
            limit: PAGE + 1,
        };
        for compound in compounds_of(tx, area)? {
            let id = compound.area;
            queue
                .lines
                .extend(tx.application_queue(&keys.vault, shard, id, &wanted)?);
            queue.counts.extend(tx.count_applications(shard, id)?);
            let since = now - BACK_MILLIS;
            let unprinted = tx.unprinted_passes(shard, id, since, now, PRINTED_AT_ONCE)?;
            queue.unprinted.push((id, unprinted));
            queue.lost.extend(lost(tx, shard, id, now - BACK_MILLIS)?);
            queue.compounds.insert(id, compound.name);
        }
        queue
            .lines
            .sort_by_key(|line| (line.row.applied_at, line.row.application));
        queue.has_more = queue.lines.len() > PAGE as usize;
        queue.lines.truncate(PAGE as usize);
        for line in &mut queue.lines {
            name_vehicle(tx, line)?;
        }
        queue.lost.sort_by_key(|(_, _, at)| *at);
        Ok(queue)
    };
    Ok(app.store.read(read).await?)
}

fn lost(
    tx: &ReadTx<'_>,
    shard: Shard,
    area: AreaId,
    since: i64,
) -> Result<Vec<(PassId, PassNumber, i64)>, StoreError> {
    let mut found = Vec::new();
    for (pass, at) in tx.lost_passes(shard, area, since, LOST_MOST)? {
        if let Some(row) = tx.pass(shard, pass)? {
            found.push((pass, row.number, at));
        }
    }
    Ok(found)
}

/// The complete applications of an area that had come in by an instant.
pub async fn list_complete(
    app: &App,
    area: &AreaInScope,
    until: i64,
    limit: u32,
) -> Result<Vec<(ApplicationId, i64)>, OpError> {
    let (shard, area) = (area.county()?, area.area);
    let read = move |tx: &ReadTx<'_>| {
        let mut all = Vec::new();
        for compound in compounds_of(tx, area)? {
            all.extend(tx.complete_applications(shard, compound.area, until, limit)?);
        }
        all.truncate(limit as usize);
        Ok(all)
    };
    Ok(app.store.read(read).await?)
}

/// One application.
pub struct Detail {
    /// As a list shows it.
    pub line: ApplicationLine,
    /// Name of the compound.
    pub compound: String,
    /// The valid pass of the kind that its subject has already.
    pub has_one: Option<PassNumber>,
    /// Whoever of the ledger has the document that was typed in.
    pub met: Option<Met>,
    /// Colleagues named in it, masked.
    pub staff: BTreeMap<StaffId, String>,
}

/// Somebody of the ledger who was typed in as new.
pub enum Met {
    /// The pass becomes theirs; named where the record is one of the area.
    Theirs(Option<PersonId>),
    /// Such a pass is not for them there, in a record of the area.
    NotTheirs(PersonId),
    /// In a record of another area.
    Far,
    /// More than one could be meant.
    Several,
}

impl Met {
    /// Whose record there is to look at.
    pub fn record(&self) -> Option<PersonId> {
        match self {
            Met::Theirs(person) => *person,
            Met::NotTheirs(person) => Some(*person),
            Met::Far | Met::Several => None,
        }
    }
}

/// Reads one application of an area.
///
/// # Errors
/// [`OpError::NotFound`] for one that is not there, or not in the area.
pub async fn read_application(
    app: &App,
    area: &AreaInScope,
    application: ApplicationId,
) -> Result<Detail, OpError> {
    let (keys, shard, area) = (keyring(app)?, area.county()?, area.area);
    let now = app.world.now_millis();
    let read = move |tx: &ReadTx<'_>| {
        let row = application_in(tx, shard, area, application)?;
        let line = tx.application_line(&keys.vault, shard, row.application)?;
        let mut line = line.ok_or(OpError::NotFound)?;
        name_vehicle(tx, &mut line)?;
        let wish = PassWish {
            pass: PassId([0; 16]),
            kind: of_word(&row.kind).unwrap_or(PassKind::Slip),
            area: row.area,
            household: Some(row.household),
            holder: row.holder.map(|person| person.0),
            worker_class: None,
            hint: None,
            why: "",
        };
        let has_one = valid_pass(tx, shard, &wish, now)?.map(|pass| pass.number);
        let named = [row.asked_staff, row.landlord.staff, row.decided_by];
        let met = match row.state.as_str() {
            "waiting" => met(tx, &keys.vault, area, &row)?,
            _ => None,
        };
        Ok(Detail {
            met,
            compound: tx.area(row.area)?.map(|area| area.name).unwrap_or_default(),
            has_one: has_one.filter(|_| row.state == "waiting"),
            staff: masked_staff(tx, named.into_iter().flatten())?,
            line,
        })
    };
    app.store.try_read(read).await
}

fn met(
    tx: &ReadTx<'_>,
    vault: &Vault,
    area: AreaId,
    row: &ApplicationRow,
) -> Result<Option<Met>, StoreError> {
    let person = match person_of_draft(tx, vault, row)? {
        KnownAs::Nobody => return Ok(None),
        KnownAs::One(person) => person,
        KnownAs::Several(_) => return Ok(Some(Met::Several)),
    };
    let path = tx.area_path(person.area)?;
    let is_here = path.iter().any(|above| above.area == area);
    let kind = of_word(&row.kind).unwrap_or(PassKind::Slip);
    let theirs = may_hold(&person, kind, row.household);
    Ok(Some(match (theirs, is_here) {
        (true, is_here) => Met::Theirs(is_here.then_some(person.person)),
        (false, true) => Met::NotTheirs(person.person),
        (false, false) => Met::Far,
    }))
}

/// Colleagues as lists show them.
pub fn masked_staff(
    tx: &ReadTx<'_>,
    staff: impl Iterator<Item = StaffId>,
) -> Result<BTreeMap<StaffId, String>, StoreError> {
    let mut named = BTreeMap::new();
    for id in staff {
        if !named.contains_key(&id)
            && let Some(row) = tx.staff(id)?
        {
            let name = PersonName::from_stored(&row.name);
            named.insert(id, name.map(|name| name.masked()).unwrap_or_default());
        }
    }
    Ok(named)
}
