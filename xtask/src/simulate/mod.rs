//! The deterministic simulation (`cargo xtask simulate`, ADR 34): the real device, the server's
//! real operations and the real database run under a scheduler that makes things go wrong.

mod chance;
mod check;
mod fault;
mod gate;
mod killed;
mod long;
mod network;
mod office;
mod outage;
mod page;
mod planted;
#[cfg(test)]
mod postgres;
mod record;
mod replay;
mod server;
mod settle;
mod simulation;
mod town;
mod version;
mod versions;

use anyhow::{Result, bail};
use gatehouse_store::Store;
use simulation::{Ended, Size};
use std::path::Path;
use std::time::Instant;
use town::Town;

/// Steps of a seed.
const STEPS: usize = 400;

/// What is asked of `cargo xtask simulate`.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    pub seeds: u64,
    pub from: u64,
    pub is_told: bool,
    /// Looks for seeds that find the planted mistakes instead.
    pub is_search: bool,
    /// Goes on after a breach, on all processors.
    pub is_long: bool,
    /// How often the built program is ended after a long run.
    pub kills: u32,
}

/// Runs seeds; ends with the first that breaks something.
#[expect(
    clippy::disallowed_methods,
    reason = "says how long it took; what runs has a clock of its own"
)]
pub fn run(root: &Path, asked: Asked) -> Result<()> {
    if asked.is_long {
        return run_long(root, asked);
    }
    let began = Instant::now();
    let town = Town::lay(Store::open_memory()?)?;
    let mut events = 0;
    let size = Size {
        steps: STEPS,
        is_told: asked.is_told,
    };
    if asked.is_search {
        return planted::search(&town, asked.from, asked.seeds, size);
    }
    for seed in asked.from..asked.from + asked.seeds {
        let ended = simulation::run(&town, seed, size)?;
        events += ended.events;
        if asked.is_told {
            println!("trace {}", ended.trace);
        }
        if let Some(report) = in_words(&ended) {
            bail!(report);
        }
    }
    let seconds = began.elapsed().as_secs_f64();
    println!(
        "simulate: {} seeds, {events} events, {seconds:.1} s",
        asked.seeds
    );
    Ok(())
}

/// The seeds, then the built program; what broke in the one keeps nobody from the other.
fn run_long(root: &Path, asked: Asked) -> Result<()> {
    if asked.kills == 0 {
        return long::run(asked);
    }
    killed::can_run(root)?;
    let seeds = long::run(asked);
    let kills = killed::run(root, asked.kills);
    seeds.and(kills)
}

/// What broke, and how to see it again.
fn in_words(ended: &Ended) -> Option<String> {
    let broken = ended.broken.as_ref()?;
    let lines = ended.last.join("\n  ");
    Some(format!(
        "seed {}, step {}: {}: {}\n  {lines}\nagain: cargo xtask simulate --seed {} --trace",
        ended.seed, ended.step, broken.invariant, broken.detail, ended.seed
    ))
}

#[cfg(test)]
mod tests;
