//! `gatehouse audit verify|seal`: whether every chain and seal still holds; a seal over all.

use crate::cli::key_arguments::KeyPlace;
use crate::ops::seal_audit::seal_audit;
use crate::ops::verify_audit::{Asked, verify_audit};
use crate::world::{Computer, World};
use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use std::io::Write;
use std::path::PathBuf;

/// Rows between two words about how far it has come.
const TELL_EVERY: u64 = 100_000;

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
    /// Follow every chain, check every seal, and compare every event, correction and order with
    /// what was written down; print what was found as JSON. Changes nothing: a copy of the
    /// database that can only be read is enough. Ends with an error where something does not hold.
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
    let home = place.home_to_read()?;
    let asked = Asked {
        shard,
        seal: seal.as_deref(),
        now_millis: Computer.now_millis(),
        days_crossings: place.settings()?.days_crossings,
    };
    let mut told = 0;
    let mut progress = |rows: u64| {
        if rows >= told + TELL_EVERY {
            told = rows;
            // Only for whoever watches; the answer is on the other stream.
            let _ = writeln!(std::io::stderr(), "{rows} rows looked at …");
        }
    };
    let report = verify_audit(&home, &asked, &mut progress)?;
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
