//! `again` with its default features. It has no blocking form and no sleeper of the user's: its timer is a
//! thread of its own. Its jitter is from zero to the delay.

use std::{process::ExitCode, sync::LazyLock, time::Duration};

use again::RetryPolicy;
use retry_benches::{
    Contestant,
    work::{Outcome, is_transient, operation_async, operation_with_locals},
};

static POLICY: LazyLock<RetryPolicy> = LazyLock::new(|| {
    RetryPolicy::exponential(Duration::from_millis(100))
        .with_max_delay(Duration::from_secs(10))
        .with_max_retries(2)
        .with_jitter(true)
});
static AT_ONCE: LazyLock<RetryPolicy> =
    LazyLock::new(|| RetryPolicy::fixed(Duration::ZERO).with_max_retries(2));
static HOURS: LazyLock<RetryPolicy> = LazyLock::new(|| {
    RetryPolicy::exponential(Duration::from_secs(3600))
        .with_max_delay(Duration::from_secs(7200))
        .with_max_retries(2)
        .with_jitter(true)
});

async fn asynchronous(key: &str) -> Outcome {
    POLICY.retry_if(|| operation_async(key), is_transient).await
}

async fn as_written(key: &str) -> Outcome {
    AT_ONCE.retry_if(|| operation_async(key), is_transient).await
}

async fn waiting(key: &str) -> Outcome {
    HOURS.retry_if(|| operation_with_locals(key), is_transient).await
}

fn main() -> ExitCode {
    Contestant::from_arguments()
        .asynchronous(asynchronous)
        .as_written(as_written)
        .future(waiting)
        .waiting(waiting)
        .exit()
}
