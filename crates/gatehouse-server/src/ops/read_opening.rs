//! That what restricted at the gates of a place has ended: they are open again, or less holds than
//! before. Whoever lives there, visits or works there is told for some days (SCOPE-1: a restriction
//! ends).

use crate::app::App;
use crate::error::OpError;
use crate::keyring::Keyring;
use crate::ops::hold_gate::keyring;
use crate::ops::read_orders::read_orders;
use crate::ops::read_policies::{read_force, spans};
use gatehouse_core::gate::compiled::Text;
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::id::AreaId;
use gatehouse_core::moment::Moment;
use gatehouse_store::area::AreaRow;
use gatehouse_store::policy::PolicyForceRow;
use gatehouse_store::{ReadTx, Shard, StoreError};
use std::collections::BTreeMap;

/// How long it is told (local choice: until the weekly visitor has heard it twice).
const TOLD_MILLIS: i64 = 14 * 86_400_000;

/// How long before an end it is told, as officials are (`read_rules_here.rs`).
pub(super) const END_AHEAD_MILLIS: i64 = 7 * 86_400_000;
/// How far one looks whether something else begins before gates are said to open.
const LOOKED_MILLIS: i64 = 2 * END_AHEAD_MILLIS;

/// What ended lately at the gates of a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// The last moment at which something did.
    pub since: i64,
    /// Titles of the documents that ended, the last first.
    pub titles: Vec<Text>,
    /// Titles of those that still hold, upper areas first; none where the gates are open.
    pub still: Vec<Text>,
}

/// That the gates of a compound or village are open, or will be, or that less holds there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opening {
    /// Since this moment: a document held there lately and none does now, nor an order about the
    /// place.
    Since(i64),
    /// From this moment of the coming week on: what holds ends, and nothing follows.
    From(i64),
    /// A document that held there has ended lately, and another still holds.
    Eased(Ended),
}

/// Which of them a place is told; `None` where nothing restricts or goes on to.
///
/// # Errors
/// The database's.
pub fn read_opening(
    tx: &ReadTx<'_>,
    keys: Option<&Keyring>,
    place: (Shard, AreaId),
    now: Moment,
) -> Result<Option<Opening>, StoreError> {
    let ended = Openings::default().at(tx, keys, place, now)?;
    if let Some(Ended { since, still, .. }) = &ended
        && still.is_empty()
    {
        return Ok(Some(Opening::Since(*since)));
    }
    let path = tx.area_path(place.1)?;
    let looked = (now.millis, now.millis.saturating_add(LOOKED_MILLIS));
    let is_near = |from: &i64| *from <= now.millis.saturating_add(END_AHEAD_MILLIS);
    match free_from(tx, &path, looked)?.filter(is_near) {
        Some(from) if !has_zone(tx, keys, place, (now, from))? => Ok(Some(Opening::From(from))),
        _ => Ok(ended.map(Opening::Eased)),
    }
}

/// The gates of many places, most of which stand under the same documents.
#[derive(Default)]
pub struct Openings {
    /// What ended, by the areas on the path that have documents.
    ended: BTreeMap<Vec<AreaId>, Option<Ended>>,
}

impl Openings {
    /// What ended at one of them lately, where no order about the place holds.
    ///
    /// # Errors
    /// The database's.
    pub fn at(
        &mut self,
        tx: &ReadTx<'_>,
        keys: Option<&Keyring>,
        (shard, area): (Shard, AreaId),
        now: Moment,
    ) -> Result<Option<Ended>, StoreError> {
        let after = now.millis - TOLD_MILLIS;
        let path = tx.area_path(area)?;
        let held = tx.policies_in_force(after, now.millis.saturating_add(1))?;
        let mut areas: Vec<AreaId> = path.iter().map(|above| above.area).collect();
        areas.retain(|above| held.iter().any(|row| row.area == *above));
        let ended = match self.ended.get(&areas) {
            Some(ended) => ended.clone(),
            None => {
                let ended = ended_since(tx, &path, (after, now.millis))?;
                self.ended.entry(areas).or_insert(ended).clone()
            }
        };
        match ended {
            Some(ended) if !has_zone(tx, keys, (shard, area), (now, now.millis))? => {
                Ok(Some(ended))
            }
            _ => Ok(None),
        }
    }
}

/// What ended that held at the gates of a place, after one moment and until another; not what
/// another version of the same document follows.
fn ended_since(
    tx: &ReadTx<'_>,
    path: &[AreaRow],
    (after, now): (i64, i64),
) -> Result<Option<Ended>, StoreError> {
    let force = read_force(tx, path, after, now.saturating_add(1))?;
    let (rows, still) = force.at_gate(now);
    // One that was ended before it began kept nobody out, nor one that stood upon what had ended
    // before.
    let held = |row: &PolicyForceRow, end: i64| {
        let (held, _) = force.at_gate(end - 1);
        row.from_at < end && held.contains(row)
    };
    let goes_on = |row: &PolicyForceRow| rows.iter().any(|one| one.document == row.document);
    let all = force.all_at_gate().filter(|(row, _)| !goes_on(row));
    let mut ended: Vec<(i64, &Text)> = all
        .filter_map(|(row, document)| Some((row, row.to_at?, &document.title)))
        .filter(|(row, end, _)| *end <= now && held(row, *end))
        .map(|(_, end, title)| (end, title))
        .collect();
    ended.sort_by_key(|(end, _)| std::cmp::Reverse(*end));
    let mut titles: Vec<Text> = Vec::new();
    for (_, title) in &ended {
        if !titles.contains(title) {
            titles.push((*title).clone());
        }
    }
    Ok(ended.first().map(|(since, _)| Ended {
        since: *since,
        titles,
        still: still.into_iter().map(|document| document.title).collect(),
    }))
}

/// From when on no document has a say at the gates of a place any more, as far as one sees until a
/// moment; `None` where none has now, or one still has at the end of what is looked at.
fn free_from(
    tx: &ReadTx<'_>,
    path: &[AreaRow],
    (now, until): (i64, i64),
) -> Result<Option<i64>, StoreError> {
    let force = read_force(tx, path, now, until)?;
    let stretches = spans(&force, now, until);
    let is_held = |at: i64| !force.at_gate(at.max(now)).1.is_empty();
    let last = stretches.iter().rposition(|span| is_held(span.from_at));
    let free = last.and_then(|last| stretches.get(last + 1));
    Ok(free.map(|span| span.from_at))
}

/// Whether an order about the place holds at one of its gates at a moment, by what is known now;
/// without keys none is valid.
fn has_zone(
    tx: &ReadTx<'_>,
    keys: Option<&Keyring>,
    (shard, area): (Shard, AreaId),
    (now, at): (Moment, i64),
) -> Result<bool, StoreError> {
    let Some(keys) = keys else {
        return Ok(false);
    };
    for gate in tx.gates_of_area(shard, area)? {
        let orders = read_orders(tx, keys, &gate, now.millis, i64::from(now.offset_minutes))?;
        let mut zones = orders.zone_spans().into_iter();
        if zones.any(|zone| zone.from_at <= at && zone.until_at.is_none_or(|until| at < until)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The same, for a page.
///
/// # Errors
/// The database's.
pub async fn opening_of(
    app: &App,
    place: (Shard, AreaId),
    offset_minutes: i16,
) -> Result<Option<Opening>, OpError> {
    let keys = keyring(app).ok();
    let now = Moment::new(app.world.now_millis(), offset_minutes);
    let read = move |tx: &ReadTx<'_>| read_opening(tx, keys.as_deref(), place, now);
    Ok(app.store.read(read).await?)
}

/// Titles of documents, one after the other.
pub fn in_a_row(titles: &[Text], lang: Lang) -> String {
    let (all, between): (Vec<&str>, &str) = match lang {
        Lang::Zh => (titles.iter().map(|title| &*title.zh).collect(), "；"),
        Lang::En => (titles.iter().map(|title| &*title.en).collect(), "; "),
    };
    all.join(between)
}
