//! 措施: what a level or phase asks to be done, by whom, until when, and what shows that it was
//! (RISK-3, RISK-4, AREA-6).
//!
//! A catalogue of tasks for offices; a measure restricts nobody by itself: only rows at the gate
//! and orders do. Raising a level adds measures, lowering it takes them away.

mod due;
mod in_force;
mod office;
mod stage;

pub(crate) use due::in_stage;
pub use due::{Due, DueAt, DueKind, Event, Happened};
pub use in_force::{
    Decided, STAGE_DAYS_MOST, STAGE_TOLD_DAYS, Scale, StageSpell, asks_no_more, stages_in_force,
};
pub use office::Office;
pub use stage::{Ladder, Stage};

use crate::counting::{At, Counting};
use crate::gate::compiled::Text;
use crate::moment::Moment;
use crate::sourced::{MayBelow, Sourced};
use serde::{Deserialize, Serialize};

/// A measure.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Measure {
    /// `P7/report-case`.
    pub id: String,
    /// The clause, or "deployment".
    pub source: String,
    /// How an entry below may stand to it.
    pub below: Option<MayBelow>,
    /// Entries of documents above that it takes out of force.
    #[serde(default)]
    pub replaces: Vec<String>,
    /// The first stage that has it; as long as the document is in force where none is named.
    pub from: Option<Stage>,
    /// The last stage that has it, where a higher one has another in its place.
    pub to: Option<Stage>,
    /// Where.
    pub at: Place,
    /// Only by decision: 必要时, 经评估, 视情.
    #[serde(default)]
    pub on_decision: bool,
    /// What is to be done.
    #[serde(rename = "do")]
    pub what: Text,
    /// Who sees to it.
    pub owner: Sourced<Office>,
    /// Who takes part.
    #[serde(default)]
    pub with: Vec<Office>,
    /// By when.
    pub due: Due,
    /// What shows that it was done.
    pub evidence: Sourced<Vec<Evidence>>,
    /// What it leaves of the use of venues.
    pub limit: Option<Limit>,
}

crate::entry!(Measure);

/// Where a measure is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The whole area that the stage was set for.
    Area,
    /// 疫点.
    Spot,
    /// 疫点所在小区、单位.
    AroundSpot,
    /// 封控范围; the community with cases.
    Zone,
    /// 封控范围以外.
    OutsideZone,
}

/// What shows that something was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// A dated record in the program.
    Record,
    /// A list that is kept: people due, sites, stock.
    List,
    /// Figures of the day.
    Figures,
    /// A picture of the place, without people.
    Photo,
    /// The text that was made public.
    Notice,
    /// A written plan with its version.
    Plan,
    /// A filled checklist.
    Checklist,
    /// A roster with clock-ins.
    Roster,
    /// Results of tests.
    Results,
    /// A signed decision or order.
    Order,
}

/// How far venues are open (RISK-4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// Which venues.
    pub of: Vec<Venue>,
    /// Per cent of the usual number that may be inside at once; 0 is closed. Left out where the
    /// text limits without a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub admit_percent: Option<u8>,
    /// The clause, or "deployment".
    pub source: String,
}

/// Kinds of venues that notices limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Venue {
    /// 影剧院.
    Cinema,
    /// 游艺厅.
    Arcade,
    /// 网吧.
    InternetCafe,
    /// 舞厅, 酒吧, KTV.
    Nightlife,
    /// 室内游泳馆, 通风差的体育场馆.
    IndoorSports,
    /// 公共浴池, 温泉.
    Bath,
    /// 培训机构线下.
    Training,
    /// 图书馆.
    Library,
    /// 博物馆, 美术馆.
    Museum,
    /// 公园, 景区景点.
    Park,
    /// 农贸市场.
    Market,
    /// 餐饮堂食.
    DiningIn,
    /// 商场.
    Mall,
    /// 超市, 便利店.
    Shop,
    /// 理发店.
    Hairdresser,
    /// 公共交通.
    Transport,
    /// 学校, 托幼机构.
    School,
    /// 养老院等: visits.
    CareHomeVisits,
    /// 社区文化站, 活动中心.
    CommunityCentre,
    /// 除保供和重点行业外的企业.
    OtherWork,
    /// 非生活必需的其他公共场所.
    NotNecessary,
}

/// What a measure is at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing<'a> {
    /// The measure.
    pub measure: &'a Measure,
    /// Whether it is in force: by its stage, or by decision.
    pub force: InForceBy,
    /// When it is due; several where several events set its clock going, none where nothing did
    /// or it stands all the time.
    pub due: Vec<DueAt>,
}

/// Why a measure is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum InForceBy {
    /// The stage has it.
    Stage,
    /// Somebody decided: it is one of a higher stage, or one that always needs a decision.
    Decision,
    /// It is not in force, but the stage lets somebody decide it.
    MayBeDecided,
}

/// Where things stand when measures are asked for.
#[derive(Clone, Copy, Debug)]
pub struct Now<'a> {
    /// When it is asked.
    pub moment: Moment,
    /// The stages that are set, one of each ladder.
    pub stages: &'a [Stage],
    /// What happened.
    pub events: &'a [Happened],
    /// Ids of measures that were decided: of a higher stage, or always by decision.
    pub decided: &'a [String],
}

/// How a measure stands; `None` where its stage is not reached, or past.
pub fn standing<'a>(
    measure: &'a Measure,
    ladder: Option<&Ladder>,
    counting: Option<&Counting>,
    now: Now<'_>,
) -> Option<Standing<'a>> {
    let decided = now.decided.contains(&measure.id);
    let (reached, early) = match measure.from {
        None => (true, false),
        Some(from) => reached(ladder?, from, measure.to, now.stages),
    };
    // A higher stage's measure may be taken early (P7 六), one that is past may not.
    let force = match (reached, measure.on_decision, decided) {
        (true, false, _) => InForceBy::Stage,
        (true, true, true) => InForceBy::Decision,
        (true, true, false) => InForceBy::MayBeDecided,
        (false, _, true) if early => InForceBy::Decision,
        (false, ..) => return None,
    };
    let due = match force {
        InForceBy::MayBeDecided => Vec::new(),
        InForceBy::Stage | InForceBy::Decision => due_at(&measure.due, counting, now),
    };
    Some(Standing {
        measure,
        force,
        due,
    })
}

/// Whether one of the stages has a measure, and whether one lies below its first.
fn reached(ladder: &Ladder, from: Stage, to: Option<Stage>, stages: &[Stage]) -> (bool, bool) {
    let reached = stages.iter().any(|stage| ladder.holds(*stage, from, to));
    let heights = stages.iter().filter_map(|stage| ladder.height(*stage));
    let below = heights.map(Some).any(|height| height < ladder.height(from));
    (reached, below)
}

fn due_at(due: &Due, counting: Option<&Counting>, now: Now<'_>) -> Vec<DueAt> {
    let one = |reference: Option<String>, at: Moment| DueAt {
        reference,
        at: At(at),
        over: at.millis <= now.moment.millis,
    };
    match due.kind {
        DueKind::Standing => Vec::new(),
        DueKind::Daily => vec![one(None, due.on_day_of(now.moment))],
        DueKind::AtOnce | DueKind::Within => {
            let events = now.events.iter().filter(|one| due.after == Some(one.event));
            events
                .filter_map(|event| {
                    let at = due.after_event(event.at.0, counting)?;
                    Some(one(event.reference.clone(), at))
                })
                .collect()
        }
    }
}
