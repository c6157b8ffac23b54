//! What an attempt tells the rate about its server.

use std::future::pending;

use retry_runtime::{AdaptiveRate, Verdict, retry};
use retry_tests::{Failure, ServerError};
use tokio::time::{sleep, timeout};

use super::{SECOND, THROTTLED, once};
use crate::{error::Error, key_circuit_breaker::open};

/// The share of answers after an attempt, and whether the server is held to throttle.
async fn after<T>(attempt: impl AsyncFnOnce(&AdaptiveRate) -> T) -> (f64, bool) {
    let rate = AdaptiveRate::new("api");
    attempt(&rate).await;
    (rate.success_rate(), rate.rate().is_some())
}

const ANSWERED: (f64, bool) = (1.0, false);
const FAILED: (f64, bool) = (0.0, false);
const HELD: (f64, bool) = (0.0, true);

#[tokio::test(start_paused = true)]
async fn errors_count_by_their_verdict() {
    for (outcome, expected) in [
        (Ok(1), ANSWERED),
        (Err(ServerError::Gone), ANSWERED),
        (Err(ServerError::Busy), FAILED),
        (Err(THROTTLED), HELD),
    ] {
        assert_eq!(after(async |rate| once(rate, outcome).await).await, expected, "{outcome:?}");
    }
}

#[retry(max_attempts = 1, adaptive = rate)]
fn blocking(rate: &AdaptiveRate, outcome: Result<u32, ServerError>) -> Result<u32, ServerError> {
    outcome
}

#[test]
fn blocking_attempts_count_alike() {
    for (outcome, expected) in [
        (Ok(1), ANSWERED),
        (Err(ServerError::Gone), ANSWERED),
        (Err(ServerError::Busy), FAILED),
        (Err(THROTTLED), HELD),
    ] {
        let counted = futures_executor::block_on(after(async |rate| blocking(rate, outcome)));
        assert_eq!(counted, expected, "{outcome:?}");
    }
}

#[retry(max_attempts = 1, filter = |error| match error.0 {
    1 => Verdict::TRANSIENT,
    2 => Verdict::PERMANENT,
    _ => Verdict::THROTTLED,
}, adaptive = rate)]
async fn judged(rate: &AdaptiveRate, error: u32) -> Result<u32, Failure> {
    Err(Failure(error))
}

#[retry(max_attempts = 1, filter_ok = |value| match value {
    1 => Verdict::TRANSIENT,
    2 => Verdict::PERMANENT,
    _ => Verdict::THROTTLED,
}, adaptive = rate)]
async fn judged_value(rate: &AdaptiveRate, value: u32) -> Result<u32, Failure> {
    Ok(value)
}

#[tokio::test(start_paused = true)]
async fn filters_say_what_errors_and_values_are() {
    for (number, expected) in [(1, FAILED), (2, ANSWERED), (3, HELD)] {
        assert_eq!(after(async |rate| judged(rate, number).await).await, expected);
        assert_eq!(after(async |rate| judged_value(rate, number).await).await, expected);
    }
}

#[retry(max_attempts = 1, attempt_timeout = "5s", adaptive = rate)]
async fn stalled(rate: &AdaptiveRate) -> Result<u32, Error> {
    pending().await
}

#[retry(max_attempts = 3, deadline = "5s", adaptive = rate)]
async fn cut(rate: &AdaptiveRate) -> Result<u32, Error> {
    pending().await
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_a_time_limit_drops_failed() {
    assert_eq!(after(async |rate| stalled(rate).await).await, FAILED);
    assert_eq!(after(async |rate| cut(rate).await).await, FAILED);
}

#[retry(max_attempts = 1, adaptive = rate)]
async fn slow(rate: &AdaptiveRate) -> Result<u32, Failure> {
    sleep(SECOND * 60).await;
    Err(Failure(1))
}

#[retry(max_attempts = 1, adaptive = rate)]
async fn panics(rate: &'static AdaptiveRate) -> Result<u32, Failure> {
    sleep(SECOND).await;
    panic!("on purpose")
}

#[tokio::test(start_paused = true)]
async fn one_that_was_dropped_or_panics_says_nothing() {
    static PANICKED: AdaptiveRate = AdaptiveRate::new("panicked");

    assert_eq!(after(async |rate| timeout(SECOND, slow(rate)).await).await, ANSWERED);
    assert!(tokio::spawn(panics(&PANICKED)).await.is_err_and(|error| error.is_panic()));
    assert_eq!(PANICKED.success_rate(), 1.0);
}

#[retry(max_attempts = 1, circuit_breaker = breaker, adaptive = rate)]
async fn guarded(rate: &AdaptiveRate, breaker: &retry_runtime::CircuitBreaker) -> Result<u32, Error> {
    Ok(1)
}

#[tokio::test(start_paused = true)]
async fn one_that_a_circuit_breaker_refused_says_nothing() {
    let breaker = open().await;
    assert_eq!(after(async |rate| assert!(guarded(rate, &breaker).await.is_err())).await, ANSWERED);
}

#[retry(max_attempts = 4, initial_delay = "0s", adaptive = rate)]
async fn scripted(rate: &AdaptiveRate, script: &mut Vec<ServerError>) -> Result<(), ServerError> {
    script.pop().map_or(Ok(()), Err)
}

#[tokio::test(start_paused = true)]
async fn each_attempt_of_a_call_counts() {
    let mut script = vec![ServerError::Busy; 3];
    assert_eq!(after(async |rate| scripted(rate, &mut script).await).await, (0.25, false));
}

#[retry(
    max_attempts = 1,
    adaptive = rate,
    on_give_up = |_| seen.push((rate.success_rate(), rate.rate().is_some())),
    on_success = |_| seen.push((rate.success_rate(), rate.rate().is_some())),
)]
async fn observed(
    seen: &mut Vec<(f64, bool)>,
    outcome: Result<u32, ServerError>,
    rate: &AdaptiveRate,
) -> Result<u32, ServerError> {
    outcome
}

#[tokio::test(start_paused = true)]
async fn it_knows_before_anyone_else_is_told() {
    let (mut seen, rate) = (vec![], AdaptiveRate::new("api"));
    assert!(observed(&mut seen, Err(THROTTLED), &rate).await.is_err());
    assert!(observed(&mut seen, Ok(1), &rate).await.is_ok());
    assert_eq!(seen, [HELD, (0.5, true)]);
}

#[retry(max_attempts = 1, adaptive = rate, fallback = |_| async { Ok(1) })]
async fn with_fallback(rate: &AdaptiveRate) -> Result<u32, Failure> {
    Err(Failure(1))
}

#[tokio::test(start_paused = true)]
async fn a_fallback_hides_no_failure() {
    assert_eq!(after(async |rate| with_fallback(rate).await).await, FAILED);
}
