//! Start to first page with the demo town present, the memory held then, and how long a large
//! demo takes to make.

use super::process::now;
use super::town::Town;
use super::{Bench, Finding};
use anyhow::Result;

/// People of the ordinary demo.
const PEOPLE: u32 = 1_600;
/// People of the large one.
const PEOPLE_MANY: u32 = 100_000;

/// Three figures.
pub fn measure(bench: &Bench<'_>) -> Result<Vec<Finding>> {
    let (town, _) = Town::make(bench, "start", PEOPLE, "")?;
    // The first start reads the files from the disk; the second is what an operator waits for.
    served(&town)?;
    let (seconds, megabytes) = served(&town)?;
    let [wall, cpu] = Town::make(bench, "large", PEOPLE_MANY, "")?.0.seconds;
    std::fs::remove_dir_all(bench.folder.join("large"))?;
    Ok(vec![
        Finding::of("start to first page, database present", seconds, 0.3, "s"),
        Finding::of(
            "resident memory at start with the demo town",
            megabytes,
            30.0,
            "MB",
        ),
        Finding::of("demo of 100 000 people, CPU", cpu, 60.0, "s"),
        Finding::Note(format!(
            "demo of 100 000 people: {wall:.1} s by the clock on the wall"
        )),
    ])
}

fn served(town: &Town) -> Result<(f64, f64)> {
    let began = now();
    let server = town.serve()?;
    town.page("/login", "")?;
    let seconds = began.elapsed().as_secs_f64();
    Ok((seconds, server.resident_megabytes()?))
}
