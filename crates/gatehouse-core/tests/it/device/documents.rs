//! The delivered documents at a gate: what a guard is asked for under each of them.

use super::table::{Stage, play};
use super::world;
use gatehouse_core::device::GateList;
use gatehouse_core::gate::{Fact, Verdict};
use gatehouse_core::key::{KeyList, Keys};
use gatehouse_core::wire::{EventBody, Span, StateSpell};
use serde_json::json;

/// A device whose list has this document in force.
fn under(document: &str, state: Vec<StateSpell>) -> Stage {
    let mut snapshot = world::snapshot_under(document);
    snapshot.state = state;
    let mut stage = Stage::new(1);
    stage.list = world::signed(&snapshot);
    let input = json!({"input": "snapshot", "bytes_base64": stage.list});
    let output = stage.feed(input, world::morning());
    assert_eq!(output.screen.code, None, "the list is taken");
    stage
}

/// 名单过旧 from then on.
const HARD_LIFE_HOURS: i64 = 72;
const HULUNBUIR: &str = include_str!("../../../../../policies/hulunbuir-2020-02/policy.toml");
const ZHONGXIANG: &str = include_str!("../../../../../policies/zhongxiang-2020-02/policy.toml");
const STREET: &str = include_str!("../../../../../policies/p9-street-contingency/policy.toml");
const ZHUJI: &str = include_str!("../../../../../policies/zhuji-2020-02/policy.toml");

#[test]
fn hulunbuir_registers_a_resident_by_the_scan() {
    let mut stage = under(HULUNBUIR, vec![]);
    play(
        &mut stage,
        "
        08:00 shift                         => scan +1
        08:01 scan out wang                 => ask [mask temperature]
        08:01 fact mask true                => ask [temperature]
        08:01 fact temperature 36.5         => admit
        08:01 finish crossed                => scan +1
        09:00 scan in wang                  => ask [temperature]
        09:00 fact temperature 36.6         => admit
        09:00 finish crossed                => scan +1
        09:30 lookup in 3 1 104 钱          => ask [temperature] +1
        09:30 fact temperature 36.6         => admit
        09:30 finish crossed                => scan +1
        09:40 begin in visitor room=6-2-302
            => ask [mask temperature special_reason registered_now approval]
        09:40 fact special_reason false     => refuse
        09:40 finish turned_back            => scan +1
        09:50 begin in courier              => ask [temperature registered_now protective_gear]
        ",
    );
    // The second outing within two civil days is told the advice, and goes through all the same.
    stage.feed(json!({"input": "cancel"}), world::morning());
    play(
        &mut stage,
        "
        10:00 scan out wang                 => ask [mask temperature]
        10:00 fact mask true                => ask [temperature]
        ",
    );
    let later = world::morning().plus_millis(2 * 3_600_000);
    let measured = json!({"input": "fact", "fact": "temperature", "value": 36.5});
    let output = stage.feed(measured, later);
    let said: Vec<&str> = output.screen.sentences.iter().map(|s| &*s.text).collect();
    assert!(
        said.contains(&"可以出门。提醒：提倡每家两天一人外出采购。"),
        "{said:?}"
    );
}

#[test]
fn zhongxiang_lets_residents_home_and_nobody_out() {
    let mut stage = under(ZHONGXIANG, vec![]);
    play(
        &mut stage,
        "
        08:00 shift                         => scan +1
        08:01 scan in wang                  => ask [mask temperature]
        08:01 fact mask true                => ask [temperature]
        08:01 fact temperature 36.5         => admit
        08:01 finish crossed                => scan +1
        08:02 scan out wang                 => ask [mask temperature purpose]
        08:02 fact purpose \"shopping\"     => refuse
        08:02 finish turned_back            => scan +1
        08:03 scan out wang                 => ask [mask temperature purpose]
        08:03 fact purpose \"medical\"      => ask [mask temperature]
        08:03 cancel                        => scan
        08:04 begin in visitor              => refuse
        08:04 finish turned_back            => scan +1
        08:05 scan out nurse                => ask [mask temperature]
        ",
    );
}

#[test]
fn zhuji_measures_a_resident_in_a_compound_and_not_in_a_village() {
    let mut compound = under(ZHUJI, vec![]);
    play(
        &mut compound,
        "
        08:00 shift                         => scan +1
        08:01 scan in wang                  => ask [temperature]
        ",
    );
    let village = StateSpell {
        fact: Fact::PlaceKind.spec().number,
        value: 1,
        span: Span {
            from_at: 0,
            until_at: None,
        },
    };
    let mut village = under(ZHUJI, vec![village]);
    play(
        &mut village,
        "
        08:00 shift                         => scan +1
        08:01 scan in wang                  => admit
        08:01 finish crossed                => scan +1
        08:02 begin in visitor
            => ask [temperature special_reason questioned registered_now id_checked]
        ",
    );
}

/// AREA-7, GATE-10: where zones lie in one another the gravest counts, in whatever order they are
/// told; an emergency is asked nothing.
#[test]
fn of_several_zones_the_gravest_counts() {
    let zone = |value: i64| StateSpell {
        fact: Fact::Zone.spec().number,
        value,
        span: Span {
            from_at: 0,
            until_at: None,
        },
    };
    // Around a spot, sealed, of high risk, a spot.
    let table = [
        (vec![3], "ask [mask temperature health_code]"),
        (
            vec![2, 3],
            "ask [mask temperature negative_test_age_hours health_code]",
        ),
        (
            vec![3, 4, 2],
            "ask [mask temperature negative_test_age_hours health_code approval]",
        ),
        (vec![1, 2, 3], "refuse"),
        (vec![4, 1], "refuse"),
    ];
    for (zones, out) in table {
        let mut stage = under(HULUNBUIR, zones.into_iter().map(zone).collect());
        let story = format!(
            "
            08:00 shift                         => scan +1
            08:01 scan out wang                 => {out}
            08:01 cancel                        => scan
            08:02 begin in visitor              => refuse
            08:02 cancel                        => scan
            08:03 emergency out                 => admit !emergency +1
            "
        );
        play(&mut stage, &story);
    }
}

/// The level is high from long ago until so many minutes after the morning.
fn high_until(minutes: i64) -> StateSpell {
    StateSpell {
        fact: Fact::RiskLevel.spec().number,
        value: 3,
        span: Span {
            from_at: 0,
            until_at: Some(world::morning().plus_millis(minutes * 60_000).millis),
        },
    }
}

/// RISK-2: a level ends for a case that is open then too, by its end or with the list's hard life.
#[test]
fn a_level_that_holds_no_more_leaves_an_open_case() {
    let story = "
        08:00 shift                         => scan +1
        08:01 scan in wang                  => ask [mask temperature health_code]
        08:02 tick                          => admit
        ";
    play(&mut under(STREET, vec![high_until(2)]), story);

    let mut snapshot = world::snapshot_under(STREET);
    snapshot.made_at = world::morning().millis - HARD_LIFE_HOURS * 3_600_000 + 2 * 60_000;
    snapshot.state = vec![high_until(1_000)];
    let mut stage = Stage::new(HARD_LIFE_HOURS);
    let list = json!({"input": "snapshot", "bytes_base64": world::signed(&snapshot)});
    stage.feed(list, world::morning());
    play(&mut stage, story);
}

/// GATE-11: the second decision is by the level that held, also where the phone did not hear yet
/// that it was lowered; what is older than a list tells stays as it was recorded.
#[test]
fn a_level_that_was_lowered_is_none_in_the_second_decision() {
    let mut stage = under(STREET, vec![high_until(10)]);
    play(
        &mut stage,
        "
        08:00 shift                         => scan +1
        08:02 begin in visitor              => refuse
        08:02 finish turned_back            => scan +1
        ",
    );
    let event = stage.events.last().expect("an event");
    let EventBody::Crossing(crossing) = &event.body else {
        panic!("a crossing");
    };
    let again = |state: Vec<StateSpell>, days: i64| {
        let mut snapshot = world::snapshot_under(STREET);
        snapshot.state = state;
        snapshot.made_at += days * 86_400_000;
        let keys = KeyList::new(1, false, 0, Keys::default()).expect("an empty list");
        let list = GateList::new(snapshot, keys).expect("a list");
        let policy = list.policy_at(crossing.decided_at);
        let private = event.private.as_ref();
        let offset = event.at.offset_minutes;
        let decision = list.decide_again(crossing, private, offset, policy, &[]);
        decision.expect("read").verdict
    };
    assert_eq!(again(vec![high_until(10)], 0), Verdict::Refuse);
    assert_eq!(again(vec![], 0), Verdict::Admit);
    assert_eq!(again(vec![high_until(1)], 6), Verdict::Admit);
    assert_eq!(again(vec![], 8), Verdict::Refuse);
}
