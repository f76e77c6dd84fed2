//! `gatehouse policy propose|plan|classify`: what documents say beyond the gate, without a server
//! (JSON in and out, so that others can test us). The forms are in `docs/policy-commands.md`.

use super::lines::each_line;
use crate::ops::policy_folder;
use anyhow::Result;
use clap::Args;
use gatehouse_core::policy::PolicyDocument;
use gatehouse_core::policy::part::{Kind, LINE_BYTES_MOST, Layers, answer_line, too_long};
use std::path::PathBuf;

/// The documents that are asked.
#[derive(Debug, Args)]
pub struct PartArguments {
    /// Folders with policy.toml, upper areas first.
    #[arg(required = true)]
    folders: Vec<PathBuf>,
}

/// Answers every line of standard input.
pub fn run(kind: Kind, arguments: &PartArguments) -> Result<()> {
    let documents = policy_folder::read_documents(&arguments.folders)
        .map_err(|found| anyhow::anyhow!(policy_folder::in_lines(&found)))?;
    let documents: Vec<&PolicyDocument> = documents.iter().collect();
    let layers = Layers::new(&documents).map_err(|error| anyhow::anyhow!("P020 {error}"))?;
    each_line(LINE_BYTES_MOST, too_long(), |line| {
        answer_line(kind, &layers, line)
    })
}
