//! Making a budget: its figures, each checked at once.

use std::time::Duration;

use super::{Failure, Kind, RetryBudget, ratio::Ratio, sharing::Sharing, tokens::Tokens};
use crate::observe::LastShown;

/// Making a budget. Each method panics, in a `static` or `const` at compile time, on what its section says.
impl RetryBudget {
    /// A part of recent calls, with a reserve: 20 % of the calls of the last 10 s, plus 10 retries a second.
    ///
    /// `name` tells budgets apart. Write `static`, never `const`: each look at a `const` is a new budget, a full one.
    ///
    /// # Panics
    /// If the name is empty.
    #[track_caller]
    pub const fn new(name: &'static str) -> Self {
        Self::of(name, Kind::Ratio(Ratio::new()))
    }

    /// A bucket of 500 tokens, full to begin with. A retry takes 14 after a transient failure, 5 after a throttled one
    /// and 10 after a timeout. A success brings back what its last retry took; one without a retry, one token.
    ///
    /// `name` tells budgets apart. Write `static`, never `const`: each look at a `const` is a new budget, a full one.
    ///
    /// # Panics
    /// If the name is empty.
    #[track_caller]
    pub const fn token_bucket(name: &'static str) -> Self {
        Self::of(name, Kind::Tokens(Tokens::new()))
    }

    #[track_caller]
    const fn of(name: &'static str, kind: Kind) -> Self {
        assert!(!name.is_empty(), "a budget needs a name: it tells budgets apart");
        Self { name, kind, shown: LastShown::never(), sharing: Sharing::none() }
    }

    /// Sets how many retries a call brings, 0 to 1,000: 0.2 allows two for ten calls, 2.0 two for each. Rounded to
    /// the millionth. 0 leaves the reserve alone.
    ///
    /// ```compile_fail
    /// use retry_runtime::RetryBudget;
    /// static API: RetryBudget = RetryBudget::new("api").with_ratio(-0.2);
    /// ```
    ///
    /// # Panics
    /// If the ratio is below 0, above 1,000 or not a number; on a token bucket.
    #[track_caller]
    pub const fn with_ratio(mut self, ratio: f64) -> Self {
        self.kind = Kind::Ratio(self.kind.ratio().with_ratio(ratio));
        self
    }

    /// Sets how many retries a second there are beside the ratio, whatever the calls. Those of a whole window may be
    /// made at once. 0 leaves the ratio alone: then the first calls of a process have no retries.
    ///
    /// # Panics
    /// On a token bucket.
    #[track_caller]
    pub const fn with_reserve(mut self, per_second: u32) -> Self {
        self.kind = Kind::Ratio(self.kind.ratio().with_reserve(per_second));
        self
    }

    /// Sets for how long calls and retries count, 100 ms to 24 h, rounded up to 10 µs.
    ///
    /// # Panics
    /// If the window is shorter or longer; on a token bucket.
    #[track_caller]
    pub const fn with_window(mut self, window: Duration) -> Self {
        self.kind = Kind::Ratio(self.kind.ratio().with_window(window));
        self
    }

    /// Sets how many tokens the bucket holds, and starts with.
    ///
    /// ```compile_fail
    /// use retry_runtime::RetryBudget;
    /// static LAKE: RetryBudget = RetryBudget::token_bucket("lake").with_capacity(13);
    /// ```
    ///
    /// # Panics
    /// If a retry costs more: lower the costs first. If the budget is no token bucket.
    #[track_caller]
    pub const fn with_capacity(mut self, tokens: u32) -> Self {
        self.kind = Kind::Tokens(self.kind.tokens().with_capacity(tokens));
        self
    }

    /// Sets how many tokens a retry takes after a transient failure, 1 to the capacity.
    ///
    /// # Panics
    /// If it is 0 or above the capacity: raise that first. If the budget is no token bucket.
    #[track_caller]
    pub const fn with_transient_cost(self, tokens: u32) -> Self {
        self.with_cost(Failure::Transient, tokens)
    }

    /// Sets how many tokens a retry takes after a throttled failure, 1 to the capacity.
    ///
    /// # Panics
    /// If it is 0 or above the capacity: raise that first. If the budget is no token bucket.
    #[track_caller]
    pub const fn with_throttled_cost(self, tokens: u32) -> Self {
        self.with_cost(Failure::Throttled, tokens)
    }

    /// Sets how many tokens a retry takes after an attempt that timed out, 1 to the capacity.
    ///
    /// # Panics
    /// If it is 0 or above the capacity: raise that first. If the budget is no token bucket.
    #[track_caller]
    pub const fn with_timeout_cost(self, tokens: u32) -> Self {
        self.with_cost(Failure::TimedOut, tokens)
    }

    #[track_caller]
    const fn with_cost(mut self, of: Failure, tokens: u32) -> Self {
        self.kind = Kind::Tokens(self.kind.tokens().with_cost(of, tokens));
        self
    }
}

impl Kind {
    #[track_caller]
    const fn ratio(self) -> Ratio {
        match self {
            Self::Ratio(ratio) => ratio,
            Self::Tokens(_) => panic!(
                "a token bucket has no ratio, reserve or window: start from `RetryBudget::new`, \
                 or set the capacity and the costs"
            ),
        }
    }

    #[track_caller]
    const fn tokens(self) -> Tokens {
        match self {
            Self::Tokens(tokens) => tokens,
            Self::Ratio(_) => panic!(
                "this budget has no tokens: start from `RetryBudget::token_bucket`, \
                 or set the ratio, the reserve and the window"
            ),
        }
    }
}
