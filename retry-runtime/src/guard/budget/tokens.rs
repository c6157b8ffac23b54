//! The budget that is a bucket of tokens: retries take them, successes bring them back.

use std::sync::atomic::Ordering::Relaxed;

use super::Failure;
#[cfg(feature = "coordinate-redis")]
use crate::coordinate::shared::Figures;
use crate::guard::atomic::AtomicU32;

/// A bucket. It guards no other memory, so its own order is all that counts.
#[derive(Debug)]
pub(super) struct Tokens {
    capacity: u32,
    transient: u32,
    throttled: u32,
    timed_out: u32,
    /// What is missing from a full bucket: a bucket of any capacity starts at zero, and a success that finds it full
    /// writes nothing.
    spent: AtomicU32,
}

impl Tokens {
    pub(super) const fn new() -> Self {
        Self { capacity: 500, transient: 14, throttled: 5, timed_out: 10, spent: AtomicU32::new(0) }
    }

    #[track_caller]
    pub(super) const fn with_capacity(mut self, capacity: u32) -> Self {
        self.capacity = capacity;
        assert!(
            capacity >= self.transient && capacity >= self.throttled && capacity >= self.timed_out,
            "a token bucket must hold what each kind of retry costs (14, 5 and 10 tokens unless set): \
             raise the capacity, or lower the costs first"
        );
        self
    }

    #[track_caller]
    pub(super) const fn with_cost(mut self, of: Failure, cost: u32) -> Self {
        assert!(
            cost >= 1 && cost <= self.capacity,
            "a retry costs at least one token and at most what the bucket holds (500 unless set): \
             raise the capacity first"
        );
        match of {
            Failure::Transient => self.transient = cost,
            Failure::Throttled => self.throttled = cost,
            Failure::TimedOut => self.timed_out = cost,
        }
        self
    }

    pub(super) const fn cost(&self, of: Failure) -> u32 {
        match of {
            Failure::Transient => self.transient,
            Failure::Throttled => self.throttled,
            Failure::TimedOut => self.timed_out,
        }
    }

    /// Takes what a retry costs, if it is there.
    pub(super) fn withdraw(&self, after: Failure) -> bool {
        let cost = self.cost(after);
        let take = |spent| (self.capacity - spent >= cost).then(|| spent + cost);
        self.spent.fetch_update(Relaxed, Relaxed, take).is_ok()
    }

    /// Brings back what the last retry took, or one token for a call that took none; `false` if none was missing.
    #[inline]
    pub(super) fn succeeded(&self, last_retry: impl FnOnce() -> Option<Failure>) -> bool {
        let is_spent = self.spent.load(Relaxed) > 0;
        if is_spent {
            self.bring_back(self.worth(last_retry()));
        }
        is_spent
    }

    /// How many tokens a success brings back.
    pub(super) fn worth(&self, last_retry: Option<Failure>) -> u32 {
        last_retry.map_or(1, |after| self.cost(after))
    }

    fn bring_back(&self, tokens: u32) {
        let back = |spent: u32| (spent > 0).then(|| spent.saturating_sub(tokens));
        // An error says that the bucket is full.
        let _ = self.spent.fetch_update(Relaxed, Relaxed, back);
    }

    /// What processes that share it count by.
    #[cfg(feature = "coordinate-redis")]
    pub(super) fn figures(&self) -> Figures {
        Figures::Tokens {
            capacity: self.capacity,
            unit: self.transient.max(self.throttled).max(self.timed_out),
        }
    }

    /// Tokens left.
    pub(super) fn balance(&self) -> u32 {
        self.capacity - self.spent.load(Relaxed)
    }
}
