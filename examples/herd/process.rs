//! What the clients of one process share.

use retry_runtime::{AdaptiveRate, CircuitBreaker, RetryBudget};

/// The guards of one process, one of each kind. They count in their process alone: none knows of the others.
pub(crate) struct Process {
    /// No reserve: ten retries a second, as by default, would be three times the calls of such a process. A fifth of
    /// the calls remains, so that the server has never more to do than 1.2 · 75 % = 90 % of what it can.
    pub(crate) budget: RetryBudget,
    /// As it comes: opens when half of the calls of ten seconds failed, for 30 s.
    pub(crate) breaker: CircuitBreaker,
    /// As it comes.
    pub(crate) rate: AdaptiveRate,
}

impl Process {
    pub(crate) const fn new() -> Self {
        Self {
            budget: RetryBudget::new("server").with_reserve(0),
            breaker: CircuitBreaker::new("server"),
            rate: AdaptiveRate::new("server"),
        }
    }
}
