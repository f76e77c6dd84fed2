//! Messages to people: wanted in the transaction of what they are about, sent by a job. The
//! address is opened there and then, on record, and kept nowhere.

use crate::app::App;
use crate::error::OpError;
use crate::message::Message;
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::id::{AreaId, PersonId};
use gatehouse_core::moment::Moment;
use gatehouse_core::wire::cbor::{Reader, Writer};
use gatehouse_store::job::JobRow;
use gatehouse_store::message::{MessageRow, MessageState};
use gatehouse_store::person::{PersonField, PersonPlain};
use gatehouse_store::person_view::Viewer;
use gatehouse_store::{Lane, Shard, StoreError, Tx, Vault};

/// The kind of the job that sends.
pub const KIND: &str = "message.send";
/// What an address is opened for: shown to the person.
const PURPOSE: &str = "message";

/// To whom a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Addressee {
    /// Somebody of the ledger.
    Person(PersonId),
    /// Whoever registered a visit: their telephone is sealed with it, and goes with it.
    Visitor([u8; 16]),
}

impl Addressee {
    /// What the column of the person holds: of a visitor the id of the visit, which names no
    /// record.
    pub const fn key(self) -> PersonId {
        match self {
            Addressee::Person(person) => person,
            Addressee::Visitor(visit) => PersonId(visit),
        }
    }
}

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
    pub to: Addressee,
    /// In which language.
    pub lang: Lang,
    /// What.
    pub message: Message,
}

/// A message on its way, with where it goes.
pub struct Opened {
    /// As it stands.
    pub row: MessageRow,
    /// Their addresses, or why it cannot go to them any more: a word from a list.
    pub plain: Result<PersonPlain, &'static str>,
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
        person: new.to.key(),
        visit: match new.to {
            Addressee::Person(_) => None,
            Addressee::Visitor(visit) => Some(visit),
        },
        kind: new.message.kind().to_owned(),
        slots,
        language: language_word(new.lang).to_owned(),
        state: waiting(None),
        made_at: now,
        changed_at: now,
    };
    if !tx.insert_message(&row)? {
        return Ok(false);
    }
    tx.plan_job(&sending(new.shard, new.id, now))
}

/// The word of a language in the database.
pub const fn language_word(lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => "zh",
        Lang::En => "en",
    }
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
        let plain = match row.visit {
            Some(visit) => open_visitor(tx, &keys.vault, (shard, visit), &fields, viewer.at)?,
            None => open_person(tx, &keys.vault, &row, &fields, &viewer)?,
        };
        Ok(Some(Opened { row, plain }))
    };
    Ok(app.store.write(Lane::Jobs, open).await?)
}

fn open_person(
    tx: &Tx<'_>,
    vault: &Vault,
    row: &MessageRow,
    fields: &[PersonField],
    viewer: &Viewer,
) -> Result<Result<PersonPlain, &'static str>, StoreError> {
    let person = tx.kept_record(row.shard, row.person)?;
    let there = tx.person(row.shard, person)?;
    let there = there.is_some_and(|row| matches!(&*row.state, "active" | "left"));
    let plain = match (there, fields.is_empty()) {
        (false, _) => None,
        (true, true) => Some(PersonPlain::default()),
        (true, false) => tx.reveal(vault, row.shard, person, fields, viewer)?,
    };
    Ok(plain.ok_or("no_person"))
}

/// A visitor has a telephone and their own page, and no other address; an answer that comes after
/// the day of the visit is none.
fn open_visitor(
    tx: &Tx<'_>,
    vault: &Vault,
    (shard, visit): (Shard, [u8; 16]),
    fields: &[PersonField],
    now: i64,
) -> Result<Result<PersonPlain, &'static str>, StoreError> {
    let Some(row) = tx.visit(shard, visit)? else {
        return Ok(Err("no_person"));
    };
    let offset = tx
        .area(row.area)?
        .map_or(480, |area| area.zone_offset_minutes);
    let today = Moment::new(now, i16::try_from(offset).unwrap_or(480)).day();
    if row.day < today {
        return Ok(Err("too_late"));
    }
    let Some(details) = tx.visit_plain(vault, shard, visit)? else {
        return Ok(Err("no_person"));
    };
    let phone = fields
        .contains(&PersonField::Phone)
        .then_some(details.phone);
    Ok(Ok(PersonPlain {
        phone,
        ..PersonPlain::default()
    }))
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
