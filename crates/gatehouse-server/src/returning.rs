//! Gates that come back with what they recorded without a network: nobody stands at a barrier and
//! waits for that. Few of their calls are at work at one time, in the lane that gives way, so that
//! gates that decide now are not kept (GATE-11); the others wait here, in the order in which they
//! came. More than can be served before their phones give up are told to come again.

use gatehouse_store::{Lane, StoreError};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::available_parallelism;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Events of one call up to which somebody may be waiting (local choice).
const LIVE_MOST: usize = 10;
/// Calls that wait for each turn: a turn ends after a quarter of a second, and a phone that has
/// waited for eight gives up.
const WAITING_MOST: usize = 16;

/// Whether somebody may be waiting for what a call of so many events brings.
pub fn is_live(events: usize) -> bool {
    events <= LIVE_MOST
}

/// Turns for batches of gates that come back.
#[derive(Clone, Debug)]
pub struct Returning {
    turns: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
    waiting_most: usize,
}

impl Default for Returning {
    /// As many at one time as there are processors: more would only meet each other.
    fn default() -> Returning {
        Returning::of(available_parallelism().map_or(1, usize::from))
    }
}

/// A turn, held while a call is at work.
#[derive(Debug)]
pub struct Turn {
    /// The lane in which it waits for the database.
    pub lane: Lane,
    _permit: Option<OwnedSemaphorePermit>,
}

/// Somebody who waits; no more when dropped, also where the phone has given up.
struct Waiter<'a>(&'a AtomicUsize);

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Returning {
    fn of(at_once: usize) -> Returning {
        Returning {
            turns: Arc::new(Semaphore::new(at_once)),
            waiting: Arc::default(),
            waiting_most: at_once * WAITING_MOST,
        }
    }

    /// The turn of a call with so many events: at once where it is live.
    ///
    /// # Errors
    /// [`StoreError::Busy`] where too many wait already.
    pub async fn turn(&self, events: usize) -> Result<Turn, StoreError> {
        if is_live(events) {
            return Ok(Turn {
                lane: Lane::Gate,
                _permit: None,
            });
        }
        let before = self.waiting.fetch_add(1, Ordering::Relaxed);
        let _waiter = Waiter(&self.waiting);
        if before >= self.waiting_most {
            return Err(StoreError::Busy);
        }
        Ok(Turn {
            lane: Lane::Jobs,
            // Nobody closes it.
            _permit: Arc::clone(&self.turns).acquire_owned().await.ok(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_comes_back_waits_for_its_turn_and_what_is_live_does_not() {
        let returning = Returning::of(1);
        let lane = |turn: &Result<Turn, StoreError>| turn.as_ref().map(|turn| turn.lane).ok();
        let first = returning.turn(LIVE_MOST + 1).await;
        assert_eq!(lane(&first), Some(Lane::Jobs));
        assert_eq!(lane(&returning.turn(LIVE_MOST).await), Some(Lane::Gate));

        let others = (0..WAITING_MOST).map(|_| {
            let returning = returning.clone();
            tokio::spawn(async move { returning.turn(500).await })
        });
        let others: Vec<_> = others.collect();
        while returning.waiting.load(Ordering::Relaxed) < WAITING_MOST {
            tokio::task::yield_now().await;
        }
        assert!(matches!(returning.turn(500).await, Err(StoreError::Busy)));
        // A phone that has given up makes room for another.
        others[0].abort();
        while returning.waiting.load(Ordering::Relaxed) == WAITING_MOST {
            tokio::task::yield_now().await;
        }
        drop(first);
        for other in others.into_iter().skip(1) {
            assert_eq!(lane(&other.await.expect("runs")), Some(Lane::Jobs));
        }
        assert_eq!(returning.waiting.load(Ordering::Relaxed), 0);
    }
}
