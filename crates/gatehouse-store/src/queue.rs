//! What waits in front of a database: closures in bounded lanes, gate first.

use crate::error::StoreError;
use crate::tx::Tx;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::oneshot;

/// Who waits for the answer; the order is that of service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    /// A gate with people standing in front of it.
    Gate,
    /// Somebody at a desk or a telephone.
    People,
    /// Nobody: imports, retention, seals. In steps of at most 500 rows.
    Jobs,
}

/// How many closures may wait in each lane before [`StoreError::Busy`].
const LANE_LENGTHS: [usize; 3] = [2_048, 512, 64];
/// After so many closures of a lane in a row a waiting lower lane has one turn.
const TURNS_IN_A_ROW: u32 = 32;

/// A closure with its answer, its types forgotten.
pub(crate) trait Job: Send {
    /// Runs the closure (again) and keeps what it returned; says whether to keep its changes.
    fn run(&mut self, tx: Tx<'_>) -> Ran;
    /// Sends the answer: what the closure returned, or why nothing of it was kept.
    fn answer(self: Box<Self>, end: Result<(), StoreError>);
}

/// How a run of a closure ended.
#[derive(Debug, PartialEq)]
pub(crate) enum Ran {
    /// It returned `Ok` and every statement was well.
    Keep,
    /// It returned an error of its own; its changes are undone and the error is the answer.
    Undo,
    /// A statement failed or it panicked, whatever it returned.
    Failed(StoreError),
}

pub(crate) struct TypedJob<T, E, F> {
    closure: F,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> TypedJob<T, E, F> {
    pub(crate) fn new(closure: F) -> (TypedJob<T, E, F>, oneshot::Receiver<Result<T, E>>) {
        let (reply, answer) = oneshot::channel();
        let job = TypedJob {
            closure,
            result: None,
            reply,
        };
        (job, answer)
    }
}

impl<T, E, F> Job for TypedJob<T, E, F>
where
    T: Send,
    E: From<StoreError> + Send,
    F: Fn(&Tx<'_>) -> Result<T, E> + Send,
{
    fn run(&mut self, tx: Tx<'_>) -> Ran {
        self.result = None;
        // A half-changed closure cannot be seen again: its state is its captures, which `Fn`
        // leaves alone, and the transaction, which is dropped.
        let result = catch_unwind(AssertUnwindSafe(|| (self.closure)(&tx)));
        match (result, tx.into_failure()) {
            (Err(_), _) => Ran::Failed(StoreError::Panicked),
            (Ok(result @ Err(_)), failure) => {
                self.result = Some(result);
                failure.map_or(Ran::Undo, Ran::Failed)
            }
            (Ok(Ok(_)), Some(failure)) => Ran::Failed(failure),
            (Ok(result), None) => {
                self.result = Some(result);
                Ran::Keep
            }
        }
    }

    fn answer(self: Box<Self>, end: Result<(), StoreError>) {
        let answer = match (end, self.result) {
            (Ok(()), Some(result)) => result,
            (Ok(()), None) => Err(StoreError::Panicked.into()),
            // The closure's own view of its failure says more than ours, except where the
            // failure came from elsewhere (commit, retries used up).
            (Err(_), Some(Err(error))) => Err(error),
            (Err(error), _) => Err(error.into()),
        };
        // Nobody may be waiting any more: a request that was given up.
        let _ = self.reply.send(answer);
    }
}

pub(crate) struct Queue {
    waiting: Mutex<Waiting>,
    arrived: Condvar,
    closing: Condvar,
    settled: Condvar,
}

struct Waiting {
    lanes: [VecDeque<Box<dyn Job>>; 3],
    turns: [u32; 2],
    /// Jobs of the two upper lanes that lost against another and run again.
    losers: usize,
    /// Jobs of the lowest lane at work.
    at_work: usize,
    /// Runs of jobs that are under way.
    running: usize,
    /// Somebody who lost again and again runs with nobody beside them.
    is_alone: bool,
    /// Threads that wait for a job: only they are woken up, which is a call of the kernel.
    idle: usize,
    closed: bool,
}

impl Queue {
    pub(crate) fn new() -> Queue {
        Queue {
            waiting: Mutex::new(Waiting {
                lanes: [VecDeque::new(), VecDeque::new(), VecDeque::new()],
                turns: [0, 0],
                losers: 0,
                at_work: 0,
                running: 0,
                is_alone: false,
                idle: 0,
                closed: false,
            }),
            arrived: Condvar::new(),
            closing: Condvar::new(),
            settled: Condvar::new(),
        }
    }

    // A panic while the lock is held is impossible but for lack of memory; the lanes stay whole.
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Puts a job into its lane; a full lane answers [`StoreError::Busy`] at once.
    pub(crate) fn push(&self, lane: Lane, job: Box<dyn Job>) {
        let mut waiting = self.lock();
        let refusal = if waiting.closed {
            Some(StoreError::Unavailable("closed".to_owned()))
        } else if waiting.lanes[lane as usize].len() >= LANE_LENGTHS[lane as usize] {
            Some(StoreError::Busy)
        } else {
            None
        };
        match refusal {
            Some(error) => {
                drop(waiting);
                job.answer(Err(error));
            }
            None => {
                waiting.lanes[lane as usize].push_back(job);
                let is_awaited = waiting.idle > 0;
                drop(waiting);
                if is_awaited {
                    self.arrived.notify_one();
                }
            }
        }
    }

    /// The next job, waiting for one; `None` when closed and empty.
    pub(crate) fn next(&self) -> Option<(Lane, Box<dyn Job>)> {
        let mut waiting = self.lock();
        loop {
            if let Some(next) = waiting.pop() {
                return Some(next);
            }
            if waiting.closed {
                return None;
            }
            waiting.idle += 1;
            waiting = self
                .arrived
                .wait(waiting)
                .unwrap_or_else(|poisoned| poisoned.into_inner());
            waiting.idle -= 1;
        }
    }

    /// The next job if one is there already.
    pub(crate) fn next_now(&self) -> Option<(Lane, Box<dyn Job>)> {
        self.lock().pop()
    }

    /// The next job that is there after the time has passed, or as soon as the queue is closed.
    /// Whoever comes meanwhile wakes nobody up.
    pub(crate) fn next_after(&self, time: Duration) -> Option<(Lane, Box<dyn Job>)> {
        let waiting = self.lock();
        let (mut waiting, _) = self
            .closing
            .wait_timeout_while(waiting, time, |waiting| !waiting.closed)
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        waiting.pop()
    }

    /// Somebody who is waited for lost against another and runs again: until it is through, no job
    /// of the lowest lane begins, and those at work are waited for. A long import would otherwise
    /// win every time: it overlaps all that the loser can meet.
    pub(crate) fn lost(&self) -> Loser<'_> {
        self.lock().losers += 1;
        Loser { queue: self }
    }

    /// A job of the lowest lane goes to work once nobody who lost runs again.
    pub(crate) fn begin_job(&self) -> AtWork<'_> {
        let mut waiting = self.settle(|waiting| waiting.losers > 0);
        waiting.at_work += 1;
        AtWork { queue: self }
    }

    /// A job runs once; whoever runs alone is waited for.
    pub(crate) fn begin_run(&self) -> Running<'_> {
        let mut waiting = self.settle(|waiting| waiting.is_alone);
        waiting.running += 1;
        Running { queue: self }
    }

    /// A job that lost again and again runs with nobody beside it, and so meets nobody: where
    /// commits are slow and many write, chance alone would let some lose every time.
    pub(crate) fn run_alone(&self) -> Alone<'_> {
        self.settle(|waiting| waiting.is_alone).is_alone = true;
        drop(self.settle(|waiting| waiting.running > 0));
        Alone { queue: self }
    }

    fn settle(&self, hinders: impl Fn(&Waiting) -> bool) -> MutexGuard<'_, Waiting> {
        self.settled
            .wait_while(self.lock(), |waiting| hinders(waiting))
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Takes no more jobs; those that wait are still served.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.arrived.notify_all();
        self.closing.notify_all();
    }
}

/// A job of an upper lane that runs again; done when dropped.
pub(crate) struct Loser<'a> {
    queue: &'a Queue,
}

impl Loser<'_> {
    /// Waits until no job of the lowest lane is at work.
    pub(crate) fn outlast_jobs(&self) {
        drop(self.queue.settle(|waiting| waiting.at_work > 0));
    }
}

impl Drop for Loser<'_> {
    fn drop(&mut self) {
        let mut waiting = self.queue.lock();
        waiting.losers -= 1;
        if waiting.losers == 0 {
            self.queue.settled.notify_all();
            self.queue.arrived.notify_all();
        }
    }
}

/// A job of the lowest lane at work; done when dropped.
pub(crate) struct AtWork<'a> {
    queue: &'a Queue,
}

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        let mut waiting = self.queue.lock();
        waiting.at_work -= 1;
        if waiting.at_work == 0 {
            self.queue.settled.notify_all();
        }
    }
}

/// A run of a job; done when dropped.
pub(crate) struct Running<'a> {
    queue: &'a Queue,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let mut waiting = self.queue.lock();
        waiting.running -= 1;
        if waiting.running == 0 && waiting.is_alone {
            self.queue.settled.notify_all();
        }
    }
}

/// A run of a job beside which no other runs; done when dropped.
pub(crate) struct Alone<'a> {
    queue: &'a Queue,
}

impl Drop for Alone<'_> {
    fn drop(&mut self) {
        self.queue.lock().is_alone = false;
        self.queue.settled.notify_all();
    }
}

impl Waiting {
    fn pop(&mut self) -> Option<(Lane, Box<dyn Job>)> {
        let [gate, people, jobs] = &mut self.lanes;
        let is_jobs_turn_possible = self.losers == 0 && !jobs.is_empty();
        let jobs_turn = self.turns[1] >= TURNS_IN_A_ROW && is_jobs_turn_possible;
        let lower_waits = !people.is_empty() || is_jobs_turn_possible;
        let lower_turn = self.turns[0] >= TURNS_IN_A_ROW && lower_waits;
        let next = if gate.is_empty() || lower_turn {
            if people.is_empty() || jobs_turn {
                let job = is_jobs_turn_possible.then(|| jobs.pop_front()).flatten();
                job.map(|job| (Lane::Jobs, job))
            } else {
                people.pop_front().map(|job| (Lane::People, job))
            }
        } else {
            gate.pop_front().map(|job| (Lane::Gate, job))
        };
        match next.as_ref().map(|(lane, _)| *lane) {
            Some(Lane::Gate) => self.turns[0] = self.turns[0].saturating_add(1),
            Some(Lane::People) => self.turns = [0, self.turns[1].saturating_add(1)],
            Some(Lane::Jobs) => self.turns = [0, 0],
            None => {}
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job() -> Box<dyn Job> {
        let (job, _) = TypedJob::new(|_: &Tx<'_>| Ok::<(), StoreError>(()));
        Box::new(job)
    }

    fn order(queue: &Queue) -> String {
        let mut lanes = String::new();
        while let Some((lane, _)) = queue.next_now() {
            lanes.push(['g', 'p', 'j'][lane as usize]);
        }
        lanes
    }

    #[test]
    fn the_gate_goes_first_and_nobody_starves() {
        let queue = Queue::new();
        for _ in 0..70 {
            queue.push(Lane::Gate, job());
        }
        queue.push(Lane::Jobs, job());
        queue.push(Lane::People, job());
        let served = order(&queue);
        let expected = format!("{}p{}j{}", "g".repeat(32), "g".repeat(32), "g".repeat(6));
        assert_eq!(served, expected);
    }

    #[test]
    fn people_cannot_starve_jobs() {
        let queue = Queue::new();
        for _ in 0..40 {
            queue.push(Lane::People, job());
        }
        queue.push(Lane::Jobs, job());
        assert_eq!(
            order(&queue),
            format!("{}j{}", "p".repeat(32), "p".repeat(8))
        );
    }

    #[test]
    fn no_job_begins_while_somebody_who_lost_runs_again() {
        let queue = Queue::new();
        queue.push(Lane::Jobs, job());
        queue.push(Lane::People, job());
        let (first, second) = (queue.lost(), queue.lost());
        assert_eq!(order(&queue), "p");
        drop(first);
        assert_eq!(order(&queue), "");
        drop(second);
        assert_eq!(order(&queue), "j");
        // Nobody at work, nobody who lost: neither is waited for.
        drop(queue.begin_job());
        queue.lost().outlast_jobs();
    }

    #[test]
    fn whoever_runs_alone_waits_for_the_others_and_they_wait() {
        let queue = Queue::new();
        let order = Mutex::new(String::new());
        let say = |letter: char| order.lock().expect("no panic").push(letter);
        std::thread::scope(|scope| {
            let running = queue.begin_run();
            let alone = scope.spawn(|| {
                let _alone = queue.run_alone();
                say('a');
            });
            say('r');
            drop(running);
            alone.join().expect("gets its turn");
            let alone = [queue.run_alone()];
            let others = [(); 2].map(|()| {
                scope.spawn(|| {
                    let _running = queue.begin_run();
                    say('o');
                })
            });
            let next = scope.spawn(|| {
                let _alone = queue.run_alone();
                say('o');
            });
            say('A');
            drop(alone);
            others
                .into_iter()
                .chain([next])
                .for_each(|one| one.join().expect("runs"));
        });
        assert_eq!(order.into_inner().expect("no panic"), "raAooo");
    }

    #[test]
    fn a_full_lane_says_so_at_once() {
        let queue = Queue::new();
        for _ in 0..LANE_LENGTHS[2] {
            queue.push(Lane::Jobs, job());
        }
        let (job, mut answer) = TypedJob::new(|_: &Tx<'_>| Ok::<(), StoreError>(()));
        queue.push(Lane::Jobs, Box::new(job));
        assert_eq!(answer.try_recv(), Ok(Err(StoreError::Busy)));
    }

    #[test]
    fn a_closed_queue_is_emptied_and_takes_no_more() {
        let queue = Queue::new();
        queue.push(Lane::People, job());
        queue.close();
        assert!(queue.next().is_some());
        assert!(queue.next().is_none());
        let (job, mut answer) = TypedJob::new(|_: &Tx<'_>| Ok::<(), StoreError>(()));
        queue.push(Lane::Gate, Box::new(job));
        assert!(matches!(
            answer.try_recv(),
            Ok(Err(StoreError::Unavailable(_)))
        ));
    }
}
