//! `gatehouse serve`: pages and gate routes.

use crate::config::{self, Config};
use anyhow::{Result, bail};
use clap::Args;
use std::io::Write;
use std::path::PathBuf;

/// Serve pages and gate routes.
#[derive(Debug, Args)]
pub struct ServeCommand {
    /// The settings file; else the one that GATEHOUSE_CONFIG names; else the defaults hold.
    #[arg(long)]
    config: Option<PathBuf>,
    /// Print an example of the settings file and end.
    #[arg(long)]
    print_example: bool,
}

/// Runs the command.
pub fn run(command: ServeCommand) -> Result<()> {
    if command.print_example {
        return Ok(write!(std::io::stdout(), "{}", config::example())?);
    }
    let _config = Config::load(command.config.as_deref())?;
    bail!("`gatehouse serve` is not built into this version")
}
