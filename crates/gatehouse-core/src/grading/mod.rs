//! 风险等级: which level of risk the cases of a window make of a county (RISK-1, RISK-2).
//!
//! The criteria are data of a policy document; this proposes, people decide (RISK-2). It is no
//! judgement on a person or a place: it reads counts. What is not known widens a figure to
//! [least, most], and an answer that spans two levels says so.

mod counting;
mod criteria;
pub mod json;
pub mod series;

#[cfg(test)]
mod tests;

pub use counting::{CaseGroup, Figures, Origin};
pub use criteria::{Counted, Criteria, CriteriaFault, Criterion, DayCounted, Grading};

use crate::moment::CivilDay;
use serde::{Deserialize, Serialize};

/// 风险等级, from nothing upward; the order is that of the levels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RiskLevel {
    /// 常态化: no criterion is met.
    Routine,
    /// 低风险
    Low,
    /// 中风险
    Medium,
    /// 高风险
    High,
}

impl RiskLevel {
    /// Every level once, from the lowest.
    pub const ALL: [RiskLevel; 4] = [
        RiskLevel::Routine,
        RiskLevel::Low,
        RiskLevel::Medium,
        RiskLevel::High,
    ];

    /// The name in documents and on the command line.
    pub const fn code(self) -> &'static str {
        match self {
            RiskLevel::Routine => "routine",
            RiskLevel::Low => "low",
            RiskLevel::Medium => "medium",
            RiskLevel::High => "high",
        }
    }

    /// The level with this [`RiskLevel::code`].
    pub fn from_code(code: &str) -> Option<RiskLevel> {
        RiskLevel::ALL
            .into_iter()
            .find(|level| level.code() == code)
    }
}

/// A count of which only the ends are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Between {
    /// It is at least this.
    pub least: u32,
    /// It is at most this.
    pub most: u32,
}

impl Between {
    /// A count that is known.
    pub const fn exactly(count: u32) -> Between {
        Between {
            least: count,
            most: count,
        }
    }

    pub(crate) fn plus(self, other: Between) -> Between {
        Between {
            least: self.least.saturating_add(other.least),
            most: self.most.saturating_add(other.most),
        }
    }
}

/// What is known of a county.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AreaCases {
    /// The cases, alone or in groups of which only the number is known.
    pub groups: Vec<CaseGroup>,
    /// How many townships the county has: no more can have cases.
    pub townships_there: Option<u32>,
    /// 持续性社区传播: entered by a person, never worked out; `None` where nobody has said.
    pub sustained_spread: Option<bool>,
}

/// The days that count: both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Its first day.
    pub first: CivilDay,
    /// Its last day: the day of the question.
    pub last: CivilDay,
}

impl Window {
    /// `days` civil days that end with `last`; 14 days are `last` and the 13 before (POL-6).
    pub fn ending(last: CivilDay, days: u16) -> Window {
        Window {
            first: CivilDay(last.0 - i32::from(days) + 1),
            last,
        }
    }

    /// Whether a day lies in it.
    pub fn holds(self, day: CivilDay) -> bool {
        self.first <= day && day <= self.last
    }
}

/// The proposal, with what lies behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grade {
    /// The lowest level that what is known allows.
    pub least: RiskLevel,
    /// The highest; the same where what is known settles it.
    pub most: RiskLevel,
    /// The counts.
    pub figures: Figures,
    /// The criteria that are met or may be, lowest level first.
    pub met: Vec<Met>,
    /// The days that were counted.
    pub window: Window,
}

/// A criterion that is met, or may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Met {
    /// The criterion.
    pub criterion: Criterion,
    /// Whether it is met whatever the unknown turns out to be.
    pub certain: bool,
}

/// Works out the level of a county on a day. The highest level met wins (RISK-1).
pub fn grade(criteria: &Criteria, area: &AreaCases, day: CivilDay) -> Grade {
    let window = Window::ending(day, criteria.window_days);
    let figures = counting::figures(criteria, area, window);
    let met = criteria
        .criteria
        .iter()
        .filter_map(|criterion| {
            let figure = figures.of(criterion.counted);
            criterion.touches(figure).then(|| Met {
                criterion: criterion.clone(),
                certain: criterion.holds(figure),
            })
        })
        .collect();
    Grade {
        least: lowest_level(criteria, &figures),
        most: Counted::ALL
            .into_iter()
            .map(|counted| criteria.level_of(counted, figures.of(counted).most))
            .max()
            .unwrap_or(RiskLevel::Routine),
        figures,
        met,
        window,
    }
}

/// The lowest level that some way of filling in the unknown gives. A case of which only the class
/// is unknown counts as one or the other, never as neither: the least of each figure alone would
/// be too low.
fn lowest_level(criteria: &Criteria, figures: &Figures) -> RiskLevel {
    RiskLevel::ALL
        .into_iter()
        .find(|level| stays_within(criteria, figures, *level))
        .unwrap_or(RiskLevel::High)
}

fn stays_within(criteria: &Criteria, figures: &Figures, level: RiskLevel) -> bool {
    let room = |counted: Counted| {
        criteria
            .most_within(counted, level)
            .checked_sub(figures.of(counted).least)
    };
    let elsewhere = [Counted::Townships, Counted::SustainedSpread];
    if elsewhere.into_iter().any(|counted| room(counted).is_none()) {
        return false;
    }
    match (
        room(Counted::ImportedSporadic),
        room(Counted::UnknownOrLocal),
    ) {
        (Some(imported), Some(local)) => imported.saturating_add(local) >= figures.either_class,
        _ => false,
    }
}
