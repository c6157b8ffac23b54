//! A function without `filter` asks the derived judgement.

use std::{cell::RefCell, time::Duration};

use retry_runtime::{Classify, retry};

#[derive(Classify, Clone, Debug, PartialEq)]
enum ApiError {
    #[transient]
    Timeout,
    #[throttled(retry_after = 0)]
    Busy(Duration),
    #[permanent]
    Gone,
}

thread_local! {
    static WAITS: RefCell<Vec<Duration>> = const { RefCell::new(Vec::new()) };
}

fn record(wait: Duration) {
    WAITS.with_borrow_mut(|waits| waits.push(wait));
}

#[retry(max_attempts = 5, initial_delay = "1ms", jitter = none, sleep = record)]
fn call(outcomes: &mut impl Iterator<Item = ApiError>) -> Result<(), ApiError> {
    outcomes.next().map_or(Ok(()), Err)
}

#[test]
fn a_transient_error_is_retried_and_a_permanent_one_is_not() {
    assert_eq!(call(&mut [ApiError::Timeout, ApiError::Timeout].into_iter()), Ok(()));
    assert_eq!(WAITS.take().len(), 2);
    assert_eq!(call(&mut [ApiError::Timeout, ApiError::Gone].into_iter()), Err(ApiError::Gone));
    assert_eq!(WAITS.take().len(), 1);
}

#[test]
fn the_wait_is_as_long_as_the_field_says() {
    let wait = Duration::from_secs(2);
    assert_eq!(call(&mut [ApiError::Busy(wait)].into_iter()), Ok(()));
    assert_eq!(WAITS.take(), [wait]);
}
