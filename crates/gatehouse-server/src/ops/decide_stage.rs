//! Deciding which level or phase holds in an area: one office proposes, another approves. What
//! asks no more than what was decided for that very area takes one signature, as ending a document
//! does. Every decision ends by itself, at the latest when RISK-2 wants it reviewed.

use super::local_day::DAY_MILLIS;
use super::put_in_force::{Refused, authority, note_act};
use super::read_fevers::staff_name;
use super::read_stages::{read_stages, read_stages_of};
use super::sign_order::{OrderDesk, Signer};
use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::error::OpError;
use crate::world::World;
use anyhow::{Context, Result, bail};
use gatehouse_core::id::{AreaId, StaffId};
use gatehouse_core::measure::{Decided, STAGE_DAYS_MOST, Stage, StageSpell, asks_no_more};
use gatehouse_store::stage::StageRow;
use gatehouse_store::{Lane, ReadTx, StoreError, Tx};

/// Most characters of what a decision rests on.
const BASIS_CHARS_MOST: usize = 120;
/// How far ahead one may be decided.
const AHEAD_DAYS_MOST: i64 = 30;
/// Decisions of an area that are looked through, and shown.
const SHOWN: u32 = 50;

/// What somebody wants to hold.
#[derive(Clone, Debug)]
pub struct WantedStage {
    /// Which.
    pub stage: Stage,
    /// Top of the subtree.
    pub area: AreaId,
    /// First instant, milliseconds UTC; now where it has passed.
    pub from_at: i64,
    /// For so many days.
    pub days: i64,
    /// By which published decision: its title and number.
    pub basis: String,
}

/// Whether a decision holds already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecidedState {
    /// It holds from its begin on.
    Holds,
    /// Another organisation has still to approve.
    Proposed,
}

/// Proposes a stage for an area, or decides it where it asks no more than what holds.
///
/// # Errors
/// `P-DAYS` for a time too far ahead or too long, `P-BASIS` where it does not
/// say on what it rests, `P-AREA` for a key without authority.
pub fn decide_stage(
    desk: &OrderDesk,
    wanted: WantedStage,
    signer: &Signer<'_>,
    world: &dyn World,
) -> Result<DecidedState> {
    let now = world.now_millis();
    let listed = authority(desk, wanted.area, signer, now)?;
    let basis = wanted.basis.trim().to_owned();
    if basis.is_empty() || basis.chars().count() > BASIS_CHARS_MOST {
        bail!("P-BASIS: say in at most {BASIS_CHARS_MOST} characters by which decision");
    }
    let from_at = wanted.from_at.max(now);
    let is_ahead = from_at <= now + AHEAD_DAYS_MOST * DAY_MILLIS;
    if !is_ahead || !(1..=STAGE_DAYS_MOST).contains(&wanted.days) {
        bail!("P-DAYS: at most {AHEAD_DAYS_MOST} days ahead, for 1 to {STAGE_DAYS_MOST} days");
    }
    let row = StageRow {
        area: wanted.area,
        scale: wanted.stage.scale().name().to_owned(),
        from_at,
        decided_at: now,
        to_at: from_at + wanted.days * DAY_MILLIS,
        stage: wanted.stage.name().to_owned(),
        basis,
        authority: listed.area,
        decided_by: listed.person,
        approved_by: None,
        holds_at: None,
    };
    let stage = wanted.stage;
    let write = move |tx: &Tx<'_>| {
        let asks_no_more = asks_no_more_there(tx, &row, stage)?;
        let mut row = row.clone();
        row.holds_at = asks_no_more.then_some(now);
        if !tx.insert_stage(&row)? {
            let why = "P-THERE: somebody has decided the same at this very moment";
            return Err(Refused::Because(why.to_owned()));
        }
        let kind = match asks_no_more {
            true => "stage.decide",
            false => "stage.propose",
        };
        note(tx, &row, kind, row.decided_by, now)?;
        Ok(match asks_no_more {
            true => DecidedState::Holds,
            false => DecidedState::Proposed,
        })
    };
    let store = desk.store()?;
    Ok(store.write_blocking::<_, Refused, _>(Lane::People, write)?)
}

/// Whether a decision leaves everybody there as free as they are, also when what is inherited ends
/// sooner: by the decisions for this very area as high a stage holds as long.
fn asks_no_more_there(tx: &ReadTx<'_>, row: &StageRow, stage: Stage) -> Result<bool, StoreError> {
    let in_force = read_stages_of(tx, row.area, row.decided_at)?;
    let in_force = in_force.into_iter();
    let in_force: Vec<StageSpell> = in_force
        .filter(|one| one.stage.scale() == stage.scale())
        .collect();
    let wanted = Decided {
        stage,
        from_at: row.from_at,
        until_at: row.to_at,
        decided_at: row.decided_at,
        authority: 0,
    };
    Ok(asks_no_more(&wanted, &in_force))
}

/// Which proposal: in exactly this area, on this scale, from that moment, proposed then.
#[derive(Clone, Copy, Debug)]
pub struct Proposal<'a> {
    /// Top of the subtree.
    pub area: AreaId,
    /// `risk`, `phase`.
    pub scale: &'a str,
    /// First instant.
    pub from_at: i64,
    /// When it was proposed.
    pub decided_at: i64,
}

impl Proposal<'_> {
    /// Its row, if it is still open at an instant.
    fn find(&self, desk: &OrderDesk, now: i64) -> Result<StageRow> {
        let area = self.area;
        let read = move |tx: &ReadTx<'_>| tx.stages(area, now, SHOWN);
        let rows = desk.store()?.read_blocking::<_, StoreError, _>(read)?;
        let key = (self.scale, self.from_at, self.decided_at);
        let is_it = |row: &StageRow| (&*row.scale, row.from_at, row.decided_at) == key;
        let mut rows = rows.into_iter().filter(|row| row.holds_at.is_none());
        rows.find(is_it)
            .context("P-NONE: nobody has proposed this, or it would be over")
    }
}

/// Approves what another organisation proposed.
///
/// # Errors
/// `P-NONE` where there is no such proposal or it would be over, `P-LATER` where its office has
/// decided something else since, `P-TWO` for the same organisation, `P-AREA` for a key without
/// authority.
pub fn approve_stage(
    desk: &OrderDesk,
    proposal: Proposal<'_>,
    signer: &Signer<'_>,
    world: &dyn World,
) -> Result<()> {
    let (now, area) = (world.now_millis(), proposal.area);
    let listed = authority(desk, area, signer, now)?;
    let proposed = proposal.find(desk, now)?;
    let organisations = desk.organisations_of(proposed.decided_by);
    if organisations.contains(&listed.organisation) || proposed.decided_by == listed.person {
        bail!("P-TWO: the second signature must be another organisation's");
    }
    let staff = listed.person;
    let write = move |tx: &Tx<'_>| {
        let mut since = tx.stages(area, now, SHOWN)?.into_iter();
        if since.any(|row| is_overtaken(&proposed, &row)) {
            let why = "P-LATER: its office has decided something else since";
            return Err(Refused::Because(why.to_owned()));
        }
        if !tx.approve_stage(&proposed, staff, now)? {
            let why = "P-NONE: it was taken back, or approved, meanwhile";
            return Err(Refused::Because(why.to_owned()));
        }
        note(tx, &proposed, "stage.approve", staff, now)
    };
    let store = desk.store()?;
    Ok(store.write_blocking::<_, Refused, _>(Lane::People, write)?)
}

/// Takes back what was proposed and not approved: it lets nobody through less, so any key with
/// authority there may.
///
/// # Errors
/// `P-NONE` where there is no such proposal or it would be over, `P-AREA` for a key without
/// authority.
pub fn withdraw_stage(
    desk: &OrderDesk,
    proposal: Proposal<'_>,
    signer: &Signer<'_>,
    world: &dyn World,
) -> Result<()> {
    let (now, area) = (world.now_millis(), proposal.area);
    let staff = authority(desk, area, signer, now)?.person;
    let proposed = proposal.find(desk, now)?;
    let write = move |tx: &Tx<'_>| {
        if !tx.withdraw_stage(&proposed)? {
            let why = "P-NONE: it was taken back, or approved, meanwhile";
            return Err(Refused::Because(why.to_owned()));
        }
        note(tx, &proposed, "stage.withdraw", staff, now)
    };
    let store = desk.store()?;
    Ok(store.write_blocking::<_, Refused, _>(Lane::People, write)?)
}

/// Whether the same office decided something else since a proposal, for some of its time: approved
/// now, the older word would take the place of the newer.
fn is_overtaken(proposed: &StageRow, since: &StageRow) -> bool {
    let is_office = (&since.scale, since.authority) == (&proposed.scale, proposed.authority);
    let is_later = since.holds_at.is_some() && since.decided_at > proposed.decided_at;
    is_office && is_later && since.from_at < proposed.to_at && proposed.from_at < since.to_at
}

/// How a decision stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It holds, or will.
    Decided,
    /// Another organisation has still to approve.
    Proposed,
    /// Its office has decided something else since; it can only be taken back.
    Overtaken,
    /// A later decision of its office has taken its place, and it does not come back.
    Replaced,
    /// Its time is over.
    Over,
}

/// How one of the decisions for an area stands at an instant.
pub fn standing(row: &StageRow, all: &[StageRow], now: i64) -> Standing {
    let begins = |row: &StageRow| Some((row.from_at.max(row.holds_at?), row.decided_at));
    let same_office = |one: &&StageRow| {
        (&one.scale, one.authority) == (&row.scale, row.authority)
            && begins(one).is_some_and(|begins| begins.0 <= now)
    };
    match begins(row) {
        _ if row.to_at <= now => Standing::Over,
        None if all.iter().any(|since| is_overtaken(row, since)) => Standing::Overtaken,
        None => Standing::Proposed,
        own if all.iter().filter(same_office).any(|one| begins(one) > own) => Standing::Replaced,
        Some(_) => Standing::Decided,
    }
}

fn note(tx: &Tx<'_>, row: &StageRow, kind: &str, staff: StaffId, at: i64) -> Result<(), Refused> {
    let (stage, area, from, to) = (&row.stage, row.area, row.from_at, row.to_at);
    let body = format!("{stage} {area} {from} {to} {}", row.basis);
    Ok(note_act(tx, area, (kind, &body), staff, at)?)
}

/// What a page shows of an area.
pub struct StagesHere {
    /// What holds there, from some days ago on.
    pub in_force: Vec<StageSpell>,
    /// What was decided for the area itself, the latest first, with who decided and approved.
    pub decided: Vec<(StageRow, [Option<String>; 2])>,
}

/// Reads it.
///
/// # Errors
/// The database's.
pub async fn stages_here(app: &App, scope: &AreaInScope) -> Result<StagesHere, OpError> {
    let (area, path, now) = (scope.area, scope.path.clone(), app.world.now_millis());
    let read_all = move |tx: &ReadTx<'_>| {
        let mut decided = Vec::new();
        for row in tx.stages(area, 0, SHOWN)? {
            let by = staff_name(tx, row.decided_by)?;
            let approved = match row.approved_by {
                Some(staff) => Some(staff_name(tx, staff)?),
                None => None,
            };
            decided.push((row, [Some(by), approved]));
        }
        Ok::<_, StoreError>(StagesHere {
            in_force: read_stages(tx, &path, now)?,
            decided,
        })
    };
    Ok(app.store.read(read_all).await?)
}
