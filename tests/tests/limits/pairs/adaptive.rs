//! A rate beside the others: the turn comes before the breaker is asked, after the budget was, and within the time
//! of the call.

use std::time::Duration;

use futures_util::future::join_all;
use retry_runtime::{AdaptiveRate, CancelToken, CircuitBreaker, RetryBudget, StopReason, retry};
use retry_tests::ServerError;
use tokio::time::{Instant, sleep};

use crate::script::{
    MILLI, Outcome, SECOND, Script, Step, THROTTLED, admits, at_rate, dry, given_up, guarded_by, half_open,
    in_an_outage, next_turn, open, throttled,
};

#[retry(max_attempts = 2, jitter = none, circuit_breaker = breaker, adaptive = rate, wrap_error)]
async fn with_breaker(breaker: &CircuitBreaker, rate: &AdaptiveRate, script: &Script) -> Outcome {
    script.attempt().await
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_a_turn_holds_no_leave_of_the_breaker() {
    let breaker = half_open().await;
    let rate = throttled().await;
    let script = Script::default();
    let (outcome, ()) = tokio::join!(with_breaker(&breaker, &rate, &script), async {
        sleep(MILLI * 500).await;
        assert!(admits(&breaker).await, "the probe is free");
    });
    assert_eq!(outcome, Ok(1));
}

#[tokio::test(start_paused = true)]
async fn a_circuit_that_opens_while_an_attempt_waits_refuses_it() {
    let (start, rate) = (Instant::now(), throttled().await);
    let breaker = CircuitBreaker::new("lake").with_consecutive_failures(1).with_open_time(SECOND * 120);
    let (script, failing) = (Script::default(), Script::failing(ServerError::Busy));
    let (outcome, ()) = tokio::join!(with_breaker(&breaker, &rate, &script), async {
        sleep(MILLI * 500).await;
        assert!(guarded_by(&breaker, &failing).await.is_err());
    });
    assert_eq!(given_up(outcome), (1, StopReason::CircuitOpen));
    assert_eq!((script.made(), start.elapsed()), (0, SECOND), "after its turn");
}

#[retry(initial_delay = "0s", budget = budget, adaptive = rate, wrap_error)]
async fn with_budget(budget: &RetryBudget, rate: &AdaptiveRate, script: &Script) -> Outcome {
    script.attempt().await
}

/// Not throttled yet.
fn calm() -> AdaptiveRate {
    AdaptiveRate::new("api").with_min_rate(1.0)
}

#[tokio::test(start_paused = true)]
async fn a_dry_budget_ends_the_call_before_it_waits_for_a_turn() {
    let (start, rate) = (Instant::now(), calm());
    let ended = given_up(with_budget(&dry().await, &rate, &Script::failing(THROTTLED)).await);
    assert_eq!((ended, start.elapsed()), ((1, StopReason::Budget), Duration::ZERO));
    assert_eq!(next_turn(&rate).await, SECOND, "no turn was taken");
}

#[tokio::test(start_paused = true)]
async fn a_first_attempt_waits_for_its_turn_whatever_the_budget() {
    let (start, rate) = (Instant::now(), throttled().await);
    assert_eq!(with_budget(&dry().await, &rate, &Script::default()).await, Ok(1));
    assert_eq!(start.elapsed(), SECOND);
}

#[retry(max_attempts = 5, max_retry_after = "1s", initial_delay = "0s", cancel = stop, adaptive = rate, wrap_error)]
async fn in_outage(stop: &CancelToken, rate: &AdaptiveRate, script: &Script) -> Outcome {
    script.attempt().await
}

#[tokio::test(start_paused = true)]
async fn a_permanent_error_is_named_before_the_ceiling() {
    let (stop, rate) = (CancelToken::new(), in_an_outage().await);
    let ended = async |error| given_up(in_outage(&stop, &rate, &Script::failing(error)).await);
    assert_eq!(ended(ServerError::Gone).await, (1, StopReason::Permanent));
    assert_eq!(ended(ServerError::Busy).await, (1, StopReason::AttemptCeiling));
}

#[retry(max_attempts = 5, initial_delay = "0s", jitter = none, circuit_breaker = breaker, adaptive = rate, wrap_error)]
async fn of_an_outage(breaker: &CircuitBreaker, rate: &AdaptiveRate, script: &Script) -> Outcome {
    script.attempt().await
}

#[tokio::test(start_paused = true)]
async fn what_a_breaker_refuses_does_not_lower_the_ceiling() {
    let (start, rate) = (Instant::now(), calm());
    let breaker = CircuitBreaker::new("lake").with_consecutive_failures(1).with_open_time(SECOND * 120);
    for _ in 0..100 {
        let script = Script::failing(ServerError::Busy);
        assert_eq!(given_up(of_an_outage(&breaker, &rate, &script).await).1, StopReason::CircuitOpen);
    }
    // One attempt was made, and failed.
    assert_eq!((rate.success_rate(), start.elapsed()), (0.0, Duration::ZERO));
    breaker.reset();
    assert_eq!(of_an_outage(&breaker, &rate, &Script::default()).await, Ok(1));
    assert_eq!(rate.success_rate(), 0.5);
}

#[retry(
    max_attempts = 9,
    deadline = "2500ms",
    attempt_timeout = "2s",
    initial_delay = "0s",
    adaptive = rate,
    wrap_error,
)]
async fn timed(rate: &AdaptiveRate, script: &Script) -> Outcome {
    script.attempt().await
}

#[tokio::test(start_paused = true)]
async fn a_turn_and_an_attempt_share_the_time_of_the_call() {
    let (start, rate, script) = (Instant::now(), throttled().await, Script::new([Step::Stall]));
    // The turn takes a second, which leaves less than the attempt may take.
    assert_eq!(given_up(timed(&rate, &script).await), (1, StopReason::Deadline));
    assert_eq!(start.elapsed(), MILLI * 2_500);
}

#[tokio::test(start_paused = true)]
async fn turns_that_come_in_time_are_waited_for() {
    let (start, rate) = (Instant::now(), calm());
    let script = Script::new([Step::fail(THROTTLED), Step::fail(THROTTLED)]);
    assert_eq!(timed(&rate, &script).await, Ok(3));
    assert_eq!(start.elapsed(), SECOND * 2);
    let script = Script::failing(THROTTLED);
    let (_, reason) = given_up(timed(&calm(), &script).await);
    assert_eq!((script.made(), reason), (3, StopReason::Deadline), "at 0, 1 and 2 seconds");
}

#[retry(max_attempts = 9, max_elapsed = "2500ms", initial_delay = "0s", adaptive = rate, budget = budget, wrap_error)]
async fn elapsed_and_budget(rate: &AdaptiveRate, budget: &RetryBudget, script: &Script) -> Outcome {
    script.attempt().await
}

#[tokio::test(start_paused = true)]
async fn a_retry_whose_turn_comes_too_late_has_been_charged() {
    let (rate, budget, script) = (calm(), RetryBudget::token_bucket("api"), Script::failing(THROTTLED));
    assert_eq!(given_up(elapsed_and_budget(&rate, &budget, &script).await), (3, StopReason::Elapsed));
    // Three retries were decided, and the turn of the third would have come after three seconds.
    assert_eq!((script.made(), budget.balance()), (3, 500 - 3 * 5));
}

#[retry(max_attempts = 1, deadline = "500ms", adaptive = rate, wrap_error)]
async fn impatient(rate: &AdaptiveRate, script: &Script) -> Outcome {
    script.attempt().await
}

#[tokio::test(start_paused = true)]
async fn calls_that_give_up_their_turn_push_nobody_ahead_of_them() {
    let (start, rate) = (Instant::now(), throttled().await);
    let queue = (0..5).map(|_| async {
        let script = Script::new([Step::End(SECOND * 60, Ok(()))]);
        assert!(at_rate(&rate, &script).await.is_ok());
        start.elapsed() - SECOND * 60
    });
    let crowd = (0..5).map(|_| async {
        sleep(MILLI * 100).await;
        let script = Script::default();
        assert_eq!(given_up(impatient(&rate, &script).await), (0, StopReason::Deadline));
    });
    let (made, _) = tokio::join!(join_all(queue), join_all(crowd));
    // An attempt a second: theirs come no sooner because others behind them went away.
    assert_eq!(made, [1, 2, 3, 4, 5].map(Duration::from_secs));
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_a_turn_while_the_circuit_is_open() {
    let (breaker, rate, script) = (open().await, throttled().await, Script::default());
    let start = Instant::now();
    for _ in 0..9 {
        assert_eq!(given_up(with_breaker(&breaker, &rate, &script).await), (1, StopReason::CircuitOpen));
    }
    assert_eq!((script.made(), start.elapsed()), (0, Duration::ZERO));
    assert_eq!(next_turn(&rate).await, SECOND, "no turn was taken");
}

#[retry(
    max_attempts = 2,
    initial_delay = "0s",
    deadline = "2s",
    circuit_breaker = breaker,
    adaptive = rate,
    wrap_error
)]
async fn with_breaker_and_deadline(
    breaker: &CircuitBreaker,
    rate: &AdaptiveRate,
    script: &Script,
) -> Outcome {
    script.attempt().await
}

#[tokio::test(start_paused = true)]
async fn a_turn_after_the_deadline_ends_the_call_unless_the_circuit_is_open() {
    let rate = AdaptiveRate::new("api").with_min_rate(0.1);
    let breaker = CircuitBreaker::new("lake").with_consecutive_failures(1).with_probes(1);
    let (start, script) = (Instant::now(), Script::failing(THROTTLED));
    let guarded = with_breaker_and_deadline(&breaker, &rate, &script).await;
    // Its failure opened the circuit for longer than the call may take.
    assert_eq!(given_up(guarded), (2, StopReason::CircuitOpen));
    let unguarded = with_breaker_and_deadline(&CircuitBreaker::new("other"), &rate, &script).await;
    assert_eq!(given_up(unguarded), (0, StopReason::Deadline));
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[retry(max_attempts = 2, initial_delay = "0s", cancel = stop, adaptive = rate, wrap_error)]
async fn with_cancel(stop: &CancelToken, rate: &AdaptiveRate, script: &Script) -> Outcome {
    script.attempt().await
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_first_attempt_keeps_the_turn_that_it_did_not_wait_for() {
    let (rate, stop, script) = (throttled().await, CancelToken::new(), Script::default());
    stop.cancel();
    let start = Instant::now();
    for made in 1..=3 {
        assert_eq!(with_cancel(&stop, &rate, &script).await, Ok(made));
    }
    assert_eq!(start.elapsed(), Duration::ZERO);
    assert!(next_turn(&rate).await > SECOND, "behind three that were sent already");
}
