//! What goes to people (PUB-2), by page, SMS, e-mail or slip. *Sharded*. A row says to whom and
//! which text, never an address, a name or the text itself.

use crate::error::StoreError;
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::value::Row;
use crate::{params, sql};
use gatehouse_core::id::{AreaId, PersonId};

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageRow {
    /// County.
    pub shard: Shard,
    /// Random id.
    pub message: [u8; 16],
    /// Compound or village whose matter it is.
    pub area: AreaId,
    /// To whom; for a visitor the id of their visit, which names no record.
    pub person: PersonId,
    /// The visit whose visitor it goes to; `None` for a person of the ledger.
    pub visit: Option<[u8; 16]>,
    /// Which text.
    pub kind: String,
    /// What fills it, JSON.
    pub slots: String,
    /// `zh`, `en`.
    pub language: String,
    /// How far it has got.
    pub state: MessageState,
    /// When it was wanted, milliseconds UTC.
    pub made_at: i64,
    /// When its state last changed.
    pub changed_at: i64,
}

/// How far a message has got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageState {
    /// `waiting`, `sent`, `failed`, `given_up`.
    pub word: String,
    /// `page`, `sms`, `email`, `slip`; `None` until one was chosen.
    pub channel: Option<String>,
    /// Why the last try failed.
    pub failure: Option<String>,
}

macro_rules! columns {
    () => {
        "shard, message, area, person, kind, slots, language, state, channel, failure, made_at, \
         changed_at, visit"
    };
}

sql! {
    INSERT_MESSAGE = "INSERT INTO message (shard, message, area, person, kind, slots, language,
            state, channel, failure, made_at, changed_at, visit)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, NULL, ?10, ?10, ?11)
        ON CONFLICT DO NOTHING";
    SET_STATE = "UPDATE message SET state = ?3, channel = ?4, failure = ?5, changed_at = ?6
        WHERE shard = ?1 AND message = ?2";
    MESSAGE = concat!("SELECT ", columns!(), " FROM message WHERE shard = ?1 AND message = ?2");
    MESSAGES_OF_AREA = concat!("SELECT ", columns!(), " FROM message
        WHERE shard = ?1 AND area = ?2 AND (made_at < ?3 OR (made_at = ?3 AND message < ?4))
        ORDER BY made_at DESC, message DESC LIMIT ?5");
    MESSAGES_OF_PERSON = concat!("SELECT ", columns!(), " FROM message
        WHERE shard = ?1 AND person = ?2 ORDER BY made_at DESC, message DESC LIMIT ?3");
    COUNT_BY_STATE = "SELECT state, channel, count(*) FROM message
        WHERE shard = ?1 AND area = ?2 GROUP BY state, channel ORDER BY state, channel";
    ERASE_MESSAGES = "DELETE FROM message WHERE shard = ?1 AND person = ?2";
    DROP_MESSAGES = "DELETE FROM message WHERE shard = ?1 AND message IN (
            SELECT message FROM message WHERE shard = ?1 AND area = ?2 AND made_at < ?3
            ORDER BY made_at LIMIT 500)";
}

impl MessageRow {
    fn read(row: &Row<'_>) -> Result<MessageRow, StoreError> {
        Ok(MessageRow {
            shard: row.get(0)?,
            message: row.get(1)?,
            area: row.get(2)?,
            person: row.get(3)?,
            kind: row.get(4)?,
            slots: row.get(5)?,
            language: row.get(6)?,
            state: MessageState {
                word: row.get(7)?,
                channel: row.get(8)?,
                failure: row.get(9)?,
            },
            made_at: row.get(10)?,
            changed_at: row.get(11)?,
            visit: row.get(12)?,
        })
    }
}

impl ReadTx<'_> {
    /// A message by its key.
    pub fn message(
        &self,
        shard: Shard,
        message: &[u8; 16],
    ) -> Result<Option<MessageRow>, StoreError> {
        self.optional(&MESSAGE, params![shard, message], MessageRow::read)
    }

    /// The messages of a compound or village, newest first, from before a place in the list
    /// (`made_at` and id; the end of time at first).
    pub fn messages_of_area(
        &self,
        shard: Shard,
        area: AreaId,
        before: (i64, [u8; 16]),
        limit: u32,
    ) -> Result<Vec<MessageRow>, StoreError> {
        let (at, message) = before;
        let parameters = params![shard, &area, at, &message, limit];
        self.query(&MESSAGES_OF_AREA, parameters, MessageRow::read)
    }

    /// What somebody was told, newest first: their page shows it.
    pub fn messages_of_person(
        &self,
        shard: Shard,
        person: PersonId,
        limit: u32,
    ) -> Result<Vec<MessageRow>, StoreError> {
        let parameters = params![shard, &person, limit];
        self.query(&MESSAGES_OF_PERSON, parameters, MessageRow::read)
    }

    /// How many messages of a compound or village stand in each state, by channel.
    pub fn count_messages(
        &self,
        shard: Shard,
        area: AreaId,
    ) -> Result<Vec<(String, Option<String>, i64)>, StoreError> {
        self.query(&COUNT_BY_STATE, params![shard, &area], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
    }
}

impl Tx<'_> {
    /// Adds a message, once for the same id; says whether it was new.
    pub fn insert_message(&self, row: &MessageRow) -> Result<bool, StoreError> {
        let parameters = params![
            row.shard,
            &row.message,
            &row.area,
            &row.person,
            &row.kind,
            &row.slots,
            &row.language,
            &row.state.word,
            row.state.channel.as_ref(),
            row.made_at,
            row.visit.as_ref()
        ];
        Ok(self.execute(&INSERT_MESSAGE, parameters)? == 1)
    }

    /// Writes down how far a message has got.
    pub fn set_message_state(
        &self,
        shard: Shard,
        message: &[u8; 16],
        state: &MessageState,
        now_millis: i64,
    ) -> Result<(), StoreError> {
        let parameters = params![
            shard,
            message,
            &state.word,
            state.channel.as_ref(),
            state.failure.as_ref(),
            now_millis
        ];
        self.execute_one(&SET_STATE, parameters)
    }

    /// Drops up to 500 messages of a compound or village from before an instant; says how many.
    pub fn drop_messages(
        &self,
        shard: Shard,
        area: AreaId,
        before: i64,
    ) -> Result<u64, StoreError> {
        self.execute(&DROP_MESSAGES, params![shard, &area, before])
    }

    pub(crate) fn erase_messages_of(
        &self,
        shard: Shard,
        person: PersonId,
    ) -> Result<(), StoreError> {
        self.execute(&ERASE_MESSAGES, params![shard, &person])?;
        Ok(())
    }
}
