//! Keys of other systems' writes: taken, answered, given back.

use crate::app::App;
use crate::error::OpError;
use gatehouse_store::{Lane, StoreError, Tx};

const DAY: i64 = 86_400_000;
/// A write that has had no answer for so long was cut off; its ids follow from its key, so that
/// doing it anew does nothing twice.
const CUT_OFF_MILLIS: i64 = 120_000;

/// What became of taking a key.
pub enum Taken {
    /// It is free: the write is done now.
    New,
    /// Its write was answered so.
    Answered(i64, String),
}

/// Takes a key for a request.
///
/// # Errors
/// A key of another request; one whose write is being worked on.
pub async fn take_key(
    app: &App,
    token: [u8; 16],
    key_hash: [u8; 32],
    request_hash: [u8; 32],
) -> Result<Taken, OpError> {
    let now = app.world.now_millis();
    let take = move |tx: &Tx<'_>| {
        if let Some(kept) = tx.request_key(&token, &key_hash)? {
            let age = now - kept.made_at;
            let is_over = age > DAY || (kept.answer.is_none() && age > CUT_OFF_MILLIS);
            if !is_over {
                return Ok(Some(kept));
            }
            tx.give_back_request_key(&token, &key_hash)?;
        }
        tx.take_request_key(&token, &key_hash, &request_hash, now)?;
        Ok::<_, StoreError>(None)
    };
    match app.store.write(Lane::People, take).await? {
        None => Ok(Taken::New),
        Some(kept) if kept.request_hash != request_hash => Err(OpError::KeyTaken),
        Some(kept) => match kept.answer {
            Some((status, answer)) => Ok(Taken::Answered(status, answer)),
            None => Err(OpError::Passing("H-KEY-BUSY")),
        },
    }
}

/// Keeps an answer.
///
/// # Errors
/// The database's.
pub async fn answer_key(
    app: &App,
    token: [u8; 16],
    key_hash: [u8; 32],
    status: i64,
    answer: String,
) -> Result<(), OpError> {
    let keep = move |tx: &Tx<'_>| tx.answer_request_key(&token, &key_hash, status, &answer);
    Ok(app.store.write(Lane::People, keep).await?)
}

/// Gives a key back.
///
/// # Errors
/// The database's.
pub async fn give_back_key(app: &App, token: [u8; 16], key_hash: [u8; 32]) -> Result<(), OpError> {
    let give = move |tx: &Tx<'_>| tx.give_back_request_key(&token, &key_hash);
    Ok(app.store.write(Lane::People, give).await?)
}
