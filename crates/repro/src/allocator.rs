//! The allocator of every binary.

use std::ffi::c_long;
use std::sync::Once;

/// Each step allocates the same large buffers again: the system's allocator would fault in fresh
/// pages for every one of them, which costs a quarter of a step.
#[cfg(not(feature = "count-memory"))]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The same allocator with a count of the bytes in use, for the `memory` binary.
#[cfg(feature = "count-memory")]
pub mod counting {
    use std::alloc::{GlobalAlloc, Layout};
    use std::sync::atomic::{AtomicUsize, Ordering};

    use mimalloc::MiMalloc;

    struct Counting;

    static IN_USE: AtomicUsize = AtomicUsize::new(0);

    // SAFETY: every call goes to mimalloc unchanged.
    unsafe impl GlobalAlloc for Counting {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            IN_USE.fetch_add(layout.size(), Ordering::Relaxed);
            // SAFETY: as the caller promises.
            unsafe { MiMalloc.alloc(layout) }
        }

        unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
            IN_USE.fetch_add(layout.size(), Ordering::Relaxed);
            // SAFETY: as the caller promises.
            unsafe { MiMalloc.alloc_zeroed(layout) }
        }

        unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
            IN_USE.fetch_sub(layout.size(), Ordering::Relaxed);
            // SAFETY: as the caller promises.
            unsafe { MiMalloc.dealloc(pointer, layout) }
        }

        unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
            IN_USE.fetch_add(size, Ordering::Relaxed);
            IN_USE.fetch_sub(layout.size(), Ordering::Relaxed);
            // SAFETY: as the caller promises.
            unsafe { MiMalloc.realloc(pointer, layout, size) }
        }
    }

    #[global_allocator]
    static ALLOCATOR: Counting = Counting;

    /// Bytes that this process has asked for and not given back.
    pub fn bytes_in_use() -> usize {
        IN_USE.load(Ordering::Relaxed)
    }
}

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
