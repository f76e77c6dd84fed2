//! A decision on the phone: from the scanned text to the verdict on the page, in Chromium, with
//! the list of a compound of a thousand people. The page measures itself; see
//! `web/tests/device_bench.mjs`.

use super::town::Town;
use super::{Bench, Finding, median, percentile};
use anyhow::{Context, Result, ensure};
use gatehouse_core::pass::{PassKind, to_text};
use gatehouse_server::ops::demo::make::Demo;
use gatehouse_server::ops::demo::pass::{Holder, Standing};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// People of the town: six compounds, a thousand behind each gate.
const PEOPLE: u32 = 6_000;
/// Passes that are shown, each once as fast as the machine goes and once slowed down.
const PASSES: usize = 300;
/// Who enrols the phone of the first gate.
const SHIFT_LEAD: &str = "lead1";
/// What the issue allows, in milliseconds.
const MEDIAN_MOST: f64 = 5.0;
const SLOW_MOST: f64 = 100.0;
const FIRST_MOST: f64 = 200.0;

/// Milliseconds of each decision: the `first` after the app was opened, each `next`, and the same
/// `slow`, the processor slowed down six times.
type Seen = BTreeMap<String, Vec<f64>>;

/// Three figures beside those of the server.
pub fn measure(bench: &Bench<'_>) -> Result<Vec<Finding>> {
    let tests = bench.root.join("web/tests");
    if !tests.join("node_modules").is_dir() {
        let reason = "the phone: run script/bootstrap test first";
        return Ok(vec![Finding::Skipped(reason.to_owned())]);
    }
    let (town, demo) = Town::make(bench, "device", PEOPLE, "")?;
    let _server = town.serve()?;
    let asked = serde_json::json!({
        "url": format!("http://{}", town.address),
        "account": SHIFT_LEAD,
        "password": town.password(SHIFT_LEAD)?,
        "texts": texts(&demo),
    });
    let mut page = Command::new("node")
        .arg("device_bench.mjs")
        .current_dir(&tests)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("node")?;
    let mut stdin = page.stdin.take().context("node takes no input")?;
    stdin.write_all(asked.to_string().as_bytes())?;
    drop(stdin);
    let printed = page.wait_with_output()?;
    ensure!(
        printed.status.success(),
        "device_bench.mjs: {}",
        printed.status
    );
    findings(&serde_json::from_slice(&printed.stdout)?)
}

/// Valid passes of people who live behind the first gate.
fn texts(demo: &Demo) -> Vec<String> {
    let compound = demo.town.streets.gates[0].compound;
    let valid = demo.issued.passes.iter().filter(|pass| {
        pass.compound == compound
            && pass.standing == Standing::Valid
            && matches!(pass.holder, Holder::Person(_))
            && pass.credential.kind == PassKind::Resident
    });
    let texts = valid.map(|pass| to_text("127.0.0.1", &demo.issued.sign(pass)));
    texts.take(PASSES).collect()
}

fn findings(seen: &Seen) -> Result<Vec<Finding>> {
    let of = |name: &str| {
        seen.get(name)
            .cloned()
            .context("device_bench.mjs says less")
    };
    let (first, next, slow) = (of("first")?, of("next")?, of("slow")?);
    let what = "on the phone, from the scanned text to the verdict";
    let note = format!(
        "{} passes; p99 {:.1} ms; six times slower p50 {:.1}, most {:.1} ms",
        next.len(),
        percentile(next.clone(), 0.99),
        median(slow.clone()),
        percentile(slow.clone(), 1.0)
    );
    let slow = percentile(slow, 0.99);
    let first = percentile(first, 1.0);
    Ok(vec![
        Finding::of(format!("{what}, p50"), median(next), MEDIAN_MOST, "ms"),
        Finding::of(format!("{what}, 6 x slower, p99"), slow, SLOW_MOST, "ms"),
        Finding::of(
            "the first after the app is opened, most",
            first,
            FIRST_MOST,
            "ms",
        ),
        Finding::Note(note),
    ])
}
