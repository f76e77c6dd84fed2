//! Figures of the day for an area: people, passes, crossings by hour, refusals by reason, fevers,
//! gates, devices, alarms. Counts only, nobody's name. Crossings are counted from their hours, so
//! that a large day costs no more than a small one.

use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::error::OpError;
use crate::ops::fever_state::waits_since;
use crate::ops::flag_copied_pass::COPIED_PASS;
use crate::ops::hold_gate::keyring;
use crate::ops::keep_tray::COUNT_MOST;
use crate::ops::list_policy_versions::{Review, reviews_due};
use crate::ops::local_day::{DAY_MILLIS, midnight};
use crate::ops::places::{GateStands, gate_stands, is_check_due};
use crate::ops::read_area::compounds_of;
use crate::ops::read_fevers::staff_name;
use crate::ops::read_opening::{Ended, Openings};
use crate::ops::read_policies::read_policies;
use crate::ops::see_alarms::{alarms_in, is_wide};
use gatehouse_core::gate::compiled::Text;
use gatehouse_core::gate::{Effect, Outcome, Policy, Verdict, Way};
use gatehouse_core::id::AreaId;
use gatehouse_core::moment::Moment;
use gatehouse_store::area::AreaRow;
use gatehouse_store::crossing_hour::HourRow;
use gatehouse_store::gate::GateRow;
use gatehouse_store::{ReadTx, Shard, StoreError};
use std::collections::BTreeMap;

const HOUR: i64 = 3_600_000;
/// A device that has not reached us for so long may hold records that are missing here.
const SILENT_MILLIS: i64 = 15 * 60_000;
/// Refusals of one gate whose reasons are read; beyond them the newest count.
const REFUSED_MOST: u32 = 2_000;
/// Fevers of one compound that are counted.
const FEVERS_MOST: u32 = 500;

/// Why crossings were refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// Id of the row.
    pub row: String,
    /// What the guard was told, as the row says it.
    pub say: Option<Text>,
    /// The clause.
    pub source: Option<String>,
    /// How many crossings it refused.
    pub crossings: i64,
}

/// A compound's line.
#[derive(Clone, Debug)]
pub struct CompoundLine {
    /// The compound.
    pub area: AreaId,
    /// Its name.
    pub name: String,
    /// Names of its gates.
    pub gates: Vec<String>,
    /// In the register.
    pub people: i64,
    /// That hold now.
    pub passes: i64,
    /// Crossings that took place today.
    pub crossings: i64,
    /// Fevers without an outcome.
    pub fevers: usize,
    /// Devices that are silent.
    pub silent: usize,
    /// Gates where nobody has begun a shift.
    pub empty: usize,
}

/// A gate's line.
#[derive(Clone, Debug)]
pub struct GateLine {
    /// The gate.
    pub gate: GateRow,
    /// Name of its compound.
    pub compound: String,
    /// Guards on duty, masked.
    pub guards: Vec<String>,
    /// Since when.
    pub since: Option<i64>,
}

/// A device's line.
#[derive(Clone, Debug)]
pub struct DeviceLine {
    /// What the guards call it.
    pub label: String,
    /// Compound and gate.
    pub place: String,
    /// Last contact.
    pub seen_at: Option<i64>,
    /// Silent for a while: what it holds may be missing here.
    pub is_silent: bool,
}

/// Gates of a compound at which somebody is to look: whether the public road is free (GATE-13).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatesDue {
    /// The compound.
    pub area: AreaId,
    /// Its name.
    pub name: String,
    /// That nobody has looked at for too long.
    pub due: usize,
    /// That were not in order when somebody last looked.
    pub amiss: usize,
}

/// The page's content.
#[derive(Clone, Debug, Default)]
pub struct Today {
    /// As of, milliseconds UTC.
    pub now: i64,
    /// Crossings that took place: in and out, by hour of the day there.
    pub hours: [[i64; 2]; 24],
    /// Turned back.
    pub turned_back: i64,
    /// Emergencies let through.
    pub emergencies: i64,
    /// Emergencies nobody has asked about yet.
    pub emergencies_open: usize,
    /// Passes that came in twice, at which nobody has looked yet.
    pub copied_open: usize,
    /// Refused by the device.
    pub refused: i64,
    /// Why, most frequent first.
    pub reasons: Vec<Reason>,
    /// Since when the clocks of open fevers run, as on their board; oldest first.
    pub fevers: Vec<i64>,
    /// Fire exits that wait for somebody to see that they open, by compound with its name.
    pub exits_due: Vec<(AreaId, String, usize)>,
    /// Compounds with gates at which somebody is to look (GATE-13).
    pub gates_due: Vec<GatesDue>,
    /// Compounds whose gates are open again or where less holds, with their names and what ended.
    pub opened: Vec<(AreaId, String, Ended)>,
    /// Documents of the area itself that are soon to be looked at again; in a county those of the
    /// areas above it too.
    pub reviews: Vec<Review>,
    /// By compound.
    pub compounds: Vec<CompoundLine>,
    /// By gate.
    pub gates: Vec<GateLine>,
    /// In service.
    pub devices: Vec<DeviceLine>,
    /// That nobody has looked at.
    pub alarms: usize,
    /// Records that could not be taken in and wait for somebody, counted up to a limit.
    pub tray: i64,
}

/// Reads the figures.
pub async fn read_today(app: &App, area: &AreaInScope) -> Result<Today, OpError> {
    let shard = area.county()?;
    let (top, wide, offset) = (area.area, is_wide(area), area.offset_minutes);
    let now = app.world.now_millis();
    let keys = keyring(app).ok();
    let read = move |tx: &ReadTx<'_>| {
        let mut day = Day {
            today: Today {
                now,
                ..Today::default()
            },
            shard,
            from: midnight(now, offset),
            reasons: BTreeMap::new(),
        };
        let (moment, mut openings) = (Moment::new(now, offset), Openings::default());
        for compound in compounds_of(tx, top)? {
            day.compound(tx, &compound)?;
            let ended = openings.at(tx, keys.as_deref(), (shard, compound.area), moment)?;
            let opened = ended.map(|ended| (compound.area, compound.name.clone(), ended));
            day.today.opened.extend(opened);
        }
        let mut today = day.today;
        today.reasons = day.reasons.into_values().collect();
        today
            .reasons
            .sort_by(|a, b| b.crossings.cmp(&a.crossings).then(a.row.cmp(&b.row)));
        today.fevers.sort_unstable();
        today.reviews = reviews_due(tx, top, moment)?;
        today.alarms = alarms_in(tx, shard, top, wide)?.len();
        today.tray = tx.count_tray(shard, top, COUNT_MOST)?;
        Ok::<Today, StoreError>(today)
    };
    Ok(app.store.read(read).await?)
}

struct Day {
    today: Today,
    shard: Shard,
    from: i64,
    reasons: BTreeMap<String, Reason>,
}

impl Day {
    fn compound(&mut self, tx: &ReadTx<'_>, compound: &AreaRow) -> Result<(), StoreError> {
        let (shard, now) = (self.shard, self.today.now);
        let mut line = CompoundLine {
            area: compound.area,
            name: compound.name.clone(),
            gates: Vec::new(),
            people: tx.count_persons(shard, compound.area)?,
            passes: tx.count_valid_passes(shard, compound.area, now)?,
            crossings: 0,
            fevers: 0,
            silent: 0,
            empty: 0,
        };
        let mut refused = BTreeMap::new();
        let mut looks = GatesDue {
            area: compound.area,
            name: compound.name.clone(),
            due: 0,
            amiss: 0,
        };
        for gate in tx.gates_of_area(shard, compound.area)? {
            self.gate(tx, compound, &gate, &mut line, &mut refused)?;
            let stands = gate_stands(tx, shard, &gate, now)?;
            looks.due += usize::from(stands == GateStands::Due);
            looks.amiss += usize::from(stands == GateStands::Amiss);
        }
        if looks.due + looks.amiss > 0 {
            self.today.gates_due.push(looks);
        }
        if !refused.is_empty() {
            self.name_reasons(tx, compound, refused)?;
        }
        // Whatever was closed is closed before now, so only open ones are read.
        for row in tx.fevers_of_area(shard, compound.area, i64::MAX, FEVERS_MOST)? {
            line.fevers += 1;
            let steps = tx.fever_steps(shard, row.item.item)?;
            let since = waits_since(row.item.opened_at, &steps);
            self.today.fevers.push(since);
        }
        let openings = tx.openings_of_area(shard, compound.area)?;
        let due = openings.iter().filter(|row| is_check_due(row, now)).count();
        if due > 0 {
            let exits = (compound.area, compound.name.clone(), due);
            self.today.exits_due.push(exits);
        }
        self.today.compounds.push(line);
        Ok(())
    }

    fn gate(
        &mut self,
        tx: &ReadTx<'_>,
        compound: &AreaRow,
        gate: &GateRow,
        line: &mut CompoundLine,
        refused: &mut BTreeMap<String, i64>,
    ) -> Result<(), StoreError> {
        let (shard, from) = (self.shard, self.from);
        let until = from + DAY_MILLIS;
        line.gates.push(gate.name.clone());
        let mut turned_away = false;
        for hour in tx.hours_of_gate(shard, gate.gate, from, until)? {
            turned_away |= hour.verdict == Verdict::Refuse;
            line.crossings += self.count(&hour);
        }
        if turned_away {
            for rows in tx.rows_of_refused(shard, gate.gate, from, until, REFUSED_MOST)? {
                for row in rows {
                    *refused.entry(row).or_default() += 1;
                }
            }
        }
        self.on_duty(tx, compound, gate, line)?;
        self.devices(tx, compound, gate, line)?;
        let items = tx.open_items_of_gate(shard, gate.gate, i64::MAX, FEVERS_MOST)?;
        let count = |kind: &str| items.iter().filter(|item| item.kind == kind).count();
        self.today.emergencies_open += count("emergency");
        self.today.copied_open += count(COPIED_PASS);
        Ok(())
    }

    /// Counts an hour of one sort in; says how many crossings of it took place.
    fn count(&mut self, row: &HourRow) -> i64 {
        let at = usize::try_from((row.hour_at - self.from) / HOUR)
            .unwrap_or(0)
            .min(23);
        let Some(outcome) = row.outcome else {
            return 0;
        };
        if row.verdict == Verdict::Refuse {
            self.today.refused += row.crossings;
        }
        if row.is_emergency {
            self.today.emergencies += row.crossings;
        }
        match outcome {
            Outcome::Crossed => {
                self.today.hours[at][usize::from(row.way == Way::Out)] += row.crossings;
                row.crossings
            }
            Outcome::TurnedBack => {
                self.today.turned_back += row.crossings;
                0
            }
            Outcome::TakenInCharge | Outcome::Unknown => 0,
        }
    }

    fn on_duty(
        &mut self,
        tx: &ReadTx<'_>,
        compound: &AreaRow,
        gate: &GateRow,
        line: &mut CompoundLine,
    ) -> Result<(), StoreError> {
        let mut guards = Vec::new();
        let shifts = tx.running_shifts(self.shard, gate.gate)?;
        for shift in &shifts {
            for staff in tx.guards_of_shift(self.shard, shift.shift)? {
                guards.push(staff_name(tx, staff)?);
            }
        }
        line.empty += usize::from(shifts.is_empty());
        self.today.gates.push(GateLine {
            gate: gate.clone(),
            compound: compound.name.clone(),
            guards,
            since: shifts.iter().map(|shift| shift.started_at).min(),
        });
        Ok(())
    }

    fn devices(
        &mut self,
        tx: &ReadTx<'_>,
        compound: &AreaRow,
        gate: &GateRow,
        line: &mut CompoundLine,
    ) -> Result<(), StoreError> {
        for device in tx.devices_of_gate(self.shard, gate.gate)? {
            // The server's own row decides for whoever has no phone; it is never out of touch.
            if device.ended_at.is_some() || device.public_key.is_empty() {
                continue;
            }
            let contact = device.seen_at.unwrap_or(device.enrolled_at);
            let is_silent = self.today.now - contact > SILENT_MILLIS;
            line.silent += usize::from(is_silent);
            self.today.devices.push(DeviceLine {
                label: device.label,
                place: format!("{} {}", compound.name, gate.name),
                seen_at: device.seen_at,
                is_silent,
            });
        }
        Ok(())
    }

    /// Of the rows that applied, those that bar are the reasons; the policy says them in words.
    fn name_reasons(
        &mut self,
        tx: &ReadTx<'_>,
        compound: &AreaRow,
        refused: BTreeMap<String, i64>,
    ) -> Result<(), StoreError> {
        let now = self.today.now;
        let spells = read_policies(tx, &tx.area_path(compound.area)?, now)?;
        let spell = spells.iter().find(|spell| spell.span.contains(now));
        let policy = spell.and_then(|spell| Policy::read(&spell.compiled).ok());
        for (id, crossings) in refused {
            let mut rows = policy.iter().flat_map(|policy| policy.rows());
            let row = rows.find(|row| row.id == id);
            if row.is_some_and(|row| row.effect != Effect::Bar) {
                continue;
            }
            let reason = self.reasons.entry(id.clone()).or_insert_with(|| Reason {
                row: id,
                say: row.and_then(|row| row.say.clone()),
                source: row.map(|row| row.source.clone()),
                crossings: 0,
            });
            reason.crossings += crossings;
        }
        Ok(())
    }
}
