//! `on_give_up`: called when the call is over without success.

use std::{cell::RefCell, time::Duration};

use retry_runtime::{Event, RetryError, StopReason, retry};
use retry_tests::{Failure, Flaky, ServerError, record};
use tokio::time::sleep;

thread_local! {
    static SEEN: RefCell<Vec<(u32, Option<StopReason>)>> = const { RefCell::new(Vec::new()) };
}

fn note<E>(event: &Event<'_, E>) {
    assert!(event.error.is_some() && event.delay.is_none());
    SEEN.with_borrow_mut(|seen| seen.push((event.attempt, event.reason)));
}

#[retry(sleep = record, on_give_up = note)]
fn path(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(sleep = record, on_give_up = |event| note(event))]
fn closure(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(on_give_up = note)]
async fn path_async(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tokio::test(start_paused = true)]
async fn it_is_called_once_with_the_last_attempt() {
    assert_eq!(path(&Flaky::failing(9)), Err(Failure(3)));
    assert_eq!(closure(&Flaky::failing(9)), Err(Failure(3)));
    assert_eq!(path_async(&Flaky::failing(9)).await, Err(Failure(3)));
    assert_eq!(SEEN.take(), [(3, Some(StopReason::AttemptsExhausted)); 3]);
}

#[test]
fn it_is_not_called_on_success() {
    assert_eq!(path(&Flaky::failing(2)), Ok(3));
    assert_eq!(SEEN.take(), []);
}

#[retry(max_elapsed = "1s", initial_delay = "2s", sleep = record, on_give_up = note)]
fn every_reason(error: ServerError) -> Result<(), ServerError> {
    Err(error)
}

#[test]
fn it_is_told_the_reason() {
    for (error, reason) in [
        (ServerError::Gone, StopReason::Permanent),
        (ServerError::Busy, StopReason::Elapsed),
        (ServerError::BusyFor(Duration::from_secs(61)), StopReason::ServerHintTooLong),
    ] {
        assert_eq!(every_reason(error), Err(error));
        assert_eq!(SEEN.take(), [(1, Some(reason))]);
    }
}

type Seen = Option<(Option<Failure>, Option<Duration>)>;

#[retry(
    jitter = none,
    service = "billing",
    operation = "charge",
    on_give_up = |event| {
        assert_eq!((event.service, event.operation), (Some("billing"), "charge"));
        assert_eq!(event.max_attempts, Some(3));
        *seen = Some((event.error.cloned(), event.elapsed));
    },
)]
async fn timed(flaky: &Flaky, seen: &mut Seen) -> Result<u32, Failure> {
    sleep(Duration::from_secs(1)).await;
    flaky.call()
}

#[tokio::test(start_paused = true)]
async fn it_sees_the_error_and_the_time_of_the_whole_call() {
    let mut seen = None;
    assert_eq!(timed(&Flaky::failing(9), &mut seen).await, Err(Failure(3)));
    assert_eq!(seen, Some((Some(Failure(3)), Some(Duration::from_millis(3_300)))));
}

#[retry(sleep = record, on_give_up = |event| *last = event.error.cloned(), wrap_error)]
fn wrapped(flaky: &Flaky, last: &mut Option<Failure>) -> Result<u32, RetryError<Failure>> {
    flaky.call()
}

#[test]
fn with_wrap_error_it_sees_the_error_of_the_body() {
    let mut last = None;
    assert!(wrapped(&Flaky::failing(9), &mut last).is_err());
    assert_eq!(last, Some(Failure(3)));
}

#[retry(sleep = record, on_give_up = |event| order.borrow_mut().push(event.attempt), fallback = |error| {
    order.borrow_mut().push(100 + error.0);
    Err(error)
})]
fn before_the_fallback(flaky: &Flaky, order: &RefCell<Vec<u32>>) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn it_comes_before_the_fallback() {
    let order = RefCell::default();
    assert_eq!(before_the_fallback(&Flaky::failing(9), &order), Err(Failure(3)));
    assert_eq!(order.into_inner(), [3, 103]);
}
