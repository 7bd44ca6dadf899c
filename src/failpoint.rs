//! Named places at which a test may kill the process, to show that nothing is lost there.
//!
//! Compiled in only with debug assertions; a release build has none of it.

/// The names, in the order in which a run reaches them.
pub const NAMES: [&str; 8] = [
    "after-fetch",
    "mid-transaction",
    "before-put-away",
    "after-commit",
    "before-connect",
    "after-data",
    "after-250-before-mark",
    "after-mark",
];

/// Ends the process at once, as a power cut would, if `CAREWARDEN_FAILPOINT` names this place;
/// `name:3` means the third time it is reached. With `CAREWARDEN_FAILPOINT_DOES=panic` it panics
/// instead, as a fault of ours would.
#[cfg(debug_assertions)]
#[expect(clippy::disallowed_methods, reason = "a test steers it from outside; not in a release build")]
pub fn reach(name: &str) {
    use std::sync::atomic::{AtomicU32, Ordering};
    static REACHED: AtomicU32 = AtomicU32::new(0);
    debug_assert!(NAMES.contains(&name), "{name} is not a failpoint");
    let Ok(wanted) = std::env::var("CAREWARDEN_FAILPOINT") else { return };
    let (place, times) = wanted.split_once(':').unwrap_or((&wanted, "1"));
    if place == name && REACHED.fetch_add(1, Ordering::SeqCst) + 1 == times.parse().unwrap_or(1) {
        let does = std::env::var("CAREWARDEN_FAILPOINT_DOES").unwrap_or_default();
        if does == "panic" {
            panic!("the failpoint {name} was reached");
        }
        std::process::abort();
    }
}

/// Does nothing: this build has no failpoints.
#[cfg(not(debug_assertions))]
#[inline]
pub const fn reach(_name: &str) {}
