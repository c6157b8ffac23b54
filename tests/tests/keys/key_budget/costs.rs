//! What a token bucket takes for a retry, and what a success brings back.

use std::{future::pending, io, time::Duration};

use retry_runtime::{RetryBudget, Verdict, retry};
use retry_tests::{Failure, Flaky, ServerError};

/// Fails as the script says, then succeeds.
#[retry(max_attempts = 9, initial_delay = "0s", budget = budget)]
async fn scripted(script: &mut Vec<ServerError>, budget: &RetryBudget) -> Result<(), ServerError> {
    script.pop().map_or(Ok(()), Err)
}

const THROTTLED: ServerError = ServerError::BusyFor(Duration::ZERO);

/// What is left of 500 tokens after a call that ends well.
async fn left_after(script: impl IntoIterator<Item = ServerError>) -> u64 {
    let budget = RetryBudget::token_bucket("api");
    let mut script: Vec<_> = script.into_iter().collect();
    script.reverse();
    assert_eq!(scripted(&mut script, &budget).await, Ok(()));
    budget.balance()
}

#[tokio::test]
async fn a_success_brings_back_what_the_last_retry_took() {
    assert_eq!(left_after([ServerError::Busy]).await, 500);
    assert_eq!(left_after([THROTTLED]).await, 500);
    assert_eq!(left_after([ServerError::Busy, ServerError::Busy]).await, 500 - 14);
    assert_eq!(left_after([THROTTLED, ServerError::Busy]).await, 500 - 5);
    assert_eq!(left_after([ServerError::Busy, THROTTLED, THROTTLED]).await, 500 - 14 - 5);
}

#[retry(initial_delay = "0s", budget = budget)]
fn flaky_call(flaky: &Flaky, budget: &RetryBudget) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn a_call_without_a_retry_brings_one_token_back() {
    let budget = RetryBudget::token_bucket("api");
    assert_eq!(flaky_call(&Flaky::failing(9), &budget), Err(Failure(3)));
    assert_eq!(flaky_call(&Flaky::failing(0), &budget), Ok(1));
    assert_eq!(budget.balance(), 500 - 28 + 1);
}

#[test]
fn a_bucket_does_not_overflow() {
    let budget = RetryBudget::token_bucket("api");
    assert_eq!(flaky_call(&Flaky::failing(0), &budget), Ok(1));
    assert_eq!(budget.balance(), 500);
}

#[retry(initial_delay = "0s", budget = budget)]
fn classified(script: &mut Vec<ServerError>, budget: &RetryBudget) -> Result<(), ServerError> {
    script.pop().map_or(Ok(()), Err)
}

#[test]
fn only_a_success_brings_tokens_back() {
    let budget = RetryBudget::token_bucket("api");
    let mut script = vec![ServerError::Gone, ServerError::Busy];
    assert_eq!(classified(&mut script, &budget), Err(ServerError::Gone));
    assert_eq!(budget.balance(), 500 - 14);
}

#[retry(initial_delay = "0s", budget = budget, filter_ok = |value| if *value < 9 {
    Verdict::THROTTLED
} else {
    Verdict::PERMANENT
})]
fn polled(values: &mut u32, budget: &RetryBudget) -> Result<u32, Failure> {
    *values += 1;
    Ok(*values)
}

#[test]
fn a_value_that_was_turned_down_costs_what_its_verdict_says_and_is_no_success() {
    let budget = RetryBudget::token_bucket("api");
    assert_eq!(polled(&mut 0, &budget), Ok(3));
    assert_eq!(budget.balance(), 500 - 2 * 5);
    assert_eq!(polled(&mut 7, &budget), Ok(9));
    assert_eq!(budget.balance(), 500 - 2 * 5);
}

#[retry(initial_delay = "0s", attempt_timeout = "5s", budget = budget)]
async fn stalled(attempts: &mut u32, until: u32, budget: &RetryBudget) -> io::Result<u32> {
    *attempts += 1;
    if *attempts < until { pending().await } else { Ok(*attempts) }
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_timed_out_costs_ten() {
    let budget = RetryBudget::token_bucket("api");
    assert!(stalled(&mut 0, 9, &budget).await.is_err());
    assert_eq!(budget.balance(), 500 - 2 * 10);
    assert_eq!(stalled(&mut 0, 2, &budget).await.ok(), Some(2));
    assert_eq!(budget.balance(), 500 - 2 * 10);
}

#[tokio::test(start_paused = true)]
async fn costs_may_be_set() {
    let budget = RetryBudget::token_bucket("api")
        .with_capacity(100)
        .with_transient_cost(31)
        .with_throttled_cost(17)
        .with_timeout_cost(1);
    let mut script = vec![THROTTLED, ServerError::Busy];
    assert_eq!(scripted(&mut script, &budget).await, Ok(()));
    assert_eq!(budget.balance(), 100 - 31);
    assert!(stalled(&mut 0, 9, &budget).await.is_err());
    assert_eq!(budget.balance(), 100 - 31 - 2);
}

#[retry(initial_delay = "0s", budget = budget, fallback = |_| Ok(0))]
fn with_fallback(flaky: &Flaky, budget: &RetryBudget) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn a_fallback_is_no_success() {
    let budget = RetryBudget::token_bucket("api");
    assert_eq!(with_fallback(&Flaky::failing(9), &budget), Ok(0));
    assert_eq!(budget.balance(), 500 - 2 * 14);
}
