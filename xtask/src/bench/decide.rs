//! `decide` over the cases of every policy: the median over cases of the median time of a case.

use super::process::now;
use super::{Bench, Finding, median};
use anyhow::{Context, Result, anyhow};
use gatehouse_core::gate::wording::{Lang, put_in_words};
use gatehouse_core::gate::{Policy, decide};
use gatehouse_core::policy::{cases, compile, read};
use std::hint::black_box;
use std::path::Path;

const ROUNDS: usize = 31;
const CALLS_A_ROUND: u32 = 64;

/// Two figures: rows and duties only, and with the sentences.
pub fn measure(bench: &Bench<'_>) -> Result<Vec<Finding>> {
    let root = bench.root;
    if cfg!(debug_assertions) {
        let reason = "decide: run with `cargo xtask bench gate`";
        return Ok(vec![Finding::Skipped(reason.to_owned())]);
    }
    let (mut bare, mut worded, mut policies) = (Vec::new(), Vec::new(), 0);
    for entry in std::fs::read_dir(root.join("policies"))? {
        let folder = entry?.path();
        if !folder.join("cases.toml").is_file() {
            continue;
        }
        let text = std::fs::read_to_string(folder.join("cases.toml"))?;
        let cases = cases::read_cases(&text)
            .map_err(|complaints| anyhow!("{}: {complaints:?}", folder.display()))?;
        if cases.is_empty() {
            continue;
        }
        policies += 1;
        let policy = policy_of(&folder)?;
        for case in cases {
            bare.push(median_micros(|| {
                black_box(decide(black_box(&case.situation), Some(&policy)));
            }));
            worded.push(median_micros(|| {
                let decision = decide(black_box(&case.situation), Some(&policy));
                black_box(put_in_words(&decision, Some(&policy), Lang::Zh, &|_| None));
            }));
        }
    }
    let over = format!("p50 over {} cases of {policies} policies", bare.len());
    Ok(vec![
        figure(format!("decide with rows and duties, {over}"), bare, 5.0),
        figure(format!("decide with sentences, {over}"), worded, 20.0),
    ])
}

fn policy_of(folder: &Path) -> Result<Policy> {
    let text = std::fs::read_to_string(folder.join("policy.toml"))?;
    let document =
        read(&text).map_err(|complaints| anyhow!("{}: {complaints:?}", folder.display()))?;
    compile(&[&document])
        .map_err(|error| anyhow!("{error}"))
        .with_context(|| folder.display().to_string())
}

fn median_micros(work: impl Fn()) -> f64 {
    let rounds = (0..ROUNDS).map(|_| {
        let began = now();
        for _ in 0..CALLS_A_ROUND {
            work();
        }
        began.elapsed().as_secs_f64() * 1e6 / f64::from(CALLS_A_ROUND)
    });
    median(rounds.collect())
}

fn figure(what: String, values: Vec<f64>, limit: f64) -> Finding {
    Finding::of(what, median(values), limit, "µs")
}
