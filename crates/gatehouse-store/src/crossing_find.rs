//! Crossings found: by filter over the gates of an area, and of one household. *Sharded*. Each
//! statement looks through a bounded stretch of time, so that a rare thing costs no more than a
//! common one.

use crate::crossing::{
    CrossingRow, crossing_columns, outcome_now, outcome_number, verdict_number,
};
use crate::error::StoreError;
use crate::shard::Shard;
use crate::tx::ReadTx;
use crate::{params, sql};
use gatehouse_core::gate::{Outcome, SubjectKind, Verdict, Way};
use gatehouse_core::id::{DeviceId, GateId, HouseholdId};

/// Place of a crossing in lists, newest first: what comes next is less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CrossingPlace {
    /// As counted, milliseconds UTC.
    pub counted_at: i64,
    /// Gate device.
    pub device: DeviceId,
    /// Number in its chain.
    pub seq: i64,
}

impl CrossingPlace {
    /// Before everything at or after an instant.
    pub fn before(millis: i64) -> CrossingPlace {
        CrossingPlace {
            counted_at: millis,
            device: DeviceId([0; 16]),
            seq: 0,
        }
    }

    /// Of a crossing.
    pub fn of(row: &CrossingRow) -> CrossingPlace {
        CrossingPlace {
            counted_at: row.counted_at,
            device: row.device,
            seq: row.seq,
        }
    }
}

/// The rare things that have an index of their own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rare {
    /// All crossings.
    #[default]
    All,
    /// Admitted as an emergency.
    Emergency,
    /// Outcome and verdict differ, with a reason.
    Overruled,
}

/// Which outcomes, as they stand after amendments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OutcomeAsked {
    /// All crossings.
    #[default]
    All,
    /// Those that are not undone.
    Stands,
    /// Those that are.
    Undone,
    /// One.
    Is(Outcome),
}

impl OutcomeAsked {
    fn number(self) -> i64 {
        match self {
            OutcomeAsked::All => -2,
            OutcomeAsked::Stands => -3,
            OutcomeAsked::Undone => -1,
            OutcomeAsked::Is(outcome) => i64::from(outcome_number(outcome)),
        }
    }
}

/// What is asked for; `None` is all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CrossingFilter {
    /// Direction.
    pub way: Option<Way>,
    /// Kind of subject.
    pub kind: Option<SubjectKind>,
    /// Verdict of the device.
    pub verdict: Option<Verdict>,
    /// Outcome as it stands after amendments.
    pub outcome: OutcomeAsked,
    /// A row that applied, by its id. Where the server did not decide, the caller looks into the
    /// facts of the device.
    pub rule: String,
    /// One of the rare things.
    pub rare: Rare,
}

// ?4 is both the end of the stretch and the first part of the place after which to go on.
macro_rules! found {
    ($rare:literal) => {
        concat!(
            "SELECT ", crossing_columns!(), " FROM crossing c
            WHERE c.shard = ?1 AND c.gate = ?2 AND c.counted_at >= ?3 AND c.counted_at <= ?4
                AND (c.counted_at < ?4 OR c.device < ?5 OR (c.device = ?5 AND c.seq < ?6))",
            $rare,
            " AND (?7 < 0 OR c.way = ?7) AND (?8 < 0 OR c.subject_kind = ?8)
                AND (?9 < 0 OR c.verdict = ?9)
                AND (?10 = -2 OR ", outcome_now!(), " = ?10
                    OR (?10 = -3 AND ", outcome_now!(), " <> -1))
                AND (?11 = '' OR c.server_row_ids IS NULL
                    OR lower(' ' || c.server_row_ids || ' ') LIKE ?11)
            ORDER BY c.counted_at DESC, c.device DESC, c.seq DESC LIMIT ?12"
        )
    };
}

sql! {
    FOUND = found!("");
    FOUND_EMERGENCIES = found!(" AND c.is_emergency = 1");
    FOUND_OVERRULED = found!(" AND c.overruling_reason IS NOT NULL");
    FOUND_STOPPED = found!(" AND c.verdict >= 2");
    STRETCH = "SELECT c.counted_at FROM crossing c
        WHERE c.shard = ?1 AND c.gate = ?2 AND c.counted_at >= ?3 AND c.counted_at <= ?4
        ORDER BY c.counted_at DESC LIMIT 1 OFFSET ?5";
    OF_HOUSEHOLD = concat!("SELECT ", crossing_columns!(), " FROM (
            SELECT o.device, o.seq FROM outing o
            WHERE o.shard = ?1 AND o.household = ?2 AND o.counted_at >= ?3
            UNION
            SELECT x.device, x.seq FROM crossing x
            WHERE x.shard = ?1 AND x.household = ?2 AND x.household IS NOT NULL
                AND (x.outcome <> 0 OR x.subject_is_vehicle = 1) AND x.counted_at >= ?3) k
        JOIN crossing c ON c.shard = ?1 AND c.device = k.device AND c.seq = k.seq
        ORDER BY c.counted_at DESC, c.device DESC, c.seq DESC LIMIT ?4");
}

impl ReadTx<'_> {
    /// Crossings of a gate that a filter lets through, newest first, from `from` up to a place.
    pub fn find_crossings(
        &self,
        shard: Shard,
        gate: GateId,
        from: i64,
        before: CrossingPlace,
        filter: &CrossingFilter,
        limit: u32,
    ) -> Result<Vec<CrossingRow>, StoreError> {
        let stopped = matches!(filter.verdict, Some(Verdict::Refuse | Verdict::Refer));
        let statement = match filter.rare {
            Rare::Emergency => &FOUND_EMERGENCIES,
            Rare::Overruled => &FOUND_OVERRULED,
            Rare::All if stopped => &FOUND_STOPPED,
            Rare::All => &FOUND,
        };
        let number = |known: Option<u8>| known.map_or(-1, i64::from);
        let rule = match filter.rule.as_str() {
            "" => String::new(),
            rule => format!("% {} %", rule.to_lowercase()),
        };
        let parameters = params![
            shard,
            &gate,
            from,
            before.counted_at,
            &before.device,
            before.seq,
            number(filter.way.map(|way| u8::from(way == Way::Out))),
            number(filter.kind.map(|kind| kind as u8)),
            number(filter.verdict.map(verdict_number)),
            filter.outcome.number(),
            &rule,
            limit
        ];
        self.query(statement, parameters, CrossingRow::read)
    }

    /// Where the last of so many crossings of a gate lies, going back from `until`; `None` where
    /// there are not so many after `from`.
    pub fn stretch_of_crossings(
        &self,
        shard: Shard,
        gate: GateId,
        from: i64,
        until: i64,
        crossings: u32,
    ) -> Result<Option<i64>, StoreError> {
        let parameters = params![shard, &gate, from, until, crossings];
        self.optional(&STRETCH, parameters, |row| row.get(0))
    }

    /// Crossings of a household since an instant, newest first: passages, attempts that came to
    /// nothing, and those of its vehicles.
    pub fn crossings_of_household(
        &self,
        shard: Shard,
        household: HouseholdId,
        from: i64,
        limit: u32,
    ) -> Result<Vec<CrossingRow>, StoreError> {
        let parameters = params![shard, &household, from, limit];
        self.query(&OF_HOUSEHOLD, parameters, CrossingRow::read)
    }
}
