use std::{sync::LazyLock, time::Duration};

use backoff::{Error, ExponentialBackoff, ExponentialBackoffBuilder, backoff::Backoff};

const RETRIES: u32 = 2;

#[derive(Clone)]
struct Limited {
    delays: ExponentialBackoff,
    left: u32,
}

impl Backoff for Limited {
    fn reset(&mut self) {
        self.delays.reset();
        self.left = RETRIES;
    }

    fn next_backoff(&mut self) -> Option<Duration> {
        self.left = self.left.checked_sub(1)?;
        self.delays.next_backoff()
    }
}

static POLICY: LazyLock<Limited> = LazyLock::new(|| {
    let delays = ExponentialBackoffBuilder::new()
        .with_initial_interval(Duration::from_millis(100))
        .with_multiplier(2.0)
        .with_max_interval(Duration::from_secs(10))
        .with_randomization_factor(0.1)
        .with_max_elapsed_time(None)
        .build();
    Limited { delays, left: RETRIES }
});

fn classify(failure: Failure) -> Error<Failure> {
    if is_transient(&failure) { Error::transient(failure) } else { Error::permanent(failure) }
}

// each copy
pub async fn call_COPY(key: &str) -> Result<u64, Failure> {
    let attempt = || async { send(key, COPY).await.map_err(classify) };
    backoff::future::retry(POLICY.clone(), attempt).await
}
