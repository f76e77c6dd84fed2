//! `gatehouse gate facts|decide`: the vocabulary, and decisions without a server (JSON in and
//! out, so that others can test us).

use super::policy::LangArgument;
use crate::ops::{decide_line, policy_folder};
use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use std::io::{BufRead, Write};
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
        _ => Some(policy_folder::read_policy(folders).map_err(|complaints| {
            let lines: Vec<String> = complaints.iter().map(ToString::to_string).collect();
            anyhow::anyhow!("{}", lines.join("\n"))
        })?),
    };
    let mut input = std::io::stdin().lock();
    let mut output = std::io::stdout().lock();
    let mut line = Vec::new();
    let mut failed = 0_usize;
    loop {
        line.clear();
        let mut bounded = std::io::Read::take(&mut input, LINE_BYTES_MOST + 1);
        if bounded.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if line.len() as u64 > LINE_BYTES_MOST && !line.ends_with(b"\n") {
            input.skip_until(b'\n')?;
            failed += 1;
            writeln!(output, "{}", decide_line::too_long(LINE_BYTES_MOST))?;
            continue;
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let answer = decide_line::decide_line(&line, policy.as_ref(), lang.into());
        failed += usize::from(answer.get("error").is_some());
        writeln!(output, "{answer}")?;
    }
    if failed > 0 {
        bail!("{failed} lines could not be read")
    } else {
        Ok(())
    }
}
