//! What runs in which span, and when each ends.

use std::{
    convert::Infallible,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    task::{Context, Poll, Waker},
    time::Duration,
};

use futures_util::future::join_all;
use retry_runtime::Event;

use super::*;

fn body(flaky: &Flaky) -> Result<u32, Failure> {
    tracing::info!("body");
    flaky.call()
}

fn told(_: &Event<'_, Failure>) {
    tracing::info!("hook");
}

fn wait(_: Duration) {
    tracing::info!("wait");
}

async fn wait_async(_: Duration) {
    tokio::task::yield_now().await;
    tracing::info!("wait");
}

#[retry(
    span,
    sleep = wait,
    filter = |_| { tracing::info!("filter"); true },
    on_retry = told,
    on_success = told,
    before_retry = |_| tracing::info!("prepare"),
)]
fn hooked(flaky: &Flaky) -> Result<u32, Failure> {
    body(flaky)
}

#[retry(
    span,
    sleep = wait_async,
    filter = |_| { tracing::info!("filter"); true },
    on_retry = told,
    on_success = told,
    before_retry = async |_| { tokio::task::yield_now().await; tracing::info!("prepare") },
)]
async fn hooked_async(flaky: &Flaky) -> Result<u32, Failure> {
    tokio::task::yield_now().await;
    body(flaky)
}

fn steps_of(operation: &str) -> Vec<String> {
    [
        "OP begins",
        "attempt 1 begins",
        "body in attempt 1",
        "filter in OP",
        "WARN in OP",
        "hook in OP",
        "attempt 1 ends",
        "wait in OP",
        "prepare in OP",
        "attempt 2 begins",
        "body in attempt 2",
        "INFO in OP",
        "hook in OP",
        "attempt 2 ends",
        "OP ends",
    ]
    .map(|step| step.replace("OP", operation))
    .to_vec()
}

#[test]
fn the_body_runs_in_the_attempts_span_and_all_else_in_the_calls() {
    let (trace, _guard) = Trace::listen();
    assert_eq!(hooked(&Flaky::failing(1)), Ok(2));
    assert_eq!(trace.steps(), steps_of("hooked"));
}

#[tokio::test]
async fn the_same_holds_across_awaits() {
    let (trace, _guard) = Trace::listen();
    assert_eq!(hooked_async(&Flaky::failing(1)).await, Ok(2));
    assert_eq!(trace.steps(), steps_of("hooked_async"));
}

#[retry(max_attempts = 1, span, on_give_up = told, fallback = |_| { tracing::info!("fallback"); Ok(7) })]
fn answered(flaky: &Flaky) -> Result<u32, Failure> {
    body(flaky)
}

#[retry(
    max_attempts = 1,
    span,
    on_give_up = told,
    fallback = async |_| { tokio::task::yield_now().await; tracing::info!("fallback"); Ok(7) }
)]
async fn answered_async(flaky: &Flaky) -> Result<u32, Failure> {
    body(flaky)
}

#[tokio::test]
async fn a_fallback_runs_in_the_calls_span_which_says_that_the_call_was_given_up() {
    for is_async in [false, true] {
        let (trace, _guard) = Trace::listen();
        let flaky = Flaky::failing(9);
        let outcome = if is_async { answered_async(&flaky).await } else { answered(&flaky) };
        assert_eq!(outcome, Ok(7));
        let operation = if is_async { "answered_async" } else { "answered" };
        assert_eq!(
            trace.events(),
            ["body in attempt 1", "ERROR in OP", "hook in OP", "fallback in OP"]
                .map(|step| step.replace("OP", operation))
        );
        assert_eq!(trace.call().field("retry.reason"), Some("attempts exhausted"));
        trace.assert_one_call_of(1);
    }
}

#[retry(max_attempts = 9, span, before_retry = |_| Err(Failure(70)), sleep = record)]
fn unprepared(flaky: &Flaky) -> Result<u32, Failure> {
    body(flaky)
}

#[test]
fn a_before_retry_that_fails_is_the_calls_error_and_no_attempt() {
    let (trace, _guard) = Trace::listen();
    assert_eq!(unprepared(&Flaky::failing(9)), Err(Failure(70)));
    trace.assert_one_call_of(1);
    let call = trace.call();
    assert_eq!(call.field("otel.status_description"), Some("attempt 70 failed"));
    assert_eq!((call.field("retry.attempts"), call.field("retry.reason")), (Some("1"), Some("permanent")));
    assert_eq!(trace.attempts()[0].field("otel.status_description"), Some("attempt 1 failed"));
}

// Calls that interleave.

#[retry(max_attempts = 9, span, sleep = wait_async, context = cx)]
async fn interleaved(flaky: &Flaky) -> Result<u32, Failure> {
    for _ in 0..cx.attempt() {
        tokio::task::yield_now().await;
    }
    body(flaky)
}

#[tokio::test]
async fn calls_that_interleave_keep_to_their_own_spans() {
    let (trace, _guard) = Trace::listen();
    let flaky = [0, 1, 2, 3].map(Flaky::failing);
    assert!(join_all(flaky.iter().map(interleaved)).await.iter().all(Result::is_ok));
    let spans = trace.spans();
    // Spans are entered and left one inside the other, or the capture would have panicked.
    for (index, call) in spans.iter().enumerate().filter(|(_, span)| span.name == "retry") {
        let own: Vec<_> = spans.iter().filter(|span| span.parent == Some(index)).collect();
        let numbers = own.iter().map(|span| span.field("retry.attempt").unwrap_or_default().to_owned());
        assert!(numbers.eq((1..=own.len()).map(|number| number.to_string())), "{own:#?}");
        assert_eq!(call.field("retry.attempts"), Some(own.len().to_string().as_str()));
    }
    assert_eq!(trace.attempts().len(), 1 + 2 + 3 + 4);
    assert!(spans.iter().all(|span| !span.is_open));
    let waits = trace.events().iter().filter(|event| *event == "wait in interleaved").count();
    assert_eq!(waits, 1 + 2 + 3);
}

// Calls that end early.

/// Says where it is dropped.
struct Dropped;

impl Drop for Dropped {
    fn drop(&mut self) {
        tracing::info!("dropped");
    }
}

#[retry(span)]
async fn stalls_in_attempt() -> Result<Infallible, Failure> {
    let _dropped = Dropped;
    std::future::pending().await
}

async fn stall(_: Duration) {
    let _dropped = Dropped;
    std::future::pending().await
}

#[retry(span, sleep = stall)]
async fn stalls_in_wait() -> Result<u32, Failure> {
    Err(Failure(1))
}

fn poll_once<F: Future>(future: F) {
    let mut future = pin!(future);
    assert!(matches!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Pending));
}

#[test]
fn a_future_that_is_dropped_ends_its_spans() {
    let (trace, _guard) = Trace::listen();
    poll_once(stalls_in_attempt());
    trace.assert_one_call_of(1);
    assert_eq!(trace.steps()[2..], ["dropped in attempt 1", "attempt 1 ends", "stalls_in_attempt ends"]);
    assert_eq!(trace.call().field("retry.attempts"), None, "nobody knows how it would have ended");

    let (trace, _guard) = Trace::listen();
    poll_once(stalls_in_wait());
    trace.assert_one_call_of(1);
    let last =
        ["WARN in stalls_in_wait", "attempt 1 ends", "dropped in stalls_in_wait", "stalls_in_wait ends"];
    assert_eq!(trace.steps()[2..], last);
}

#[test]
fn a_future_that_is_never_polled_has_no_span() {
    let (trace, _guard) = Trace::listen();
    drop(stalls_in_attempt());
    assert!(trace.spans().is_empty());
}

#[retry(span)]
fn panics() -> Result<(), Failure> {
    panic!("as intended")
}

#[test]
fn a_panic_ends_the_spans() {
    let (trace, _guard) = Trace::listen();
    assert!(catch_unwind(AssertUnwindSafe(panics)).is_err());
    trace.assert_one_call_of(1);
}
