//! `gatehouse audit`: verify audit chains and seals.

use anyhow::{Result, bail};
use clap::Args;

/// Verify audit chains and seals.
#[derive(Debug, Args)]
pub struct AuditCommand {}

/// Runs the command.
pub fn run(_command: AuditCommand) -> Result<()> {
    bail!("`gatehouse audit` is not built into this version")
}
