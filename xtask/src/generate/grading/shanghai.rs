//! Shanghai, April 2022: daily figures of districts against the national list.

use super::data::{Shared, cell, day, highest, number};
use super::{differs_by, level_of, span};
use anyhow::{Context, Result};
use gatehouse_core::grading::series::{Reading, Warning, sum_of_days};
use gatehouse_core::grading::{Between, Criteria, RiskLevel, Window};
use gatehouse_core::moment::CivilDay;
use std::collections::BTreeMap;
use std::fmt::Write;

const CASES: &str = "cases/shanghai-2022-districts-march-april.csv";
const LEVELS: &str = "risk-areas/national-list-2022-04-15.csv";
/// The list is of the morning of 04-15: the last whole day before it.
const LAST: &str = "2022-04-14";

/// The section of the page.
pub fn section(shared: &Shared, criteria: &Criteria) -> Result<String> {
    let last = CivilDay::parse(LAST).context("a day")?;
    let window = Window::ending(last, criteria.window_days);
    let rows = shared.rows(CASES)?;
    // A carrier who becomes a case is counted again: at least the carriers, at most both.
    let (mut carriers, mut both) = (BTreeMap::new(), BTreeMap::new());
    for row in &rows {
        let district = cell(row, "district")?;
        for (series, column) in [
            (&mut carriers, "new_asymptomatic"),
            (&mut both, "new_total"),
        ] {
            let readings: &mut Vec<Reading> = series.entry(district.to_owned()).or_default();
            readings.push(Reading {
                day: day(row, "date")?,
                cases: number(row, column)?,
            });
        }
    }
    let list: Vec<_> = shared
        .rows(LEVELS)?
        .into_iter()
        .filter(|row| cell(row, "province").is_ok_and(|name| name == "上海市"))
        .collect();
    let highest = highest(&list, "county")?;
    let mut table = String::new();
    let (mut agree, mut doubled) = (0, Vec::new());
    for (district, readings) in &both {
        let most = sum_of_days(readings, window);
        let least = sum_of_days(&carriers[district], window)
            .count
            .context("every day")?;
        doubled.extend(most.warnings.iter().filter_map(doubled_day));
        let count = Between {
            least: least.least,
            most: most.count.context("every day")?.most,
        };
        let (official, listed) = highest
            .get(district)
            .copied()
            .unwrap_or((RiskLevel::Routine, 0));
        let grade = level_of(criteria, count, None, None, last);
        let how = differs_by(&grade, official);
        agree += usize::from(how == "agrees");
        writeln!(
            table,
            "| {district} | {}–{} | {} | {listed} | {} | {how} |",
            count.least,
            count.most,
            span(&grade),
            official.code(),
        )?;
    }
    Ok(format!(
        "## Shanghai, April 2022\n\n\
         Cases from {} to {LAST} beside the national list of 2022-04-15, 11:00. Whether they were \
         imported is left open; carriers who became cases are counted twice by the districts, so \
         the number has two ends. Days that stand twice in the window, each counted once: \
         {}.\n\n\
         | district | new in 14 days | P7 | listed | list | |\n\
         | --- | ---: | --- | ---: | --- | --- |\n{table}\n\
         {agree} of {} agree. The list holds buildings, hamlets and sites, at most *medium*, and \
         no whole district; by P7 more than 20 imported cases, or ten of any other kind, make the \
         county *high*, whatever its size.\n\n",
        window.first.to_text(),
        each_doubled(&doubled),
        both.len(),
    ))
}

fn doubled_day(warning: &Warning) -> Option<CivilDay> {
    match warning {
        Warning::Doubled { day, .. } => Some(*day),
        _ => None,
    }
}

/// Each day that stands twice, and of how many districts; it is there once for each of them.
fn each_doubled(doubled: &[CivilDay]) -> String {
    let mut districts: BTreeMap<CivilDay, usize> = BTreeMap::new();
    for day in doubled {
        *districts.entry(*day).or_default() += 1;
    }
    let each = districts
        .iter()
        .map(|(day, districts)| format!("{} (of {districts} districts)", day.to_text()));
    match districts.is_empty() {
        true => "none".to_owned(),
        false => each.collect::<Vec<_>>().join(", "),
    }
}
