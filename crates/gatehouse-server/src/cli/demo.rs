//! `gatehouse demo`: make a town of invented people.

use anyhow::{Result, bail};
use clap::Args;

/// Make a town of invented people.
#[derive(Debug, Args)]
pub struct DemoCommand {}

/// Runs the command.
pub fn run(_command: DemoCommand) -> Result<()> {
    bail!("`gatehouse demo` is not built into this version")
}
