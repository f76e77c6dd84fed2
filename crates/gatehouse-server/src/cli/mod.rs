//! The command line: one file per noun. Commands hold no SQL and no rules; they call `ops`.

mod audit;
mod demo;
mod doctor;
mod gate;
mod import;
mod init;
mod key_arguments;
mod lines;
mod order;
mod pass;
mod pass_sheet;
mod policy;
mod policy_force;
mod policy_part;
mod policy_replay;
mod progress_line;
mod restore;
mod serve;

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
    /// Serve pages and gate routes.
    Serve(serve::ServeCommand),
    /// Make the key tree of a new database.
    Init(init::InitCommand),
    /// Propose, approve, lift orders.
    Order(order::OrderCommand),
    /// Issue, verify and print passes.
    Pass(pass::PassCommand),
    /// Look at policy documents.
    Policy(policy::PolicyCommand),
    /// Look at facts, decide cases.
    Gate(gate::GateCommand),
    /// Verify audit chains and seals.
    Audit(audit::AuditCommand),
    /// Take people in from a sheet.
    Import(import::ImportCommand),
    /// After a backup was put back: take away again whom it brought back.
    Restore(restore::RestoreCommand),
    /// Make a town of invented people.
    Demo(demo::DemoCommand),
    /// Look at an installation from a phone's view.
    Doctor(doctor::DoctorCommand),
}

/// Runs what the arguments ask for.
pub fn run() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Serve(command) => serve::run(command),
        Command::Init(command) => init::run(command),
        Command::Order(command) => order::run(command),
        Command::Pass(command) => pass::run(command),
        Command::Policy(command) => policy::run(command),
        Command::Gate(command) => gate::run(command),
        Command::Audit(command) => audit::run(command),
        Command::Import(command) => import::run(command),
        Command::Restore(command) => restore::run(command),
        Command::Demo(command) => demo::run(command),
        Command::Doctor(command) => doctor::run(command),
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
