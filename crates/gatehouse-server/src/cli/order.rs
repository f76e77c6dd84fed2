//! `gatehouse order`: propose, approve, lift orders.

use anyhow::{Result, bail};
use clap::Args;

/// Propose, approve, lift orders.
#[derive(Debug, Args)]
pub struct OrderCommand {}

/// Runs the command.
pub fn run(_command: OrderCommand) -> Result<()> {
    bail!("`gatehouse order` is not built into this version")
}
