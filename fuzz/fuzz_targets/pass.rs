//! Whatever a scanner gives: read, then verified as if its key were known.

#![no_main]

use gatehouse_core::key::{KeyList, Keys};
use gatehouse_core::moment::Moment;
use gatehouse_core::pass::{StatusLists, from_text, verify, verify_bytes};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let lists = StatusLists::default();
    let keys = KeyList::new(1, true, 0, Keys::default()).expect("an empty list");
    let _ = verify_bytes(bytes, &keys, &lists, &[], Moment::new(1_582_066_800_000, 480));
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let _ = from_text(text);
    let _ = verify(text, &keys, &lists, &[], Moment::new(1_582_066_800_000, 480));
});
