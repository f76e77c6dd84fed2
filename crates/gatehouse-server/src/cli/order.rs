//! `gatehouse order propose|approve|lift|show`: orders by two people of two organisations (JSON in
//! and out). The forms are in `docs/orders.md`.

use crate::cli::key_arguments::{KeyPlace, SignerArguments, moment};
use crate::ops::order_request::OrderRequest;
use crate::ops::sign_order::{OrderAnswer, OrderDesk};
use crate::world::{Computer, World};
use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use gatehouse_core::id::OrderId;
use gatehouse_core::order::LiftReason;
use std::io::{Read, Write};

/// Longest request that is read, in bytes.
const REQUEST_BYTES_MOST: u64 = 256 << 10;

/// Propose, approve, lift orders.
#[derive(Debug, Args)]
pub struct OrderCommand {
    #[command(subcommand)]
    action: OrderAction,
    #[command(flatten)]
    place: KeyPlace,
}

#[derive(Debug, Subcommand)]
enum OrderAction {
    /// Propose the order that standard input describes.
    Propose {
        #[command(flatten)]
        signer: SignerArguments,
    },
    /// Approve a proposed order, for another organisation.
    Approve {
        /// Which order.
        #[arg(long)]
        order: String,
        #[command(flatten)]
        signer: SignerArguments,
    },
    /// End an order before its time.
    Lift {
        /// Which order.
        #[arg(long)]
        order: String,
        /// ground_gone, contact_released, zone_opened, error or appeal_granted.
        #[arg(long)]
        reason: String,
        /// From when on, as 2026-11-23T08:00:00+08:00; now if not said.
        #[arg(long)]
        from: Option<String>,
        #[command(flatten)]
        signer: SignerArguments,
    },
    /// Say what an order does at a moment.
    Show {
        /// Which order.
        #[arg(long)]
        order: String,
        /// When, as 2026-11-23T08:00:00+08:00; now if not said.
        #[arg(long)]
        moment: Option<String>,
    },
}

/// Runs the command.
pub fn run(command: OrderCommand) -> Result<()> {
    let desk = OrderDesk::open(command.place.home()?)?;
    let answer = match command.action {
        OrderAction::Propose { signer } => {
            let request = read_request()?;
            signer.with(|signer| desk.propose(request, signer, &Computer))?
        }
        OrderAction::Approve { order, signer } => {
            let order = order_id(&order)?;
            signer.with(|signer| desk.approve(order, signer, &Computer))?
        }
        OrderAction::Lift {
            order,
            reason,
            from,
            signer,
        } => {
            let order = order_id(&order)?;
            let reason: LiftReason = serde_json::from_value(reason.into())
                .context("O-REASON: no such reason to lift an order")?;
            let from = from.as_deref().map(moment).transpose()?;
            signer.with(|signer| desk.lift(order, reason, from, signer, &Computer))?
        }
        OrderAction::Show {
            order,
            moment: when,
        } => {
            let when = when.as_deref().map(moment).transpose()?;
            desk.show(order_id(&order)?, when.unwrap_or(Computer.now_millis()))?
        }
    };
    print(&answer)
}

fn read_request() -> Result<OrderRequest> {
    let mut text = String::new();
    let mut input = std::io::stdin().lock().take(REQUEST_BYTES_MOST + 1);
    input
        .read_to_string(&mut text)
        .context("O-FORM: the request is no text")?;
    if text.len() as u64 > REQUEST_BYTES_MOST {
        bail!("O-FORM: the request is longer than {REQUEST_BYTES_MOST} bytes");
    }
    // The parser's message can repeat what was written; its place is enough.
    serde_json::from_str(&text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        anyhow::anyhow!("O-FORM: not in the documented form (line {line}, column {column})")
    })
}

fn order_id(text: &str) -> Result<OrderId> {
    OrderId::parse(text).context("O-ID: --order is no id")
}

fn print(answer: &OrderAnswer) -> Result<()> {
    let text = serde_json::to_string_pretty(answer)?;
    Ok(writeln!(std::io::stdout(), "{text}")?)
}
