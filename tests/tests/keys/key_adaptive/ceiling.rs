//! The ceiling on attempts, which falls while few succeed.

use std::time::Duration;

use retry_runtime::{AdaptiveRate, RetryError, StopReason, retry};
use retry_tests::{Failure, Flaky, ServerError, record};
use tokio::time::advance;

use super::{SECOND, once};

/// So many attempts were answered and so many failed, just now.
async fn seen(answered: u32, failed: u32) -> AdaptiveRate {
    let rate = AdaptiveRate::new("api");
    for attempt in 0..answered + failed {
        let outcome = if attempt < answered { Ok(1) } else { Err(ServerError::Busy) };
        assert_eq!(once(&rate, outcome).await, outcome);
    }
    rate
}

#[retry(max_attempts = 5, initial_delay = "0s", adaptive = rate, wrap_error)]
async fn asynchronous(rate: &AdaptiveRate, flaky: &Flaky) -> Result<u32, RetryError<Failure>> {
    flaky.call_async().await
}

#[retry(max_attempts = 5, initial_delay = "0s", adaptive = rate, wrap_error)]
fn blocking(rate: &AdaptiveRate, flaky: &Flaky) -> Result<u32, RetryError<Failure>> {
    flaky.call()
}

#[tokio::test(start_paused = true)]
async fn a_call_has_fewer_attempts_while_few_succeed() {
    // The table of the docs, in the middle of each part.
    for (answered, failed, attempts) in
        [(1000, 0, 5), (600, 400, 5), (430, 570, 4), (310, 690, 3), (180, 820, 2)]
    {
        let rate = seen(answered, failed).await;
        let error = asynchronous(&rate, &Flaky::failing(9)).await.expect_err("flaky");
        let expected = if attempts == 5 { StopReason::AttemptsExhausted } else { StopReason::AttemptCeiling };
        assert_eq!((error.attempts(), error.reason()), (attempts, expected), "{answered} of 1000");
        assert_eq!(error.into_last_error(), Some(Failure(attempts)));
    }
}

#[tokio::test(start_paused = true)]
async fn while_next_to_none_succeed_it_has_one() {
    let rate = seen(60, 940).await;
    let error = asynchronous(&rate, &Flaky::failing(9)).await.expect_err("flaky");
    assert_eq!((error.attempts(), error.reason()), (1, StopReason::AttemptCeiling));
    assert_eq!(error.to_string(), "gave up after 1 attempt (attempt ceiling): attempt 1 failed");
    assert_eq!(asynchronous(&rate, &Flaky::failing(0)).await, Ok(1), "which is always made");
    assert_eq!(asynchronous(&rate, &Flaky::failing(1)).await.map_err(|error| error.attempts()), Err(1));
}

#[test]
fn it_holds_for_blocking_calls() {
    let rate = AdaptiveRate::new("api");
    let outcomes = [5, 5, 5].map(|_| blocking(&rate, &Flaky::failing(9)).map_err(|error| error.attempts()));
    // Ten failures are free; then four retries are 4 · 11 / 12 and less.
    assert_eq!(outcomes[..2], [Err(5), Err(5)]);
    let error = blocking(&rate, &Flaky::failing(9)).expect_err("flaky");
    assert!(error.attempts() < 5 && error.reason() == StopReason::AttemptCeiling, "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_call_alone_does_not_cut_itself_short() {
    let error = asynchronous(&AdaptiveRate::new("api"), &Flaky::failing(9)).await.expect_err("flaky");
    assert_eq!((error.attempts(), error.reason()), (5, StopReason::AttemptsExhausted));
}

#[tokio::test(start_paused = true)]
async fn ten_seconds_later_all_is_as_before() {
    let rate = seen(0, 1_000).await;
    assert_eq!(asynchronous(&rate, &Flaky::failing(9)).await.map_err(|error| error.attempts()), Err(1));
    advance(SECOND * 11).await;
    assert_eq!(asynchronous(&rate, &Flaky::failing(9)).await.map_err(|error| error.attempts()), Err(5));
}

#[retry(
    max_attempts = unlimited,
    max_elapsed = "9s",
    backoff = constant,
    initial_delay = "1s",
    jitter = none,
    adaptive = rate,
    wrap_error,
)]
async fn unlimited(rate: &AdaptiveRate, flaky: &Flaky) -> Result<u32, RetryError<Failure>> {
    flaky.call_async().await
}

#[tokio::test(start_paused = true)]
async fn a_call_without_a_limit_on_attempts_stays_without_one() {
    let rate = seen(0, 1_000).await;
    let error = unlimited(&rate, &Flaky::failing(99)).await.expect_err("flaky");
    assert_eq!((error.attempts(), error.reason()), (10, StopReason::Elapsed));
}

type Seen = Vec<(u32, Option<u32>, Option<StopReason>)>;

#[retry(
    max_attempts = 5,
    sleep = record,
    adaptive = rate,
    on_retry = |_| unreachable!("none follows"),
    on_give_up = |event| seen.push((event.attempt, event.max_attempts, event.reason)),
    fallback = |error| Ok(error.0 + 6),
)]
fn observed(rate: &AdaptiveRate, seen: &mut Seen) -> Result<u32, Failure> {
    Err(Failure(1))
}

#[tokio::test]
async fn hooks_are_told_and_a_fallback_asked() {
    let rate = seen(0, 1_000).await;
    let mut seen = vec![];
    assert_eq!(observed(&rate, &mut seen), Ok(7));
    // What the policy allows is said as ever.
    assert_eq!(seen, [(1, Some(5), Some(StopReason::AttemptCeiling))]);
    assert!(retry_tests::recorded_waits().is_empty());
}

#[retry(max_attempts = 5, initial_delay = "0s", filter_ok = |_| true, adaptive = rate)]
async fn polled(rate: &AdaptiveRate, values: &mut u32) -> Result<u32, Failure> {
    *values += 1;
    Ok(*values)
}

#[tokio::test(start_paused = true)]
async fn a_value_that_was_turned_down_is_the_result() {
    assert_eq!(polled(&seen(0, 1_000).await, &mut 0).await, Ok(1));
}

#[tokio::test(start_paused = true)]
async fn the_share_is_what_the_last_ten_seconds_saw() {
    let rate = seen(300, 100).await;
    assert!((rate.success_rate() - 0.75).abs() < 1e-9);
    advance(Duration::from_secs(11)).await;
    assert_eq!(once(&rate, Err(ServerError::Busy)).await, Err(ServerError::Busy));
    assert!(rate.success_rate().abs() < 1e-9);
}
