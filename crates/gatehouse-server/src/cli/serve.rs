//! `gatehouse serve`: pages and gate routes.

use crate::config::{self, Config};
use crate::world::Computer;
use anyhow::Result;
use clap::Args;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

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
    let config = Config::load(command.config.as_deref())?;
    tracing_subscriber::fmt()
        .json()
        .with_env_filter(tracing_subscriber::EnvFilter::try_new(&config.log)?)
        .with_writer(std::io::stderr)
        // Whoever read our log has gone: the gate goes on.
        .log_internal_errors(false)
        .init();
    crate::serve::run(config, Arc::new(Computer))
}
