//! One seed: a scheduler with chance from the seed chooses what runs next, one thing at a time,
//! and asks after each whether everything still holds.

use super::chance::{Chance, SimulatedWorld};
use super::fault::Fault;
use super::network::Message;
use super::page::{Durable, Page};
use super::record::{Held, Record};
use super::replay::Replay;
use super::server::Server;
use super::town::{CHANGE_AT, GATES_MOST, HOUR, Town};
use anyhow::Result;
use gatehouse_core::moment::Moment;
use gatehouse_store::Store;
use sha2::{Digest, Sha256};
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

/// How long nothing happens, at most: each seed draws from the first few of them, so that in some
/// all answers come in time and in others most are given up.
const WAITS: [usize; 4] = [2_000, 20_000, 120_000, 3_600_000];
/// Lines of the trace that a failure shows.
const SHOWN: usize = 30;

/// What did not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The name of the invariant.
    pub invariant: &'static str,
    /// What was seen.
    pub detail: String,
}

/// What a step ends with: nothing, or what did not hold, or a fault of the simulation's own.
pub type Checked<T = ()> = Result<T, Stop>;

/// Why a seed ends early.
#[derive(Debug)]
pub enum Stop {
    Broken(Broken),
    Error(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for Stop {
    fn from(error: E) -> Stop {
        Stop::Error(error.into())
    }
}

/// An invariant: what must be, its name, what was seen where it is not.
pub fn holds(is_so: bool, invariant: &'static str, detail: impl FnOnce() -> String) -> Checked {
    match is_so {
        true => Ok(()),
        false => Err(Stop::Broken(Broken {
            invariant,
            detail: detail(),
        })),
    }
}

/// How much a seed does.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub steps: usize,
    /// Prints every step.
    pub is_told: bool,
}

/// How a seed ended.
pub struct Ended {
    pub seed: u64,
    pub step: usize,
    /// Of all steps in words: the same for the same seed.
    pub trace: String,
    pub broken: Option<Broken>,
    pub last: Vec<String>,
    pub events: usize,
    /// For the same log on another database.
    #[cfg_attr(not(test), expect(dead_code, reason = "tests replay it"))]
    pub held: Held,
}

/// A copy of the database, with what was in it.
pub struct Backup {
    pub store: Store,
    pub held: Held,
    pub at: i64,
}

/// A seed at work.
pub struct Simulation<'t> {
    pub town: &'t Town,
    pub chance: Chance,
    pub now: i64,
    pub world: Arc<SimulatedWorld>,
    pub server: Server,
    pub pages: Vec<Page>,
    /// Whether each page reaches the server, and is reached by it.
    pub lines: Vec<[bool; 2]>,
    /// How many pages there were at first: the others are copies.
    pub gates: usize,
    pub messages: Vec<Message>,
    pub next_message: u64,
    pub record: Record,
    /// The log from zero, as far as it has come.
    pub replay: Replay,
    pub backup: Option<Backup>,
    pub faults: BTreeSet<Fault>,
    /// How long nothing happens at most, one of these.
    waits: &'static [usize],
    /// Events of one request; the page's own is 200.
    pub batch_most: usize,
    /// Facts of the checks about each page.
    pub seen: Vec<super::gate::Seen>,
    pub rotations: u64,
    pub is_suspended: bool,
    /// Whether stores of pages fail in this seed.
    pub store_fails: bool,
    trace: Sha256,
    last: VecDeque<String>,
    is_told: bool,
}

/// Runs one seed.
pub fn run(town: &Town, seed: u64, size: Size) -> Result<Ended> {
    let mut simulation = Simulation::new(town, seed, size)?;
    let mut step = 0;
    let stop = loop {
        if step == size.steps {
            break simulation.settle();
        }
        step += 1;
        let stepped = simulation.step();
        if stepped.is_err() {
            break stepped;
        }
    };
    let broken = match stop {
        Ok(()) => None,
        Err(Stop::Broken(broken)) => Some(broken),
        Err(Stop::Error(error)) => return Err(error.context(format!("seed {seed}, step {step}"))),
    };
    let Simulation {
        trace,
        last,
        record,
        ..
    } = simulation;
    Ok(Ended {
        seed,
        step,
        trace: data_encoding::HEXLOWER.encode(&trace.finalize()),
        broken,
        last: last.into(),
        events: record.made.len(),
        held: record.held,
    })
}

impl<'t> Simulation<'t> {
    fn new(town: &'t Town, seed: u64, size: Size) -> Result<Simulation<'t>> {
        let mut chance = Chance::new(seed);
        let gates = match chance.below(20) {
            0 => 20 + chance.below(GATES_MOST - 19),
            _ => 5 + chance.below(3),
        };
        let now = CHANGE_AT - chance.below(6 * HOUR as usize) as i64;
        let world = Arc::new(SimulatedWorld::new(now, seed));
        let pages = (0..gates).map(|gate| Page::new(gate, Durable::default()));
        let faults: BTreeSet<Fault> = Fault::ALL
            .into_iter()
            .filter(|_| chance.percent(45))
            .collect();
        let mut simulation = Simulation {
            town,
            now,
            server: Server::new(town, Arc::clone(&world))?,
            world,
            pages: pages.collect(),
            lines: vec![[true; 2]; gates],
            gates,
            messages: Vec::new(),
            next_message: 0,
            record: Record::default(),
            replay: Replay::new(town)?,
            backup: None,
            waits: &WAITS[..=chance.below(WAITS.len())],
            batch_most: [3, 10, 60, 200][chance.below(4)],
            seen: vec![super::gate::Seen::default(); gates],
            rotations: 1,
            is_suspended: false,
            store_fails: faults.contains(&Fault::StoreFails),
            faults,
            trace: Sha256::new(),
            last: VecDeque::new(),
            is_told: size.is_told,
            chance,
        };
        simulation.mix_versions();
        Ok(simulation)
    }

    /// Writes a step down in words.
    pub fn note(&mut self, words: &str) {
        let time = Moment::new(self.now, 480).to_text();
        let millis = self.now.rem_euclid(1000);
        let line = format!("{time} .{millis:03} {words}");
        self.trace.update(line.as_bytes());
        if self.is_told {
            println!("{line}");
        }
        if self.last.len() == SHOWN {
            self.last.pop_front();
        }
        self.last.push_back(line);
    }

    /// True time passes.
    pub fn wait(&mut self, millis: i64) {
        self.now += millis;
        self.world.set(self.now);
    }

    pub fn page_named(&self, page: usize) -> String {
        let gate = self.pages[page].gate;
        format!("page {page} (gate {gate})")
    }

    /// A page; mostly one of a few busy ones, or a copy.
    pub fn busy_page(&mut self) -> usize {
        let gates = self.gates;
        match self.chance.percent(75) {
            true => {
                let at = self.chance.below(3 + self.pages.len() - gates);
                if at < 3 { at } else { gates + at - 3 }
            }
            false => self.chance.below(self.pages.len()),
        }
    }

    fn step(&mut self) -> Checked {
        let page = self.busy_page();
        match self.chance.below(100) {
            0..8 => {
                let most = self.chance.pick(self.waits).copied().unwrap_or(0);
                let millis = self.chance.below(most) as i64;
                self.wait(millis);
                Ok(())
            }
            8..46 => self.guard_acts(page),
            46..66 => self.deliver_some(),
            66..78 => self.send(page),
            78..81 => self.fetch(page),
            81..84 => self.keep(page),
            84..87 => self.meet(),
            _ => self.fault(page),
        }
    }
}
