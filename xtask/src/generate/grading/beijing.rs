//! Beijing, June 2020: districts against the townships of the official list.

use super::data::{Shared, cell, day, highest, series};
use super::{differs_by, level_of, span};
use anyhow::{Context, Result};
use gatehouse_core::grading::series::{Warning, new_cases, warnings};
use gatehouse_core::grading::{Criteria, Origin, RiskLevel, Window};
use gatehouse_core::moment::CivilDay;
use std::collections::BTreeSet;
use std::fmt::Write;

const CASES: &str = "cases/beijing-districts-2020-06-07.csv";
const LEVELS: &str = "risk-areas/beijing-2020-06-official-levels.csv";

/// A district on the day of a list.
pub struct District {
    /// Its name.
    pub name: String,
    /// Day of the list.
    pub day: CivilDay,
    /// New cases in the window.
    pub new: u32,
    /// How many of its townships stand in the list.
    pub listed: u32,
    /// The highest level of these.
    pub official: RiskLevel,
}

/// The districts on the days of both lists.
pub fn districts(shared: &Shared, criteria: &Criteria) -> Result<Vec<District>> {
    let (cases, list) = (shared.rows(CASES)?, shared.rows(LEVELS)?);
    // Places outside the standard (imported, from elsewhere, not told) are no county.
    let real: BTreeSet<&str> = cases
        .iter()
        .filter(|row| {
            row.get("city_code")
                .is_some_and(|code| code.parse::<u32>().is_ok())
        })
        .map(|row| cell(row, "city"))
        .collect::<Result<_>>()?;
    let series = series(&cases)?;
    let days: BTreeSet<CivilDay> = list
        .iter()
        .map(|row| day(row, "list_time"))
        .collect::<Result<_>>()?;
    let mut found = Vec::new();
    for list_day in days {
        let of_day: Vec<_> = list
            .iter()
            .filter(|row| day(row, "list_time").is_ok_and(|day| day == list_day))
            .cloned()
            .collect();
        let highest = highest(&of_day, "district")?;
        for ((_, name), readings) in &series {
            if !real.contains(name.as_str()) {
                continue;
            }
            let window = Window::ending(list_day, criteria.window_days);
            let new = new_cases(readings, window).count.context("a figure")?;
            let (official, listed) = highest
                .get(name)
                .copied()
                .unwrap_or((RiskLevel::Routine, 0));
            found.push(District {
                name: name.clone(),
                day: list_day,
                new: new.least,
                listed,
                official,
            });
        }
    }
    Ok(found)
}

/// How many falls all series together have, by kind of fault.
pub fn faults(shared: &Shared, path: &str) -> Result<[usize; 4]> {
    let series = series(&shared.rows(path)?)?;
    let all: Vec<Warning> = series
        .values()
        .flat_map(|readings| warnings(readings))
        .collect();
    let count = |kind: fn(&Warning) -> bool| all.iter().filter(|warning| kind(warning)).count();
    Ok([
        series.len(),
        count(|warning| matches!(warning, Warning::Fall { .. })),
        count(|warning| matches!(warning, Warning::Gap { .. })),
        count(|warning| matches!(warning, Warning::Doubled { .. })),
    ])
}

/// The section of the page.
pub fn section(shared: &Shared, criteria: &Criteria) -> Result<String> {
    let districts = districts(shared, criteria)?;
    let [count, falls, gaps, doubled] = faults(shared, CASES)?;
    let mut text = format!(
        "## Beijing, June 2020\n\n{count} series by province and name, {falls} fall, {gaps} gaps, \
         {doubled} doubled days. Cases are taken as local.\n\n\
         *Listed* is how many townships of the district stand in the list of 15:00 on that day; in \
         the column behind it they are taken as the townships with cases.\n\n\
         | day | district | new in 14 days | P7, townships unknown | listed | P7, townships as \
         listed | list | |\n| --- | --- | ---: | --- | ---: | --- | --- | --- |\n"
    );
    let (mut agree, mut shown, mut agree_alone, mut open_alone) = (0, 0, 0, 0);
    for district in &districts {
        if district.new == 0 && district.listed == 0 {
            continue;
        }
        let count = gatehouse_core::grading::Between::exactly(district.new);
        let graded = |townships| {
            level_of(
                criteria,
                count,
                Some(Origin::Local),
                townships,
                district.day,
            )
        };
        let (open, listed) = (graded(None), graded(Some(district.listed)));
        let how = differs_by(&listed, district.official);
        let alone = differs_by(&open, district.official);
        agree += usize::from(how == "agrees");
        agree_alone += usize::from(alone == "agrees");
        open_alone += usize::from(alone.starts_with("not settled"));
        shown += 1;
        writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} | {} | {how} |",
            district.day.to_text(),
            district.name,
            district.new,
            span(&open),
            district.listed,
            span(&listed),
            district.official.code(),
        )?;
    }
    let quiet = districts.len() - shown;
    let other_alone = shown - agree_alone - open_alone;
    writeln!(
        text,
        "\nBy the cases alone {agree_alone} of {shown} agree, {open_alone} are not settled (what \
         the cases leave open holds the list's level), the rest ({other_alone}) not. With the \
         townships of the list {agree} agree, which is no second proof: they come from the list \
         itself. \
         {quiet} more have no case and no township in the list: routine on both sides. Every \
         district with a case has a township in the list, and none without.\n\n\
         Where they differ: the list grades each township by itself, P7 adds up the district. \
         Ten cases, or four townships with one each, make the county *high*.\n"
    )?;
    Ok(text)
}
