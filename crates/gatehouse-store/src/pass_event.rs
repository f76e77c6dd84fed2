//! What happened to a pass besides crossings, and how often it crossed. *Sharded*, appended to.
//! Counts only: where and when somebody crossed is no part of a pass's life.

use crate::error::StoreError;
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::value::Row;
use crate::{params, sql};
use gatehouse_core::id::{AreaId, DeviceId, PassId, StaffId};
use gatehouse_core::pass::PassNumber;

/// Something that happened to a pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassEventRow {
    /// County.
    pub shard: Shard,
    /// Which.
    pub pass: PassId,
    /// When, milliseconds UTC.
    pub at: i64,
    /// `issued`, `printed`, `handed_over`, `lost`, `found`, `twice`, `revoked`.
    pub kind: String,
    /// Compound or village that the pass opens.
    pub area: AreaId,
    /// Who; `None` where a program or the holder did it.
    pub staff: Option<StaffId>,
    /// A word or number that goes with the kind; empty where none.
    pub detail: String,
}

/// How often a pass was shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PassUses {
    /// Attempts.
    pub attempts: i64,
    /// Of these, crossed as recorded at the gate.
    pub crossed: i64,
    /// First and last, milliseconds UTC; `None` for a pass that was never shown.
    pub span: Option<(i64, i64)>,
}

/// A use of a pass that crossed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastUse {
    /// Whether it went out.
    pub is_out: bool,
    /// When, milliseconds UTC.
    pub at: i64,
}

macro_rules! columns {
    () => {
        "shard, pass, at, kind, area, staff, detail"
    };
}

// Crossings with a pass that no passage of a household tells: of strangers, of errand passes, of
// vehicles.
macro_rules! apart {
    ($c:literal) => {
        concat!(
            $c, ".shard = ?1 AND ", $c, ".pass_list = ?2 AND ", $c, ".pass_index = ?3 AND ",
            $c, ".pass_list IS NOT NULL AND (", $c, ".household IS NULL OR ",
            $c, ".subject IS NULL OR ", $c, ".subject_is_vehicle = 1)"
        )
    };
}

sql! {
    INSERT_PASS_EVENT = "INSERT INTO pass_event (shard, pass, at, kind, area, staff, detail)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        ON CONFLICT (shard, pass, at, kind) DO NOTHING";
    EVENTS_OF_PASS = concat!("SELECT ", columns!(), " FROM pass_event
        WHERE shard = ?1 AND pass = ?2 ORDER BY at, kind LIMIT 200");
    LOST_OPEN = "SELECT e.pass, max(e.at) FROM pass_event e
        JOIN pass p ON p.shard = e.shard AND p.pass = e.pass
        WHERE e.shard = ?1 AND e.area = ?2 AND e.kind = 'lost' AND e.at >= ?3
            AND p.revoked_at IS NULL
            AND NOT EXISTS (SELECT 1 FROM pass_event f WHERE f.shard = e.shard
                AND f.pass = e.pass AND f.kind = 'found' AND f.at >= e.at)
        GROUP BY e.pass ORDER BY 2, 1 LIMIT ?4";
    COUNT_UNPRINTED = "SELECT count(*) FROM pass_event e
        JOIN pass p ON p.shard = e.shard AND p.pass = e.pass
        WHERE e.shard = ?1 AND e.area = ?2 AND e.kind = 'issued' AND e.at >= ?3
            AND p.revoked_at IS NULL AND p.expires_at > ?4
            AND NOT EXISTS (SELECT 1 FROM pass_event f WHERE f.shard = e.shard
                AND f.pass = e.pass AND f.kind = 'printed')";
    UNPRINTED = "SELECT e.pass FROM pass_event e
        JOIN pass p ON p.shard = e.shard AND p.pass = e.pass
        WHERE e.shard = ?1 AND e.area = ?2 AND e.kind = 'issued' AND e.at >= ?3
            AND p.revoked_at IS NULL AND p.expires_at > ?4
            AND NOT EXISTS (SELECT 1 FROM pass_event f WHERE f.shard = e.shard
                AND f.pass = e.pass AND f.kind = 'printed')
        ORDER BY e.at, e.pass LIMIT ?5";
    USES = concat!("SELECT count(*), sum(CASE WHEN c.outcome = 0 THEN 1 ELSE 0 END),
            min(c.counted_at), max(c.counted_at)
        FROM (SELECT DISTINCT device, seq FROM (
            SELECT o.device, o.seq FROM outing o WHERE o.shard = ?1 AND o.household = ?4
            UNION ALL
            SELECT x.device, x.seq FROM crossing x
            WHERE x.shard = ?1 AND x.household = ?4 AND x.household IS NOT NULL
                AND (x.outcome <> 0 OR x.subject_is_vehicle = 1)
            UNION ALL
            SELECT y.device, y.seq FROM crossing y WHERE ", apart!("y"), ") found) k
        CROSS JOIN crossing c
        WHERE c.shard = ?1 AND c.device = k.device AND c.seq = k.seq
            AND c.pass_list = ?2 AND c.pass_index = ?3");
    LAST_USE = concat!("SELECT way, counted_at FROM (
            SELECT c.way, c.counted_at FROM outing o
            JOIN crossing c ON c.shard = o.shard AND c.device = o.device AND c.seq = o.seq
            WHERE o.shard = ?1 AND o.household = ?4 AND o.counted_at BETWEEN ?5 AND ?6
                AND c.pass_list = ?2 AND c.pass_index = ?3
                AND NOT (o.device = ?7 AND o.seq = ?8)
            ORDER BY o.counted_at DESC LIMIT 1) passage
        UNION ALL
        SELECT way, counted_at FROM (
            SELECT y.way, y.counted_at FROM crossing y
            WHERE ", apart!("y"), " AND y.outcome = 0 AND y.counted_at BETWEEN ?5 AND ?6
                AND NOT (y.device = ?7 AND y.seq = ?8)
            ORDER BY y.counted_at DESC LIMIT 1) other
        ORDER BY 2 DESC LIMIT 1");
}

impl PassEventRow {
    fn read(row: &Row<'_>) -> Result<PassEventRow, StoreError> {
        Ok(PassEventRow {
            shard: row.get(0)?,
            pass: row.get(1)?,
            at: row.get(2)?,
            kind: row.get(3)?,
            area: row.get(4)?,
            staff: row.get(5)?,
            detail: row.get(6)?,
        })
    }
}

impl ReadTx<'_> {
    /// The life of a pass, oldest first.
    pub fn events_of_pass(
        &self,
        shard: Shard,
        pass: PassId,
    ) -> Result<Vec<PassEventRow>, StoreError> {
        self.query(&EVENTS_OF_PASS, params![shard, &pass], PassEventRow::read)
    }

    /// Passes of a compound or village that were reported lost since an instant and still hold,
    /// with when, the longest wait first.
    pub fn lost_passes(
        &self,
        shard: Shard,
        area: AreaId,
        since: i64,
        limit: u32,
    ) -> Result<Vec<(PassId, i64)>, StoreError> {
        let parameters = params![shard, &area, since, limit];
        self.query(&LOST_OPEN, parameters, |row| Ok((row.get(0)?, row.get(1)?)))
    }

    /// How many passes were issued since an instant, hold, and were never printed.
    pub fn count_unprinted(
        &self,
        shard: Shard,
        area: AreaId,
        since: i64,
        now_millis: i64,
    ) -> Result<i64, StoreError> {
        let parameters = params![shard, &area, since, now_millis];
        self.query_one(&COUNT_UNPRINTED, parameters, |row| row.get(0))
    }

    /// Those that [`ReadTx::count_unprinted`] counts, first issued first.
    pub fn unprinted_passes(
        &self,
        shard: Shard,
        area: AreaId,
        since: i64,
        now_millis: i64,
        limit: u32,
    ) -> Result<Vec<PassId>, StoreError> {
        let parameters = params![shard, &area, since, now_millis, limit];
        self.query(&UNPRINTED, parameters, |row| row.get(0))
    }

    /// How often a pass was shown at a gate; `home` is its household, or its holder where there is
    /// none: passages are found by it.
    pub fn uses_of_pass(
        &self,
        shard: Shard,
        number: PassNumber,
        home: Option<&[u8; 16]>,
    ) -> Result<PassUses, StoreError> {
        let parameters = params![shard, number.list().number(), number.index(), home];
        self.query_one(&USES, parameters, |row| {
            let (first, last): (Option<i64>, Option<i64>) = (row.get(2)?, row.get(3)?);
            Ok(PassUses {
                attempts: row.get(0)?,
                crossed: row.get::<Option<i64>>(1)?.unwrap_or(0),
                span: first.zip(last),
            })
        })
    }

    /// The last time in a span, ends included, that a pass crossed, other than the crossing
    /// named; `home` as in [`ReadTx::uses_of_pass`].
    pub fn last_use_of_pass(
        &self,
        shard: Shard,
        number: PassNumber,
        home: Option<&[u8; 16]>,
        span: (i64, i64),
        besides: (DeviceId, i64),
    ) -> Result<Option<LastUse>, StoreError> {
        let (device, seq) = besides;
        let list = number.list().number();
        let (from, until) = span;
        let parameters = params![shard, list, number.index(), home, from, until, &device, seq];
        self.optional(&LAST_USE, parameters, |row| {
            Ok(LastUse {
                is_out: row.get::<i64>(0)? == 1,
                at: row.get(1)?,
            })
        })
    }
}

impl Tx<'_> {
    /// Adds to the life of a pass, once for the same kind and moment.
    pub fn insert_pass_event(&self, row: &PassEventRow) -> Result<(), StoreError> {
        self.execute(
            &INSERT_PASS_EVENT,
            params![
                row.shard,
                &row.pass,
                row.at,
                &row.kind,
                &row.area,
                row.staff.as_ref(),
                &row.detail
            ],
        )?;
        Ok(())
    }
}
