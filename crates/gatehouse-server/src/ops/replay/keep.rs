//! Replays that officials ask for in the console: put down, worked on, stopped, read.

use super::{Asked, Progress, ReplayError, Report, SPAN_DAYS_MOST, Under, replay};
use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::auth::caller::Caller;
use crate::auth::role::Permission;
use crate::door::door_words;
use crate::error::OpError;
use crate::jobs::REPLAY_POLICY;
use crate::ops::list_policy_versions::{is_known_at, newest_known};
use crate::ops::local_day::DAY_MILLIS;
use crate::ops::note::note;
use crate::ops::policy_draft::{DRAFTS_MOST, draft_id, draft_text};
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::id::{AreaId, HouseholdId};
use gatehouse_core::moment::CivilDay;
use gatehouse_core::policy::read;
use gatehouse_store::job::JobRow;
use gatehouse_store::policy::PolicyDocumentRow;
use gatehouse_store::policy_draft::PolicyDraftRow;
use gatehouse_store::policy_replay::PolicyReplayRow;
use gatehouse_store::{Lane, ReadTx, Store, StoreError, Tx};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How a replay names a draft: this, and its id.
pub const DRAFT: &str = "draft/";
/// Replays that a page lists.
const SHOWN: u32 = 20;
/// Replays of one area that may wait or run at one time.
const AT_WORK_MOST: i64 = 2;

/// What an official wants to see.
#[derive(Clone, Debug)]
pub struct Wished {
    /// Folder and version of a document that is kept; `None`: by the rules of the time.
    pub document: Option<(String, i64)>,
    /// First day.
    pub from: CivilDay,
    /// Last day.
    pub to: CivilDay,
}

/// A draft that may be chosen.
#[derive(Clone, Debug)]
pub struct DraftChoice {
    /// Its folder.
    pub document: String,
    /// Newest version.
    pub version: i64,
    /// `ZX`, with its titles in Chinese and English.
    pub names: [String; 3],
}

/// What the page about all replays of an area shows.
pub struct Replays {
    /// Drafts to choose from.
    pub drafts: Vec<DraftChoice>,
    /// Newest first.
    pub rows: Vec<PolicyReplayRow>,
}

/// The replays of an area, and the documents that can be tried: its drafts, and what was put in
/// force or proposed there or above.
///
/// # Errors
/// The database's.
pub async fn list_replays(app: &App, scope: &AreaInScope) -> Result<Replays, OpError> {
    let (area, path) = (scope.area, scope.path.clone());
    let read = move |tx: &ReadTx<'_>| {
        let drafts = tx.policy_drafts(area, DRAFTS_MOST)?;
        let documents = newest_known(tx, &path)?;
        let drafts = drafts.iter().filter_map(choice_of_draft);
        Ok::<_, OpError>(Replays {
            drafts: drafts.chain(documents.iter().filter_map(choice)).collect(),
            rows: tx.policy_replays(area, SHOWN)?,
        })
    };
    app.store.try_read(read).await
}

/// A document that says something about the gate.
fn choice(row: &PolicyDocumentRow) -> Option<DraftChoice> {
    let document = read(&row.text).ok().filter(|found| found.is_for_gate())?;
    Some(DraftChoice {
        document: row.document.clone(),
        version: row.version,
        names: [document.id, document.title.zh, document.title.en],
    })
}

/// A draft that says something about the gate.
fn choice_of_draft(row: &PolicyDraftRow) -> Option<DraftChoice> {
    let document = read(&row.text).ok().filter(|found| found.is_for_gate())?;
    let (zh, en) = (document.title.zh, document.title.en);
    Some(DraftChoice {
        document: format!("{DRAFT}{}", draft_text(&row.draft)),
        version: row.version,
        names: [
            document.id,
            format!("{zh}（草案）"),
            format!("{en} (draft)"),
        ],
    })
}

/// Whether a draft was tried as it is now.
pub(in crate::ops) fn is_draft_replayed(
    tx: &ReadTx<'_>,
    row: &PolicyDraftRow,
) -> Result<bool, StoreError> {
    let name = format!("{DRAFT}{}", draft_text(&row.draft));
    let replays = tx.policy_replays(row.area, SHOWN)?;
    Ok(replays
        .iter()
        .any(|one| one.state == "done" && one.document == name && one.version == row.version))
}

/// Whether somebody at a place may try a version of a document, or a draft.
fn may_try(tx: &ReadTx<'_>, path: &[AreaId], row: &PolicyReplayRow) -> Result<bool, StoreError> {
    let (document, version) = (&row.document, row.version);
    let is_known = document.starts_with(DRAFT) || is_known_at(tx, path, document, version)?;
    Ok(is_known && text_of(tx, row.area, document, version)?.is_some())
}

/// The text that a replay tries; of a draft only while it is as it was when somebody asked.
fn text_of(
    tx: &ReadTx<'_>,
    area: AreaId,
    document: &str,
    version: i64,
) -> Result<Option<String>, StoreError> {
    let Some(draft) = document.strip_prefix(DRAFT) else {
        let kept = tx.policy_document(document, version)?;
        return Ok(kept.map(|kept| kept.text));
    };
    let Some(id) = draft_id(draft) else {
        return Ok(None);
    };
    let draft = tx.policy_draft(area, &id)?;
    Ok(draft
        .filter(|draft| draft.version == version)
        .map(|draft| draft.text))
}

/// Puts a replay down for the jobs; its id.
///
/// # Errors
/// [`OpError::NotTaken`] for a span that is none, or too many at one time;
/// [`OpError::NotFound`] for a document that is not kept, or is another place's.
pub async fn ask_replay(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    wished: Wished,
) -> Result<[u8; 16], OpError> {
    let begins = |day: i32| i64::from(day) * DAY_MILLIS - i64::from(area.offset_minutes) * 60_000;
    let (from_at, until_at) = (begins(wished.from.0), begins(wished.to.0 + 1));
    if until_at <= from_at || until_at - from_at > SPAN_DAYS_MOST * DAY_MILLIS {
        return Err(not_taken("R-TIME"));
    }
    let now = app.world.now_millis();
    let (document, version) = wished.document.unwrap_or_default();
    let row = PolicyReplayRow {
        replay: app.world.id(),
        area: area.area,
        document,
        version,
        from_at,
        until_at,
        state: String::new(),
        attempts_done: 0,
        attempts_all: 0,
        failure: None,
        report: None,
        asked_by: caller.staff,
        made_at: now,
    };
    let job = JobRow {
        job: app.world.id(),
        kind: REPLAY_POLICY.to_owned(),
        unique_key: format!("{REPLAY_POLICY}/{}", id_text(&row.replay)),
        payload: row.replay.to_vec(),
        run_at: now,
        attempts: 0,
        failure: None,
    };
    let (id, shard, path) = (row.replay, area.shard, area.path.clone());
    let put = move |tx: &Tx<'_>| {
        if !row.document.is_empty() && !may_try(tx, &path, &row)? {
            return Err(OpError::NotFound);
        }
        if tx.count_replays_at_work(row.area)? >= AT_WORK_MOST {
            return Err(not_taken("R-BUSY"));
        }
        tx.insert_policy_replay(&row)?;
        tx.plan_job(&job)?;
        let body = format!(
            "{} {} {} {} {} {}",
            id_text(&row.replay),
            row.area,
            row.document,
            row.version,
            row.from_at,
            row.until_at
        );
        note(
            tx,
            shard,
            row.asked_by,
            now,
            "policy.replay",
            body.as_bytes(),
        )?;
        Ok(())
    };
    app.store.try_write(Lane::People, put).await?;
    Ok(id)
}

fn not_taken(code: &'static str) -> OpError {
    let detail = match code {
        "R-BUSY" => "Two replays of this area are at work: wait for one of them, or stop it.",
        _ => "The span ends after it begins and is at most 400 days long.",
    };
    OpError::NotTaken { code, detail }
}

/// A replay of the area.
///
/// # Errors
/// [`OpError::NotFound`] for one of elsewhere.
pub async fn read_replay(
    app: &App,
    area: AreaId,
    id: &str,
) -> Result<(PolicyReplayRow, Option<Report>), OpError> {
    let id = read_id(id).ok_or(OpError::NotFound)?;
    let row = app.store.read(move |tx| tx.policy_replay(&id)).await?;
    let row = row
        .filter(|row| row.area == area)
        .ok_or(OpError::NotFound)?;
    let report = match &row.report {
        None => None,
        Some(text) => Some(
            serde_json::from_str(text)
                .map_err(|error| OpError::Bug(format!("a kept replay: {error}")))?,
        ),
    };
    Ok((row, report))
}

/// Where the households of a report live, for who may see the ledger; nobody's name.
///
/// # Errors
/// The database's.
pub async fn read_doors(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    lang: Lang,
    report: &Report,
) -> Result<BTreeMap<HouseholdId, String>, OpError> {
    if !caller.may_in(Permission::SeePeople, &area.path) {
        return Ok(BTreeMap::new());
    }
    let rows = report.households.clone();
    let read = move |tx: &ReadTx<'_>| {
        let mut doors = BTreeMap::new();
        for row in &rows {
            let path = tx.area_path(row.area)?;
            let Some(shard) = path.iter().find_map(|area| area.shard) else {
                continue;
            };
            let Some(home) = tx.household(shard, row.household)? else {
                continue;
            };
            let place = path.last().map_or("", |area| area.name.as_str());
            let door = door_words(lang, &home.building, &home.unit, &home.room);
            doors.insert(row.household, format!("{place} {door}"));
        }
        Ok(doors)
    };
    Ok(app.store.read(read).await?)
}

/// Stops a replay; one that has ended stays as it is.
///
/// # Errors
/// [`OpError::NotFound`] for one of elsewhere.
pub async fn stop_replay(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    id: &str,
) -> Result<(), OpError> {
    let (row, _) = read_replay(app, area.area, id).await?;
    let (now, shard, staff) = (app.world.now_millis(), area.shard, caller.staff);
    let stop = move |tx: &Tx<'_>| {
        if tx.end_policy_replay(&row.replay, None, now)? {
            let body = id_text(&row.replay);
            note(tx, shard, staff, now, "policy.replay.stop", body.as_bytes())?;
        }
        Ok(())
    };
    Ok(app.store.write(Lane::People, stop).await?)
}

/// Says how far a replay is, and stops it where somebody wants that.
///
/// # Errors
/// The database's.
pub async fn tell_replay(app: &App, id: [u8; 16], progress: &Progress) -> Result<(), OpError> {
    let (done, all) = progress.figures();
    let figures = (whole(done), whole(all));
    let now = app.world.now_millis();
    let tell = move |tx: &Tx<'_>| tx.policy_replay_is_at(&id, figures, now);
    if !app.store.write(Lane::Jobs, tell).await? {
        progress.stop();
    }
    Ok(())
}

/// Works on a replay that was put down, until it has ended.
///
/// # Errors
/// [`ReplayError`]; nothing where it is gone or has ended.
pub fn work_replay(
    store: &Store,
    id: [u8; 16],
    progress: &Arc<Progress>,
    now: i64,
) -> Result<Option<Report>, ReplayError> {
    let found = store.read_blocking::<_, ReplayError, _>(move |tx| {
        let Some(row) = tx.policy_replay(&id)? else {
            return Ok(None);
        };
        let document = match row.document.is_empty() {
            true => None,
            false => text_of(tx, row.area, &row.document, row.version)?,
        };
        Ok(Some((row, document)))
    })?;
    let Some((row, document)) = found else {
        return Ok(None);
    };
    if !matches!(row.state.as_str(), "waiting" | "running") {
        return Ok(None);
    }
    let under = match document {
        None if row.document.is_empty() => Under::AsItWas,
        None => return Err(ReplayError::Apart(row.document)),
        Some(text) => {
            let document = read(&text).map_err(|_| ReplayError::Apart(row.document.clone()))?;
            Under::Drafts(vec![document])
        }
    };
    let asked = Asked {
        area: Some(row.area),
        from: row.from_at,
        until: row.until_at,
        under,
    };
    replay(std::slice::from_ref(store), &asked, progress, now).map(Some)
}

/// Keeps the end of a replay: what it found, or why it found nothing.
///
/// # Errors
/// The database's.
pub async fn end_replay(
    app: &App,
    id: [u8; 16],
    end: Result<Report, &'static str>,
) -> Result<(), OpError> {
    let now = app.world.now_millis();
    let kept = match end {
        Ok(report) => {
            let text = serde_json::to_string(&report)
                .map_err(|error| OpError::Bug(format!("a replay: {error}")))?;
            Ok((text, whole(report.sums.attempts)))
        }
        Err(code) => Err(code),
    };
    let keep = move |tx: &Tx<'_>| match &kept {
        Ok((text, attempts)) => {
            tx.policy_replay_is_at(&id, (*attempts, *attempts), now)?;
            tx.policy_replay_is_done(&id, text, *attempts, now)
        }
        Err(code) => tx.end_policy_replay(&id, Some(code), now),
    };
    app.store.write(Lane::Jobs, keep).await?;
    Ok(())
}

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// As addresses name a replay.
pub fn id_text(id: &[u8; 16]) -> String {
    data_encoding::HEXLOWER.encode(id)
}

/// The id of an address.
pub fn read_id(text: &str) -> Option<[u8; 16]> {
    let bytes = data_encoding::HEXLOWER.decode(text.as_bytes()).ok()?;
    bytes.try_into().ok()
}
