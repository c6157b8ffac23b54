mod elsewhere;
mod figures;
mod model;
mod permits;
mod threads;
mod time;
mod transitions;

use std::{
    sync::OnceLock,
    time::{Duration, Instant},
};

use super::{CircuitBreaker, CircuitState, Permit};
use crate::Verdict;

const SECOND: Duration = Duration::from_secs(1);

/// Two failures of at least four calls open it, for thirty seconds.
const fn breaker() -> CircuitBreaker {
    CircuitBreaker::new("lake").with_minimum_calls(4)
}

/// So long after a moment that is the same for all tests, and late enough to go back from.
fn at(after: Duration) -> Instant {
    static START: OnceLock<Instant> = OnceLock::new();
    *START.get_or_init(|| Instant::now() + SECOND * 86_400) + after
}

fn just_before(after: Duration) -> Instant {
    at(after.saturating_sub(Duration::from_nanos(1)))
}

fn permit(breaker: &CircuitBreaker, now: Instant) -> Permit<'_> {
    breaker.admit(now).expect("a permit")
}

fn succeed(breaker: &CircuitBreaker, now: Instant) {
    permit(breaker, now).succeeded(now);
}

fn fail(breaker: &CircuitBreaker, now: Instant) {
    permit(breaker, now).failed(Verdict::TRANSIENT, now);
}

fn fail_until_open(breaker: &CircuitBreaker, now: Instant) {
    while breaker.state_at(now) == CircuitState::Closed {
        fail(breaker, now);
    }
}

fn refused_for(breaker: &CircuitBreaker, now: Instant) -> Duration {
    breaker.admit(now).expect_err("a refusal").retry_after()
}
