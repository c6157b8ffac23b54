//! `retry` with its default features. It has no async form and no filter: an attempt returns its own
//! `OperationResult`, in which `?` does not work, and an error comes back wrapped. Its jitter is from zero to
//! the delay.

use std::{process::ExitCode, time::Duration};

use retry::{
    OperationResult,
    delay::{Exponential, NoDelay, jitter},
    retry,
};
use retry_benches::{
    Contestant,
    work::{Failure, Outcome, is_transient, operation},
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

fn blocking(key: &str) -> Outcome {
    retry(delays(), || classify(operation(key))).map_err(|error| error.error)
}

fn blocking_at_once(key: &str) -> Outcome {
    retry(NoDelay.take(2), || classify(operation(key))).map_err(|error| error.error)
}

fn main() -> ExitCode {
    Contestant::from_arguments().blocking(blocking).blocking_at_once(blocking_at_once).exit()
}
