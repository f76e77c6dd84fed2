//! Who wants to be told what, and where. *Reference*. What is still to be told is
//! `webhook_event.rs`.

use crate::error::StoreError;
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::value::Row;
use crate::{params, sql};
use gatehouse_core::id::{AreaId, OrganisationId, StaffId};

/// A subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookRow {
    /// Random id.
    pub webhook: [u8; 16],
    /// Whose system it is.
    pub organisation: OrganisationId,
    /// Top of the subtree that it is told about.
    pub area: AreaId,
    /// County of the area; `None` where it lies above counties.
    pub shard: Option<Shard>,
    /// Where it is told.
    pub url: String,
    /// What signs, sealed.
    pub secret_sealed: Vec<u8>,
    /// Sum of the topics' bits.
    pub topics: i64,
    /// Who made it.
    pub made_by: StaffId,
    /// When, milliseconds UTC.
    pub made_at: i64,
    /// Nothing is told any more.
    pub ended_at: Option<i64>,
    /// How it goes.
    pub progress: WebhookProgress,
}

/// How the telling goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebhookProgress {
    /// Things told so far.
    pub delivered: i64,
    /// Things that were not told in time.
    pub given_up: i64,
    /// Last time, milliseconds UTC.
    pub delivered_at: Option<i64>,
    /// Why the last try failed, and since when tries have failed in a row.
    pub failure: Option<(String, i64)>,
}

macro_rules! columns {
    () => {
        "webhook, organisation, area, shard, url, secret_sealed, topics, made_by, made_at, \
         ended_at, delivered, given_up, delivered_at, failure, failing_since"
    };
}

sql! {
    INSERT_WEBHOOK = "INSERT INTO webhook (webhook, organisation, area, shard, url, secret_sealed,
            topics, made_by, made_at, ended_at, delivered, given_up, delivered_at, failure,
            failing_since)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, NULL, 0, 0, NULL, NULL, NULL)";
    WEBHOOK = concat!("SELECT ", columns!(), " FROM webhook WHERE webhook = ?1");
    WEBHOOKS_IN = concat!("SELECT ", columns!(), " FROM webhook WHERE area = ?1
        ORDER BY made_at DESC, webhook LIMIT ?2");
    END_WEBHOOK = "UPDATE webhook SET ended_at = ?2 WHERE webhook = ?1 AND ended_at IS NULL";
    TOLD = "UPDATE webhook SET delivered = delivered + 1, delivered_at = ?2, failure = NULL,
            failing_since = NULL
        WHERE webhook = ?1";
    NOT_TOLD = "UPDATE webhook SET given_up = given_up + ?4, failure = ?3,
            failing_since = coalesce(failing_since, ?2)
        WHERE webhook = ?1";
}

impl WebhookRow {
    fn read(row: &Row<'_>) -> Result<WebhookRow, StoreError> {
        let failure = match (row.get(13)?, row.get(14)?) {
            (Some(failure), Some(since)) => Some((failure, since)),
            (None, None) => None,
            _ => return Err(row.corrupt(14)),
        };
        Ok(WebhookRow {
            webhook: row.get(0)?,
            organisation: row.get(1)?,
            area: row.get(2)?,
            shard: row.get(3)?,
            url: row.get(4)?,
            secret_sealed: row.get(5)?,
            topics: row.get(6)?,
            made_by: row.get(7)?,
            made_at: row.get(8)?,
            ended_at: row.get(9)?,
            progress: WebhookProgress {
                delivered: row.get(10)?,
                given_up: row.get(11)?,
                delivered_at: row.get(12)?,
                failure,
            },
        })
    }
}

impl ReadTx<'_> {
    /// A subscription by id.
    pub fn webhook(&self, webhook: &[u8; 16]) -> Result<Option<WebhookRow>, StoreError> {
        self.optional(&WEBHOOK, params![webhook], WebhookRow::read)
    }

    /// The subscriptions whose subtree begins exactly at an area, newest first.
    pub fn webhooks_of_area(
        &self,
        area: AreaId,
        limit: u32,
    ) -> Result<Vec<WebhookRow>, StoreError> {
        self.query(&WEBHOOKS_IN, params![&area, limit], WebhookRow::read)
    }
}

impl Tx<'_> {
    /// Adds a subscription.
    pub fn insert_webhook(&self, row: &WebhookRow) -> Result<(), StoreError> {
        self.execute_one(
            &INSERT_WEBHOOK,
            params![
                &row.webhook,
                &row.organisation,
                &row.area,
                row.shard,
                &row.url,
                &row.secret_sealed,
                row.topics,
                &row.made_by,
                row.made_at
            ],
        )
    }

    /// Ends a subscription; says whether it had not been before.
    pub fn end_webhook(&self, webhook: &[u8; 16], now_millis: i64) -> Result<bool, StoreError> {
        Ok(self.execute(&END_WEBHOOK, params![webhook, now_millis])? == 1)
    }

    /// Counts a thing that was told.
    pub fn note_told(&self, webhook: &[u8; 16], now_millis: i64) -> Result<(), StoreError> {
        self.execute_one(&TOLD, params![webhook, now_millis])
    }

    /// Writes down why nothing was told, and how many things are given up.
    pub fn note_not_told(
        &self,
        webhook: &[u8; 16],
        now_millis: i64,
        failure: &str,
        given_up: u64,
    ) -> Result<(), StoreError> {
        let given_up = i64::try_from(given_up).unwrap_or(i64::MAX);
        let parameters = params![webhook, now_millis, failure, given_up];
        self.execute_one(&NOT_TOLD, parameters)
    }
}
