use std::time::Duration;

use retry::{
    OperationResult,
    delay::{Exponential, jitter},
    retry,
};

const MAX_DELAY: Duration = Duration::from_secs(10);

fn delays() -> impl Iterator<Item = Duration> {
    Exponential::from_millis(100).map(|delay| delay.min(MAX_DELAY)).map(jitter).take(2)
}

fn classify(outcome: Outcome) -> OperationResult<u64, Failure> {
    match outcome {
        Ok(answer) => OperationResult::Ok(answer),
        Err(failure) if is_transient(&failure) => OperationResult::Retry(failure),
        Err(failure) => OperationResult::Err(failure),
    }
}

// each copy
pub fn call_COPY(key: &str) -> Result<u64, Failure> {
    let attempt = || send_blocking(key, COPY);
    retry(delays(), || classify(attempt())).map_err(|error| error.error)
}
