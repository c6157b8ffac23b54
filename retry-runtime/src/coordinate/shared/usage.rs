//! Whether calls use a guard: nobody asks about one that is not in use.

use std::sync::atomic::{
    AtomicU8,
    Ordering::{AcqRel, Acquire, Relaxed, Release},
};

/// Nobody used it for a while: it is not looked after.
const RESTS: u8 = 0;
/// Not used since it was last looked after.
const FRESH: u8 = 1;
/// Used since.
const USED: u8 = 2;

/// One word, so that a guard that is about to rest and a call that wakes it cannot miss each other.
#[derive(Debug)]
pub(super) struct Usage(AtomicU8);

impl Usage {
    pub(super) const fn new() -> Self {
        Self(AtomicU8::new(RESTS))
    }

    /// Whether a call must [note](Self::note) that it uses the guard: all that a call pays but for a few a second.
    #[inline]
    pub(super) fn is_due(&self) -> bool {
        self.0.load(Relaxed) != USED
    }

    /// Notes a use; whether the guard rested before.
    pub(super) fn note(&self) -> bool {
        self.0.swap(USED, AcqRel) == RESTS
    }

    /// Whether it was used since it was last looked after.
    pub(super) fn is_used(&self) -> bool {
        self.0.load(Acquire) == USED
    }

    /// It is looked after now.
    pub(super) fn freshen(&self) {
        self.0.store(FRESH, Release);
    }

    /// It need not be looked after any more; `false` if it was used in the last moment.
    pub(super) fn rest(&self) -> bool {
        match self.0.compare_exchange(FRESH, RESTS, AcqRel, Acquire) {
            Ok(_) => true,
            Err(other) => other == RESTS,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_use_after_a_rest_wakes() {
        let usage = Usage::new();
        assert!(usage.is_due() && usage.note());
        assert!(usage.is_used() && !usage.is_due());
        usage.freshen();
        assert!(usage.is_due() && !usage.note(), "used, but it did not rest");
    }

    #[test]
    fn what_is_used_does_not_rest() {
        let usage = Usage::new();
        assert!(usage.rest(), "it does already");
        usage.note();
        assert!(!usage.rest());
        usage.freshen();
        assert!(usage.rest() && usage.note());
    }
}
