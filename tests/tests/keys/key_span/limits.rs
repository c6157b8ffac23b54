//! Attempts whose time is over, that are refused or not made, and calls that end while they wait.

use std::{future::pending, time::Duration};

use retry_runtime::{AdaptiveRate, CancelToken, CircuitBreaker, RetryBudget, RetryError};
use retry_tests::ServerError;
use tokio::time::{Instant, sleep};

use super::*;
use crate::{error::Error, key_circuit_breaker::fragile};

const SECOND: Duration = Duration::from_secs(1);

#[retry(attempt_timeout = "2s", initial_delay = "1s", jitter = none, span)]
async fn slow(flaky: &Flaky) -> Result<u32, Error> {
    if flaky.call().is_err() {
        tracing::info!("stalls");
        pending::<()>().await;
    }
    Ok(1)
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_times_out_says_so() {
    let (trace, _guard) = Trace::listen();
    assert_eq!(slow(&Flaky::failing(1)).await, Ok(1));
    trace.assert_one_call_of(2);
    let attempt = &trace.attempts()[0];
    assert_eq!(attempt.field("error.type"), Some("timeout"));
    assert_eq!(attempt.field("otel.status_description"), Some("attempt timed out after 2s"));
    assert_eq!(attempt.field("retry.delay_seconds"), Some("1.0"));
    assert_eq!(trace.events(), ["stalls in attempt 1", "WARN in slow", "INFO in slow"]);
}

#[retry(deadline = "5s", initial_delay = "1s", jitter = none, span)]
async fn overdue(flaky: &Flaky) -> Result<u32, Error> {
    let attempt = flaky.call();
    sleep(SECOND * 3).await;
    Ok(attempt?)
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_the_deadline_ends_says_so_as_does_the_call() {
    let (trace, _guard) = Trace::listen();
    assert_eq!(overdue(&Flaky::failing(9)).await, Err(Error::Failed(1)));
    trace.assert_one_call_of(2);
    let (call, attempts) = (trace.call(), trace.attempts());
    assert_eq!(attempts[0].field("otel.status_description"), Some("attempt 1 failed"));
    assert_eq!(attempts[1].field("error.type"), Some("timeout"));
    assert_eq!(attempts[1].field("retry.delay_seconds"), None);
    assert_eq!((call.field("retry.attempts"), call.field("retry.reason")), (Some("2"), Some("deadline")));
    assert_eq!(call.field("error.type"), Some("timeout"));
}

#[retry(deadline_from = end, span)]
async fn too_late(end: Instant) -> Result<u32, Error> {
    Ok(1)
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_is_not_made_has_no_span() {
    let (trace, _guard) = Trace::listen();
    assert!(matches!(too_late(Instant::now()).await, Err(Error::TimedOut(_))));
    trace.assert_one_call_of(0);
    let call = trace.call();
    assert_eq!((call.field("retry.attempts"), call.field("retry.reason")), (Some("0"), Some("deadline")));
    assert_eq!(call.field("otel.status_code"), Some("ERROR"));
}

#[retry(http, max_attempts = 4, initial_delay = "1s", jitter = none, circuit_breaker = breaker, span)]
async fn guarded(flaky: &Flaky, breaker: &CircuitBreaker) -> Result<u32, Error> {
    Ok(flaky.call_async().await?)
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_is_refused_has_no_span_and_sent_nothing() {
    let (trace, _guard) = Trace::listen();
    assert_eq!(guarded(&Flaky::failing(2), &fragile()).await, Ok(3));
    trace.assert_one_call_of(3);
    let some = |number: &str| Some(number.to_owned());
    assert_eq!(trace.attempt_field("retry.attempt"), [some("1"), some("2"), some("4")]);
    assert_eq!(trace.attempt_field("http.request.resend_count"), [None, some("1"), some("2")]);
    assert_eq!(trace.call().field("retry.attempts"), Some("4"));
    assert_eq!(trace.call().field("otel.status_code"), None, "it succeeded");
}

#[retry(circuit_breaker = breaker, max_retry_after = "1s", sleep = record, span)]
fn refused(breaker: &CircuitBreaker) -> Result<u32, Error> {
    Err(Error::Failed(1))
}

#[test]
fn a_call_that_is_refused_says_so() {
    let breaker = fragile();
    assert!(refused(&breaker).is_err());
    let (trace, _guard) = Trace::listen();
    assert!(matches!(refused(&breaker), Err(Error::Open(_))));
    trace.assert_one_call_of(0);
    let call = trace.call();
    assert_eq!(call.field("error.type"), Some("circuit_open"));
    assert_eq!(call.field("retry.reason"), Some("circuit open"));
}

#[retry(budget = budget, initial_delay = "0s", span)]
fn unpaid(flaky: &Flaky, budget: &RetryBudget) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn a_budget_that_is_spent_is_the_reason() {
    let (trace, _guard) = Trace::listen();
    let budget = RetryBudget::new("api").with_ratio(0.0).with_reserve(0);
    assert_eq!(unpaid(&Flaky::failing(9), &budget), Err(Failure(1)));
    trace.assert_one_call_of(1);
    assert_eq!(trace.call().field("retry.reason"), Some("budget"));
    assert_eq!(trace.attempts()[0].field("otel.status_description"), Some("attempt 1 failed"));
}

#[retry(cancel = stop, on_retry = |_| stop.cancel(), span)]
async fn cancelled(flaky: &Flaky, stop: &CancelToken) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[retry(cancel = stop, on_retry = |_| stop.cancel(), span)]
fn cancelled_blocking(flaky: &Flaky, stop: &CancelToken) -> Result<u32, Failure> {
    flaky.call()
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_cancelled_while_it_waits_has_its_last_error() {
    for is_async in [true, false] {
        let (trace, _guard) = Trace::listen();
        let (flaky, stop) = (Flaky::failing(9), CancelToken::new());
        let outcome =
            if is_async { cancelled(&flaky, &stop).await } else { cancelled_blocking(&flaky, &stop) };
        assert_eq!(outcome, Err(Failure(1)));
        trace.assert_one_call_of(1);
        let call = trace.call();
        assert_eq!(
            (call.field("retry.attempts"), call.field("retry.reason")),
            (Some("1"), Some("cancelled"))
        );
        assert_eq!(call.field("otel.status_description"), Some("attempt 1 failed"));
        assert!(trace.attempts()[0].field("retry.delay_seconds").is_some(), "a wait was begun");
    }
}

#[retry(adaptive = rate, max_attempts = 2, initial_delay = "0s", filter = |_| Verdict::THROTTLED, span)]
async fn throttled(flaky: &Flaky, rate: &AdaptiveRate) -> Result<u32, ServerError> {
    tracing::info!("body");
    flaky.call().map_err(|_| ServerError::BusyFor(Duration::ZERO))
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_waits_for_its_turn_has_not_begun() {
    let (trace, _guard) = Trace::listen();
    let rate = AdaptiveRate::new("api").with_min_rate(1.0);
    let start = Instant::now();
    assert_eq!(throttled(&Flaky::failing(1), &rate).await, Ok(2));
    assert!(start.elapsed() >= SECOND / 2, "{:?}", start.elapsed());
    trace.assert_one_call_of(2);
    let bodies: Vec<_> = trace.events().into_iter().filter(|event| event.starts_with("body")).collect();
    assert_eq!(bodies, ["body in attempt 1", "body in attempt 2"]);
}

#[retry(attempt_timeout = "2s", max_attempts = 2, initial_delay = "0s", wrap_error, span)]
async fn unexpressed() -> Result<u32, RetryError<Failure>> {
    pending().await
}

#[tokio::test(start_paused = true)]
async fn an_error_that_the_function_cannot_express_is_still_recorded() {
    let (trace, _guard) = Trace::listen();
    assert!(unexpressed().await.is_err_and(|error| error.last_error().is_none()));
    trace.assert_one_call_of(2);
    for span in trace.spans() {
        assert_eq!(span.field("otel.status_description"), Some("attempt timed out after 2s"));
    }
}
