//! The ad-hoc calls of retry-runtime: the same engine around a closure.

use std::{process::ExitCode, time::Duration};

use retry_benches::{
    Contestant,
    work::{Outcome, is_transient, operation, operation_async, operation_with_locals},
};
use retry_runtime::RetryPolicy;

const AT_ONCE: RetryPolicy = RetryPolicy::DEFAULT.with_initial_delay(Duration::ZERO);
const HOURS: RetryPolicy = RetryPolicy::DEFAULT
    .with_max_delay(Duration::from_secs(7200))
    .with_initial_delay(Duration::from_secs(3600));

fn blocking(key: &str) -> Outcome {
    RetryPolicy::DEFAULT.call(|| operation(key)).filter(is_transient).run()
}

fn blocking_at_once(key: &str) -> Outcome {
    AT_ONCE.call(|| operation(key)).filter(is_transient).run()
}

async fn asynchronous(key: &str) -> Outcome {
    RetryPolicy::DEFAULT.call_async(async || operation_async(key).await).filter(is_transient).run().await
}

async fn at_once(key: &str) -> Outcome {
    AT_ONCE.call_async(async || operation_async(key).await).filter(is_transient).run().await
}

async fn waiting(key: &str) -> Outcome {
    HOURS.call_async(async || operation_with_locals(key).await).filter(is_transient).run().await
}

fn main() -> ExitCode {
    Contestant::from_arguments()
        .blocking(blocking)
        .blocking_at_once(blocking_at_once)
        .asynchronous(asynchronous)
        .timer_free(at_once)
        .as_written(at_once)
        .future(waiting)
        .waiting(waiting)
        .exit()
}
