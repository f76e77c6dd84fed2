//! Examples of a report, as far as the caller may see them: the kind and the direction for who may
//! see crossings, the door for who may see the ledger; nobody's name.

use super::Report;
use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::auth::caller::Caller;
use crate::auth::role::Permission;
use crate::door::door_words;
use crate::error::OpError;
use crate::ops::find_crossings::kind_words;
use gatehouse_core::gate::Way;
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::id::DeviceId;
use gatehouse_store::crossing::CrossingRow;
use gatehouse_store::{ReadTx, Shard, StoreError};
use std::collections::BTreeMap;

/// An attempt as its record stands now.
pub struct AttemptSeen {
    /// Kind of who came.
    pub kind: &'static str,
    /// Direction.
    pub way: Way,
    /// Where they live.
    pub door: Option<String>,
}

/// The examples by their crossings; those that are not kept any more are left out.
///
/// # Errors
/// The database's.
pub async fn read_examples(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    lang: Lang,
    report: &Report,
) -> Result<BTreeMap<String, AttemptSeen>, OpError> {
    let may = |permission| caller.may_in(permission, &area.path);
    let (Ok(shard), true) = (area.county(), may(Permission::SeeCrossings)) else {
        return Ok(BTreeMap::new());
    };
    let sees_doors = may(Permission::SeePeople);
    let ways = report.changes.iter().flat_map(|way| &way.examples);
    let crossings = ways.chain(&report.unlike).map(|one| one.crossing.clone());
    let crossings: Vec<String> = crossings.collect();
    let read = move |tx: &ReadTx<'_>| {
        let mut seen = BTreeMap::new();
        for crossing in &crossings {
            let Some(row) = row_of(tx, shard, crossing)? else {
                continue;
            };
            let attempt = AttemptSeen {
                kind: kind_words(&row, lang),
                way: row.way,
                door: match sees_doors {
                    true => door_of(tx, &row, lang)?,
                    false => None,
                },
            };
            seen.insert(crossing.clone(), attempt);
        }
        Ok(seen)
    };
    Ok(app.store.read(read).await?)
}

fn row_of(tx: &ReadTx<'_>, shard: Shard, name: &str) -> Result<Option<CrossingRow>, StoreError> {
    let parts = name.rsplit_once('-').and_then(|(device, seq)| {
        let device = DeviceId::parse(device)?;
        Some((device, seq.parse().ok()?))
    });
    match parts {
        Some((device, seq)) => tx.crossing(shard, device, seq),
        None => Ok(None),
    }
}

fn door_of(tx: &ReadTx<'_>, row: &CrossingRow, lang: Lang) -> Result<Option<String>, StoreError> {
    let Some(household) = row.household else {
        return Ok(None);
    };
    let home = tx.household(row.shard, household)?;
    Ok(home.map(|home| door_words(lang, &home.building, &home.unit, &home.room)))
}
