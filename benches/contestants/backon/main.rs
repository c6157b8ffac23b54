//! `backon` with its default features. Its jitter adds up to 100 % of the delay, past the cap.

use std::{future, process::ExitCode, time::Duration};

use backon::{BlockingRetryable, ConstantBuilder, ExponentialBuilder, Retryable};
use retry_benches::{
    Contestant,
    work::{Outcome, is_transient, operation, operation_async, operation_with_locals},
};

const POLICY: ExponentialBuilder = ExponentialBuilder::new()
    .with_min_delay(Duration::from_millis(100))
    .with_max_delay(Duration::from_secs(10))
    .with_max_times(2)
    .with_jitter();
const AT_ONCE: ConstantBuilder = ConstantBuilder::new().with_delay(Duration::ZERO).with_max_times(2);
const HOURS: ExponentialBuilder =
    POLICY.with_min_delay(Duration::from_secs(3600)).with_max_delay(Duration::from_secs(7200));

fn blocking(key: &str) -> Outcome {
    (|| operation(key)).retry(POLICY).when(is_transient).call()
}

fn blocking_at_once(key: &str) -> Outcome {
    (|| operation(key)).retry(AT_ONCE).when(is_transient).call()
}

async fn asynchronous(key: &str) -> Outcome {
    (|| operation_async(key)).retry(POLICY).when(is_transient).await
}

async fn timer_free(key: &str) -> Outcome {
    (|| operation_async(key)).retry(AT_ONCE).sleep(|_| future::ready(())).when(is_transient).await
}

async fn as_written(key: &str) -> Outcome {
    (|| operation_async(key)).retry(AT_ONCE).when(is_transient).await
}

async fn waiting(key: &str) -> Outcome {
    (|| operation_with_locals(key)).retry(HOURS).when(is_transient).await
}

fn main() -> ExitCode {
    Contestant::from_arguments()
        .blocking(blocking)
        .blocking_at_once(blocking_at_once)
        .asynchronous(asynchronous)
        .timer_free(timer_free)
        .as_written(as_written)
        .future(waiting)
        .waiting(waiting)
        .exit()
}
