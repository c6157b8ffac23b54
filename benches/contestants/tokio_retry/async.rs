use std::time::Duration;

use tokio_retry::{
    RetryIf,
    strategy::{ExponentialBackoff, jitter},
};

const DELAYS: ExponentialBackoff =
    ExponentialBackoff::from_millis(2).factor(50).max_delay(Duration::from_secs(10));

// each copy
pub async fn call_COPY(key: &str) -> Result<u64, Failure> {
    let attempt = || send(key, COPY);
    RetryIf::start(DELAYS.map(jitter).take(2), attempt, is_transient).await
}
