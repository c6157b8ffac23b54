use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};

const POLICY: ExponentialBuilder = ExponentialBuilder::new()
    .with_min_delay(Duration::from_millis(100))
    .with_max_delay(Duration::from_secs(10))
    .with_max_times(2)
    .with_jitter();

// each copy
pub async fn call_COPY(key: &str) -> Result<u64, Failure> {
    let attempt = || send(key, COPY);
    attempt.retry(POLICY).when(is_transient).await
}
