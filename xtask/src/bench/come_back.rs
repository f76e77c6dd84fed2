//! Gates that come back after three days without a network: what their phones kept goes in over
//! HTTP with their signatures, in batches as the gate app sends them. One gate with a transfer that
//! breaks in the middle, on both databases; and many at once on PostgreSQL, while others decide.
//!
//! The records are the attempts of the demo's day at the gate's compound, again and again, spread
//! over three days; emergencies are left out, since each would open an item that a person closes.

use super::come_back_phone::{Phone, Source};
use super::durable::Ours;
use super::load::{self, Load};
use super::postgres::Cluster;
use super::process::now;
use super::town::Town;
use super::{Bench, Finding, Sizes};
use anyhow::{Context, Result, anyhow, ensure};
use futures_util::future::try_join_all;
use gatehouse_core::id::GateId;
use gatehouse_server::ops::demo::chain::chains;
use gatehouse_server::ops::demo::make::Demo;
use gatehouse_store::gate::GateRow;
use gatehouse_store::{Lane, Shard, Store, StoreError};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// People of the town: six compounds, a thousand behind each gate.
const PEOPLE: u32 = 6_000;
/// What one gate kept, and how long the server may take (the figures).
const OF_ONE: usize = 10_000;
const OF_ONE_SECONDS: f64 = 10.0;
/// Events for each second of the server's processor.
const EVENTS_A_SECOND: f64 = 6_000.0;
/// Records that all gates together bring in in a second: 600 000 in six minutes.
const TOGETHER_A_SECOND: f64 = 600_000.0 / 360.0;
/// Phones that decide meanwhile, and how often each asks: fifty a second.
const LIVE: usize = 5;
const PAUSE: Duration = Duration::from_millis(100);
const LIVE_MILLIS_MOST: f64 = 1_000.0;
const SHARD: Shard = Shard(1);

/// One gate on both databases, then many.
pub fn measure(bench: &Bench<'_>) -> Result<Vec<Finding>> {
    let (town, demo) = Town::make(bench, "return", PEOPLE, "")?;
    let open = || Store::open_sqlite(&town.database());
    let mut found = one(&town, &demo, "SQLite", open)?;
    let folder = bench.folder.join("return-postgres");
    let Some(mut cluster) = Cluster::start(&folder)? else {
        found.push(Finding::Skipped("PostgreSQL is not installed".to_owned()));
        return Ok(found);
    };
    let (town, demo, url) = on_postgres(bench, &mut cluster)?;
    let open = || Store::open_postgres(&url);
    found.extend(one(&town, &demo, "PostgreSQL", open)?);
    found.extend(many(&town, &demo, bench.sizes, open)?);
    Ok(found)
}

fn on_postgres(bench: &Bench<'_>, cluster: &mut Cluster) -> Result<(Town, Demo, String)> {
    cluster.create("come_back")?;
    let url = cluster.url("come_back");
    let file = bench.folder.canonicalize()?.join("return-url");
    std::fs::write(&file, &url)?;
    let settings = format!("database_url_file = \"{}\"", file.display());
    let (town, demo) = Town::make(bench, "return-on-postgres", PEOPLE, &settings)?;
    cluster.settle("come_back")?;
    Ok((town, demo, url))
}

/// One gate; the connection breaks twice in the middle: half of a batch was sent, and a batch
/// arrived but its receipt did not.
fn one(
    town: &Town,
    demo: &Demo,
    database: &str,
    open: impl Fn() -> Result<Store, StoreError>,
) -> Result<Vec<Finding>> {
    let server = town.serve()?;
    let source = sources(demo).into_iter().next().context("no gate")?;
    let session = town.sign_in("guard1a")?;
    let gate = demo.town.streets.gates[0].id;
    let mut phone = Phone::enrol(town.address, gate, session, source, OF_ONE)?;
    let (began, cpu) = (now(), server.cpu_seconds()?);
    load::runtime()?.block_on(async {
        phone.send_until(town.address, OF_ONE / 2).await?;
        phone.break_off(town.address)?;
        phone.lose_receipt(town.address).await?;
        phone.send_until(town.address, OF_ONE).await
    })?;
    let seconds = began.elapsed().as_secs_f64();
    let cpu = server.cpu_seconds()? - cpu;
    drop(server);
    is_whole(&open()?, &[phone])?;
    let per_second = OF_ONE as f64 / cpu;
    Ok(vec![
        Finding::of(
            format!("{database}: {OF_ONE} events of one gate, two breaks in the middle"),
            seconds,
            OF_ONE_SECONDS,
            "s",
        ),
        Finding::of(
            format!("{database}: the server's processor for them ({per_second:.0} events/s)"),
            cpu,
            OF_ONE as f64 / EVENTS_A_SECOND,
            "s",
        ),
    ])
}

/// Many gates at once, while others decide.
fn many(
    town: &Town,
    demo: &Demo,
    sizes: Sizes,
    open: impl Fn() -> Result<Store, StoreError>,
) -> Result<Vec<Finding>> {
    let gates = more_gates(&open()?, demo, sizes.gates)?;
    let ours = Ours::start(town, demo)?;
    let of_each = sizes.events / sizes.gates;
    let sources = sources(demo);
    let guards = guards(town, sources.len())?;
    let phones = gates.iter().enumerate().map(|(at, gate)| {
        let compound = at % sources.len();
        let (session, source) = (guards[compound].clone(), Arc::clone(&sources[compound]));
        Phone::enrol(town.address, *gate, session, source, of_each)
    });
    let mut phones = phones.collect::<Result<Vec<_>>>()?;
    let (going, cpu) = (AtomicBool::new(true), ours.server.cpu_seconds()?);
    let sent = of_each * phones.len();
    let most = sent as f64 / TOGETHER_A_SECOND;
    let load = Load {
        address: town.address,
        connections: LIVE,
        requests: 0,
        // A server that is ten times too slow is measured too.
        within: Duration::from_secs_f64(10.0 * most),
    };
    let (sending, ran) = std::thread::scope(|scope| {
        let sending = scope.spawn(|| {
            let done = send_all(town, &mut phones, of_each);
            going.store(false, Ordering::Relaxed);
            done
        });
        let ran = load::steady(load, PAUSE, &going, |n| ours.ask(n), |_, a| ours.hear(a));
        (sending.join(), ran)
    });
    let seconds = sending.map_err(|_| anyhow!("the phones fell over"))??;
    let ran = ran?;
    let cpu = ours.server.cpu_seconds()? - cpu;
    drop(ours);
    is_whole(&open()?, &phones)?;
    let [told_again, gave_up] = [Phone::told_again, Phone::gave_up].map(|of| sum(&phones, of));
    Ok(vec![
        Finding::of(
            format!(
                "PostgreSQL: {sent} events of {} gates at once",
                phones.len()
            ),
            seconds,
            most,
            "s",
        ),
        Finding::of(
            "decisions meanwhile, p99",
            ran.percentile(0.99),
            LIVE_MILLIS_MOST,
            "ms",
        ),
        Finding::Note(format!(
            "{:.0} events/s; {cpu:.1} s of the server's processor with {} decisions ({:.0} a \
             second), p50 {:.1} ms, most {:.1} ms; told to come again: {told_again}, without \
             an answer: {gave_up}",
            sent as f64 / seconds,
            ran.requests,
            ran.requests as f64 / ran.seconds,
            ran.percentile(0.5),
            ran.percentile(1.0)
        )),
    ])
}

fn sum(phones: &[Phone], of: fn(&Phone) -> usize) -> usize {
    phones.iter().map(of).sum()
}

/// A session of a guard of each compound: who signs in two hundred times is kept waiting.
fn guards(town: &Town, compounds: usize) -> Result<Vec<String>> {
    let guards = (1..=compounds).map(|guard| town.sign_in(&format!("guard{guard}a")));
    guards.collect()
}

/// All phones at the same time, each one batch after the other; how long it took.
fn send_all(town: &Town, phones: &mut [Phone], of_each: usize) -> Result<f64> {
    let began = now();
    let all = phones.iter_mut();
    let all = all.map(|phone| phone.send_until(town.address, of_each));
    load::runtime()?.block_on(try_join_all(all))?;
    Ok(began.elapsed().as_secs_f64())
}

/// What stands at the gates, by compound.
fn sources(demo: &Demo) -> Vec<Arc<Source>> {
    let chains = chains(demo).into_iter();
    chains
        .map(|chain| Arc::new(Source::of(chain.events, demo.town.made)))
        .collect()
}

/// So many gates: those of the town, then further ones of the same compounds in turn.
fn more_gates(store: &Store, demo: &Demo, count: usize) -> Result<Vec<GateId>> {
    let there: Vec<GateId> = demo.town.streets.gates.iter().map(|gate| gate.id).collect();
    let mut all = there.clone();
    for number in there.len()..count {
        let like = there[number % there.len()];
        let mut id = [0xbe; 16];
        id[8..].copy_from_slice(&(number as u64).to_be_bytes());
        let gate = GateId(id);
        store.write_blocking::<_, StoreError, _>(Lane::Jobs, move |tx| {
            let like = tx.gate(SHARD, like)?;
            let row = like.map(|like| GateRow { gate, ..like });
            row.map_or(Ok(()), |row| tx.insert_gate(&row))
        })?;
        all.push(gate);
    }
    all.truncate(count);
    Ok(all)
}

/// Each record is there once and its chain whole.
fn is_whole(store: &Store, phones: &[Phone]) -> Result<()> {
    for phone in phones {
        let device = phone.device;
        let report = store
            .read_blocking::<_, StoreError, _>(move |tx| tx.verify_device(SHARD, device))?
            .context("the device is not there")?;
        ensure!(
            report.events == phone.sent() && report.from_seq == 1 && report.broken_at.is_none(),
            "{} events were sent, and there is {report:?}",
            phone.sent()
        );
    }
    Ok(())
}
