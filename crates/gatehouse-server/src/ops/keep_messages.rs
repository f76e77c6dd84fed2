//! Messages of a compound as the office sees them: how far they are, to which door, never to
//! whom by name. Slips are marked when they were handed over; what failed is sent again.

use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::auth::caller::Caller;
use crate::error::OpError;
use crate::ops::send_message::{sending, waiting};
use gatehouse_core::id::PersonId;
use gatehouse_store::audit::AuditNote;
use gatehouse_store::household::HouseholdRow;
use gatehouse_store::message::{MessageRow, MessageState};
use gatehouse_store::{Lane, ReadTx, Shard, StoreError, Tx};
use std::collections::BTreeMap;

/// Most messages on one page.
pub const MESSAGES_MOST: u32 = 50;
/// Most slips that are printed at once.
const SLIPS_MOST: usize = 40;
/// How many messages are looked through for them.
const LOOKED_THROUGH: u32 = 1_000;

/// A message with where it goes.
pub struct MessageLine {
    /// As it stands.
    pub row: MessageRow,
    /// The door, where the person has one.
    pub home: Option<HouseholdRow>,
    /// The number that a visitor says at the gate, where it goes to one.
    pub visitor: Option<i64>,
    /// Surname and mask; for slips only.
    pub masked: Option<String>,
}

/// A page of messages, newest first.
pub struct MessagePage {
    /// The messages.
    pub lines: Vec<MessageLine>,
    /// Slips that wait to be printed, of those looked through.
    pub slips: usize,
}

/// A page of messages from before a place in the list.
///
/// # Errors
/// The database's.
pub async fn list_messages(
    app: &App,
    area: &AreaInScope,
    before: (i64, [u8; 16]),
) -> Result<MessagePage, OpError> {
    let (shard, area) = (area.county()?, area.area);
    let read = move |tx: &ReadTx<'_>| {
        let rows = tx.messages_of_area(shard, area, before, MESSAGES_MOST)?;
        let mut lines = Vec::with_capacity(rows.len());
        for row in rows {
            let home = home_of(tx, shard, row.person)?;
            let visit = match row.visit {
                Some(visit) => tx.visit(shard, visit)?,
                None => None,
            };
            lines.push(MessageLine {
                row,
                home,
                visitor: visit.map(|visit| visit.number),
                masked: None,
            });
        }
        let counts = tx.count_messages(shard, area)?;
        let slips = counts
            .iter()
            .filter(|(state, channel, _)| state == "waiting" && channel.as_deref() == Some("slip"));
        let slips = slips.map(|(_, _, count)| usize::try_from(*count).unwrap_or(0));
        Ok(MessagePage {
            lines,
            slips: slips.sum(),
        })
    };
    Ok(app.store.read(read).await?)
}

/// The slips that wait to be printed, oldest last, with the masked name of each.
///
/// # Errors
/// The database's; no keys.
pub async fn list_slips(app: &App, area: &AreaInScope) -> Result<Vec<MessageLine>, OpError> {
    let (shard, area) = (area.county()?, area.area);
    let keys = super::hold_gate::keyring(app)?;
    let read = move |tx: &ReadTx<'_>| {
        let newest = (i64::MAX, [0xff; 16]);
        let rows = tx.messages_of_area(shard, area, newest, LOOKED_THROUGH)?;
        let mut lines = Vec::new();
        for row in rows.into_iter().filter(is_slip).take(SLIPS_MOST) {
            let home = home_of(tx, shard, row.person)?;
            let masked = tx.masked_person(&keys.vault, shard, row.person)?;
            lines.push(MessageLine {
                row,
                home,
                visitor: None,
                masked: masked.and_then(|(_, masked)| masked),
            });
        }
        Ok(lines)
    };
    Ok(app.store.read(read).await?)
}

/// What somebody was told, for their own page: newest first.
///
/// # Errors
/// The database's.
pub async fn messages_of_person(
    app: &App,
    shard: Shard,
    person: PersonId,
) -> Result<Vec<MessageRow>, OpError> {
    let read = move |tx: &ReadTx<'_>| tx.messages_of_person(shard, person, MESSAGES_MOST);
    Ok(app.store.read(read).await?)
}

fn is_slip(row: &MessageRow) -> bool {
    row.state.word == "waiting" && row.state.channel.as_deref() == Some("slip")
}

fn home_of(
    tx: &ReadTx<'_>,
    shard: Shard,
    person: PersonId,
) -> Result<Option<HouseholdRow>, StoreError> {
    let household = tx.person(shard, person)?.and_then(|row| row.household);
    match household {
        Some(household) => tx.household(shard, household),
        None => Ok(None),
    }
}

/// What the office can do with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageAct {
    /// A slip was handed over.
    HandedOver,
    /// What was given up is tried once more.
    SendAgain,
}

/// Does it to some messages, and says how many stood so that it could be done.
///
/// # Errors
/// The database's.
pub async fn act_on_messages(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    act: MessageAct,
    messages: Vec<[u8; 16]>,
) -> Result<usize, OpError> {
    let (shard, area, staff) = (area.county()?, area.area, caller.staff);
    let now = app.world.now_millis();
    let done = move |tx: &Tx<'_>| {
        let mut done = BTreeMap::new();
        for message in messages.iter().take(SLIPS_MOST) {
            let row = tx.message(shard, message)?.filter(|row| row.area == area);
            let Some(row) = row else { continue };
            let state = match act {
                MessageAct::HandedOver if is_slip(&row) => MessageState {
                    word: "sent".to_owned(),
                    ..row.state
                },
                MessageAct::SendAgain if row.state.word == "given_up" => waiting(None),
                _ => continue,
            };
            tx.set_message_state(shard, message, &state, now)?;
            if act == MessageAct::SendAgain {
                tx.plan_job(&sending(shard, *message, now))?;
            }
            done.insert(*message, ());
        }
        if !done.is_empty() {
            let kind = match act {
                MessageAct::HandedOver => "message.hand_over",
                MessageAct::SendAgain => "message.send_again",
            };
            let ids: Vec<u8> = done.keys().flatten().copied().collect();
            tx.append_audit(&AuditNote {
                shard,
                at: now,
                kind,
                actor: Some(staff),
                commitment: None,
                body: &ids,
            })?;
        }
        Ok::<usize, StoreError>(done.len())
    };
    Ok(app.store.write(Lane::People, done).await?)
}
