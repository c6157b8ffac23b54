//! What ends the wait for a turn.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    thread,
};

use retry_runtime::{AdaptiveRate, CancelToken, Elapsed, RetryError, StopReason, retry};
use retry_tests::{Flaky, ServerError};
use tokio::time::{Instant, sleep};

use super::{MILLI, SECOND, THROTTLED, next_turn, throttled};
use crate::error::Error;

#[retry(deadline = "500ms", adaptive = rate, wrap_error)]
async fn with_deadline(rate: &AdaptiveRate, flaky: &Flaky) -> Result<u32, RetryError<Error>> {
    Ok(flaky.call_async().await?)
}

#[tokio::test(start_paused = true)]
async fn a_first_attempt_whose_turn_comes_after_the_deadline_is_not_made() {
    let (rate, flaky) = (throttled().await, Flaky::failing(0));
    let start = Instant::now();
    let error = with_deadline(&rate, &flaky).await.expect_err("too late");
    assert_eq!((flaky.attempts(), error.attempts(), error.reason()), (0, 0, StopReason::Deadline));
    let Some(Error::TimedOut(elapsed)) = error.into_last_error() else { panic!("no timeout") };
    assert!(elapsed.is_deadline() && elapsed.limit() == MILLI * 500);
    let ended = start.elapsed();
    assert!(ended <= MILLI * 500);
    assert_eq!(next_turn(&rate).await, SECOND - ended, "its turn is the next one's");
}

#[retry(deadline = "500ms", initial_delay = "0s", adaptive = rate, wrap_error, timeout_error = |_| ServerError::Gone)]
async fn retried_with_deadline(rate: &AdaptiveRate) -> Result<u32, RetryError<ServerError>> {
    Err(THROTTLED)
}

/// Not throttled yet.
fn calm() -> AdaptiveRate {
    AdaptiveRate::new("api").with_min_rate(1.0)
}

#[tokio::test(start_paused = true)]
async fn a_retry_whose_turn_comes_after_the_deadline_ends_with_the_last_error() {
    let start = Instant::now();
    let error = retried_with_deadline(&calm()).await.expect_err("throttled");
    assert_eq!((error.attempts(), error.reason()), (1, StopReason::Deadline));
    assert_eq!(error.into_last_error(), Some(THROTTLED));
    assert!(start.elapsed() <= MILLI * 500);
}

#[retry(deadline = "2500ms", initial_delay = "0s", max_attempts = 9, adaptive = rate, wrap_error)]
async fn until_the_deadline(rate: &AdaptiveRate, made: &mut u32) -> Result<u32, RetryError<std::io::Error>> {
    *made += 1;
    std::future::pending().await
}

#[tokio::test(start_paused = true)]
async fn what_the_turn_took_is_gone_for_the_attempt() {
    let (start, rate, mut made) = (Instant::now(), throttled().await, 0);
    let error = until_the_deadline(&rate, &mut made).await.expect_err("stalled");
    assert_eq!((made, error.attempts(), error.reason()), (1, 1, StopReason::Deadline));
    assert_eq!(start.elapsed(), MILLI * 2_500);
    let elapsed = error.into_last_error().and_then(|error| error.downcast::<Elapsed>().ok());
    assert_eq!(elapsed, Some(Elapsed::deadline(MILLI * 2_500)));
}

#[retry(initial_delay = "0s", adaptive = rate, cancel = stop, wrap_error)]
async fn cancellable(
    rate: &AdaptiveRate,
    stop: &CancelToken,
    script: &mut Vec<ServerError>,
) -> Result<u32, RetryError<ServerError>> {
    script.pop().map_or(Ok(1), Err)
}

#[tokio::test(start_paused = true)]
async fn a_cancellation_ends_a_retrys_wait_with_the_last_error() {
    let (start, rate, stop) = (Instant::now(), calm(), CancelToken::new());
    let mut script = vec![THROTTLED; 9];
    let (outcome, ()) = tokio::join!(cancellable(&rate, &stop, &mut script), async {
        sleep(MILLI * 300).await;
        stop.cancel();
    });
    let error = outcome.expect_err("cancelled");
    assert_eq!((error.attempts(), error.reason()), (1, StopReason::Cancelled));
    assert_eq!((start.elapsed(), error.into_last_error()), (MILLI * 300, Some(THROTTLED)));
    assert_eq!(next_turn(&rate).await, MILLI * 700, "its turn is the next one's");
}

#[tokio::test(start_paused = true)]
async fn a_first_attempt_is_made_at_once_when_it_is_cancelled() {
    let (rate, stop, mut script) = (throttled().await, CancelToken::new(), vec![]);
    let start = Instant::now();
    let (outcome, ()) = tokio::join!(cancellable(&rate, &stop, &mut script), async {
        sleep(MILLI * 300).await;
        stop.cancel();
    });
    assert_eq!((outcome.ok(), start.elapsed()), (Some(1), MILLI * 300));
    let error = cancellable(&rate, &stop, &mut vec![ServerError::Busy]).await.expect_err("cancelled");
    assert_eq!((error.attempts(), error.reason()), (1, StopReason::Cancelled));
    assert_eq!(start.elapsed(), MILLI * 300, "cancelled before");
}

#[retry(max_elapsed = "500ms", initial_delay = "0s", adaptive = rate, wrap_error)]
async fn with_max_elapsed(
    rate: &AdaptiveRate,
    script: &mut Vec<ServerError>,
) -> Result<u32, RetryError<ServerError>> {
    script.pop().map_or(Ok(1), Err)
}

#[retry(max_total_delay = "500ms", initial_delay = "0s", adaptive = rate, wrap_error)]
async fn with_max_total_delay(
    rate: &AdaptiveRate,
    script: &mut Vec<ServerError>,
) -> Result<u32, RetryError<ServerError>> {
    script.pop().map_or(Ok(1), Err)
}

#[tokio::test(start_paused = true)]
async fn a_retry_whose_turn_comes_too_late_ends_with_the_last_error() {
    for is_elapsed in [true, false] {
        let (start, rate, mut script) = (Instant::now(), calm(), vec![THROTTLED; 9]);
        let outcome = if is_elapsed {
            with_max_elapsed(&rate, &mut script).await
        } else {
            with_max_total_delay(&rate, &mut script).await
        };
        let (error, ended) = (outcome.expect_err("throttled"), start.elapsed());
        assert_eq!((error.attempts(), error.reason()), (1, StopReason::Elapsed));
        assert_eq!(error.into_last_error(), Some(THROTTLED));
        assert!(ended <= MILLI * 500);
        assert_eq!(next_turn(&rate).await, SECOND - ended, "its turn is the next one's");
    }
}

#[retry(max_attempts = 9, max_total_delay = "1500ms", initial_delay = "0s", adaptive = rate, wrap_error)]
async fn with_room_for_one_turn(rate: &AdaptiveRate, made: &mut u32) -> Result<u32, RetryError<ServerError>> {
    *made += 1;
    Err(THROTTLED)
}

#[tokio::test(start_paused = true)]
async fn turns_count_as_waits_of_the_call() {
    let (start, mut made) = (Instant::now(), 0);
    let error = with_room_for_one_turn(&calm(), &mut made).await.expect_err("throttled");
    assert_eq!((made, error.attempts(), error.reason()), (2, 2, StopReason::Elapsed));
    assert!((SECOND..=MILLI * 1_500).contains(&start.elapsed()));
}

#[tokio::test(start_paused = true)]
async fn the_wait_before_the_first_attempt_has_no_error_to_end_with() {
    let (start, one, two) = (Instant::now(), throttled().await, throttled().await);
    assert_eq!(with_max_elapsed(&one, &mut vec![]).await, Ok(1));
    assert_eq!(start.elapsed(), SECOND);
    assert_eq!(with_max_total_delay(&two, &mut vec![]).await, Ok(1));
    assert_eq!(start.elapsed(), SECOND, "it was there by then");
    let error = with_max_elapsed(&throttled().await, &mut vec![ServerError::Busy]).await.expect_err("busy");
    assert_eq!((error.attempts(), error.reason()), (1, StopReason::Elapsed));
}

type Seen = Vec<(u32, Option<StopReason>, bool)>;

#[retry(
    max_elapsed = "500ms",
    initial_delay = "0s",
    adaptive = rate,
    on_retry = |event| seen.push((event.attempt, event.reason, event.error.is_some())),
    on_give_up = |event| seen.push((event.attempt, event.reason, event.error.is_some())),
    fallback = |error| async move { assert_eq!(error, THROTTLED); Ok(7) },
)]
async fn observed(rate: &AdaptiveRate, seen: &mut Seen) -> Result<u32, ServerError> {
    Err(THROTTLED)
}

#[tokio::test(start_paused = true)]
async fn hooks_are_told_and_a_fallback_asked() {
    let mut seen = vec![];
    assert_eq!(observed(&calm(), &mut seen).await, Ok(7));
    assert_eq!(seen.last(), Some(&(1, Some(StopReason::Elapsed), true)));
}

#[retry(max_elapsed = "500ms", initial_delay = "0s", adaptive = rate, filter_ok = |_| {
    retry_runtime::Verdict::THROTTLED
})]
async fn polled(rate: &AdaptiveRate, values: &mut u32) -> Result<u32, ServerError> {
    *values += 1;
    Ok(*values)
}

#[tokio::test(start_paused = true)]
async fn the_last_value_that_was_turned_down_is_the_result() {
    assert_eq!(polled(&calm(), &mut 0).await, Ok(1));
}

#[retry(max_elapsed = "100ms", initial_delay = "0s", sleep = retry_tests::record, adaptive = rate, wrap_error)]
fn blocking(rate: &AdaptiveRate) -> Result<u32, RetryError<ServerError>> {
    Err(THROTTLED)
}

#[test]
fn a_blocking_retry_obeys_them_too() {
    let error = blocking(&calm()).expect_err("throttled");
    assert_eq!((error.attempts(), error.reason()), (1, StopReason::Elapsed));
    assert_eq!(error.into_last_error(), Some(THROTTLED));
}

#[retry(initial_delay = "0s", sleep = retry_tests::record, adaptive = rate, cancel = stop, wrap_error)]
fn blocking_cancelled(
    rate: &AdaptiveRate,
    stop: &CancelToken,
    made: &mut u32,
) -> Result<u32, RetryError<ServerError>> {
    *made += 1;
    Err(THROTTLED)
}

#[retry(initial_delay = "0s", adaptive = rate, cancel = stop)]
fn waits_for_ever(rate: &AdaptiveRate, stop: &CancelToken, made: &AtomicU32) -> Result<u32, ServerError> {
    made.fetch_add(1, Ordering::Relaxed);
    Err(THROTTLED)
}

#[test]
fn a_thread_that_waits_for_a_turn_is_woken() {
    let start = std::time::Instant::now();
    let (rate, stop) = (AdaptiveRate::new("api").with_min_rate(0.001), CancelToken::new());
    let made = AtomicU32::new(0);
    thread::scope(|scope| {
        let call = scope.spawn(|| waits_for_ever(&rate, &stop, &made));
        while made.load(Ordering::Relaxed) == 0 {
            thread::yield_now();
        }
        stop.cancel();
        assert_eq!(call.join().expect("no panic"), Err(THROTTLED));
    });
    assert_eq!(made.load(Ordering::Relaxed), 1);
    assert!(start.elapsed() < SECOND * 60, "a thousand seconds are not waited for");
}

#[test]
fn a_blocking_wait_for_a_turn_can_be_cancelled() {
    let stop = CancelToken::new();
    stop.cancel();
    let (rate, mut made) = (calm(), 0);
    assert_eq!(blocking_cancelled(&rate, &stop, &mut made).map_err(|error| error.attempts()), Err(1));
    // Throttled by now; the turn of a first attempt is not waited for either.
    assert_eq!(blocking_cancelled(&rate, &stop, &mut made).map_err(|error| error.attempts()), Err(1));
    assert_eq!((made, retry_tests::recorded_waits().len()), (2, 0));
}
