//! `cargo xtask bench` without what measures, and `simulate` without the simulation: builds it,
//! in the profile that is meant, and hands over. So the other chores need not wait for the whole
//! product.

#[cfg(not(feature = "bench"))]
use crate::Subject;
use anyhow::{Result, bail};
#[cfg(not(feature = "bench"))]
use clap::ValueEnum;
use std::path::Path;
use std::process::Command;

/// Runs the bench as `cargo run --profile … --features bench`.
#[cfg(not(feature = "bench"))]
pub fn bench(
    root: &Path,
    subject: Subject,
    profile: &str,
    [gates, events]: [usize; 2],
) -> Result<()> {
    let name = subject.to_possible_value();
    let name = name.as_ref().map_or("gate", |value| value.get_name());
    let ended = Command::new(env!("CARGO"))
        .current_dir(root)
        .args([
            "run",
            "--quiet",
            "--package",
            "xtask",
            "--features",
            "bench",
        ])
        .args([
            "--profile",
            profile,
            "--",
            "bench",
            name,
            "--profile",
            profile,
        ])
        .args(["--gates", &gates.to_string()])
        .args(["--events", &events.to_string()])
        .status()?;
    if !ended.success() {
        bail!("bench {name} ended with {ended}");
    }
    Ok(())
}

/// Runs the simulation as `cargo run --features simulate`, with the same arguments; optimised
/// where it is to run for long.
#[cfg(not(feature = "simulate"))]
pub fn simulate(root: &Path, is_long: bool) -> Result<()> {
    let profile = if is_long { "simulate" } else { "dev" };
    let ended = Command::new(env!("CARGO"))
        .current_dir(root)
        .args(["run", "--quiet", "--package", "xtask"])
        .args(["--profile", profile, "--features", "simulate", "--"])
        .args(std::env::args_os().skip(1))
        .status()?;
    if !ended.success() {
        bail!("simulate ended with {ended}");
    }
    Ok(())
}
