//! The command line: one file per noun. Commands hold no SQL and no rules; they call `ops`.

mod gate;
mod policy;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// 门岗 Gatehouse: who may cross, by the notice in force.
#[derive(Debug, Parser)]
#[command(name = "gatehouse", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Look at facts, decide cases.
    Gate(gate::GateCommand),
    /// Look at policy documents.
    Policy(policy::PolicyCommand),
}

/// Runs what the arguments ask for.
pub fn run() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Gate(command) => gate::run(command),
        Command::Policy(command) => policy::run(command),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads our output has seen enough.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gatehouse: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<std::io::Error>()
        .is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}
