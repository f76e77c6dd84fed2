//! Zhejiang, Guangdong, Heilongjiang in 2020: every city on every day. There was no list yet.

use super::beijing::faults;
use super::data::{Shared, series};
use super::level_of;
use anyhow::{Context, Result};
use gatehouse_core::grading::series::new_cases;
use gatehouse_core::grading::{Criteria, Window};
use gatehouse_core::moment::CivilDay;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// The table.
pub const CASES: &str = "cases/cn-cities-2020-zhejiang-guangdong-heilongjiang.csv";

/// The section of the page.
pub fn section(shared: &Shared, criteria: &Criteria) -> Result<String> {
    let [count, falls, gaps, doubled] = faults(shared, CASES)?;
    let rows = shared.rows(CASES)?;
    let by_code: BTreeSet<_> = rows
        .iter()
        .map(|row| ["province", "city_code", "city"].map(|name| row.get(name)))
        .collect();
    let by_code = by_code.len();
    let series = series(&rows)?;
    let mut spans: BTreeMap<_, usize> = BTreeMap::new();
    let (mut days, mut warned, mut widened) = (0, 0, 0);
    for ((_, name), readings) in &series {
        if name.is_empty() {
            continue;
        }
        let first = readings
            .iter()
            .map(|reading| reading.day)
            .min()
            .context("a day")?;
        let last = readings
            .iter()
            .map(|reading| reading.day)
            .max()
            .context("a day")?;
        for day in (first.0..=last.0).map(CivilDay) {
            let new = new_cases(readings, Window::ending(day, criteria.window_days));
            let count = new.count.context("a figure")?;
            days += 1;
            warned += usize::from(!new.warnings.is_empty());
            widened += usize::from(count.least < count.most);
            let grade = level_of(criteria, count, None, None, day);
            *spans.entry((grade.least, grade.most)).or_default() += 1;
        }
    }
    let mut text = format!(
        "\n## Zhejiang, Guangdong and Heilongjiang, January to May 2020\n\n\
         {count} series by province and name (a code is no key: some places have none at first and \
         one later, which by code and name gives {by_code} series), {falls} falls, {gaps} gaps, \
         {doubled} doubled days.\n\n\
         No official list stands beside them, and the figures say neither origin nor township; a \
         whole city is graded as if it were one county. Of {days} windows of a city or a place \
         outside the standard, {warned} touch a fall or a gap; {widened} have two \
         ends to the number of cases (a fall, a gap, or a series that begins in the window).\n\n\
         | level | windows |\n| --- | ---: |\n"
    );
    for ((least, most), windows) in spans {
        let (least, most) = (least.code(), most.code());
        let level = if least == most {
            least.to_owned()
        } else {
            format!("{least}–{most}")
        };
        writeln!(text, "| {level} | {windows} |")?;
    }
    Ok(text)
}
