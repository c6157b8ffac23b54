use std::time::Duration;

use retry_if::{ExponentialBackoffConfig, retry};

const POLICY: ExponentialBackoffConfig = ExponentialBackoffConfig {
    max_retries: 2,
    t_wait: Duration::from_millis(100),
    backoff: 2.0,
    t_wait_max: None,
    backoff_max: Some(Duration::from_secs(10)),
};

fn failed_for_now(outcome: &Outcome) -> bool {
    outcome.as_ref().is_err_and(is_transient)
}

// each copy
#[retry(POLICY, failed_for_now)]
#[allow(unexpected_cfgs)]
pub async fn call_COPY(key: &str) -> Result<u64, Failure> {
    send(key, COPY).await
}
