use std::time::Duration;

use backon::ExponentialBuilder;
use backon_macros::backon;

const fn policy() -> ExponentialBuilder {
    ExponentialBuilder::new()
        .with_min_delay(Duration::from_millis(100))
        .with_max_delay(Duration::from_secs(10))
        .with_max_times(2)
        .with_jitter()
}

// each copy
#[backon(backoff = policy, when = is_transient)]
pub fn call_COPY(key: &str) -> Result<u64, Failure> {
    send_blocking(key, COPY)
}
