//! The one home of the clock, of chance and of new ids. Everything else takes them as arguments,
//! so that tests and replays give the same answer.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// A world that can be handed around.
pub type SharedWorld = Arc<dyn World>;

/// What comes from outside: the time and random bytes.
pub trait World: Send + Sync {
    /// Milliseconds since 1970-01-01T00:00Z.
    fn now_millis(&self) -> i64;

    /// Fills a buffer with bytes that nobody can guess.
    fn fill(&self, buffer: &mut [u8]);
}

impl dyn World + '_ {
    /// Random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// A new id (UUIDv7): sorted by time, so that tables grow at their end.
    pub fn id(&self) -> [u8; 16] {
        let millis = u64::try_from(self.now_millis()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &self.bytes())
            .into_uuid()
            .into_bytes()
    }
}

/// The computer's own clock and chance.
#[derive(Clone, Copy, Debug, Default)]
pub struct Computer;

impl World for Computer {
    #[expect(
        clippy::disallowed_methods,
        reason = "the home of the clock: everywhere else the time is an argument"
    )]
    fn now_millis(&self) -> i64 {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let millis = since.unwrap_or(Duration::ZERO).as_millis();
        i64::try_from(millis).unwrap_or(i64::MAX)
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the home of chance: everywhere else random bytes are arguments"
    )]
    fn fill(&self, buffer: &mut [u8]) {
        getrandom::fill(buffer).expect("the operating system gives random bytes");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_differ_and_grow_with_time() {
        struct At(i64);
        impl World for At {
            fn now_millis(&self) -> i64 {
                self.0
            }
            fn fill(&self, buffer: &mut [u8]) {
                Computer.fill(buffer);
            }
        }
        let (early, late): (&dyn World, &dyn World) =
            (&At(1_582_066_800_000), &At(1_582_066_800_001));
        assert!(early.id() < late.id());
        assert_ne!(early.id(), early.id());
    }
}
