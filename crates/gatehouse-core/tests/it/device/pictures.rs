//! The small picture of somebody who agreed to one.

use super::table::{Stage, enrol, play};
use super::world;
use gatehouse_core::digits::BASE64;
use gatehouse_core::wire::PICTURE_BYTES_MOST;
use serde_json::json;

/// A device whose list has a picture of everybody, this long.
fn with_pictures(bytes: usize) -> Stage {
    let mut snapshot = world::snapshot(1, 1);
    for household in &mut snapshot.households {
        for resident in &mut household.people {
            resident.picture = vec![0x89; bytes];
        }
    }
    let mut stage = Stage::bare();
    stage.feed(enrol(), world::morning());
    stage.list = world::signed(&snapshot);
    let list = stage.list.clone();
    stage.feed(
        json!({"input": "snapshot", "bytes_base64": list}),
        world::morning(),
    );
    play(&mut stage, "08:00 shift => scan +1");
    stage
}

fn picture_of_wang(stage: &mut Stage) -> Option<String> {
    let scan = json!({"input": "scan", "way": "in", "text": world::qr("wang")});
    let screen = stage.feed(scan, world::morning()).screen;
    screen.who.expect("a resident").picture_base64
}

#[test]
fn a_picture_is_shown_with_the_one_it_is_of_and_only_where_there_is_one() {
    let expected = BASE64.encode(&[0x89; 300]);
    assert_eq!(picture_of_wang(&mut with_pictures(300)), Some(expected));
    assert_eq!(picture_of_wang(&mut with_pictures(0)), None);
}

#[test]
fn a_list_with_a_picture_that_is_too_large_is_not_taken() {
    let mut stage = with_pictures(PICTURE_BYTES_MOST);
    assert!(picture_of_wang(&mut stage).is_some());
    let mut snapshot = world::snapshot(2, 1);
    snapshot.households[0].people[0].picture = vec![0x89; PICTURE_BYTES_MOST + 1];
    let list = world::signed(&snapshot);
    let input = json!({"input": "snapshot", "bytes_base64": list});
    let output = stage.feed(input, world::morning());
    assert_eq!(output.screen.code.as_deref(), Some("D04"));
}
