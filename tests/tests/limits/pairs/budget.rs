//! A budget beside the others: it is asked last, so that a retry that does not follow costs nothing.

use retry_runtime::{AdaptiveRate, CancelToken, CircuitBreaker, RetryBudget, StopReason, retry};
use retry_tests::ServerError;
use tokio::time::{Instant, sleep};

use crate::script::{MILLI, Outcome, SECOND, Script, Step, brittle, dry, given_up, in_an_outage};

/// What `call` ends with, whether its budget is full or dry: in either case it is not charged.
async fn uncharged(call: impl AsyncFn(&RetryBudget) -> Outcome) -> (u32, StopReason) {
    let full = RetryBudget::token_bucket("full");
    let reason = given_up(call(&full).await);
    assert_eq!(full.balance(), 500);
    assert_eq!(given_up(call(&dry().await).await), reason, "dry");
    reason
}

#[retry(max_elapsed = "5s", initial_delay = "6s", jitter = none, budget = budget, wrap_error)]
async fn with_max_elapsed(budget: &RetryBudget) -> Outcome {
    Err(ServerError::Busy)
}

#[retry(max_total_delay = "5s", initial_delay = "1s", jitter = none, budget = budget, wrap_error)]
async fn with_max_total_delay(budget: &RetryBudget) -> Outcome {
    Err(ServerError::BusyFor(SECOND * 6))
}

#[retry(max_retry_after = "5s", budget = budget, wrap_error)]
async fn with_max_retry_after(budget: &RetryBudget) -> Outcome {
    Err(ServerError::BusyFor(SECOND * 6))
}

#[retry(deadline = "5s", initial_delay = "6s", jitter = none, budget = budget, wrap_error)]
async fn with_deadline(budget: &RetryBudget) -> Outcome {
    Err(ServerError::Busy)
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_does_not_fit_is_not_charged() {
    assert_eq!(uncharged(with_max_elapsed).await, (1, StopReason::Elapsed));
    assert_eq!(uncharged(with_max_total_delay).await, (1, StopReason::Elapsed));
    assert_eq!(uncharged(with_max_retry_after).await, (1, StopReason::ServerHintTooLong));
    assert_eq!(uncharged(with_deadline).await, (1, StopReason::Deadline));
}

#[retry(deadline = "5s", budget = budget, wrap_error)]
async fn dropped_at_the_deadline(budget: &RetryBudget) -> Outcome {
    std::future::pending().await
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_the_deadline_drops_is_not_charged() {
    assert_eq!(uncharged(dropped_at_the_deadline).await, (1, StopReason::Deadline));
}

#[retry(initial_delay = "10s", jitter = none, cancel = stop, budget = budget, wrap_error)]
async fn with_cancel(stop: &CancelToken, budget: &RetryBudget) -> Outcome {
    Err(ServerError::Busy)
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_call_is_not_charged() {
    let stop = CancelToken::new();
    stop.cancel();
    let ended = uncharged(async |budget| with_cancel(&stop, budget).await).await;
    assert_eq!(ended, (1, StopReason::Cancelled));
}

#[tokio::test(start_paused = true)]
async fn one_that_is_cancelled_in_its_wait_has_paid() {
    let (stop, budget) = (CancelToken::new(), RetryBudget::token_bucket("api"));
    let (outcome, ()) = tokio::join!(with_cancel(&stop, &budget), async {
        sleep(SECOND).await;
        stop.cancel();
    });
    assert_eq!(given_up(outcome), (1, StopReason::Cancelled));
    assert_eq!(budget.balance(), 500 - 14);
}

#[retry(initial_delay = "0s", adaptive = rate, budget = budget, wrap_error)]
async fn with_ceiling(rate: &AdaptiveRate, budget: &RetryBudget) -> Outcome {
    Err(ServerError::Busy)
}

#[tokio::test(start_paused = true)]
async fn a_call_at_its_ceiling_is_not_charged() {
    let rate = in_an_outage().await;
    let ended = uncharged(async |budget| with_ceiling(&rate, budget).await).await;
    assert_eq!(ended, (1, StopReason::AttemptCeiling));
}

#[retry(initial_delay = "0s", jitter = none, circuit_breaker = breaker, budget = budget, wrap_error)]
async fn with_breaker(breaker: &CircuitBreaker, budget: &RetryBudget, script: &Script) -> Outcome {
    script.attempt().await
}

#[tokio::test(start_paused = true)]
async fn waiting_for_a_circuit_costs_nothing() {
    // The retry that is refused takes all there is; the one after it needs nothing.
    let (start, budget) = (Instant::now(), RetryBudget::token_bucket("one").with_capacity(14));
    let script = Script::new([Step::fail(ServerError::Busy), Step::fail(ServerError::Gone)]);
    assert_eq!(given_up(with_breaker(&brittle(), &budget, &script).await), (3, StopReason::Permanent));
    assert_eq!((start.elapsed(), budget.balance()), (SECOND * 30, 0));
}

#[tokio::test(start_paused = true)]
async fn a_success_brings_back_what_the_retry_before_the_circuit_took() {
    let budget = RetryBudget::token_bucket("api");
    // Made and charged, refused, made.
    let script = Script::new([Step::fail(ServerError::Busy)]);
    assert_eq!(with_breaker(&brittle(), &budget, &script).await, Ok(2));
    assert_eq!(budget.balance(), 500);
}

#[tokio::test(start_paused = true)]
async fn a_refused_call_that_ends_is_not_charged() {
    let breaker = brittle().with_open_time(SECOND * 120);
    let budget = RetryBudget::token_bucket("api");
    let script = Script::failing(ServerError::Busy);
    assert_eq!(given_up(with_breaker(&breaker, &budget, &script).await), (2, StopReason::CircuitOpen));
    assert_eq!(given_up(with_breaker(&breaker, &budget, &script).await), (1, StopReason::CircuitOpen));
    assert_eq!(budget.balance(), 500 - 14, "of the attempt that was made");
}

#[retry(attempt_timeout = "5s", initial_delay = "0s", max_attempts = 9, budget = budget, wrap_error)]
async fn with_attempt_timeout(budget: &RetryBudget) -> Outcome {
    std::future::pending().await
}

#[tokio::test(start_paused = true)]
async fn attempts_that_time_out_drain_it() {
    let (start, budget) = (Instant::now(), RetryBudget::token_bucket("three").with_capacity(35));
    assert_eq!(given_up(with_attempt_timeout(&budget).await), (4, StopReason::Budget));
    assert_eq!((budget.balance(), start.elapsed()), (5, SECOND * 20));
}

#[retry(
    initial_delay = "1s",
    jitter = none,
    max_elapsed = "1h",
    max_total_delay = "1h",
    deadline = "1h",
    attempt_timeout = "1m",
    cancel = CancelToken::new(),
    budget = budget,
    wrap_error,
)]
async fn within_all(budget: &RetryBudget) -> Outcome {
    sleep(MILLI).await;
    Err(ServerError::Busy)
}

#[tokio::test(start_paused = true)]
async fn a_dry_one_ends_the_call_where_nothing_else_does() {
    let start = Instant::now();
    assert_eq!(given_up(within_all(&dry().await).await), (1, StopReason::Budget));
    assert_eq!(start.elapsed(), MILLI);
    let budget = RetryBudget::token_bucket("one").with_capacity(14);
    assert_eq!(given_up(within_all(&budget).await), (2, StopReason::Budget));
}
