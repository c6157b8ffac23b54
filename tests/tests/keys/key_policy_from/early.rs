//! What needs the policy before the first failure.

use std::{future::pending, time::Duration};

use retry_runtime::{AdaptiveRate, Elapsed, RetryError, StopReason, Verdict, retry, settings};
use retry_tests::{Failure, Flaky, millis, record, recorded_waits};
use tokio::time::Instant;

use super::{PLAIN, Source};
use crate::{error::Error, key_span::capture::Trace};

#[retry(policy_from = source.policy(), context = cx, sleep = record)]
fn with_context(source: &Source, flaky: &Flaky) -> Result<u32, Failure> {
    assert_eq!((cx.attempts_left(), source.asked()), (Some(4 - cx.attempt()), 1));
    flaky.call()
}

#[test]
fn the_context_tells_how_many_attempts_there_are() {
    let source = Source::attempts(4);
    assert_eq!(with_context(&source, &Flaky::failing(0)), Ok(1));
    let source = Source::attempts(4);
    assert_eq!(with_context(&source, &Flaky::failing(9)), Err(Failure(4)));
    let _ = recorded_waits();
}

#[retry(
    policy_from = source.policy(),
    on_retry = |event| assert_eq!(event.max_attempts, Some(4)),
    on_success = |event| assert_eq!(event.max_attempts, Some(4)),
    on_give_up = |event| assert_eq!(event.max_attempts, Some(4)),
    sleep = record
)]
fn with_hooks(source: &Source, flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn hooks_are_told_the_same() {
    for failures in [0, 1, 9] {
        let source = Source::attempts(4);
        let _ = with_hooks(&source, &Flaky::failing(failures));
        assert_eq!(source.asked(), 1);
    }
    let _ = recorded_waits();
}

#[retry(policy_from = source.policy(), attempt_timeout = "5s", operation = "policy_from_timeout")]
async fn limited(source: &Source, flaky: &Flaky) -> Result<u32, Error> {
    if flaky.call()? < 9 { pending().await } else { Ok(1) }
}

#[retry(policy_from = source.policy(), deadline = "60s", operation = "policy_from_deadline")]
async fn until(source: &Source, flaky: &Flaky) -> Result<u32, Error> {
    if flaky.call()? < 9 { pending().await } else { Ok(1) }
}

#[retry(policy_from = source.policy(), deadline_from = end, wrap_error)]
async fn too_late(source: &Source, end: Instant) -> Result<u32, RetryError<Failure>> {
    Ok(1)
}

#[tokio::test(start_paused = true)]
async fn limits_of_time_are_obeyed() {
    let source = Source::attempts(2);
    let start = Instant::now();
    let outcome = limited(&source, &Flaky::failing(0)).await;
    assert!(matches!(outcome, Err(Error::TimedOut(_))), "{outcome:?}");
    assert_eq!((source.asked(), start.elapsed().as_millis()), (1, 5_000 + 100 + 5_000));
    let start = Instant::now();
    assert_eq!(until(&source, &Flaky::failing(1)).await, Err(Error::Failed(1)));
    assert_eq!((source.asked(), start.elapsed().as_millis()), (2, 60_000));
    let error = too_late(&source, Instant::now()).await.expect_err("too late");
    assert_eq!((error.attempts(), error.reason()), (0, StopReason::Deadline));
}

/// What settings say of these operations is read before the first attempt.
#[tokio::test(start_paused = true)]
async fn settings_of_the_operation_change_its_limits_of_time() {
    settings::update("policy_from_changed", |limits| limits.deadline(Duration::from_secs(7)))
        .expect("settings");
    settings::update("policy_from_shortened", |limits| {
        limits.attempt_timeout(Duration::from_secs(1)).max_attempts(3)
    })
    .expect("settings");
    let start = Instant::now();
    assert!(matches!(changed().await, Err(elapsed) if elapsed.limit() == Duration::from_secs(7)));
    assert_eq!(start.elapsed(), Duration::from_secs(7));
    let source = Source::attempts(2);
    let start = Instant::now();
    assert!(shortened(&source).await.is_err());
    assert_eq!((source.asked(), start.elapsed().as_millis()), (1, 1_000 + 100 + 1_000 + 200 + 1_000));
}

#[retry(policy_from = PLAIN, deadline = "60s", timeout_error = |elapsed| elapsed, operation = "policy_from_changed")]
async fn changed() -> Result<u32, Elapsed> {
    pending().await
}

#[retry(policy_from = source.policy(), attempt_timeout = "5s", operation = "policy_from_shortened")]
async fn shortened(source: &Source) -> Result<u32, Error> {
    pending().await
}

static RATE: AdaptiveRate = AdaptiveRate::new("of_policy_from");

#[retry(policy_from = source.policy(), adaptive = RATE, filter = |_| Verdict::THROTTLED, wrap_error)]
async fn adaptive(source: &Source, flaky: &Flaky) -> Result<u32, RetryError<Failure>> {
    flaky.call()
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_waits_for_its_turn_goes_by_it() {
    let source = Source::attempts(3);
    assert_eq!(adaptive(&source, &Flaky::failing(9)).await.expect_err("throttled").attempts(), 3);
    assert_eq!(source.asked(), 1);
    assert_eq!(adaptive(&source, &Flaky::failing(0)).await.ok(), Some(1));
    assert!(source.asked() <= 2);
}

#[retry(policy_from = PLAIN.with_max_attempts(2), span = true, sleep = record)]
fn with_span(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn a_span_does_not_say_how_many_attempts_there_may_be() {
    let (trace, _guard) = Trace::listen();
    assert_eq!(with_span(&Flaky::failing(9)), Err(Failure(2)));
    assert_eq!(recorded_waits(), millis([100]));
    let said = trace.call().fields;
    assert_eq!(said.get("retry.attempts").map(String::as_str), Some("2"));
    assert_eq!(said.get("retry.max_attempts"), None);
}
