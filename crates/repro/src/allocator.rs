//! The allocator of every binary.

use std::ffi::c_long;
use std::sync::Once;

/// Each step allocates the same large buffers again: the system's allocator would fault in fresh
/// pages for every one of them, which costs a quarter of a step.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Tells the allocator to keep freed pages instead of giving them back after some milliseconds.
pub fn keep_pages() {
    static ONCE: Once = Once::new();
    // `mi_option_purge_delay` of mimalloc.h; the bindings stop short of naming it.
    const PURGE_DELAY: libmimalloc_sys::mi_option_t = 15;
    const NEVER: c_long = -1;
    ONCE.call_once(|| {
        // SAFETY: a plain setter of an option that mimalloc documents; any time is allowed.
        unsafe { libmimalloc_sys::mi_option_set(PURGE_DELAY, NEVER) };
    });
}
