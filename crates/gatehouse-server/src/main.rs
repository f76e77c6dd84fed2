//! `gatehouse`: the one binary.

mod cli;
mod ops;

fn main() -> std::process::ExitCode {
    cli::run()
}
