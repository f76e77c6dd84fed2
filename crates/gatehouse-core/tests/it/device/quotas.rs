//! A household's quota with several phones at work (GATE-5): by how much a count can be wrong while
//! the others have not sent, said on every verdict that rests on the count, and what it counts as.

use super::table::{Stage, play, summary};
use super::world;
use gatehouse_core::device::Output;
use gatehouse_core::wire::Snapshot;
use serde_json::json;

const HENAN: &str = include_str!("sample.toml");

/// Two outings of a home in two days, by one end of the count.
fn two_in_two_days(unsure: &str) -> Snapshot {
    let row = format!(
        r#"
[[row]]
id = "HN/quota"
effect = "bar"
source = "deployment"
who = {{ subject_kind = "resident" }}
way = "out"
when = {{ outings = {{ per = "household", calendar_days = 2, at_least = 2, unsure = "{unsure}" }} }}
say = {{ zh = "这户两天里出去过两次了。", en = "This home was out twice in two days." }}
"#
    );
    let (before, rest) = HENAN.split_once("[[row]]").expect("a row");
    world::snapshot_under(&format!("{before}{row}\n[[row]]{rest}"))
}

/// A phone on duty with this list, made at eight.
fn on_duty(snapshot: &Snapshot) -> Stage {
    let mut stage = Stage::new(1);
    stage.list = world::signed(snapshot);
    stage.restart(world::morning());
    play(&mut stage, "08:00 shift => scan +1");
    stage
}

/// The sentence about the count, where there is one.
fn count(output: &Output) -> Option<&str> {
    let mut sentences = output.screen.sentences.iter();
    let found = sentences.find(|sentence| sentence.text.contains("台手机没传"));
    found.map(|sentence| sentence.text.as_str())
}

/// Somebody of the first home at the gate so many minutes after eight, measured.
fn crossing(stage: &mut Stage, way: &str, minutes: i64) -> Output {
    let now = world::morning().plus_millis(minutes * 60_000);
    stage.feed(json!({"input": "cancel"}), now);
    stage.feed(
        json!({"input": "scan", "way": way, "text": world::qr("wang")}),
        now,
    );
    stage.feed(
        json!({"input": "fact", "fact": "temperature", "value": 36.5}),
        now,
    )
}

#[test]
fn the_other_phones_of_an_old_list_may_each_have_let_out_the_whole_quota() {
    for (silent, others, minutes, said) in [
        // Fresh: the list knows itself who was silent.
        (0, 2, 15, None),
        (
            1,
            2,
            15,
            Some("最近 2 天出门 0 至 2 次，还有 1 台手机没传。按 0 次算。"),
        ),
        // Later nothing is known of any of them.
        (
            0,
            2,
            16,
            Some("最近 2 天出门 0 至 4 次，还有 2 台手机没传。按 0 次算。"),
        ),
        (
            0,
            2,
            71 * 60,
            Some("最近 2 天出门 0 至 4 次，还有 2 台手机没传。按 0 次算。"),
        ),
        // Alone, or by a list of version 1.
        (0, 0, 16, None),
        (
            1,
            0,
            16,
            Some("最近 2 天出门 0 至 2 次，还有 1 台手机没传。按 0 次算。"),
        ),
    ] {
        let mut snapshot = two_in_two_days("least");
        (snapshot.silent_devices, snapshot.other_devices) = (silent, others);
        let shown = crossing(&mut on_duty(&snapshot), "out", minutes);
        assert_eq!(count(&shown), said, "{silent} {others} {minutes}");
        let flag = if said.is_some() {
            "admit !quota_unsure"
        } else {
            "admit"
        };
        assert_eq!(summary(&shown), flag);
    }
}

#[test]
fn what_this_phone_saw_counts_and_the_row_says_which_end_decides() {
    for (unsure, verdict, said) in [
        (
            "least",
            "admit",
            "最近 2 天出门 1 至 3 次，还有 1 台手机没传。按 1 次算。",
        ),
        (
            "most",
            "refuse",
            "最近 2 天出门 1 至 3 次，还有 1 台手机没传。按 3 次算。",
        ),
    ] {
        let mut snapshot = two_in_two_days(unsure);
        snapshot.other_devices = 1;
        let mut stage = on_duty(&snapshot);
        let first = crossing(&mut stage, "out", 10);
        assert_eq!(count(&first), None, "the list is of just now");
        let finish = json!({"input": "finish", "outcome": "crossed"});
        stage.feed(finish, world::morning().plus_millis(10 * 60_000));
        let shown = crossing(&mut stage, "out", 30);
        assert_eq!(summary(&shown), format!("{verdict} !quota_unsure"));
        let sentences = shown.screen.sentences.iter();
        let sentences: Vec<&str> = sentences.map(|sentence| sentence.text.as_str()).collect();
        // Who may not cross hears why before anything else.
        let expected = match verdict {
            "refuse" => vec!["这户两天里出去过两次了。", said],
            _ => vec![said, "住户，出入证有效，不用再登记。"],
        };
        assert_eq!(sentences, expected);
    }
}

#[test]
fn nothing_is_said_of_a_count_that_no_row_about_the_case_reads() {
    let mut snapshot = two_in_two_days("least");
    snapshot.other_devices = 3;
    let mut stage = on_duty(&snapshot);
    let shown = crossing(&mut stage, "in", 60);
    assert_eq!((summary(&shown).as_str(), count(&shown)), ("admit", None));
    let mut stage = on_duty(&Snapshot {
        other_devices: 3,
        ..world::snapshot_under(HENAN)
    });
    let shown = crossing(&mut stage, "out", 60);
    assert_eq!((summary(&shown).as_str(), count(&shown)), ("admit", None));
}
