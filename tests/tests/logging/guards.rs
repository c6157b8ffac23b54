//! What the log says of limits that calls share.

use std::time::Duration;

use retry_runtime::{AdaptiveRate, CircuitBreaker, CircuitOpen, RetryBudget, RetryError, retry};
use retry_tests::{Failure, Flaky, ServerError, record};
use tracing::Level;

use crate::capture::Log;

#[retry(max_attempts = 9, jitter = none, sleep = record, budget = budget)]
fn charged(flaky: &Flaky, budget: &RetryBudget) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn a_dry_budget_is_named_with_the_last_error() {
    let (log, _guard) = Log::listen();
    let budget = RetryBudget::token_bucket("one").with_capacity(14);
    assert_eq!(charged(&Flaky::failing(9), &budget), Err(Failure(2)));
    assert_eq!(
        log.messages(),
        [
            "attempt 1/9 of charged failed, next in 100.0ms: attempt 1 failed",
            "charged gave up after attempt 2/9 (budget): attempt 2 failed",
        ]
    );
    assert_eq!(log.levels(), [Level::WARN, Level::ERROR]);
    assert_eq!(log.lines()[1].text("reason"), "budget");
    assert_eq!(log.lines()[1].text("budget"), "one");
    assert!(!log.lines()[0].has("budget"), "it paid");
}

fn fragile() -> CircuitBreaker {
    CircuitBreaker::new("lake").with_consecutive_failures(1)
}

#[retry(max_attempts = 9, jitter = none, circuit_breaker = breaker)]
async fn guarded(flaky: &Flaky, breaker: &CircuitBreaker) -> std::io::Result<u32> {
    flaky.call_async().await.map_err(std::io::Error::other)
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_was_refused_says_so() {
    let (log, _guard) = Log::listen();
    assert_eq!(guarded(&Flaky::failing(1), &fragile()).await.ok(), Some(2));
    assert_eq!(
        log.messages(),
        [
            "circuit breaker `lake` is open",
            "attempt 1/9 of guarded failed, next in 100.0ms: attempt 1 failed",
            "attempt 2/9 of guarded failed, next in 29.9s: circuit breaker `lake` is open: try again in 29.9s",
            "circuit breaker `lake` is half-open",
            "guarded succeeded on attempt 3/9",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_circuit_that_stays_open_is_the_reason() {
    let (log, _guard) = Log::listen();
    let breaker = fragile().with_open_time(Duration::from_secs(120));
    assert!(guarded(&Flaky::failing(1), &breaker).await.is_err());
    let [_, _, line] = &log.lines()[..] else { panic!("three lines") };
    assert_eq!((line.level, line.text("reason")), (Level::ERROR, "circuit open"));
    assert_eq!(
        line.message,
        "guarded gave up after attempt 2/9 (circuit open): circuit breaker `lake` is open: try again in 119.9s"
    );
}

#[tokio::test(start_paused = true)]
async fn a_call_that_comes_to_an_open_circuit_was_refused() {
    let (log, _guard) = Log::listen();
    let breaker = fragile().with_open_time(Duration::from_secs(120));
    for _ in 0..2 {
        assert!(guarded(&Flaky::failing(1), &breaker).await.is_err());
    }
    let [_, _, _, line] = &log.lines()[..] else { panic!("four lines") };
    assert_eq!((line.level, line.text("reason")), (Level::WARN, "circuit open"));
    assert_eq!(
        line.message,
        "guarded was refused (circuit open): circuit breaker `lake` is open: try again in 119.9s"
    );
}

/// What the user's error says of it is the user's affair.
#[retry(initial_delay = "0s", circuit_breaker = breaker, open_error = |_: CircuitOpen| ServerError::Gone)]
fn expressed(flaky: &Flaky, breaker: &CircuitBreaker) -> Result<u32, ServerError> {
    flaky.call().map_err(|_| ServerError::Busy)
}

#[retry(initial_delay = "0s", circuit_breaker = breaker, wrap_error)]
fn wrapped(flaky: &Flaky, breaker: &CircuitBreaker) -> Result<u32, RetryError<ServerError>> {
    flaky.call().map_err(|_| ServerError::Busy)
}

#[test]
fn the_log_names_the_breaker_whatever_becomes_of_the_attempt() {
    let (log, _guard) = Log::listen();
    let breakers = [(), ()].map(|()| fragile().with_open_time(Duration::from_secs(120)));
    assert_eq!(expressed(&Flaky::failing(9), &breakers[0]), Err(ServerError::Gone));
    assert!(wrapped(&Flaky::failing(9), &breakers[1]).is_err());
    let messages = log.messages();
    for (message, name) in [(&messages[2], "expressed"), (&messages[5], "wrapped")] {
        let start =
            format!("{name} gave up after attempt 2/3 (circuit open): circuit breaker `lake` is open");
        assert!(message.starts_with(&start), "{message}");
    }
}

#[retry(max_attempts = 5, jitter = none, adaptive = rate)]
async fn adaptive(flaky: &Flaky, rate: &AdaptiveRate) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tokio::test(start_paused = true)]
async fn an_attempt_ceiling_is_named() {
    let rate = AdaptiveRate::new("api");
    for _ in 0..100 {
        assert!(adaptive(&Flaky::failing(9), &rate).await.is_err());
    }
    let (log, _guard) = Log::listen();
    assert!(adaptive(&Flaky::failing(9), &rate).await.is_err());
    let line = log.only();
    assert_eq!((line.level, line.text("reason")), (Level::ERROR, "attempt ceiling"));
    assert_eq!(line.message, "adaptive gave up after attempt 1/5 (attempt ceiling): attempt 1 failed");
}

#[retry(max_elapsed = "500ms", initial_delay = "0s", adaptive = rate)]
async fn throttled(rate: &AdaptiveRate) -> Result<u32, ServerError> {
    Err(ServerError::BusyFor(Duration::ZERO))
}

#[tokio::test(start_paused = true)]
async fn a_turn_that_comes_too_late_is_named_with_the_last_error() {
    let (log, _guard) = Log::listen();
    assert!(throttled(&AdaptiveRate::new("api")).await.is_err());
    assert_eq!(
        log.messages(),
        [
            "attempt 1/3 of throttled failed, next at once: busy for 0ns",
            "throttled gave up after attempt 1/3 (elapsed): busy for 0ns",
        ]
    );
}

#[retry(max_attempts = 1, service = "lake", adaptive = rate)]
async fn in_turn(rate: &AdaptiveRate, outcome: Result<u32, ServerError>) -> Result<u32, ServerError> {
    outcome
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_waits_for_its_turn_is_a_debug_once() {
    let (log, _guard) = Log::listen();
    let rate = AdaptiveRate::new("api").with_min_rate(0.5);
    assert!(in_turn(&rate, Err(ServerError::BusyFor(Duration::ZERO))).await.is_err());
    let before = log.lines().len();
    assert_eq!(in_turn(&rate, Ok(7)).await, Ok(7));
    let [line] = &log.lines()[before..] else { panic!("{:?}", log.messages()) };
    assert_eq!(line.level, Level::DEBUG);
    assert_eq!(line.message, "attempt 1 of in_turn waits 2.0s for its turn at the rate `api`");
    assert_eq!((line.text("service"), line.text("adaptive")), ("lake", "api"));
    assert!((line.number("delay_seconds") - 2.0).abs() < 0.01);
}
