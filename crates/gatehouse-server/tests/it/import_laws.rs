//! The sum of an import holds at every moment, also of one that is stopped or taken back: rows in
//! = accepted + rejected + duplicate, and those that a stop left out.

use crate::imports::Story;
use crate::support::TestApp;
use gatehouse_server::ops::import_people::map::{begin, map_again, stop, take_back};
use gatehouse_server::ops::import_people::run::{run_whole, work};
use gatehouse_server::ops::import_people::{ImportError, RunId, rows_left};
use gatehouse_server::world::{SharedWorld, World};
use proptest::prelude::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// A clock that goes on by a millisecond whenever somebody looks at it.
struct Ticking(SharedWorld, AtomicI64);

impl World for Ticking {
    fn now_millis(&self) -> i64 {
        self.0.now_millis() + self.1.fetch_add(1, Ordering::Relaxed)
    }

    fn fill(&self, buffer: &mut [u8]) {
        self.0.fill(buffer);
    }
}

/// What somebody does with an import after the check.
#[derive(Clone, Copy, Debug)]
enum Then {
    Finish,
    StopAfter(i64),
    MapAgain,
}

fn rows_of(kinds: &[u8]) -> (String, i64) {
    let mut text = "楼栋,房号,姓名,电话\n".to_owned();
    for (at, kind) in kinds.iter().enumerate() {
        let name = char::from_u32(0x4E00 + (at % 9_000) as u32).expect("a Han character");
        let room = at / 3 + 1;
        text += &match kind % 5 {
            0 => format!("1,{room},王{name},12\n"),
            1 => "1,1,李一,\n".to_owned(),
            2 => format!("1,{room},,\n"),
            _ => format!("1,{room},王{name},\n"),
        };
    }
    (text, i64::try_from(kinds.len()).expect("few"))
}

fn sums_hold(story: &Story<'_>, id: RunId, rows: i64) {
    let row = story.desk.run(story.place.shard, id).expect("is there");
    let what = format!("{row:?}");
    assert_eq!(row.rows_all, rows, "{what}");
    let parts = [row.accepted, row.rejected, row.duplicate, rows_left(&row)];
    assert!(parts.iter().all(|part| *part >= 0), "{what}");
    assert_eq!(parts.iter().sum::<i64>(), rows, "{what}");
    match row.state.as_str() {
        "mapping" => assert_eq!(parts[3], rows, "{what}"),
        "checked" | "done" => assert_eq!(parts[3], 0, "{what}"),
        "stopped" => {
            let people = i64::try_from(story.people().len()).expect("few");
            assert_eq!(row.accepted, people, "{what}");
        }
        _ => {}
    }
}

fn story_of(kinds: &[u8], then: Then) {
    let app = TestApp::new();
    let mut story = Story::new(&app);
    story.desk.world = Arc::new(Ticking(Arc::clone(&app.app.world), AtomicI64::new(0)));
    let (desk, shard) = (story.desk.clone(), story.place.shard);
    let (text, rows) = rows_of(kinds);
    let id = story.upload(&text);
    sums_hold(&story, id, rows);
    story.check(id);
    sums_hold(&story, id, rows);
    match then {
        Then::MapAgain => {
            map_again(&desk, shard, id).expect("goes back");
            return sums_hold(&story, id, rows);
        }
        Then::Finish => {
            begin(&desk, shard, id, None).expect("begins");
            run_whole(&desk, shard, id).expect("runs");
        }
        Then::StopAfter(ticks) => {
            begin(&desk, shard, id, None).expect("begins");
            let until = desk.world.now_millis() + ticks;
            work(&desk, shard, id, until).expect("works");
            sums_hold(&story, id, rows);
            match stop(&desk, shard, id, None) {
                Ok(_) => {}
                Err(ImportError::NotNow) => panic!("it ended within {ticks} looks at the clock"),
                Err(error) => panic!("{error}"),
            }
        }
    }
    sums_hold(&story, id, rows);
    take_back(&desk, shard, id, None).expect("begins");
    sums_hold(&story, id, rows);
    run_whole(&desk, shard, id).expect("is taken back");
    sums_hold(&story, id, rows);
    assert_eq!(story.people(), Vec::new());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn no_row_too_many_and_none_missing(
        kinds in prop::collection::vec(any::<u8>(), 1..400),
        then in prop_oneof![
            Just(Then::Finish),
            (0_i64..30).prop_map(Then::StopAfter),
            Just(Then::MapAgain),
        ],
    ) {
        story_of(&kinds, then);
    }
}
