//! `tokio-retry2` with the feature `jitter`. It has no blocking form and no sleeper of the user's, and an
//! attempt wraps its errors for it.

use std::{process::ExitCode, time::Duration};

use retry_benches::{
    Contestant,
    work::{Failure, Outcome, is_transient, operation_async, operation_with_locals},
};
use tokio_retry2::{
    MapErr, RetryIf,
    strategy::{ExponentialFactorBackoff, FixedInterval, jitter_with_bounds},
};

const DELAYS: ExponentialFactorBackoff =
    ExponentialFactorBackoff::from_millis(100, 2.0).max_delay_millis(10_000);
const AT_ONCE: FixedInterval = FixedInterval::new(Duration::ZERO);
const HOURS: ExponentialFactorBackoff =
    ExponentialFactorBackoff::from_millis(3_600_000, 2.0).max_delay_millis(7_200_000);

/// `RetryIf` does without the boxed observer of `Retry`, but not without one.
fn notify(_: &Failure, _: Duration) {}

async fn asynchronous(key: &str) -> Outcome {
    let attempt = || async { operation_async(key).await.map_transient_err() };
    let delays = DELAYS.map(jitter_with_bounds(0.9, 1.1)).take(2);
    RetryIf::spawn(delays, attempt, is_transient, notify).await
}

async fn as_written(key: &str) -> Outcome {
    let attempt = || async { operation_async(key).await.map_transient_err() };
    RetryIf::spawn(AT_ONCE.take(2), attempt, is_transient, notify).await
}

async fn waiting(key: &str) -> Outcome {
    let attempt = || async { operation_with_locals(key).await.map_transient_err() };
    let delays = HOURS.map(jitter_with_bounds(0.9, 1.1)).take(2);
    RetryIf::spawn(delays, attempt, is_transient, notify).await
}

fn main() -> ExitCode {
    Contestant::from_arguments()
        .asynchronous(asynchronous)
        .as_written(as_written)
        .future(waiting)
        .waiting(waiting)
        .exit()
}
