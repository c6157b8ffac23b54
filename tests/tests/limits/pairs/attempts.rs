//! The number of attempts beside the others: a call that has none left ends with that, whatever else holds.

use retry_runtime::{AdaptiveRate, CancelToken, CircuitBreaker, RetryBudget, StopReason, retry};
use retry_tests::ServerError;
use tokio::time::Instant;

use crate::script::{Outcome, SECOND, Script, Step, dry, given_up, in_an_outage};

#[retry(max_attempts = 2, initial_delay = "0s", budget = budget, wrap_error)]
async fn with_budget(budget: &RetryBudget, script: &Script) -> Outcome {
    script.attempt().await
}

#[tokio::test(start_paused = true)]
async fn a_budget_is_not_asked_after_the_last_attempt() {
    // Enough for one retry.
    let budget = RetryBudget::token_bucket("one").with_capacity(14);
    let script = Script::failing(ServerError::Busy);
    assert_eq!(given_up(with_budget(&budget, &script).await), (2, StopReason::AttemptsExhausted));
    assert_eq!(given_up(with_budget(&dry().await, &script).await), (1, StopReason::Budget));
}

#[retry(max_attempts = 1, max_retry_after = "1s", max_elapsed = "1s", cancel = stop, adaptive = rate, wrap_error)]
async fn only_one(stop: &CancelToken, rate: &AdaptiveRate, script: &Script) -> Outcome {
    script.attempt().await
}

#[tokio::test(start_paused = true)]
async fn the_only_attempt_ends_the_call_whatever_else_would() {
    let (stop, outage) = (CancelToken::new(), in_an_outage().await);
    stop.cancel();
    for step in [
        Step::fail(ServerError::Busy),
        Step::fail(ServerError::BusyFor(SECOND * 100)),
        Step::End(SECOND * 100, Err(ServerError::Busy)),
    ] {
        let outcome = only_one(&stop, &outage, &Script::new([step])).await;
        assert_eq!(given_up(outcome), (1, StopReason::AttemptsExhausted), "{step:?}");
    }
}

#[retry(max_attempts = 1, deadline = "5s", wrap_error)]
async fn with_deadline(script: &Script) -> Outcome {
    script.attempt().await
}

#[tokio::test(start_paused = true)]
async fn unless_the_deadline_drops_it() {
    let late = Script::new([Step::End(SECOND * 5, Err(ServerError::Busy))]);
    assert_eq!(given_up(with_deadline(&late).await), (1, StopReason::AttemptsExhausted), "just in time");
    assert_eq!(given_up(with_deadline(&Script::new([Step::Stall])).await), (1, StopReason::Deadline));
}

#[tokio::test(start_paused = true)]
async fn an_open_circuit_is_named_before_it() {
    for (failures, made, reason, seconds) in [
        // Made, refused, made as the probe, which opens it again.
        (1, 2, StopReason::AttemptsExhausted, 30),
        // Made, made, refused.
        (2, 2, StopReason::CircuitOpen, 0),
        (3, 3, StopReason::AttemptsExhausted, 0),
    ] {
        let (start, script) = (Instant::now(), Script::failing(ServerError::Busy));
        let breaker = CircuitBreaker::new("lake").with_consecutive_failures(failures);
        assert_eq!(given_up(three(&breaker, &script).await), (3, reason), "{failures}");
        assert_eq!((start.elapsed(), script.made()), (SECOND * seconds, made), "{failures}");
    }
}

#[retry(max_attempts = 3, initial_delay = "0s", jitter = none, circuit_breaker = breaker, wrap_error)]
async fn three(breaker: &CircuitBreaker, script: &Script) -> Outcome {
    script.attempt().await
}

#[retry(max_attempts = 5, initial_delay = "0s", filter = |_| false, cancel = stop, budget = budget, wrap_error)]
async fn permanent(stop: &CancelToken, budget: &RetryBudget, script: &Script) -> Outcome {
    script.attempt().await
}

#[tokio::test(start_paused = true)]
async fn a_permanent_error_is_named_before_everything() {
    let stop = CancelToken::new();
    stop.cancel();
    let script = Script::failing(ServerError::Busy);
    assert_eq!(given_up(permanent(&stop, &dry().await, &script).await), (1, StopReason::Permanent));
}
