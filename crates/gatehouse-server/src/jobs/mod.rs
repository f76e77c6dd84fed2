//! Work that stands in the `job` table: taken under a lease, done, put off with growing pauses
//! when it fails, given up after so many attempts. A kind of work is one line in [`KINDS`].
//!
//! A kind does one step, short enough for its lease, and says what is next: an import or a
//! retention run comes back for its next 500 rows and lets everybody else pass meanwhile.

pub mod erase;
pub mod import;
mod pause;
mod replay;
mod retention;
mod run;
mod seal;
mod send_message;
mod tell_webhook;

pub use pause::pause;
pub use run::{run, run_due};

use crate::app::App;
use crate::error::OpError;
use gatehouse_store::StoreError;
use gatehouse_store::job::JobRow;
use std::pin::Pin;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Every kind of work: its word, how often it comes by itself, after how many attempts it is
/// given up, and the function that does a step of it.
pub const KINDS: &[Kind] = &[
    Kind::repeating("audit.seal", HOUR, |a, w| Box::pin(seal::run(a, w))),
    Kind::repeating("retention", DAY, |a, w| Box::pin(retention::run(a, w))),
    Kind::once(erase::KIND, 100, |a, w| Box::pin(erase::run(a, w))),
    Kind::once(send_message::KIND, 8, |a, w| {
        Box::pin(send_message::run(a, w))
    }),
    Kind::once(tell_webhook::KIND, i64::MAX, |a, w| {
        Box::pin(tell_webhook::run(a, w))
    }),
    Kind::once(REPLAY_POLICY, 3, |a, w| Box::pin(replay::run(a, w))),
    Kind::once(IMPORT_PEOPLE, 20, |a, w| Box::pin(import::run(a, w))),
    Kind::repeating("import.sweep", HOUR, |a, w| Box::pin(import::sweep(a, w))),
];

/// Word of the work on an import of people.
pub const IMPORT_PEOPLE: &str = "import.people";

/// Word of the work on a replay of recorded attempts.
pub const REPLAY_POLICY: &str = "policy.replay";

/// A kind of work.
pub struct Kind {
    /// As it stands in the table.
    pub word: &'static str,
    /// Milliseconds between two runs of work that comes by itself and is never given up.
    pub every: Option<i64>,
    /// Attempts after which work is given up.
    pub attempts_most: i64,
    step: fn(App, Work) -> Step,
}

/// The running of a step.
pub type Step = Pin<Box<dyn Future<Output = Result<Next, Failure>> + Send>>;

/// A step to be done.
pub struct Work {
    /// As it was planned.
    pub job: JobRow,
    /// After a failure now it is given up.
    pub is_last: bool,
}

/// What comes after a step that went well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// The work is done.
    Done,
    /// There is more of it, at this time (milliseconds UTC) and with this payload.
    Step {
        /// Not before.
        at: i64,
        /// What the next step needs, CBOR, free of personal data.
        payload: Vec<u8>,
    },
}

/// Why a step did not go well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// A word from a list: no address, no name.
    pub word: &'static str,
    /// Trying again makes no sense.
    pub is_final: bool,
}

impl Failure {
    /// It may go well later.
    pub const fn passing(word: &'static str) -> Failure {
        Failure {
            word,
            is_final: false,
        }
    }

    /// It will not.
    pub const fn lasting(word: &'static str) -> Failure {
        Failure {
            word,
            is_final: true,
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        Failure::passing(error.code())
    }
}

impl From<OpError> for Failure {
    fn from(error: OpError) -> Failure {
        if let OpError::Bug(details) = &error {
            tracing::error!(details, "a fault in a job");
        }
        Failure::passing(error.code())
    }
}

impl Kind {
    /// Work that somebody plans.
    pub const fn once(word: &'static str, attempts_most: i64, step: fn(App, Work) -> Step) -> Kind {
        Kind {
            word,
            every: None,
            attempts_most,
            step,
        }
    }

    /// Work that comes by itself.
    pub const fn repeating(word: &'static str, every: i64, step: fn(App, Work) -> Step) -> Kind {
        Kind {
            word,
            every: Some(every),
            attempts_most: i64::MAX,
            step,
        }
    }

    /// The kind of this word.
    pub fn named(word: &str) -> Option<&'static Kind> {
        KINDS.iter().find(|kind| kind.word == word)
    }
}
