//! Leave to make one call.

use std::{mem::ManuallyDrop, time::Instant};

use super::CircuitBreaker;
use crate::Verdict;

/// Leave to make one call. Whoever has it says how the call ended; one that is dropped instead, by a cancelled
/// future or a panic, is returned as if it had never been taken.
#[derive(Debug)]
#[must_use = "a permit that is dropped records nothing"]
pub struct Permit<'a> {
    breaker: &'a CircuitBreaker,
    generation: u64,
    /// In the clock's nanoseconds: from then on the call is a slow one.
    slow_from: i64,
}

impl<'a> Permit<'a> {
    #[inline]
    pub(super) const fn new(breaker: &'a CircuitBreaker, generation: u64, slow_from: i64) -> Self {
        Self { breaker, generation, slow_from }
    }

    /// The call succeeded.
    #[expect(clippy::inline_always, reason = "inlined, a permit stays in registers")]
    #[inline(always)]
    pub fn succeeded(self, now: Instant) {
        let this = ManuallyDrop::new(self);
        this.breaker.succeeded(this.generation, this.slow_from, now);
    }

    /// The call failed. If for good, the service did answer: a success, as far as its health goes.
    pub fn failed(self, verdict: Verdict, now: Instant) {
        let this = ManuallyDrop::new(self);
        if verdict.is_permanent() {
            this.breaker.succeeded(this.generation, this.slow_from, now);
        } else {
            this.breaker.failed(this.generation, this.slow_from, now);
        }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.breaker.give_back(self.generation);
    }
}
