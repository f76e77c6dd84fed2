//! `gatehouse policy check` over three documents of 150 rows together: processor time and most
//! memory of the whole program, on tables made from a seed, and on the delivered documents.

use super::process::{Process, children_cpu_seconds};
use super::{Bench, Finding};
use anyhow::{Context, Result, bail};
use std::fs::File;
use std::path::PathBuf;
use std::process::{Command, Stdio};

const SEEDS: [u64; 3] = [1, 2, 3];
/// Rows of each of the three documents.
const ROWS: usize = 50;
const SECONDS_MOST: f64 = 1.0;
const MEGABYTES_MOST: f64 = 100.0;

/// Two figures for each set of documents.
pub fn measure(bench: &Bench<'_>) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for seed in SEEDS {
        let folders = generated(bench, seed)?;
        let what = format!("check of {} generated rows, seed {seed}", 3 * ROWS);
        findings.extend(checked(bench, &what, &folders, is_of_the_proof)?);
    }
    let delivered = ["henan-2020-02", "zhongxiang-2020-02", "hulunbuir-2020-02"];
    let delivered = delivered.map(|name| bench.root.join("policies").join(name));
    findings.extend(checked(bench, "check of HN, ZX, HL", &delivered, |_| {
        false
    })?);
    Ok(findings)
}

/// Whether a complaint comes from trying and proving: a table that stops at its reading, or is not
/// proved to the end, would pass as fast.
fn is_of_the_proof(code: &str) -> bool {
    (21..=28).any(|number| code == format!("P0{number}")) && code != "P027"
}

/// Figures of a check, whose complaints must all be such as are expected of these documents.
fn checked(
    bench: &Bench<'_>,
    what: &str,
    folders: &[PathBuf],
    is_expected: impl Fn(&str) -> bool,
) -> Result<Vec<Finding>> {
    let said = bench.folder.join("policy-check.json");
    let before = children_cpu_seconds()?;
    let mut child = Command::new(&bench.gatehouse)
        .args(["policy", "check", "--json"])
        .args(folders)
        .stdout(File::create(&said)?)
        .stderr(Stdio::null())
        .spawn()?;
    let mut most: f64 = 0.0;
    // What Linux says last before it ends; asking costs this program, not that one.
    while child.try_wait()?.is_none() {
        let now = Process::most_megabytes_of(&child.id().to_string());
        most = most.max(now.unwrap_or_default());
    }
    let seconds = children_cpu_seconds()? - before;
    let said: serde_json::Value = serde_json::from_reader(File::open(&said)?)?;
    let complaints = said["complaints"].as_array().context("no complaints")?;
    let mut codes = complaints.iter().filter_map(|one| one["code"].as_str());
    if let Some(code) = codes.find(|code| !is_expected(code)) {
        bail!("{what}: {code} is not expected of these documents");
    }
    Ok(vec![
        Finding::of(format!("{what}: processor"), seconds, SECONDS_MOST, "s"),
        Finding::of(format!("{what}: memory"), most, MEGABYTES_MOST, "MB"),
    ])
}

/// Three folders, each document below the one before it and, by a row that it replaces, proved
/// upon it: the lowest with all rows of the three.
fn generated(bench: &Bench<'_>, seed: u64) -> Result<Vec<PathBuf>> {
    let mut chance = Chance(seed);
    let names = ["GA", "GB", "GC"];
    let mut folders = Vec::new();
    for (at, name) in names.iter().enumerate() {
        let folder = bench.folder.join(format!("policy-{seed}-{name}"));
        std::fs::create_dir_all(&folder)?;
        let above = at.checked_sub(1).map(|above| names[above]);
        let text = document(name, above, &mut chance);
        std::fs::write(folder.join("policy.toml"), text)?;
        std::fs::write(folder.join("cases.toml"), CASES)?;
        folders.push(folder);
    }
    Ok(folders)
}

/// Chance that is the same each time (Knuth's 64-bit congruence).
struct Chance(u64);

impl Chance {
    fn below(&mut self, many: usize) -> usize {
        let next = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = next.wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % many
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }
}

const CASES: &str = r#"[[case]]
id = "one"
clause = "GA 1"
moment = "2020-02-20T08:00:00+08:00"
facts = { subject_kind = "resident", way = "in" }
expect = { verdict = "ask" }
"#;

const HEAD: &str = r#"version = 1
title = { zh = "生成", en = "Generated" }
notice = "generated"

[force]
from = { value = "2020-02-06T00:00:00+08:00", source = "deployment" }
ends = { value = "2020-05-06T00:00:00+08:00", source = "deployment" }
review = { value = "2020-03-06", source = "deployment" }

[basis]
health_ground = "zone_order"
legal_basis = { zh = "法", en = "Law" }
authority = { zh = "指挥部", en = "the command" }
appeal = { zh = "申诉", en = "appeal" }
source = "deployment"

[parameters]
fever_threshold_celsius = { value = 37.3, unit = "℃", source = "deployment" }
rest_minutes = { value = 15, unit = "分钟", source = "deployment" }
"#;

const KINDS: [&str; 6] = [
    "resident",
    "temporary_resident",
    "exempt_worker",
    "courier",
    "visitor",
    "regular_helper",
];

fn document(name: &str, above: Option<&str>, chance: &mut Chance) -> String {
    let mut text = format!("id = \"{name}\"\n{HEAD}");
    for at in 0..ROWS {
        let replaces = match (at, above) {
            (0, Some(above)) => format!("replaces = [\"{above}/row-1\"]\n"),
            _ => String::new(),
        };
        text += &row(name, at, &replaces, chance);
    }
    text
}

fn row(name: &str, at: usize, replaces: &str, chance: &mut Chance) -> String {
    let effect = chance.one(&["grant", "grant", "grant", "bar", "bar", "refer"]);
    let (kind, way) = (chance.one(&KINDS), chance.one(&["in", "out", "both"]));
    let when: Vec<String> = conditions(chance, 2);
    let unless = match chance.below(3) {
        0 => format!("unless = {{ {} }}\n", conditions(chance, 1).join(", ")),
        _ => String::new(),
    };
    let need = match effect {
        "grant" => "need = { mask = true, registered_now = true }\n",
        _ => "",
    };
    format!(
        "\n[[row]]\nid = \"{name}/row-{at}\"\neffect = \"{effect}\"\nsource = \"{name} {at}\"\n\
         who = {{ subject_kind = \"{kind}\" }}\nway = \"{way}\"\nwhen = {{ {} }}\n{unless}{need}\
         {replaces}below = \"may tighten\"\nsay = {{ zh = \"请走。\", en = \"Please go on.\" }}\n",
        when.join(", ")
    )
}

/// So many conditions on facts that differ.
fn conditions(chance: &mut Chance, many: usize) -> Vec<String> {
    let hour = 5 + chance.below(6);
    let days = 7 + chance.below(14);
    let mut all = vec![
        format!(
            "time_of_day = {{ from = \"0{}:00\", to = \"2{}:00\" }}",
            hour.min(9),
            days % 4
        ),
        format!("stays = {{ any = [\"key_area\"], within_days = {days} }}"),
        format!("companions = {{ at_least = {} }}", 1 + days % 5),
        format!("temperature = {{ below = 37.{} }}", days % 10),
        format!(
            "outings = {{ per = \"household\", rolling_days = {}, at_least = {} }}",
            1 + days % 3,
            1 + hour % 3
        ),
        "symptoms = { any = [\"fever\"] }".to_owned(),
        "pass_state = \"valid\"".to_owned(),
        "special_reason = true".to_owned(),
    ];
    while all.len() > many {
        all.remove(chance.below(all.len()));
    }
    all
}
