//! `gatehouse init`: make the key tree and the first account of a new database.

use anyhow::{Result, bail};
use clap::Args;

/// Make the key tree and the first account of a new database.
#[derive(Debug, Args)]
pub struct InitCommand {}

/// Runs the command.
pub fn run(_command: InitCommand) -> Result<()> {
    bail!("`gatehouse init` is not built into this version")
}
