//! Beside `wrap_error` a timeout need be no error of the function's own; what hooks see of either.

use std::{future::pending, time::Duration};

use retry_runtime::{Elapsed, RetryError, StopReason, retry};
use retry_tests::{Failure, Flaky};

use super::SECOND;
use crate::error::Error;

#[retry(attempt_timeout = "5s", initial_delay = "0s", wrap_error)]
async fn wrapped(flaky: &Flaky) -> Result<u32, RetryError<Failure>> {
    let answer = flaky.call();
    if flaky.attempts() > 1 {
        pending::<()>().await;
    }
    answer
}

#[tokio::test(start_paused = true)]
async fn a_wrapped_error_holds_the_last_one_there_was() {
    let error = wrapped(&Flaky::failing(9)).await.expect_err("stalled");
    assert_eq!((error.attempts(), error.reason()), (3, StopReason::AttemptsExhausted));
    assert_eq!((error.elapsed(), error.last_error()), (SECOND * 10, Some(&Failure(1))));
}

#[retry(attempt_timeout = "5s", initial_delay = "0s", wrap_error)]
async fn never_answers() -> Result<u32, RetryError<Failure>> {
    pending().await
}

#[tokio::test(start_paused = true)]
async fn or_none_if_there_was_none() {
    let error = never_answers().await.expect_err("stalled");
    assert_eq!((error.attempts(), error.last_error()), (3, None));
    assert_eq!(error.to_string(), "gave up after 3 attempts (attempts exhausted)");
}

#[retry(attempt_timeout = "5s", initial_delay = "0s", wrap_error)]
async fn wrapped_and_expressed() -> Result<u32, RetryError<Error>> {
    pending().await
}

#[retry(attempt_timeout = "5s", initial_delay = "0s", wrap_error, fallback = |error| async move {
    error.into_last_error().map_or(Ok(7), |_| Ok(0))
})]
async fn wrapped_with_fallback() -> Result<u32, RetryError<Failure>> {
    pending().await
}

#[tokio::test(start_paused = true)]
async fn wrap_error_goes_with_the_other_ways() {
    let error = wrapped_and_expressed().await.expect_err("stalled");
    assert_eq!(error.last_error(), Some(&Error::TimedOut(Elapsed::attempt(SECOND * 5))));
    assert_eq!(wrapped_with_fallback().await.ok(), Some(7));
}

type Seen = Vec<(u32, Option<Elapsed>, bool, Option<Duration>)>;

#[retry(
    attempt_timeout = "5s",
    max_attempts = 2,
    initial_delay = "1s",
    jitter = none,
    on_retry = |event| seen.push((event.attempt, event.timeout, event.error.is_some(), event.delay)),
    on_give_up = |event| seen.push((event.attempt, event.timeout, event.error.is_some(), event.delay)),
)]
async fn told(seen: &mut Seen) -> Result<u32, Error> {
    pending().await
}

#[retry(
    attempt_timeout = "5s",
    max_attempts = 2,
    initial_delay = "1s",
    jitter = none,
    wrap_error,
    on_retry = |event| seen.push((event.attempt, event.timeout, event.error.is_some(), event.delay)),
    on_give_up = |event| seen.push((event.attempt, event.timeout, event.error.is_some(), event.delay)),
)]
async fn told_without_error(seen: &mut Seen) -> Result<u32, RetryError<Failure>> {
    pending().await
}

#[tokio::test(start_paused = true)]
async fn hooks_are_told() {
    let timeout = Some(Elapsed::attempt(SECOND * 5));
    let mut seen = vec![];
    assert!(told(&mut seen).await.is_err());
    assert_eq!(seen, [(1, timeout, true, Some(SECOND)), (2, timeout, true, None)]);
    let mut seen = vec![];
    assert!(told_without_error(&mut seen).await.is_err());
    assert_eq!(seen, [(1, timeout, false, Some(SECOND)), (2, timeout, false, None)]);
}
