//! `cargo xtask bench gate`: the figures that the gate is held to, measured in one run, each beside
//! its limit. Outside `script/test`: it builds for release and wants a machine to itself.

mod decide;
mod size;
mod start;

use anyhow::Result;
use std::fmt;
use std::path::{Path, PathBuf};

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
    /// Not measured, and what is missing.
    Skipped(String),
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
            Finding::Skipped(reason) => write!(f, "skip {reason}"),
        }
    }
}

/// Measures and prints; a figure over its limit is printed as such and is no error, since
/// machines are noisy and a person reads this.
pub fn gate(root: &Path) -> Result<()> {
    let mut findings = decide::measure(root)?;
    findings.extend(size::measure(root)?);
    findings.extend(start::measure(root, &target(root))?);
    findings.push(Finding::Skipped(
        "durable decisions over HTTP: not measured here yet".to_owned(),
    ));
    for finding in findings {
        println!("{finding}");
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
