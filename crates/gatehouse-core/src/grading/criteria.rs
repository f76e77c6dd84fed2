//! Criteria as data: what is counted, and which counts make which level.

use super::{Between, RiskLevel};
use crate::counting::{Counting, Window};
use crate::sourced::{MayBelow, Sourced};
use serde::{Deserialize, Serialize};

/// What a criterion counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Counted {
    /// 市外输入的散发病例: came in from outside the city and is not under closed-loop management.
    ImportedSporadic,
    /// 传染来源不明的病例 and 本地病例, added up (our reading of "or").
    UnknownOrLocal,
    /// Townships and streets with a case of any of these, each once.
    Townships,
    /// 持续性社区传播: 1 where a person has said so, 0 where they have said it is not.
    SustainedSpread,
}

impl Counted {
    /// Everything that can be counted, once.
    pub const ALL: [Counted; 4] = [
        Counted::ImportedSporadic,
        Counted::UnknownOrLocal,
        Counted::Townships,
        Counted::SustainedSpread,
    ];
}

/// Which of a case's days decides whether it lies in the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DayCounted {
    /// The day on which it was reported.
    Reported,
    /// The day of the diagnosis.
    Diagnosed,
}

/// How the levels of a document are worked out.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Grading {
    /// Civil days that count.
    pub window_days: Sourced<u16>,
    /// Which day of a case counts.
    pub day_counted: Sourced<DayCounted>,
    /// Days after the decision within which the level is made public; 0 is the same day.
    pub publish_days: Sourced<u16>,
    /// Days after the decision within which it is looked at again.
    pub review_days: Sourced<u16>,
}

/// One line of the table of levels.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Criterion {
    /// `P7/high-townships`.
    pub id: String,
    /// The clause, or "deployment".
    pub source: String,
    /// How an entry below may stand to it.
    pub below: Option<MayBelow>,
    /// Entries of documents above that it takes out of force.
    #[serde(default)]
    pub replaces: Vec<String>,
    /// The level that it makes.
    pub level: RiskLevel,
    /// What is counted.
    pub counted: Counted,
    /// From this number on.
    pub at_least: u32,
    /// Up to this number; `None` where there is no upper end.
    pub at_most: Option<u32>,
}

crate::entry!(Criterion);

impl Criterion {
    /// Whether every count in the span meets it.
    pub fn holds(&self, span: Between) -> bool {
        self.at_least <= span.least && self.at_most.is_none_or(|most| span.most <= most)
    }

    /// Whether some count in the span meets it.
    pub fn touches(&self, span: Between) -> bool {
        self.at_least <= span.most && self.at_most.is_none_or(|most| span.least <= most)
    }
}

/// The table of levels of a document, with how it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Criteria {
    /// Civil days that count, the day of the question among them.
    pub window_days: u16,
    /// Which day of a case counts.
    pub day_counted: DayCounted,
    /// See [`Grading::publish_days`].
    pub publish_days: u16,
    /// See [`Grading::review_days`].
    pub review_days: u16,
    /// The lines.
    pub criteria: Vec<Criterion>,
}

/// What is wrong with a table of levels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CriteriaFault {
    /// A line's upper end lies below its lower end, it starts at nothing, or makes no level.
    Empty,
    /// Between this line and the one below it in the same count there is a number without a
    /// level, or one with two.
    HoleOrOverlap,
    /// More of the same makes a lower level, or the same.
    NotRising,
    /// The last line of a count has an upper end: still more would be nothing.
    NoTop,
}

impl Criteria {
    /// The criteria of a document, with its way of counting days.
    pub fn new(grading: &Grading, counting: &Counting, lines: Vec<Criterion>) -> Criteria {
        let days = grading.window_days.value;
        Criteria {
            window_days: match counting.window.value {
                Window::WithToday => days,
                Window::BeforeToday => days.saturating_add(1),
            },
            day_counted: grading.day_counted.value,
            publish_days: grading.publish_days.value,
            review_days: grading.review_days.value,
            criteria: lines,
        }
    }

    /// The level that one count makes by itself.
    pub fn level_of(&self, counted: Counted, count: u32) -> RiskLevel {
        self.lines_of(counted)
            .filter(|line| line.touches(Between::exactly(count)))
            .map(|line| line.level)
            .max()
            .unwrap_or(RiskLevel::Routine)
    }

    /// The highest count that makes no level above `level`.
    pub(super) fn most_within(&self, counted: Counted, level: RiskLevel) -> u32 {
        self.lines_of(counted)
            .filter(|line| line.level > level)
            .map(|line| line.at_least.saturating_sub(1))
            .min()
            .unwrap_or(u32::MAX)
    }

    fn lines_of(&self, counted: Counted) -> impl Iterator<Item = &Criterion> {
        self.criteria
            .iter()
            .filter(move |line| line.counted == counted)
    }

    /// What is wrong with the table, with the index of the line. Without faults a higher count
    /// never makes a lower level, which [`super::grade`] builds on.
    pub fn faults(&self) -> Vec<(usize, CriteriaFault)> {
        let mut faults = Vec::new();
        for (index, line) in self.criteria.iter().enumerate() {
            let ends_early = line.at_most.is_some_and(|most| most < line.at_least);
            if ends_early || line.at_least == 0 || line.level == RiskLevel::Routine {
                faults.push((index, CriteriaFault::Empty));
            }
        }
        for counted in Counted::ALL {
            let mut lines: Vec<(usize, &Criterion)> = self
                .criteria
                .iter()
                .enumerate()
                .filter(|(_, line)| line.counted == counted)
                .collect();
            lines.sort_by_key(|(_, line)| line.at_least);
            for pair in lines.windows(2) {
                let [(_, below), (index, above)] = pair else {
                    continue;
                };
                if below.at_most.and_then(|most| most.checked_add(1)) != Some(above.at_least) {
                    faults.push((*index, CriteriaFault::HoleOrOverlap));
                }
                if above.level <= below.level {
                    faults.push((*index, CriteriaFault::NotRising));
                }
            }
            if let Some((index, last)) = lines.last()
                && last.at_most.is_some()
            {
                faults.push((*index, CriteriaFault::NoTop));
            }
        }
        faults
    }
}
