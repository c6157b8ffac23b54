//! What attempts do, one after the other, and guards in a known state.

use std::{
    cell::{Cell, RefCell},
    future::pending,
    time::Duration,
};

use retry_runtime::{AdaptiveRate, CircuitBreaker, CircuitState, RetryBudget, RetryError, StopReason, retry};
use retry_tests::ServerError;
use tokio::time::{advance, sleep};

pub(crate) const SECOND: Duration = Duration::from_secs(1);
pub(crate) const MILLI: Duration = Duration::from_millis(1);

/// The server asks for less, and does not say for how long.
pub(crate) const THROTTLED: ServerError = ServerError::BusyFor(Duration::ZERO);

/// What an attempt does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    /// Nothing, for ever.
    Stall,
    /// Ends after so long.
    End(Duration, Result<(), ServerError>),
}

impl Step {
    pub(crate) const fn fail(error: ServerError) -> Self {
        Self::End(Duration::ZERO, Err(error))
    }
}

/// What attempts do, one after the other; then they succeed.
#[derive(Debug, Default)]
pub(crate) struct Script {
    steps: RefCell<Vec<Step>>,
    made: Cell<u32>,
}

impl Script {
    pub(crate) fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        let mut steps: Vec<_> = steps.into_iter().collect();
        steps.reverse();
        Self { steps: RefCell::new(steps), made: Cell::new(0) }
    }

    /// Fails with this error for as often as anyone asks.
    pub(crate) fn failing(error: ServerError) -> Self {
        Self::new([Step::fail(error); 99])
    }

    pub(crate) fn made(&self) -> u32 {
        self.made.get()
    }

    /// An attempt: gives its number.
    pub(crate) async fn attempt(&self) -> Result<u32, ServerError> {
        self.made.set(self.made() + 1);
        let (made, step) = (self.made(), self.steps.borrow_mut().pop());
        match step {
            None => Ok(made),
            Some(Step::Stall) => pending().await,
            Some(Step::End(Duration::ZERO, outcome)) => outcome.map(|()| made),
            Some(Step::End(takes, outcome)) => {
                sleep(takes).await;
                outcome.map(|()| made)
            }
        }
    }
}

pub(crate) type Outcome = Result<u32, RetryError<ServerError>>;

/// Attempts and the reason of a call that was given up.
#[track_caller]
pub(crate) fn given_up(outcome: Outcome) -> (u32, StopReason) {
    let error = outcome.expect_err("a call that is given up");
    (error.attempts(), error.reason())
}

#[retry(max_attempts = 1, circuit_breaker = breaker, wrap_error)]
pub(crate) async fn guarded_by(breaker: &CircuitBreaker, script: &Script) -> Outcome {
    script.attempt().await
}

#[retry(max_attempts = 1, adaptive = rate, wrap_error)]
pub(crate) async fn at_rate(rate: &AdaptiveRate, script: &Script) -> Outcome {
    script.attempt().await
}

#[retry(max_attempts = 2, initial_delay = "0s", budget = budget, wrap_error)]
async fn charged_to(budget: &RetryBudget, script: &Script) -> Outcome {
    script.attempt().await
}

/// Not enough is left for any retry.
pub(crate) async fn dry() -> RetryBudget {
    let budget = RetryBudget::token_bucket("dry").with_capacity(14);
    assert!(charged_to(&budget, &Script::failing(ServerError::Busy)).await.is_err());
    assert_eq!(budget.balance(), 0);
    budget
}

/// Opens with the first failure, for 30 s; one probe closes it.
pub(crate) const fn brittle() -> CircuitBreaker {
    CircuitBreaker::new("lake").with_consecutive_failures(1).with_probes(1)
}

/// Open for the next 30 s.
pub(crate) async fn open() -> CircuitBreaker {
    let breaker = brittle();
    assert!(guarded_by(&breaker, &Script::failing(ServerError::Busy)).await.is_err());
    assert_eq!(breaker.state(), CircuitState::Open);
    breaker
}

/// Lets one probe through.
pub(crate) async fn half_open() -> CircuitBreaker {
    let breaker = open().await;
    advance(SECOND * 30).await;
    breaker
}

/// Whether the next attempt would be made.
pub(crate) async fn admits(breaker: &CircuitBreaker) -> bool {
    guarded_by(breaker, &Script::default()).await.is_ok()
}

/// Its server just throttled: an attempt a second from now on, until it is answered.
pub(crate) async fn throttled() -> AdaptiveRate {
    let rate = AdaptiveRate::new("api").with_min_rate(1.0);
    assert!(at_rate(&rate, &Script::failing(THROTTLED)).await.is_err());
    assert_eq!(rate.rate(), Some(1.0));
    rate
}

/// Nothing succeeds: a call has one attempt.
pub(crate) async fn in_an_outage() -> AdaptiveRate {
    let rate = AdaptiveRate::new("api").with_min_rate(1.0);
    for _ in 0..1_000 {
        assert!(at_rate(&rate, &Script::failing(ServerError::Busy)).await.is_err());
    }
    rate
}

/// How long an attempt would wait for its turn that asks now.
pub(crate) async fn next_turn(rate: &AdaptiveRate) -> Duration {
    let start = tokio::time::Instant::now();
    assert!(at_rate(rate, &Script::default()).await.is_ok());
    start.elapsed()
}
