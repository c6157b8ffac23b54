//! A circuit breaker beside the others: the time that it stays open is a server's hint with all limits of one, and
//! whichever limit does not leave room for it, the reason is that the circuit is open.

use std::time::Duration;

use retry_runtime::{CancelToken, CircuitBreaker, CircuitState, StopReason, retry};
use retry_tests::ServerError;
use tokio::time::{Instant, sleep};

use crate::script::{MILLI, Outcome, SECOND, Script, Step, admits, brittle, given_up, half_open};

#[retry(max_retry_after = "20s", initial_delay = "0s", jitter = none, circuit_breaker = breaker, wrap_error)]
async fn hints_to_20_s(breaker: &CircuitBreaker, script: &Script) -> Outcome {
    script.attempt().await
}

#[retry(max_retry_after = "30s", initial_delay = "0s", jitter = none, circuit_breaker = breaker, wrap_error)]
async fn hints_to_30_s(breaker: &CircuitBreaker, script: &Script) -> Outcome {
    script.attempt().await
}

#[retry(max_elapsed = "29s", initial_delay = "0s", jitter = none, circuit_breaker = breaker, wrap_error)]
async fn elapsed_to_29_s(breaker: &CircuitBreaker, script: &Script) -> Outcome {
    script.attempt().await
}

#[retry(max_elapsed = "30s", initial_delay = "0s", jitter = none, circuit_breaker = breaker, wrap_error)]
async fn elapsed_to_30_s(breaker: &CircuitBreaker, script: &Script) -> Outcome {
    script.attempt().await
}

#[retry(max_total_delay = "29s", initial_delay = "0s", jitter = none, circuit_breaker = breaker, wrap_error)]
async fn delays_to_29_s(breaker: &CircuitBreaker, script: &Script) -> Outcome {
    script.attempt().await
}

#[retry(max_total_delay = "30s", initial_delay = "0s", jitter = none, circuit_breaker = breaker, wrap_error)]
async fn delays_to_30_s(breaker: &CircuitBreaker, script: &Script) -> Outcome {
    script.attempt().await
}

#[retry(deadline = "30s", initial_delay = "0s", jitter = none, circuit_breaker = breaker, wrap_error)]
async fn deadline_of_30_s(breaker: &CircuitBreaker, script: &Script) -> Outcome {
    script.attempt().await
}

#[retry(deadline = "31s", initial_delay = "0s", jitter = none, circuit_breaker = breaker, wrap_error)]
async fn deadline_of_31_s(breaker: &CircuitBreaker, script: &Script) -> Outcome {
    script.attempt().await
}

/// Ends at once, with an attempt that was never made after the one that opened the circuit.
async fn assert_ends(call: impl AsyncFn(&CircuitBreaker, &Script) -> Outcome) {
    let (start, script) = (Instant::now(), Script::new([Step::fail(ServerError::Busy)]));
    assert_eq!(given_up(call(&brittle(), &script).await), (2, StopReason::CircuitOpen));
    assert_eq!((script.made(), start.elapsed()), (1, Duration::ZERO));
}

async fn assert_waits(call: impl AsyncFn(&CircuitBreaker, &Script) -> Outcome) {
    let (start, script) = (Instant::now(), Script::new([Step::fail(ServerError::Busy)]));
    assert_eq!(call(&brittle(), &script).await, Ok(2));
    assert_eq!(start.elapsed(), SECOND * 30);
}

#[tokio::test(start_paused = true)]
async fn a_limit_without_room_for_the_wait_ends_the_call_as_circuit_open() {
    assert_ends(hints_to_20_s).await;
    assert_ends(elapsed_to_29_s).await;
    assert_ends(delays_to_29_s).await;
    assert_ends(deadline_of_30_s).await;
    assert_ends(only_two).await;
}

#[tokio::test(start_paused = true)]
async fn one_with_room_for_it_lets_it_wait() {
    assert_waits(hints_to_30_s).await;
    assert_waits(elapsed_to_30_s).await;
    assert_waits(delays_to_30_s).await;
    assert_waits(deadline_of_31_s).await;
}

#[retry(max_attempts = 2, initial_delay = "0s", circuit_breaker = breaker, wrap_error)]
async fn only_two(breaker: &CircuitBreaker, script: &Script) -> Outcome {
    script.attempt().await
}

#[retry(initial_delay = "0s", jitter = none, cancel = stop, circuit_breaker = breaker, wrap_error)]
async fn with_cancel(stop: &CancelToken, breaker: &CircuitBreaker, script: &Script) -> Outcome {
    script.attempt().await
}

#[tokio::test(start_paused = true)]
async fn a_cancellation_is_named_before_an_open_circuit() {
    let (start, breaker, stop) = (Instant::now(), brittle(), CancelToken::new());
    let script = Script::new([Step::fail(ServerError::Busy)]);
    let (outcome, ()) = tokio::join!(with_cancel(&stop, &breaker, &script), async {
        sleep(SECOND * 10).await;
        stop.cancel();
    });
    let error = outcome.expect_err("cancelled");
    assert_eq!(
        (error.attempts(), error.reason()),
        (2, StopReason::Cancelled),
        "in the wait after the second"
    );
    assert_eq!((script.made(), start.elapsed()), (1, SECOND * 10));
    assert_eq!(error.into_last_error(), Some(ServerError::Busy));
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_call_holds_no_leave() {
    let (breaker, stop) = (half_open().await, CancelToken::new());
    stop.cancel();
    let script = Script::failing(ServerError::Gone);
    // A permanent error is an answer, and closes it.
    assert_eq!(given_up(with_cancel(&stop, &breaker, &script).await), (1, StopReason::Permanent));
    assert!(admits(&breaker).await);
}

#[retry(attempt_timeout = "5s", initial_delay = "0s", jitter = none, circuit_breaker = breaker, wrap_error)]
async fn with_attempt_timeout(breaker: &CircuitBreaker, script: &Script) -> Outcome {
    script.attempt().await
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_timed_out_opens_it_and_is_waited_for() {
    let (start, breaker) = (Instant::now(), brittle());
    assert_eq!(with_attempt_timeout(&breaker, &Script::new([Step::Stall])).await, Ok(2));
    assert_eq!(start.elapsed(), SECOND * 35);
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_times_out_opens_it_again() {
    let (start, breaker) = (Instant::now(), half_open().await);
    let script = Script::new([Step::Stall]);
    assert_eq!(with_attempt_timeout(&breaker, &script).await, Ok(2));
    assert_eq!((start.elapsed(), breaker.state()), (SECOND * (30 + 35), CircuitState::Closed));
}

#[retry(deadline = "5s", initial_delay = "0s", circuit_breaker = breaker, wrap_error)]
async fn with_short_deadline(breaker: &CircuitBreaker, script: &Script) -> Outcome {
    script.attempt().await
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_the_deadline_drops_opens_it_again() {
    let breaker = half_open().await;
    let script = Script::new([Step::Stall]);
    assert_eq!(given_up(with_short_deadline(&breaker, &script).await), (1, StopReason::Deadline));
    assert_eq!(breaker.state(), CircuitState::Open);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_opens_it_leaves_no_time_for_another() {
    let (start, breaker) = (Instant::now(), brittle());
    let script = Script::failing(ServerError::Busy);
    assert_eq!(given_up(with_short_deadline(&breaker, &script).await), (2, StopReason::CircuitOpen));
    assert_eq!((script.made(), start.elapsed()), (1, Duration::ZERO));
}

#[retry(deadline = "5s", initial_delay = "1s", jitter = none, circuit_breaker = breaker, wrap_error, before_retry = |_| {
    sleep(SECOND * 60)
})]
async fn stalls_in_preparation(breaker: &CircuitBreaker, script: &Script) -> Outcome {
    script.attempt().await
}

#[tokio::test(start_paused = true)]
async fn a_preparation_that_the_deadline_drops_holds_no_leave() {
    let breaker = CircuitBreaker::new("lake").with_consecutive_failures(2);
    let script = Script::failing(ServerError::Busy);
    assert_eq!(given_up(stalls_in_preparation(&breaker, &script).await), (1, StopReason::Deadline));
    assert_eq!(breaker.state(), CircuitState::Closed, "one attempt failed");
}

#[retry(max_attempts = 9, backoff = constant, initial_delay = "1s", jitter = none, circuit_breaker = breaker, wrap_error)]
async fn persistent(breaker: &CircuitBreaker, script: &Script) -> Outcome {
    script.attempt().await
}

#[tokio::test(start_paused = true)]
async fn while_probes_are_out_a_call_comes_back_and_does_not_spin() {
    let (start, breaker) = (Instant::now(), brittle());
    let slow = Script::new([Step::End(MILLI, Err(ServerError::Busy)), Step::End(SECOND * 5, Ok(()))]);
    let fast = Script::new([Step::End(MILLI, Err(ServerError::Busy))]);
    let (slow, fast) = tokio::join!(persistent(&breaker, &slow), persistent(&breaker, &fast));
    // One is the probe. The other one asks once a second, a tenth of the time that it stays open.
    assert_eq!((slow, fast.is_ok()), (Ok(2), true));
    assert!((SECOND * 35..=SECOND * 37).contains(&start.elapsed()), "{:?}", start.elapsed());
}
