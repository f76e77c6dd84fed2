//! What a replay found, as it is kept, shown and given away.

use super::run::GatePlan;
use super::words::{RowNamed, row_words};
use super::{Asked, Under};
use gatehouse_core::gate::fact::{Fact, subject_kind};
use gatehouse_core::gate::{Policy, Verdict};
use gatehouse_core::id::{AreaId, GateId, HouseholdId};
use gatehouse_core::replay::{Counts, Example, Summary, To};
use serde::{Deserialize, Serialize};

/// Households that are named.
const HOUSEHOLDS_SHOWN: usize = 50;

/// The whole result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The drafts; none: decided again by what was in force.
    pub drafts: Vec<DocumentNamed>,
    /// Over which area; `None`: all.
    pub area: Option<AreaId>,
    /// Its name.
    pub area_name: String,
    /// First instant, milliseconds UTC.
    pub from: i64,
    /// End, not included.
    pub until: i64,
    /// When it was made, milliseconds UTC.
    pub made_at: i64,
    /// All together.
    pub sums: Sums,
    /// Examples of each change, and of what cannot be known.
    pub changes: Vec<Way>,
    /// By gate, those with most changes first.
    pub gates: Vec<GateRow>,
    /// By hour of the day at the gate, hours without attempts left out.
    pub hours: Vec<HourRow>,
    /// By kind of subject.
    pub kinds: Vec<KindRow>,
    /// By the rows that decided, then and under the draft; only of changes and of what cannot be
    /// known, the most frequent first.
    pub rows: Vec<RowsRow>,
    /// Attempts with the same verdict by another row than then: no change. Older reports have none.
    #[serde(default)]
    pub by_another_row: u64,
    /// What the rows of `rows` say, and the clauses they carry out. Older reports have none.
    #[serde(default)]
    pub row_words: Vec<RowNamed>,
    /// Emergencies and residents who came home. Older reports have none.
    #[serde(default)]
    pub let_through: Option<LetThroughSums>,
    /// Facts that were not recorded, for how many attempts.
    pub unrecorded: Vec<FactCount>,
    /// The same, each attempt once by all the facts that it lacks; the most frequent first. Older
    /// reports have none.
    #[serde(default)]
    pub lacking: Vec<Lacking>,
    /// Households that would be stopped or asked most often where they were not.
    pub households: Vec<HouseholdRow>,
    /// How many households would be, as far as they were counted.
    pub households_hit: u64,
    /// By how much a household's count may be too small.
    pub households_short_by: u64,
    /// Attempts that were taken back later, and are not counted.
    pub undone: u64,
    /// Records that could not be read.
    pub damaged: u64,
    /// Attempts whose own policy is not kept.
    pub not_compared: u64,
    /// Attempts whose own policy gives another verdict than was recorded.
    pub not_reproduced: u64,
    /// Examples of these.
    pub unlike: Vec<AttemptNamed>,
}

/// A document by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentNamed {
    /// `HN`.
    pub id: String,
    /// Its version.
    pub version: u32,
    /// Title in Chinese.
    pub zh: String,
    /// Title in English.
    pub en: String,
}

/// How many attempts stay, change, cannot be known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sums {
    /// All.
    pub attempts: u64,
    /// With another verdict.
    pub changed: u64,
    /// Stopped or asked where they were not, or stopped where they were asked.
    pub harder: u64,
    /// Let through or only asked where they were stopped, or let through where they were asked.
    pub easier: u64,
    /// That hang on a fact which was not recorded.
    pub cannot_be_known: u64,
    /// From which verdict to which; those that stay are among them.
    pub ways: Vec<WayTo>,
}

/// From a verdict to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WayTo {
    /// As recorded.
    pub from: Verdict,
    /// Under the draft; `null`: cannot be known.
    pub to: Option<Verdict>,
    /// How many.
    pub attempts: u64,
}

/// A change with examples.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Way {
    /// Which, and how many.
    #[serde(flatten)]
    pub way: WayTo,
    /// Some of them.
    pub examples: Vec<AttemptNamed>,
}

/// An attempt to be looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptNamed {
    /// `<device>-<number>`, as pages name it.
    pub crossing: String,
    /// Where.
    pub gate: GateId,
    /// When, milliseconds UTC.
    pub at: i64,
    /// The row that decided then; empty where none did, and in older reports.
    #[serde(default)]
    pub before: String,
    /// The row that decides under the draft.
    #[serde(default)]
    pub after: String,
}

/// A gate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateRow {
    /// Which.
    pub gate: GateId,
    /// The compound or village that it closes.
    pub area: AreaId,
    /// Compound and gate.
    pub name: String,
    /// Its attempts.
    #[serde(flatten)]
    pub sums: Sums,
}

/// An hour of the day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HourRow {
    /// 0 to 23.
    pub hour: u8,
    /// Its attempts.
    #[serde(flatten)]
    pub sums: Sums,
}

/// A kind of subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindRow {
    /// Word of the vocabulary; `null`: not known.
    pub kind: Option<String>,
    /// Its attempts.
    #[serde(flatten)]
    pub sums: Sums,
}

/// The rows that decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowsRow {
    /// Then; empty where no row did.
    pub before: String,
    /// Under the draft; empty where no row did.
    pub after: String,
    /// Its attempts.
    #[serde(flatten)]
    pub sums: Sums,
}

/// A fact that was not recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactCount {
    /// Its name in documents.
    pub fact: String,
    /// For how many attempts that leaves the verdict open.
    pub attempts: u64,
}

/// Attempts that lack the same facts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lacking {
    /// Their names in documents; none where the policy of the time is not kept.
    pub facts: Vec<String>,
    /// How many.
    pub attempts: u64,
}

/// Attempts of those whom no document may stop.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetThroughSums {
    /// Emergencies (SCOPE-3).
    pub emergencies: Sums,
    /// Registered residents under no order who came home (GATE-15).
    pub coming_home: Sums,
}

/// A household that would be kept more often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HouseholdRow {
    /// Which.
    pub household: HouseholdId,
    /// The compound or village.
    pub area: AreaId,
    /// How often.
    pub times: u64,
}

/// What the sums do not say themselves.
pub(super) struct Where<'a> {
    pub area: Option<(AreaId, String)>,
    pub gates: &'a [GatePlan],
    pub made_at: i64,
    pub undone: u64,
    /// Those of the records.
    pub before: &'a [&'a Policy],
    /// Those under the draft.
    pub after: &'a [&'a Policy],
}

/// Puts names to the sums.
pub(super) fn report(asked: &Asked, place: &Where<'_>, summary: &Summary) -> Report {
    let (area, area_name) = place.area.clone().unzip();
    let gate_of = |gate: GateId| place.gates.iter().find(|plan| plan.gate == gate);
    let rows = rows(summary);
    let hit = summary.hit_hardest(HOUSEHOLDS_SHOWN).into_iter();
    Report {
        drafts: documents(&asked.under),
        area,
        area_name: area_name.unwrap_or_default(),
        from: asked.from,
        until: asked.until,
        made_at: place.made_at,
        sums: sums(&summary.counts),
        changes: changes(summary),
        gates: gates(place.gates, summary),
        hours: hours(summary),
        kinds: kinds(summary),
        row_words: row_words(&rows, place.before, place.after),
        rows,
        let_through: Some(LetThroughSums {
            emergencies: sums(&summary.emergencies),
            coming_home: sums(&summary.coming_home),
        }),
        by_another_row: summary.by_another_row,
        unrecorded: unrecorded(summary),
        lacking: lacking(summary),
        households: hit
            .filter_map(|hit| {
                Some(HouseholdRow {
                    household: hit.household,
                    area: gate_of(hit.gate)?.area,
                    times: hit.times,
                })
            })
            .collect(),
        households_hit: u64::try_from(summary.households_hit()).unwrap_or(u64::MAX),
        households_short_by: summary.households_short_by(),
        undone: place.undone,
        damaged: summary.damaged,
        not_compared: summary.not_compared,
        not_reproduced: summary.not_reproduced,
        unlike: summary.unlike.iter().map(named).collect(),
    }
}

fn documents(under: &Under) -> Vec<DocumentNamed> {
    let Under::Drafts(drafts) = under else {
        return Vec::new();
    };
    let name = |document: &gatehouse_core::policy::PolicyDocument| DocumentNamed {
        id: document.id.clone(),
        version: document.version,
        zh: document.title.zh.clone(),
        en: document.title.en.clone(),
    };
    drafts.iter().map(name).collect()
}

fn sums(counts: &Counts) -> Sums {
    Sums {
        attempts: counts.all(),
        changed: counts.changed(),
        harder: counts.harder(),
        easier: counts.easier(),
        cannot_be_known: counts.unknown(),
        ways: counts
            .ways()
            .map(|(from, to, attempts)| way(from, to, attempts))
            .collect(),
    }
}

fn way(from: Verdict, to: To, attempts: u64) -> WayTo {
    WayTo {
        from,
        to: to.verdict(),
        attempts,
    }
}

fn changes(summary: &Summary) -> Vec<Way> {
    let ways = summary.counts.ways();
    let changed = ways.filter(|(from, to, _)| to.verdict() != Some(*from));
    changed
        .map(|(from, to, attempts)| Way {
            way: way(from, to, attempts),
            examples: summary.examples_of(from, to).iter().map(named).collect(),
        })
        .collect()
}

fn named(example: &Example) -> AttemptNamed {
    AttemptNamed {
        crossing: format!("{}-{}", example.device, example.seq),
        gate: example.gate,
        at: example.at,
        before: example.rows.before.clone(),
        after: example.rows.after.clone(),
    }
}

fn gates(plans: &[GatePlan], summary: &Summary) -> Vec<GateRow> {
    let mut rows: Vec<GateRow> = plans
        .iter()
        .filter_map(|plan| {
            Some(GateRow {
                gate: plan.gate,
                area: plan.area,
                name: plan.name.clone(),
                sums: sums(summary.gates.get(&plan.gate)?),
            })
        })
        .collect();
    rows.sort_by(|a, b| {
        let by_changes = b.sums.changed.cmp(&a.sums.changed);
        by_changes.then_with(|| a.name.cmp(&b.name))
    });
    rows
}

fn hours(summary: &Summary) -> Vec<HourRow> {
    let hours = (0..).zip(&summary.hours);
    let met = hours.filter(|(_, counts)| counts.all() > 0);
    met.map(|(hour, counts)| HourRow {
        hour,
        sums: sums(counts),
    })
    .collect()
}

fn kinds(summary: &Summary) -> Vec<KindRow> {
    let word = |kind: Option<u8>| {
        let choice = subject_kind::CHOICES.get(usize::from(kind?))?;
        Some(choice.name.to_owned())
    };
    let kinds = summary.kinds.iter();
    kinds
        .map(|(kind, counts)| KindRow {
            kind: word(*kind),
            sums: sums(counts),
        })
        .collect()
}

fn rows(summary: &Summary) -> Vec<RowsRow> {
    let mut rows: Vec<RowsRow> = summary
        .rows
        .iter()
        .map(|(pair, counts)| RowsRow {
            before: pair.before.clone(),
            after: pair.after.clone(),
            sums: sums(counts),
        })
        .collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.sums.attempts));
    rows
}

fn unrecorded(summary: &Summary) -> Vec<FactCount> {
    let mut facts: Vec<FactCount> = summary
        .unrecorded
        .iter()
        .map(|(fact, attempts)| FactCount {
            fact: Fact::spec(*fact).name.to_owned(),
            attempts: *attempts,
        })
        .collect();
    facts.sort_by_key(|fact| std::cmp::Reverse(fact.attempts));
    facts
}

fn lacking(summary: &Summary) -> Vec<Lacking> {
    let names = |facts: &[Fact]| {
        facts
            .iter()
            .map(|fact| fact.spec().name.to_owned())
            .collect()
    };
    let mut all: Vec<Lacking> = summary
        .lacking
        .iter()
        .map(|(facts, attempts)| Lacking {
            facts: names(facts),
            attempts: *attempts,
        })
        .collect();
    all.sort_by_key(|one| std::cmp::Reverse(one.attempts));
    all
}
