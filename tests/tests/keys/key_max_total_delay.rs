//! `max_total_delay`: a promise about the sum of all waits, kept at run time too.

use std::time::Duration;

use retry_runtime::{RetryError, RetryPolicy, StopReason, retry};
use retry_tests::{Failure, Flaky, ServerError, millis, record, record_async, recorded_waits};

#[retry(max_attempts = 4, max_total_delay = "700ms", jitter = none, sleep = record)]
fn just_enough(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn a_policy_that_keeps_the_promise_is_not_cut_short() {
    assert_eq!(just_enough(&Flaky::failing(9)), Err(Failure(4)));
    assert_eq!(recorded_waits(), millis([100, 200, 400]));
}

#[retry(max_attempts = 5, max_total_delay = "1650ms", sleep = record)]
fn with_jitter(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn jitter_is_part_of_the_promise() {
    for _ in 0..50 {
        assert_eq!(with_jitter(&Flaky::failing(9)), Err(Failure(5)));
        assert!(recorded_waits().iter().sum::<Duration>() <= Duration::from_millis(1_650));
    }
}

#[retry(max_attempts = 5, max_total_delay = "10s", jitter = none, sleep = record, wrap_error)]
fn told_to_wait(hint: Duration) -> Result<(), RetryError<ServerError>> {
    Err(ServerError::BusyFor(hint))
}

#[retry(max_attempts = 5, max_total_delay = "10s", jitter = none, sleep = record_async, wrap_error)]
async fn told_to_wait_async(hint: Duration) -> Result<(), RetryError<ServerError>> {
    Err(ServerError::BusyFor(hint))
}

#[tokio::test]
async fn server_hints_do_not_break_it() {
    let error = told_to_wait(Duration::from_secs(4)).expect_err("busy");
    assert_eq!((error.attempts(), error.reason()), (3, StopReason::Elapsed));
    assert_eq!(recorded_waits(), millis([4_000, 4_000]));
    let error = told_to_wait_async(Duration::from_secs(4)).await.expect_err("busy");
    assert_eq!((error.attempts(), error.reason()), (3, StopReason::Elapsed));
    assert_eq!(recorded_waits(), millis([4_000, 4_000]));
}

const PROMISE: Duration = Duration::from_secs(3);
const POLICY: RetryPolicy = RetryPolicy::DEFAULT.with_max_total_delay(PROMISE);

#[retry(
    max_total_delay = PROMISE,
    max_attempts = 9,
    max_delay = "10ms",
    initial_delay = "10ms",
    jitter = none,
    sleep = record,
)]
fn constant() -> Result<(), ServerError> {
    Err(ServerError::BusyFor(Duration::from_secs(1)))
}

#[retry(POLICY, jitter = none, max_attempts = 5, sleep = record)]
fn of_the_policy() -> Result<(), ServerError> {
    Err(ServerError::BusyFor(Duration::from_secs(1)))
}

struct Client;

impl Client {
    const PROMISE: Duration = PROMISE;

    #[retry(max_total_delay = Self::PROMISE, max_attempts = 5, jitter = none, sleep = record)]
    fn call() -> Result<(), ServerError> {
        Err(ServerError::BusyFor(Duration::from_secs(1)))
    }
}

#[test]
fn it_may_be_any_const_expression() {
    for function in [constant, of_the_policy, Client::call] {
        assert!(function().is_err());
        assert_eq!(recorded_waits(), millis([1_000, 1_000, 1_000]));
    }
}
