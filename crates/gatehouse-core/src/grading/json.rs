//! The proposal as a line of JSON in and out: cases of documents and `gatehouse policy grade`.

use super::{AreaCases, Between, CaseGroup, Criteria, Figures, Grade, Origin, RiskLevel, grade};
use crate::moment::{CivilDay, Moment};
use serde::{Deserialize, Serialize};

/// Most groups of one question.
const GROUPS_MOST: usize = 100_000;

/// A question.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The county, by code or name; given back as it is.
    pub area: String,
    /// When it is asked: `2020-10-13T09:00:00+08:00`. Its civil day ends the window.
    pub moment: String,
    /// The cases.
    pub cases: Vec<CaseLine>,
    /// 持续性社区传播, entered by a person; `null` where nobody has said.
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
    /// Day of the report, `2020-10-13`.
    #[serde(default)]
    pub reported: Option<String>,
    /// Day of the diagnosis.
    #[serde(default)]
    pub diagnosed: Option<String>,
    /// How many, or `[least, most]`; one if left out.
    #[serde(default)]
    pub count: Option<Count>,
}

/// A number, or its two ends.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(untagged)]
pub enum Count {
    /// So many.
    Exactly(u32),
    /// Between these.
    Ends(u32, u32),
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
    pub window: [String; 2],
    /// The counts, as `[least, most]`.
    pub figures: AnswerFigures,
    /// The criteria that are met or may be.
    pub because: Vec<Because>,
    /// If it is decided today: the last day to make it public.
    pub publish_by: String,
    /// If it is decided today: the last day to look at it again.
    pub review_by: String,
}

/// The counts of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
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
pub struct Because {
    /// What is counted.
    pub counted: &'static str,
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

/// Answers a question, or says what is wrong with it. No value of it is repeated.
pub fn answer(criteria: &Criteria, question: &Question) -> Result<Answer, String> {
    let moment = Moment::parse(&question.moment)
        .ok_or("`moment` must be written like 2020-10-13T09:00:00+08:00")?;
    if question.cases.len() > GROUPS_MOST {
        return Err(format!("a question holds at most {GROUPS_MOST} cases"));
    }
    let groups = question
        .cases
        .iter()
        .enumerate()
        .map(|(index, line)| group(line).map_err(|fault| format!("cases[{index}]: {fault}")));
    let area = AreaCases {
        groups: groups.collect::<Result<_, _>>()?,
        townships_there: question.townships,
        sustained_spread: question.sustained_spread,
    };
    let day = moment.day();
    Ok(written(
        criteria,
        question,
        &grade(criteria, &area, day),
        day,
    ))
}

fn written(criteria: &Criteria, question: &Question, grade: &Grade, day: CivilDay) -> Answer {
    let after = |days: u16| CivilDay(day.0 + i32::from(days)).to_text();
    Answer {
        area: question.area.clone(),
        level: (grade.least == grade.most).then_some(grade.least),
        at_least: grade.least,
        at_most: grade.most,
        prevails: question.set_above,
        window: [grade.window.first.to_text(), grade.window.last.to_text()],
        figures: AnswerFigures::of(&grade.figures),
        because: grade
            .met
            .iter()
            .map(|met| Because {
                counted: met.criterion.counted.code(),
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
    let day = |text: &Option<String>| match text {
        None => Ok(None),
        Some(text) => CivilDay::parse(text)
            .map(Some)
            .ok_or("a day is written like 2020-10-13"),
    };
    let count = match line.count {
        None => Between::exactly(1),
        Some(Count::Exactly(count)) => Between::exactly(count),
        Some(Count::Ends(least, most)) if least <= most => Between { least, most },
        Some(Count::Ends(..)) => return Err("`count` is [least, most]"),
    };
    Ok(CaseGroup {
        count,
        reported: day(&line.reported)?,
        diagnosed: day(&line.diagnosed)?,
        origin: line.origin,
        closed_loop: line.closed_loop,
        township: line.township.clone(),
    })
}
