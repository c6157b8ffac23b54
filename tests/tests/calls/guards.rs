//! Calls without the attribute that share a budget or a circuit breaker.

use std::{cell::RefCell, sync::Arc, time::Duration};

use retry_runtime::{CircuitBreaker, CircuitOpen, CircuitState, RetryBudget, RetryPolicy, StopReason};
use retry_tests::{Failure, Flaky};

const POLICY: RetryPolicy = RetryPolicy::DEFAULT.with_max_attempts(5).with_initial_delay(Duration::ZERO);

/// What an attempt may fail with.
#[derive(Debug, PartialEq, thiserror::Error)]
enum Error {
    #[error("{0}")]
    Failed(#[from] Failure),
    #[error("{0}")]
    Open(#[from] CircuitOpen),
}

/// Room for two retries.
const fn budget() -> RetryBudget {
    RetryBudget::token_bucket("calls").with_capacity(30)
}

const fn breaker() -> CircuitBreaker {
    CircuitBreaker::new("calls").with_consecutive_failures(2)
}

#[test]
fn a_blocking_call_makes_no_retry_that_is_not_paid() {
    let (budget, flaky) = (budget(), Flaky::failing(9));
    let error = POLICY.call(|| flaky.call()).budget(&budget).run_wrapped().expect_err("dry");
    assert_eq!((error.attempts(), error.reason(), budget.balance()), (3, StopReason::Budget, 2));
}

#[tokio::test(start_paused = true)]
async fn an_async_call_makes_no_retry_that_is_not_paid() {
    let (budget, flaky) = (Arc::new(budget()), Flaky::failing(9));
    let call = POLICY.call_async(|| flaky.call_async()).budget(&budget);
    let error = call.run_wrapped().await.expect_err("dry");
    assert_eq!((error.attempts(), error.reason(), budget.balance()), (3, StopReason::Budget, 2));
}

#[test]
fn a_success_gives_back_what_its_last_retry_took() {
    let (budget, flaky) = (budget(), Flaky::failing(2));
    assert_eq!(POLICY.call(|| flaky.call()).budget(&budget).run(), Ok(3));
    assert_eq!(budget.balance(), 30 - 14);
}

#[test]
fn a_loop_makes_no_retry_that_is_not_paid() {
    let budget = budget();
    let mut attempts = POLICY.attempts("loop").budget(&budget);
    let last = loop {
        let made = attempts.next_blocking().attempt();
        if let Err(error) = attempts.failed(Failure(made)) {
            break error;
        }
    };
    assert_eq!((last, attempts.stop_reason()), (Failure(3), Some(StopReason::Budget)));
}

#[test]
fn a_loop_that_succeeds_tells_its_budget() {
    let budget = budget();
    let mut attempts = POLICY.attempts("loop").budget(&budget);
    attempts.next_blocking();
    attempts.failed(Failure(1)).expect("one more");
    attempts.next_blocking();
    attempts.succeeded();
    assert_eq!(budget.balance(), 30);
}

#[test]
fn a_blocking_call_asks_the_breaker_before_each_attempt() {
    let (breaker, flaky) = (breaker(), Flaky::failing(9));
    let hints = RefCell::new(Vec::new());
    let call = POLICY.with_max_retry_after(Duration::ZERO).call(|| Ok(flaky.call()?));
    let call = call.circuit_breaker(&breaker).on_give_up(|event| {
        hints.borrow_mut().extend(event.circuit_open);
    });
    let error = call.run_wrapped().expect_err("open");
    assert_eq!((flaky.attempts(), error.attempts(), error.reason()), (2, 3, StopReason::CircuitOpen));
    let open = hints.borrow()[0];
    assert_eq!((error.into_last_error(), open.breaker()), (Some(Error::Open(open)), "calls"));
}

#[tokio::test(start_paused = true)]
async fn an_async_call_waits_for_the_circuit() {
    let (breaker, flaky) = (Arc::new(breaker()), Flaky::failing(2));
    let start = tokio::time::Instant::now();
    let call = POLICY.call_async(async || Ok::<_, Error>(flaky.call_async().await?));
    assert_eq!(call.circuit_breaker(Arc::clone(&breaker)).run().await, Ok(3));
    assert!(start.elapsed() >= Duration::from_secs(30));
    assert_eq!(breaker.state(), CircuitState::HalfOpen);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_returns_its_probe() {
    let breaker = breaker().with_probes(1).with_open_time(Duration::from_secs(1));
    let flaky = Flaky::failing(2);
    let once = RetryPolicy::DEFAULT.with_max_attempts(1);
    for _ in 0..2 {
        let _ = once
            .call_async(async || Ok::<_, Error>(flaky.call_async().await?))
            .circuit_breaker(&breaker)
            .run()
            .await;
    }
    tokio::time::advance(Duration::from_secs(1)).await;
    let probe = once.call_async(std::future::pending::<Result<u32, Error>>).circuit_breaker(&breaker).run();
    let dropped = tokio::time::timeout(Duration::from_secs(1), probe).await;
    assert!(dropped.is_err());
    let next = once.call_async(async || Ok::<_, Error>(flaky.call_async().await?)).circuit_breaker(&breaker);
    assert_eq!(next.run().await, Ok(3));
    assert_eq!(breaker.state(), CircuitState::Closed);
}
