//! `max_elapsed`: no wait that would end after this time.

use std::time::Duration;

use retry_runtime::{Jitter, RetryError, RetryPolicy, StopReason, retry};
use retry_tests::{Failure, Flaky, ServerError, record, recorded_waits};
use tokio::time::{Instant, sleep};

#[retry(max_attempts = 9, max_elapsed = "700ms", jitter = none)]
async fn limited(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tokio::test(start_paused = true)]
async fn no_wait_ends_after_it() {
    let start = Instant::now();
    // Waits of 100, 200 and 400 ms end just in time, one of 800 ms would not.
    assert_eq!(limited(&Flaky::failing(9)).await, Err(Failure(4)));
    assert_eq!(start.elapsed(), Duration::from_millis(700));
}

#[retry(max_attempts = 9, max_elapsed = "699ms", jitter = none)]
async fn limited_more(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tokio::test(start_paused = true)]
async fn it_gives_up_instead_of_waiting_in_vain() {
    let start = Instant::now();
    assert_eq!(limited_more(&Flaky::failing(9)).await, Err(Failure(3)));
    assert_eq!(start.elapsed(), Duration::from_millis(300));
}

#[retry(max_attempts = 9, max_elapsed = "1s", initial_delay = "100ms", backoff = constant, jitter = none)]
async fn slow(flaky: &Flaky) -> Result<u32, Failure> {
    sleep(Duration::from_millis(400)).await;
    flaky.call()
}

#[tokio::test(start_paused = true)]
async fn attempts_take_time_too() {
    // 400 + 100 + 400: a wait would end at 1,000 ms, just in time for a third attempt.
    assert_eq!(slow(&Flaky::failing(9)).await, Err(Failure(3)));
}

#[retry(max_elapsed = "1s")]
async fn very_slow(flaky: &Flaky) -> Result<u32, Failure> {
    sleep(Duration::from_secs(60)).await;
    flaky.call()
}

#[tokio::test(start_paused = true)]
async fn an_attempt_is_never_interrupted() {
    assert_eq!(very_slow(&Flaky::failing(0)).await, Ok(1));
    assert_eq!(very_slow(&Flaky::failing(9)).await, Err(Failure(1)));
}

#[tokio::test(start_paused = true)]
async fn every_call_has_all_the_time() {
    let flaky = Flaky::failing(8);
    assert_eq!(limited(&flaky).await, Err(Failure(4)));
    assert_eq!(limited(&flaky).await, Err(Failure(8)));
}

#[retry(
    max_attempts = 9,
    initial_delay = "1h",
    max_delay = "9h",
    max_elapsed = "3h",
    jitter = none,
    sleep = record,
    wrap_error,
)]
fn blocking(flaky: &Flaky) -> Result<u32, RetryError<Failure>> {
    flaky.call()
}

#[test]
fn it_holds_for_blocking_functions() {
    // The recorded waits take no time: the first that could not end in time is that of four hours.
    let error = blocking(&Flaky::failing(9)).expect_err("too long");
    assert_eq!(recorded_waits(), [1, 2].map(|hours| Duration::from_secs(hours * 3_600)));
    assert_eq!((error.attempts(), error.reason()), (3, StopReason::Elapsed));
}

#[retry(max_attempts = 9, max_elapsed = "10s", jitter = none, wrap_error)]
async fn told_to_wait(hint: Duration) -> Result<(), RetryError<ServerError>> {
    Err(ServerError::BusyFor(hint))
}

#[tokio::test(start_paused = true)]
async fn a_server_hint_does_not_escape_it() {
    let start = Instant::now();
    let error = told_to_wait(Duration::from_secs(4)).await.expect_err("too long");
    assert_eq!((error.attempts(), error.reason()), (3, StopReason::Elapsed));
    assert_eq!(start.elapsed(), Duration::from_secs(8));
}

const LIMIT: Duration = Duration::from_millis(300);

#[retry(max_attempts = 9, max_elapsed = LIMIT, jitter = none)]
async fn constant(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

trait Patient {
    const PATIENCE: Duration;

    #[retry(max_attempts = unlimited, max_elapsed = Self::PATIENCE, jitter = none)]
    async fn by_default(&self, flaky: &Flaky) -> Result<u32, Failure> {
        flaky.call_async().await
    }
}

impl Patient for u8 {
    const PATIENCE: Duration = LIMIT;
}

#[tokio::test(start_paused = true)]
async fn it_may_be_any_const_expression() {
    assert_eq!(constant(&Flaky::failing(9)).await, Err(Failure(3)));
    assert_eq!(0_u8.by_default(&Flaky::failing(9)).await, Err(Failure(3)));
}

const POLICY: RetryPolicy =
    RetryPolicy::DEFAULT.with_jitter(Jitter::None).with_max_elapsed(LIMIT).with_unlimited_attempts();

#[retry(POLICY)]
async fn of_the_policy(flaky: &Flaky) -> Result<u32, Failure> {
    sleep(Duration::from_millis(50)).await;
    flaky.call()
}

#[retry(POLICY, max_elapsed = "10s", max_attempts = 4)]
async fn overridden(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tokio::test(start_paused = true)]
async fn a_policy_may_bring_it() {
    // 50 + 100 + 50: a wait of 200 ms would end at 400.
    assert_eq!(of_the_policy(&Flaky::failing(9)).await, Err(Failure(2)));
    assert_eq!(overridden(&Flaky::failing(9)).await, Err(Failure(4)));
}
