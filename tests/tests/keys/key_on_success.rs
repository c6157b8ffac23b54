//! `on_success`: called on every success.

use std::{cell::RefCell, time::Duration};

use retry_runtime::{Event, retry};
use retry_tests::{Failure, Flaky, record};
use tokio::time::sleep;

thread_local! {
    static SEEN: RefCell<Vec<u32>> = const { RefCell::new(Vec::new()) };
}

fn note(event: &Event<'_, Failure>) {
    assert_eq!((event.error, event.delay, event.reason), (None, None, None));
    SEEN.with_borrow_mut(|seen| seen.push(event.attempt));
}

#[retry(sleep = record, on_success = note)]
fn path(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(sleep = record, on_success = |event| note(event))]
fn closure(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(on_success = note)]
async fn path_async(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tokio::test(start_paused = true)]
async fn it_is_called_after_the_first_attempt_and_after_retries() {
    for failures in [0, 2] {
        assert_eq!(path(&Flaky::failing(failures)), Ok(failures + 1));
        assert_eq!(closure(&Flaky::failing(failures)), Ok(failures + 1));
        assert_eq!(path_async(&Flaky::failing(failures)).await, Ok(failures + 1));
        assert_eq!(SEEN.take(), [failures + 1; 3]);
    }
}

#[test]
fn it_is_not_called_when_the_call_fails() {
    assert_eq!(path(&Flaky::failing(9)), Err(Failure(3)));
    assert!(SEEN.take().is_empty());
}

#[retry(sleep = record, on_success = note, fallback = |_| Ok(0))]
fn replaced(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn the_value_of_a_fallback_is_no_success() {
    assert_eq!(replaced(&Flaky::failing(9)), Ok(0));
    assert!(SEEN.take().is_empty());
}

#[retry(sleep = record, filter_ok = |value| *value < 2, on_success = note)]
fn polled(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn a_value_that_was_turned_down_is_none() {
    assert_eq!(polled(&Flaky::failing(0)), Ok(2));
    assert_eq!(SEEN.take(), [2]);
}

#[retry(
    jitter = none,
    service = "billing",
    on_success = |event| {
        assert_eq!((event.service, event.operation, event.max_attempts), (Some("billing"), "timed", Some(3)));
        *elapsed = event.elapsed;
    },
)]
async fn timed(flaky: &Flaky, elapsed: &mut Option<Duration>) -> Result<u32, Failure> {
    sleep(Duration::from_secs(1)).await;
    flaky.call()
}

#[tokio::test(start_paused = true)]
async fn elapsed_is_the_time_of_the_whole_call() {
    let mut elapsed = None;
    assert_eq!(timed(&Flaky::failing(0), &mut elapsed).await, Ok(1));
    assert_eq!(elapsed, Some(Duration::from_secs(1)));
    assert_eq!(timed(&Flaky::failing(1), &mut elapsed).await, Ok(2));
    assert_eq!(elapsed, Some(Duration::from_millis(2_100)));
}
