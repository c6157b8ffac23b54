//! `backoff` with the feature `tokio`. It bounds the time, not the attempts, so the user counts them; it has
//! no filter, so the user wraps each error as permanent or transient, and `?` alone means transient.

use std::{
    future::{self, Ready},
    process::ExitCode,
    sync::LazyLock,
    time::Duration,
};

use backoff::{
    Error, ExponentialBackoff, ExponentialBackoffBuilder,
    backoff::{Backoff, Zero},
    future::{Retry, Sleeper, retry},
};
use retry_benches::{
    Contestant,
    work::{Failure, Outcome, is_transient, operation, operation_async, operation_with_locals},
};

const RETRIES: u32 = 2;

#[derive(Clone)]
struct Limited<B> {
    delays: B,
    left: u32,
}

impl<B: Backoff> Limited<B> {
    const fn new(delays: B) -> Self {
        Self { delays, left: RETRIES }
    }
}

impl<B: Backoff> Backoff for Limited<B> {
    fn reset(&mut self) {
        self.delays.reset();
        self.left = RETRIES;
    }

    fn next_backoff(&mut self) -> Option<Duration> {
        self.left = self.left.checked_sub(1)?;
        self.delays.next_backoff()
    }
}

fn exponential(initial: Duration, max: Duration) -> Limited<ExponentialBackoff> {
    let delays = ExponentialBackoffBuilder::new()
        .with_initial_interval(initial)
        .with_multiplier(2.0)
        .with_max_interval(max)
        .with_randomization_factor(0.1)
        .with_max_elapsed_time(None)
        .build();
    Limited::new(delays)
}

/// Each call takes a clone, which `retry` resets.
static POLICY: LazyLock<Limited<ExponentialBackoff>> =
    LazyLock::new(|| exponential(Duration::from_millis(100), Duration::from_secs(10)));
static HOURS: LazyLock<Limited<ExponentialBackoff>> =
    LazyLock::new(|| exponential(Duration::from_secs(3600), Duration::from_secs(7200)));
const AT_ONCE: Limited<Zero> = Limited::new(Zero {});

fn classify(failure: Failure) -> Error<Failure> {
    if is_transient(&failure) { Error::transient(failure) } else { Error::permanent(failure) }
}

fn into_failure(error: Error<Failure>) -> Failure {
    match error {
        Error::Permanent(failure) | Error::Transient { err: failure, .. } => failure,
    }
}

/// `backoff` takes a sleeper by the parts of its `retry`.
struct NoSleep;

impl Sleeper for NoSleep {
    type Sleep = Ready<()>;

    fn sleep(&self, _: Duration) -> Ready<()> {
        future::ready(())
    }
}

fn blocking(key: &str) -> Outcome {
    backoff::retry(POLICY.clone(), || operation(key).map_err(classify)).map_err(into_failure)
}

fn blocking_at_once(key: &str) -> Outcome {
    backoff::retry(AT_ONCE, || operation(key).map_err(classify)).map_err(into_failure)
}

async fn asynchronous(key: &str) -> Outcome {
    retry(POLICY.clone(), || async { operation_async(key).await.map_err(classify) }).await
}

async fn timer_free(key: &str) -> Outcome {
    let attempt = || async { operation_async(key).await.map_err(classify) };
    Retry::new(NoSleep, AT_ONCE, |_, _| {}, attempt).await
}

async fn as_written(key: &str) -> Outcome {
    retry(AT_ONCE, || async { operation_async(key).await.map_err(classify) }).await
}

async fn waiting(key: &str) -> Outcome {
    retry(HOURS.clone(), || async { operation_with_locals(key).await.map_err(classify) }).await
}

fn main() -> ExitCode {
    Contestant::from_arguments()
        .blocking(blocking)
        .blocking_at_once(blocking_at_once)
        .asynchronous(asynchronous)
        .timer_free(timer_free)
        .as_written(as_written)
        .future(waiting)
        .waiting(waiting)
        .exit()
}
