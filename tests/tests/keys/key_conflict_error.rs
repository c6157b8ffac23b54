//! `conflict_error`: what becomes of a call whose idempotency key is another's.

use std::{pin::pin, time::Duration};

use retry_runtime::{ConflictReason, IdempotencyConflict, RetryError, StopReason, retry};
use retry_tests::{Failure, Flaky};
use tokio::time::sleep;

use crate::key_idempotency_key::begin;

/// Cannot express it by itself.
#[derive(Debug, PartialEq, Eq)]
enum Own {
    Failed(u32),
    Busy { operation: &'static str, reason: ConflictReason, order: u32 },
}

impl From<Failure> for Own {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure.0)
    }
}

fn busy(conflict: IdempotencyConflict) -> Own {
    Own::Busy { operation: conflict.operation(), reason: conflict.reason(), order: 0 }
}

#[retry(operation = "by_path", idempotency_key = order, max_retry_after = "1s", conflict_error = busy)]
async fn by_path(order: u32, time: Duration) -> Result<u32, Own> {
    sleep(time).await;
    Ok(order)
}

#[retry(
    operation = "by_path",
    idempotency_key = order,
    max_retry_after = "1s",
    conflict_error = |conflict| Own::Busy { operation: conflict.operation(), reason: conflict.reason(), order }
)]
async fn by_closure(order: u32) -> Result<u32, Own> {
    Ok(order)
}

#[retry(operation = "by_path", idempotency_key = order, max_retry_after = "10ms", conflict_error = busy)]
fn by_path_blocking(order: u32) -> Result<u32, Own> {
    Ok(order)
}

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test(start_paused = true)]
async fn a_path_or_a_closure_makes_the_error() {
    let mut owner = pin!(by_path(1, HOUR));
    begin(owner.as_mut());
    let busy = |order| Err(Own::Busy { operation: "by_path", reason: ConflictReason::Running, order });
    assert_eq!(by_path(1, Duration::ZERO).await, busy(0));
    assert_eq!(by_closure(1).await, busy(1));
    assert_eq!(by_path_blocking(1), busy(0));
    assert_eq!(by_closure(2).await, Ok(2), "another key");
}

#[retry(
    operation = "wrapped_conflict",
    idempotency_key = order,
    max_retry_after = "1s",
    conflict_error = busy,
    wrap_error
)]
async fn wrapped(order: u32, time: Duration) -> Result<u32, RetryError<Own>> {
    sleep(time).await;
    Ok(order)
}

#[tokio::test(start_paused = true)]
async fn a_wrapper_holds_it() {
    let mut owner = pin!(wrapped(1, HOUR));
    begin(owner.as_mut());
    let error = wrapped(1, Duration::ZERO).await.expect_err("the owner runs");
    assert_eq!((error.attempts(), error.reason()), (0, StopReason::IdempotencyConflict));
    let Some(Own::Busy { operation, .. }) = error.into_last_error() else { panic!("another error") };
    assert_eq!(operation, "wrapped_conflict");
}

#[retry(
    operation = "fallen_back_conflict",
    idempotency_key = order,
    max_retry_after = "1s",
    conflict_error = busy,
    fallback = async |error| match error {
        Own::Busy { .. } => Ok(0),
        error => Err(error),
    }
)]
async fn with_fallback(order: u32, flaky: &Flaky, time: Duration) -> Result<u32, Own> {
    sleep(time).await;
    Ok(flaky.call()?)
}

#[tokio::test(start_paused = true)]
async fn a_fallback_is_given_it() {
    let flaky = Flaky::failing(0);
    let mut owner = pin!(with_fallback(1, &flaky, HOUR));
    begin(owner.as_mut());
    assert_eq!(with_fallback(1, &flaky, Duration::ZERO).await, Ok(0));
    assert_eq!(flaky.attempts(), 0);
    assert_eq!(owner.await, Ok(1), "the answer was not kept for the key");
}
