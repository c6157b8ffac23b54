//! Limits of time, and cancellation: which attempts were made, and why the call ended.

use std::{future::pending, io, time::Duration};

use retry_runtime::{CancelToken, HttpError, RetryError, retry};
use retry_tests::{Failure, Flaky, ServerError};
use tokio::time::{Instant, sleep};

use crate::{expected::operation, exposition::scraped_async};

const SECOND: Duration = Duration::from_secs(1);
const FAILURE: &str = "retry_tests::Failure";
const IO: &str = "io";

#[retry(attempt_timeout = "5s", max_attempts = 2, initial_delay = "300ms", jitter = none)]
async fn stalled() -> io::Result<u32> {
    pending().await
}

#[retry(attempt_timeout = "5s", max_attempts = 2, initial_delay = "300ms", jitter = none, wrap_error)]
async fn stalled_wordless() -> Result<u32, RetryError<Failure>> {
    pending().await
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_timed_out_was_made() {
    let scrape = scraped_async(async {
        assert!(stalled().await.is_err());
        assert!(stalled_wordless().await.is_err());
    })
    .await;
    scrape.assert_is(["stalled", "stalled_wordless"].map(|name| {
        operation("", name)
            .attempts([("1", 1), ("2", 1)])
            .gave_up("timeout", "attempts exhausted", 1)
            .delayed([0.3])
            .took([10.3])
    }));
}

#[retry(attempt_timeout = "5s", initial_delay = "300ms", jitter = none)]
async fn stalls_once(flaky: &Flaky) -> io::Result<u32> {
    if flaky.call().is_err() { pending().await } else { Ok(1) }
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_timed_out_may_be_followed_by_success() {
    let scrape = scraped_async(stalls_once(&Flaky::failing(1))).await;
    scrape.assert_is([operation("", "stalls_once")
        .attempts([("1", 1), ("2", 1)])
        .succeeded("2", 1)
        .delayed([0.3])
        .took([5.3])]);
}

#[retry(deadline_from = end, initial_delay = "700ms", jitter = none)]
async fn late(end: Instant, flaky: &Flaky) -> io::Result<u32> {
    sleep(SECOND).await;
    flaky.call().map_err(io::Error::other)
}

async fn ending_in(millis: u64) -> io::Result<u32> {
    late(Instant::now() + Duration::from_millis(millis), &Flaky::failing(9)).await
}

#[tokio::test(start_paused = true)]
async fn a_deadline_that_passed_before_the_call_leaves_nothing_to_attempt() {
    let scrape = scraped_async(ending_in(0)).await;
    scrape.assert_is([operation("", "late").gave_up("timeout", "deadline", 1).took([0.0])]);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_that_passes_in_an_attempt_ends_it() {
    let scrape = scraped_async(ending_in(400)).await;
    scrape.assert_is([operation("", "late")
        .attempts([("1", 1)])
        .gave_up("timeout", "deadline", 1)
        .took([0.4])]);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_that_would_pass_in_a_wait_ends_the_call_with_its_error() {
    let scrape = scraped_async(ending_in(1_500)).await;
    scrape.assert_is([operation("", "late").attempts([("1", 1)]).gave_up(IO, "deadline", 1).took([1.0])]);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_that_passes_in_the_second_attempt_counts_both() {
    let scrape = scraped_async(ending_in(2_200)).await;
    scrape.assert_is([operation("", "late")
        .attempts([("1", 1), ("2", 1)])
        .gave_up("timeout", "deadline", 1)
        .delayed([0.7])
        .took([2.2])]);
}

async fn oversleep(delay: Duration) {
    sleep(delay + SECOND * 20).await;
}

#[retry(deadline = "10s", sleep = oversleep, initial_delay = "1s", jitter = none)]
async fn overslept(flaky: &Flaky) -> io::Result<u32> {
    flaky.call().map_err(io::Error::other)
}

/// The timer slept past the deadline.
#[tokio::test(start_paused = true)]
async fn an_attempt_that_comes_too_late_was_not_made() {
    let scrape = scraped_async(overslept(&Flaky::failing(9))).await;
    scrape.assert_is([operation("", "overslept")
        .attempts([("1", 1)])
        .gave_up("timeout", "deadline", 1)
        .delayed([1.0])
        .took([21.0])]);
}

#[retry(max_attempts = 9, initial_delay = "700ms", jitter = none, max_elapsed = "1s")]
async fn hurried(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tokio::test(start_paused = true)]
async fn a_call_that_ran_out_of_time() {
    let scrape = scraped_async(hurried(&Flaky::failing(9))).await;
    scrape.assert_is([operation("", "hurried")
        .attempts([("1", 1), ("2", 1)])
        .gave_up(FAILURE, "elapsed", 1)
        .delayed([0.7])
        .took([0.7])]);
}

#[retry(initial_delay = "0s", jitter = none, max_total_delay = "1s")]
async fn impatient() -> Result<u32, ServerError> {
    Err(ServerError::BusyFor(SECOND * 7 / 10))
}

#[tokio::test(start_paused = true)]
async fn a_call_that_waited_enough() {
    let scrape = scraped_async(impatient()).await;
    scrape.assert_is([operation("", "impatient")
        .attempts([("1", 1), ("2", 1)])
        .gave_up("retry_tests::ServerError", "elapsed", 1)
        .delayed([0.7])
        .took([0.7])]);
}

#[retry(initial_delay = "7s", jitter = none, cancel = stop)]
async fn cancelled(flaky: &Flaky, stop: &CancelToken) -> Result<u32, Failure> {
    sleep(SECOND).await;
    flaky.call()
}

async fn cancelled_after(seconds: u32, failures: u32) -> Result<u32, Failure> {
    let (flaky, stop) = (Flaky::failing(failures), CancelToken::new());
    let cancel = async {
        sleep(SECOND * seconds + SECOND / 2).await;
        stop.cancel();
    };
    tokio::join!(cancelled(&flaky, &stop), cancel).0
}

/// The wait counts as it was decided, not as it was cut short.
#[tokio::test(start_paused = true)]
async fn a_wait_that_is_cancelled_ends_the_call_with_its_error() {
    let scrape = scraped_async(cancelled_after(3, 9)).await;
    scrape.assert_is([operation("", "cancelled")
        .attempts([("1", 1)])
        .gave_up(FAILURE, "cancelled", 1)
        .delayed([7.0])
        .took([3.5])]);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_in_which_the_call_is_cancelled_is_made_to_its_end() {
    let scrape = scraped_async(async {
        assert_eq!(cancelled_after(0, 9).await, Err(Failure(1)));
        assert_eq!(cancelled_after(0, 0).await, Ok(1));
    })
    .await;
    scrape.assert_is([operation("", "cancelled")
        .attempts([("1", 2)])
        .succeeded("1", 1)
        .gave_up(FAILURE, "cancelled", 1)
        .took([1.0, 1.0])]);
}

#[retry(attempt_timeout = "5s", initial_delay = "7s", jitter = none, cancel = stop, wrap_error)]
async fn stalled_and_cancelled(stop: &CancelToken) -> Result<u32, RetryError<Failure>> {
    pending().await
}

#[retry(attempt_timeout = "5s", initial_delay = "7s", jitter = none, cancel = stop)]
async fn told_and_cancelled(stop: &CancelToken) -> io::Result<u32> {
    pending().await
}

#[retry(attempt_timeout = "5s", initial_delay = "7s", jitter = none, cancel = stop)]
async fn classified_and_cancelled(stop: &CancelToken) -> Result<u32, HttpError> {
    pending().await
}

/// The wait has no error but the last one: it is counted as what that says of itself, if it could be made.
#[tokio::test(start_paused = true)]
async fn a_wait_after_a_timeout_that_is_cancelled_ends_with_what_became_of_the_timeout() {
    let scrape = scraped_async(async {
        let stop = CancelToken::new();
        let cancel = async {
            sleep(SECOND * 8).await;
            stop.cancel();
        };
        let calls =
            (stalled_and_cancelled(&stop), told_and_cancelled(&stop), classified_and_cancelled(&stop));
        let _ = tokio::join!(calls.0, calls.1, calls.2, cancel);
    })
    .await;
    let calls = [
        ("stalled_and_cancelled", "no_outcome"),
        ("told_and_cancelled", "timeout"),
        ("classified_and_cancelled", "timeout"),
    ];
    scrape.assert_is(calls.map(|(name, error_type)| {
        operation("", name)
            .attempts([("1", 1)])
            .gave_up(error_type, "cancelled", 1)
            .delayed([7.0])
            .took([8.0])
    }));
}
