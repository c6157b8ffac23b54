//! `attempt_timeout`: an attempt that takes longer is dropped and counts as a transient failure.

mod drop_order;
mod shapes;
mod wrapped;

use std::{future::pending, io, time::Duration};

use retry_runtime::{Elapsed, Verdict, retry};
use retry_tests::{Flaky, millis, record_async, recorded_waits};
use tokio::time::{Instant, sleep};

use crate::error::Error;

const SECOND: Duration = Duration::from_secs(1);

/// Stalls until the attempt of this number, then answers after 4 seconds.
async fn stalling(attempts: &mut u32, until: u32) -> Result<u32, Error> {
    *attempts += 1;
    if *attempts < until {
        pending::<()>().await;
    }
    sleep(SECOND * 4).await;
    Ok(*attempts)
}

#[retry(attempt_timeout = "5s", initial_delay = "1s", jitter = none)]
async fn limited(attempts: &mut u32, until: u32) -> Result<u32, Error> {
    stalling(attempts, until).await
}

#[tokio::test(start_paused = true)]
async fn a_stalled_attempt_is_dropped_and_made_again() {
    let start = Instant::now();
    assert_eq!(limited(&mut 0, 3).await, Ok(3));
    assert_eq!(start.elapsed(), SECOND * (5 + 1 + 5 + 2 + 4));
}

#[tokio::test(start_paused = true)]
async fn the_last_one_becomes_the_error_of_the_function() {
    let start = Instant::now();
    let mut attempts = 0;
    assert_eq!(limited(&mut attempts, 9).await, Err(Error::TimedOut(Elapsed::attempt(SECOND * 5))));
    assert_eq!((attempts, start.elapsed()), (3, SECOND * (5 + 1 + 5 + 2 + 5)));
}

#[retry(attempt_timeout = "5s", max_attempts = 1)]
async fn once(attempts: &mut u32) -> Result<u32, Error> {
    stalling(attempts, 9).await
}

#[tokio::test(start_paused = true)]
async fn a_single_attempt_is_limited_too() {
    let start = Instant::now();
    assert_eq!(once(&mut 0).await, Err(Error::TimedOut(Elapsed::attempt(SECOND * 5))));
    assert_eq!(start.elapsed(), SECOND * 5);
}

#[retry(attempt_timeout = "5s")]
async fn just_in_time() -> Result<u32, Error> {
    sleep(SECOND * 5).await;
    Ok(1)
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_ends_with_its_time_counts() {
    assert_eq!(just_in_time().await, Ok(1));
}

#[retry(attempt_timeout = "5s", initial_delay = "0s")]
async fn failing(flaky: &Flaky) -> Result<u32, Error> {
    sleep(SECOND).await;
    Ok(flaky.call()?)
}

#[tokio::test(start_paused = true)]
async fn errors_of_the_body_are_treated_as_ever() {
    assert_eq!(failing(&Flaky::failing(2)).await, Ok(3));
    assert_eq!(failing(&Flaky::failing(9)).await, Err(Error::Failed(3)));
}

/// A body without anything that could end it early.
#[retry(attempt_timeout = "5s", initial_delay = "0s")]
async fn bare(flaky: &Flaky) -> io::Result<u32> {
    sleep(SECOND * 6).await;
    flaky.call().map_err(io::Error::other)
}

#[tokio::test(start_paused = true)]
async fn io_errors_can_express_it() {
    let error = bare(&Flaky::failing(0)).await.expect_err("too slow");
    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    assert_eq!(error.to_string(), "attempt timed out after 5s");
}

#[retry(attempt_timeout = "5s", initial_delay = "0s")]
async fn boxed_error() -> Result<u32, Box<dyn std::error::Error + Send + Sync>> {
    pending().await
}

#[retry(attempt_timeout = "5s", initial_delay = "0s")]
async fn anyhow_error() -> anyhow::Result<u32> {
    pending().await
}

#[tokio::test(start_paused = true)]
async fn so_can_errors_that_hold_any_other() {
    let error = boxed_error().await.expect_err("stalled");
    assert_eq!(error.downcast_ref(), Some(&Elapsed::attempt(SECOND * 5)));
    let error = anyhow_error().await.expect_err("stalled");
    assert_eq!(error.downcast_ref(), Some(&Elapsed::attempt(SECOND * 5)));
}

#[retry(attempt_timeout = "5s", initial_delay = "0s", filter = |_| false)]
async fn permanent(attempts: &mut u32, until: u32) -> Result<u32, Error> {
    stalling(attempts, until).await
}

#[tokio::test(start_paused = true)]
async fn it_is_transient_whatever_the_filter_says() {
    assert_eq!(permanent(&mut 0, 3).await, Ok(3));
}

#[retry(attempt_timeout = "5s", jitter = none, sleep = record_async)]
async fn ready(flaky: &Flaky) -> Result<u32, Error> {
    Ok(flaky.call()?)
}

#[test]
fn an_attempt_that_does_not_suspend_asks_for_no_timer() {
    assert_eq!(futures_executor::block_on(ready(&Flaky::failing(2))), Ok(3));
    assert_eq!(recorded_waits(), millis([100, 200]));
}

#[retry(attempt_timeout = "5s", initial_delay = "1s", jitter = none, sleep = record_async)]
async fn without_tokio() -> Result<u32, Error> {
    pending().await
}

#[test]
fn a_sleeper_of_any_runtime_keeps_the_time() {
    let error = Error::TimedOut(Elapsed::attempt(SECOND * 5));
    assert_eq!(futures_executor::block_on(without_tokio()), Err(error));
    assert_eq!(recorded_waits(), millis([5_000, 1_000, 5_000, 2_000, 5_000]));
}

const LIMIT: Duration = Duration::from_secs(5);

trait Service {
    const LIMIT: Duration;

    #[retry(attempt_timeout = Self::LIMIT, initial_delay = "0s", max_attempts = ATTEMPTS)]
    async fn call(&self) -> Result<u32, Error> {
        pending().await
    }
}

const ATTEMPTS: u32 = 2;

impl Service for u32 {
    const LIMIT: Duration = Duration::from_secs(3);
}

#[retry(attempt_timeout = LIMIT.saturating_mul(2), initial_delay = "0s", max_attempts = 1)]
async fn by_constant() -> Result<u32, Error> {
    pending().await
}

#[tokio::test(start_paused = true)]
async fn constants_say_how_long() {
    assert_eq!(by_constant().await, Err(Error::TimedOut(Elapsed::attempt(SECOND * 10))));
    assert_eq!(1.call().await, Err(Error::TimedOut(Elapsed::attempt(SECOND * 3))));
}

#[retry(attempt_timeout = "5s", initial_delay = "0s", filter_ok = |value| *value < 3, max_attempts = 5)]
async fn polled(attempts: &mut u32) -> Result<u32, Error> {
    *attempts += 1;
    if *attempts == 2 {
        pending::<()>().await;
    }
    Ok(*attempts)
}

#[tokio::test(start_paused = true)]
async fn values_may_be_turned_down_besides() {
    assert_eq!(polled(&mut 0).await, Ok(3));
}

#[tokio::test(start_paused = true)]
async fn dropping_the_future_drops_the_attempt() {
    // In the first attempt, in the wait after it, in the second one.
    for (seconds, made) in [(3, 1), (6, 1), (8, 2)] {
        let mut attempts = 0;
        let call = tokio::time::timeout(SECOND * seconds, dropped(&mut attempts));
        assert!(call.await.is_err());
        sleep(SECOND * 60).await;
        assert_eq!(attempts, made);
    }
}

#[retry(attempt_timeout = "5s", initial_delay = "2s", jitter = none)]
async fn dropped(attempts: &mut u32) -> Result<u32, Error> {
    stalling(attempts, 9).await
}

#[test]
fn a_verdict_on_it_is_transient() {
    use retry_runtime::Classify;

    assert!(Elapsed::attempt(SECOND).classify().is_transient());
    assert_ne!(Elapsed::attempt(SECOND).classify(), Verdict::THROTTLED);
}

/// Has always something to do, and never leaves its turn to others by itself.
#[retry(max_attempts = 2, initial_delay = "0s", attempt_timeout = "10ms")]
async fn busy(attempts: &mut u32) -> Result<(), Error> {
    *attempts += 1;
    loop {
        tokio::task::coop::consume_budget().await;
    }
}

#[tokio::test]
async fn an_attempt_that_never_rests_is_dropped_too() {
    let mut attempts = 0;
    assert_eq!(busy(&mut attempts).await, Err(Error::TimedOut(Elapsed::attempt(Duration::from_millis(10)))));
    assert_eq!(attempts, 2);
}
