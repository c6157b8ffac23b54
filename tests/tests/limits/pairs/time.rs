//! The limits of time beside each other, and cancellation.

use std::time::Duration;

use retry_runtime::{CancelToken, StopReason, retry};
use retry_tests::ServerError;
use tokio::time::{Instant, sleep};

use crate::script::{Outcome, SECOND, Script, Step, given_up};

#[retry(
    max_attempts = 99,
    max_elapsed = "10s",
    deadline_from = Instant::now() + left,
    backoff = constant,
    initial_delay = "3s",
    jitter = none,
    wrap_error,
)]
async fn elapsed_and_deadline(left: Duration, script: &Script) -> Outcome {
    script.attempt().await
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_fits_into_neither_is_named_after_the_deadline() {
    for (left, attempts, reason) in [
        (7, 3, StopReason::Deadline),
        // A wait that ends with the deadline leaves no time for an attempt; one that ends with `max_elapsed` does.
        (9, 3, StopReason::Deadline),
        (11, 4, StopReason::Deadline),
        (13, 4, StopReason::Elapsed),
        (99, 4, StopReason::Elapsed),
    ] {
        let (start, script) = (Instant::now(), Script::failing(ServerError::Busy));
        let ended = given_up(elapsed_and_deadline(SECOND * left, &script).await);
        assert_eq!((ended, start.elapsed()), ((attempts, reason), SECOND * 3 * (attempts - 1)), "{left}");
    }
}

#[tokio::test(start_paused = true)]
async fn only_the_deadline_interrupts_an_attempt() {
    let (start, script) = (Instant::now(), Script::new([Step::Stall]));
    assert_eq!(given_up(elapsed_and_deadline(SECOND * 60, &script).await), (1, StopReason::Deadline));
    assert_eq!(start.elapsed(), SECOND * 60, "long after `max_elapsed`");
}

#[retry(
    max_elapsed = "10s",
    max_total_delay = "10s",
    max_retry_after = "10s",
    deadline = "10s",
    attempt_timeout = "2s",
    initial_delay = "0s",
    jitter = none,
    cancel = stop,
    wrap_error,
)]
async fn with_all(stop: &CancelToken, script: &Script) -> Outcome {
    script.attempt().await
}

#[tokio::test(start_paused = true)]
async fn a_hint_that_is_too_long_for_all_of_them_is_named_as_that() {
    let (start, stop) = (Instant::now(), CancelToken::new());
    for (hint, reason) in [(11, StopReason::ServerHintTooLong), (10, StopReason::Deadline)] {
        let script = Script::failing(ServerError::BusyFor(SECOND * hint));
        assert_eq!(given_up(with_all(&stop, &script).await), (1, reason));
    }
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_cancellation_is_named_before_any_time_limit() {
    let stop = CancelToken::new();
    stop.cancel();
    for hint in [5, 10, 11] {
        let script = Script::failing(ServerError::BusyFor(SECOND * hint));
        assert_eq!(given_up(with_all(&stop, &script).await), (1, StopReason::Cancelled));
    }
}

#[tokio::test(start_paused = true)]
async fn a_stalled_attempt_of_a_cancelled_call_ends_with_its_own_time() {
    let (start, stop) = (Instant::now(), CancelToken::new());
    let script = Script::new([Step::Stall, Step::Stall]);
    let (outcome, ()) = tokio::join!(with_all(&stop, &script), async {
        sleep(SECOND).await;
        stop.cancel();
    });
    assert_eq!(given_up(outcome), (1, StopReason::Cancelled));
    assert_eq!((script.made(), start.elapsed()), (1, SECOND * 2));
}

#[tokio::test(start_paused = true)]
async fn attempts_that_time_out_take_the_time_of_the_call() {
    let (start, stop) = (Instant::now(), CancelToken::new());
    let script = Script::new([Step::Stall, Step::fail(ServerError::BusyFor(SECOND * 8))]);
    // Two seconds have passed: a wait of eight ends with all of them.
    assert_eq!(given_up(with_all(&stop, &script).await), (2, StopReason::Deadline));
    assert_eq!(start.elapsed(), SECOND * 2);
}

#[retry(max_attempts = 9, max_total_delay = "10s", max_elapsed = "20s", initial_delay = "0s", jitter = none, wrap_error)]
async fn delays_and_elapsed(script: &Script) -> Outcome {
    script.attempt().await
}

#[tokio::test(start_paused = true)]
async fn slow_attempts_count_for_max_elapsed_and_not_for_max_total_delay() {
    let busy = |takes| Step::End(SECOND * takes, Err(ServerError::BusyFor(SECOND * 4)));
    for (takes, attempts, seconds) in [(0, 3, 8), (5, 3, 5 + 4 + 5 + 4 + 5), (9, 2, 9 + 4 + 9)] {
        let (start, script) = (Instant::now(), Script::new([busy(takes); 9]));
        assert_eq!(given_up(delays_and_elapsed(&script).await), (attempts, StopReason::Elapsed));
        assert_eq!(start.elapsed(), SECOND * seconds);
    }
}
