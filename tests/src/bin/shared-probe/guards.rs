//! Guards that are shared, and the functions behind them.

use std::time::Duration;

use retry_runtime::{CircuitBreaker, CircuitOpen, RetryBudget, RetryPolicy, retry};

/// Waits for no slot.
const ALONE: RetryPolicy = RetryPolicy::DEFAULT.with_coordination(false);

/// Opens by the first failure, for longer than any test lasts.
pub(crate) static LAKE: CircuitBreaker = CircuitBreaker::new("lake")
    .with_consecutive_failures(1)
    .with_open_time(Duration::from_secs(600))
    .shared();

/// Opens by the first failure, for a second.
pub(crate) static MAIL: CircuitBreaker = CircuitBreaker::new("mail")
    .with_consecutive_failures(1)
    .with_open_time(Duration::from_secs(1))
    .with_probes(1)
    .shared();

/// A hundred retries for all, in longer than any test lasts.
pub(crate) static RESERVE: RetryBudget = RetryBudget::new("reserve")
    .with_ratio(0.0)
    .with_reserve(1)
    .with_window(Duration::from_secs(100))
    .shared();

/// Twenty retries in a second.
pub(crate) static BRIEF: RetryBudget =
    RetryBudget::new("brief").with_ratio(0.0).with_reserve(20).with_window(Duration::from_secs(1)).shared();

/// A retry for every other call.
pub(crate) static RATIO: RetryBudget =
    RetryBudget::new("ratio").with_ratio(0.5).with_reserve(0).with_window(Duration::from_secs(100)).shared();

/// Ten retries, each of which ten successes bring back.
pub(crate) static BUCKET: RetryBudget = RetryBudget::token_bucket("bucket")
    .with_transient_cost(10)
    .with_throttled_cost(10)
    .with_capacity(100)
    .shared();

pub(crate) fn breaker(name: &str) -> Option<&'static CircuitBreaker> {
    [&LAKE, &MAIL].into_iter().find(|breaker| breaker.name() == name)
}

pub(crate) fn budget(name: &str) -> Option<&'static RetryBudget> {
    [&RESERVE, &BRIEF, &RATIO, &BUCKET].into_iter().find(|budget| budget.name() == name)
}

/// What a call comes to.
#[derive(Debug)]
pub(crate) enum Failure {
    Down,
    Refused(CircuitOpen),
}

impl From<CircuitOpen> for Failure {
    fn from(open: CircuitOpen) -> Self {
        Self::Refused(open)
    }
}

#[retry(policy = ALONE, max_attempts = 1, circuit_breaker = breaker, filter = |_| true)]
fn behind_one(breaker: &CircuitBreaker, is_up: bool) -> Result<(), Failure> {
    if is_up { Ok(()) } else { Err(Failure::Down) }
}

/// A call behind the breaker.
pub(crate) fn call(breaker: &CircuitBreaker, is_up: bool) -> Result<(), Failure> {
    behind_one(breaker, is_up)
}

/// A call that is tried twice if the budget has a retry left; how many attempts it made.
pub(crate) fn tried(budget: &RetryBudget, is_up: bool) -> u32 {
    let mut attempts = 0;
    let _ = charged(budget, is_up, &mut attempts);
    attempts
}

#[retry(policy = ALONE, max_attempts = 2, initial_delay = "0s", jitter = none, budget = budget, filter = |_| true)]
fn charged(budget: &RetryBudget, is_up: bool, attempts: &mut u32) -> Result<(), Failure> {
    *attempts += 1;
    if is_up { Ok(()) } else { Err(Failure::Down) }
}
