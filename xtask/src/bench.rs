//! `cargo xtask bench gate|device|console|desk|replay|policy|return`: the figures that the product
//! is held to, measured in one run, each beside its limit. Outside `script/test`: it builds for
//! release and wants a machine to itself.

mod big;
mod come_back;
mod come_back_phone;
mod console;
mod decide;
mod desk;
mod device;
mod durable;
mod lists;
mod load;
mod policy;
mod postgres;
mod process;
mod prototype;
mod replay;
mod size;
mod start;
mod town;

use crate::Subject;
use anyhow::{Context, Result, bail};
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// One measured figure.
pub struct Figure {
    /// What was measured.
    pub what: String,
    /// Its value, in `unit`.
    pub value: f64,
    /// What it may be at most.
    pub limit: f64,
    /// Unit of value and limit.
    pub unit: &'static str,
}

/// A figure, or why it was not measured.
pub enum Finding {
    /// Measured.
    Figure(Figure),
    /// Measured, with no limit of its own: what the others rest on.
    Note(String),
    /// Not measured, and what is missing.
    Skipped(String),
}

impl Finding {
    /// A figure with its limit.
    pub fn of(what: impl Into<String>, value: f64, limit: f64, unit: &'static str) -> Finding {
        Finding::Figure(Figure {
            what: what.into(),
            value,
            limit,
            unit,
        })
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Finding::Figure(figure) => {
                let share = figure.value / figure.limit;
                let mark = if share <= 1.0 { "ok  " } else { "OVER" };
                write!(
                    f,
                    "{mark} {:<64} {:>9.2} {:<5} of {:>7.2} = {share:.2}",
                    figure.what, figure.value, figure.unit, figure.limit
                )
            }
            Finding::Note(text) => write!(f, "     {text}"),
            Finding::Skipped(reason) => write!(f, "skip {reason}"),
        }
    }
}

/// Where everything lies that a measurement needs.
pub struct Bench<'a> {
    /// The repository.
    pub root: &'a Path,
    /// The binary under measurement.
    pub gatehouse: PathBuf,
    /// For databases and copies; made anew by each measurement that uses it.
    pub folder: PathBuf,
    /// How large, where that is asked.
    pub sizes: Sizes,
}

/// Gates that come back at once, and what they bring together.
#[derive(Clone, Copy)]
pub struct Sizes {
    /// Gates, each with one phone.
    pub gates: usize,
    /// Records of all of them.
    pub events: usize,
}

type Part = fn(&Bench<'_>) -> Result<Vec<Finding>>;

/// Measures and prints; a figure over its limit is printed as such and is no error, since
/// machines are noisy and a person reads this.
pub fn run(root: &Path, subject: Subject, profile: &str, built: bool, sizes: Sizes) -> Result<()> {
    if sizes.gates == 0 || sizes.events < sizes.gates {
        bail!("each gate brings at least one record");
    }
    let target = target(root);
    if !built {
        build(root, profile)?;
    }
    let gatehouse = target.join(profile).join("gatehouse");
    let bench = Bench {
        root,
        gatehouse: gatehouse
            .canonicalize()
            .with_context(|| gatehouse.display().to_string())?,
        folder: target.join("bench"),
        sizes,
    };
    std::fs::create_dir_all(&bench.folder)?;
    println!("profile {profile}");
    let parts: &[Part] = match subject {
        Subject::Gate => &[
            decide::measure,
            size::measure,
            start::measure,
            durable::measure,
            device::measure,
        ],
        Subject::Durable => &[durable::measure],
        Subject::Device => &[device::measure],
        Subject::Console => &[console::measure],
        Subject::Desk => &[desk::measure],
        Subject::Replay => &[replay::measure],
        Subject::Policy => &[policy::measure],
        Subject::Return => &[come_back::measure],
    };
    for part in parts {
        for finding in part(&bench)? {
            println!("{finding}");
        }
    }
    Ok(())
}

/// Builds the binary, so that nothing old is measured.
fn build(root: &Path, profile: &str) -> Result<()> {
    let built = Command::new(env!("CARGO"))
        .current_dir(root)
        .args([
            "build",
            "--quiet",
            "--package",
            "gatehouse-server",
            "--profile",
            profile,
        ])
        .status()?;
    if !built.success() {
        bail!("the build ended with {built}");
    }
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "cargo's own setting, for a tool of developers"
)]
fn target(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from)
}

/// The value in the middle.
/// The value below which such a share of the others lies.
fn percentile(mut values: Vec<f64>, share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let at = (values.len() as f64 * share).ceil() as usize;
    values
        .get(at.saturating_sub(1))
        .copied()
        .unwrap_or(f64::NAN)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
