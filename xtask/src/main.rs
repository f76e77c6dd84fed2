//! Chores of the repository: `cargo xtask tidy | ship | generate | mutate | decisions | licences |
//! bench | simulate`.
//!
//! `tidy` holds the rules that no compiler holds; `generate` writes what is derived from the
//! sources. Nothing here is part of the product.

#[cfg(feature = "bench")]
mod bench;
mod decisions;
mod generate;
#[cfg(not(all(feature = "bench", feature = "simulate")))]
mod launch;
mod licences;
mod mutate;
mod repository;
mod rust_file;
#[cfg(any(feature = "simulate", test))]
#[cfg_attr(
    not(feature = "simulate"),
    expect(dead_code, reason = "the tests begin elsewhere than the command")
)]
mod simulate;
mod tidy;

use anyhow::{Result, bail};
use clap::{Parser, Subcommand};
use repository::Repository;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Parser)]
#[command(about = "Chores of the repository")]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Checks the rules of the house; each breach is a line with file, line and reason.
    Tidy {
        /// Lowers the ratchets to what the files are now; never raises one.
        #[arg(long)]
        lower: bool,
    },
    /// Writes down the checksums of migrations, policies and wire vectors: from now on they are
    /// shipped and may not change.
    Ship,
    /// Writes what is generated from the sources.
    Generate {
        /// Writes nothing; fails where a committed file differs.
        #[arg(long)]
        check: bool,
    },
    /// Makes single mistakes in each delivered document and lists those that `policy check` misses.
    Mutate {
        /// Two hundred a document instead of twenty.
        #[arg(long)]
        long: bool,
    },
    /// Measures the figures that the product is held to; builds what it measures.
    Bench {
        /// What to measure.
        #[arg(value_enum)]
        subject: Subject,
        /// Cargo's profile: `measure` builds quickly, `release` is what is shipped.
        #[arg(long, default_value = "measure")]
        profile: String,
        /// Measures what has been built before, for trying things out.
        #[arg(long)]
        built: bool,
        #[command(flatten)]
        many: Many,
    },
    /// Prints decisions over made-up situations, for whoever decides elsewhere to compare.
    Decisions {
        /// How many.
        #[arg(long, default_value_t = 5_000)]
        count: u64,
        /// From which they are made.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Runs seeds of the simulation of gates and server under faults (docs/simulation.md).
    Simulate(Simulated),
    /// Checks the licence of every dependency against the list in deny.toml.
    Licences,
}

#[derive(Clone, Copy, clap::Args)]
struct Simulated {
    /// How many seeds: 300, or with `--long` a hundred thousand.
    #[arg(long)]
    seeds: Option<u64>,
    /// The first of them.
    #[arg(long, default_value_t = 1)]
    from: u64,
    /// This one alone.
    #[arg(long)]
    seed: Option<u64>,
    /// Prints each step.
    #[arg(long)]
    trace: bool,
    /// Looks for seeds that find each of the planted mistakes.
    #[arg(long)]
    planted: bool,
    /// A hundred thousand seeds, in an optimised build; then the built program, ended with
    /// `kill -9`.
    #[arg(long)]
    long: bool,
    /// How often it is ended with `--long`.
    #[arg(long, default_value_t = 2_000)]
    kills: u32,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Subject {
    /// Decision, sizes, start, durable decisions over HTTP, decisions on the phone.
    Gate,
    /// Of these the durable decisions alone.
    Durable,
    /// Of these the decision on the phone alone, in Chromium.
    Device,
    /// Pages over a hundred thousand people and a million crossings, on both databases.
    Console,
    /// What an office does in bulk, on both databases: import, export, sheets of passes.
    Desk,
    /// Recorded attempts decided again under a draft.
    Replay,
    /// `policy check` of three documents with 150 rows together.
    Policy,
    /// Gates that come back after three days without a network.
    Return,
}

/// How many come back (`return`). What is less than `--long` is the same load a second for a
/// shorter time.
#[derive(clap::Args)]
struct Many {
    /// Gates at once.
    #[arg(long, default_value_t = 20)]
    gates: usize,
    /// Records of all of them together.
    #[arg(long, default_value_t = 60_000)]
    events: usize,
    /// The whole size: 600 000 records of 200 gates.
    #[arg(long)]
    long: bool,
}

impl Many {
    /// Gates and records.
    fn sizes(&self) -> [usize; 2] {
        match self.long {
            true => [200, 600_000],
            false => [self.gates, self.events],
        }
    }
}

/// Seeds of a run, and of a long one.
#[cfg(feature = "simulate")]
const SEEDS: u64 = 300;
#[cfg(feature = "simulate")]
const LONG_SEEDS: u64 = 100_000;

#[cfg(feature = "simulate")]
impl Simulated {
    fn asked(self) -> simulate::Asked {
        let usual = if self.long { LONG_SEEDS } else { SEEDS };
        let one = self.seed.map(|_| 1);
        simulate::Asked {
            seeds: one.or(self.seeds).unwrap_or(usual),
            from: self.seed.unwrap_or(self.from),
            is_told: self.trace,
            is_search: self.planted,
            is_long: self.long && !self.planted && !self.trace && self.seed.is_none(),
            kills: self.kills,
        }
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    match Arguments::parse().chore {
        Chore::Tidy { lower } => {
            let repository = Repository::read(&root)?;
            if lower {
                tidy::size::lower(&repository, &root)?;
            }
            report("tidy", &tidy::breaches(&repository))
        }
        Chore::Ship => tidy::shipped::ship(&Repository::read(&root)?, &root),
        Chore::Generate { check } => generate::run(&root, check),
        Chore::Mutate { long } => mutate::run(&root, long),
        Chore::Decisions { count, seed } => decisions::run(&root, count, seed),
        #[cfg(feature = "bench")]
        Chore::Bench {
            subject,
            profile,
            built,
            many,
        } => {
            let [gates, events] = many.sizes();
            let sizes = bench::Sizes { gates, events };
            bench::run(&root, subject, &profile, built, sizes)
        }
        #[cfg(not(feature = "bench"))]
        Chore::Bench {
            subject,
            profile,
            many,
            ..
        } => launch::bench(&root, subject, &profile, many.sizes()),
        #[cfg(feature = "simulate")]
        Chore::Simulate(asked) => simulate::run(&root, asked.asked()),
        #[cfg(not(feature = "simulate"))]
        Chore::Simulate(asked) => launch::simulate(&root, asked.long),
        Chore::Licences => report("licences", &licences::breaches(&root)?),
    }
}

fn report(chore: &str, breaches: &[String]) -> Result<()> {
    for breach in breaches {
        println!("{breach}");
    }
    if !breaches.is_empty() {
        bail!("{chore}: {} breaches", breaches.len());
    }
    println!("{chore}: nothing found");
    Ok(())
}
