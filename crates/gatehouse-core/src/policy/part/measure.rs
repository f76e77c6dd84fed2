//! What an area does in a stage: `[stages]`, `[[measure]]`, `[[team]]`, `[[checklist]]`,
//! `[[retention]]`, `[[pass]]`, asked by `measures`.

use super::Parts;
use super::checks::Complain;
use super::layers::{InForce, Layers};
use super::lines::{Refusal, read_question, written};
use crate::counting::At;
use crate::gate::compiled::Text;
use crate::gate::fact::{Words, words};
use crate::measure::{
    Due, DueAt, Evidence, Happened, InForceBy, Limit, Measure, Now, Office, Place, Stage, standing,
};
use crate::moment::Moment;
use crate::pass::{PassBand, PassKind, Validity};
use crate::policy::diagnostic::both;
use crate::retention::{Record, Retention};
use crate::sourced::Sourced;
use crate::staffing::{Checked, Item, Lacking, Role, Team, TeamOf, Wear};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The question.
#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    /// Any JSON; comes back.
    #[serde(default, rename = "id")]
    _id: Value,
    /// When it is asked.
    moment: At,
    /// The level or phase that is set; several where documents climb different ladders.
    #[serde(default)]
    stages: Vec<Stage>,
    /// Those that were set before: what comes and goes is told.
    #[serde(default)]
    before: Vec<Stage>,
    /// Measures that somebody decided: of a higher stage, or always by decision.
    #[serde(default)]
    decided: Vec<String>,
    /// What happened and sets clocks going.
    #[serde(default)]
    events: Vec<Happened>,
    /// Teams that are there, as counts of roles.
    #[serde(default)]
    present: Vec<Present>,
    /// Checklists that were looked at.
    #[serde(default)]
    found: Vec<Found>,
}

/// A team that is there.
#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct Present {
    /// What it is the team of.
    each: TeamOf,
    /// How many of each role.
    members: BTreeMap<Role, u16>,
}

/// A checklist that was looked at.
#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct Found {
    /// Which.
    entry: String,
    /// The items that were in order.
    items: Vec<String>,
}

/// The answer.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub(super) struct Answer<'a> {
    /// Ids of the measures in force, as they stand in the documents.
    in_force: Vec<&'a str>,
    /// Ids of those that need a decision which nobody has taken.
    may_be_decided: Vec<&'a str>,
    /// Ids that were not in force in the stages before.
    added: Vec<&'a str>,
    /// Ids that were.
    removed: Vec<&'a str>,
    /// The measures by id: those in force and those that may be decided.
    measures: BTreeMap<&'a str, Told<'a>>,
    /// The teams that are asked for, by id.
    teams: BTreeMap<&'a str, TeamTold<'a>>,
    /// The checklists, by id.
    checklists: BTreeMap<&'a str, ChecklistTold<'a>>,
    /// How long records are kept; where several documents speak, the fewest days.
    kept: Vec<Kept<'a>>,
    /// How long passes hold; where several documents speak, the fewest days.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    passes: Vec<Holds<'a>>,
}

/// A measure.
#[derive(Debug, Serialize, schemars::JsonSchema)]
struct Told<'a> {
    /// Its clause.
    source: &'a str,
    /// Why it is in force, or that it may be decided.
    by: InForceBy,
    /// Where.
    at: Place,
    /// What is to be done.
    #[serde(rename = "do")]
    what: &'a Text,
    /// Who sees to it.
    owner: &'a Sourced<Office>,
    /// Who takes part.
    with: &'a [Office],
    /// By when, as the document says it.
    due: &'a Due,
    /// By when, for each event.
    due_at: Vec<DueAt>,
    /// What shows that it was done.
    evidence: &'a Sourced<Vec<Evidence>>,
    /// What it leaves of the use of venues.
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<&'a Limit>,
}

/// A team.
#[derive(Debug, Serialize, schemars::JsonSchema)]
struct TeamTold<'a> {
    /// Its clause.
    source: &'a str,
    /// What each one of has it.
    each: TeamOf,
    /// Round the clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    all_day: Option<&'a Sourced<bool>>,
    /// What is worn.
    wears: &'a [Sourced<Wear>],
    /// Who leads.
    #[serde(skip_serializing_if = "Option::is_none")]
    led_by: Option<&'a Sourced<Role>>,
    /// What is asked for, where nobody is there yet; else what lacks: one list for each team of
    /// the question.
    lacking: Vec<Vec<Lacking<'a>>>,
}

/// A checklist.
#[derive(Debug, Serialize, schemars::JsonSchema)]
struct ChecklistTold<'a> {
    /// Its clause.
    source: &'a str,
    /// What is looked at.
    of: Checked,
    /// Its name.
    title: &'a Text,
    /// Whether each item has a picture.
    photo: &'a Sourced<bool>,
    /// After how many days again.
    again_days: &'a Sourced<u16>,
    /// What has not been found in order.
    open: Vec<&'a Item>,
}

/// How long a kind of record is kept.
#[derive(Debug, Serialize, schemars::JsonSchema)]
struct Kept<'a> {
    /// The entry that says the fewest days.
    entry: &'a str,
    /// Of what.
    record: Record,
    /// How many days.
    days: &'a Sourced<u16>,
}

/// How long passes of a kind hold.
#[derive(Debug, Serialize, schemars::JsonSchema)]
struct Holds<'a> {
    /// The entry that says the fewest days.
    entry: &'a str,
    /// Of which passes.
    kind: PassKind,
    /// The edge of their cards.
    band: &'a Sourced<PassBand>,
    /// How many days.
    days: &'a Sourced<u16>,
}

/// Answers a question of this kind.
pub(super) fn answer(layers: &Layers<'_>, line: &[u8]) -> Result<Value, Refusal> {
    let mut question: Question = read_question(line)?;
    let measures = layers.of(|parts| &parts.measure);
    if measures.is_empty() {
        return Err(Refusal::unsaid("no document has measures"));
    }
    is_said(*layers, &mut question)?;
    let mut told = BTreeMap::new();
    let (mut in_force, mut may_be_decided) = (Vec::new(), Vec::new());
    let (mut added, mut removed) = (Vec::new(), Vec::new());
    for one in &measures {
        let now = standing_of(one, &question, &question.stages);
        let before = standing_of(one, &question, &question.before);
        let in_force_before = before.is_some_and(|one| one.force != InForceBy::MayBeDecided);
        let id = one.entry.id.as_str();
        match &now {
            Some(standing) if standing.force == InForceBy::MayBeDecided => may_be_decided.push(id),
            Some(_) => in_force.push(id),
            None => {}
        }
        match (in_force.last() == Some(&id), in_force_before) {
            (true, false) => added.push(id),
            (false, true) => removed.push(id),
            _ => {}
        }
        if let Some(standing) = now {
            told.insert(id, told_of(one.entry, standing.force, standing.due));
        }
    }
    Ok(written(&Answer {
        in_force,
        may_be_decided,
        added,
        removed,
        measures: told,
        teams: teams(layers, &question.present),
        checklists: checklists(layers, &question.found),
        kept: kept(layers),
        passes: passes(layers),
    }))
}

/// Takes what stands in the place of a measure for the one that was decided.
///
/// # Errors
/// Stages of which no document names any, or a decided measure that none has: nothing would follow
/// from it.
fn is_said(layers: Layers<'_>, question: &mut Question) -> Result<(), Refusal> {
    let ladders = layers.ladders();
    let is_there = |stage: &Stage| ladders.iter().any(|one| one.height(*stage).is_some());
    // A place has a level and a phase, of which documents may climb one, or none.
    let is_lost = |asked: &[Stage]| !asked.is_empty() && !asked.iter().any(is_there);
    if !ladders.is_empty() && (is_lost(&question.stages) || is_lost(&question.before)) {
        let message = "none of these stages stands on a document's `[stages]`; ask with one that \
                       does, or with none";
        return Err(Refusal::unsaid(message));
    }
    for id in &mut question.decided {
        let Some(named) = layers.named(|parts| &parts.measure, id) else {
            let message = "`decided` names a measure that no document has; look at its id";
            return Err(Refusal::unsaid(message));
        };
        named.entry.id.clone_into(id);
    }
    Ok(())
}

fn standing_of<'a>(
    one: &InForce<'a, Measure>,
    question: &Question,
    stages: &[Stage],
) -> Option<crate::measure::Standing<'a>> {
    let now = Now {
        moment: question.moment.0,
        stages,
        events: &question.events,
        decided: &question.decided,
    };
    let ladder = one.parts.stages.as_ref();
    standing(one.entry, ladder, one.counting(), now)
}

/// The measures that hold at a moment where these stages are decided and nothing else.
pub fn measures_in_force<'a>(
    layers: &Layers<'a>,
    moment: Moment,
    decided: [Option<Stage>; 2],
) -> Vec<&'a Measure> {
    let measures = layers.of(|parts| &parts.measure);
    let holds = |one: &InForce<'a, Measure>| {
        let ladder = one.parts.stages.as_ref();
        let stage = ladder.and_then(|ladder| ladder.reached(decided));
        let now = Now {
            moment,
            stages: stage.as_slice(),
            events: &[],
            decided: &[],
        };
        let standing = standing(one.entry, ladder, one.counting(), now);
        standing.is_some_and(|standing| standing.force != InForceBy::MayBeDecided)
    };
    let holding = measures.into_iter().filter(holds);
    holding.map(|one| one.entry).collect()
}

/// The fewest days that documents let a kind of record be kept; `None` where none speaks of it.
pub fn days_kept(layers: &Layers<'_>, record: Record) -> Option<u16> {
    let mut all = kept(layers).into_iter();
    let of_kind = all.find(|one| one.record == record);
    of_kind.map(|one| one.days.value)
}

fn told_of<'a>(measure: &'a Measure, by: InForceBy, due_at: Vec<DueAt>) -> Told<'a> {
    Told {
        source: &measure.source,
        by,
        at: measure.at,
        what: &measure.what,
        owner: &measure.owner,
        with: &measure.with,
        due: &measure.due,
        due_at,
        evidence: &measure.evidence,
        limit: measure.limit.as_ref(),
    }
}

fn teams<'a>(layers: &Layers<'a>, present: &[Present]) -> BTreeMap<&'a str, TeamTold<'a>> {
    let told = |team: &'a Team| {
        let there = present.iter().filter(|one| one.each == team.each);
        let mut lacking: Vec<_> = there.map(|one| team.lacking(&one.members)).collect();
        if lacking.is_empty() {
            lacking.push(team.lacking(&BTreeMap::new()));
        }
        TeamTold {
            source: &team.source,
            each: team.each,
            all_day: team.all_day.as_ref(),
            wears: &team.wears,
            led_by: team.led_by.as_ref(),
            lacking,
        }
    };
    let teams = layers.of(|parts| &parts.team);
    let teams = teams.iter().map(|team| team.entry);
    teams.map(|team| (team.id.as_str(), told(team))).collect()
}

fn checklists<'a>(layers: &Layers<'a>, found: &[Found]) -> BTreeMap<&'a str, ChecklistTold<'a>> {
    let lists = layers.of(|parts| &parts.checklist);
    let told = lists.iter().map(|list| {
        let list = list.entry;
        let found = found.iter().find(|found| found.entry == list.id);
        let told = ChecklistTold {
            source: &list.source,
            of: list.of,
            title: &list.title,
            photo: &list.photo,
            again_days: &list.again_days,
            open: list.open(found.map_or(&[], |found| &found.items)),
        };
        (list.id.as_str(), told)
    });
    told.collect()
}

fn kept<'a>(layers: &Layers<'a>) -> Vec<Kept<'a>> {
    let entries = layers.of(|parts| &parts.retention);
    let of = |record: Record| {
        let entries = entries.iter().map(|one| one.entry);
        entries
            .filter(|entry| entry.record == record)
            .min_by_key(|entry: &&Retention| entry.days.value)
    };
    let kept = Record::ALL.into_iter().filter_map(of);
    kept.map(|entry| Kept {
        entry: &entry.id,
        record: entry.record,
        days: &entry.days,
    })
    .collect()
}

/// What documents in force say of passes of a kind: of several the fewest days (PASS-2).
pub fn pass_validity<'a>(layers: &Layers<'a>, kind: PassKind) -> Option<&'a Validity> {
    let entries = layers.of(|parts| &parts.pass);
    let of_kind = entries.iter().map(|one| one.entry);
    of_kind
        .filter(|entry| entry.kind == kind)
        .min_by_key(|entry| entry.days.value)
}

fn passes<'a>(layers: &Layers<'a>) -> Vec<Holds<'a>> {
    let told = PassKind::ALL.iter();
    told.filter_map(|kind| pass_validity(layers, *kind))
        .map(|entry| Holds {
            entry: &entry.id,
            kind: entry.kind,
            band: &entry.band,
            days: &entry.days,
        })
        .collect()
}

/// Complains about what no type can hold.
pub(super) fn complain(parts: &Parts, complain: &mut Complain<'_>) {
    for measure in &parts.measure {
        for stage in measure.from.iter().chain(&measure.to) {
            unless_stage(parts, *stage, measure, complain);
        }
        let height = |stage| {
            parts
                .stages
                .as_ref()
                .and_then(|ladder| ladder.height(stage))
        };
        let (from, to) = (measure.from.and_then(height), measure.to.and_then(height));
        if measure.to.is_some() && (measure.from.is_none() || to < from) {
            let message = words(
                "`to` 要和 `from` 一样高，或者更高。",
                "`to` is no stage at or above `from`",
            );
            complain.say("P033", &measure.span, message);
        }
        if let Some(fault) = measure.due.fault() {
            complain.say("P005", &measure.span, fault);
        }
        let percent = measure.limit.as_ref().and_then(|limit| limit.admit_percent);
        if percent.is_some_and(|percent| percent > 100) {
            let message = words(
                "`admit_percent` 最多 100。",
                "`admit_percent` is at most 100",
            );
            complain.say("P005", &measure.span, message);
        }
        if measure.evidence.value.is_empty() {
            complain.say(
                "P005",
                &measure.span,
                words(
                    "要写用什么证明做了，`evidence`。",
                    "say what shows that it was done, `evidence`",
                ),
            );
        }
    }
    for team in &parts.team {
        if let Some(fault) = team.fault() {
            complain.say("P034", &team.span, fault);
        }
    }
    for list in &parts.checklist {
        if let Some(fault) = list.fault() {
            complain.say("P034", &list.span, fault);
        }
    }
    for entry in &parts.retention {
        let ceiling = entry.record.ceiling_days();
        if !(1..=ceiling).contains(&entry.days.value) {
            let message = both(
                format!("这一类记录保存 1 到 {ceiling} 天。"),
                format!("these records are kept 1 to {ceiling} days"),
            );
            complain.say("P035", &entry.span, message);
        }
    }
    passes_hold(parts, complain);
}

fn passes_hold(parts: &Parts, complain: &mut Complain<'_>) {
    let mut kinds = BTreeSet::new();
    for entry in &parts.pass {
        let longest = entry.kind.longest_days();
        if !(1..=longest).contains(&entry.days.value) {
            let message = both(
                format!("这一类证的有效期是 1 到 {longest} 天。"),
                format!("passes of this kind hold 1 to {longest} days"),
            );
            complain.say("P036", &entry.span, message);
        }
        if !kinds.insert(entry.kind) {
            complain.say(
                "P036",
                &entry.span,
                words(
                    "这一类证已经写过一条了。",
                    "this kind of pass has an entry already",
                ),
            );
        }
    }
}

pub(super) const NO_SUCH_STAGE: Words = words(
    "`[stages]` 里没有这一级。",
    "this stage is not in `[stages]`",
);

fn unless_stage(
    parts: &Parts,
    stage: Stage,
    measure: &super::Spanned<Measure>,
    complain: &mut Complain<'_>,
) {
    let ladder = parts.stages.as_ref();
    if ladder.and_then(|ladder| ladder.height(stage)).is_none() {
        complain.say("P033", &measure.span, NO_SUCH_STAGE);
    }
}
