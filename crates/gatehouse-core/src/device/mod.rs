//! The state machine of a gate device: outbox, chain, snapshot, the open case.
