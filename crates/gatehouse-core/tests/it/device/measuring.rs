//! How and when temperatures were taken (GATE-6): what the guard said of the thermometer stands
//! beside every reading, and what nobody said stays unsaid.

use super::table::{Stage, check, play};
use super::world;
use gatehouse_core::device::{Device, Output};
use gatehouse_core::gate::fact::temperature_way::CHOICES;
use gatehouse_core::gate::record::read_facts;
use gatehouse_core::gate::{Fact, Known, Value};
use gatehouse_core::wire::{EventBody, Reading};

/// The readings that went out in reports and measurements, as `378 forehead +1`: tenths, way,
/// minutes after the morning.
fn reported(stage: &Stage) -> Vec<String> {
    let readings = stage.events.iter().flat_map(|event| match &event.body {
        EventBody::Fever(fever) => vec![fever.first, fever.second],
        EventBody::Measurement { reading, .. } => vec![Some(*reading)],
        _ => vec![],
    });
    readings.flatten().map(|reading| told(&reading)).collect()
}

fn told(reading: &Reading) -> String {
    let minutes = (reading.at - world::morning().millis) / 60_000;
    format!("{} {} +{minutes}", reading.tenths, way(reading.way))
}

fn way(way: Option<u8>) -> &'static str {
    way.map_or("unsaid", |way| CHOICES[usize::from(way)].name)
}

/// The ways that crossings keep; `unsaid` where the record has none.
fn recorded(stage: &Stage) -> Vec<&'static str> {
    let ways = stage.events.iter().filter_map(|event| {
        let EventBody::Crossing(crossing) = &event.body else {
            return None;
        };
        let facts = read_facts(&crossing.facts, world::morning()).expect("the record reads");
        Some(match facts.given(Fact::TemperatureWay) {
            Some(Known::Is(Value::Choice(position))) => way(Some(*position)),
            None => way(None),
            other => panic!("{other:?} is no way"),
        })
    });
    ways.collect()
}

#[test]
fn what_was_said_at_the_start_of_the_shift_stands_beside_every_reading() {
    let stage = check(
        "
        08:00 shift thermometer=ear         => scan +1
        08:01 scan in wang                  => ask [temperature]
        08:02 fact temperature 37.8         => ask [second_temperature]
        08:17 fact second_temperature 37.9  => refer +1
        08:20 finish taken_in_charge        => scan +1
        ",
    );
    assert_eq!(reported(&stage), ["378 ear +2", "379 ear +17"]);
    assert_eq!(recorded(&stage), ["ear"]);
}

#[test]
fn what_nobody_said_stays_unsaid_and_holds_nobody_up() {
    let stage = check(
        "
        08:00 shift                         => scan +1
        08:01 scan in wang                  => ask [temperature]
        08:02 fact temperature 37.8         => ask [second_temperature]
        08:17 fact second_temperature 37.9  => refer +1
        08:20 finish taken_in_charge        => scan +1
        ",
    );
    assert_eq!(reported(&stage), ["378 unsaid +2", "379 unsaid +17"]);
    assert_eq!(recorded(&stage), ["unsaid"]);
}

#[test]
fn another_thermometer_counts_from_the_next_reading_and_outlives_shift_and_start() {
    let stage = check(
        "
        08:00 shift thermometer=forehead    => scan +1
        08:01 scan in wang                  => ask [temperature]
        08:01 fact temperature 37.8         => ask [second_temperature]
        08:02 thermometer armpit            => ask [second_temperature]
        08:02 thermometer tongue            => message D08
        08:03 restart                       => ask [second_temperature]
        08:16 fact second_temperature 37.9  => refer +1
        08:16 finish taken_in_charge        => scan +1
        08:17 shift_end                     => shift +1
        08:18 shift                         => scan +1
        08:19 scan in wang                  => ask [temperature]
        08:19 fact temperature 36.5         => admit
        08:19 finish crossed                => scan +1
        ",
    );
    assert_eq!(reported(&stage), ["378 forehead +1", "379 armpit +16"]);
    assert_eq!(recorded(&stage), ["armpit", "armpit"]);
}

#[test]
fn a_thermometer_that_is_not_known_here_starts_the_shift_all_the_same() {
    let stage = check(
        "
        08:00 shift thermometer=tongue      => scan +1
        08:01 scan in wang                  => ask [temperature]
        08:01 fact temperature 36.5         => admit
        08:01 finish crossed                => scan +1
        ",
    );
    assert_eq!(recorded(&stage), ["unsaid"]);
}

#[test]
fn asked_how_it_was_measured_the_answer_is_for_what_was_unsaid() {
    let stage = check(
        "
        08:00 shift                         => scan +1
        08:01 scan in wang                  => ask [temperature]
        08:01 fact temperature 37.8         => ask [second_temperature]
        08:02 fact temperature_way \"wrist\" => ask [second_temperature]
        08:16 fact second_temperature 37.9  => refer +1
        ",
    );
    assert_eq!(reported(&stage), ["378 wrist +1", "379 wrist +16"]);
}

#[test]
fn what_is_measured_after_the_report_follows_it() {
    let stage = check(
        "
        08:00 shift thermometer=forehead    => scan +1
        08:01 scan in wang                  => ask [temperature]
        08:01 fever                         => refer !fever +1
        08:02 fact temperature 38.0         => refer !fever +1
        08:03 restart                       => refer !fever
        08:17 fact second_temperature 38.1  => refer !fever +1
        08:18 finish taken_in_charge        => scan +1
        ",
    );
    assert_eq!(reported(&stage), ["380 forehead +2", "381 forehead +17"]);
    let of = stage.events.iter().filter_map(|event| match event.body {
        EventBody::Measurement { of, .. } => Some(of),
        _ => None,
    });
    let report = stage
        .events
        .iter()
        .find(|e| matches!(e.body, EventBody::Fever(_)));
    let report = report.expect("a report").seq;
    assert_eq!(of.collect::<Vec<_>>(), [report, report]);
}

#[test]
fn the_page_is_told_which_there_are_and_which_is_in_use() {
    let mut stage = Stage::new(1);
    play(&mut stage, "08:00 shift => scan +1");
    let tick = serde_json::json!({"input": "tick"});
    let output = stage.feed(tick.clone(), world::morning());
    let names: Vec<&str> = (output.thermometer.choices.iter())
        .filter_map(|choice| choice.value.as_text())
        .collect();
    assert_eq!(names, ["forehead", "ear", "armpit", "wrist"]);
    assert_eq!(output.thermometer.chosen, None);
    play(&mut stage, "08:00 thermometer wrist => scan");
    let output = stage.feed(tick, world::morning());
    assert_eq!(output.thermometer.chosen.as_deref(), Some("wrist"));
}

/// A phone that goes on with a state as an earlier version wrote it, and its first screen.
fn taken_up(held: &str) -> (Stage, Output) {
    let bytes = data_encoding::HEXLOWER.decode(held.trim().as_bytes());
    let mut stage = Stage::new(0);
    stage.device = Device::from_bytes(&bytes.expect("hex digits")).expect("a state");
    let list = serde_json::json!({"input": "snapshot", "bytes_base64": stage.list});
    let output = stage.feed(list, world::morning());
    assert_eq!(output.header.guards, ["李师傅"]);
    (stage, output)
}

/// A state as the version before wrote it: somebody stands at the gate, 37.8 was measured, a
/// fever is reported. The phone goes on after the upgrade.
#[test]
fn a_state_of_the_version_before_is_taken_up() {
    let held = include_str!("../../../../../testdata/gate/state-v2.hex");
    let (mut stage, output) = taken_up(held);
    assert_eq!(output.thermometer.chosen, None);
    play(
        &mut stage,
        "
        08:20 thermometer ear               => refer !fever
        08:20 fact second_temperature 37.9  => refer !fever
        08:21 restart                       => refer !fever
        ",
    );
}

/// A state as version 4 wrote it, before sides and visitors were counted: one has crossed, and the
/// same pass stands at the gate again with 37.8. What that version did not count begins at 0.
#[test]
fn a_state_of_version_four_is_taken_up() {
    let held = include_str!("../../../../../testdata/gate/state-v4.hex");
    let (mut stage, output) = taken_up(held);
    let counts = output.counts;
    assert_eq!((counts.admitted, counts.unsent), (1, 2));
    assert_eq!((counts.entered, counts.visitors), (0, 0));
    play(
        &mut stage,
        "
        08:20 fact second_temperature 36.9  => admit !copied
        08:21 restart                       => admit !copied
        ",
    );
}
