//! The proposal as a line of JSON in and out: cases of documents and `gatehouse policy grade`.

use super::{
    AreaCases, Between, CaseGroup, Counted, Criteria, Figures, Grade, Origin, RiskLevel, grade,
};
use crate::counting::{At, On, plus_days};
use crate::moment::CivilDay;
use serde::{Deserialize, Serialize};

/// A question.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Any JSON; comes back.
    #[serde(default, rename = "id")]
    _id: serde_json::Value,
    /// The county, by code or name; given back as it is.
    pub area: String,
    /// When it is asked; its civil day ends the window.
    pub moment: At,
    /// The cases.
    pub cases: Vec<CaseLine>,
    /// 持续性社区传播, entered by a person; left out where nobody has said.
    #[serde(default)]
    pub sustained_spread: Option<bool>,
    /// How many townships the county has.
    #[serde(default)]
    pub townships: Option<u32>,
    /// A level that was set from above; it prevails (RISK-2).
    #[serde(default)]
    pub set_above: Option<RiskLevel>,
}

/// One case, or several alike.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CaseLine {
    /// Where it was infected; left out where nobody knows yet.
    #[serde(default)]
    pub origin: Option<Origin>,
    /// Under closed-loop management since it came in.
    #[serde(default)]
    pub closed_loop: Option<bool>,
    /// Township or street, by code or name.
    #[serde(default)]
    pub township: Option<String>,
    /// Day of the report.
    #[serde(default)]
    pub reported: Option<On>,
    /// Day of the diagnosis.
    #[serde(default)]
    pub diagnosed: Option<On>,
    /// How many, or `[least, most]`; one if left out.
    #[serde(default)]
    pub count: Option<Count>,
}

/// A number, or its two ends.
#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Count {
    /// So many.
    Exactly(u32),
    /// Between these.
    Ends(u32, u32),
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
pub struct Answer {
    /// The area of the question.
    pub area: String,
    /// The proposed level; `null` where what is known allows several.
    pub level: Option<RiskLevel>,
    /// The lowest level that is possible.
    pub at_least: RiskLevel,
    /// The highest.
    pub at_most: RiskLevel,
    /// The level that was set from above and prevails.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prevails: Option<RiskLevel>,
    /// First and last day that were counted.
    pub window: [On; 2],
    /// The counts, as `[least, most]`.
    pub figures: AnswerFigures,
    /// The criteria that are met or may be.
    pub because: Vec<Because>,
    /// If it is decided today: the last day to make it public.
    pub publish_by: On,
    /// If it is decided today: the last day to look at it again.
    pub review_by: On,
}

/// The counts of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
pub struct AnswerFigures {
    /// See [`Figures`].
    pub imported_sporadic: [u32; 2],
    /// See [`Figures`].
    pub unknown_or_local: [u32; 2],
    /// See [`Figures`].
    pub townships: [u32; 2],
    /// Cases that count in one of the two classes, nobody knows in which.
    pub either_class: u32,
}

/// A criterion behind an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
pub struct Because {
    /// The line of the table.
    pub entry: String,
    /// What is counted.
    pub counted: Counted,
    /// From this number on.
    pub at_least: u32,
    /// Up to this number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_most: Option<u32>,
    /// The level that it makes.
    pub level: RiskLevel,
    /// Whether it is met whatever the unknown turns out to be.
    pub certain: bool,
    /// Its clause.
    pub source: String,
}

/// Answers a question.
///
/// # Errors
/// A count whose ends are turned round.
pub fn answer(criteria: &Criteria, question: &Question) -> Result<Answer, &'static str> {
    let area = AreaCases {
        groups: question.cases.iter().map(group).collect::<Result<_, _>>()?,
        townships_there: question.townships,
        sustained_spread: question.sustained_spread,
    };
    let day = question.moment.0.day();
    let grade = grade(criteria, &area, day);
    Ok(written(criteria, question, &grade, day))
}

fn written(criteria: &Criteria, question: &Question, grade: &Grade, day: CivilDay) -> Answer {
    let after = |days: u16| On(plus_days(day, i32::from(days)));
    Answer {
        area: question.area.clone(),
        level: (grade.least == grade.most).then_some(grade.least),
        at_least: grade.least,
        at_most: grade.most,
        prevails: question.set_above,
        window: [On(grade.window.first), On(grade.window.last)],
        figures: AnswerFigures::of(&grade.figures),
        because: grade
            .met
            .iter()
            .map(|met| Because {
                entry: met.criterion.id.clone(),
                counted: met.criterion.counted,
                at_least: met.criterion.at_least,
                at_most: met.criterion.at_most,
                level: met.criterion.level,
                certain: met.certain,
                source: met.criterion.source.clone(),
            })
            .collect(),
        publish_by: after(criteria.publish_days),
        review_by: after(criteria.review_days),
    }
}

impl AnswerFigures {
    fn of(figures: &Figures) -> AnswerFigures {
        let ends = |span: Between| [span.least, span.most];
        AnswerFigures {
            imported_sporadic: ends(figures.imported_sporadic),
            unknown_or_local: ends(figures.unknown_or_local),
            townships: ends(figures.townships),
            either_class: figures.either_class,
        }
    }
}

fn group(line: &CaseLine) -> Result<CaseGroup, &'static str> {
    let count = match line.count {
        None => Between::exactly(1),
        Some(Count::Exactly(count)) => Between::exactly(count),
        Some(Count::Ends(least, most)) if least <= most => Between { least, most },
        Some(Count::Ends(..)) => return Err("`count` is [least, most]"),
    };
    Ok(CaseGroup {
        count,
        reported: line.reported.map(|on| on.0),
        diagnosed: line.diagnosed.map(|on| on.0),
        origin: line.origin,
        closed_loop: line.closed_loop,
        township: line.township.clone(),
    })
}
