//! The list that a device decides by: which is taken, and what its age changes.

use super::table::{Stage, play};
use super::world;
use gatehouse_core::device::ScreenKind;
use serde_json::json;

#[test]
fn offline_is_said_and_an_expired_pass_has_its_grace() {
    let mut stage = Stage::new(30);
    play(
        &mut stage,
        "
        08:00 shift                         => scan +1
        08:01 scan in zhao-expired          => ask [temperature] !grace
        08:01 cancel                        => scan
        08:01 scan in visitor-expired
            => ask [temperature special_reason registered_now host_consent host_escort]
        08:01 cancel                        => scan
        08:02 sent 1                        => scan
        08:02 scan in zhao-expired          => ask [temperature] !grace
        08:02 cancel                        => scan
        08:03 server 08:03                  => scan
        08:03 scan in zhao-expired          => ask [temperature]
        08:03 cancel                        => scan
        08:08 scan in zhao-expired          => ask [temperature]
        08:08 cancel                        => scan
        08:08:01 scan in zhao-expired       => ask [temperature] !grace
        08:08:01 cancel                     => scan
        ",
    );
    let header = stage
        .feed(json!({"input": "tick"}), world::morning())
        .header;
    assert_eq!(
        header.notices,
        ["名单是 30 小时前的，可能有变。拿不准，叫值班长。"]
    );
    assert_eq!(
        (header.place.as_str(), header.snapshot),
        ("锦绣苑 · 东门", Some(1))
    );
}

#[test]
fn past_the_hard_life_nobody_is_held_by_an_old_list() {
    let mut stage = Stage::new(72);
    play(
        &mut stage,
        "
        08:00 shift                         => scan +1
        08:01 scan out li-under-order       => ask [temperature]
        08:01 fact temperature 36.5         => admit
        ",
    );
    let mut stage = Stage::new(71);
    play(
        &mut stage,
        "
        08:00 shift                         => scan +1
        08:01 scan out li-under-order       => refer
        ",
    );
}

/// Over a verdict stands what changes how it is to be taken, and whom to call then; the rest of the
/// top of the screen waits until nobody stands there.
#[test]
fn past_the_hard_life_a_verdict_says_to_call_the_duty_desk() {
    let minute = |minutes: i64| world::morning().plus_millis(minutes * 60_000);
    let begin = json!({"input": "begin", "subject_kind": "courier", "way": "in"});
    for (age_hours, shown, phone) in [
        (23, None, "0371-5550101"),
        (71, None, "0371-5550101"),
        (
            72,
            Some("名单过旧，只查证和日期。拿不准，打值班室 0371-5550100。"),
            "0371-5550100",
        ),
    ] {
        let mut stage = Stage::new(age_hours);
        play(&mut stage, "08:00 shift => scan +1");
        let verdict = stage.feed(begin.clone(), minute(1));
        assert_eq!(verdict.screen.kind, ScreenKind::Verdict);
        assert_eq!(verdict.screen.phone.as_deref(), Some(phone), "{age_hours}");
        let notices: Vec<&str> = verdict.header.notices.iter().map(String::as_str).collect();
        assert_eq!(notices, Vec::from_iter(shown), "{age_hours}");
        let ready = stage.feed(json!({"input": "cancel"}), minute(2));
        let offline = &ready.header.notices[0];
        assert_eq!(offline, "没网，照常用。存了 1 条，有网自动传。");
    }
}

#[test]
fn a_list_is_taken_only_if_it_is_ours_and_no_older() {
    let mut stage = Stage::new(1);
    let mut feed = |list: String| {
        let input = json!({"input": "snapshot", "bytes_base64": list});
        stage.feed(input, world::morning()).screen.code
    };
    assert_eq!(feed(world::signed(&world::snapshot(3, 1))), None);
    assert_eq!(feed(world::signed(&world::snapshot(3, 1))), None);
    let refused = Some("D04".to_owned());
    assert_eq!(feed(world::signed(&world::snapshot(2, 1))), refused);
    // A server that was restored from a backup counts on from there: later, with a lower number.
    let mut restored = world::snapshot(2, 1);
    restored.made_at = world::snapshot(3, 1).made_at + 1;
    assert_eq!(feed(world::signed(&restored)), None);
    let mut other_gate = world::snapshot(4, 1);
    other_gate.gate.gate = gatehouse_core::id::GateId([9; 16]);
    assert_eq!(feed(world::signed(&other_gate)), refused);
    let mut broken = world::snapshot(4, 1);
    broken.policies[0].compiled.pop();
    assert_eq!(feed(world::signed(&broken)), refused);
    let list = world::signed(&world::snapshot(4, 1));
    assert_eq!(feed(list.replacen('Z', "Y", 1)), refused);
    assert_eq!(feed(list[..list.len() / 2].to_owned()), refused);
    assert_eq!(feed(list), None);
}
