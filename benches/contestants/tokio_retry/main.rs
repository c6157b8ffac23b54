//! `tokio-retry` with its default features. It has no blocking form and no sleeper of the user's, and its
//! jitter is from zero to the delay.

use std::{process::ExitCode, time::Duration};

use retry_benches::{
    Contestant,
    work::{Outcome, is_transient, operation_async, operation_with_locals},
};
use tokio_retry::{
    RetryIf,
    strategy::{ExponentialBackoff, FixedInterval, jitter},
};

/// The powers of 2, times 50 ms: 100 ms, 200 ms, 400 ms.
const DELAYS: ExponentialBackoff =
    ExponentialBackoff::from_millis(2).factor(50).max_delay(Duration::from_secs(10));
const AT_ONCE: FixedInterval = FixedInterval::new(Duration::ZERO);
const HOURS: ExponentialBackoff =
    ExponentialBackoff::from_millis(2).factor(1_800_000).max_delay(Duration::from_secs(7200));

async fn asynchronous(key: &str) -> Outcome {
    RetryIf::start(DELAYS.map(jitter).take(2), || operation_async(key), is_transient).await
}

async fn as_written(key: &str) -> Outcome {
    RetryIf::start(AT_ONCE.take(2), || operation_async(key), is_transient).await
}

async fn waiting(key: &str) -> Outcome {
    RetryIf::start(HOURS.map(jitter).take(2), || operation_with_locals(key), is_transient).await
}

fn main() -> ExitCode {
    Contestant::from_arguments()
        .asynchronous(asynchronous)
        .as_written(as_written)
        .future(waiting)
        .waiting(waiting)
        .exit()
}
