//! Reading the shared data: tables with a header row, commas, no quotes in what is read here.

use anyhow::{Context, Result, ensure};
use gatehouse_core::grading::RiskLevel;
use gatehouse_core::grading::series::Reading;
use gatehouse_core::moment::CivilDay;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The folder with the data.
pub struct Shared(PathBuf);

/// A row by the names of its columns.
pub type Row = BTreeMap<String, String>;

impl Shared {
    /// `GATEHOUSE_SHARED_DATA`, or `shared/data` beside the workspace or one folder up.
    #[expect(
        clippy::disallowed_methods,
        reason = "where the data lies is for the machine to say"
    )]
    pub fn beside(root: &Path) -> Option<Shared> {
        [
            std::env::var_os("GATEHOUSE_SHARED_DATA").map(PathBuf::from),
            Some(root.join("../shared/data")),
            Some(root.join("../../shared/data")),
        ]
        .into_iter()
        .flatten()
        .find(|folder| folder.join("risk-areas").is_dir())
        .map(Shared)
    }

    /// The rows of a table.
    pub fn rows(&self, path: &str) -> Result<Vec<Row>> {
        let text = std::fs::read_to_string(self.0.join(path)).with_context(|| path.to_owned())?;
        let mut lines = text.lines();
        let names: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
        lines
            .map(|line| {
                let cells: Vec<&str> = line.split(',').collect();
                ensure!(
                    cells.len() == names.len(),
                    "{path}: a row of another length"
                );
                let cells = cells.into_iter().map(str::to_owned);
                Ok(names
                    .iter()
                    .map(|name| (*name).to_owned())
                    .zip(cells)
                    .collect())
            })
            .collect()
    }
}

/// A cell that must be there.
pub fn cell<'a>(row: &'a Row, name: &str) -> Result<&'a str> {
    row.get(name)
        .map(String::as_str)
        .with_context(|| name.to_owned())
}

/// A number of a row.
pub fn number(row: &Row, name: &str) -> Result<u32> {
    cell(row, name)?.parse().with_context(|| name.to_owned())
}

/// A day of a row.
pub fn day(row: &Row, name: &str) -> Result<CivilDay> {
    let text = cell(row, name)?;
    CivilDay::parse(text.get(..10).unwrap_or(text)).with_context(|| name.to_owned())
}

/// The cumulative series of a table, by province and name. Codes are no key: places outside the
/// standard (imported, not told) have none at first and one of the source's own later, in one
/// and the same series. An empty name is the province's own total.
pub fn series(rows: &[Row]) -> Result<BTreeMap<(String, String), Vec<Reading>>> {
    let mut series: BTreeMap<_, Vec<Reading>> = BTreeMap::new();
    for row in rows {
        let key = (
            cell(row, "province")?.to_owned(),
            cell(row, "city")?.to_owned(),
        );
        series.entry(key).or_default().push(Reading {
            day: day(row, "date")?,
            cases: number(row, "confirmed_cum")?,
        });
    }
    Ok(series)
}

/// The highest level of each place in a list, with how many entries the list has for it.
pub fn highest(list: &[Row], place: &str) -> Result<BTreeMap<String, (RiskLevel, u32)>> {
    let mut places: BTreeMap<String, (RiskLevel, u32)> = BTreeMap::new();
    for row in list {
        let level = RiskLevel::from_code(cell(row, "level")?).context("a level")?;
        let known = places
            .entry(cell(row, place)?.to_owned())
            .or_insert((RiskLevel::Routine, 0));
        *known = (known.0.max(level), known.1 + 1);
    }
    Ok(places)
}
