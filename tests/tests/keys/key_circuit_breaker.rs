//! `circuit_breaker`: attempts that would fail are not made.

mod outcomes;
mod owned;
mod probes;
mod refused;
mod shapes;

use std::time::Duration;

use retry_runtime::{CircuitBreaker, CircuitState, RetryError, StopReason, retry};
use retry_tests::{Flaky, millis, record, recorded_waits};
use tokio::time::{Instant, advance};

use crate::error::Error;

const SECOND: Duration = Duration::from_secs(1);

/// Opens after two failures in a row, for 30 s; one probe closes it.
pub(crate) const fn fragile() -> CircuitBreaker {
    CircuitBreaker::new("lake").with_consecutive_failures(2).with_probes(1)
}

/// Open for the next 30 s.
pub(crate) async fn open() -> CircuitBreaker {
    let breaker = fragile();
    for attempt in 1..3 {
        assert_eq!(once(&Flaky::failing(9), &breaker).await, Err(Error::Failed(1)), "{attempt}");
    }
    assert_eq!(breaker.state(), CircuitState::Open);
    breaker
}

/// Lets one probe through.
async fn half_open() -> CircuitBreaker {
    let breaker = open().await;
    advance(SECOND * 30).await;
    assert_eq!(breaker.state(), CircuitState::HalfOpen);
    breaker
}

#[retry(max_attempts = 1, circuit_breaker = breaker)]
async fn once(flaky: &Flaky, breaker: &CircuitBreaker) -> Result<u32, Error> {
    Ok(flaky.call_async().await?)
}

#[retry(max_attempts = 5, jitter = none, circuit_breaker = breaker, wrap_error)]
async fn asynchronous(flaky: &Flaky, breaker: &CircuitBreaker) -> Result<u32, RetryError<Error>> {
    Ok(flaky.call_async().await?)
}

#[retry(max_attempts = 5, jitter = none, sleep = record, circuit_breaker = breaker, wrap_error)]
fn blocking(flaky: &Flaky, breaker: &CircuitBreaker) -> Result<u32, RetryError<Error>> {
    Ok(flaky.call()?)
}

#[tokio::test(start_paused = true)]
async fn once_it_is_open_no_attempt_is_made() {
    let start = Instant::now();
    let (flaky, breaker) = (Flaky::failing(9), fragile().with_open_time(SECOND * 120));
    let error = asynchronous(&flaky, &breaker).await.expect_err("open");
    assert_eq!((flaky.attempts(), error.attempts(), error.reason()), (2, 3, StopReason::CircuitOpen));
    // It opened 200 ms ago, and two minutes are longer than `max_retry_after`.
    let Some(Error::Open(open)) = error.last_error() else { panic!("{error}") };
    assert_eq!((open.breaker(), open.retry_after()), ("lake", Duration::from_millis(119_800)));
    assert_eq!(start.elapsed(), Duration::from_millis(300));
    assert_eq!(
        error.to_string(),
        "gave up after 3 attempts (circuit open): circuit breaker `lake` is open: try again in 119.8s"
    );
}

#[test]
fn blocking_attempts_are_not_made_either() {
    let (flaky, breaker) = (Flaky::failing(9), fragile().with_open_time(SECOND * 120));
    let error = blocking(&flaky, &breaker).expect_err("open");
    assert_eq!((flaky.attempts(), error.attempts(), error.reason()), (2, 3, StopReason::CircuitOpen));
    assert!(matches!(error.last_error(), Some(Error::Open(_))));
    assert_eq!(recorded_waits(), millis([100, 200]));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_was_under_way_waits_until_an_attempt_may_be_made() {
    let (start, flaky, breaker) = (Instant::now(), Flaky::failing(2), fragile());
    assert_eq!(asynchronous(&flaky, &breaker).await, Ok(3));
    // It opened with the second failure, after 100 ms.
    assert_eq!(start.elapsed(), Duration::from_millis(30_100));
    assert_eq!((flaky.attempts(), breaker.state()), (3, CircuitState::Closed));
}

#[test]
fn a_blocking_one_waits_as_long() {
    let (flaky, breaker) = (Flaky::failing(9), fragile());
    // No time passes on this sleeper.
    let error = blocking(&flaky, &breaker).expect_err("open");
    assert_eq!((flaky.attempts(), error.attempts(), error.reason()), (2, 5, StopReason::CircuitOpen));
    let waits = recorded_waits();
    assert_eq!(waits[..2], millis([100, 200]));
    let allowed = SECOND * 20..=SECOND * 30;
    assert!(waits.len() == 4 && waits[2..].iter().all(|wait| allowed.contains(wait)), "{waits:?}");
}

#[test]
fn a_blocking_attempt_is_made_once_the_time_has_passed() {
    let (flaky, breaker) = (Flaky::failing(4), fragile().with_open_time(Duration::from_nanos(1)));
    assert_eq!(blocking(&flaky, &breaker), Ok(5));
    assert_eq!(breaker.state(), CircuitState::Closed);
    assert_eq!(recorded_waits(), millis([100, 200, 400, 800]));
}

#[tokio::test(start_paused = true)]
async fn the_longer_of_backoff_and_what_is_left_is_waited_for() {
    let (start, flaky) = (Instant::now(), Flaky::failing(2));
    let breaker = fragile().with_open_time(Duration::from_millis(250));
    assert_eq!(asynchronous(&flaky, &breaker).await, Ok(3));
    // 100 ms, 200 ms, and 400 ms although the circuit is open for 50 ms more.
    assert_eq!(start.elapsed(), Duration::from_millis(700));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_comes_to_an_open_circuit_fails_at_once() {
    let (flaky, breaker) = (Flaky::failing(0), open().await);
    let start = Instant::now();
    let error = asynchronous(&flaky, &breaker).await.expect_err("open");
    assert_eq!((flaky.attempts(), error.attempts(), error.reason()), (0, 1, StopReason::CircuitOpen));
    let Some(Error::Open(open)) = error.into_last_error() else { panic!("not refused") };
    assert_eq!((open.retry_after(), start.elapsed()), (SECOND * 30, Duration::ZERO));
    advance(SECOND * 30).await;
    assert_eq!(asynchronous(&flaky, &breaker).await, Ok(1));
}

#[test]
fn a_blocking_one_does_too() {
    let breaker = fragile();
    assert!(blocking(&Flaky::failing(9), &breaker).is_err());
    assert_eq!(recorded_waits().len(), 4);
    let flaky = Flaky::failing(0);
    let error = blocking(&flaky, &breaker).expect_err("open");
    assert_eq!((flaky.attempts(), error.attempts(), error.reason()), (0, 1, StopReason::CircuitOpen));
    assert!(recorded_waits().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_refused_attempt_counts_as_one_of_the_call() {
    let (flaky, breaker) = (Flaky::failing(9), fragile());
    let error = asynchronous(&flaky, &breaker).await.expect_err("flaky");
    // Made, made, refused, made as the probe, refused.
    assert_eq!((flaky.attempts(), error.attempts(), error.reason()), (3, 5, StopReason::CircuitOpen));
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_is_no_failure_of_the_service() {
    let breaker = open().await;
    for _ in 0..50 {
        assert!(once(&Flaky::failing(9), &breaker).await.is_err());
    }
    advance(SECOND * 30).await;
    assert_eq!(once(&Flaky::failing(0), &breaker).await, Ok(1));
    assert_eq!(breaker.state(), CircuitState::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_closed_circuit_changes_nothing() {
    let (start, breaker) = (Instant::now(), CircuitBreaker::new("lake"));
    let error = asynchronous(&Flaky::failing(9), &breaker).await.expect_err("flaky");
    assert_eq!((error.attempts(), error.reason()), (5, StopReason::AttemptsExhausted));
    assert_eq!(error.into_last_error(), Some(Error::Failed(5)));
    assert_eq!(start.elapsed(), Duration::from_millis(100 + 200 + 400 + 800));
    let error = blocking(&Flaky::failing(9), &breaker).expect_err("flaky");
    assert_eq!((error.attempts(), error.into_last_error()), (5, Some(Error::Failed(5))));
    assert_eq!(recorded_waits(), millis([100, 200, 400, 800]));
}

#[tokio::test(start_paused = true)]
async fn its_owner_may_reset_it() {
    let breaker = open().await;
    breaker.reset();
    assert_eq!(once(&Flaky::failing(0), &breaker).await, Ok(1));
}
