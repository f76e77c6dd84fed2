//! The town that issue 3 is measured on: a hundred thousand people, a million crossings. Made once
//! and kept in the bench's folder; remove `target/bench/big*` to make it anew.

use super::Bench;
use super::lists::{self, Whose};
use super::postgres::Cluster;
use super::process::{now, own_cpu_seconds};
use super::town::{SHOWN, Town};
use anyhow::{Context, Result, ensure};
use gatehouse_core::audit::Hash;
use gatehouse_core::id::{DeviceId, HouseholdId, PersonId};
use gatehouse_core::moment::CivilDay;
use gatehouse_core::wire::{Event, EventBody, Private};
use gatehouse_server::ops::demo::make::Demo;
use gatehouse_server::ops::demo::pass::Standing;
use gatehouse_server::secrets::{FILE, Secrets};
use gatehouse_store::before::Before;
use gatehouse_store::crossing::CrossingRow;
use gatehouse_store::device::DeviceRow;
use gatehouse_store::device_event::{Appended, Arrival};
use gatehouse_store::gate::GateRow;
use gatehouse_store::{Chance, Lane, Limits, Shard, Store, StoreError, Vault};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// People who live there.
const PEOPLE: u32 = 100_000;
/// Crossings in all, at least.
const CROSSINGS: usize = 1_000_000;
/// Events of one closure, as the demo and an import write them.
const STEP: usize = 500;
/// Days that a search for something rare looks back over.
const DAYS_ASKED: i32 = 60;
const DAY_MILLIS: i64 = 86_400_000;
/// An event reached the server so long after it happened.
const UNDER_WAY_MILLIS: i64 = 900;
/// Written last: what has no such file was not finished.
const READY: &str = "ready";

/// The town on SQLite.
pub fn on_sqlite(bench: &Bench<'_>) -> Result<Town> {
    let folder = bench.folder.join("big");
    if folder.join(READY).is_file() {
        return Town::open(bench, "big", "");
    }
    let began = now();
    let cpu = own_cpu_seconds()?;
    let (town, demo) = match Town::is_made(bench, "big") {
        true => {
            let mut town = Town::open(bench, "big", "")?;
            let demo = town.plan(PEOPLE)?;
            (town, demo)
        }
        false => Town::make(bench, "big", PEOPLE, "")?,
    };
    std::fs::write(town.folder.join(SHOWN), shown(&demo)?)?;
    let whose = whose(&demo)?;
    drop(demo);
    let made = began.elapsed().as_secs_f64();
    let crossings = repeat_days(&town.folder, whose)?;
    std::fs::write(folder.join(READY), format!("{crossings} crossings\n"))?;
    println!(
        "     made {crossings} crossings of {PEOPLE} people in {:.0} s, of it the demo \
         {made:.0} s; processor: demo {:.0} s, all days again {:.0} s",
        began.elapsed().as_secs_f64(),
        town.seconds[1],
        own_cpu_seconds()? - cpu
    );
    Ok(town)
}

/// Whose lists are long: of whom requests name.
fn whose(demo: &Demo) -> Result<Whose> {
    let gate = demo.town.streets.gates.first().context("no gate")?;
    let (household, person) = lives_there(demo)?;
    Ok(Whose {
        compound: gate.compound,
        gate: gate.id,
        household,
        person,
        day: demo.town.made.day(),
        now: demo.town.made.millis,
    })
}

/// A household of the first compound and somebody of it who has a document.
fn lives_there(demo: &Demo) -> Result<(HouseholdId, PersonId)> {
    let compound = demo.town.streets.gates.first().context("no gate")?.compound;
    let homes = demo.town.households.iter();
    let mut homes = homes.filter(|home| home.household.compound() == compound);
    let people: BTreeMap<_, _> = demo.town.people.iter().map(|one| (one.id, one)).collect();
    let found = homes.find_map(|home| {
        let members = home.household.members().iter();
        let mut known = members.filter_map(|member| people.get(&member.person));
        let one = known.find(|one| one.person.document().is_some())?;
        Some((home.id, one.id))
    });
    found.context("nobody lives there")
}

/// What requests name: somebody with telephone and document who lives in the first compound,
/// their door, and a card that holds there. A line each: the slot, a blank, the value.
fn shown(demo: &Demo) -> Result<String> {
    let compound = demo.town.streets.gates.first().context("no gate")?.compound;
    let homes = demo.town.households.iter();
    let mut homes = homes.filter(|home| home.household.compound() == compound);
    let people: BTreeMap<_, _> = demo.town.people.iter().map(|one| (one.id, one)).collect();
    let (home, person) = homes
        .find_map(|home| {
            let members = home.household.members().iter();
            let mut known = members.filter_map(|member| people.get(&member.person));
            let one = known.find(|one| one.person.document().is_some());
            one.map(|one| (home, *one))
        })
        .context("nobody lives there")?;
    let mut passes = demo.issued.passes.iter();
    let pass = passes.find(|pass| pass.compound == compound && pass.standing == Standing::Valid);
    let card = pass.context("no pass")?.credential.number;
    let name = person.person.name().reveal_text();
    let first = name.chars().next().context("no name")?;
    let document = person.person.document().context("no document")?;
    let at = home.household.address();
    let lines = [
        ("{name}", name.to_owned()),
        ("{first}", first.to_string()),
        (
            "{door}",
            format!("{}-{}-{}", at.building(), at.unit(), at.room()),
        ),
        ("{two}", format!("{}-{}", at.building(), at.room())),
        ("{building}", at.building().to_owned()),
        ("{card}", card.to_string()),
        ("{document}", document.reveal_text().to_owned()),
        ("{four}", document.last_four().to_owned()),
        ("{compound}", compound.to_string()),
        ("{household}", home.id.to_string()),
        ("{person}", person.id.to_string()),
        ("{until}", demo.town.made.day().to_text()),
        (
            "{from}",
            CivilDay(demo.town.made.day().0 - DAYS_ASKED).to_text(),
        ),
    ];
    let lines = lines.map(|(slot, value)| format!("{slot} {value}\n"));
    Ok(lines.concat())
}

/// The same town, row by row, on PostgreSQL.
pub fn on_postgres(bench: &Bench<'_>) -> Result<Option<(Town, Cluster)>> {
    let Some(mut cluster) = Cluster::start(&bench.folder.join("big-postgres"))? else {
        return Ok(None);
    };
    let source = on_sqlite(bench)?;
    let url = cluster.url("big");
    let settings = "database_url_file = \"url\"";
    let mut town = Town::open(bench, "big-on-postgres", settings)?;
    std::fs::write(town.folder.join("url"), &url)?;
    if !town.folder.join(READY).is_file() {
        let began = now();
        cluster.create("big")?;
        drop(Store::open_postgres(&url)?);
        let rows = cluster.copy("big", &source.database())?;
        town.take_from(&source)?;
        std::fs::write(town.folder.join(READY), format!("{rows} rows\n"))?;
        let seconds = began.elapsed().as_secs_f64();
        println!("     copied {rows} rows to PostgreSQL in {seconds:.0} s");
    }
    Ok(Some((town, cluster)))
}

/// Appends the day that the demo wrote again for each day before it, from the earliest on, by a
/// device of its own at each gate, until there are enough. Says how many there are then.
fn repeat_days(folder: &Path, whose: Whose) -> Result<usize> {
    let secrets = Secrets::load(&folder.join("gatehouse-data").join(FILE))?;
    let vault = Vault::new(secrets.epochs(), secrets.index_key()).context("no keys")?;
    let vault = Arc::new(vault);
    // Nobody waits at a gate, so a step may take longer than a server's.
    let limits = Limits {
        processor_time: Duration::from_secs(10),
        ..Limits::default()
    };
    let store = Store::open_sqlite_with(&folder.join("gatehouse.db"), limits)?;
    // Lists that stayed short say nothing of the crossings.
    if let Err(error) = lists::fill(&store, &vault, whose) {
        println!("     lists are as the demo made them: {error:#}");
    }
    let days = store.read_blocking::<_, StoreError, _>(|tx| {
        let mut days = Vec::new();
        for shard in tx.shards()? {
            for gate in tx.gates(shard)? {
                let mut rows =
                    tx.crossings_of_gate(shard, gate.gate, i64::MIN, i64::MAX, u32::MAX)?;
                rows.sort_by_key(|row| (row.device_at.millis, row.seq));
                days.push((shard, gate, rows));
            }
        }
        Ok(days)
    })?;
    let a_day: usize = days.iter().map(|(_, _, rows)| rows.len()).sum();
    ensure!(a_day > 0, "the demo has no crossings");
    let before = i64::try_from(CROSSINGS.div_ceil(a_day))? - 1;
    for (number, (shard, gate, rows)) in (1u8..).zip(&days) {
        let mut writer = Chain::begin(&store, &vault, *shard, gate, number, rows)?;
        for back in (1..=before).rev() {
            writer.repeat(rows, back)?;
        }
        writer.finish()?;
    }
    Ok(a_day * (before as usize + 1))
}

/// A device with its chain, written step by step.
struct Chain<'a> {
    store: &'a Store,
    vault: &'a Arc<Vault>,
    shard: Shard,
    device: DeviceId,
    seq: u64,
    previous: Hash,
    step: Vec<Event>,
}

impl Chain<'_> {
    fn begin<'a>(
        store: &'a Store,
        vault: &'a Arc<Vault>,
        shard: Shard,
        gate: &GateRow,
        number: u8,
        rows: &[CrossingRow],
    ) -> Result<Chain<'a>> {
        let device = DeviceId([number; 16]);
        let staff = rows.iter().find_map(|row| row.staff);
        let row = DeviceRow {
            shard,
            device,
            gate: gate.gate,
            label: "bench".to_owned(),
            // Nothing that comes from outside verifies as this device.
            public_key: Vec::new(),
            enrolled_at: 0,
            enrolled_by: staff.context("nobody was on duty")?,
            ended_at: None,
            last_seq: 0,
            last_hash: [0; 32],
            seen_at: None,
            skew_millis: 0,
        };
        store.write_blocking::<_, StoreError, _>(Lane::Jobs, move |tx| tx.insert_device(&row))?;
        Ok(Chain {
            store,
            vault,
            shard,
            device,
            seq: 0,
            previous: Hash::START,
            step: Vec::new(),
        })
    }

    fn repeat(&mut self, rows: &[CrossingRow], days_back: i64) -> Result<()> {
        for row in rows {
            let mut crossing = row.crossing().context("a damaged crossing")?;
            crossing.decided_at -= days_back * DAY_MILLIS;
            let nobody = row.subject.is_none() && row.household.is_none();
            let private = Private {
                salt: Hash::of(b"gatehouse/bench", &self.seq.to_be_bytes()).0[..16].try_into()?,
                subject: row.subject,
                household: row.household,
                details: Vec::new(),
            };
            self.seq += 1;
            let event = Event {
                device: self.device,
                seq: self.seq,
                previous: self.previous,
                at: row.device_at.plus_millis(-days_back * DAY_MILLIS),
                skew_millis: None,
                snapshot: 0,
                body: EventBody::Crossing(Box::new(crossing)),
                private: (!nobody).then_some(private),
            };
            self.previous = event.hash();
            self.step.push(event);
            if self.step.len() == STEP {
                self.flush()?;
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        let (vault, shard) = (Arc::clone(self.vault), self.shard);
        let events = std::mem::take(&mut self.step);
        let all_new = self
            .store
            .write_blocking::<_, StoreError, _>(Lane::Jobs, move |tx| {
                for event in &events {
                    let arrival = Arrival {
                        received_at: event.at.millis + UNDER_WAY_MILLIS,
                        server: None,
                        chance: Chance::new([0; 32]),
                        before: Before::Gone,
                    };
                    if tx.append_event(&vault, shard, event, &arrival)? != Appended::New {
                        return Ok(false);
                    }
                }
                Ok(true)
            })?;
        ensure!(all_new, "a chain does not follow");
        Ok(())
    }

    fn finish(mut self) -> Result<()> {
        self.flush()
    }
}
