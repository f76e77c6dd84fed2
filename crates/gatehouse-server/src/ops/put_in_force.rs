//! Putting a document in force: one office proposes, another approves, and only then it holds
//! (POL-3). Ending one early lets people through and takes one signature.

use super::policy_folder::{Texts, check_texts, in_lines, read_texts};
use super::read_policies::{Proposal, documents_beside, forces_with};
use super::sign_order::{OrderDesk, Signer};
use super::suspensions::{BroughtBack, brought_back};
use crate::world::World;
use anyhow::{Context, Result, bail};
use gatehouse_core::id::{AreaId, StaffId};
use gatehouse_core::key::OrderKey;
use gatehouse_core::policy::PolicyDocument;
use gatehouse_store::audit::AuditNote;
use gatehouse_store::policy::PolicyForceRow;
use gatehouse_store::policy_suspension::SuspensionRow;
use gatehouse_store::{Lane, ReadTx, StoreError, Tx};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::path::Path;

/// Where and when a document is to hold.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// Top of the subtree.
    pub area: AreaId,
    /// First instant, milliseconds UTC.
    pub from_at: i64,
    /// End, not included; the document's own where it is not said.
    pub to_at: Option<i64>,
}

/// What a document does now, for whoever asked.
#[derive(Debug, Serialize)]
pub struct PolicyAnswer {
    /// Its folder's name.
    pub document: String,
    /// Which version of it.
    pub version: i64,
    /// Top of the subtree.
    pub area: AreaId,
    /// First instant, milliseconds UTC.
    pub from_at: i64,
    /// End, not included; `null`: by its own end.
    pub to_at: Option<i64>,
    /// `submitted`, `approved`, `ended`.
    pub state: &'static str,
    /// Of what is submitted or approved: rows that are suspended in the version before it, and hold
    /// again once this one begins (ADR 36).
    pub brought_back: Vec<BroughtBack>,
}

/// Why nothing was written.
pub(super) enum Refused {
    /// The database.
    Store(StoreError),
    /// What the caller is told.
    Because(String),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Refused {
        Refused::Store(error)
    }
}

impl From<Refused> for anyhow::Error {
    fn from(refused: Refused) -> anyhow::Error {
        match refused {
            Refused::Store(error) => error.into(),
            Refused::Because(why) => anyhow::anyhow!(why),
        }
    }
}

/// Proposes the document of a folder, under the folder's name.
///
/// # Errors
/// Files that cannot be read, and those of [`submit_policy`].
pub fn submit_folder(
    desk: &OrderDesk,
    folder: &Path,
    wanted: Wanted,
    signer: &Signer<'_>,
    world: &dyn World,
) -> Result<PolicyAnswer> {
    let name = folder
        .file_name()
        .context("P-NAME: the folder has no name")?;
    let texts = read_texts(folder).map_err(|found| anyhow::anyhow!(in_lines(&found)))?;
    submit_policy(
        desk,
        (&name.to_string_lossy(), texts),
        wanted,
        signer,
        world,
    )
}

/// Proposes a document, named as its folder is, for an area. It holds once somebody of another
/// organisation has approved it.
///
/// # Errors
/// A document that `policy check` complains about, a time that has passed or lies outside the
/// document's own, a signer without authority over the area.
pub fn submit_policy(
    desk: &OrderDesk,
    (name, texts): (&str, Texts),
    wanted: Wanted,
    signer: &Signer<'_>,
    world: &dyn World,
) -> Result<PolicyAnswer> {
    let now = world.now_millis();
    let listed = authority(desk, wanted.area, signer, now)?;
    let read = {
        let name = name.to_owned();
        move |tx: &ReadTx<'_>| {
            documents_beside(tx, &tx.area_path(wanted.area)?, &name, wanted.from_at)
        }
    };
    let above = desk.store()?.read_blocking::<_, StoreError, _>(read)?;
    let checked = check_texts(Path::new(name), &texts, || Ok(above));
    let document = checked.map_err(|found| anyhow::anyhow!(in_lines(&found)))?;
    let ends = document.force.ends.value.millis;
    let to_at = wanted.to_at.unwrap_or(ends);
    let begins = document.force.from.value.millis;
    if wanted.from_at < now || wanted.from_at < begins || to_at > ends || to_at <= wanted.from_at {
        let own = [&document.force.from, &document.force.ends];
        let own = own.map(|at| at.value.day().to_text());
        bail!(
            "P-TIME: it can hold from now on, within its own days from {} to {}, and must end \
             after it begins",
            own[0],
            own[1]
        );
    }
    let name = name.to_owned();
    let sha256: [u8; 32] = Sha256::digest(texts.policy.as_bytes()).into();
    let staff = listed.person;
    let row = PolicyForceRow {
        area: wanted.area,
        document: name.clone(),
        // It has none before it is kept.
        version: i64::MAX,
        from_at: wanted.from_at,
        to_at: Some(to_at),
        decided_by: Some(staff),
        approved_by: None,
    };
    let there = goes_together(
        desk,
        Proposal {
            row: row.clone(),
            document: Some(document.clone()),
        },
    )?;
    let written = desk
        .store()?
        .write_blocking::<_, Refused, _>(Lane::People, move |tx| {
            still_there(tx, wanted.from_at, &there)?;
            let kept = (&*texts.policy, Some(&*texts.cases));
            let mut row = row.clone();
            row.version = tx.load_policy_document(&name, kept, &sha256, now, Some(staff))?;
            let there = tx.policy_forces(row.area, &row.document)?;
            if there.iter().any(|other| other.from_at == row.from_at) {
                let why = "P-THERE: this document is proposed or in force from then on already";
                return Err(Refused::Because(why.to_owned()));
            }
            tx.insert_policy_force(&row)?;
            note(tx, &row, "policy.submit", staff, now)?;
            let back = brought_back(tx, &row, &document)?;
            Ok(answer(row, "submitted", back))
        })?;
    Ok(written)
}

/// Approves what somebody of another organisation proposed; an earlier version that holds in the
/// same area ends when this one begins. `version` is the one that was looked at, where that is
/// said: another that was proposed for the same moment since is not approved.
///
/// # Errors
/// No such proposal, one whose begin has passed, a signer of the same organisation or without
/// authority, documents that do not go together.
pub fn approve_policy(
    desk: &OrderDesk,
    (document, area, from_at): (&str, AreaId, i64),
    version: Option<i64>,
    signer: &Signer<'_>,
    world: &dyn World,
) -> Result<PolicyAnswer> {
    let now = world.now_millis();
    let listed = authority(desk, area, signer, now)?;
    let document = document.to_owned();
    let proposed = {
        let document = document.clone();
        let read = move |tx: &ReadTx<'_>| tx.policy_forces(area, &document);
        let rows = desk.store()?.read_blocking::<_, StoreError, _>(read)?;
        rows.into_iter()
            .filter(|row| version.is_none_or(|seen| seen == row.version))
            .find(|row| row.from_at == from_at && row.approved_by.is_none())
    };
    let proposed = proposed.context("P-NONE: nobody has proposed this document for then")?;
    let proposer = proposed
        .decided_by
        .context("P-NONE: this was not proposed by a person")?;
    if desk
        .organisations_of(proposer)
        .contains(&listed.organisation)
        || proposer == listed.person
    {
        bail!("P-TWO: the second signature must be another organisation's");
    }
    if from_at < now || proposed.to_at.is_some_and(|to| to <= from_at) {
        bail!("P-TIME: it was to begin before now, or was taken back; propose it again");
    }
    let staff = listed.person;
    let green = still_green(desk, &proposed)?;
    let there = goes_together(
        desk,
        Proposal {
            row: proposed.clone(),
            document: None,
        },
    )?;
    let written = desk
        .store()?
        .write_blocking::<_, Refused, _>(Lane::People, move |tx| {
            still_there(tx, from_at, &there)?;
            // What was proved, not another text that was proposed for the same moment meanwhile.
            let rows = tx.policy_forces(area, &document)?;
            if !rows.contains(&proposed) {
                let why = "P-NONE: it was taken back, or approved, meanwhile";
                return Err(Refused::Because(why.to_owned()));
            }
            if !tx.approve_policy_force(area, &document, from_at, staff)? {
                let why = "P-NONE: somebody else has approved it meanwhile";
                return Err(Refused::Because(why.to_owned()));
            }
            let mut row = proposed.clone();
            row.approved_by = Some(staff);
            note(tx, &row, "policy.approve", staff, now)?;
            let back = brought_back(tx, &row, &green)?;
            Ok(answer(row, "approved", back))
        })?;
    Ok(written)
}

/// Which stretch of a document's force is to end, and when.
#[derive(Clone, Copy, Debug)]
pub struct Ending<'a> {
    /// The document.
    pub document: &'a str,
    /// Top of the subtree.
    pub area: AreaId,
    /// The stretch that begins then; the one that holds at the end, or else the next to come,
    /// where it is not said.
    pub from_at: Option<i64>,
    /// From now on; now where it is not said.
    pub at: Option<i64>,
}

/// Ends a stretch of a document's force; one that is still to come never begins.
///
/// # Errors
/// None that holds then, a signer without authority.
pub fn end_policy(
    desk: &OrderDesk,
    ending: Ending<'_>,
    signer: &Signer<'_>,
    world: &dyn World,
) -> Result<PolicyAnswer> {
    let now = world.now_millis();
    let area = ending.area;
    let listed = authority(desk, area, signer, now)?;
    let at = ending.at.unwrap_or(now);
    if at < now {
        bail!("P-TIME: what has happened is not decided anew: end it from now on");
    }
    let (document, from_at, staff) = (ending.document.to_owned(), ending.from_at, listed.person);
    let written = desk
        .store()?
        .write_blocking::<_, Refused, _>(Lane::People, move |tx| {
            let none = || Refused::Because("P-NONE: it does not hold there then".to_owned());
            let rows = tx.policy_forces(area, &document)?;
            let mut row = to_end(&rows, from_at, at).cloned().ok_or_else(none)?;
            if !tx.end_policy_force(area, &document, row.from_at, at.max(row.from_at))? {
                return Err(none());
            }
            row.to_at = Some(at.max(row.from_at));
            note(tx, &row, "policy.end", staff, now)?;
            Ok(answer(row, "ended", Vec::new()))
        })?;
    Ok(written)
}

/// Of the stretches of a document, oldest first, the one that somebody means to end.
fn to_end(rows: &[PolicyForceRow], from_at: Option<i64>, at: i64) -> Option<&PolicyForceRow> {
    let holds = |row: &&PolicyForceRow| {
        row.is_approved() && row.to_at.is_none_or(|to| at < to && row.from_at < to)
    };
    let mut rows = rows.iter().filter(holds);
    match from_at {
        Some(from_at) => rows.find(|row| row.from_at == from_at),
        None => rows.next(),
    }
}

/// The signer's key as listed, if it speaks for the area now.
pub(super) fn authority(
    desk: &OrderDesk,
    area: AreaId,
    signer: &Signer<'_>,
    now: i64,
) -> Result<OrderKey> {
    let (_, listed) = desk.sign_as(signer)?;
    if !desk.path(area)?.contains(&listed.area) || !listed.term.covers(now) {
        bail!("P-AREA: this key has no authority over this place now");
    }
    Ok(listed)
}

/// The document of a proposal, if nothing is wrong with it beside what holds by now: documents
/// above may have changed or ended since it was proposed (POL-4).
///
/// # Errors
/// Everything that is wrong.
fn still_green(desk: &OrderDesk, proposed: &PolicyForceRow) -> Result<PolicyDocument> {
    let row = proposed.clone();
    let read = move |tx: &ReadTx<'_>| {
        let kept = tx.policy_document(&row.document, row.version)?;
        let path = tx.area_path(row.area)?;
        Ok((
            kept,
            documents_beside(tx, &path, &row.document, row.from_at)?,
        ))
    };
    let (kept, beside) = desk.store()?.read_blocking::<_, StoreError, _>(read)?;
    let kept = kept.context("P-NONE: the document is not kept any more")?;
    let texts = Texts {
        policy: kept.text,
        cases: kept.cases.unwrap_or_default(),
    };
    let checked = check_texts(Path::new(&proposed.document), &texts, || Ok(beside));
    checked.map_err(|found| anyhow::anyhow!(in_lines(&found)))
}

/// What holds anywhere from a proposal's begin on, if the proposal goes together with it at every
/// place below.
///
/// # Errors
/// `P020` where half of the documents would hold for nobody.
fn goes_together(desk: &OrderDesk, proposal: Proposal) -> Result<Vec<PolicyForceRow>> {
    let from = proposal.row.from_at;
    let read_all = move |tx: &ReadTx<'_>| {
        let there = tx.policies_in_force(from, i64::MAX)?;
        Ok((there, forces_with(tx, &proposal, usize::MAX)?))
    };
    let (there, forces) = desk.store()?.read_blocking::<_, StoreError, _>(read_all)?;
    match forces.iter().find_map(|(_, force)| force.clash(from)) {
        Some(why) => bail!("P020: {why}"),
        None => Ok(there),
    }
}

/// That nothing came into force or ended since it was looked at.
fn still_there(tx: &ReadTx<'_>, from: i64, there: &[PolicyForceRow]) -> Result<(), Refused> {
    match tx.policies_in_force(from, i64::MAX)? == there {
        true => Ok(()),
        false => Err(Refused::Because(
            "P-MEANWHILE: another document came into force or ended meanwhile; try again"
                .to_owned(),
        )),
    }
}

/// Takes back what was proposed and not approved; whoever may write documents there may do it.
///
/// # Errors
/// The database's. `None` where there is no such proposal.
pub fn withdraw_policy(
    tx: &Tx<'_>,
    (document, area, from_at): (&str, AreaId, i64),
    staff: StaffId,
    now: i64,
) -> Result<Option<PolicyForceRow>, StoreError> {
    let mut rows = tx.policy_forces(area, document)?.into_iter();
    let found = rows.find(|row| row.from_at == from_at);
    let found = found.filter(|row| !row.is_approved());
    if let Some(row) = &found {
        tx.withdraw_policy_force(area, document, from_at)?;
        note(tx, row, "policy.withdraw", staff, now)?;
    }
    Ok(found)
}

fn note(
    tx: &Tx<'_>,
    row: &PolicyForceRow,
    kind: &str,
    staff: StaffId,
    at: i64,
) -> Result<(), StoreError> {
    let to = row.to_at.map(|to| to.to_string()).unwrap_or_default();
    let (document, version, area) = (&row.document, row.version, row.area);
    let body = format!("{document} {version} {area} {} {to}", row.from_at);
    note_act(tx, area, (kind, &body), staff, at)
}

/// Into the chain of the county, or of every county where the area lies above them.
pub(super) fn note_act(
    tx: &Tx<'_>,
    area: AreaId,
    (kind, body): (&str, &str),
    staff: StaffId,
    at: i64,
) -> Result<(), StoreError> {
    let own = tx.area(area)?.and_then(|area| area.shard);
    let shards = match own {
        Some(shard) => vec![shard],
        None => tx.shards()?,
    };
    for shard in shards {
        tx.append_audit(&AuditNote {
            shard,
            at,
            kind,
            actor: Some(staff),
            commitment: None,
            body: body.as_bytes(),
        })?;
        tx.note_change(shard, "policy", at)?;
    }
    Ok(())
}

fn answer(
    row: PolicyForceRow,
    state: &'static str,
    brought_back: Vec<SuspensionRow>,
) -> PolicyAnswer {
    PolicyAnswer {
        document: row.document,
        version: row.version,
        area: row.area,
        from_at: row.from_at,
        to_at: row.to_at,
        state,
        brought_back: brought_back.into_iter().map(BroughtBack::from).collect(),
    }
}
