//! Core in the browser: a plain C ABI over [`gatehouse_core::device`], no generated JavaScript.
//!
//! The page writes a request (JSON) into memory that it got from [`gh_alloc`], calls
//! [`gh_step`], and reads an answer: four bytes of length (little-endian), then that many bytes.
//! Whoever got memory gives it back with [`gh_free`] and the same length (for an answer: its
//! length plus four). The module imports nothing, so it has no clock, no randomness, no network.
//!
//! The only crate with `unsafe`: pointers from the page become slices here and nowhere else.

use gatehouse_core::device::{self, Device};
use std::alloc::Layout;
use std::cell::RefCell;

thread_local! {
    /// The one device of this page.
    static DEVICE: RefCell<Device> = RefCell::new(Device::default());
}

/// Longest piece of memory that is given out, in bytes.
const MEMORY_MOST: usize = 64 << 20;

/// Room for `length` bytes, or null where that is more than 64 MiB or not to be had.
#[unsafe(no_mangle)]
pub extern "C" fn gh_alloc(length: usize) -> *mut u8 {
    match layout(length) {
        // SAFETY: `layout` never gives a size of 0.
        Some(layout) => unsafe { std::alloc::alloc(layout) },
        None => std::ptr::null_mut(),
    }
}

/// Gives back what [`gh_alloc`] or an answer took.
///
/// # Safety
/// `memory` is null or came from this module with this very `length`, and is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gh_free(memory: *mut u8, length: usize) {
    if memory.is_null() {
        return;
    }
    if let Some(layout) = layout(length) {
        // SAFETY: the caller says that `memory` was allocated here with this length; `gh_alloc`
        // and `answer` both use `layout` of that length.
        unsafe { std::alloc::dealloc(memory, layout) }
    }
}

/// One step of the device: request in JSON in, answer in JSON out. Whatever the bytes are, there
/// is an answer; it is null only where memory ran out.
///
/// # Safety
/// `length` bytes can be read at `request`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gh_step(request: *const u8, length: usize) -> *mut u8 {
    // SAFETY: passed on from the caller.
    let request = unsafe { bytes(request, length) };
    let output = DEVICE.with_borrow_mut(|held| {
        let (next, output) = device::respond(std::mem::take(held), request);
        *held = next;
        output
    });
    answer(&output)
}

/// The state to store beside the events: everything but the snapshot, which the page keeps as it
/// came and hands in again after a start.
#[unsafe(no_mangle)]
pub extern "C" fn gh_state() -> *mut u8 {
    answer(&DEVICE.with_borrow(Device::to_bytes))
}

/// Takes up a stored state. 0: done; 1: these bytes are no state, nothing has changed.
///
/// # Safety
/// `length` bytes can be read at `state`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gh_restore(state: *const u8, length: usize) -> u32 {
    // SAFETY: passed on from the caller.
    match Device::from_bytes(unsafe { bytes(state, length) }) {
        Ok(device) => {
            DEVICE.set(device);
            0
        }
        Err(_) => 1,
    }
}

/// Decides one case without a device, for the shared vectors: `{policy_base64, moment, facts}`
/// in JSON in, the decision in JSON out.
///
/// # Safety
/// `length` bytes can be read at `request`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gh_decide(request: *const u8, length: usize) -> *mut u8 {
    // SAFETY: passed on from the caller.
    answer(&device::decide_vector(unsafe { bytes(request, length) }))
}

fn layout(length: usize) -> Option<Layout> {
    if length > MEMORY_MOST {
        return None;
    }
    Layout::from_size_align(length.max(1), 1).ok()
}

/// The bytes that the page points to.
///
/// # Safety
/// `length` bytes can be read at `memory` while the slice is in use.
pub unsafe fn bytes<'a>(memory: *const u8, length: usize) -> &'a [u8] {
    if memory.is_null() || length == 0 {
        return &[];
    }
    // SAFETY: not null, and the caller says that `length` bytes can be read here; bytes need no
    // alignment. The slice does not outlive the call, during which the page cannot run.
    unsafe { std::slice::from_raw_parts(memory, length) }
}

/// An answer in memory of its own, with its length before it; null where memory ran out.
pub fn answer(output: &[u8]) -> *mut u8 {
    let Ok(length) = u32::try_from(output.len()) else {
        return std::ptr::null_mut();
    };
    let memory = gh_alloc(output.len() + 4);
    if memory.is_null() {
        return memory;
    }
    // SAFETY: `memory` has room for four bytes and the output, and is fresh, so nothing overlaps.
    unsafe {
        std::ptr::copy_nonoverlapping(length.to_le_bytes().as_ptr(), memory, 4);
        std::ptr::copy_nonoverlapping(output.as_ptr(), memory.add(4), output.len());
    }
    memory
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_and_free(memory: *mut u8) -> Vec<u8> {
        assert!(!memory.is_null());
        // SAFETY: an answer begins with its length.
        let length = u32::from_le_bytes(unsafe { memory.cast::<[u8; 4]>().read_unaligned() });
        let length = length as usize;
        // SAFETY: that many bytes follow; the memory came from `answer` with this length.
        unsafe {
            let output = bytes(memory.add(4), length).to_vec();
            gh_free(memory, length + 4);
            output
        }
    }

    #[test]
    fn any_request_has_an_answer_and_the_state_goes_round() {
        for request in [&b""[..], b"{", b"\xff\xff", b"{\"input\":1}"] {
            // SAFETY: a slice can be read over its length.
            let output = read_and_free(unsafe { gh_step(request.as_ptr(), request.len()) });
            let output: serde_json::Value = serde_json::from_slice(&output).expect("JSON");
            assert_eq!(output["screen"]["kind"], "message");
        }
        let state = read_and_free(gh_state());
        // SAFETY: as above.
        assert_eq!(unsafe { gh_restore(state.as_ptr(), state.len()) }, 0);
        // SAFETY: as above.
        assert_eq!(unsafe { gh_restore(state.as_ptr(), state.len() - 1) }, 1);
    }

    #[test]
    fn memory_is_bounded_and_null_is_harmless() {
        assert!(gh_alloc(MEMORY_MOST + 1).is_null());
        let memory = gh_alloc(0);
        assert!(!memory.is_null());
        // SAFETY: from gh_alloc with this length; null is permitted.
        unsafe {
            gh_free(memory, 0);
            gh_free(std::ptr::null_mut(), 5);
            assert_eq!(bytes(std::ptr::null(), 5), b"");
        }
    }
}
