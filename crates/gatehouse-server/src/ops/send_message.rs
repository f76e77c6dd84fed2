//! Messages to people: wanted in the transaction of what they are about, sent by a job. The
//! address is opened there and then, on record, and kept nowhere.

use crate::app::App;
use crate::error::OpError;
use crate::message::Message;
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::id::{AreaId, PersonId};
use gatehouse_core::wire::cbor::{Reader, Writer};
use gatehouse_store::job::JobRow;
use gatehouse_store::message::{MessageRow, MessageState};
use gatehouse_store::person::{PersonField, PersonPlain};
use gatehouse_store::person_view::Viewer;
use gatehouse_store::{Lane, Shard, StoreError, Tx};

/// The kind of the job that sends.
pub const KIND: &str = "message.send";
/// What an address is opened for: shown to the person.
const PURPOSE: &str = "message";

/// A message that is wanted.
#[derive(Clone, Debug)]
pub struct NewMessage {
    /// Random id; the same id is wanted once.
    pub id: [u8; 16],
    /// County.
    pub shard: Shard,
    /// Compound or village whose matter it is.
    pub area: AreaId,
    /// To whom.
    pub person: PersonId,
    /// In which language.
    pub lang: Lang,
    /// What.
    pub message: Message,
}

/// A message on its way, with where it goes.
pub struct Opened {
    /// As it stands.
    pub row: MessageRow,
    /// The person's addresses; `None` where nothing is left of them.
    pub plain: Option<PersonPlain>,
}

/// Wants a message, together with whatever it is about. Says whether it was new.
///
/// # Errors
/// The database's.
pub fn plan_message(tx: &Tx<'_>, new: &NewMessage, now: i64) -> Result<bool, StoreError> {
    let slots = serde_json::to_string(&new.message)
        .map_err(|_| StoreError::Sealed("a message that cannot be written"))?;
    let row = MessageRow {
        shard: new.shard,
        message: new.id,
        area: new.area,
        person: new.person,
        kind: new.message.kind().to_owned(),
        slots,
        language: if new.lang == Lang::En { "en" } else { "zh" }.to_owned(),
        state: waiting(None),
        made_at: now,
        changed_at: now,
    };
    if !tx.insert_message(&row)? {
        return Ok(false);
    }
    tx.plan_job(&sending(new.shard, new.id, now))
}

/// The job that sends a message; the payload is its key, no more.
pub fn sending(shard: Shard, message: [u8; 16], run_at: i64) -> JobRow {
    let mut payload = Writer::default();
    payload.array(2).uint(u64::from(shard.0)).bytes(&message);
    JobRow {
        job: message,
        kind: KIND.to_owned(),
        unique_key: format!("{KIND}/{}", data_encoding::HEXLOWER.encode(&message)),
        payload: payload.finish(),
        run_at,
        attempts: 0,
        failure: None,
    }
}

/// The key of a message from a job's payload.
pub fn read_payload(payload: &[u8]) -> Option<(Shard, [u8; 16])> {
    let mut reader = Reader::new(payload);
    reader.array_of(2).ok()?;
    let shard = Shard(reader.small().ok()?);
    let message = reader.fixed().ok()?;
    reader.finish().ok()?;
    Some((shard, message))
}

/// Opens a message that still has to be sent, and the addresses of whom it goes to: the look is
/// written down in the same transaction. `None` where there is nothing to send.
///
/// # Errors
/// The database's; no keys.
pub async fn open_message(
    app: &App,
    shard: Shard,
    message: [u8; 16],
    fields: Vec<PersonField>,
) -> Result<Option<Opened>, OpError> {
    let keys = super::hold_gate::keyring(app)?;
    let viewer = Viewer {
        staff: None,
        organisation: None,
        purpose: PURPOSE.to_owned(),
        at: app.world.now_millis(),
        salt: app.world.bytes(),
    };
    let open = move |tx: &Tx<'_>| {
        let row = tx.message(shard, &message)?;
        let Some(row) = row.filter(|row| matches!(&*row.state.word, "waiting" | "failed")) else {
            return Ok(None);
        };
        let person = tx.kept_record(shard, row.person)?;
        let there = tx.person(shard, person)?;
        let there = there.is_some_and(|row| matches!(&*row.state, "active" | "left"));
        let plain = match (there, fields.is_empty()) {
            (false, _) => None,
            (true, true) => Some(PersonPlain::default()),
            (true, false) => tx.reveal(&keys.vault, shard, person, &fields, &viewer)?,
        };
        Ok(Some(Opened { row, plain }))
    };
    Ok(app.store.write(Lane::Jobs, open).await?)
}

/// Writes down how far a message has got.
///
/// # Errors
/// The database's.
pub async fn note_message(
    app: &App,
    shard: Shard,
    message: [u8; 16],
    state: MessageState,
) -> Result<(), OpError> {
    let now = app.world.now_millis();
    let note = move |tx: &Tx<'_>| tx.set_message_state(shard, &message, &state, now);
    Ok(app.store.write(Lane::Jobs, note).await?)
}

/// Waiting, with a channel once one was chosen.
pub fn waiting(channel: Option<&str>) -> MessageState {
    MessageState {
        word: "waiting".to_owned(),
        channel: channel.map(str::to_owned),
        failure: None,
    }
}
