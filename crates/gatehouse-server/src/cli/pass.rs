//! `gatehouse pass`: issue and verify passes.

use anyhow::{Result, bail};
use clap::Args;

/// Issue and verify passes.
#[derive(Debug, Args)]
pub struct PassCommand {}

/// Runs the command.
pub fn run(_command: PassCommand) -> Result<()> {
    bail!("`gatehouse pass` is not built into this version")
}
