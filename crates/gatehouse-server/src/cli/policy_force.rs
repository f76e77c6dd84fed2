//! `gatehouse policy submit|approve|end|suspend|resume`: a document put in force and taken out, a
//! row suspended. Each act carries the signature of whoever does it.

use crate::cli::key_arguments::{KeyPlace, SignerArguments, moment};
use crate::ops::put_in_force::{Ending, Wanted, approve_policy, end_policy, submit_folder};
use crate::ops::sign_order::OrderDesk;
use crate::ops::suspend_row::{Which, resume_row, suspend_row};
use crate::world::Computer;
use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use gatehouse_core::id::AreaId;
use serde::Serialize;
use std::io::Write;
use std::path::PathBuf;

/// What can be done to the force of documents.
#[derive(Debug, Subcommand)]
pub enum ForceAction {
    /// Submit a document for an area. It holds once another organisation has approved it.
    Submit {
        /// Folder with policy.toml and cases.toml.
        folder: PathBuf,
        /// The area: the document holds there and below.
        #[arg(long)]
        area: String,
        /// From when on, as 2026-11-30T07:00:00+08:00.
        #[arg(long)]
        from: String,
        /// Until when; by its own end if not said.
        #[arg(long)]
        until: Option<String>,
        #[command(flatten)]
        signer: SignerArguments,
        #[command(flatten)]
        place: KeyPlace,
    },
    /// Approve what another organisation proposed.
    Approve {
        #[command(flatten)]
        holds: Holds,
        /// From when on it was proposed.
        #[arg(long)]
        from: String,
        #[command(flatten)]
        signer: SignerArguments,
        #[command(flatten)]
        place: KeyPlace,
    },
    /// End a document's force early: gates let through what it kept.
    End {
        #[command(flatten)]
        holds: Holds,
        /// When, as 2026-11-30T07:00:00+08:00; now if not said.
        #[arg(long)]
        at: Option<String>,
        #[command(flatten)]
        signer: SignerArguments,
        #[command(flatten)]
        place: KeyPlace,
    },
    /// Suspend a row now, in an emergency: it stops nobody and wants nothing. One signature.
    Suspend {
        #[command(flatten)]
        of: RowOf,
        /// Why: `cannot_be_met`, `harms`, `mistaken`, `not_needed`.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        signer: SignerArguments,
        #[command(flatten)]
        place: KeyPlace,
    },
    /// End the suspension of a row now.
    Resume {
        #[command(flatten)]
        of: RowOf,
        #[command(flatten)]
        signer: SignerArguments,
        #[command(flatten)]
        place: KeyPlace,
    },
}

/// A row of a document in force.
#[derive(Debug, Args)]
pub struct RowOf {
    #[command(flatten)]
    holds: Holds,
    /// The row's id, as `policy explain` prints it.
    #[arg(long)]
    row: String,
}

/// A document in force.
#[derive(Debug, Args)]
pub struct Holds {
    /// The document: the name of its folder.
    #[arg(long)]
    document: String,
    /// The area for which it was put in force.
    #[arg(long)]
    area: String,
}

/// Runs one of them.
pub fn run(action: ForceAction) -> Result<()> {
    match action {
        ForceAction::Submit {
            folder,
            area,
            from,
            until,
            signer,
            place,
        } => {
            let desk = OrderDesk::open(place.home()?)?;
            let wanted = Wanted {
                area: area_id(&area)?,
                from_at: moment(&from)?,
                to_at: until.as_deref().map(moment).transpose()?,
            };
            print(&signer.with(|signer| submit_folder(&desk, &folder, wanted, signer, &Computer))?)
        }
        ForceAction::Approve {
            holds,
            from,
            signer,
            place,
        } => {
            let desk = OrderDesk::open(place.home()?)?;
            let what = (
                holds.document.as_str(),
                area_id(&holds.area)?,
                moment(&from)?,
            );
            print(&signer.with(|signer| approve_policy(&desk, what, None, signer, &Computer))?)
        }
        ForceAction::End {
            holds,
            at,
            signer,
            place,
        } => {
            let desk = OrderDesk::open(place.home()?)?;
            let at = at.as_deref().map(moment).transpose()?;
            let ending = Ending {
                document: &holds.document,
                area: area_id(&holds.area)?,
                from_at: None,
                at,
            };
            print(&signer.with(|signer| end_policy(&desk, ending, signer, &Computer))?)
        }
        ForceAction::Suspend {
            of,
            reason,
            signer,
            place,
        } => {
            let desk = OrderDesk::open(place.home()?)?;
            let which = of.which()?;
            print(&signer.with(|signer| suspend_row(&desk, which, &reason, signer, &Computer))?)
        }
        ForceAction::Resume { of, signer, place } => {
            let desk = OrderDesk::open(place.home()?)?;
            let which = of.which()?;
            print(&signer.with(|signer| resume_row(&desk, which, signer, &Computer))?)
        }
    }
}

impl RowOf {
    fn which(&self) -> Result<Which<'_>> {
        Ok(Which {
            document: &self.holds.document,
            row: &self.row,
            area: area_id(&self.holds.area)?,
        })
    }
}

fn area_id(text: &str) -> Result<AreaId> {
    AreaId::parse(text).context("P006: --area is no area id")
}

fn print(answer: &impl Serialize) -> Result<()> {
    Ok(writeln!(
        std::io::stdout(),
        "{}",
        serde_json::to_string(answer)?
    )?)
}
