use std::{sync::LazyLock, time::Duration};

use again::RetryPolicy;

static POLICY: LazyLock<RetryPolicy> = LazyLock::new(|| {
    RetryPolicy::exponential(Duration::from_millis(100))
        .with_max_delay(Duration::from_secs(10))
        .with_max_retries(2)
        .with_jitter(true)
});

// each copy
pub async fn call_COPY(key: &str) -> Result<u64, Failure> {
    let attempt = || send(key, COPY);
    POLICY.retry_if(attempt, is_transient).await
}
