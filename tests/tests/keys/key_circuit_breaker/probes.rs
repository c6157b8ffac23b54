//! Half-open: a few attempts see whether the service is back, and each leave to make one is returned.

use std::{
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};

use futures_util::future::join_all;
use retry_runtime::{CircuitBreaker, CircuitState, retry};
use retry_tests::Flaky;
use tokio::{
    task::yield_now,
    time::{Instant, advance, sleep, timeout},
};

use super::{SECOND, fragile, half_open, once};
use crate::error::Error;

/// Fails, then takes 4.5 s, and counts how many of its kind run.
#[retry(max_attempts = 99, backoff = constant, jitter = none, circuit_breaker = breaker, context = cx)]
async fn counted(running: &Cell<u32>, most: &Cell<u32>, breaker: &CircuitBreaker) -> Result<Instant, Error> {
    if cx.attempt() == 1 {
        yield_now().await;
        return Err(Error::Failed(1));
    }
    let start = Instant::now();
    running.set(running.get() + 1);
    most.set(most.get().max(running.get()));
    sleep(SECOND * 9 / 2).await;
    running.set(running.get() - 1);
    Ok(start)
}

#[tokio::test(start_paused = true)]
async fn while_one_is_under_way_the_others_are_asked_to_come_back() {
    let (running, most, breaker) = (Cell::new(0), Cell::new(0), fragile());
    let start = Instant::now();
    let calls = join_all((0..3).map(|_| counted(&running, &most, &breaker))).await;
    // Each second they ask, and at the fifth the circuit is closed.
    let begun = calls.into_iter().map(|begun| begun.map(|begun| begun - start));
    assert_eq!(begun.collect::<Vec<_>>(), [30, 35, 35].map(|seconds| Ok(SECOND * seconds)));
    assert_eq!(most.get(), 2, "the two of a closed circuit");
}

#[tokio::test(start_paused = true)]
async fn no_more_are_under_way_than_it_was_told() {
    let breaker = CircuitBreaker::new("lake").with_consecutive_failures(1);
    let (running, most) = (Cell::new(0), Cell::new(0));
    let calls = join_all((0..3).map(|_| counted(&running, &most, &breaker)));
    // Three probes unless told otherwise; a fourth call comes while they are under way, and fails at once.
    let late = async {
        sleep(SECOND * 31).await;
        assert_eq!((running.get(), breaker.state()), (3, CircuitState::HalfOpen));
        let (start, flaky) = (Instant::now(), Flaky::failing(0));
        assert!(matches!(persistent(&flaky, &breaker).await, Err(Error::Open(_))));
        assert_eq!((flaky.attempts(), start.elapsed()), (0, Duration::ZERO));
    };
    let (calls, ()) = tokio::join!(calls, late);
    assert!(calls.iter().all(Result::is_ok));
    assert_eq!((most.get(), breaker.state()), (3, CircuitState::Closed));
}

#[tokio::test(start_paused = true)]
async fn one_that_fails_opens_it_again() {
    let breaker = half_open().await;
    assert_eq!(once(&Flaky::failing(1), &breaker).await, Err(Error::Failed(1)));
    assert_eq!(breaker.state(), CircuitState::Open);
    let Err(Error::Open(open)) = once(&Flaky::failing(0), &breaker).await else { panic!("not refused") };
    assert_eq!(open.retry_after(), SECOND * 30);
}

#[tokio::test(start_paused = true)]
async fn all_of_them_must_succeed() {
    let breaker = CircuitBreaker::new("lake").with_consecutive_failures(1);
    assert!(once(&Flaky::failing(1), &breaker).await.is_err());
    advance(SECOND * 30).await;
    for _ in 0..3 {
        assert_eq!(breaker.state(), CircuitState::HalfOpen);
        assert_eq!(once(&Flaky::failing(0), &breaker).await, Ok(1));
    }
    assert_eq!(breaker.state(), CircuitState::Closed);
}

#[retry(max_attempts = 1, circuit_breaker = breaker)]
async fn slow(breaker: &CircuitBreaker) -> Result<u32, Error> {
    sleep(SECOND * 3_600).await;
    Ok(1)
}

#[tokio::test(start_paused = true)]
async fn a_future_that_is_dropped_returns_its_leave() {
    let breaker = half_open().await;
    for _ in 0..3 {
        assert!(timeout(SECOND, slow(&breaker)).await.is_err());
        assert_eq!(breaker.state(), CircuitState::HalfOpen, "neither success nor failure");
    }
    assert_eq!(once(&Flaky::failing(0), &breaker).await, Ok(1));
}

#[retry(max_attempts = 1, circuit_breaker = breaker)]
async fn of_a_task(breaker: Arc<CircuitBreaker>) -> Result<u32, Error> {
    sleep(SECOND * 3_600).await;
    panic!("on purpose")
}

#[tokio::test(start_paused = true)]
async fn a_task_that_is_aborted_or_panics_returns_its_leave() {
    let breaker = Arc::new(half_open().await);
    let aborted = tokio::spawn(of_a_task(Arc::clone(&breaker)));
    sleep(SECOND).await;
    assert!(matches!(once(&Flaky::failing(0), &breaker).await, Err(Error::Open(_))), "a probe is under way");
    aborted.abort();
    assert!(aborted.await.is_err_and(|error| error.is_cancelled()));
    assert!(tokio::spawn(of_a_task(Arc::clone(&breaker))).await.is_err_and(|error| error.is_panic()));
    assert_eq!(once(&Flaky::failing(0), &breaker).await, Ok(1));
}

/// Half-open by the system's clock.
fn half_open_blocking() -> CircuitBreaker {
    let breaker = fragile().with_open_time(Duration::from_nanos(1));
    assert!(panics_in(Place::Nowhere, &Flaky::failing(9), &breaker).is_err());
    assert!(panics_in(Place::Nowhere, &Flaky::failing(9), &breaker).is_err());
    assert_eq!(breaker.state(), CircuitState::HalfOpen);
    breaker
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    Nowhere,
    Body,
    Filter,
    FilterOk,
}

#[retry(
    max_attempts = 1,
    circuit_breaker = breaker,
    filter = |_| { assert_ne!(place, Place::Filter); true },
    filter_ok = |_| { assert_ne!(place, Place::FilterOk); false },
)]
fn panics_in(place: Place, flaky: &Flaky, breaker: &CircuitBreaker) -> Result<u32, Error> {
    assert_ne!(place, Place::Body);
    Ok(flaky.call()?)
}

#[test]
fn a_panic_returns_its_leave() {
    let breaker = half_open_blocking();
    for (place, failures) in [(Place::Body, 0), (Place::Filter, 1), (Place::FilterOk, 0)] {
        let flaky = Flaky::failing(failures);
        let call = catch_unwind(AssertUnwindSafe(|| panics_in(place, &flaky, &breaker)));
        assert!(call.is_err(), "{place:?}");
        assert_eq!(breaker.state(), CircuitState::HalfOpen, "{place:?}");
    }
    assert_eq!(panics_in(Place::Nowhere, &Flaky::failing(0), &breaker), Ok(1));
    assert_eq!(breaker.state(), CircuitState::Closed);
}

#[tokio::test(start_paused = true)]
async fn one_that_comes_late_changes_nothing() {
    let breaker = fragile();
    let late = async {
        let call = slow_failure(&breaker);
        assert_eq!(call.await, Err(Error::Failed(7)));
    };
    let meanwhile = async {
        sleep(SECOND).await;
        assert!(once(&Flaky::failing(1), &breaker).await.is_err());
        assert!(once(&Flaky::failing(1), &breaker).await.is_err());
        assert_eq!(breaker.state(), CircuitState::Open);
        sleep(SECOND * 30).await;
        assert_eq!(once(&Flaky::failing(0), &breaker).await, Ok(1));
        assert!(once(&Flaky::failing(1), &breaker).await.is_err());
    };
    tokio::join!(late, meanwhile);
    // A second failure in a row, had it been made since it closed.
    assert_eq!(breaker.state(), CircuitState::Closed);
}

#[retry(max_attempts = 1, circuit_breaker = breaker)]
async fn slow_failure(breaker: &CircuitBreaker) -> Result<u32, Error> {
    sleep(SECOND * 60).await;
    Err(Error::Failed(7))
}

#[retry(max_attempts = 9, backoff = constant, jitter = none, circuit_breaker = breaker)]
async fn persistent(flaky: &Flaky, breaker: &CircuitBreaker) -> Result<u32, Error> {
    Ok(flaky.call_async().await?)
}

#[tokio::test(start_paused = true)]
async fn calls_that_wait_for_the_same_circuit_come_back_behind_its_probe() {
    let (start, breaker, flaky) = (Instant::now(), fragile(), Flaky::failing(5));
    // The first attempt of each of them fails, and so opens it.
    let calls = join_all((0..5).map(|_| persistent(&flaky, &breaker))).await;
    assert!(calls.iter().all(Result::is_ok), "{calls:?}");
    assert_eq!(flaky.attempts(), 10);
    assert!((SECOND * 30..=SECOND * 31).contains(&start.elapsed()), "{:?}", start.elapsed());
}
