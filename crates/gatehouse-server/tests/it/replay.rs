//! Replays of the demo day: the record reproduces, also after erasures and retention; a draft is
//! compared with what was decided; the command says so.

use crate::command::commands_on_both;
use crate::support::{START, TestApp, demo_on_both};
use gatehouse_core::key::SigningKey;
use gatehouse_core::policy::{PolicyDocument, read};
use gatehouse_server::config::Config;
use gatehouse_server::erasure_list::ErasureList;
use gatehouse_server::ops::demo::make::Demo;
use gatehouse_server::ops::keep_retention::keep_retention;
use gatehouse_server::ops::replay::{Asked, Progress, ReplayError, Report, Sums, Under, replay};
use gatehouse_store::Shard;
use serde_json::Value;
use std::path::PathBuf;
use std::slice;

const SHARD: Shard = Shard(1);
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

fn folder(document: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../policies")
        .join(document)
}

fn text(document: &str) -> String {
    std::fs::read_to_string(folder(document).join("policy.toml")).expect("a policy")
}

fn document(text: &str) -> PolicyDocument {
    read(text).expect("reads")
}

fn asked(under: Under) -> Asked {
    Asked {
        area: None,
        from: START - 2 * DAY,
        until: START + DAY,
        under,
    }
}

fn run(app: &TestApp, asked: &Asked) -> Report {
    let store = slice::from_ref(&app.app.store);
    replay(store, asked, &Progress::default(), START).expect("replays")
}

fn under(app: &TestApp, text: &str) -> Report {
    run(app, &asked(Under::Drafts(vec![document(text)])))
}

fn assert_as_it_was(report: &Report, attempts: usize) {
    let sums = &report.sums;
    assert_eq!(sums.attempts, attempts as u64);
    assert_eq!((sums.changed, sums.cannot_be_known), (0, 0));
    assert_eq!((report.not_reproduced, report.not_compared), (0, 0));
    assert_eq!((report.damaged, report.undone), (0, 0));
}

/// Erases everybody who crossed at a gate; says how many they were.
fn erase(app: &TestApp, demo: &Demo, gate: usize) -> usize {
    let folder = tempfile::tempdir().expect("a folder");
    let list = ErasureList::in_folder(folder.path());
    let mut people: Vec<_> = demo
        .crossings
        .iter()
        .filter(|crossing| crossing.gate == gate)
        .filter_map(|crossing| match crossing.subject {
            gatehouse_server::ops::demo::day::Subject::Person(person) => Some(person),
            _ => None,
        })
        .collect();
    people.sort_unstable();
    people.dedup();
    let eraser = crate::retention::eraser(app, &list);
    for person in &people {
        eraser.erase(SHARD, *person).expect("erased");
    }
    people.len()
}

/// Seals, and drops what is older than thirty days.
fn retain(app: &TestApp) {
    let folder = tempfile::tempdir().expect("a folder");
    let now = app.app.world.now_millis();
    app.write(move |tx| {
        let key = SigningKey::from_bytes(&[3; 32]);
        tx.seal_audit(SHARD, now, &key, &[]).map(|_| ())
    });
    let config = Config {
        data_folder: folder.path().to_owned(),
        ..Config::default()
    };
    keep_retention(&app.app.with_config(config), now + HOUR).expect("kept");
}

#[test]
fn the_record_reproduces_also_after_erasures_and_retention() {
    demo_on_both(|app, demo| {
        let as_it_was = asked(Under::AsItWas);
        assert_as_it_was(&run(app, &as_it_was), demo.crossings.len());
        assert!(erase(app, demo, 0) > 20);
        assert_as_it_was(&run(app, &as_it_was), demo.crossings.len());
        app.later(30 * DAY - 8 * HOUR);
        retain(app);
        let left = demo
            .crossings
            .iter()
            .filter(|crossing| crossing.at.millis >= START - 8 * HOUR)
            .count();
        assert!(0 < left && left < demo.crossings.len());
        let report = run(app, &as_it_was);
        assert_as_it_was(&report, report.sums.attempts as usize);
        // Retention goes by receipt, a second later.
        assert!(report.sums.attempts.abs_diff(left as u64) <= 3, "{left}");
    });
}

fn adds_up<'s>(whole: &Sums, parts: impl Iterator<Item = &'s Sums>) -> bool {
    let mut all = [0; 5];
    for part in parts {
        let figures = [
            part.attempts,
            part.changed,
            part.harder,
            part.easier,
            part.cannot_be_known,
        ];
        all.iter_mut()
            .zip(figures)
            .for_each(|(sum, one)| *sum += one);
    }
    let figures = [
        whole.attempts,
        whole.changed,
        whole.harder,
        whole.easier,
        whole.cannot_be_known,
    ];
    all == figures
}

#[test]
fn a_draft_is_compared_with_what_was_decided() {
    demo_on_both(|app, demo| {
        let henan = text("henan-2020-02");
        let same = under(app, &henan);
        assert_as_it_was(&same, demo.crossings.len());
        assert_eq!(same.drafts[0].id, "HN");
        // Lodgers stay in.
        let strict = henan.replacen("[[row]]", STRICT, 1);
        let report = under(app, &strict);
        let lodgers = report.kinds.iter();
        let lodgers = lodgers.filter(|row| row.kind.as_deref() == Some("temporary_resident"));
        let lodgers = lodgers.map(|row| &row.sums).next().expect("lodgers");
        assert!(lodgers.changed > 0);
        assert_eq!(report.sums.changed, lodgers.changed, "and nobody else");
        assert_eq!(report.sums.harder, lodgers.changed);
        assert!(adds_up(
            &report.sums,
            report.gates.iter().map(|row| &row.sums)
        ));
        assert!(adds_up(
            &report.sums,
            report.hours.iter().map(|row| &row.sums)
        ));
        assert!(adds_up(
            &report.sums,
            report.kinds.iter().map(|row| &row.sums)
        ));
        assert!(report.rows.iter().all(|row| row.after == "HN/no-lodgers"));
        let rows: u64 = report.rows.iter().map(|row| row.sums.changed).sum();
        assert_eq!(rows, report.sums.changed);
        for change in &report.changes {
            assert!(!change.examples.is_empty());
        }
        // One gate has its own part of it, and no more.
        let (first, area) = (&report.gates[0], report.gates[0].area);
        let one = run(
            app,
            &Asked {
                area: Some(area),
                ..asked(Under::Drafts(vec![document(&strict)]))
            },
        );
        assert_eq!(one.gates.len(), 1);
        assert_eq!(one.gates[0].sums, first.sums);
    });
}

const STRICT: &str = r#"[[row]]
id = "HN/no-lodgers"
effect = "bar"
source = "deployment"
who = { subject_kind = "temporary_resident" }
way = "out"
say = { zh = "今天请留在家里。", en = "Please stay at home today." }

[[row]]"#;

#[test]
fn what_cannot_be_replayed_is_said() {
    let (app, _) = TestApp::demo();
    let store = slice::from_ref(&app.app.store);
    let p8 = asked(Under::Drafts(vec![document(&text(
        "p8-street-closed-loop",
    ))]));
    let backwards = Asked {
        until: START - 3 * DAY,
        ..asked(Under::AsItWas)
    };
    let nowhere = Asked {
        area: Some(gatehouse_core::id::AreaId([99; 16])),
        ..asked(Under::AsItWas)
    };
    for (asked, code) in [(p8, "R-GATE"), (backwards, "R-TIME"), (nowhere, "R-AREA")] {
        let error = replay(store, &asked, &Progress::default(), START).expect_err(code);
        assert!(error.to_string().starts_with(code), "{error}");
    }
    let stopped = Progress::default();
    stopped.stop();
    let error = replay(store, &asked(Under::AsItWas), &stopped, START).expect_err("stopped");
    assert!(matches!(error, ReplayError::Stopped));
}

#[test]
fn the_command_prints_tables_and_json() {
    commands_on_both(|place| {
        place.read_only();
        let span = ["--from", "2020-02-17", "--to", "2020-02-19"];
        let replay = |more: &[&str]| {
            let output = place.run(&[&["policy", "replay"], &span[..], more].concat());
            let said = String::from_utf8(output.stdout).expect("text");
            let errors = String::from_utf8(output.stderr).expect("text");
            assert!(output.status.success(), "{errors}");
            said
        };
        let said: Value = serde_json::from_str(&replay(&["--json"])).expect("JSON");
        assert!(said["sums"]["attempts"].as_u64() > Some(100));
        assert_eq!(said["sums"]["changed"], 0);
        assert_eq!(said["not_reproduced"], 0);
        let zhongxiang = folder("zhongxiang-2020-02");
        let draft = ["--draft", zhongxiang.to_str().expect("text")];
        let words = replay(&draft);
        for word in ["试算：ZX", "合计", "无法得知", "按门", "当时没记的事实"] {
            assert!(words.contains(word), "{word}: {words}");
        }
        let words = replay(&[&draft[..], &["--lang", "en"]].concat());
        for word in ["Replay: ZX", "Cannot be known", "By gate"] {
            assert!(words.contains(word), "{word}: {words}");
        }
        let said: Value =
            serde_json::from_str(&replay(&[&draft[..], &["--json"]].concat())).expect("JSON");
        assert!(said["sums"]["cannot_be_known"].as_u64() > Some(10));
        let missing = place.run(&["policy", "replay", "--from", "heute", "--to", "2020-02-19"]);
        assert!(!missing.status.success());
    });
}
