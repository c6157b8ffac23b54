use std::time::Duration;

use tryhard::{RetryPolicy, retry_fn};

const INITIAL_DELAY: Duration = Duration::from_millis(100);
const MAX_DELAY: Duration = Duration::from_secs(10);

fn backoff(attempt: u32, failure: &Failure) -> RetryPolicy {
    if is_transient(failure) {
        RetryPolicy::Delay(INITIAL_DELAY.saturating_mul(1 << (attempt - 1)))
    } else {
        RetryPolicy::Break
    }
}

// each copy
pub async fn call_COPY(key: &str) -> Result<u64, Failure> {
    let attempt = || send(key, COPY);
    retry_fn(attempt).retries(2).custom_backoff(backoff).max_delay(MAX_DELAY).await
}
