//! What a device still keeps of what goes before an event that it sends.

/// What a device still keeps of the events that go before one: what a restored backup does not hold
/// is asked for again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    /// The event before: it is asked until that is here.
    Kept,
    /// Nothing: the event is the oldest that it has.
    Gone,
}

impl Before {
    /// By the number of the oldest event that a device has.
    pub fn of(seq: u64, oldest: u64) -> Before {
        match seq > oldest {
            true => Before::Kept,
            false => Before::Gone,
        }
    }
}
