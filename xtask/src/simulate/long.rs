//! The long run: very many seeds on all processors, for mistakes that nobody has found yet. It
//! goes on after a seed that breaks something, says how far it is, and may be ended at any moment:
//! the last line says where to go on.

use super::simulation::{self, Ended, Size};
use super::town::Town;
use super::{Asked, STEPS, in_words};
use anyhow::{Result, bail};
use gatehouse_store::Store;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

/// A line is printed so often.
const LINE: Duration = Duration::from_secs(10);
/// Seeds that have ended and were not looked at yet; more wait.
const WAITING_MOST: usize = 64;
/// After so many kinds of breach the rest says nothing new.
const KINDS_MOST: usize = 20;

/// A seed that has ended.
struct Done {
    seed: u64,
    events: usize,
    /// Invariant and report.
    broken: Option<(&'static str, String)>,
}

/// What has come of the run so far: as large after a hundred thousand seeds as after ten.
struct Progress {
    /// All seeds below this one have ended.
    floor: u64,
    /// Those above it that have ended too: at most as many as run at once.
    above: BTreeSet<u64>,
    seeds: u64,
    events: usize,
    /// For each invariant that broke, its first seed and how many.
    kinds: BTreeMap<&'static str, (u64, u64)>,
}

impl Progress {
    fn take(&mut self, done: Done) {
        self.seeds += 1;
        self.events += done.events;
        self.above.insert(done.seed);
        while self.above.remove(&self.floor) {
            self.floor += 1;
        }
        let Some((invariant, report)) = done.broken else {
            return;
        };
        let kind = self.kinds.entry(invariant).or_insert((done.seed, 0));
        kind.1 += 1;
        if kind.1 == 1 {
            println!("{report}");
        }
    }

    fn line(&self, asked: Asked, seconds: f64) -> String {
        let rate = self.seeds as f64 / seconds;
        let left = (asked.seeds - self.seeds) as f64 / rate / 60.0;
        format!(
            "{} of {} seeds, {} events, {} kinds of breach, {rate:.1} seeds/s, about {left:.0} \
             min left; go on with --from {}",
            self.seeds,
            asked.seeds,
            self.events,
            self.kinds.len(),
            self.floor
        )
    }
}

/// Runs the seeds and fails at the end where any broke something.
#[expect(
    clippy::disallowed_methods,
    reason = "says how long it took; what runs has a clock of its own"
)]
pub fn run(asked: Asked) -> Result<()> {
    let began = Instant::now();
    let next = AtomicU64::new(asked.from);
    let end = asked.from + asked.seeds;
    let mut progress = Progress {
        floor: asked.from,
        above: BTreeSet::new(),
        seeds: 0,
        events: 0,
        kinds: BTreeMap::new(),
    };
    let threads = std::thread::available_parallelism().map_or(1, |count| count.get());
    std::thread::scope(|scope| {
        let (to, from) = sync_channel(WAITING_MOST);
        for _ in 0..threads {
            let (to, next) = (to.clone(), &next);
            scope.spawn(move || work(next, end, &to));
        }
        drop(to);
        let mut said = Instant::now();
        loop {
            match from.recv_timeout(LINE) {
                Ok(done) => progress.take(done?),
                Err(RecvTimeoutError::Timeout) => (),
                Err(RecvTimeoutError::Disconnected) => return Ok::<_, anyhow::Error>(()),
            }
            if said.elapsed() >= LINE {
                said = Instant::now();
                println!("{}", progress.line(asked, began.elapsed().as_secs_f64()));
            }
            if progress.kinds.len() >= KINDS_MOST {
                next.store(end, Ordering::Relaxed);
            }
        }
    })?;
    println!("{}", progress.line(asked, began.elapsed().as_secs_f64()));
    for (invariant, (seed, count)) in &progress.kinds {
        println!("{invariant}: {count} seeds, the first {seed}");
    }
    match progress.kinds.is_empty() {
        true => Ok(()),
        false => bail!("{} kinds of breach", progress.kinds.len()),
    }
}

/// One thread: takes the next seed until none is left, or nobody listens.
fn work(next: &AtomicU64, end: u64, to: &SyncSender<Result<Done>>) {
    let town = Store::open_memory()
        .map_err(anyhow::Error::from)
        .and_then(Town::lay);
    let town = match town {
        Ok(town) => town,
        Err(error) => {
            let _ = to.send(Err(error));
            return;
        }
    };
    let size = Size {
        steps: STEPS,
        is_told: false,
    };
    loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= end {
            return;
        }
        let done = simulation::run(&town, seed, size).map(|ended| done(&ended));
        if to.send(done).is_err() {
            return;
        }
    }
}

fn done(ended: &Ended) -> Done {
    let broken = ended.broken.as_ref().map(|broken| broken.invariant);
    Done {
        seed: ended.seed,
        events: ended.events,
        broken: broken.zip(in_words(ended)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_to_go_on_from_leaves_no_seed_out_and_a_breach_is_counted() {
        let mut progress = Progress {
            floor: 5,
            above: BTreeSet::new(),
            seeds: 0,
            events: 0,
            kinds: BTreeMap::new(),
        };
        let broken = || Some(("an-invariant", String::new()));
        for (seed, broken, floor) in [
            (6, broken(), 5),
            (7, None, 5),
            (5, None, 8),
            (9, broken(), 8),
            (8, None, 10),
        ] {
            progress.take(Done {
                seed,
                events: 2,
                broken,
            });
            assert_eq!(progress.floor, floor, "after {seed}");
        }
        assert_eq!((progress.seeds, progress.events), (5, 10));
        assert_eq!(progress.kinds["an-invariant"], (6, 2));
        assert!(progress.above.is_empty());
    }
}
