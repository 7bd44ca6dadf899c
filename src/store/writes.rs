//! Whether the writer moves: how many transactions were begun and ended, to be looked at from
//! another thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counts the transactions of a store; clones count the same ones.
#[derive(Clone, Debug, Default)]
pub struct Writes {
    counts: Arc<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    begun: AtomicU64,
    ended: AtomicU64,
}

/// Ends the count of a transaction however it ends.
#[derive(Debug)]
pub(crate) struct Writing(Writes);

impl Drop for Writing {
    fn drop(&mut self) {
        self.0.counts.ended.fetch_add(1, Ordering::SeqCst);
    }
}

impl Writes {
    pub(crate) fn begin(&self) -> Writing {
        self.counts.begun.fetch_add(1, Ordering::SeqCst);
        Writing(self.clone())
    }

    /// Transactions that have ended.
    #[must_use]
    pub fn ended(&self) -> u64 {
        self.counts.ended.load(Ordering::SeqCst)
    }

    /// Whether one is in hand.
    #[must_use]
    pub fn is_in_hand(&self) -> bool {
        self.counts.begun.load(Ordering::SeqCst) != self.ended()
    }
}
