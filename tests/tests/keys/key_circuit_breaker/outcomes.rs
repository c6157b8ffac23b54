//! What an attempt tells the breaker.

use std::{cell::Cell, future::pending, time::Duration};

use retry_runtime::{CircuitBreaker, CircuitState, Verdict, retry};
use retry_tests::{Failure, Flaky, ServerError, record};
use tokio::time::{Instant, sleep};

use super::{SECOND, fragile, half_open, once};
use crate::error::Error;

/// Opens with the first failure.
const fn brittle() -> CircuitBreaker {
    CircuitBreaker::new("glass").with_consecutive_failures(1)
}

/// Whether an attempt with this outcome is a failure of the service.
async fn is_failure<T>(attempt: impl AsyncFnOnce(&CircuitBreaker) -> T) -> bool {
    let breaker = brittle();
    attempt(&breaker).await;
    breaker.state() == CircuitState::Open
}

fn is_failure_blocking<T>(attempt: impl FnOnce(&CircuitBreaker) -> T) -> bool {
    futures_executor::block_on(is_failure(async |breaker| attempt(breaker)))
}

#[retry(max_attempts = 1, circuit_breaker = breaker, open_error = |_| ServerError::Busy)]
fn classified(error: Option<ServerError>, breaker: &CircuitBreaker) -> Result<u32, ServerError> {
    error.map_or(Ok(1), Err)
}

#[retry(max_attempts = 1, circuit_breaker = breaker, open_error = |_| ServerError::Busy)]
async fn classified_async(error: Option<ServerError>, breaker: &CircuitBreaker) -> Result<u32, ServerError> {
    error.map_or(Ok(1), Err)
}

#[tokio::test(start_paused = true)]
async fn errors_count_by_their_verdict() {
    for (error, expected) in [
        (Some(ServerError::Busy), true),
        (Some(ServerError::BusyFor(SECOND)), true),
        (Some(ServerError::Gone), false),
        (None, false),
    ] {
        assert_eq!(is_failure(async |breaker| classified_async(error, breaker).await).await, expected);
        assert_eq!(is_failure_blocking(|breaker| classified(error, breaker)), expected);
    }
}

#[retry(max_attempts = 1, filter = |error| error.0 < 5, circuit_breaker = breaker, open_error = |_| Failure(0))]
async fn filtered(error: u32, breaker: &CircuitBreaker) -> Result<u32, Failure> {
    Err(Failure(error))
}

#[retry(max_attempts = 1, filter = |_| Verdict::THROTTLED, circuit_breaker = breaker, open_error = |_| Failure(0))]
fn judged(error: u32, breaker: &CircuitBreaker) -> Result<u32, Failure> {
    Err(Failure(error))
}

#[tokio::test(start_paused = true)]
async fn the_filter_says_which_errors_count() {
    assert!(is_failure(async |breaker| filtered(4, breaker).await).await);
    assert!(!is_failure(async |breaker| filtered(5, breaker).await).await);
    assert!(is_failure_blocking(|breaker| judged(1, breaker)));
}

#[retry(max_attempts = 1, filter_ok = |value| *value < 3, circuit_breaker = breaker)]
async fn polled(value: u32, breaker: &CircuitBreaker) -> Result<u32, Error> {
    Ok(value)
}

#[retry(max_attempts = 1, filter_ok = |value| *value < 3, circuit_breaker = breaker, sleep = record)]
fn polled_blocking(value: u32, breaker: &CircuitBreaker) -> Result<u32, Error> {
    Ok(value)
}

#[tokio::test(start_paused = true)]
async fn a_value_that_is_turned_down_is_a_failure() {
    for (value, expected) in [(2, true), (3, false)] {
        assert_eq!(is_failure(async |breaker| polled(value, breaker).await).await, expected);
        assert_eq!(is_failure_blocking(|breaker| polled_blocking(value, breaker)), expected);
    }
}

#[retry(max_attempts = 1, attempt_timeout = "5s", circuit_breaker = breaker)]
async fn stalled(breaker: &CircuitBreaker) -> Result<u32, Error> {
    pending().await
}

#[retry(deadline = "5s", circuit_breaker = breaker)]
async fn cut(breaker: &CircuitBreaker) -> Result<u32, Error> {
    pending().await
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_a_time_limit_drops_is_a_failure() {
    assert!(is_failure(async |breaker| stalled(breaker).await).await);
    assert!(is_failure(async |breaker| cut(breaker).await).await);
}

#[retry(deadline_from = end, circuit_breaker = breaker)]
async fn until(end: Instant, flaky: &Flaky, breaker: &CircuitBreaker) -> Result<u32, Error> {
    Ok(flaky.call_async().await?)
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_has_no_time_to_begin_is_none() {
    assert!(!is_failure(async |breaker| until(Instant::now(), &Flaky::failing(9), breaker).await).await);
    let (flaky, breaker) = (Flaky::failing(0), half_open().await);
    assert!(until(Instant::now(), &flaky, &breaker).await.is_err());
    assert_eq!((flaky.attempts(), once(&flaky, &breaker).await), (0, Ok(1)), "the probe is free");
}

#[retry(max_attempts = 1, circuit_breaker = breaker)]
async fn slow(seconds: u32, breaker: &CircuitBreaker) -> Result<u32, Error> {
    sleep(SECOND * seconds).await;
    Ok(seconds)
}

#[tokio::test(start_paused = true)]
async fn slow_attempts_count_where_they_should() {
    let breaker = CircuitBreaker::new("lake").with_minimum_calls(2).with_slow_calls(1.0, SECOND * 2);
    assert_eq!(slow(3, &breaker).await, Ok(3));
    assert_eq!(slow(2, &breaker).await, Ok(2));
    assert_eq!(breaker.state(), CircuitState::Closed);
    let breaker = CircuitBreaker::new("lake").with_minimum_calls(2).with_slow_calls(1.0, SECOND * 2);
    assert_eq!(slow(3, &breaker).await, Ok(3));
    assert_eq!(slow(3, &breaker).await, Ok(3));
    assert_eq!(breaker.state(), CircuitState::Open);
}

#[retry(max_attempts = 2, initial_delay = "1s", circuit_breaker = breaker, sleep = overslept, before_retry = |_| {
    sleep(SECOND * 20)
})]
async fn waits_long(flaky: &Flaky, breaker: &CircuitBreaker) -> Result<u32, Error> {
    sleep(SECOND).await;
    Ok(flaky.call()?)
}

async fn overslept(delay: Duration) {
    sleep(delay * 20).await;
}

#[tokio::test(start_paused = true)]
async fn waits_and_preparations_are_no_part_of_how_slow_an_attempt_is() {
    let breaker = CircuitBreaker::new("lake").with_failure_rate(1.0).with_minimum_calls(2);
    let breaker = breaker.with_slow_calls(0.1, SECOND * 2);
    assert_eq!(waits_long(&Flaky::failing(1), &breaker).await, Ok(2));
    assert_eq!(breaker.state(), CircuitState::Closed);
}

#[retry(max_attempts = 3, initial_delay = "0s", circuit_breaker = breaker, before_retry = |_| {
    prepared.set(prepared.get() + 1);
    Err::<(), _>(Error::Failed(100))
})]
fn unprepared(prepared: &Cell<u32>, flaky: &Flaky, breaker: &CircuitBreaker) -> Result<u32, Error> {
    Ok(flaky.call()?)
}

#[test]
fn an_attempt_that_could_not_be_prepared_is_none() {
    let (prepared, breaker) = (Cell::new(0), fragile());
    assert_eq!(unprepared(&prepared, &Flaky::failing(9), &breaker), Err(Error::Failed(100)));
    assert_eq!((prepared.get(), breaker.state()), (1, CircuitState::Closed));
    assert_eq!(unprepared(&prepared, &Flaky::failing(9), &breaker), Err(Error::Failed(100)));
    assert_eq!(breaker.state(), CircuitState::Open, "two attempts failed");
}

#[tokio::test(start_paused = true)]
async fn a_success_ends_a_row_of_failures() {
    let breaker = fragile();
    for failures in [1, 0, 1, 0, 1] {
        assert_eq!(once(&Flaky::failing(failures), &breaker).await.is_ok(), failures == 0);
    }
    assert_eq!(breaker.state(), CircuitState::Closed);
}

#[tokio::test(start_paused = true)]
async fn by_itself_it_opens_when_half_of_twenty_fail() {
    for (failed, expected) in [(10, CircuitState::Open), (9, CircuitState::Closed)] {
        let breaker = CircuitBreaker::new("lake");
        for call in 0..20 {
            assert_eq!(breaker.state(), CircuitState::Closed);
            let outcome = once(&Flaky::failing(u32::from(call < failed)), &breaker).await;
            assert_eq!(outcome.is_err(), call < failed);
        }
        assert_eq!(breaker.state(), expected);
    }
}

#[retry(
    max_attempts = 9,
    initial_delay = "0s",
    circuit_breaker = breaker,
    on_retry = |_| states.push(breaker.state()),
    on_give_up = |_| states.push(breaker.state()),
    on_success = |_| states.push(breaker.state()),
)]
async fn observed(
    states: &mut Vec<CircuitState>,
    flaky: &Flaky,
    breaker: &CircuitBreaker,
) -> Result<u32, Error> {
    Ok(flaky.call_async().await?)
}

#[tokio::test(start_paused = true)]
async fn it_knows_before_anyone_else_is_told() {
    let (mut states, breaker) = (vec![], fragile());
    assert_eq!(observed(&mut states, &Flaky::failing(2), &breaker).await, Ok(3));
    // Two failures, an attempt that was refused, and the probe.
    let expected = [CircuitState::Closed, CircuitState::Open, CircuitState::Open, CircuitState::Closed];
    assert_eq!(states, expected);
    let (mut states, breaker) = (vec![], half_open().await);
    assert_eq!(observed(&mut states, &Flaky::failing(0), &breaker).await, Ok(1));
    assert_eq!(states, [CircuitState::Closed]);
}

#[retry(initial_delay = "0s", circuit_breaker = breaker, fallback = |_| Ok(0))]
fn with_fallback(flaky: &Flaky, breaker: &CircuitBreaker) -> Result<u32, Error> {
    Ok(flaky.call()?)
}

#[test]
fn a_fallback_hides_no_failure() {
    let breaker = CircuitBreaker::new("lake").with_consecutive_failures(3);
    assert_eq!(with_fallback(&Flaky::failing(9), &breaker), Ok(0));
    assert_eq!(breaker.state(), CircuitState::Open);
}
