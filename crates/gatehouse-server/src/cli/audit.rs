//! `gatehouse audit verify|seal`: whether every chain and seal still holds; a seal over all.

use crate::cli::key_arguments::KeyPlace;
use crate::ops::seal_audit::seal_audit;
use crate::ops::verify_audit::verify_audit;
use crate::world::Computer;
use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use std::io::Write;
use std::path::PathBuf;

/// Verify audit chains and seals.
#[derive(Debug, Args)]
pub struct AuditCommand {
    #[command(subcommand)]
    action: AuditAction,
}

#[derive(Debug, Subcommand)]
enum AuditAction {
    /// Seal all chains now; print the seals, to be kept elsewhere.
    Seal {
        #[command(flatten)]
        place: KeyPlace,
    },
    /// Follow every chain and check every seal; print what was found as JSON. Ends with an error
    /// where something does not hold.
    Verify {
        /// A kept seal to begin from, as it was exported; else from the beginning.
        #[arg(long, requires = "shard")]
        from_seal: Option<PathBuf>,
        /// One county's number; else all.
        #[arg(long)]
        shard: Option<u32>,
        #[command(flatten)]
        place: KeyPlace,
    },
}

/// Runs the command.
pub fn run(command: AuditCommand) -> Result<()> {
    match command.action {
        AuditAction::Seal { place } => {
            let seals = seal_audit(&place.home()?, &place.secrets()?, &Computer)?;
            let text = serde_json::to_string_pretty(&seals)?;
            Ok(writeln!(std::io::stdout(), "{text}")?)
        }
        AuditAction::Verify {
            from_seal,
            shard,
            place,
        } => verify(from_seal, shard, &place),
    }
}

fn verify(from_seal: Option<PathBuf>, shard: Option<u32>, place: &KeyPlace) -> Result<()> {
    let seal = match &from_seal {
        None => None,
        Some(path) => {
            let bytes = std::fs::read(path);
            Some(bytes.with_context(|| format!("K-FILE: the seal {}", path.display()))?)
        }
    };
    let report = verify_audit(&place.home()?, shard, seal.as_deref())?;
    writeln!(
        std::io::stdout(),
        "{}",
        serde_json::to_string_pretty(&report.json)?
    )?;
    if !report.holds {
        bail!("A-BROKEN: something in the record was altered; keep this database as it is");
    }
    Ok(())
}
