//! Drops what is past its days, in steps of at most 500 rows so that no gate waits (design §5),
//! and says in the audit chain how much it was. How many days is in the settings, each with a
//! ceiling; a document in force at a place may say fewer there.

use crate::app::App;
use crate::config::Config;
use crate::erasure_list::ErasureList;
use crate::ops::erase_person::Eraser;
use crate::ops::key_home::KeyHome;
use crate::ops::record_days::{Days, DaysByPlace};
use crate::world::World;
use anyhow::{Context, Result};
use gatehouse_core::audit::Seal;
use gatehouse_core::id::{AreaId, DeviceId, GateId, PersonId};
use gatehouse_core::key::PublicKey;
use gatehouse_core::moment::{CivilDay, Moment};
use gatehouse_core::retention::Record;
use gatehouse_store::audit::AuditNote;
use gatehouse_store::{Lane, ReadTx, Shard, Store, StoreError, Tx, Vault};
use std::collections::BTreeMap;

const DAY: i64 = 86_400_000;
/// Rows of people looked at in one step.
const PEOPLE_AT_ONCE: u32 = 500;
/// Days after which a visit no longer says who came (local choice; the visitor's form says so).
const VISIT_DAYS: i32 = 14;
/// Days for which a replay is kept: it is about records that go (local choice).
const REPLAY_DAYS: i64 = 7;
/// Days after which a record of the tray that nobody has settled is an alarm (local choice).
const TRAY_DAYS: i64 = 3;
/// The kind of that alarm.
pub const TRAY_WAITS: &str = "tray_waits";
/// Most areas of a county.
const AREAS_MOST: u32 = 20_000;

/// How much was dropped, by what it was.
pub type Dropped = BTreeMap<&'static str, u64>;

/// Whether a run came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Nothing is left to do.
    Whole,
    /// Its time was over first.
    Part,
}

struct Run<'a> {
    store: &'a Store,
    config: &'a Config,
    world: &'a dyn World,
    vault: Option<&'a Vault>,
    now: i64,
    until: i64,
    dropped: Dropped,
    days: DaysByPlace,
}

/// Drops what is past its days, until nothing is left or the clock says `until`.
///
/// # Errors
/// The database's; an erasure list that cannot be written.
pub fn keep_retention(app: &App, until: i64) -> Result<Progress> {
    let shards = app
        .store
        .read_blocking::<_, StoreError, _>(|tx| tx.shards())?;
    let mut progress = Progress::Whole;
    for shard in shards {
        let mut run = Run {
            store: &app.store,
            config: &app.config,
            world: &*app.world,
            vault: app.vault(),
            now: app.world.now_millis(),
            until,
            dropped: Dropped::new(),
            days: DaysByPlace::new(Days::of_settings(&app.config)),
        };
        let end = run.shard(shard);
        run.note(shard)?;
        if end? == Progress::Part {
            progress = Progress::Part;
        }
    }
    Ok(progress)
}

impl Run<'_> {
    fn shard(&mut self, shard: Shard) -> Result<Progress> {
        let whole = self.events(shard)?
            && self.by_gate(shard)?
            && self.by_area(shard)?
            && self.audit(shard)?
            && self.accounts()?
            && self.people(shard)?;
        Ok(if whole {
            Progress::Whole
        } else {
            Progress::Part
        })
    }

    fn before(&self, days: u32) -> i64 {
        self.now - i64::from(days) * DAY
    }

    /// Days at a place, by the settings and the documents in force there.
    fn days_at(&mut self, area: AreaId) -> Result<Days, StoreError> {
        let (days, now) = (self.days.clone(), self.now);
        let read = move |tx: &ReadTx<'_>| {
            let mut days = days.clone();
            let found = days.at(tx, area, now)?;
            Ok::<_, StoreError>((days, found))
        };
        let (days, found) = self.store.read_blocking::<_, StoreError, _>(read)?;
        self.days = days;
        Ok(found)
    }

    /// The same for what a gate records; where it is not there any more, by the settings.
    fn days_of_gate(&mut self, shard: Shard, gate: GateId) -> Result<Days, StoreError> {
        let read = move |tx: &ReadTx<'_>| tx.gate(shard, gate);
        match self.store.read_blocking::<_, StoreError, _>(read)? {
            Some(gate) => self.days_at(gate.area),
            None => Ok(Days::of_settings(self.config)),
        }
    }

    /// Repeats a step until it finds nothing; false where the time was over first.
    fn until_nothing(
        &mut self,
        what: &'static str,
        step: impl Fn(&Tx<'_>) -> Result<u64, StoreError> + Clone + Send + 'static,
    ) -> Result<bool> {
        loop {
            if self.world.now_millis() > self.until {
                return Ok(false);
            }
            let dropped =
                (self.store).write_blocking::<_, StoreError, _>(Lane::Jobs, step.clone())?;
            if dropped == 0 {
                return Ok(true);
            }
            *self.dropped.entry(what).or_default() += dropped;
        }
    }

    /// Crossings and events, where a seal stands over their days.
    fn events(&mut self, shard: Shard) -> Result<bool> {
        let (devices, sealed_at) = self.store.read_blocking::<_, StoreError, _>(move |tx| {
            let seal = tx.last_seal(shard)?;
            let mut devices = Vec::new();
            for device in tx.devices_of_shard(shard)? {
                devices.extend(tx.device(shard, device)?);
            }
            Ok((devices, seal.map(|seal| seal.made_at)))
        })?;
        let mut whole = true;
        let settled = self.now - DAY;
        for (device, gate) in devices.into_iter().map(|row| (row.device, row.gate)) {
            let days = self.days_of_gate(shard, gate)?;
            let before = days.before(Record::Crossings, self.now);
            let details = days.before(Record::Details, self.now);
            let is_sealed = sealed_at.is_some_and(|made_at| made_at >= before);
            whole &=
                self.until_nothing("details", move |tx| tx.drop_details(shard, device, details))?;
            whole &= self.until_nothing("tray", move |tx| {
                tx.empty_settled(shard, device, (before, settled))
            })?;
            self.remind(shard, device)?;
            if is_sealed {
                whole &= self.until_nothing("events", move |tx| {
                    let dropped = tx.drop_events(shard, device, before)?;
                    if let Some(row) = tx.device(shard, device)? {
                        tx.drop_hours_of_device(shard, row.gate, device, before)?;
                    }
                    Ok(dropped.crossings + dropped.events)
                })?;
            }
        }
        Ok(whole)
    }

    /// What nobody has settled stays, however old: an alarm says so once a day.
    fn remind(&self, shard: Shard, device: DeviceId) -> Result<()> {
        let (now, over) = (self.now, self.now - TRAY_DAYS * DAY);
        let day = Moment::new(now, 480).day().to_text();
        self.store
            .write_blocking::<_, StoreError, _>(Lane::Jobs, move |tx| {
                let since = tx.waiting_since(shard, device)?;
                if since.is_some_and(|since| since < over) {
                    let about = format!("device {device} {day}");
                    tx.raise_alarm_once(shard, TRAY_WAITS, &about, now)?;
                }
                Ok(())
            })?;
        Ok(())
    }

    fn by_gate(&mut self, shard: Shard) -> Result<bool> {
        let gates = (self.store).read_blocking::<_, StoreError, _>(move |tx| tx.gates(shard))?;
        let mut whole = true;
        for (gate, area) in gates.into_iter().map(|row| (row.gate, row.area)) {
            let before = self.days_at(area)?.before(Record::Crossings, self.now);
            whole &= self.until_nothing("items", move |tx| tx.drop_items(shard, gate, before))?;
            whole &= self.until_nothing("shifts", move |tx| tx.drop_shifts(shard, gate, before))?;
        }
        whole &= self.until_nothing("codes", {
            let now = self.now;
            move |tx| tx.drop_resident_codes(shard, now)
        })?;
        let visits = CivilDay(Moment::new(self.now, 480).day().0 - VISIT_DAYS);
        whole &= self.until_nothing("visits", move |tx| tx.forget_visits(shard, visits))?;
        let plans = self.before(self.config.days_audit);
        whole &= self.until_nothing("erasures", move |tx| tx.drop_erasure_plans(shard, plans))?;
        let day = self.now - DAY;
        Ok(whole
            && self.until_nothing("changes", move |tx| tx.drop_changes(shard, day))?
            && self.until_nothing("edits", move |tx| tx.forget_old_edits(shard, day))?)
    }

    fn by_area(&mut self, shard: Shard) -> Result<bool> {
        let areas = self.store.read_blocking::<_, StoreError, _>(move |tx| {
            let mut areas = Vec::new();
            for root in tx.area_roots()? {
                areas.extend(tx.area_subtree(root.area, AREAS_MOST)?);
            }
            areas.retain(|area| area.shard == Some(shard));
            areas.retain(|area| matches!(&*area.level, "compound" | "village" | "community"));
            Ok(areas)
        })?;
        let mut whole = true;
        for area in areas.into_iter().map(|row| row.area) {
            let days = self.days_at(area)?;
            let passes = days.before(Record::Passes, self.now);
            let messages = days.before(Record::Messages, self.now);
            whole &= self.until_nothing("passes", move |tx| tx.drop_passes(shard, area, passes))?;
            whole &=
                self.until_nothing("helpers", move |tx| tx.drop_helpers(shard, area, passes))?;
            let ended = Moment::new(days.before(Record::People, self.now), 480).day();
            whole &=
                self.until_nothing("vehicles", move |tx| tx.drop_vehicles(shard, area, ended))?;
            whole &= self.until_nothing("messages", move |tx| {
                tx.drop_messages(shard, area, messages)
            })?;
        }
        Ok(whole)
    }

    /// Entries of the audit chains that an old enough seal covers.
    fn audit(&mut self, shard: Shard) -> Result<bool> {
        let before = self.before(self.config.days_audit);
        let row = (self.store)
            .read_blocking::<_, StoreError, _>(move |tx| tx.last_seal_before(shard, before))?;
        let Some(row) = row else {
            return Ok(true);
        };
        let home = KeyHome::Database(self.store.clone());
        let tree = home.tree()?.context("K-ROOT: seals without keys")?;
        let keys = tree.list.keys();
        let keys: Vec<PublicKey> = keys.snapshots.iter().map(|key| key.key).collect();
        let seal = keys
            .iter()
            .find_map(|key| Seal::open(&row.signed, key).ok());
        let seal = seal.context("A-SEAL: a seal that is not by a key of this installation")?;
        let mut whole = true;
        for writer in seal.heads.iter().map(|head| head.writer) {
            let seal = seal.clone();
            whole &= self.until_nothing("audit", move |tx| {
                tx.drop_sealed_audit(shard, writer, &seal)
            })?;
        }
        Ok(whole)
    }

    /// Sessions, failed sign-ins, keys of requests: they carry their own end.
    fn accounts(&mut self) -> Result<bool> {
        let now = self.now;
        Ok(
            self.until_nothing("sessions", move |tx| tx.delete_expired_sessions(now))?
                && self.until_nothing("device sessions", move |tx| {
                    tx.delete_expired_device_sessions(now)
                })?
                && self.until_nothing("enrolment codes", move |tx| {
                    tx.delete_ended_enrolment_codes(now)
                })?
                && self.until_nothing("failures", move |tx| tx.delete_old_login_failures(now))?
                && self.until_nothing("keys", move |tx| tx.drop_request_keys(now - DAY))?
                && self.until_nothing("replays", move |tx| {
                    tx.drop_policy_replays(now - REPLAY_DAYS * DAY)
                })?,
        )
    }

    /// People whose purpose ended: marked when first found so, erased when their days are over.
    fn people(&mut self, shard: Shard) -> Result<bool> {
        let now = self.now;
        self.forgive_returned(shard)?;
        let list = ErasureList::in_folder(&self.config.data_folder);
        let eraser = Eraser {
            store: self.store,
            list: &list,
            world: self.world,
            vault: self.vault,
        };
        let mut after = PersonId([0; 16]);
        loop {
            if self.world.now_millis() > self.until {
                return Ok(false);
            }
            let page = self.store.read_blocking::<_, StoreError, _>(move |tx| {
                tx.ended_persons(shard, after, now - DAY, PEOPLE_AT_ONCE)
            })?;
            let Some((last, _)) = page.last() else {
                return Ok(true);
            };
            after = *last;
            let found = page.iter().filter(|(_, ended_at)| ended_at.is_none());
            let found: Vec<PersonId> = found.map(|(person, _)| *person).collect();
            self.store
                .write_blocking::<_, StoreError, _>(Lane::Jobs, move |tx| {
                    tx.mark_persons_ended(shard, &found, now)
                })?;
            for (person, ended_at) in page {
                let is_over = match ended_at {
                    Some(at) => at < self.people_before(shard, person)?,
                    None => false,
                };
                if is_over {
                    eraser.erase(shard, person)?;
                    *self.dropped.entry("people").or_default() += 1;
                }
                if self.world.now_millis() > self.until {
                    return Ok(false);
                }
            }
        }
    }

    /// The instant before which the purpose of a person's record must have ended, to be erased now.
    fn people_before(&mut self, shard: Shard, person: PersonId) -> Result<i64, StoreError> {
        let read = move |tx: &ReadTx<'_>| tx.person(shard, person);
        let row = self.store.read_blocking::<_, StoreError, _>(read)?;
        let days = match row {
            Some(row) => self.days_at(row.area)?,
            None => Days::of_settings(self.config),
        };
        Ok(days.before(Record::People, self.now))
    }

    fn forgive_returned(&self, shard: Shard) -> Result<()> {
        let mut after = PersonId([0; 16]);
        loop {
            let page = self.store.read_blocking::<_, StoreError, _>(move |tx| {
                tx.returned_persons(shard, after, PEOPLE_AT_ONCE)
            })?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = *last;
            self.store
                .write_blocking::<_, StoreError, _>(Lane::Jobs, move |tx| {
                    tx.unmark_persons_ended(shard, &page)
                })?;
        }
    }

    /// Counts, no more: what was dropped is not written down anew.
    fn note(&self, shard: Shard) -> Result<()> {
        if self.dropped.is_empty() {
            return Ok(());
        }
        let counts = self.dropped.iter();
        let counts: Vec<String> = counts
            .map(|(what, count)| format!("{what} {count}"))
            .collect();
        let (at, body) = (self.now, counts.join(" "));
        tracing::info!(
            shard = shard.0,
            counts = body,
            "what was past its days is dropped"
        );
        self.store
            .write_blocking::<_, StoreError, _>(Lane::Jobs, move |tx| {
                tx.append_audit(&AuditNote {
                    shard,
                    at,
                    kind: "retention.drop",
                    actor: None,
                    commitment: None,
                    body: body.as_bytes(),
                })
            })?;
        Ok(())
    }
}
