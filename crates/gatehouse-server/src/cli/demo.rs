//! `gatehouse demo`: make a town of invented people.

use crate::config::Config;
use crate::ops::demo::make::{Demo, DemoWish, MakeError, plan_demo, write_demo};
use crate::ops::demo::plan::{DAYS_MOST, DemoSize, PEOPLE_LEAST, PEOPLE_MOST};
use crate::ops::demo::write::{HALF_A_TOWN, WriteError};
use crate::root_paper;
use crate::secrets::{self, Secrets};
use crate::world::{Computer, World};
use anyhow::{Context, Result};
use clap::Args;
use gatehouse_core::area::AreaLevel;
use gatehouse_core::moment::Moment;
use gatehouse_store::{Limits, Store};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Minutes east of UTC; the demo town lies in China.
const CHINA_OFFSET_MINUTES: i16 = 480;

/// Make a town of invented people in a new database, with its passes and up to a week of crossings.
#[derive(Debug, Args)]
pub struct DemoCommand {
    /// People who live there.
    #[arg(long, default_value_t = 1_600)]
    people: u32,
    /// Other seeds give other people.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Days of crossings before that, 1 to 7; those before the last are smaller.
    #[arg(long, default_value_t = 1)]
    days: u32,
    /// The moment at which the town stands, as 2020-02-20T12:00:00+08:00; else now.
    #[arg(long)]
    at: Option<String>,
    /// Folder for the pages to print.
    #[arg(long, default_value = "demo")]
    pages: PathBuf,
    /// Write the pages only, no database.
    #[arg(long)]
    pages_only: bool,
    /// The settings file; else the one that GATEHOUSE_CONFIG names; else the defaults hold.
    #[arg(long)]
    config: Option<PathBuf>,
}

/// Runs the command.
pub fn run(command: DemoCommand) -> Result<()> {
    let size = DemoSize::new(command.people, command.seed)
        .with_context(|| format!("--people is a number from {PEOPLE_LEAST} to {PEOPLE_MOST}"))?;
    let size = size
        .with_days(command.days)
        .with_context(|| format!("--days is a number from 1 to {DAYS_MOST}"))?;
    let made = match &command.at {
        Some(text) => Moment::parse(text).context("--at is no moment with an offset")?,
        None => Moment::new(Computer.now_millis(), CHINA_OFFSET_MINUTES),
    };
    let config = Config::load(command.config.as_deref())?;
    let scheme = if config.is_behind_tls() {
        "https"
    } else {
        "http"
    };
    let host = config
        .public_name
        .clone()
        .unwrap_or_else(|| config.listen.to_string());
    let address = format!("{scheme}://{host}");
    let demo = plan_demo(&DemoWish {
        size,
        made,
        address: address.clone(),
        host,
    })?;
    if !command.pages_only {
        write_town(&demo, &config)?;
    }
    std::fs::create_dir_all(&command.pages).context("the folder of the pages")?;
    let sheet = command.pages.join("passes.html");
    let guide = command.pages.join("first-ten-minutes.html");
    std::fs::write(&sheet, &demo.pages.sheet).context("the sheet of passes")?;
    std::fs::write(&guide, &demo.pages.guide).context("the guard's page")?;

    let figures = demo.figures();
    let [admit, ask, refuse, refer] = figures.crossings;
    let mut out = std::io::stdout();
    writeln!(
        out,
        "{} people in {} households, {} passes, {} vehicles, {} accounts",
        figures.people, figures.households, figures.passes, figures.vehicles, figures.staff
    )?;
    writeln!(
        out,
        "crossings of the last {} hours: {admit} let through, {ask} left when more was needed, \
         {refuse} not let through, {refer} handed over",
        24 * command.days
    )?;
    writeln!(out, "address            {address}")?;
    let mut shown = Vec::new();
    for staff in &demo.town.staffing.staff {
        // One account for each role; the guide names those of the other gates.
        if !shown.contains(&staff.role) {
            shown.push(staff.role);
            let role = staff.role.name();
            writeln!(out, "{role:<18} {:<12} {}", staff.login, staff.password)?;
        }
    }
    write_signers(&mut out, &demo)?;
    writeln!(out, "demo passes        {}", sheet.display())?;
    writeln!(out, "how to begin       {}", guide.display())?;
    Ok(())
}

/// The database, its secrets, and the root key beside them.
fn write_town(demo: &Demo, config: &Config) -> Result<()> {
    std::fs::create_dir_all(&config.data_folder).context("the folder of secrets")?;
    let secrets = Secrets::make(&Computer);
    // Before anything is written: a file that is there belongs to another database.
    secrets.save_new(&config.data_folder.join(secrets::FILE))?;
    let written = write_demo(demo, &open_unhurried(config)?, &secrets, &Computer);
    let root = written.map_err(|error| match error {
        MakeError::Write(WriteError::NotEmpty | WriteError::Half | WriteError::Secrets) => {
            anyhow::Error::from(error)
        }
        stopped => anyhow::Error::from(stopped).context(HALF_A_TOWN),
    })?;
    let root_file = config.data_folder.join("demo-root.txt");
    write_private(&root_file, &root_paper::write(&root)).context("the root key")?;
    Ok(())
}

/// What `gatehouse order` and `gatehouse policy submit` ask for: one key of each role that signs,
/// opened by the password above, and the area of the street.
fn write_signers(out: &mut impl Write, demo: &Demo) -> std::io::Result<()> {
    let staff = &demo.town.staffing.staff;
    let mut shown = Vec::new();
    for (account, key) in demo.orders.signers() {
        let account = &staff[account];
        if !shown.contains(&account.role) {
            shown.push(account.role);
            let name = format!("key of {}", account.login);
            writeln!(out, "{name:<18} {key}")?;
        }
    }
    match demo.town.streets.at_level(AreaLevel::Township) {
        Some(street) => writeln!(out, "area of the street {street}"),
        None => Ok(()),
    }
}

/// Nobody waits at a gate while a demo is made, so a step may take longer than a server's.
fn open_unhurried(config: &Config) -> Result<Store> {
    let limits = Limits {
        processor_time: Duration::from_secs(10),
        ..Limits::default()
    };
    Ok(match config.database_url()? {
        Some(url) => Store::open_postgres(&url)?,
        None => Store::open_sqlite_with(&config.database, limits)?,
    })
}

/// A new file that only its owner reads.
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    options.open(path)?.write_all(text.as_bytes())
}
