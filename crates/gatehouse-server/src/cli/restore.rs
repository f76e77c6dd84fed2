//! `gatehouse restore replay-erasures`: after a backup was put back, takes away again whom it
//! brought back.

use crate::config::Config;
use crate::erasure_list::ErasureList;
use crate::ops::erase_person::Eraser;
use crate::serve::{open_keyring, open_store};
use crate::world::{Computer, World};
use anyhow::Result;
use clap::{Args, Subcommand};
use std::io::Write;
use std::path::PathBuf;

/// What to do after a backup was put back.
#[derive(Debug, Args)]
pub struct RestoreCommand {
    #[command(subcommand)]
    action: RestoreAction,
}

#[derive(Debug, Subcommand)]
enum RestoreAction {
    /// Erase everybody on the erasure list from the database that was restored, before it
    /// serves; print what was done as JSON.
    ReplayErasures {
        /// The settings file; else the one that GATEHOUSE_CONFIG names; else the defaults hold.
        #[arg(long)]
        config: Option<PathBuf>,
    },
}

/// Runs the command.
pub fn run(command: RestoreCommand) -> Result<()> {
    let RestoreAction::ReplayErasures { config } = command.action;
    let config = Config::load(config.as_deref())?;
    let store = open_store(&config)?;
    let list = ErasureList::in_folder(&config.data_folder);
    let keyring = open_keyring(&store, &config, Computer.now_millis())?;
    let eraser = Eraser {
        store: &store,
        list: &list,
        world: &Computer,
        vault: keyring.as_ref().map(|keys| &keys.vault),
    };
    let replayed = eraser.replay()?;
    let text = serde_json::to_string_pretty(&replayed)?;
    Ok(writeln!(std::io::stdout(), "{text}")?)
}
