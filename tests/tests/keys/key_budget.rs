//! `budget`: how many retries all calls that share it may make together.

mod costs;
mod ratio;
mod shapes;
mod told;

use std::time::Duration;

use retry_runtime::{RetryBudget, RetryError, StopReason, Verdict, retry};
use retry_tests::{Failure, Flaky, ServerError, millis, record, recorded_waits};
use tokio::time::Instant;

/// Two transient failures of 14 tokens each drain it.
fn two_retries() -> RetryBudget {
    RetryBudget::token_bucket("two").with_capacity(28)
}

/// Not enough is left for a transient failure.
fn dry() -> RetryBudget {
    let budget = RetryBudget::token_bucket("dry").with_capacity(14);
    assert_eq!(plain(&Flaky::failing(9), &budget), Err(Failure(2)));
    assert_eq!((budget.balance(), recorded_waits().len()), (0, 1));
    budget
}

#[retry(max_attempts = 9, jitter = none, sleep = record, budget = budget, wrap_error)]
fn blocking(flaky: &Flaky, budget: &RetryBudget) -> Result<u32, RetryError<Failure>> {
    flaky.call()
}

#[retry(max_attempts = 9, jitter = none, budget = budget, wrap_error)]
async fn asynchronous(flaky: &Flaky, budget: &RetryBudget) -> Result<u32, RetryError<Failure>> {
    flaky.call_async().await
}

#[tokio::test(start_paused = true)]
async fn a_dry_budget_ends_the_call_with_its_last_error() {
    let start = Instant::now();
    for error in [
        blocking(&Flaky::failing(9), &two_retries()).expect_err("dry"),
        asynchronous(&Flaky::failing(9), &two_retries()).await.expect_err("dry"),
    ] {
        assert_eq!((error.attempts(), error.reason()), (3, StopReason::Budget));
        assert_eq!(error.to_string(), "gave up after 3 attempts (budget): attempt 3 failed");
        assert_eq!(error.into_last_error(), Some(Failure(3)));
    }
    assert_eq!(recorded_waits(), millis([100, 200]), "no wait for what will not follow");
    assert_eq!(start.elapsed(), Duration::from_millis(300));
}

#[retry(max_attempts = 9, sleep = record, budget = budget)]
fn plain(flaky: &Flaky, budget: &RetryBudget) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(max_attempts = 9, budget = budget)]
async fn plain_async(flaky: &Flaky, budget: &RetryBudget) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tokio::test(start_paused = true)]
async fn the_error_is_the_callers_own() {
    assert_eq!(plain(&Flaky::failing(9), &two_retries()), Err(Failure(3)));
    assert_eq!(plain_async(&Flaky::failing(9), &two_retries()).await, Err(Failure(3)));
}

#[tokio::test(start_paused = true)]
async fn a_first_attempt_is_never_refused() {
    let budget = dry();
    assert_eq!(plain(&Flaky::failing(0), &budget), Ok(1));
    assert_eq!(plain_async(&Flaky::failing(0), &budget).await, Ok(1));
    for _ in 0..3 {
        let (one, two) = (Flaky::failing(9), Flaky::failing(9));
        assert_eq!(plain(&one, &budget), Err(Failure(1)));
        assert_eq!(plain_async(&two, &budget).await, Err(Failure(1)));
        assert_eq!((one.attempts(), two.attempts()), (1, 1));
    }
}

#[retry(max_attempts = 9, initial_delay = "0s", budget = budget)]
fn at_once(flaky: &Flaky, budget: &RetryBudget) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(max_attempts = 9, initial_delay = "0s", budget = budget)]
async fn at_once_async(flaky: &Flaky, budget: &RetryBudget) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tokio::test]
async fn retries_without_a_delay_are_charged_too() {
    assert_eq!(at_once(&Flaky::failing(9), &two_retries()), Err(Failure(3)));
    assert_eq!(at_once_async(&Flaky::failing(9), &two_retries()).await, Err(Failure(3)));
}

#[test]
fn nobody_is_charged_before_something_failed() {
    let budget = two_retries();
    assert!((0..9).all(|_| plain(&Flaky::failing(0), &budget) == Ok(1)));
    assert_eq!(budget.balance(), 28);
}

#[retry(max_attempts = 1, budget = budget)]
fn once(flaky: &Flaky, budget: &RetryBudget) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(initial_delay = "0s", budget = budget)]
fn classified(error: ServerError, budget: &RetryBudget) -> Result<u32, ServerError> {
    Err(error)
}

#[retry(initial_delay = "0s", filter = |_| false, budget = budget)]
async fn turned_down(flaky: &Flaky, budget: &RetryBudget) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tokio::test]
async fn a_call_that_is_not_retried_is_charged_with_nothing() {
    let budget = two_retries();
    assert_eq!(once(&Flaky::failing(9), &budget), Err(Failure(1)));
    assert_eq!(classified(ServerError::Gone, &budget), Err(ServerError::Gone));
    assert_eq!(turned_down(&Flaky::failing(9), &budget).await, Err(Failure(1)));
    assert_eq!(budget.balance(), 28);
}

#[test]
fn the_last_attempt_is_charged_with_nothing() {
    let budget = RetryBudget::token_bucket("api");
    assert_eq!(classified(ServerError::Busy, &budget), Err(ServerError::Busy));
    assert_eq!(budget.balance(), 500 - 2 * 14);
}

#[retry(initial_delay = "0s", filter = |_| Verdict::THROTTLED, budget = budget)]
fn throttled(flaky: &Flaky, budget: &RetryBudget) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn the_verdict_of_the_filter_counts() {
    let budget = RetryBudget::token_bucket("api");
    assert_eq!(throttled(&Flaky::failing(9), &budget), Err(Failure(3)));
    assert_eq!(budget.balance(), 500 - 2 * 5);
}

#[retry(max_attempts = unlimited, max_elapsed = "1h", initial_delay = "0s", budget = budget, wrap_error)]
fn unlimited(flaky: &Flaky, budget: &RetryBudget) -> Result<u32, RetryError<Failure>> {
    flaky.call()
}

#[test]
fn it_limits_unlimited_attempts() {
    let budget = RetryBudget::token_bucket("api");
    let error = unlimited(&Flaky::failing(99), &budget).expect_err("dry");
    // 35 retries of 14 tokens.
    assert_eq!((error.attempts(), error.reason(), budget.balance()), (36, StopReason::Budget, 10));
}

#[retry(budget = budget)]
async fn in_a_wait(flaky: &Flaky, budget: &RetryBudget) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_in_a_wait_has_paid_for_its_retry() {
    let (flaky, budget) = (Flaky::failing(9), RetryBudget::token_bucket("api"));
    let call = in_a_wait(&flaky, &budget);
    assert!(tokio::time::timeout(Duration::from_millis(50), call).await.is_err());
    assert_eq!((flaky.attempts(), budget.balance()), (1, 500 - 14));
}
