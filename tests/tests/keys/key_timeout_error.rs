//! `timeout_error`: what an attempt becomes whose time is over.

use std::{future::pending, time::Duration};

use retry_runtime::{Elapsed, RetryError, StopReason, retry};
use retry_tests::Failure;

use crate::error::Error;

const SECOND: Duration = Duration::from_secs(1);

/// Cannot express a timeout by itself.
#[derive(Debug, PartialEq, Eq)]
enum Own {
    TookLongerThan(Duration),
    Late { deadline: bool, after: Duration },
}

fn too_long(elapsed: Elapsed) -> Own {
    Own::TookLongerThan(elapsed.limit())
}

#[retry(attempt_timeout = "5s", timeout_error = too_long, initial_delay = "0s")]
async fn by_path() -> Result<u32, Own> {
    pending().await
}

#[retry(
    attempt_timeout = "5s",
    timeout_error = |elapsed| Own::Late { deadline: elapsed.is_deadline(), after: elapsed.limit() * factor },
    initial_delay = "0s",
)]
async fn by_closure(factor: u32) -> Result<u32, Own> {
    pending().await
}

#[retry(deadline = "7s", timeout_error = |elapsed| Own::Late {
    deadline: elapsed.is_deadline(),
    after: elapsed.limit(),
})]
async fn of_a_deadline() -> Result<u32, Own> {
    pending().await
}

#[tokio::test(start_paused = true)]
async fn a_path_or_a_closure_makes_the_error() {
    assert_eq!(by_path().await, Err(Own::TookLongerThan(SECOND * 5)));
    assert_eq!(by_closure(2).await, Err(Own::Late { deadline: false, after: SECOND * 10 }));
    assert_eq!(of_a_deadline().await, Err(Own::Late { deadline: true, after: SECOND * 7 }));
}

#[retry(attempt_timeout = "5s", timeout_error = |_| Error::Failed(77), initial_delay = "0s")]
async fn instead_of_from() -> Result<u32, Error> {
    pending().await
}

#[retry(attempt_timeout = "5s", timeout_error = |_| Failure(77), initial_delay = "0s", wrap_error)]
async fn wrapped() -> Result<u32, RetryError<Failure>> {
    pending().await
}

#[tokio::test(start_paused = true)]
async fn it_comes_before_the_other_ways() {
    assert_eq!(instead_of_from().await, Err(Error::Failed(77)));
    let error = wrapped().await.expect_err("stalled");
    assert_eq!((error.last_error(), error.reason()), (Some(&Failure(77)), StopReason::AttemptsExhausted));
}

#[retry(attempt_timeout = "5s", timeout_error = |_| "too slow".into(), initial_delay = "0s", on_retry = |event| {
    assert_eq!(event.error.map(ToString::to_string).as_deref(), Some("too slow"));
    *told += 1;
})]
async fn boxed(told: &mut u32) -> Result<u32, Box<dyn std::error::Error + Send + Sync>> {
    let answer: Result<u32, std::num::ParseIntError> = pending().await;
    Ok(answer?)
}

#[tokio::test(start_paused = true)]
async fn hooks_are_given_what_it_made() {
    let mut told = 0;
    assert_eq!(boxed(&mut told).await.map_err(|error| error.to_string()), Err("too slow".to_owned()));
    assert_eq!(told, 2);
}
