//! Durable decisions over HTTP: verify, decide, count outings, record, chain, commit, answer. Ours
//! beside the bare prototype, turn by turn in one run, so that what the machine does besides
//! touches both.

use super::load::{self, Answered, Asked, Load, Ran, request};
use super::process::Process;
use super::prototype::{Prototype, RandomKeyIndex, build};
use super::town::Town;
use super::{Bench, Finding, median};
use anyhow::{Context, Result, ensure};
use gatehouse_core::area::AreaLevel;
use gatehouse_core::pass::{PassKind, to_text};
use gatehouse_server::ops::demo::make::{Demo, POLICY_FOLDER};
use gatehouse_server::ops::demo::pass::{Holder, Standing};
use gatehouse_store::policy::PolicyForceRow;
use gatehouse_store::{Lane, Store, StoreError};
use sha2::{Digest, Sha256};
use std::cell::{Cell, RefCell};
use std::path::Path;
use std::time::Duration;

/// Passes that are shown in turn.
const PASSES: usize = 1_000;
/// People of the town: so many that a thousand hold a pass of their own.
const PEOPLE: u32 = 1_600;
/// Phones at the gates, together.
const CONNECTIONS: usize = 64;
/// Decisions of one turn, and turns of each.
const DECISIONS: usize = 5_000;
const TURNS: usize = 5;
/// Before anything is counted: caches fill, pages are made.
const WARM_UP: usize = 2_000;
/// A turn never takes longer.
const TURN_MOST: Duration = Duration::from_secs(30);
/// Of ten decisions so many admit.
const ADMIT_OF_TEN: usize = 7;
/// How often somebody comes alone after a crowd has gone.
const ALONE: usize = 20;
/// The document that counts outings of a household.
const COUNTING: &str = "hulunbuir-2020-02";

/// Figures of the one that decides for good.
pub fn measure(bench: &Bench<'_>) -> Result<Vec<Finding>> {
    let (town, demo) = Town::make(bench, "durable", PEOPLE, "")?;
    count_outings(bench.root, &town, &demo)?;
    let ours = Ours::start(&town, &demo)?;
    let mut found = vec![first_showing(bench)?];
    let with = match build(bench)? {
        Some(gate) => Some([
            Theirs::start(bench, &gate, RandomKeyIndex::With)?,
            Theirs::start(bench, &gate, RandomKeyIndex::Without)?,
        ]),
        None => None,
    };
    ours.turn(WARM_UP)?;
    for theirs in with.iter().flatten() {
        theirs.turn(WARM_UP)?;
    }
    let commits = ours.town.counter("gatehouse_store_commits_total")?;
    let mut micros = [Vec::new(), Vec::new(), Vec::new()];
    for _ in 0..TURNS {
        micros[0].push(ours.turn(DECISIONS)?);
        for (theirs, micros) in with.iter().flatten().zip(&mut micros[1..]) {
            micros.push(theirs.turn(DECISIONS)?);
        }
    }
    let commits = ours.town.counter("gatehouse_store_commits_total")? - commits;
    let [own, with_index, without] = micros;
    if with_index.is_empty() {
        found.push(Finding::Skipped(
            "ratios: the prototype is not there (GATEHOUSE_SHARED, or ../shared)".to_owned(),
        ));
    } else {
        let ratio = |of: &[f64]| median(own.iter().zip(of).map(|(a, b)| a / b).collect());
        let what = "CPU per durable decision, ours / prototype";
        found.push(Finding::of(
            format!("{what} with its random-key index"),
            ratio(&with_index),
            1.5,
            "",
        ));
        found.push(Finding::Note(format!(
            "{what} without it: {:.2}",
            ratio(&without)
        )));
        found.push(Finding::Note(format!(
            "prototype with index {:.0} µs, without {:.0} µs",
            median(with_index),
            median(without)
        )));
    }
    found.push(Finding::Note(format!(
        "ours {:.0} µs; {}; of the decisions {:.0} % admitted",
        median(own),
        ours.last.borrow(),
        ours.admitted.get() as f64 * 100.0 / ours.decided.get() as f64
    )));
    let per_thousand = commits * 1000.0 / (DECISIONS * TURNS) as f64;
    found.push(Finding::of(
        "commits per 1 000 decisions at 64 connections",
        per_thousand,
        125.0,
        "",
    ));
    found.push(Finding::of(
        "wait of somebody alone for company, most",
        ours.alone()?,
        2.0,
        "ms",
    ));
    Ok(found)
}

/// The same where no signature is remembered, as if each pass were shown for the first time.
fn first_showing(bench: &Bench<'_>) -> Result<Finding> {
    let (town, demo) = Town::make(bench, "durable-first", PEOPLE, "signatures_most = 0\n")?;
    count_outings(bench.root, &town, &demo)?;
    let ours = Ours::start(&town, &demo)?;
    ours.turn(WARM_UP)?;
    let micros = (0..TURNS).map(|_| ours.turn(DECISIONS));
    let micros = median(micros.collect::<Result<_>>()?);
    Ok(Finding::Note(format!(
        "ours {micros:.0} µs where no signature is remembered"
    )))
}

/// Puts a document in force that counts a household's outings in a window.
fn count_outings(root: &Path, town: &Town, demo: &Demo) -> Result<()> {
    let text = std::fs::read_to_string(root.join("policies").join(COUNTING).join("policy.toml"))?;
    let sha256: [u8; 32] = Sha256::digest(text.as_bytes()).into();
    let made_at = demo.town.made.millis;
    let area = demo.town.streets.at_level(AreaLevel::Township);
    let area = area.context("the town has no street")?;
    let store = Store::open_sqlite(&town.database())?;
    store.write_blocking::<_, StoreError, _>(Lane::Jobs, move |tx| {
        let version = tx.load_policy_document(COUNTING, (&text, None), &sha256, made_at, None)?;
        let held = tx.policies_in_force(made_at, made_at + 1)?;
        for row in held.iter().filter(|row| row.document == POLICY_FOLDER) {
            tx.end_policy_force(row.area, &row.document, row.from_at, made_at)?;
        }
        tx.insert_policy_force(&PolicyForceRow {
            area,
            document: COUNTING.to_owned(),
            version,
            from_at: made_at,
            to_at: None,
            decided_by: None,
            approved_by: None,
        })
    })?;
    Ok(())
}

/// Our server with a thousand passes that are shown at its gates.
pub struct Ours<'a> {
    town: &'a Town,
    /// Under measurement.
    pub server: Process,
    /// Where each pass is shown, with the guard's session there, and what the code holds.
    shown: Vec<(String, String, String)>,
    decided: Cell<usize>,
    admitted: Cell<usize>,
    last: RefCell<String>,
}

impl Ours<'_> {
    /// Starts the server of a town and signs a guard in at each gate.
    pub fn start<'a>(town: &'a Town, demo: &Demo) -> Result<Ours<'a>> {
        let server = town.serve()?;
        let gates = &demo.town.streets.gates;
        let sessions = (1..=gates.len())
            .map(|number| town.sign_in(&format!("guard{number}a")))
            .collect::<Result<Vec<_>>>()?;
        let residents = demo.issued.passes.iter().filter(|pass| {
            let kind = pass.credential.kind;
            pass.standing == Standing::Valid
                && matches!(pass.holder, Holder::Person(_))
                && matches!(kind, PassKind::Resident | PassKind::TemporaryResident)
        });
        let shown: Vec<_> = residents
            .take(PASSES)
            .filter_map(|pass| {
                let at = gates
                    .iter()
                    .position(|gate| gate.compound == pass.compound)?;
                let path = format!("/gate/api/gates/{}/decide", gates[at].id);
                let text = to_text("gatehouse.lan", &demo.issued.sign(pass));
                Some((path, sessions[at].clone(), text))
            })
            .collect();
        ensure!(shown.len() == PASSES, "only {} passes", shown.len());
        Ok(Ours {
            town,
            server,
            shown,
            decided: Cell::new(0),
            admitted: Cell::new(0),
            last: RefCell::default(),
        })
    }

    /// Every second leaves, the others come home, and the next time the other way round: a pass
    /// that came in twice within minutes would be flagged as copied. Three of ten have not been
    /// measured yet, the same ones each time, since whoever was asked has not crossed.
    pub fn ask(&self, number: usize) -> Asked {
        // A number without a common divisor, so that neighbours do not come one after the other.
        let at = number * 37 % PASSES;
        let (path, session, text) = &self.shown[at];
        let way = ["out", "in"][(at + number / PASSES) % 2];
        let temperature = if number % 10 < ADMIT_OF_TEN {
            r#","temperature":36.5"#
        } else {
            ""
        };
        let body =
            format!(r#"{{"pass":"{text}","way":"{way}","facts":{{"mask":true{temperature}}}}}"#);
        request("POST", path, session, "application/json", body)
    }

    /// Fails where the answer is no decision.
    pub fn hear(&self, answer: &Answered) -> Result<()> {
        let body = String::from_utf8_lossy(answer.body());
        let status = answer.status();
        ensure!(
            status.is_success(),
            "who decides at a gate is told {status}: {body}"
        );
        self.decided.set(self.decided.get() + 1);
        let admitted = usize::from(body.contains(r#""verdict":"admit""#));
        self.admitted.set(self.admitted.get() + admitted);
        Ok(())
    }

    fn run(&self, connections: usize, requests: usize) -> Result<Ran> {
        let load = Load {
            address: self.town.address,
            connections,
            requests,
            within: TURN_MOST,
        };
        // Goes on where the last run ended.
        let begun = self.decided.get();
        load::run(
            load,
            |number| self.ask(begun + number),
            |_, answer| self.hear(answer),
        )
    }

    /// Microseconds of processor time for each decision.
    fn turn(&self, decisions: usize) -> Result<f64> {
        let before = self.server.cpu_seconds()?;
        let ran = self.run(CONNECTIONS, decisions)?;
        let mut last = self.last.borrow_mut();
        *last = format!(
            "{:.0} decisions/s, p50 {:.1} ms, p99 {:.1} ms in the last turn",
            ran.requests as f64 / ran.seconds,
            ran.percentile(0.5),
            ran.percentile(0.99)
        );
        Ok((self.server.cpu_seconds()? - before) * 1e6 / ran.requests as f64)
    }

    /// The longest that the first one after a crowd was kept waiting for others, in milliseconds.
    fn alone(&self) -> Result<f64> {
        let waited = || self.town.counter("gatehouse_store_waited_micros_total");
        let mut most: f64 = 0.0;
        for _ in 0..ALONE {
            self.run(CONNECTIONS, 4 * CONNECTIONS)?;
            let before = waited()?;
            self.run(1, 1)?;
            most = most.max(waited()? - before);
        }
        Ok(most / 1e3)
    }
}

struct Theirs {
    prototype: Prototype,
    passes: Vec<String>,
}

impl Theirs {
    fn start(bench: &Bench<'_>, gate: &Path, index: RandomKeyIndex) -> Result<Theirs> {
        Ok(Theirs {
            prototype: Prototype::start(bench, gate, index)?,
            passes: Prototype::passes(PASSES as u64),
        })
    }

    fn turn(&self, decisions: usize) -> Result<f64> {
        let before = self.prototype.process.cpu_seconds()?;
        let load = Load {
            address: self.prototype.address,
            connections: CONNECTIONS,
            requests: decisions,
            within: TURN_MOST,
        };
        let ask = |number: usize| {
            Prototype::ask(
                &self.passes[number * 37 % PASSES],
                number % 10 >= ADMIT_OF_TEN,
            )
        };
        let ran = load::run(load, ask, |_, answer| {
            ensure!(answer.status().is_success(), "{}", answer.status());
            Ok(())
        })?;
        let cpu = self.prototype.process.cpu_seconds()? - before;
        Ok(cpu * 1e6 / ran.requests as f64)
    }
}
