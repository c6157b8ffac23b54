//! `adaptive`: fewer attempts for a server that throttles, fewer retries while little succeeds.

mod ceiling;
mod limited;
mod outcomes;
mod shapes;

use std::time::Duration;

use futures_util::future::join_all;
use retry_runtime::{AdaptiveRate, retry};
use retry_tests::{Failure, Flaky, ServerError, record, record_async, recorded_waits};
use tokio::time::{Instant, advance, sleep, timeout};

const SECOND: Duration = Duration::from_secs(1);
const MILLI: Duration = Duration::from_millis(1);
const TENTH: Duration = Duration::from_millis(100);

/// The server asks for less, and does not say for how long.
const THROTTLED: ServerError = ServerError::BusyFor(Duration::ZERO);

/// Its server just throttled: an attempt a second from now on, until it is answered.
async fn throttled() -> AdaptiveRate {
    let rate = AdaptiveRate::new("api").with_min_rate(1.0);
    assert_eq!(once(&rate, Err(THROTTLED)).await, Err(THROTTLED));
    assert_eq!(rate.rate(), Some(1.0));
    rate
}

#[retry(max_attempts = 1, adaptive = rate)]
async fn once(rate: &AdaptiveRate, outcome: Result<u32, ServerError>) -> Result<u32, ServerError> {
    outcome
}

/// Says when it was made, then takes a minute.
#[retry(max_attempts = 1, adaptive = rate)]
async fn noted(rate: &AdaptiveRate, made: &mut Vec<Duration>, start: Instant) -> Result<u32, Failure> {
    made.push(start.elapsed());
    sleep(SECOND * 60).await;
    Ok(1)
}

/// When an attempt would be made that asks now.
async fn next_turn(rate: &AdaptiveRate) -> Duration {
    let mut made = vec![];
    assert_eq!(noted(rate, &mut made, Instant::now()).await, Ok(1));
    made[0]
}

#[retry(max_attempts = 9, initial_delay = "0s", adaptive = rate)]
async fn at_once(rate: &AdaptiveRate, flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[retry(max_attempts = 9, initial_delay = "0s", sleep = record, adaptive = rate)]
fn at_once_blocking(rate: &AdaptiveRate, flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[tokio::test(start_paused = true)]
async fn while_the_server_has_not_throttled_nothing_waits() {
    let (start, rate) = (Instant::now(), AdaptiveRate::new("api"));
    for _ in 0..5 {
        assert_eq!(at_once(&rate, &Flaky::failing(2)).await, Ok(3));
        assert_eq!(at_once_blocking(&rate, &Flaky::failing(0)), Ok(1));
    }
    assert_eq!((start.elapsed(), recorded_waits().len()), (Duration::ZERO, 0));
}

/// Fails as the script says, then succeeds.
#[retry(max_attempts = 9, initial_delay = "0s", adaptive = rate)]
async fn scripted(rate: &AdaptiveRate, script: &mut Vec<ServerError>) -> Result<(), ServerError> {
    script.pop().map_or(Ok(()), Err)
}

#[tokio::test(start_paused = true)]
async fn after_it_has_a_retry_waits_for_its_turn() {
    let (start, rate) = (Instant::now(), AdaptiveRate::new("api").with_min_rate(1.0));
    assert_eq!(scripted(&rate, &mut vec![THROTTLED]).await, Ok(()));
    assert_eq!(start.elapsed(), SECOND);
}

#[tokio::test(start_paused = true)]
async fn so_does_a_first_attempt() {
    let rate = throttled().await;
    assert_eq!(next_turn(&rate).await, SECOND);
}

#[tokio::test(start_paused = true)]
async fn the_time_that_a_retry_waits_anyway_counts() {
    let hint = |millis| ServerError::BusyFor(MILLI * millis);
    for (millis, expected) in [(400, 1_000), (1_000, 1_000), (3_000, 3_000)] {
        let (start, rate) = (Instant::now(), AdaptiveRate::new("api").with_min_rate(1.0));
        assert_eq!(exactly_hinted(&rate, &mut vec![hint(millis)]).await, Ok(()));
        assert_eq!(start.elapsed(), MILLI * expected);
    }
}

#[retry(max_attempts = 9, initial_delay = "0s", jitter = none, adaptive = rate)]
async fn exactly_hinted(rate: &AdaptiveRate, script: &mut Vec<ServerError>) -> Result<(), ServerError> {
    script.pop().map_or(Ok(()), Err)
}

#[tokio::test(start_paused = true)]
async fn attempts_go_in_the_order_in_which_they_asked() {
    let rate = throttled().await;
    let calls = (0..4).map(|_| next_turn(&rate));
    assert_eq!(join_all(calls).await, [1, 2, 3, 4].map(Duration::from_secs));
}

#[tokio::test(start_paused = true)]
async fn it_recovers_when_the_server_answers() {
    let rate = throttled().await;
    let start = Instant::now();
    for _ in 0..500 {
        assert_eq!(once(&rate, Ok(1)).await, Ok(1));
    }
    // At an attempt a second it would have taken eight minutes.
    assert!(start.elapsed() < SECOND * 60, "{:?}", start.elapsed());
    assert!(rate.rate().is_some_and(|rate| rate > 10.0), "{rate:?}");
}

#[retry(max_attempts = 2, initial_delay = "0s", sleep = record, adaptive = rate)]
fn blocking(rate: &AdaptiveRate, errors: &mut Vec<ServerError>) -> Result<(), ServerError> {
    errors.pop().map_or(Ok(()), Err)
}

#[test]
fn a_blocking_attempt_waits_on_the_sleeper_of_the_function() {
    let rate = AdaptiveRate::new("api").with_min_rate(10.0);
    assert_eq!(blocking(&rate, &mut vec![THROTTLED]), Ok(()));
    let waits = recorded_waits();
    assert!(!waits.is_empty() && waits.iter().all(|wait| *wait <= TENTH && !wait.is_zero()), "{waits:?}");
}

#[retry(max_attempts = 2, initial_delay = "0s", sleep = record_async, adaptive = rate)]
async fn on_own_timer(rate: &AdaptiveRate, errors: &mut Vec<ServerError>) -> Result<(), ServerError> {
    errors.pop().map_or(Ok(()), Err)
}

#[test]
fn an_async_one_too_without_tokio() {
    let rate = AdaptiveRate::new("api").with_min_rate(10.0);
    assert_eq!(futures_executor::block_on(on_own_timer(&rate, &mut vec![THROTTLED])), Ok(()));
    let waits = recorded_waits();
    assert!(!waits.is_empty() && waits.iter().all(|wait| *wait <= TENTH && !wait.is_zero()), "{waits:?}");
}

#[test]
fn a_sleeper_that_returns_early_is_not_asked_for_ever() {
    let (start, rate) = (std::time::Instant::now(), AdaptiveRate::new("api"));
    assert_eq!(blocking(&rate, &mut vec![THROTTLED]), Ok(()));
    // Two seconds, in parts of one.
    let waits = recorded_waits();
    assert!(waits.len() < 10, "{} waits in {:?}", waits.len(), start.elapsed());
    assert_eq!(futures_executor::block_on(on_own_timer(&rate, &mut vec![])), Ok(()));
    assert!(recorded_waits().len() < 10);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_in_the_queue_gives_its_turn_to_the_next() {
    let (rate, flaky) = (throttled().await, Flaky::failing(0));
    let dropped = timeout(MILLI * 300, at_once(&rate, &flaky));
    let (dropped, next) = tokio::join!(dropped, next_turn(&rate));
    assert!(dropped.is_err());
    // It would have been the second one's.
    assert_eq!(next, SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_turn_that_was_never_waited_for_is_not_taken() {
    let rate = throttled().await;
    drop(at_once(&rate, &Flaky::failing(0)));
    assert_eq!(next_turn(&rate).await, SECOND);
}

#[retry(max_attempts = 1, attempt_timeout = "500ms", adaptive = rate)]
async fn timed(rate: &AdaptiveRate) -> std::io::Result<u32> {
    sleep(MILLI * 400).await;
    Ok(1)
}

#[tokio::test(start_paused = true)]
async fn the_turn_is_no_part_of_the_attempts_time() {
    let (start, rate) = (Instant::now(), throttled().await);
    assert_eq!(timed(&rate).await.ok(), Some(1));
    assert_eq!(start.elapsed(), MILLI * 1_400);
}

#[retry(max_attempts = 2, initial_delay = "1s", jitter = none, adaptive = rate, before_retry = |_| {
    prepared.push(start.elapsed());
    sleep(MILLI * 200)
})]
async fn prepared(
    rate: &AdaptiveRate,
    prepared: &mut Vec<Duration>,
    start: Instant,
    flaky: &Flaky,
) -> Result<u32, Failure> {
    prepared.push(start.elapsed());
    flaky.call_async().await
}

#[tokio::test(start_paused = true)]
async fn the_preparation_comes_before_the_turn() {
    let (rate, flaky, mut times) = (throttled().await, Flaky::failing(1), vec![]);
    let first = prepared(&rate, &mut times, Instant::now(), &flaky);
    let other = async {
        // Asks in the wait of the first call, and is made first.
        sleep(MILLI * 1_500).await;
        next_turn(&rate).await
    };
    let (outcome, other) = tokio::join!(first, other);
    assert_eq!((outcome, other), (Ok(2), MILLI * 500));
    // Its turn, the preparation after the wait, and the turn that was asked for after that.
    assert_eq!(times, [1_000, 2_000, 3_000].map(Duration::from_millis));
}

#[retry(max_attempts = 1, adaptive = rate, context = cx)]
async fn with_context(rate: &AdaptiveRate) -> Result<Duration, Failure> {
    Ok(cx.elapsed())
}

#[tokio::test(start_paused = true)]
async fn the_call_began_before_its_turn() {
    let rate = throttled().await;
    assert_eq!(with_context(&rate).await, Ok(SECOND));
}

#[tokio::test(start_paused = true)]
async fn what_was_saved_up_in_a_pause_is_used_at_once() {
    let rate = throttled().await;
    advance(SECOND * 60).await;
    assert_eq!(next_turn(&rate).await, Duration::ZERO);
}
