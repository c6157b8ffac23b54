//! `tryhard`. It has no blocking form, no jitter and no sleeper of the user's; its filter is a backoff of the
//! user's, which computes the delays too.

use std::{process::ExitCode, time::Duration};

use retry_benches::{
    Contestant,
    work::{Failure, Outcome, is_transient, operation_async, operation_with_locals},
};
use tryhard::{RetryPolicy, retry_fn};

fn backoff(initial: Duration, attempt: u32, failure: &Failure) -> RetryPolicy {
    if is_transient(failure) {
        RetryPolicy::Delay(initial.saturating_mul(1 << (attempt - 1)))
    } else {
        RetryPolicy::Break
    }
}

fn standard(attempt: u32, failure: &Failure) -> RetryPolicy {
    backoff(Duration::from_millis(100), attempt, failure)
}

fn at_once(_: u32, failure: &Failure) -> RetryPolicy {
    if is_transient(failure) { RetryPolicy::Delay(Duration::ZERO) } else { RetryPolicy::Break }
}

fn hours(attempt: u32, failure: &Failure) -> RetryPolicy {
    backoff(Duration::from_secs(3600), attempt, failure)
}

async fn asynchronous(key: &str) -> Outcome {
    retry_fn(|| operation_async(key))
        .retries(2)
        .custom_backoff(standard)
        .max_delay(Duration::from_secs(10))
        .await
}

async fn as_written(key: &str) -> Outcome {
    retry_fn(|| operation_async(key)).retries(2).custom_backoff(at_once).await
}

async fn waiting(key: &str) -> Outcome {
    retry_fn(|| operation_with_locals(key))
        .retries(2)
        .custom_backoff(hours)
        .max_delay(Duration::from_secs(7200))
        .await
}

fn main() -> ExitCode {
    Contestant::from_arguments()
        .asynchronous(asynchronous)
        .as_written(as_written)
        .future(waiting)
        .waiting(waiting)
        .exit()
}
