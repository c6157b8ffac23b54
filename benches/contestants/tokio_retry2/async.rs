use std::time::Duration;

use tokio_retry2::{
    MapErr, RetryIf,
    strategy::{ExponentialFactorBackoff, jitter_with_bounds},
};

const DELAYS: ExponentialFactorBackoff =
    ExponentialFactorBackoff::from_millis(100, 2.0).max_delay_millis(10_000);

fn notify(_: &Failure, _: Duration) {}

// each copy
pub async fn call_COPY(key: &str) -> Result<u64, Failure> {
    let attempt = || async { send(key, COPY).await.map_transient_err() };
    let delays = DELAYS.map(jitter_with_bounds(0.9, 1.1)).take(2);
    RetryIf::spawn(delays, attempt, is_transient, notify).await
}
