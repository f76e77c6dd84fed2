//! Mistakes that the simulation plants to see that it would find them (`cargo xtask simulate`).
//! Only a debug build with the feature `planted` knows them, and only the thread that plants one
//! makes it; everywhere else [`is_planted`] is `false` before the program runs, and the branch is
//! gone.
//! Nothing that a user, a setting or a request says reaches this.

/// A mistake at one point of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Planted {
    /// A pass still holds in the millisecond at which it ends.
    ExpiryIncluded,
    /// A device does not notice that its clock is wrong.
    ClockTrusted,
    /// A device gives up events that nobody has acknowledged.
    ForgottenUnacknowledged,
    /// A device gives up what was acknowledged just now.
    ForgottenAtOnce,
    /// A list past its hard life still holds people back.
    HardLifeIgnored,
    /// A clock that was set by hand is read on as if nobody had touched it.
    ClockSetUnseen,
    /// An order goes on after its end.
    OrderEndIgnored,
    /// An emergency is recorded only where there is a list.
    EmergencyNeedsList,
    /// A policy begins a moment after its minute.
    PolicyBeginsLate,
    /// What was let through before enrolment is not written down.
    EarlyEmergenciesLost,
    /// The server acknowledges what its database refused.
    AcknowledgedBeforeCommit,
    /// What comes again has its effect again.
    NotDeduplicated,
    /// The server acknowledges events after a hole.
    HoleTaken,
    /// An event need not name the one before it.
    ChainUnchecked,
    /// Anybody's signature will do for a batch.
    HeadUnsigned,
    /// The second copy of a device is answered as if its events were there.
    CloneDropped,
    /// Who was turned back has been out all the same.
    TurnedBackCounts,
    /// A device's clock is believed whatever it says.
    ClockUnclamped,
    /// A device out of service writes on.
    EndedDeviceTaken,
    /// The page sends what its store has not taken.
    SentBeforeStored,
    /// The page stores events without the state that follows from them.
    StateNotStored,
    /// The page goes on from where it was although the restored server asks for more.
    RestoreIgnored,
    /// The page takes what the server refused for sent.
    RefusedGivenUp,
    /// A list that cannot be read leaves a device without any.
    RefusedListEndsList,
    /// What an earlier version stored begins a new chain.
    EarlierChainLost,
    /// What was taken in after all still waits in the tray.
    TrayKeepsTakenIn,
}

#[cfg(all(feature = "planted", debug_assertions))]
mod switch {
    use super::Planted;
    use std::cell::Cell;

    std::thread_local! {
        static PLANTED: Cell<Option<Planted>> = const { Cell::new(None) };
    }

    /// Plants a mistake for this thread, or takes it out.
    pub fn plant(mistake: Option<Planted>) {
        PLANTED.with(|planted| planted.set(mistake));
    }

    /// Whether this thread makes the mistake.
    pub fn is_planted(mistake: Planted) -> bool {
        PLANTED.with(|planted| planted.get() == Some(mistake))
    }
}

#[cfg(all(feature = "planted", debug_assertions))]
pub use switch::{is_planted, plant};

/// Whether this thread makes the mistake: never.
#[cfg(not(all(feature = "planted", debug_assertions)))]
pub const fn is_planted(_mistake: Planted) -> bool {
    false
}
