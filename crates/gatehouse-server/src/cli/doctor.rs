//! `gatehouse doctor`: look at an installation from a phone's view.

use anyhow::{Result, bail};
use clap::Args;

/// Look at an installation from a phone's view.
#[derive(Debug, Args)]
pub struct DoctorCommand {}

/// Runs the command.
pub fn run(_command: DoctorCommand) -> Result<()> {
    bail!("`gatehouse doctor` is not built into this version")
}
