//! What the log says of limits of time and of cancellation.

use std::{future::pending, io, time::Duration};

use retry_runtime::{CancelToken, retry};
use retry_tests::{Failure, Flaky};
use tokio::time::{Instant, sleep};

use crate::capture::Log;

#[retry(attempt_timeout = "5s", max_attempts = 2, initial_delay = "1s", jitter = none)]
async fn stalled() -> io::Result<u32> {
    pending().await
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_timed_out_says_so() {
    let (log, _guard) = Log::listen();
    assert!(stalled().await.is_err());
    assert_eq!(
        log.messages(),
        [
            "attempt 1/2 of stalled failed, next in 1.0s: attempt timed out after 5s",
            "stalled gave up after attempt 2/2 (attempts exhausted): attempt timed out after 5s",
        ]
    );
}

#[retry(deadline_from = end, initial_delay = "1s", jitter = none)]
async fn late(end: Instant, flaky: &Flaky) -> io::Result<u32> {
    sleep(Duration::from_secs(1)).await;
    flaky.call().map_err(io::Error::other)
}

#[tokio::test(start_paused = true)]
async fn a_deadline_that_passed_is_named() {
    let (log, _guard) = Log::listen();
    // Before the call, in an attempt, in what would be a wait.
    for millis in [0, 500, 2_000] {
        let end = Instant::now() + Duration::from_millis(millis);
        assert!(late(end, &Flaky::failing(9)).await.is_err());
    }
    assert_eq!(
        log.messages(),
        [
            "late gave up before its first attempt (deadline): deadline passed before the call",
            "late gave up after attempt 1/3 (deadline): deadline passed after 500ms",
            "late gave up after attempt 1/3 (deadline): attempt 1 failed",
        ]
    );
}

#[retry(initial_delay = "10s", jitter = none, cancel = stop)]
async fn cancelled(stop: &CancelToken) -> Result<u32, Failure> {
    Err(Failure(1))
}

#[tokio::test(start_paused = true)]
async fn a_cancellation_is_named_with_the_last_error() {
    let (log, _guard) = Log::listen();
    let stop = CancelToken::new();
    let (outcome, ()) = tokio::join!(cancelled(&stop), async { stop.cancel() });
    assert_eq!(outcome, Err(Failure(1)));
    assert_eq!(
        log.messages(),
        [
            "attempt 1/3 of cancelled failed, next in 10.0s: attempt 1 failed",
            "cancelled gave up after attempt 1/3 (cancelled): attempt 1 failed",
        ]
    );
}
