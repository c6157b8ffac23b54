//! A budget that is a part of the calls: the attribute counts them, on the clock of the function.

use std::time::Duration;

use retry_runtime::{CircuitBreaker, RetryBudget, RetryError, StopReason, retry};
use retry_tests::{Failure, Flaky};
use tokio::time::advance;

#[retry(max_attempts = 9, initial_delay = "0s", budget = budget)]
async fn asynchronous(flaky: &Flaky, budget: &RetryBudget) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[retry(max_attempts = 9, initial_delay = "0s", budget = budget)]
fn blocking(flaky: &Flaky, budget: &RetryBudget) -> Result<u32, Failure> {
    flaky.call()
}

/// A retry for two calls, and none beside.
fn half() -> RetryBudget {
    RetryBudget::new("half").with_ratio(0.5).with_reserve(0)
}

async fn attempts(budget: &RetryBudget) -> u32 {
    asynchronous(&Flaky::failing(9), budget).await.expect_err("flaky").0
}

#[tokio::test(start_paused = true)]
async fn a_call_counts_when_it_begins() {
    let budget = half();
    // The second call brings the first retry, for itself.
    assert_eq!([attempts(&budget).await, attempts(&budget).await], [1, 2]);
    assert_eq!([attempts(&budget).await, attempts(&budget).await], [1, 2]);
}

#[tokio::test(start_paused = true)]
async fn successes_count_as_calls() {
    let budget = half();
    for _ in 0..5 {
        assert_eq!(asynchronous(&Flaky::failing(0), &budget).await, Ok(1));
    }
    assert_eq!(attempts(&budget).await, 4, "six calls");
}

#[tokio::test(start_paused = true)]
async fn a_retry_is_no_call() {
    let budget = RetryBudget::new("one").with_ratio(1.0).with_reserve(0);
    assert_eq!(attempts(&budget).await, 2);
}

#[test]
fn blocking_calls_count_alike() {
    let budget = half().with_window(Duration::from_secs(3_600));
    let attempts = || blocking(&Flaky::failing(9), &budget).expect_err("flaky").0;
    assert_eq!([attempts(), attempts(), attempts(), attempts()], [1, 2, 1, 2]);
}

#[tokio::test(start_paused = true)]
async fn calls_of_long_ago_are_forgotten_by_tokios_clock() {
    let budget = half();
    assert_eq!(attempts(&budget).await, 1);
    advance(Duration::from_secs(11)).await;
    assert_eq!([attempts(&budget).await, attempts(&budget).await], [1, 2]);
}

#[tokio::test(start_paused = true)]
async fn the_reserve_comes_back_by_tokios_clock() {
    let budget = RetryBudget::new("two a second").with_ratio(0.0).with_reserve(2);
    let budget = budget.with_window(Duration::from_secs(2));
    assert_eq!([attempts(&budget).await, attempts(&budget).await], [5, 1]);
    advance(Duration::from_secs(3)).await;
    assert_eq!([attempts(&budget).await, attempts(&budget).await], [5, 1]);
}

#[retry(max_attempts = 9, initial_delay = "6s", jitter = none, budget = budget)]
async fn slow(flaky: &Flaky, budget: &RetryBudget) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tokio::test(start_paused = true)]
async fn a_long_call_is_one_call() {
    let budget = RetryBudget::new("one").with_ratio(1.0).with_reserve(0);
    assert_eq!(slow(&Flaky::failing(9), &budget).await, Err(Failure(2)));
}

#[retry(max_attempts = 9, initial_delay = "0s", budget = budget, circuit_breaker = breaker, wrap_error)]
async fn guarded(
    flaky: &Flaky,
    budget: &RetryBudget,
    breaker: &CircuitBreaker,
) -> Result<u32, RetryError<Failure>> {
    flaky.call_async().await
}

#[tokio::test(start_paused = true)]
async fn a_call_that_the_breaker_refuses_brings_no_retry() {
    let (budget, breaker) = (half(), CircuitBreaker::new("lake").with_consecutive_failures(1));
    for reason in [StopReason::Budget, StopReason::CircuitOpen, StopReason::CircuitOpen] {
        let error = guarded(&Flaky::failing(9), &budget, &breaker).await.expect_err("flaky");
        assert_eq!((error.attempts(), error.reason()), (1, reason));
    }
    assert_eq!(budget.balance(), 0, "of one call");
}
