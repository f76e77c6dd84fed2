//! What devices send and what they are sent.

#![no_main]

use gatehouse_core::gate::Policy;
use gatehouse_core::wire::cbor::Cbor;
use gatehouse_core::wire::{Event, PublicEvent, Snapshot};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = Event::from_bytes(bytes);
    let _ = PublicEvent::from_bytes(bytes);
    let _ = Snapshot::from_cbor(bytes);
    let _ = Policy::read(bytes);
});
