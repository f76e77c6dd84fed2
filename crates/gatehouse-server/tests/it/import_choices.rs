//! Where a sheet and the register differ in very many rows, each can be seen and chosen.

use crate::imports::{LEDGER, Story, counted};
use crate::support::on_both;
use gatehouse_server::ops::import_people::different::next_different;
use gatehouse_server::ops::import_people::map::begin;
use gatehouse_server::ops::import_people::report;
use gatehouse_server::ops::import_people::run::run_whole;
use gatehouse_server::ops::import_people::takes::choose;

/// A ledger in which everybody's telephone was written down anew.
#[test]
fn each_of_very_many_differences_can_be_seen_and_chosen() {
    const ROWS: usize = 1_203;
    let ledger = |phone: usize| {
        let row = |n: usize| format!("9,1-{n},王华,,1988.3.2,1380000{:04},自住,,,\n", n + phone);
        let rows: String = (0..ROWS).map(row).collect();
        LEDGER.lines().next().expect("a header").to_owned() + "\n" + &rows
    };
    on_both(|app| {
        let story = Story::new(app);
        story.import(&ledger(0));
        let id = story.upload(&ledger(5_000));
        let (row, report) = story.check(id);
        let all = i64::try_from(ROWS).expect("few");
        assert_eq!(counted(&row), (all, 0, 0, all));
        assert_eq!((report.differ, report.taken), (ROWS, 0));
        // Each comes up once, in order, with how many follow.
        let (mut seen, mut after) = (0, None);
        while let Some((one, others)) =
            next_different(&story.desk, &row, &report, after).expect("reads")
        {
            assert!(after.is_none_or(|after| one.number > after));
            seen += 1;
            assert_eq!(others, ROWS - seen);
            after = Some(one.number);
        }
        assert_eq!(seen, ROWS);
        // Row 2 is the first person: one by itself, then all from the 1 001st on, then not the
        // last hundred.
        let chosen = [
            ((2, false), true),
            ((1_002, true), true),
            ((1_105, true), false),
        ];
        for ((number, is_all), is_take) in chosen {
            choose(&story.desk, story.shard(), id, (number, is_all), is_take).expect("chosen");
            run_whole(&story.desk, story.shard(), id).expect("is checked");
        }
        let row = story.row(id);
        assert_eq!(counted(&row), (all, 104, 0, all - 104));
        let report = report::read(&story.desk, &row).expect("reads");
        let report = report.expect("a report");
        assert_eq!((report.differ, report.taken), (ROWS, 104));
        begin(&story.desk, story.shard(), id, None).expect("begins");
        let row = run_whole(&story.desk, story.shard(), id).expect("runs");
        assert_eq!(counted(&row), (all, 104, 0, all - 104));
    });
}
