//! What hooks and the other keys make of a dry budget.

use std::cell::Cell;

use retry_runtime::{RetryBudget, RetryError, StopReason, retry};
use retry_tests::{Failure, Flaky, record};

use super::{dry, two_retries};

type Seen = Vec<(u32, Option<StopReason>, Option<u32>, bool)>;

#[retry(
    max_attempts = 9,
    initial_delay = "1s",
    sleep = record,
    budget = budget,
    on_retry = |event| seen.push((event.attempt, event.reason, event.error.map(|error| error.0), event.delay.is_some())),
    on_give_up = |event| seen.push((event.attempt, event.reason, event.error.map(|error| error.0), event.delay.is_some())),
    fallback = |error| Ok(error.0 * 100),
)]
fn observed(seen: &mut Seen, flaky: &Flaky, budget: &RetryBudget) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(
    max_attempts = 9,
    initial_delay = "1s",
    budget = budget,
    on_retry = |event| seen.push((event.attempt, event.reason, event.error.map(|error| error.0), event.delay.is_some())),
    on_give_up = |event| seen.push((event.attempt, event.reason, event.error.map(|error| error.0), event.delay.is_some())),
    fallback = |error| async move { Ok(error.0 * 100) },
)]
async fn observed_async(seen: &mut Seen, flaky: &Flaky, budget: &RetryBudget) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tokio::test(start_paused = true)]
async fn hooks_are_told_and_a_fallback_asked() {
    let expected =
        [(1, None, Some(1), true), (2, None, Some(2), true), (3, Some(StopReason::Budget), Some(3), false)];
    let mut seen = vec![];
    assert_eq!(observed(&mut seen, &Flaky::failing(9), &two_retries()), Ok(300));
    assert_eq!(seen, expected);
    let mut seen = vec![];
    assert_eq!(observed_async(&mut seen, &Flaky::failing(9), &two_retries()).await, Ok(300));
    assert_eq!(seen, expected);
}

#[retry(initial_delay = "0s", budget = budget, on_retry = |_| balances.push(budget.balance()))]
fn balances_seen(balances: &mut Vec<u64>, budget: &RetryBudget) -> Result<u32, Failure> {
    Err(Failure(0))
}

#[test]
fn a_retry_is_charged_before_anyone_hears_of_it() {
    let mut balances = vec![];
    assert_eq!(balances_seen(&mut balances, &RetryBudget::token_bucket("api")), Err(Failure(0)));
    assert_eq!(balances, [500 - 14, 500 - 2 * 14]);
}

#[retry(initial_delay = "0s", budget = budget, before_retry = |_| prepared.set(prepared.get() + 1))]
fn prepared(prepared: &Cell<u32>, flaky: &Flaky, budget: &RetryBudget) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(initial_delay = "0s", budget = budget, before_retry = async |_| {
    prepared.set(prepared.get() + 1);
})]
async fn prepared_async(prepared: &Cell<u32>, flaky: &Flaky, budget: &RetryBudget) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tokio::test]
async fn nothing_is_prepared_for_a_retry_that_does_not_follow() {
    let times = Cell::new(0);
    let budget = dry();
    assert_eq!(prepared(&times, &Flaky::failing(9), &budget), Err(Failure(1)));
    assert_eq!(prepared_async(&times, &Flaky::failing(9), &budget).await, Err(Failure(1)));
    assert_eq!(times.get(), 0);
    assert_eq!(prepared_async(&times, &Flaky::failing(9), &two_retries()).await, Err(Failure(3)));
    assert_eq!(times.get(), 2);
}

#[retry(initial_delay = "0s", filter_ok = |_| true, budget = budget)]
fn never_good(values: &mut u32, budget: &RetryBudget) -> Result<u32, Failure> {
    *values += 1;
    Ok(*values)
}

#[retry(initial_delay = "0s", filter_ok = |_| true, budget = budget)]
async fn never_good_async(values: &mut u32, budget: &RetryBudget) -> Result<u32, Failure> {
    *values += 1;
    Ok(*values)
}

#[tokio::test]
async fn a_value_that_was_turned_down_is_the_result() {
    let budget = dry();
    assert_eq!(never_good(&mut 0, &budget), Ok(1));
    assert_eq!(never_good_async(&mut 0, &budget).await, Ok(1));
}

#[retry(
    initial_delay = "0s",
    budget = budget,
    wrap_error,
    fallback = |error| async move { Err(error) },
    on_give_up = |event| assert_eq!(event.reason, Some(StopReason::Budget)),
)]
async fn wrapped(flaky: &Flaky, budget: &RetryBudget) -> Result<u32, RetryError<Failure>> {
    flaky.call_async().await
}

#[tokio::test]
async fn wrap_error_goes_with_it() {
    let error = wrapped(&Flaky::failing(9), &dry()).await.expect_err("dry");
    assert_eq!((error.attempts(), error.reason()), (1, StopReason::Budget));
    assert_eq!(StopReason::Budget.as_str(), "budget");
}

#[retry(initial_delay = "0s", budget = budget, context = cx)]
async fn with_context(budget: &RetryBudget) -> Result<u32, Failure> {
    Err(Failure(cx.attempt()))
}

#[tokio::test]
async fn the_context_counts_alike() {
    assert_eq!(with_context(&two_retries()).await, Err(Failure(3)));
    assert_eq!(with_context(&dry()).await, Err(Failure(1)));
}
