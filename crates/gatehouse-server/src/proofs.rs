//! What was found wrong with drafts of documents, kept for a while: a page that is looked at again
//! proves nothing anew. In memory, bounded, gone with the process. Few are proved at one time, so
//! that a gate's decisions always have a processor.

use crate::error::OpError;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::sync::Semaphore;

/// How many are kept.
const KEPT_MOST: usize = 32;
/// How many are proved at one time.
const AT_ONCE: usize = 1;

/// Findings by the hash of everything that they rest on.
#[derive(Debug)]
pub struct Proofs<T> {
    kept: Mutex<VecDeque<([u8; 32], Arc<T>)>>,
    turns: Arc<Semaphore>,
}

impl<T> Default for Proofs<T> {
    fn default() -> Proofs<T> {
        Proofs {
            kept: Mutex::default(),
            turns: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }
}

impl<T: Send + Sync + 'static> Proofs<T> {
    /// What is kept, or else what `prove` finds, away from the threads that serve.
    ///
    /// # Errors
    /// A fault of the program: `prove` panicked.
    pub async fn of(
        &self,
        key: [u8; 32],
        prove: impl FnOnce() -> T + Send + 'static,
    ) -> Result<Arc<T>, OpError> {
        if let Some(kept) = self.kept(&key) {
            return Ok(kept);
        }
        let bug = |what: &str| OpError::Bug(format!("a check of a draft {what}"));
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        let turn = turn.map_err(|_| bug("has no turn"))?;
        // Somebody else may have asked the same while this one waited.
        if let Some(kept) = self.kept(&key) {
            return Ok(kept);
        }
        // The turn goes along: whoever gives up waiting does not make room for another at once.
        let work = move || {
            let _turn = turn;
            prove()
        };
        let proved = tokio::task::spawn_blocking(work).await;
        let proved = Arc::new(proved.map_err(|_| bug("panicked"))?);
        let mut all = self.lock();
        all.truncate(KEPT_MOST - 1);
        all.push_front((key, Arc::clone(&proved)));
        Ok(proved)
    }

    fn kept(&self, key: &[u8; 32]) -> Option<Arc<T>> {
        let mut all = self.lock();
        let at = all.iter().position(|(other, _)| other == key)?;
        let one = all.remove(at)?;
        let found = Arc::clone(&one.1);
        all.push_front(one);
        Some(found)
    }

    // The list is whole after every step: what a panic leaves behind is still true.
    fn lock(&self) -> MutexGuard<'_, VecDeque<([u8; 32], Arc<T>)>> {
        self.kept
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[tokio::test]
    async fn the_same_is_proved_once_and_the_oldest_is_forgotten() {
        let proofs = Proofs::default();
        let runs = Arc::new(AtomicU32::new(0));
        let most = u8::try_from(KEPT_MOST).expect("it is small");
        let ask = |name: u8| {
            let runs = Arc::clone(&runs);
            proofs.of([name; 32], move || {
                runs.fetch_add(1, Ordering::Relaxed);
                name
            })
        };
        for name in (0..most).chain([0, 1]) {
            assert_eq!(*ask(name).await.expect("it is proved"), name);
        }
        assert_eq!(runs.load(Ordering::Relaxed), u32::from(most));
        // One more than are kept: 2 is the one that nobody asked for since.
        for (name, expected) in [(most, 1), (0, 1), (2, 2)] {
            assert_eq!(*ask(name).await.expect("it is proved"), name);
            let since = runs.load(Ordering::Relaxed) - u32::from(most);
            assert_eq!(since, expected, "{name}");
        }
    }
}
