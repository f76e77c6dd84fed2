//! Ten million recorded attempts decided again under a draft: core's part (reading the record,
//! deciding, counting), two threads, streamed from a file in the form in which the database keeps
//! them; and the whole command over the town of a million crossings in SQLite.
//!
//! The attempts are those of a notice's cases, at moments of a week, with sixteen temperatures;
//! every tenth has outings, which have to be counted from its own moment on. A million lie in the
//! file, and it is read ten times.

use super::process::{Process, children_cpu_seconds, now, own_cpu_seconds};
use super::{Bench, Finding, big};
use anyhow::{Context, Result, anyhow, ensure};
use gatehouse_core::audit::Hash;
use gatehouse_core::gate::record::write_facts;
use gatehouse_core::gate::value::{Outing, Outings};
use gatehouse_core::gate::{Fact, Known, Outcome, Policy, Situation, Value, Way, decide};
use gatehouse_core::id::{DeviceId, GateId, HouseholdId, StaffId};
use gatehouse_core::moment::Moment;
use gatehouse_core::policy::{PolicyDocument, cases, compile, read};
use gatehouse_core::replay::{Attempt, Before, Draft, Place, Prepared, Replayer, Summary};
use gatehouse_core::wire::{Crossing, Event, EventBody};
use serde_json::Value as Json;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const IN_FILE: u64 = 1_000_000;
const TIMES: u64 = 10;
const THREADS: u64 = 2;
/// The figures.
const SECONDS_MOST: f64 = 30.0;
const FACTS_BYTES_MOST: usize = 100;
/// Local choice: what a small machine can spare beside the server.
const MEGABYTES_MOST: f64 = 128.0;
const HOMES: u64 = 50_000;
const GATES: u64 = 20;
const START: Moment = Moment::new(1_581_264_000_000, 480);
const WEEK_MINUTES: u64 = 7 * 24 * 60;

/// Both parts.
pub fn measure(bench: &Bench<'_>) -> Result<Vec<Finding>> {
    if cfg!(debug_assertions) {
        let reason = "replay: run with `cargo xtask bench replay`";
        return Ok(vec![Finding::Skipped(reason.to_owned())]);
    }
    let mut found = of_core(bench.root, &bench.folder)?;
    found.extend(of_command(bench)?);
    Ok(found)
}

/// Core's part.
pub fn of_core(root: &Path, folder: &Path) -> Result<Vec<Finding>> {
    let own = document(root, "hulunbuir-2020-02")?;
    let above = document(root, "henan-2020-02")?;
    let draft = document(root, "zhongxiang-2020-02")?;
    let together =
        |documents: &[&PolicyDocument]| compile(documents).map_err(|error| anyhow!("{error}"));
    let before = Prepared::new(together(&[&above, &own])?, 1);
    let after = Prepared::new(together(&[&above, &own, &draft])?, 2);
    let file = folder.join("attempts");
    let (bytes, facts) = write(&file, root, before.policy())?;
    let (began, cpu) = (now(), own_cpu_seconds()?);
    let (before, after, file) = (&before, &after, &file);
    let summary = std::thread::scope(|scope| {
        let parts: Vec<_> = (0..THREADS)
            .map(|part| scope.spawn(move || replay(file, part, before, after)))
            .collect();
        let mut all = Summary::default();
        for part in parts {
            all.add_all(part.join().map_err(|_| anyhow!("a thread fell over"))??);
        }
        Ok::<_, anyhow::Error>(all)
    })?;
    let (wall, cpu) = (began.elapsed().as_secs_f64(), own_cpu_seconds()? - cpu);
    ensure!(
        summary.counts.all() == IN_FILE * TIMES,
        "attempts are missing"
    );
    ensure!(summary.not_reproduced == 0, "the record does not reproduce");
    std::fs::remove_file(file)?;
    let what = |of: &str| format!("replay of 10 000 000 attempts from a file, {of}");
    Ok(vec![
        Finding::Note(format!(
            "{bytes:.0} bytes a record, {facts:.0} of them facts; {} change, {} cannot be known",
            summary.counts.changed(),
            summary.counts.unknown()
        )),
        Finding::of(
            what("processor of two cores"),
            cpu,
            SECONDS_MOST * THREADS as f64,
            "s",
        ),
        Finding::of(what("wall"), wall, SECONDS_MOST, "s"),
        Finding::of(what("most memory"), most_megabytes()?, MEGABYTES_MOST, "MB"),
    ])
}

fn document(root: &Path, folder: &str) -> Result<PolicyDocument> {
    let text = std::fs::read_to_string(root.join("policies").join(folder).join("policy.toml"))?;
    read(&text).map_err(|complaints| anyhow!("{folder}: {complaints:?}"))
}

/// Writes the attempts, each after its length; the mean bytes of a record, and of its facts.
fn write(file: &Path, root: &Path, policy: &Policy) -> Result<(f64, f64)> {
    let mut situations = Vec::new();
    for folder in ["henan-2020-02", "hulunbuir-2020-02"] {
        let cases = root.join("policies").join(folder).join("cases.toml");
        let cases = cases::read_cases(&std::fs::read_to_string(cases)?)
            .map_err(|complaints| anyhow!("{complaints:?}"))?;
        situations.extend(cases.into_iter().map(|case| case.situation));
    }
    ensure!(!situations.is_empty(), "no cases");
    let mut out = BufWriter::new(File::create(file)?);
    let (mut bytes, mut of_facts, mut number) = (0, 0, 0u64);
    while number < IN_FILE {
        let at = mixed(number);
        let mut one = situations[at as usize % situations.len()].clone();
        vary(&mut one, number, at >> 16);
        let facts = write_facts(&one, Some(policy));
        number += 1;
        let facts = match facts.len() > FACTS_BYTES_MOST {
            // Such a record is longer than the figure is about: without its outings it is not.
            true => {
                one.clear(Fact::Outings);
                write_facts(&one, Some(policy))
            }
            false => facts,
        };
        let record = record(&one, facts.clone(), policy, number);
        (bytes, of_facts) = (bytes + record.len(), of_facts + facts.len());
        out.write_all(&u16::try_from(record.len())?.to_be_bytes())?;
        out.write_all(&record)?;
    }
    out.flush()?;
    let mean = |sum: usize| sum as f64 / IN_FILE as f64;
    Ok((mean(bytes), mean(of_facts)))
}

/// Another moment, another temperature where one was taken, outings for every tenth.
fn vary(one: &mut Situation, number: u64, chance: u64) {
    one.moment = START.plus_millis((chance % WEEK_MINUTES) as i64 * 60_000);
    if matches!(one.given(Fact::Temperature), Some(Known::Is(_))) {
        one.set(
            Fact::Temperature,
            Value::Number(360 + (chance >> 20 & 15) as i64),
        );
    }
    one.clear(Fact::Outings);
    if number.is_multiple_of(10) {
        let hours = 1 + (chance >> 30) as i64 % 60;
        let outing = Outing {
            at: one.moment.plus_millis(-hours * 3_600_000),
            purpose: None,
            own: true,
        };
        let taken = vec![outing];
        one.set(Fact::Outings, Value::Outings(Outings { taken, unsent: 0 }));
    }
}

fn record(one: &Situation, facts: Vec<u8>, policy: &Policy, seq: u64) -> Vec<u8> {
    let decision = decide(one, Some(policy));
    let rows = decision.applied.iter();
    let rows = rows.filter_map(|at| policy.rows().get(usize::from(*at)));
    let crossing = Crossing {
        gate: GateId([(seq % GATES) as u8; 16]),
        staff: Some(StaffId([3; 16])),
        way: one.way().unwrap_or(Way::In),
        subject_kind: one.subject_kind(),
        pass: None,
        copied_minutes: None,
        facts,
        policy: Some(policy.id()),
        evaluator: 1,
        decided_at: one.moment.millis,
        rows: rows.map(|row| row.id.clone()).collect(),
        verdict: decision.verdict,
        outcome: Outcome::Crossed,
        overruling_reason: None,
        emergency: one
            .is_emergency()
            .then_some(gatehouse_core::wire::EmergencyKind::Unsaid),
    };
    let event = Event {
        device: DeviceId([2; 16]),
        seq,
        previous: Hash::START,
        at: one.moment,
        skew_millis: None,
        snapshot: 1,
        body: EventBody::Crossing(Box::new(crossing)),
        private: None,
    };
    event.public_bytes()
}

/// A thread's half: every other reading of the file.
fn replay(file: &PathBuf, part: u64, before: &Prepared, after: &Prepared) -> Result<Summary> {
    let mut replayer = Replayer::default();
    let mut record = Vec::new();
    for time in (0..TIMES).filter(|time| time % THREADS == part) {
        let mut from = BufReader::with_capacity(1 << 20, File::open(file)?);
        for number in 0..IN_FILE {
            let mut length = [0; 2];
            from.read_exact(&mut length)?;
            record.resize(usize::from(u16::from_be_bytes(length)), 0);
            from.read_exact(&mut record)?;
            let attempt = Attempt::read(&record).map_err(|error| anyhow!("{error:?}"))?;
            let place = Place {
                device: DeviceId([2; 16]),
                seq: i64::try_from(time * IN_FILE + number)?,
                household: Some(home(mixed(number) % HOMES)),
            };
            let draft = Draft::Policy(Some(after));
            replayer.take(&attempt, &place, Before::Policy(before), draft);
        }
    }
    Ok(replayer.finish())
}

fn home(number: u64) -> HouseholdId {
    let mut id = [0; 16];
    id[8..].copy_from_slice(&number.to_be_bytes());
    HouseholdId(id)
}

/// Spread numbers, the same each time (SplitMix64, after S. Vigna).
fn mixed(number: u64) -> u64 {
    let step = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (step ^ (step >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// Most memory that this program has held.
fn most_megabytes() -> Result<f64> {
    Process::most_megabytes_of("self")
}

/// The whole command, over the town of the console's measurements.
fn of_command(bench: &Bench<'_>) -> Result<Vec<Finding>> {
    let town = big::on_sqlite(bench)?;
    let draft = bench.root.join("policies/zhongxiang-2020-02");
    let (began, cpu) = (now(), children_cpu_seconds()?);
    let output = Command::new(&bench.gatehouse)
        .args(["policy", "replay", "--config", "gatehouse.toml", "--json"])
        .args(["--from", "2026-01-01", "--to", "2026-12-31", "--draft"])
        .arg(draft)
        .current_dir(&town.folder)
        .stderr(Stdio::null())
        .output()?;
    let (wall, cpu) = (began.elapsed().as_secs_f64(), children_cpu_seconds()? - cpu);
    let report: Json = serde_json::from_slice(&output.stdout).context("no report")?;
    let attempts = report["sums"]["attempts"].as_u64().context("no sums")?;
    ensure!(attempts > 0, "no attempts in this year");
    let share = attempts as f64 / 10_000_000.0;
    let what = |of: &str| format!("policy replay over {attempts} attempts in SQLite, {of}");
    Ok(vec![
        Finding::of(
            what("processor of two cores"),
            cpu,
            SECONDS_MOST * THREADS as f64 * share,
            "s",
        ),
        Finding::of(what("wall"), wall, SECONDS_MOST * share, "s"),
    ])
}
