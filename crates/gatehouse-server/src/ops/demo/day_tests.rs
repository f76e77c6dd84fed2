//! The days of a demo: what they hold whatever the seed, and how much.

use super::*;
use crate::ops::demo::attempt::tests::henan;
use crate::ops::demo::order::make_orders;
use crate::ops::demo::pass::issue;
use crate::ops::demo::plan::{DemoSize, plan};
use gatehouse_core::gate::decide::Ground;
use gatehouse_core::gate::{Outcome, decide};

fn a_day(people: u32) -> (Town, Vec<DemoCrossing>) {
    let made = Moment::parse("2020-02-20T12:00:00+08:00").expect("a moment");
    let town = plan(DemoSize::new(people, 1).expect("a size"), made);
    let issued = issue(&town);
    let crossings = days(&town, &issued, &make_orders(&town, &issued), &henan());
    (town, crossings)
}

#[test]
fn a_week_goes_back_seven_days_and_its_last_day_is_the_same() {
    let made = Moment::parse("2020-02-20T12:00:00+08:00").expect("a moment");
    let size = DemoSize::new(1_500, 1).and_then(|size| size.with_days(7));
    let town = plan(size.expect("a size"), made);
    let issued = issue(&town);
    let week = days(&town, &issued, &make_orders(&town, &issued), &henan());
    let (_, last) = a_day(1_500);
    assert!(week.is_sorted_by_key(|crossing| crossing.at));
    for ago in 1..7 {
        let from = made.plus_millis(-(ago + 1) * DAY_MINUTES * MINUTE_MILLIS);
        let until = made.plus_millis(-ago * DAY_MINUTES * MINUTE_MILLIS);
        let of_day = week.iter().filter(|one| (from..until).contains(&one.at));
        let count = of_day.count();
        assert!((50..last.len() / 2).contains(&count), "{ago}: {count}");
    }
    let from = made.plus_millis(-DAY_MINUTES * MINUTE_MILLIS);
    let of_last = week.iter().filter(|one| one.at >= from);
    let times: Vec<Moment> = of_last.map(|one| one.at).collect();
    assert_eq!(times, last.iter().map(|one| one.at).collect::<Vec<_>>());
}

#[test]
fn a_day_has_every_verdict_and_stays_within_24_hours() {
    let (town, crossings) = a_day(1_500);
    let counts = by_verdict(&crossings);
    assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
    assert!(counts[0] > crossings.len() / 2, "{counts:?}");
    assert!(crossings.is_sorted_by_key(|crossing| crossing.at));
    let span = town.made.plus_millis(-DAY_MINUTES * MINUTE_MILLIS)..town.made;
    assert!(crossings.iter().all(|crossing| span.contains(&crossing.at)));
    let grounds = |ground| {
        crossings
            .iter()
            .filter(move |c| c.settled.decision.ground == ground)
    };
    assert_eq!(grounds(Ground::Emergency).count(), 1);
    assert_eq!(grounds(Ground::NoRule).count(), 0);
}

#[test]
fn verdicts_are_those_of_the_policy() {
    let policy = henan();
    let (_, crossings) = a_day(1_500);
    for crossing in &crossings {
        let again = decide(&crossing.settled.situation, Some(&policy));
        assert_eq!(again, crossing.settled.decision);
        let crossed = crossing.settled.outcome == Outcome::Crossed;
        assert_eq!(crossed, again.verdict == Verdict::Admit);
    }
}

#[test]
fn a_large_town_has_a_bounded_day() {
    let (_, crossings) = a_day(40_000);
    assert!(
        (1_000..=ATTEMPTS_MOST).contains(&crossings.len()),
        "{}",
        crossings.len()
    );
}
