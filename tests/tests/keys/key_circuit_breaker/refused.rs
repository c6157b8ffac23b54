//! What an attempt becomes that was refused, and who is told.

use std::{cell::Cell, error::Error as _, io, time::Duration};

use retry_runtime::{CircuitBreaker, CircuitOpen, Event, RetryError, StopReason, is_transient_io, retry};
use retry_tests::{Failure, Flaky, ServerError, record};
use tokio::time::Instant;

use super::{SECOND, fragile, open};
use crate::error::Error;

#[retry(max_attempts = 1, circuit_breaker = breaker)]
async fn io_error(breaker: &CircuitBreaker) -> io::Result<u32> {
    Ok(1)
}

#[retry(max_attempts = 1, circuit_breaker = breaker)]
async fn boxed_error(breaker: &CircuitBreaker) -> Result<u32, Box<dyn std::error::Error + Send + Sync>> {
    Ok(1)
}

#[retry(max_attempts = 1, circuit_breaker = breaker)]
async fn anyhow_error(breaker: &CircuitBreaker) -> anyhow::Result<u32> {
    Ok(1)
}

#[retry(max_attempts = 1, circuit_breaker = breaker)]
async fn itself(breaker: &CircuitBreaker) -> Result<u32, CircuitOpen> {
    Ok(1)
}

#[tokio::test(start_paused = true)]
async fn common_errors_can_express_it() {
    let breaker = open().await;
    let open = itself(&breaker).await.expect_err("open");
    assert_eq!((open.breaker(), open.retry_after()), ("lake", SECOND * 30));
    let error = io_error(&breaker).await.expect_err("open");
    assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
    assert_eq!(error.downcast::<CircuitOpen>().ok(), Some(open));
    let error = boxed_error(&breaker).await.expect_err("open");
    assert_eq!(error.downcast_ref(), Some(&open));
    let error = anyhow_error(&breaker).await.expect_err("open");
    assert_eq!(error.downcast_ref(), Some(&open));
}

#[retry(jitter = none, filter = is_transient_io)]
async fn of_io_error(breaker: &CircuitBreaker) -> io::Result<u32> {
    io_error(breaker).await
}

#[retry(jitter = none)]
async fn of_itself(breaker: &CircuitBreaker) -> Result<u32, CircuitOpen> {
    itself(breaker).await
}

#[tokio::test(start_paused = true)]
async fn a_function_that_calls_another_waits_for_its_circuit() {
    for is_io in [true, false] {
        let (start, breaker) = (Instant::now(), open().await);
        let value = if is_io { of_io_error(&breaker).await.ok() } else { of_itself(&breaker).await.ok() };
        assert_eq!((value, start.elapsed()), (Some(1), SECOND * 30));
    }
}

#[retry(max_attempts = 5, initial_delay = "0s", circuit_breaker = breaker, wrap_error)]
async fn wrapped(flaky: &Flaky, breaker: &CircuitBreaker) -> Result<u32, RetryError<Failure>> {
    flaky.call_async().await
}

#[retry(max_attempts = 5, initial_delay = "0s", circuit_breaker = breaker, wrap_error)]
fn wrapped_blocking(flaky: &Flaky, breaker: &CircuitBreaker) -> Result<u32, RetryError<Failure>> {
    flaky.call()
}

/// Longer than `max_retry_after`.
fn long_open() -> CircuitBreaker {
    fragile().with_open_time(SECOND * 120)
}

#[tokio::test(start_paused = true)]
async fn a_wrapped_error_holds_the_last_one_there_was() {
    for error in [
        wrapped(&Flaky::failing(9), &long_open()).await.expect_err("open"),
        wrapped_blocking(&Flaky::failing(9), &long_open()).expect_err("open"),
    ] {
        assert_eq!((error.attempts(), error.reason()), (3, StopReason::CircuitOpen));
        assert_eq!(error.to_string(), "gave up after 3 attempts (circuit open): attempt 2 failed");
        assert_eq!(error.last_error(), Some(&Failure(2)));
    }
}

#[tokio::test(start_paused = true)]
async fn or_none_if_there_was_none() {
    let (one, two) = (long_open(), long_open());
    assert!(wrapped(&Flaky::failing(9), &one).await.is_err());
    assert!(wrapped_blocking(&Flaky::failing(9), &two).is_err());
    for error in [
        wrapped(&Flaky::failing(9), &one).await.expect_err("open"),
        wrapped_blocking(&Flaky::failing(9), &two).expect_err("open"),
    ] {
        assert_eq!((error.attempts(), error.reason()), (1, StopReason::CircuitOpen));
        assert_eq!(error.to_string(), "gave up after 1 attempt (circuit open)");
        assert!(error.last_error().is_none() && error.source().is_none());
    }
}

#[tokio::test(start_paused = true)]
async fn the_error_of_the_attempt_after_it_is_the_last() {
    let breaker = fragile();
    let error = wrapped(&Flaky::failing(9), &breaker).await.expect_err("flaky");
    // Made, made, refused, made as the probe, refused.
    assert_eq!((error.attempts(), error.reason()), (5, StopReason::CircuitOpen));
    assert_eq!(error.into_last_error(), Some(Failure(3)));
}

#[retry(max_attempts = 5, initial_delay = "0s", circuit_breaker = breaker, wrap_error)]
async fn wrapped_and_expressed(flaky: &Flaky, breaker: &CircuitBreaker) -> Result<u32, RetryError<Error>> {
    Ok(flaky.call_async().await?)
}

#[tokio::test(start_paused = true)]
async fn an_error_that_can_express_it_is_wrapped() {
    let error = wrapped_and_expressed(&Flaky::failing(9), &long_open()).await.expect_err("open");
    assert!(matches!(error.into_last_error(), Some(Error::Open(_))));
}

/// Attempt, the error, who refused and for how long, the wait, the reason.
type Seen = Vec<(u32, Option<Error>, Option<Duration>, Option<Duration>, Option<StopReason>)>;

fn note(seen: &mut Seen, event: &Event<'_, Error>) {
    let left = event.circuit_open.map(|open| open.retry_after());
    assert!(event.circuit_open.is_none_or(|open| open.breaker() == "lake" && event.timeout.is_none()));
    seen.push((event.attempt, event.error.cloned(), left, event.delay, event.reason));
}

#[retry(
    max_attempts = 4,
    initial_delay = "1s",
    backoff = constant,
    jitter = none,
    circuit_breaker = breaker,
    on_retry = |event| note(seen, event),
    on_give_up = |event| note(seen, event),
    on_success = |event| note(seen, event),
)]
async fn observed(seen: &mut Seen, flaky: &Flaky, breaker: &CircuitBreaker) -> Result<u32, Error> {
    Ok(flaky.call_async().await?)
}

#[tokio::test(start_paused = true)]
async fn hooks_are_told() {
    let breaker = fragile();
    let mut seen = Seen::new();
    assert_eq!(observed(&mut seen, &Flaky::failing(2), &breaker).await, Ok(3));
    let failed = |attempt| (attempt, Some(Error::Failed(attempt)), None, Some(SECOND), None);
    assert_eq!(seen[..2], [failed(1), failed(2)]);
    let (attempt, Some(Error::Open(open)), left, delay, None) = &seen[2] else { panic!("{seen:?}") };
    assert_eq!((*attempt, open.retry_after(), *left, *delay), (3, SECOND * 29, Some(SECOND * 29), *left));
    assert_eq!(seen[3..], [(4, None, None, None, None)]);

    let breaker = long_open();
    let mut seen = Seen::new();
    assert!(observed(&mut seen, &Flaky::failing(9), &breaker).await.is_err());
    let (3, Some(Error::Open(_)), Some(_), None, Some(StopReason::CircuitOpen)) = &seen[2] else {
        panic!("{seen:?}")
    };
}

type Short = Vec<(u32, bool, bool, Option<StopReason>)>;

#[retry(
    max_attempts = 4,
    initial_delay = "0s",
    sleep = record,
    circuit_breaker = breaker,
    wrap_error,
    on_retry = |event| seen.push((event.attempt, event.error.is_some(), event.circuit_open.is_some(), event.reason)),
    on_give_up = |event| seen.push((event.attempt, event.error.is_some(), event.circuit_open.is_some(), event.reason)),
)]
fn observed_without_error(
    seen: &mut Short,
    flaky: &Flaky,
    breaker: &CircuitBreaker,
) -> Result<u32, RetryError<Failure>> {
    flaky.call()
}

#[test]
fn hooks_are_told_where_it_is_no_error_of_the_function() {
    let mut seen = vec![];
    assert!(observed_without_error(&mut seen, &Flaky::failing(9), &fragile()).is_err());
    assert_eq!(seen[..3], [(1, true, false, None), (2, true, false, None), (3, false, true, None)]);
    // In the end they see the error that the caller gets.
    assert_eq!(seen[3..], [(4, true, true, Some(StopReason::CircuitOpen))]);
}

#[retry(
    max_attempts = 5,
    initial_delay = "0s",
    circuit_breaker = breaker,
    filter = |error| { assert!(!matches!(error, Error::Open(_))); *error != Error::Failed(9) },
)]
async fn filtered(flaky: &Flaky, breaker: &CircuitBreaker) -> Result<u32, Error> {
    Ok(flaky.call_async().await?)
}

#[retry(max_attempts = 5, initial_delay = "0s", circuit_breaker = breaker, open_error = |_| ServerError::Gone)]
async fn permanent(flaky: &Flaky, breaker: &CircuitBreaker) -> Result<u32, ServerError> {
    flaky.call_async().await.map_err(|_| ServerError::Busy)
}

#[tokio::test(start_paused = true)]
async fn it_is_transient_whatever_the_filter_or_the_error_says() {
    assert_eq!(filtered(&Flaky::failing(2), &fragile()).await, Ok(3));
    assert_eq!(permanent(&Flaky::failing(2), &fragile()).await, Ok(3));
}

#[retry(max_attempts = 5, initial_delay = "0s", circuit_breaker = breaker, fallback = |error| async move {
    if matches!(error, Error::Open(_)) { Ok(7) } else { Err(error) }
})]
async fn with_fallback(flaky: &Flaky, breaker: &CircuitBreaker) -> Result<u32, Error> {
    Ok(flaky.call_async().await?)
}

#[retry(max_attempts = 5, initial_delay = "0s", circuit_breaker = breaker, wrap_error, fallback = |error| {
    if error.reason() == StopReason::CircuitOpen { Ok(8) } else { Err(error) }
})]
fn wrapped_with_fallback(flaky: &Flaky, breaker: &CircuitBreaker) -> Result<u32, RetryError<Failure>> {
    flaky.call()
}

#[tokio::test(start_paused = true)]
async fn a_fallback_is_asked() {
    assert_eq!(with_fallback(&Flaky::failing(9), &long_open()).await, Ok(7));
    assert_eq!(wrapped_with_fallback(&Flaky::failing(9), &long_open()), Ok(8));
}

#[retry(max_attempts = 4, initial_delay = "0s", circuit_breaker = breaker, before_retry = async |cx| {
    prepared.set(prepared.get() * 10 + cx.attempt());
})]
async fn prepared(prepared: &Cell<u32>, flaky: &Flaky, breaker: &CircuitBreaker) -> Result<u32, Error> {
    Ok(flaky.call_async().await?)
}

#[tokio::test(start_paused = true)]
async fn the_preparation_comes_before_the_breaker_is_asked() {
    let times = Cell::new(0);
    assert_eq!(prepared(&times, &Flaky::failing(2), &fragile()).await, Ok(3));
    assert_eq!(times.get(), 234, "of the refused attempt too");
}

#[retry(
    max_attempts = 5,
    initial_delay = "0s",
    jitter = none,
    circuit_breaker = breaker,
    filter_ok = |value| *value < 3,
)]
async fn polled(values: &mut u32, breaker: &CircuitBreaker) -> Result<u32, Error> {
    *values += 1;
    Ok(*values)
}

#[tokio::test(start_paused = true)]
async fn values_may_be_turned_down_besides() {
    let start = Instant::now();
    assert_eq!(polled(&mut 0, &fragile()).await, Ok(3));
    assert_eq!(start.elapsed(), SECOND * 30, "two values were turned down, then an attempt refused");
    assert!(matches!(polled(&mut 0, &long_open()).await, Err(Error::Open(_))));
}

#[retry(max_attempts = 5, initial_delay = "0s", circuit_breaker = breaker, context = cx)]
async fn with_context(breaker: &CircuitBreaker) -> Result<u32, Error> {
    if cx.attempt() < 4 { Err(Error::Failed(cx.attempt())) } else { Ok(cx.attempt()) }
}

#[tokio::test(start_paused = true)]
async fn the_context_counts_what_was_refused() {
    // The third attempt was.
    assert_eq!(with_context(&fragile()).await, Ok(4));
}
