//! What is still to be told to other systems: ids only, put down in the transaction of the thing
//! itself, taken away when it was told or is a day old. *Sharded*.

use crate::error::StoreError;
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::{params, sql};
use gatehouse_core::id::{DeviceId, OpenItemId, PassId};

/// What can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Topic {
    /// A pass was issued.
    PassIssued,
    /// A pass was ended early.
    PassRevoked,
    /// A crossing came in.
    CrossingRecorded,
    /// A fever or an emergency waits for its outcome.
    OpenItemOpened,
    /// Its outcome was recorded.
    OpenItemClosed,
}

/// A thing to be told, by its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// A pass.
    Pass(PassId),
    /// A crossing: device and number.
    Crossing(DeviceId, i64),
    /// An open item.
    OpenItem(OpenItemId),
}

/// A thing that is still to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookEventRow {
    /// County.
    pub shard: Shard,
    /// When it happened, milliseconds UTC.
    pub at: i64,
    /// What happened.
    pub topic: Topic,
    /// To what.
    pub about: About,
}

impl Topic {
    /// Every topic.
    pub const ALL: [Topic; 5] = [
        Topic::PassIssued,
        Topic::PassRevoked,
        Topic::CrossingRecorded,
        Topic::OpenItemOpened,
        Topic::OpenItemClosed,
    ];

    /// Its bit.
    pub const fn bit(self) -> i64 {
        1 << self as i64
    }

    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Topic::PassIssued => "pass.issued",
            Topic::PassRevoked => "pass.revoked",
            Topic::CrossingRecorded => "crossing.recorded",
            Topic::OpenItemOpened => "open_item.opened",
            Topic::OpenItemClosed => "open_item.closed",
        }
    }

    /// The topic of this word.
    pub fn named(word: &str) -> Option<Topic> {
        Topic::ALL.into_iter().find(|topic| topic.word() == word)
    }

    fn of_bit(bit: i64) -> Option<Topic> {
        Topic::ALL.into_iter().find(|topic| topic.bit() == bit)
    }
}

impl About {
    /// Its key: an id, or device and number, which sorts as the device counts.
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            About::Pass(pass) => pass.0.to_vec(),
            About::OpenItem(item) => item.0.to_vec(),
            About::Crossing(device, seq) => [&device.0[..], &seq.to_be_bytes()].concat(),
        }
    }

    fn of(topic: Topic, bytes: &[u8]) -> Option<About> {
        Some(match topic {
            Topic::PassIssued | Topic::PassRevoked => About::Pass(PassId(bytes.try_into().ok()?)),
            Topic::OpenItemOpened | Topic::OpenItemClosed => {
                About::OpenItem(OpenItemId(bytes.try_into().ok()?))
            }
            Topic::CrossingRecorded => {
                let (device, seq) = bytes.split_at_checked(16)?;
                let seq = i64::from_be_bytes(seq.try_into().ok()?);
                About::Crossing(DeviceId(device.try_into().ok()?), seq)
            }
        })
    }
}

sql! {
    TELL = "INSERT INTO webhook_event (shard, webhook, at, topic, about)
        SELECT ?1, w.webhook, ?2, ?3, ?4 FROM webhook w
        WHERE w.ended_at IS NULL AND (w.shard IS NULL OR w.shard = ?1) AND (w.topics & ?3) <> 0
        ON CONFLICT DO NOTHING";
    TO_TELL = "SELECT shard, at, topic, about FROM webhook_event
        WHERE shard = ?1 AND webhook = ?2 ORDER BY at, about, topic LIMIT ?3";
    COUNT_TO_TELL = "SELECT count(*) FROM webhook_event WHERE shard = ?1 AND webhook = ?2";
    FORGET = "DELETE FROM webhook_event
        WHERE shard = ?1 AND webhook = ?2 AND at = ?3 AND topic = ?4 AND about = ?5";
    FORGET_OLD = "DELETE FROM webhook_event WHERE shard = ?1 AND webhook = ?2
        AND (at, about, topic) IN (SELECT at, about, topic FROM webhook_event
            WHERE shard = ?1 AND webhook = ?2 AND at < ?3 ORDER BY at LIMIT 500)";
}

impl ReadTx<'_> {
    /// What is to be told to a subscription, oldest first.
    pub fn webhook_events(
        &self,
        shard: Shard,
        webhook: &[u8; 16],
        limit: u32,
    ) -> Result<Vec<WebhookEventRow>, StoreError> {
        self.query(&TO_TELL, params![shard, webhook, limit], |row| {
            let topic = Topic::of_bit(row.get(2)?).ok_or_else(|| row.corrupt(2))?;
            let about: Vec<u8> = row.get(3)?;
            Ok(WebhookEventRow {
                shard: row.get(0)?,
                at: row.get(1)?,
                topic,
                about: About::of(topic, &about).ok_or_else(|| row.corrupt(3))?,
            })
        })
    }

    /// How much of that there is.
    pub fn count_webhook_events(
        &self,
        shard: Shard,
        webhook: &[u8; 16],
    ) -> Result<i64, StoreError> {
        self.query_one(&COUNT_TO_TELL, params![shard, webhook], |row| row.get(0))
    }
}

impl Tx<'_> {
    /// Puts down that something is to be told to whoever wants to hear it in this county: with
    /// the thing itself, in one transaction. Which areas they may hear of is seen to when it is
    /// told.
    pub(crate) fn tell(
        &self,
        shard: Shard,
        topic: Topic,
        about: About,
        at: i64,
    ) -> Result<(), StoreError> {
        let about = about.bytes();
        self.execute(&TELL, params![shard, at, topic.bit(), &about])?;
        Ok(())
    }

    /// Takes away what was told.
    pub fn forget_webhook_event(
        &self,
        webhook: &[u8; 16],
        row: &WebhookEventRow,
    ) -> Result<(), StoreError> {
        let about = row.about.bytes();
        let parameters = params![row.shard, webhook, row.at, row.topic.bit(), &about];
        self.execute(&FORGET, parameters)?;
        Ok(())
    }

    /// Takes away up to 500 things from before an instant; says how many.
    pub fn forget_old_webhook_events(
        &self,
        shard: Shard,
        webhook: &[u8; 16],
        before: i64,
    ) -> Result<u64, StoreError> {
        self.execute(&FORGET_OLD, params![shard, webhook, before])
    }
}
