//! `gatehouse gate facts|decide`: the vocabulary, and decisions without a server (JSON in and
//! out, so that others can test us). The forms are in `docs/gate-command.md`.

use super::lines::each_line;
use super::policy::LangArgument;
use crate::ops::{decide_line, policy_folder};
use anyhow::Result;
use clap::{Args, Subcommand};
use std::io::Write;
use std::path::PathBuf;

/// Longest line of cases that is read, in bytes.
const LINE_BYTES_MOST: u64 = 1 << 20;

/// Look at facts, decide cases.
#[derive(Debug, Args)]
pub struct GateCommand {
    #[command(subcommand)]
    action: GateAction,
}

#[derive(Debug, Subcommand)]
enum GateAction {
    /// Print the vocabulary of facts as a JSON Schema.
    Facts,
    /// Decide cases: one JSON object a line on standard input, one answer a line on standard
    /// output. A line that cannot be read is answered with {"error": …}; the others are decided.
    Decide {
        /// Folders with policy.toml, upper areas first; none: no document in force.
        #[arg(long = "policy", num_args = 0..)]
        policy: Vec<PathBuf>,
        /// Language of the sentences.
        #[arg(long, value_enum, default_value = "zh")]
        lang: LangArgument,
    },
}

/// Runs the command.
pub fn run(command: GateCommand) -> Result<()> {
    match command.action {
        GateAction::Facts => {
            let schema = gatehouse_core::gate::vocabulary::schema();
            let mut output = std::io::stdout().lock();
            Ok(writeln!(
                output,
                "{}",
                serde_json::to_string_pretty(&schema)?
            )?)
        }
        GateAction::Decide { policy, lang } => decide(&policy, lang),
    }
}

fn decide(folders: &[PathBuf], lang: LangArgument) -> Result<()> {
    let policy = match folders {
        [] => None,
        _ => policy_folder::read_policy(folders)
            .map_err(|found| anyhow::anyhow!(policy_folder::in_lines(&found)))?,
    };
    let too_long = decide_line::too_long(LINE_BYTES_MOST);
    each_line(LINE_BYTES_MOST, too_long, |line| {
        decide_line::decide_line(line, policy.as_ref(), lang.into())
    })
}
