//! Events that were not taken in, kept as they came, sealed, for people to look at; beside each,
//! what somebody found out about it. *Sharded*.

use crate::audit::AuditNote;
use crate::error::StoreError;
use crate::event_detail::{event_place, open_apart, seal_apart};
use crate::listing::inside;
use crate::person_view::Viewer;
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::value::Row;
use crate::vault::{Chance, Vault};
use crate::{params, sql};
use gatehouse_core::audit::Hash;
use gatehouse_core::id::{AreaId, DeviceId, StaffId};
use gatehouse_core::wire::Event;

/// Why an event was not taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetAsideReason {
    /// The number was taken by an event with other content.
    OtherContent,
    /// It does not name the last event as the one before it.
    BrokenChain,
    /// The device is out of service.
    EndedDevice,
    /// Nothing proves that the device wrote it: signature or chain of its batch do not fit.
    Unproven,
}

impl SetAsideReason {
    /// Its word, also the kind of its alarm.
    pub fn word(self) -> &'static str {
        match self {
            SetAsideReason::OtherContent => "other_content",
            SetAsideReason::BrokenChain => "broken_chain",
            SetAsideReason::EndedDevice => "ended_device",
            SetAsideReason::Unproven => "unproven",
        }
    }

    fn of_word(word: &str) -> Option<SetAsideReason> {
        [
            SetAsideReason::OtherContent,
            SetAsideReason::BrokenChain,
            SetAsideReason::EndedDevice,
            SetAsideReason::Unproven,
        ]
        .into_iter()
        .find(|reason| reason.word() == word)
    }
}

/// An event that was not taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAsideRow {
    /// Gate device.
    pub device: DeviceId,
    /// Number that the event claims.
    pub seq: i64,
    /// Hash of the event.
    pub hash: Hash,
    /// Why.
    pub reason: SetAsideReason,
    /// First time it came, milliseconds UTC.
    pub received_at: i64,
    wrapped_key: Vec<u8>,
    sealed: Vec<u8>,
}

/// Which event: the same number can come with more than one content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SetAsideKey {
    /// Gate device.
    pub device: DeviceId,
    /// Number that the event claims.
    pub seq: i64,
    /// Hash of the event.
    pub hash: Hash,
}

impl SetAsideKey {
    fn audit_bytes(&self) -> Vec<u8> {
        [&self.device.0[..], &self.seq.to_be_bytes(), &self.hash.0].concat()
    }

    /// Which event an entry of the audit chain is about, and what follows it there: the purpose of
    /// a look, the outcome of settling. `None` for bytes that are no such entry's.
    pub fn of_audit(body: &[u8]) -> Option<(SetAsideKey, &str)> {
        let (device, rest) = body.split_first_chunk()?;
        let (seq, rest) = rest.split_first_chunk()?;
        let (hash, rest) = rest.split_first_chunk()?;
        let key = SetAsideKey {
            device: DeviceId(*device),
            seq: i64::from_be_bytes(*seq),
            hash: Hash(*hash),
        };
        Some((key, std::str::from_utf8(rest).ok()?))
    }

    /// Before every other.
    pub const FIRST: SetAsideKey = SetAsideKey {
        device: DeviceId([0; 16]),
        seq: 0,
        hash: Hash([0; 32]),
    };
}

/// What somebody found out about an event that was not taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettledRow {
    /// Counts from 1 for each event; the last one counts.
    pub number: i64,
    /// A word from a list.
    pub outcome: String,
    /// Who.
    pub staff: StaffId,
    /// When, milliseconds UTC.
    pub settled_at: i64,
}

/// Which part of the tray.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrayPart {
    /// What nobody has settled.
    Open,
    /// What somebody has.
    Settled,
}

impl SetAsideRow {
    /// Its key.
    pub fn key(&self) -> SetAsideKey {
        SetAsideKey {
            device: self.device,
            seq: self.seq,
            hash: self.hash,
        }
    }

    fn read(row: &Row<'_>) -> Result<SetAsideRow, StoreError> {
        let reason: String = row.get(3)?;
        Ok(SetAsideRow {
            device: row.get(0)?,
            seq: row.get(1)?,
            hash: row.get(2)?,
            reason: SetAsideReason::of_word(&reason).ok_or_else(|| row.corrupt(3))?,
            received_at: row.get(4)?,
            wrapped_key: row.get(5)?,
            sealed: row.get(6)?,
        })
    }

    /// Whether what it said is gone: by its days once settled, with whom it was about before that.
    pub fn is_emptied(&self) -> bool {
        self.sealed.is_empty()
    }

    /// The event as it came.
    pub fn reveal_event(&self, vault: &Vault) -> Result<Vec<u8>, StoreError> {
        let place = event_place(self.device, self.seq);
        open_apart(
            vault,
            "crossing_set_aside",
            &place,
            &self.wrapped_key,
            &self.sealed,
        )
    }
}

// In this order on SQLite: from the gates of the area to their phones to what came from them.
macro_rules! tray {
    () => {
        "FROM gate g CROSS JOIN device d CROSS JOIN crossing_set_aside s
        WHERE g.shard = ?1 AND g.area IN (SELECT area FROM inside)
            AND d.shard = g.shard AND d.gate = g.gate
            AND s.shard = d.shard AND s.device = d.device "
    };
}

macro_rules! is_settled {
    () => {
        "EXISTS (SELECT 1 FROM set_aside_settled t WHERE t.shard = s.shard
            AND t.device = s.device AND t.seq = s.seq AND t.hash = s.hash) "
    };
}
pub(crate) use is_settled;

sql! {
    INSERT_SET_ASIDE = "INSERT INTO crossing_set_aside (shard, device, seq, hash, reason,
            received_at, wrapped_key, sealed)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        ON CONFLICT (shard, device, seq, hash) DO NOTHING";
    SET_ASIDE = "SELECT device, seq, hash, reason, received_at, wrapped_key, sealed
        FROM crossing_set_aside WHERE shard = ?1 AND device = ?2
        ORDER BY seq, hash LIMIT ?3";
    ONE_SET_ASIDE = "SELECT device, seq, hash, reason, received_at, wrapped_key, sealed
        FROM crossing_set_aside WHERE shard = ?1 AND device = ?2 AND seq = ?3 AND hash = ?4";
    TRAY = concat!(inside!(), "SELECT s.device, s.seq, s.hash, s.reason, s.received_at,
            s.wrapped_key, s.sealed ", tray!(), "
            AND (s.received_at, s.device, s.seq, s.hash) > (CAST(?3 AS BIGINT), ?4, ?5, ?6)
            AND (CASE WHEN ", is_settled!(), " THEN 1 ELSE 0 END) = CAST(?7 AS BIGINT)
            AND (CAST(?7 AS BIGINT) = 0 OR length(s.sealed) > 0)
        ORDER BY s.received_at, s.device, s.seq, s.hash LIMIT ?8");
    COUNT_TRAY = concat!(inside!(), "SELECT count(*) FROM (SELECT s.seq ", tray!(), "
            AND NOT ", is_settled!(), " LIMIT ?3) AS open_ones");
    SETTLED = "SELECT number, outcome, staff, settled_at FROM set_aside_settled
        WHERE shard = ?1 AND device = ?2 AND seq = ?3 AND hash = ?4
        ORDER BY number LIMIT ?5";
    INSERT_SETTLED = "INSERT INTO set_aside_settled (shard, device, seq, hash, number, outcome,
            staff, settled_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        ON CONFLICT (shard, device, seq, hash, number) DO NOTHING";
    EMPTY_SETTLED = concat!("UPDATE crossing_set_aside SET wrapped_key = ?5, sealed = ?5
        WHERE shard = ?1 AND device = ?2 AND (seq, hash) IN (
            SELECT s.seq, s.hash FROM crossing_set_aside s
            WHERE s.shard = ?1 AND s.device = ?2 AND s.received_at < ?3 AND length(s.sealed) > 0
                AND ", is_settled!(), "
                AND NOT EXISTS (SELECT 1 FROM set_aside_settled n WHERE n.shard = s.shard
                    AND n.device = s.device AND n.seq = s.seq AND n.hash = s.hash
                    AND n.settled_at >= ?4)
            ORDER BY s.seq, s.hash LIMIT 500)");
    READABLE = "SELECT device, seq, hash, reason, received_at, wrapped_key, sealed
        FROM crossing_set_aside
        WHERE shard = ?1 AND (device, seq, hash) > (?2, CAST(?3 AS BIGINT), ?4)
            AND length(sealed) > 0
        ORDER BY device, seq, hash LIMIT ?5";
    EMPTY_ERASED = "UPDATE crossing_set_aside SET wrapped_key = ?5, sealed = ?5
        WHERE shard = ?1 AND device = ?2 AND seq = ?3 AND hash = ?4 AND length(sealed) > 0";
    WAITING_SINCE = concat!("SELECT min(s.received_at) FROM crossing_set_aside s
        WHERE s.shard = ?1 AND s.device = ?2 AND NOT ", is_settled!());
    IS_SET_ASIDE = "SELECT count(*) FROM crossing_set_aside
        WHERE shard = ?1 AND device = ?2 AND seq = ?3 AND hash = ?4";
}

impl ReadTx<'_> {
    /// The events of a device that were not taken in.
    pub fn events_set_aside(
        &self,
        shard: Shard,
        device: DeviceId,
        limit: u32,
    ) -> Result<Vec<SetAsideRow>, StoreError> {
        self.query(&SET_ASIDE, params![shard, &device, limit], SetAsideRow::read)
    }

    /// A page of a shard's events whose content is there, settled or not, from behind a key.
    /// Erasure opens each: whom one is about is in no column.
    pub fn readable_set_aside(
        &self,
        shard: Shard,
        after: &SetAsideKey,
        limit: u32,
    ) -> Result<Vec<SetAsideRow>, StoreError> {
        let parameters = params![shard, &after.device, after.seq, &after.hash, limit];
        self.query(&READABLE, parameters, SetAsideRow::read)
    }

    /// A page of the tray of all gates in a subtree of areas, oldest first, from behind a key.
    /// What was emptied is in it while it waits: somebody still has to say what came of it.
    pub fn tray(
        &self,
        shard: Shard,
        top: AreaId,
        part: TrayPart,
        after: &SetAsideKey,
        limit: u32,
    ) -> Result<Vec<SetAsideRow>, StoreError> {
        let settled = i64::from(part == TrayPart::Settled);
        let behind = self.event_set_aside(shard, after)?;
        let behind = behind.map_or(i64::MIN, |row| row.received_at);
        let parameters = params![
            shard,
            &top,
            behind,
            &after.device,
            after.seq,
            &after.hash,
            settled,
            limit
        ];
        self.query(&TRAY, parameters, SetAsideRow::read)
    }

    /// How many events of a subtree nobody has settled, counted up to a limit.
    pub fn count_tray(&self, shard: Shard, top: AreaId, most: u32) -> Result<i64, StoreError> {
        self.query_one(&COUNT_TRAY, params![shard, &top, most], |row| row.get(0))
    }

    /// An event that was not taken in, by its key.
    pub fn event_set_aside(
        &self,
        shard: Shard,
        key: &SetAsideKey,
    ) -> Result<Option<SetAsideRow>, StoreError> {
        let parameters = params![shard, &key.device, key.seq, &key.hash];
        self.optional(&ONE_SET_ASIDE, parameters, SetAsideRow::read)
    }

    /// Since when an event of a device has waited that nobody has settled.
    pub fn waiting_since(
        &self,
        shard: Shard,
        device: DeviceId,
    ) -> Result<Option<i64>, StoreError> {
        self.query_one(&WAITING_SINCE, params![shard, &device], |row| row.get(0))
    }

    /// What people found out about an event, in order; the last one counts.
    pub fn settled(
        &self,
        shard: Shard,
        key: &SetAsideKey,
        limit: u32,
    ) -> Result<Vec<SettledRow>, StoreError> {
        let parameters = params![shard, &key.device, key.seq, &key.hash, limit];
        self.query(&SETTLED, parameters, |row| {
            Ok(SettledRow {
                number: row.get(0)?,
                outcome: row.get(1)?,
                staff: row.get(2)?,
                settled_at: row.get(3)?,
            })
        })
    }

    /// Whether the event with this number and hash was put aside.
    pub(crate) fn is_set_aside(
        &self,
        shard: Shard,
        device: DeviceId,
        seq: i64,
        hash: &Hash,
    ) -> Result<bool, StoreError> {
        let parameters = params![shard, &device, seq, hash];
        let rows: i64 = self.query_one(&IS_SET_ASIDE, parameters, |row| row.get(0))?;
        Ok(rows > 0)
    }
}

impl Tx<'_> {
    /// An event as it came. Who looked is written down in the same transaction; `None` where
    /// there is no such event.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] for one that does not open any more; the look stands even so.
    pub fn reveal_set_aside(
        &self,
        vault: &Vault,
        shard: Shard,
        key: &SetAsideKey,
        viewer: &Viewer,
    ) -> Result<Option<Result<Vec<u8>, StoreError>>, StoreError> {
        let row = self.event_set_aside(shard, key)?;
        // What was emptied is not there any more.
        let Some(row) = row.filter(|row| !row.sealed.is_empty()) else {
            return Ok(None);
        };
        let purpose = viewer.purpose.as_bytes();
        self.append_audit(&AuditNote {
            shard,
            at: viewer.at,
            kind: "set_aside.view",
            actor: viewer.staff,
            commitment: None,
            body: &[&key.audit_bytes()[..], purpose].concat(),
        })?;
        Ok(Some(row.reveal_event(vault)))
    }

    /// Empties up to 500 events of a device that came in before an instant and were last settled
    /// before another; says how many. Number and hash stay, since what follows in the phone's
    /// chain stands on them; they name nobody.
    pub fn empty_settled(
        &self,
        shard: Shard,
        device: DeviceId,
        (received_before, settled_before): (i64, i64),
    ) -> Result<u64, StoreError> {
        let nothing: &[u8] = &[];
        let parameters = params![shard, &device, received_before, settled_before, nothing];
        self.execute(&EMPTY_SETTLED, parameters)
    }

    /// Empties the named events, which were about somebody who is erased; says how many had
    /// content, also in the audit chain. Number and hash stay, as in [`Tx::empty_settled`].
    pub fn empty_erased(
        &self,
        shard: Shard,
        keys: &[SetAsideKey],
        at: i64,
    ) -> Result<u64, StoreError> {
        let nothing: &[u8] = &[];
        let mut emptied = 0;
        for key in keys {
            let parameters = params![shard, &key.device, key.seq, &key.hash, nothing];
            emptied += self.execute(&EMPTY_ERASED, parameters)?;
        }
        if emptied > 0 {
            self.append_audit(&AuditNote {
                shard,
                at,
                kind: "set_aside.erase",
                actor: None,
                commitment: None,
                body: format!("{emptied} records").as_bytes(),
            })?;
        }
        Ok(emptied)
    }

    /// Adds what somebody found out about an event, as the row after the `number - 1` that they
    /// had read, and writes down who did; false where there is one of this number already.
    pub fn settle_set_aside(
        &self,
        shard: Shard,
        key: &SetAsideKey,
        row: &SettledRow,
    ) -> Result<bool, StoreError> {
        let parameters = params![
            shard,
            &key.device,
            key.seq,
            &key.hash,
            row.number,
            &row.outcome,
            &row.staff,
            row.settled_at
        ];
        if self.execute(&INSERT_SETTLED, parameters)? == 0 {
            return Ok(false);
        }
        self.append_audit(&AuditNote {
            shard,
            at: row.settled_at,
            kind: "set_aside.settled",
            actor: Some(row.staff),
            commitment: None,
            body: &[&key.audit_bytes()[..], row.outcome.as_bytes()].concat(),
        })?;
        Ok(true)
    }

    /// Keeps an event aside, once for the same content. The first time an alarm is raised about
    /// it, again where somebody has looked at what came before.
    pub(crate) fn set_event_aside(
        &self,
        vault: &Vault,
        (shard, event): (Shard, &Event),
        reason: SetAsideReason,
        received_at: i64,
        chance: &Chance,
    ) -> Result<(), StoreError> {
        if self.keep_aside(vault, (shard, event), reason, received_at, chance)? {
            let about = format!("device {}", event.device);
            self.raise_alarm_anew(shard, reason.word(), &about, received_at)?;
        }
        Ok(())
    }

    /// Keeps an event aside, once for the same content; says whether it was new.
    pub(crate) fn keep_aside(
        &self,
        vault: &Vault,
        (shard, event): (Shard, &Event),
        reason: SetAsideReason,
        received_at: i64,
        chance: &Chance,
    ) -> Result<bool, StoreError> {
        let seq = i64::try_from(event.seq).unwrap_or(i64::MAX);
        let (place, bytes) = (event_place(event.device, seq), event.to_bytes());
        let (wrapped, sealed) = seal_apart(vault, "crossing_set_aside", &place, &bytes, chance);
        let inserted = self.execute(
            &INSERT_SET_ASIDE,
            params![
                shard,
                &event.device,
                seq,
                &event.hash(),
                reason.word(),
                received_at,
                &wrapped,
                &sealed
            ],
        )?;
        Ok(inserted > 0)
    }
}
