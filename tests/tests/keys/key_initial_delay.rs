//! `initial_delay`: the wait before the second attempt.

use std::time::Duration;

use retry_runtime::{RetryPolicy, retry};
use retry_tests::{Failure, Flaky, millis, record, record_async, recorded_waits};

#[retry(initial_delay = "1.5s", jitter = none, sleep = record)]
fn text(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(initial_delay = "1.5s", jitter = none, sleep = record_async)]
async fn text_async(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tokio::test]
async fn it_is_the_first_wait_and_the_others_grow_from_it() {
    assert_eq!(text(&Flaky::failing(2)), Ok(3));
    assert_eq!(recorded_waits(), millis([1_500, 3_000]));
    assert_eq!(text_async(&Flaky::failing(2)).await, Ok(3));
    assert_eq!(recorded_waits(), millis([1_500, 3_000]));
}

#[retry(max_attempts = 4, initial_delay = "250ms", jitter = none)]
async fn on_the_clock(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tokio::test(start_paused = true)]
async fn that_time_really_passes() {
    let start = tokio::time::Instant::now();
    assert_eq!(on_the_clock(&Flaky::failing(3)).await, Ok(4));
    assert_eq!(start.elapsed(), Duration::from_millis(250 + 500 + 1_000));
}

#[retry(initial_delay = "0s", sleep = record)]
fn at_once(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn zero_retries_at_once_without_a_timer() {
    assert_eq!(at_once(&Flaky::failing(2)), Ok(3));
    assert_eq!(recorded_waits(), []);
}

const DELAY: Duration = Duration::from_millis(20);

#[retry(initial_delay = DELAY, jitter = none, sleep = record)]
fn constant(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(initial_delay = Duration::from_millis(10).saturating_mul(2), jitter = none, sleep = record)]
fn expression(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn it_may_be_any_const_expression() {
    for function in [constant, expression] {
        assert_eq!(function(&Flaky::failing(2)), Ok(3));
        assert_eq!(recorded_waits(), millis([20, 40]));
    }
}

trait Paced {
    const PACE: Duration;

    #[retry(initial_delay = Self::PACE, jitter = none, sleep = record)]
    fn by_default(&self, flaky: &Flaky) -> Result<u32, Failure> {
        flaky.call()
    }
}

impl Paced for u8 {
    const PACE: Duration = DELAY;
}

#[retry(initial_delay = T::PACE, jitter = none, sleep = record_async)]
async fn of_a_type_parameter<T: Paced>(_pace: T, flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tokio::test]
async fn it_may_depend_on_self_and_on_type_parameters() {
    assert_eq!(0_u8.by_default(&Flaky::failing(2)), Ok(3));
    assert_eq!(recorded_waits(), millis([20, 40]));
    assert_eq!(of_a_type_parameter(0_u8, &Flaky::failing(2)).await, Ok(3));
    assert_eq!(recorded_waits(), millis([20, 40]));
}

#[retry(max_attempts = unlimited, max_elapsed = "1h", initial_delay = "0s")]
async fn never_suspends() -> Result<(), Failure> {
    Err(Failure(0))
}

#[tokio::test]
async fn retries_at_once_can_be_cancelled() {
    tokio::select! {
        biased;
        outcome = never_suspends() => assert!(outcome.is_ok(), "it never ends by itself"),
        () = tokio::task::yield_now() => {}
    }
}

const SPINNING: RetryPolicy = RetryPolicy::DEFAULT
    .with_initial_delay(Duration::ZERO)
    .with_max_elapsed(Duration::from_secs(1))
    .with_unlimited_attempts();

#[retry(SPINNING)]
async fn never_suspends_by_a_policy() -> Result<(), Failure> {
    Err(Failure(7))
}

#[tokio::test(start_paused = true)]
async fn retries_at_once_let_a_paused_clock_go_on() {
    assert_eq!(never_suspends_by_a_policy().await, Err(Failure(7)));
}

#[retry(SPINNING, max_attempts = 128, sleep = record_async)]
async fn few_enough() -> Result<(), Failure> {
    Err(Failure(7))
}

#[tokio::test]
async fn a_hundred_retries_at_once_ask_no_timer() {
    assert!(few_enough().await.is_err());
    assert_eq!(recorded_waits(), []);
}
