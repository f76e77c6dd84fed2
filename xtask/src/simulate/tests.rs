//! What runs with every other test: three hundred seeds, each planted mistake with its seed, the
//! same seed twice, and twenty logs on PostgreSQL.

use super::chance::Chance;
use super::postgres::in_a_database;
use super::replay::Replay;
use super::simulation::{Ended, run};
use super::town::{GATES_MOST, Town};
use super::{STEPS, Size, in_words, planted};
use gatehouse_store::Store;

/// Seeds of the tests; `cargo xtask simulate --long` looks at others.
const SEEDS: u64 = 300;
const ON_POSTGRES: u64 = 20;
const SIZE: Size = Size {
    steps: STEPS,
    is_told: false,
};

fn town() -> Town {
    let store = Store::open_memory().expect("a database");
    Town::lay(store).expect("a town")
}

fn ended(town: &Town, seed: u64) -> Ended {
    let ended = run(town, seed, SIZE).expect("a seed runs");
    if let Some(report) = in_words(&ended) {
        panic!("{report}");
    }
    ended
}

/// Halves, so that two run beside each other.
fn seeds(odd: u64) {
    let town = town();
    let events: usize = (1..=SEEDS)
        .filter(|seed| seed % 2 == odd)
        .map(|seed| ended(&town, seed).events)
        .sum();
    assert!(
        events > 5 * SEEDS as usize,
        "hardly anything happened: {events} events"
    );
}

#[test]
fn nothing_breaks_in_the_odd_seeds() {
    seeds(1);
}

#[test]
fn nothing_breaks_in_the_even_seeds() {
    seeds(0);
}

#[test]
fn each_planted_mistake_is_found_by_its_seed() {
    let checked = planted::check(&town(), SIZE).expect("each is found");
    assert!(checked >= 15, "{checked}");
}

#[test]
fn a_seed_replays_exactly() {
    for seed in [1, 2, 3] {
        // In towns of their own: nothing is left over from the first time.
        let [first, second] = [(); 2].map(|()| ended(&town(), seed).trace);
        assert_eq!(first, second, "seed {seed}");
        assert_ne!(first, ended(&town(), seed + 3).trace);
    }
    let mut chance = Chance::new(1);
    let drawn: Vec<usize> = (0..8).map(|_| chance.below(100)).collect();
    assert_eq!(drawn, [58, 46, 52, 73, 37, 60, 99, 99]);
}

#[test]
fn the_log_of_a_seed_gives_the_same_on_postgres() {
    let town = town();
    for seed in 1..=ON_POSTGRES {
        let held = ended(&town, seed).held;
        let derived = |mut replay: Replay| {
            replay.follow(&held).expect("replayed");
            replay.derived(GATES_MOST, &held.devices()).expect("read")
        };
        let mine = derived(Replay::new(&town).expect("a copy"));
        let theirs = in_a_database(|store| {
            let there = Town::lay(store).expect("a town");
            derived(Replay::over(there.store.clone(), &there).expect("at zero"))
        });
        let Some(theirs) = theirs else {
            return;
        };
        assert_eq!(mine.difference(&theirs), None, "seed {seed}");
    }
}
