//! A careful loop by hand: the policy in constants, exponential delays with jitter by a small generator, a
//! filter. Where the delay is zero it does not compute one, and the timer-free function has no timer.

use std::{process::ExitCode, thread, time::Duration};

use retry_benches::{
    Contestant,
    work::{Outcome, is_transient, operation, operation_async, operation_with_locals},
};

const MAX_ATTEMPTS: u32 = 3;
const INITIAL_DELAY: Duration = Duration::from_millis(100);
const MAX_DELAY: Duration = Duration::from_secs(10);

fn backoff(initial: Duration, attempt: u32) -> Duration {
    let exponential = initial.saturating_mul(1 << (attempt - 1)).min(MAX_DELAY);
    exponential.mul_f64(0.9 + 0.2 * fastrand::f64()).min(MAX_DELAY)
}

fn blocking(key: &str) -> Outcome {
    let mut attempt = 1;
    loop {
        match operation(key) {
            Err(failure) if attempt < MAX_ATTEMPTS && is_transient(&failure) => {}
            outcome => return outcome,
        }
        thread::sleep(backoff(INITIAL_DELAY, attempt));
        attempt += 1;
    }
}

fn blocking_at_once(key: &str) -> Outcome {
    let mut attempt = 1;
    loop {
        match operation(key) {
            Err(failure) if attempt < MAX_ATTEMPTS && is_transient(&failure) => attempt += 1,
            outcome => return outcome,
        }
    }
}

async fn asynchronous(key: &str) -> Outcome {
    let mut attempt = 1;
    loop {
        match operation_async(key).await {
            Err(failure) if attempt < MAX_ATTEMPTS && is_transient(&failure) => {}
            outcome => return outcome,
        }
        tokio::time::sleep(backoff(INITIAL_DELAY, attempt)).await;
        attempt += 1;
    }
}

async fn timer_free(key: &str) -> Outcome {
    let mut attempt = 1;
    loop {
        match operation_async(key).await {
            Err(failure) if attempt < MAX_ATTEMPTS && is_transient(&failure) => attempt += 1,
            outcome => return outcome,
        }
    }
}

async fn as_written(key: &str) -> Outcome {
    let mut attempt = 1;
    loop {
        match operation_async(key).await {
            Err(failure) if attempt < MAX_ATTEMPTS && is_transient(&failure) => {}
            outcome => return outcome,
        }
        tokio::time::sleep(backoff(Duration::ZERO, attempt)).await;
        attempt += 1;
    }
}

async fn waiting(key: &str) -> Outcome {
    let mut attempt = 1;
    loop {
        match operation_with_locals(key).await {
            Err(failure) if attempt < MAX_ATTEMPTS && is_transient(&failure) => {}
            outcome => return outcome,
        }
        tokio::time::sleep(backoff(Duration::from_secs(3600), attempt)).await;
        attempt += 1;
    }
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
