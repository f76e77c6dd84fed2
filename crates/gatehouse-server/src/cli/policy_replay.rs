//! `gatehouse policy replay`: recorded attempts decided again under a draft, beside what was in
//! force. The form of the answer is in `docs/policy-replay.md`.

use super::policy::LangArgument;
use super::progress_line::{ProgressLine, width};
use crate::config::Config;
use crate::ops::local_day::DAY_MILLIS;
use crate::ops::policy_folder::{in_lines, read_documents};
use crate::ops::replay::{Asked, Progress, Report, Under, replay};
use crate::replay_sheet::workbook;
use crate::replay_tables::{Cell, TableInWords, headlines, tables};
use crate::serve::open_store_to_read;
use crate::world::{Computer, World};
use anyhow::{Context, Result, bail};
use clap::Args;
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::id::AreaId;
use gatehouse_core::moment::{CivilDay, Moment};
use gatehouse_store::Store;
use std::io::{IsTerminal, Write, stderr};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};

/// Minutes east of UTC of days that are written without an offset.
const OFFSET_MINUTES: i16 = 480;
/// SQLite is read through so many connections, one for each thread.
const CONNECTIONS: usize = 2;

/// Decide recorded attempts again.
#[derive(Debug, Args)]
pub struct ReplayArguments {
    /// Folder with policy.toml: decide as if it had been in force too. Several stand on one
    /// another, upper areas first. Without one, each attempt is decided by the policy of its own
    /// time, which shows whether the record reproduces.
    #[arg(long = "draft")]
    drafts: Vec<PathBuf>,
    /// From when on: a day as 2020-02-12, or an instant as 2020-02-12T07:00:00+08:00.
    #[arg(long)]
    from: String,
    /// Until when: through the end of a day, or up to an instant.
    #[arg(long)]
    to: String,
    /// The area: its gates are looked at, and the draft stands in its layer. All gates, and the
    /// lowest layer, if not said.
    #[arg(long)]
    area: Option<String>,
    /// Answer with JSON.
    #[arg(long)]
    json: bool,
    /// Write a workbook to this file too.
    #[arg(long)]
    xlsx: Option<PathBuf>,
    /// Language of the words.
    #[arg(long, value_enum, default_value = "zh")]
    lang: LangArgument,
    /// The settings file; else the one that GATEHOUSE_CONFIG names; else the defaults hold.
    #[arg(long)]
    config: Option<PathBuf>,
}

/// Runs the command.
pub fn run(arguments: &ReplayArguments) -> Result<()> {
    let asked = asked(arguments)?;
    let settings = Config::load(arguments.config.as_deref())?;
    let stores = (0..CONNECTIONS)
        .map(|_| open_store_to_read(&settings))
        .collect::<Result<Vec<Store>>>()?;
    let report = watched(&stores, &asked, arguments.lang.into())?;
    if let Some(file) = &arguments.xlsx {
        let bytes = workbook(&report, arguments.lang.into(), OFFSET_MINUTES, &None)?;
        std::fs::write(file, bytes).with_context(|| format!("{}", file.display()))?;
    }
    let mut out = std::io::stdout().lock();
    match arguments.json {
        true => writeln!(out, "{}", serde_json::to_string_pretty(&report)?)?,
        false => print(&mut out, &report, arguments.lang.into())?,
    }
    if arguments.drafts.is_empty() && report.sums.changed + report.not_reproduced > 0 {
        bail!("R-UNLIKE: some records are decided otherwise by the policy of their own time");
    }
    Ok(())
}

fn asked(arguments: &ReplayArguments) -> Result<Asked> {
    let drafts =
        read_documents(&arguments.drafts).map_err(|found| anyhow::anyhow!(in_lines(&found)))?;
    let area = match &arguments.area {
        Some(text) => Some(AreaId::parse(text).context("P006: --area is no area id")?),
        None => None,
    };
    Ok(Asked {
        area,
        from: instant(&arguments.from, 0)?,
        until: instant(&arguments.to, 1)?,
        under: match drafts.is_empty() {
            true => Under::AsItWas,
            false => Under::Drafts(drafts),
        },
    })
}

/// A day's beginning, so many days later, or an instant.
fn instant(text: &str, days_later: i32) -> Result<i64> {
    if let Some(day) = CivilDay::parse(text) {
        let midnight = i64::from(day.0 + days_later) * DAY_MILLIS;
        return Ok(midnight - i64::from(OFFSET_MINUTES) * 60_000);
    }
    let moment = Moment::parse(text);
    let moment = moment.context("O-TIME: written like 2020-02-12 or 2020-02-12T07:00:00+08:00")?;
    Ok(moment.millis)
}

/// Replays, and says on the error stream how far it has come.
fn watched(stores: &[Store], asked: &Asked, lang: Lang) -> Result<Report> {
    let progress = Progress::default();
    let (end, ended) = channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(|| tell(&progress, ended, lang));
        let report = replay(stores, asked, &progress, Computer.now_millis());
        drop(end);
        Ok(report?)
    })
}

/// Only for whoever watches; the answer is on the other stream.
fn tell(progress: &Progress, ended: Receiver<()>, lang: Lang) {
    let mut line = ProgressLine::new(stderr(), stderr().is_terminal());
    while ended.recv_timeout(line.every()) == Err(RecvTimeoutError::Timeout) {
        let figures = progress.figures();
        let [done, total] = <[u64; 2]>::from(figures).map(|count| Cell::Number(count).shown());
        let slots = [("done", done.as_str()), ("total", total.as_str())];
        let words = crate::locale::text_filled(lang, "replay-progress", &slots);
        line.tell(figures.0, figures.1, &words);
    }
    line.end();
}

fn print(out: &mut impl Write, report: &Report, lang: Lang) -> std::io::Result<()> {
    for line in headlines(report, lang, OFFSET_MINUTES) {
        writeln!(out, "{line}")?;
    }
    for table in tables(report, lang, &None) {
        writeln!(out, "\n{}", table.title)?;
        print_table(out, &table)?;
        if !table.note.is_empty() {
            writeln!(out, "  {}", table.note)?;
        }
    }
    Ok(())
}

/// Columns under one another: words to the left, counts to the right.
fn print_table(out: &mut impl Write, table: &TableInWords) -> std::io::Result<()> {
    let shown: Vec<Vec<String>> = std::iter::once(table.columns.clone())
        .chain(
            table
                .rows
                .iter()
                .map(|row| row.iter().map(Cell::shown).collect()),
        )
        .collect();
    let widest = |column: usize| {
        let cells = shown.iter().filter_map(|row| row.get(column));
        cells.map(|cell| width(cell)).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..table.columns.len()).map(widest).collect();
    for row in &shown {
        let mut line = String::from(" ");
        for (column, (cell, widest)) in row.iter().zip(&widths).enumerate() {
            let gap = " ".repeat(widest - width(cell));
            match table.is_count(&column) {
                true => line.push_str(&format!(" {gap}{cell} ")),
                false => line.push_str(&format!(" {cell}{gap} ")),
            }
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}
