//! Crossings of an area by filter: newest first over all its gates, a page at a time. A search
//! for something rare looks through a bounded stretch and says how far it got.

use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::error::OpError;
use crate::ops::read_area::compounds_of;
use crate::paging::ROWS;
use gatehouse_core::gate::fact::Words;
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::id::{AreaId, GateId, StaffId};
use gatehouse_core::moment::{CivilDay, Moment};
use gatehouse_core::wire::Subject;
use gatehouse_store::amendment::AmendmentRow;
use gatehouse_store::crossing::CrossingRow;
use gatehouse_store::crossing_find::{CrossingFilter, CrossingPlace};
use gatehouse_store::{ReadTx, Shard, StoreError};
use std::collections::BTreeMap;

/// Longest span that is looked through at once, in days (local choice).
pub const DAYS_MOST: i32 = 92;
/// Crossings that one page looks through for something rare, over all gates.
const STRETCH: u32 = 5_000;
/// Milliseconds of a day.
const DAY_MILLIS: i64 = 86_400_000;

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct CrossingsAsked {
    /// First day; today where it is empty.
    pub from_on: Option<CivilDay>,
    /// Last day; today where it is empty.
    pub to_on: Option<CivilDay>,
    /// Minutes of the first day after which it begins; its midnight where it is empty.
    pub from_minute: Option<u16>,
    /// Last minute of the last day; 23:59 where it is empty.
    pub to_minute: Option<u16>,
    /// One gate of the area.
    pub gate: Option<GateId>,
    /// The rest.
    pub filter: CrossingFilter,
    /// Go on after this place.
    pub after: Option<CrossingPlace>,
}

/// A gate of the area.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GateName {
    /// Which.
    pub gate: GateId,
    /// Compound and gate.
    pub name: String,
}

/// A line of the list.
pub struct CrossingLine {
    /// The crossing.
    pub row: CrossingRow,
    /// Compound and gate.
    pub gate: String,
    /// The guard who answers for it.
    pub staff: Option<String>,
    /// Amendments, oldest first, with who made them.
    pub amendments: Vec<(AmendmentRow, Option<String>)>,
}

/// The page's content.
pub struct Crossings {
    /// Gates to choose from.
    pub gates: Vec<GateName>,
    /// The span that was looked through.
    pub span: Span,
    /// What was found.
    pub lines: Vec<CrossingLine>,
    /// Where to go on.
    pub next: Option<CrossingPlace>,
    /// How far back the search got, where it ended before the page was full; milliseconds UTC.
    pub looked_back_to: Option<i64>,
}

/// Reads a page.
///
/// # Errors
/// [`OpError::NotFound`] for a gate of elsewhere.
pub async fn find_crossings(
    app: &App,
    area: &AreaInScope,
    asked: CrossingsAsked,
) -> Result<Crossings, OpError> {
    let shard = area.county()?;
    let (area, offset) = (area.area, area.offset_minutes);
    let today = Moment::new(app.world.now_millis(), offset).day();
    let span = Span::of(&asked, today);
    let read = move |tx: &ReadTx<'_>| {
        let gates = gates_of(tx, shard, area)?;
        let chosen = chosen_gates(&gates, asked.gate)?;
        let (from, until) = span.instants(offset);
        let before = asked.after.unwrap_or(CrossingPlace::before(until));
        let found = page(tx, shard, &chosen, from, before, &asked.filter, ROWS)?;
        let mut staff = BTreeMap::new();
        let lines = found
            .rows
            .into_iter()
            .map(|row| line(tx, row, &gates, &mut staff))
            .collect::<Result<Vec<_>, _>>()?;
        Ok::<_, OpError>(Crossings {
            gates,
            span,
            lines,
            next: found.next,
            looked_back_to: found.looked_back_to,
        })
    };
    app.store.try_read(read).await
}

/// Last minute of a day.
pub const LAST_MINUTE: u16 = 24 * 60 - 1;

/// What is looked through: from a minute of a day to a minute of a day by the clock of the place,
/// both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Day and minute.
    pub from: (CivilDay, u16),
    /// Day and minute.
    pub to: (CivilDay, u16),
}

impl Span {
    /// The span that is asked for: in order, and not too long.
    pub fn of(asked: &CrossingsAsked, today: CivilDay) -> Span {
        let last = asked.to_on.or(asked.from_on).unwrap_or(today).min(today);
        let first = asked.from_on.unwrap_or(last).min(last);
        let first = first.max(CivilDay(last.0 - DAYS_MOST + 1));
        let minute = |typed: Option<u16>, otherwise| typed.unwrap_or(otherwise).min(LAST_MINUTE);
        let from = (first, minute(asked.from_minute, 0));
        let to = (last, minute(asked.to_minute, LAST_MINUTE));
        Span {
            from: from.min(to),
            to: from.max(to),
        }
    }

    /// Its instants at a place; the end is not included.
    pub fn instants(self, offset_minutes: i16) -> (i64, i64) {
        let at = |(day, minute): (CivilDay, u16), more: i64| {
            let minutes = i64::from(minute) + more - i64::from(offset_minutes);
            i64::from(day.0) * DAY_MILLIS + minutes * 60_000
        };
        (at(self.from, 0), at(self.to, 1))
    }
}

/// A minute of the day as clocks show it: 07:30.
pub fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// Reads what [`clock`] wrote.
pub fn read_clock(text: &str) -> Option<u16> {
    let (hour, minute) = text.trim().split_once(':')?;
    let part = |text: &str, most: u16| text.parse::<u16>().ok().filter(|number| *number <= most);
    Some(part(hour, 23)? * 60 + part(minute, 59)?)
}

/// The gates of an area, those that ended included: their records stay.
pub fn gates_of(tx: &ReadTx<'_>, shard: Shard, area: AreaId) -> Result<Vec<GateName>, StoreError> {
    let mut gates = Vec::new();
    for compound in compounds_of(tx, area)? {
        for gate in tx.gates_of_area(shard, compound.area)? {
            gates.push(GateName {
                gate: gate.gate,
                name: format!("{} {}", compound.name, gate.name),
            });
        }
    }
    Ok(gates)
}

/// # Errors
/// [`OpError::NotFound`] for a gate that is not among them.
pub fn chosen_gates(gates: &[GateName], one: Option<GateId>) -> Result<Vec<GateId>, OpError> {
    let all = gates.iter().map(|gate| gate.gate);
    match one {
        None => Ok(all.collect()),
        Some(one) if gates.iter().any(|gate| gate.gate == one) => Ok(vec![one]),
        Some(_) => Err(OpError::NotFound),
    }
}

/// Rows of one page, and where to go on.
pub struct FoundRows {
    /// Newest first.
    pub rows: Vec<CrossingRow>,
    /// Where to go on.
    pub next: Option<CrossingPlace>,
    /// How far back, where the page is not full.
    pub looked_back_to: Option<i64>,
}

/// Up to `most` rows of the gates from `from` up to a place, newest first.
pub fn page(
    tx: &ReadTx<'_>,
    shard: Shard,
    gates: &[GateId],
    from: i64,
    before: CrossingPlace,
    filter: &CrossingFilter,
    most: usize,
) -> Result<FoundRows, StoreError> {
    let limit = u32::try_from(most).unwrap_or(u32::MAX).saturating_add(1);
    let bound = match *filter == CrossingFilter::default() {
        true => from,
        false => stretch(tx, shard, gates, from, before.counted_at)?,
    };
    let mut rows: Vec<CrossingRow> = Vec::new();
    // Beyond what a gate gave when it was full, others must wait: a page has no holes.
    let mut floor: Option<CrossingPlace> = None;
    for gate in gates {
        let found = tx.find_crossings(shard, *gate, bound, before, filter, limit)?;
        if found.len() == limit as usize {
            floor = floor.max(found.last().map(CrossingPlace::of));
        }
        rows.extend(found);
    }
    rows.retain(|row| applied(row, &filter.rule));
    rows.sort_by_key(|row| std::cmp::Reverse(CrossingPlace::of(row)));
    if let Some(floor) = floor {
        rows.retain(|row| CrossingPlace::of(row) >= floor);
    }
    let more = rows.len() > most;
    rows.truncate(most);
    let (next, looked_back_to) = match (more, floor) {
        (true, _) => (rows.last().map(CrossingPlace::of), None),
        (false, Some(floor)) => (Some(floor), Some(floor.counted_at)),
        (false, None) if bound > from => (Some(CrossingPlace::before(bound)), Some(bound)),
        (false, None) => (None, None),
    };
    Ok(FoundRows {
        rows,
        next,
        looked_back_to,
    })
}

/// Where the stretch that one page looks through begins.
fn stretch(
    tx: &ReadTx<'_>,
    shard: Shard,
    gates: &[GateId],
    from: i64,
    until: i64,
) -> Result<i64, StoreError> {
    let share = STRETCH / u32::try_from(gates.len().max(1)).unwrap_or(u32::MAX);
    let mut bound = from;
    for gate in gates {
        let last = tx.stretch_of_crossings(shard, *gate, from, until, share.max(200))?;
        bound = bound.max(last.unwrap_or(from));
    }
    Ok(bound)
}

/// Whether a row applied: by the server's decision, else by the device's.
fn applied(row: &CrossingRow, rule: &str) -> bool {
    let is = |id: &String| id.eq_ignore_ascii_case(rule);
    rule.is_empty()
        || match &row.server {
            Some(server) => server.row_ids.iter().any(is),
            None => row
                .crossing()
                .is_some_and(|crossing| crossing.rows.iter().any(is)),
        }
}

/// A crossing with the names that a list shows; names of staff are read once each.
pub fn line(
    tx: &ReadTx<'_>,
    row: CrossingRow,
    gates: &[GateName],
    staff: &mut BTreeMap<StaffId, Option<String>>,
) -> Result<CrossingLine, StoreError> {
    let gate = gates.iter().find(|gate| gate.gate == row.gate);
    let mut amendments = Vec::new();
    if row.outcome_now != Some(row.outcome) || row.is_emergency {
        for amendment in tx.amendments_of_crossing(row.shard, row.device, row.seq)? {
            let by = match amendment.staff {
                Some(by) => staff_name(tx, by, staff)?,
                None => None,
            };
            amendments.push((amendment, by));
        }
    }
    Ok(CrossingLine {
        gate: gate.map(|gate| gate.name.clone()).unwrap_or_default(),
        staff: match row.staff {
            Some(by) => staff_name(tx, by, staff)?,
            None => None,
        },
        amendments,
        row,
    })
}

fn staff_name(
    tx: &ReadTx<'_>,
    staff: StaffId,
    known: &mut BTreeMap<StaffId, Option<String>>,
) -> Result<Option<String>, StoreError> {
    if let Some(name) = known.get(&staff) {
        return Ok(name.clone());
    }
    let name = tx.staff(staff)?.map(|row| row.name);
    known.insert(staff, name.clone());
    Ok(name)
}

/// The ids of the rows that applied, of the server where it decided.
pub fn rule_ids(row: &CrossingRow) -> Vec<String> {
    match &row.server {
        Some(server) => server.row_ids.clone(),
        None => row
            .crossing()
            .map(|crossing| crossing.rows)
            .unwrap_or_default(),
    }
}

/// Key of the words for an outcome; undone where it did not happen.
pub fn outcome_key(outcome: Option<gatehouse_core::gate::Outcome>) -> &'static str {
    use gatehouse_core::gate::Outcome;
    match outcome {
        Some(Outcome::Crossed) => "outcome-crossed",
        Some(Outcome::TurnedBack) => "outcome-turned_back",
        Some(Outcome::TakenInCharge) => "outcome-taken_in_charge",
        Some(Outcome::Unknown) => "outcome-unknown",
        None => "outcome-undone",
    }
}

/// A vehicle of the register, which lives here, beside those from outside.
const OWN_VEHICLE: Words = Words {
    zh: "本小区车辆",
    en: "vehicle of here",
};

/// What people call the kind of who came.
pub fn kind_words(row: &CrossingRow, lang: Lang) -> &'static str {
    if matches!(row.subject, Some(Subject::Vehicle(_))) {
        return lang.pick(OWN_VEHICLE);
    }
    let choices = gatehouse_core::gate::fact::subject_kind::CHOICES;
    let kind = row.subject_kind.and_then(|kind| choices.get(kind as usize));
    kind.map_or("—", |kind| lang.pick(kind.label))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_in_order_whole_days_where_no_time_is_said() {
        let day = |text| CivilDay::parse(text).expect("a day");
        let (first, today) = (day("2020-02-18"), day("2020-02-19"));
        let span = |from, from_at: &str, to, to_at: &str| {
            let asked = CrossingsAsked {
                from_on: from,
                to_on: to,
                from_minute: read_clock(from_at),
                to_minute: read_clock(to_at),
                ..CrossingsAsked::default()
            };
            let span = Span::of(&asked, today);
            let said =
                |(day, minute): (CivilDay, u16)| format!("{} {}", day.to_text(), clock(minute));
            format!("{}, {}", said(span.from), said(span.to))
        };
        let table = [
            (None, "", None, "", "2020-02-19 00:00, 2020-02-19 23:59"),
            (
                Some(first),
                "07:30",
                None,
                "8:05",
                "2020-02-18 07:30, 2020-02-18 08:05",
            ),
            (
                Some(first),
                "",
                Some(today),
                "06:00",
                "2020-02-18 00:00, 2020-02-19 06:00",
            ),
            (
                None,
                "09:00",
                None,
                "08:00",
                "2020-02-19 08:00, 2020-02-19 09:00",
            ),
            (
                None,
                "24:00",
                None,
                "7.30",
                "2020-02-19 00:00, 2020-02-19 23:59",
            ),
        ];
        for (from, from_at, to, to_at, expected) in table {
            assert_eq!(span(from, from_at, to, to_at), expected);
        }
        let span = Span {
            from: (first, 450),
            to: (first, 450),
        };
        let (from, until) = span.instants(480);
        assert_eq!(
            Moment::new(from, 480).to_text(),
            "2020-02-18T07:30:00+08:00"
        );
        assert_eq!(until - from, 60_000, "the last minute is within");
    }
}
