//! The two threads of a replay and what they share.

use super::draft::{Drafts, Spells, in_force, kept, spell_at};
use super::report::{Report, Where, report};
use super::{Asked, ReplayError, SPAN_DAYS_MOST, Under};
use crate::ops::local_day::DAY_MILLIS;
use crate::ops::read_area::compounds_of;
use crate::ops::read_policies::Rules;
use gatehouse_core::gate::Policy;
use gatehouse_core::id::{AreaId, GateId};
use gatehouse_core::replay::Place as RecordPlace;
use gatehouse_core::replay::{Attempt, Before, Draft, Prepared, Replayer, Summary};
use gatehouse_store::area::AreaRow;
use gatehouse_store::crossing_replay::{RecordedPlace, RecordedRow};
use gatehouse_store::{ReadTx, Shard, Store};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

/// Threads that read and decide.
const THREADS: usize = 2;
/// Attempts that are read at once: a few milliseconds of a transaction that only reads.
const ROWS_AT_ONCE: u32 = 2_000;

/// How far a replay is; others may look at it and stop it.
#[derive(Debug, Default)]
pub struct Progress {
    done: AtomicU64,
    total: AtomicU64,
    is_stopped: AtomicBool,
}

impl Progress {
    /// Attempts looked at, and about how many there are.
    pub fn figures(&self) -> (u64, u64) {
        let done = self.done.load(Ordering::Relaxed);
        (done, self.total.load(Ordering::Relaxed).max(done))
    }

    /// Stops it at the next page.
    pub fn stop(&self) {
        self.is_stopped.store(true, Ordering::Relaxed);
    }
}

/// A gate with its records to be read.
pub(super) struct GatePlan {
    pub shard: Shard,
    pub gate: GateId,
    pub name: String,
    pub area: AreaId,
    spells: Spells,
}

/// Everything that the threads only read.
struct Plan<'a> {
    gates: Vec<GatePlan>,
    drafts: Drafts,
    is_as_it_was: bool,
    /// Stretches to be read: which gate, from when until when.
    stretches: Vec<(usize, i64, i64)>,
    next: AtomicUsize,
    progress: &'a Progress,
}

/// Replays and reports. Blocks; not for a thread that runs async code. The threads share the
/// stores, which are one database: a store that only reads has one connection.
///
/// # Errors
/// [`ReplayError`].
pub fn replay(
    stores: &[Store],
    asked: &Asked,
    progress: &Progress,
    made_at: i64,
) -> Result<Report, ReplayError> {
    if asked.until <= asked.from || asked.until - asked.from > SPAN_DAYS_MOST * DAY_MILLIS {
        return Err(ReplayError::Span);
    }
    if let Under::Drafts(drafts) = &asked.under
        && let Some(draft) = drafts.iter().find(|draft| !draft.is_for_gate())
    {
        return Err(ReplayError::NotForGate(draft.id.clone()));
    }
    let first = stores.first().ok_or(ReplayError::FellOver)?;
    let (place, gates, drafts, total) = plan_gates(first, asked)?;
    progress.total.store(total, Ordering::Relaxed);
    let plan = Plan {
        stretches: stretches(gates.len(), asked),
        gates,
        drafts,
        is_as_it_was: matches!(asked.under, Under::AsItWas),
        next: AtomicUsize::new(0),
        progress,
    };
    let found = std::thread::scope(|scope| {
        let stores = stores.iter().cycle().take(THREADS);
        let threads: Vec<_> = stores
            .map(|store| scope.spawn(|| plan.work(store)))
            .collect();
        let ends = threads.into_iter().map(|thread| thread.join());
        ends.map(|end| end.unwrap_or(Err(ReplayError::FellOver)))
            .collect::<Result<Vec<Found>, ReplayError>>()
    })?;
    let mut all = Found::default();
    for found in found {
        all.summary.add_all(found.summary);
        all.undone += found.undone;
        all.recorded.extend(found.recorded);
    }
    // By id: two threads find the same in another order.
    all.recorded.sort_by_key(|prepared| prepared.policy().id());
    let before: Vec<&Policy> = all
        .recorded
        .iter()
        .map(|prepared| prepared.policy())
        .collect();
    let drafts = plan.drafts.prepared().iter().map(Prepared::policy);
    let after = match plan.is_as_it_was {
        true => before.clone(),
        false => drafts.collect(),
    };
    Ok(report(
        asked,
        &Where {
            area: place,
            gates: &plan.gates,
            made_at,
            undone: all.undone,
            before: &before,
            after: &after,
        },
        &all.summary,
    ))
}

type Planned = (Place, Vec<GatePlan>, Drafts, u64);

/// The gates of the area, one compound at a time, so that no transaction grows with the area.
fn plan_gates(store: &Store, asked: &Asked) -> Result<Planned, ReplayError> {
    let area = asked.area;
    let (place, compounds) = store.read_blocking(move |tx| compounds(tx, area))?;
    let mut drafts = Drafts::default();
    let mut gates = Vec::new();
    let mut total = 0;
    for compound in compounds {
        let (asked_here, row) = (asked.clone(), compound.clone());
        let read = move |tx: &ReadTx<'_>| read_compound(tx, &row, &asked_here);
        let Some(read) = store.read_blocking::<_, ReplayError, _>(read)? else {
            continue;
        };
        let spells = drafts.spells(&read.rules, &read.path, asked)?;
        for (gate, name, count) in read.gates {
            total += u64::try_from(count).unwrap_or(0);
            gates.push(GatePlan {
                shard: read.shard,
                gate,
                name: format!("{} {name}", compound.name),
                area: compound.area,
                spells: spells.clone(),
            });
        }
    }
    Ok((place, gates, drafts, total))
}

type Place = Option<(AreaId, String)>;

fn compounds(tx: &ReadTx<'_>, area: Option<AreaId>) -> Result<(Place, Vec<AreaRow>), ReplayError> {
    let (place, tops) = match area {
        None => (None, tx.area_roots()?),
        Some(area) => {
            let row = tx.area(area)?.ok_or(ReplayError::NoArea)?;
            (Some((area, row.name.clone())), vec![row])
        }
    };
    let mut compounds = Vec::new();
    for top in tops {
        compounds.extend(compounds_of(tx, top.area)?);
    }
    Ok((place, compounds))
}

/// A compound, as it is needed to plan.
struct CompoundRead {
    shard: Shard,
    path: Vec<AreaRow>,
    rules: Vec<Rules>,
    gates: Vec<(GateId, String, i64)>,
}

fn read_compound(
    tx: &ReadTx<'_>,
    compound: &AreaRow,
    asked: &Asked,
) -> Result<Option<CompoundRead>, ReplayError> {
    let path = tx.area_path(compound.area)?;
    let Some(shard) = path.iter().find_map(|row| row.shard) else {
        return Ok(None);
    };
    let mut gates = Vec::new();
    for gate in tx.gates_of_area(shard, compound.area)? {
        let count = tx.count_recorded(shard, gate.gate, asked.from, asked.until)?;
        gates.push((gate.gate, gate.name, count));
    }
    Ok(Some(CompoundRead {
        shard,
        rules: in_force(tx, &path, asked)?,
        path,
        gates,
    }))
}

/// Days of gates: small enough that both threads end at about the same time.
fn stretches(gates: usize, asked: &Asked) -> Vec<(usize, i64, i64)> {
    let days = |gate: usize| {
        let begins = (asked.from..asked.until).step_by(DAY_MILLIS as usize);
        begins.map(move |from| (gate, from, asked.until.min(from + DAY_MILLIS)))
    };
    (0..gates).flat_map(days).collect()
}

/// What a thread found.
#[derive(Default)]
struct Found {
    summary: Summary,
    undone: u64,
    recorded: Vec<Arc<Prepared>>,
}

/// A thread's own things.
struct Worker<'p> {
    store: &'p Store,
    plan: &'p Plan<'p>,
    replayer: Replayer,
    recorded: BTreeMap<[u8; 32], Option<Arc<Prepared>>>,
    undone: u64,
}

impl Plan<'_> {
    fn work(&self, store: &Store) -> Result<Found, ReplayError> {
        let mut worker = Worker {
            store,
            plan: self,
            replayer: Replayer::default(),
            recorded: BTreeMap::new(),
            undone: 0,
        };
        while let Some(stretch) = self
            .stretches
            .get(self.next.fetch_add(1, Ordering::Relaxed))
        {
            worker.read(*stretch)?;
        }
        Ok(Found {
            summary: worker.replayer.finish(),
            undone: worker.undone,
            recorded: worker.recorded.into_values().flatten().collect(),
        })
    }
}

impl Worker<'_> {
    /// Reads a stretch of a gate page by page.
    fn read(&mut self, (gate, from, until): (usize, i64, i64)) -> Result<(), ReplayError> {
        let plan = self.plan;
        let of = &plan.gates[gate];
        let (shard, id) = (of.shard, of.gate);
        let mut after = RecordedPlace::from(from);
        loop {
            if plan.progress.is_stopped.load(Ordering::Relaxed) {
                return Err(ReplayError::Stopped);
            }
            let page = self.store.read_blocking::<_, ReplayError, _>(move |tx| {
                Ok(tx.recorded_crossings(shard, id, after, until, ROWS_AT_ONCE)?)
            })?;
            for row in &page {
                self.take(of, row)?;
            }
            let done = u64::try_from(page.len()).unwrap_or(0);
            plan.progress.done.fetch_add(done, Ordering::Relaxed);
            match page.last() {
                Some(last) if page.len() == ROWS_AT_ONCE as usize => {
                    after = RecordedPlace::of(last);
                }
                _ => return Ok(()),
            }
        }
    }

    fn take(&mut self, gate: &GatePlan, row: &RecordedRow) -> Result<(), ReplayError> {
        if row.is_undone {
            self.undone += 1;
            return Ok(());
        }
        let Ok(attempt) = Attempt::read(&row.public_part) else {
            self.replayer.take_damaged();
            return Ok(());
        };
        let recorded = match &attempt.policy {
            None => None,
            Some(id) => Some(self.recorded(id)?),
        };
        let before = match &recorded {
            None => Before::NoDocument,
            Some(None) => Before::NotKept,
            Some(Some(prepared)) => Before::Policy(prepared),
        };
        let draft = match self.plan.is_as_it_was {
            true => Draft::AsItWas,
            false => {
                let at = spell_at(&gate.spells, attempt.decided_at);
                Draft::Policy(at.and_then(|at| self.plan.drafts.prepared().get(at)))
            }
        };
        let place = RecordPlace {
            device: row.device,
            seq: row.seq,
            household: row.household,
        };
        self.replayer.take(&attempt, &place, before, draft);
        Ok(())
    }

    /// The policy of this id, read once.
    fn recorded(&mut self, id: &[u8; 32]) -> Result<Option<Arc<Prepared>>, ReplayError> {
        if let Some(known) = self.recorded.get(id) {
            return Ok(known.clone());
        }
        let wanted = *id;
        let read = move |tx: &ReadTx<'_>| Ok(kept(tx, &wanted)?);
        let policy: Option<Policy> = self.store.read_blocking::<_, ReplayError, _>(read)?;
        // Numbers of drafts are even, those of recorded policies odd.
        let number = u32::try_from(2 * self.recorded.len() + 1).unwrap_or(u32::MAX);
        let prepared = policy.map(|policy| Arc::new(Prepared::new(policy, number)));
        self.recorded.insert(*id, prepared.clone());
        Ok(prepared)
    }
}
