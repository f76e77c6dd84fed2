//! A document of anybody: read, compiled, proved.

#![no_main]

use gatehouse_core::policy::{compile, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(document) = read(text) {
        let _ = compile(&[&document]);
    }
});
