//! Lists of everything in a subtree of the areas, a page at a time, for other systems and for
//! whoever looks over more than one compound. A page begins after the last key of the one before
//! (*keyset*): what is added meanwhile moves nothing.

use crate::area::AreaRow;
use crate::crossing::{CrossingRow, crossing_columns};
use crate::error::StoreError;
use crate::gate::GateRow;
use crate::household::{HouseholdRow, household_columns};
use crate::open_item::{OpenItemRow, item_columns};
use crate::pass::{PassRow, pass_columns};
use crate::person::{PersonRow, person_columns, read_masked};
use crate::shard::Shard;
use crate::tx::ReadTx;
use crate::vault::Vault;
use crate::visit::{VisitRow, visit_columns};
use crate::{params, sql};
use gatehouse_core::id::{AreaId, DeviceId, GateId, HouseholdId};
use gatehouse_core::moment::CivilDay;

/// Which page of which subtree.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// County.
    pub shard: Shard,
    /// Top of the subtree.
    pub area: AreaId,
    /// The last id of the page before; sixteen zeros at first.
    pub after: [u8; 16],
    /// Rows.
    pub limit: u32,
}

/// Which people.
#[derive(Clone, Debug, Default)]
pub struct PeopleFilter {
    /// One kind only.
    pub kind: Option<String>,
    /// One state only.
    pub state: Option<String>,
    /// One household only.
    pub household: Option<HouseholdId>,
}

/// Which passes.
#[derive(Clone, Debug, Default)]
pub struct PassFilter {
    /// One kind only.
    pub kind: Option<String>,
    /// Only those in use at an instant: begun, neither expired nor revoked.
    pub in_use_at: Option<i64>,
    /// Of one person or vehicle only.
    pub holder: Option<[u8; 16]>,
}

/// Which crossings of a gate.
#[derive(Clone, Copy, Debug)]
pub struct CrossingFilter {
    /// Counted at or after, milliseconds UTC.
    pub from: i64,
    /// Counted before.
    pub until: i64,
    /// One verdict of the device only, by its number.
    pub verdict: Option<u8>,
    /// One direction only: 0 in, 1 out.
    pub way: Option<u8>,
}

/// A place in a list of crossings, newest first.
pub type CrossingPlace = (i64, DeviceId, i64);

macro_rules! inside {
    () => {
        "WITH RECURSIVE inside (area, depth) AS (
            SELECT area, 0 FROM area WHERE area = ?2
            UNION ALL
            SELECT down.area, inside.depth + 1
            FROM inside JOIN area down ON down.parent = inside.area
            WHERE inside.depth < 16) "
    };
}
pub(crate) use inside;

sql! {
    AREAS_IN = "WITH RECURSIVE inside (area, depth) AS (
            SELECT area, 0 FROM area WHERE area = ?1
            UNION ALL
            SELECT down.area, inside.depth + 1
            FROM inside JOIN area down ON down.parent = inside.area
            WHERE inside.depth < 16)
        SELECT a.area, a.parent, a.shard, a.level, a.name, a.manager, a.zone_offset_minutes,
            a.ended_on, a.version
        FROM inside JOIN area a ON a.area = inside.area
        WHERE a.area > ?2 AND (?3 = '' OR a.level = ?3) ORDER BY a.area LIMIT ?4";
    GATES_IN = concat!(inside!(), "SELECT g.shard, g.gate, g.area, g.name, g.phone, g.state,
            g.version
        FROM gate g WHERE g.shard = ?1 AND g.gate > ?3 AND g.area IN (SELECT area FROM inside)
            AND (?5 = '' OR g.state = ?5)
        ORDER BY g.gate LIMIT ?4");
    HOUSEHOLDS_IN = concat!(inside!(), "SELECT ", household_columns!(), " FROM household
        WHERE shard = ?1 AND household > ?3 AND area IN (SELECT area FROM inside)
            AND (?5 = '' OR building = ?5)
        ORDER BY household LIMIT ?4");
    PEOPLE_IN = concat!(inside!(), "SELECT ", person_columns!(), ", p.wrapped_key, p.masked_sealed
        FROM person p
        WHERE p.shard = ?1 AND p.person > ?3 AND p.area IN (SELECT area FROM inside)
            AND (?5 = '' OR p.kind = ?5) AND (?6 = '' OR p.state = ?6)
            AND (?7 = 0 OR p.household = ?8)
        ORDER BY p.person LIMIT ?4");
    PASSES_IN = concat!(inside!(), "SELECT ", pass_columns!(), " FROM pass
        WHERE shard = ?1 AND pass > ?3 AND area IN (SELECT area FROM inside)
            AND (?5 = '' OR kind = ?5)
            AND (CAST(?6 AS BIGINT) = 0
                OR (revoked_at IS NULL AND from_at <= ?6 AND expires_at > ?6))
            AND (?7 = 0 OR holder = ?8)
        ORDER BY pass LIMIT ?4");
    VISITS_IN = concat!(inside!(), "SELECT ", visit_columns!(), " FROM visit
        WHERE shard = ?1 AND visit > ?3
            AND gate IN (SELECT g.gate FROM gate g
                WHERE g.shard = ?1 AND g.area IN (SELECT area FROM inside))
            AND day = ?5
        ORDER BY visit LIMIT ?4");
    CROSSINGS_BEFORE = concat!("SELECT ", crossing_columns!(), " FROM crossing c
        WHERE c.shard = ?1 AND c.gate = ?2 AND c.counted_at >= ?3 AND c.counted_at < ?4
            AND (c.counted_at, c.device, c.seq) < (?5, ?6, ?7)
            AND (?8 = -1 OR c.verdict = ?8) AND (?9 = -1 OR c.way = ?9)
        ORDER BY c.counted_at DESC, c.device DESC, c.seq DESC LIMIT ?10");
    ITEMS_IN = concat!(inside!(), "SELECT ", item_columns!(), " FROM open_item
        WHERE shard = ?1 AND item > ?3
            AND gate IN (SELECT g.gate FROM gate g
                WHERE g.shard = ?1 AND g.area IN (SELECT area FROM inside))
            AND (?5 = '' OR kind = ?5) AND (?6 = 0 OR closed_at IS NULL)
        ORDER BY item LIMIT ?4");
}

impl ReadTx<'_> {
    /// Areas of a subtree by id, of one level or all.
    pub fn areas_inside(
        &self,
        top: AreaId,
        after: AreaId,
        level: Option<&str>,
        limit: u32,
    ) -> Result<Vec<AreaRow>, StoreError> {
        let parameters = params![&top, &after, level.unwrap_or_default(), limit];
        self.query(&AREAS_IN, parameters, AreaRow::read)
    }

    /// Gates by id, in one state or all.
    pub fn gates_inside(
        &self,
        page: &Page,
        state: Option<&str>,
    ) -> Result<Vec<GateRow>, StoreError> {
        let state = state.unwrap_or_default();
        let parameters = params![page.shard, &page.area, &page.after, page.limit, state];
        self.query(&GATES_IN, parameters, GateRow::read)
    }

    /// Households by id, of one building or all.
    pub fn households_inside(
        &self,
        page: &Page,
        building: Option<&str>,
    ) -> Result<Vec<HouseholdRow>, StoreError> {
        let building = building.unwrap_or_default();
        let parameters = params![page.shard, &page.area, &page.after, page.limit, building];
        self.query(&HOUSEHOLDS_IN, parameters, HouseholdRow::read)
    }

    /// People by id, with surname and mask.
    pub fn people_inside(
        &self,
        vault: &Vault,
        page: &Page,
        filter: &PeopleFilter,
    ) -> Result<Vec<(PersonRow, Option<String>)>, StoreError> {
        let household = filter.household.unwrap_or(HouseholdId([0; 16]));
        let parameters = params![
            page.shard,
            &page.area,
            &page.after,
            page.limit,
            filter.kind.as_deref().unwrap_or_default(),
            filter.state.as_deref().unwrap_or_default(),
            i64::from(filter.household.is_some()),
            &household
        ];
        self.query(&PEOPLE_IN, parameters, |row| read_masked(vault, row))
    }

    /// Passes by id.
    pub fn passes_inside(
        &self,
        page: &Page,
        filter: &PassFilter,
    ) -> Result<Vec<PassRow>, StoreError> {
        let holder = filter.holder.unwrap_or([0; 16]);
        let parameters = params![
            page.shard,
            &page.area,
            &page.after,
            page.limit,
            filter.kind.as_deref().unwrap_or_default(),
            filter.in_use_at.unwrap_or(0),
            i64::from(filter.holder.is_some()),
            &holder
        ];
        self.query(&PASSES_IN, parameters, PassRow::read)
    }

    /// Crossings of a gate, newest first, from before a place in the list.
    pub fn crossings_before(
        &self,
        shard: Shard,
        gate: GateId,
        filter: &CrossingFilter,
        before: CrossingPlace,
        limit: u32,
    ) -> Result<Vec<CrossingRow>, StoreError> {
        let (at, device, seq) = before;
        let parameters = params![
            shard,
            &gate,
            filter.from,
            filter.until,
            at,
            &device,
            seq,
            filter.verdict.map_or(-1, i64::from),
            filter.way.map_or(-1, i64::from),
            limit
        ];
        self.query(&CROSSINGS_BEFORE, parameters, CrossingRow::read)
    }

    /// Visits to gates of a subtree on a day, by id.
    pub fn visits_inside(
        &self,
        page: &Page,
        day: CivilDay,
    ) -> Result<Vec<VisitRow>, StoreError> {
        let day = day.to_text();
        let parameters = params![page.shard, &page.area, &page.after, page.limit, &day];
        self.query(&VISITS_IN, parameters, VisitRow::read)
    }

    /// Fevers and emergencies by id, all or those that are still open.
    pub fn items_inside(
        &self,
        page: &Page,
        kind: Option<&str>,
        only_open: bool,
    ) -> Result<Vec<OpenItemRow>, StoreError> {
        let parameters = params![
            page.shard,
            &page.area,
            &page.after,
            page.limit,
            kind.unwrap_or_default(),
            i64::from(only_open)
        ];
        self.query(&ITEMS_IN, parameters, OpenItemRow::read)
    }
}

