//! Successes of a closed circuit, counted without its lock.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};

/// Counts while a success can change nothing but a number: until the bucket of the window that is being filled is
/// full, and only for the generation that it is open for. The circuit takes them before it looks at anything.
#[derive(Debug)]
pub(super) struct Tally {
    /// In the clock's nanoseconds.
    until: AtomicI64,
    /// The generation, zero while it is closed, above the number of successes. In one word, so that a success of
    /// another generation is never counted.
    word: AtomicU64,
}

/// Of the number: more than a bucket, which spans 2.4 hours at most, ever gets.
const BITS: u32 = 40;

impl Tally {
    /// Generations count from one to this, and then from one again.
    pub(super) const GENERATIONS: u64 = (1 << (u64::BITS - BITS)) - 1;

    pub(super) const fn new() -> Self {
        Self { until: AtomicI64::new(i64::MIN), word: AtomicU64::new(0) }
    }

    /// Counts a success at `now`, if it is open for that.
    #[inline]
    pub(super) fn count(&self, generation: u64, now: i64) -> bool {
        if now >= self.until.load(Relaxed) {
            return false;
        }
        let word = self.word.load(Relaxed);
        word >> BITS == generation
            && match self.word.compare_exchange(word, word + 1, Relaxed, Relaxed) {
                Ok(_) => true,
                Err(newer) => self.count_beside_others(generation, newer),
            }
    }

    #[cold]
    #[inline(never)]
    fn count_beside_others(&self, generation: u64, mut word: u64) -> bool {
        while word >> BITS == generation {
            match self.word.compare_exchange_weak(word, word + 1, Relaxed, Relaxed) {
                Ok(_) => return true,
                Err(newer) => word = newer,
            }
        }
        false
    }

    /// Takes what was counted, and closes.
    pub(super) fn take(&self) -> u64 {
        self.word.swap(0, Relaxed) & ((1 << BITS) - 1)
    }

    /// Opens it for a generation. Under the lock, as is [`take`](Self::take).
    pub(super) fn open(&self, generation: u64, until: i64) {
        self.until.store(until, Relaxed);
        self.word.store(generation << BITS, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_counts_in_its_time_and_for_its_generation() {
        let tally = Tally::new();
        assert!(!tally.count(1, 0), "closed");
        tally.open(7, 100);
        assert!(tally.count(7, 99) && tally.count(7, -1));
        assert!(!tally.count(7, 100) && !tally.count(6, 99));
        assert_eq!((tally.take(), tally.take()), (2, 0));
        assert!(!tally.count(7, 99), "closed again");
    }

    #[test]
    fn the_last_generation_is_as_good_as_any() {
        let tally = Tally::new();
        tally.open(Tally::GENERATIONS, i64::MAX);
        assert!(tally.count(Tally::GENERATIONS, 0));
        assert_eq!(tally.take(), 1);
    }
}
