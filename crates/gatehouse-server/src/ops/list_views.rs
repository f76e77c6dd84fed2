//! Who looked at what (SCOPE-5): from the audit chains, by day and member of staff, pages and
//! people's data apart; whose data stays hidden. And whether the chains hold.

use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::error::OpError;
use gatehouse_core::audit::Seal;
use gatehouse_core::id::{DeviceId, StaffId};
use gatehouse_core::moment::{CivilDay, Moment};
use gatehouse_store::audit_verify::AuditReport;
use gatehouse_store::set_aside::SetAsideKey;
use gatehouse_store::{ReadTx, Shard, StoreError};
use std::collections::BTreeMap;

/// Entries of each chain that one page looks through, from its end.
const ENTRIES_MOST: u32 = 5_000;
/// Days that are shown.
const DAYS: i32 = 14;
/// A record of the tray was opened.
const TRAY: &str = "set_aside.view";
/// Lines that are shown.
const LINES_MOST: usize = 300;

/// What one member of staff looked at on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookLine {
    /// The day at the place.
    pub day: CivilDay,
    /// Who; `None` for the program itself.
    pub staff: Option<String>,
    /// Pages about people.
    pub pages: u32,
    /// Times that somebody's data were opened.
    pub people: u32,
    /// What for, with counts, most first.
    pub purposes: Vec<(String, u32)>,
    /// Files taken out.
    pub exports: u32,
}

/// The page's content.
pub struct Looks {
    /// Newest day first.
    pub lines: Vec<LookLine>,
    /// When the last seal was made, milliseconds UTC.
    pub sealed_at: Option<i64>,
    /// What following the chains from the last seal but one found; `None` without keys.
    pub report: Option<AuditReport>,
}

#[derive(Default)]
struct Counted {
    pages: u32,
    people: u32,
    exports: u32,
    purposes: BTreeMap<String, u32>,
}

/// Reads the chains of the county; pages count only where they are about the area.
pub async fn list_views(app: &App, area: &AreaInScope) -> Result<Looks, OpError> {
    let shard = area.county()?;
    let (area, offset) = (area.clone(), area.offset_minutes);
    let now = app.world.now_millis();
    let first_day = CivilDay(Moment::new(now, offset).day().0 - DAYS + 1);
    let keys = app.keyring.clone();
    let read = move |tx: &ReadTx<'_>| {
        let counted = count(tx, shard, &area, first_day)?;
        let mut lines = Vec::new();
        for ((day, staff), counted) in counted.into_iter().rev().take(LINES_MOST) {
            let staff = match staff {
                Some(staff) => tx.staff(staff)?.map(|row| row.name),
                None => None,
            };
            let mut purposes: Vec<_> = counted.purposes.into_iter().collect();
            purposes.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
            lines.push(LookLine {
                day,
                staff,
                pages: counted.pages,
                people: counted.people,
                exports: counted.exports,
                purposes,
            });
        }
        let sealed = tx.last_seal(shard)?;
        let report = match &keys {
            Some(keys) => {
                let known = keys.list.keys();
                let known: Vec<_> = known.snapshots.iter().map(|key| key.key).collect();
                let from = match &sealed {
                    Some(last) => tx.seals(shard, last.number - 1, 1)?.into_iter().next(),
                    None => None,
                };
                let from = from.and_then(|row| {
                    known
                        .iter()
                        .find_map(|key| Seal::open(&row.signed, key).ok())
                });
                Some(tx.verify_audit(shard, from.as_ref(), &known)?)
            }
            None => None,
        };
        Ok::<_, StoreError>(Looks {
            lines,
            sealed_at: sealed.map(|seal| seal.made_at),
            report,
        })
    };
    Ok(app.store.read(read).await?)
}

type ByDay = BTreeMap<(CivilDay, Option<StaffId>), Counted>;

fn count(
    tx: &ReadTx<'_>,
    shard: Shard,
    area: &AreaInScope,
    first_day: CivilDay,
) -> Result<ByDay, StoreError> {
    let mut counted = ByDay::new();
    let here = area.area.to_string();
    for head in tx.audit_heads(shard)? {
        let end = i64::try_from(head.head.seq).unwrap_or(i64::MAX);
        let after = (end - i64::from(ENTRIES_MOST)).max(0);
        for entry in tx.audit_entries(shard, head.writer, after, ENTRIES_MOST)? {
            let day = Moment::new(entry.at, area.offset_minutes).day();
            if day < first_day || !is_look(&entry.kind) {
                continue;
            }
            if entry.kind == TRAY {
                // A phone's record: it is about the place of its gate.
                let Some((key, purpose)) = SetAsideKey::of_audit(&entry.body) else {
                    continue;
                };
                if is_of_area(tx, shard, area, key.device)? {
                    let line = counted.entry((day, entry.actor)).or_default();
                    line.people += 1;
                    *line.purposes.entry(purpose.to_owned()).or_default() += 1;
                }
                continue;
            }
            let body = String::from_utf8_lossy(&entry.body);
            // A page says which area it is about; of a person only the county is known.
            if !is_of_person(&entry.kind) && !body.contains(&here) {
                continue;
            }
            let line = counted.entry((day, entry.actor)).or_default();
            match entry.kind.as_str() {
                "page.view" => line.pages += 1,
                "crossings.export" => line.exports += 1,
                _ => {
                    line.people += 1;
                    let purpose = body.split(' ').next().unwrap_or_default().to_owned();
                    *line.purposes.entry(purpose).or_default() += 1;
                }
            }
        }
    }
    Ok(counted)
}

/// Whether a phone's gate lies in the area.
fn is_of_area(
    tx: &ReadTx<'_>,
    shard: Shard,
    area: &AreaInScope,
    device: DeviceId,
) -> Result<bool, StoreError> {
    let Some(device) = tx.device(shard, device)? else {
        return Ok(false);
    };
    let Some(gate) = tx.gate(shard, device.gate)? else {
        return Ok(false);
    };
    let path = tx.area_path(gate.area)?;
    Ok(path.iter().any(|above| above.area == area.area))
}

/// Whether an entry is about one person, hence says no area.
fn is_of_person(kind: &str) -> bool {
    matches!(kind, "person.view" | "application.view")
}

fn is_look(kind: &str) -> bool {
    matches!(
        kind,
        "page.view" | "person.view" | "application.view" | "crossings.export" | TRAY
    )
}
