//! `#[retry]` of retry-if, with its default features. It has no blocking form, no jitter and no sleeper of
//! the user's, it reads the clock at each call, and its predicate takes the whole result.

#![expect(unexpected_cfgs, reason = "the attribute asks the user's crate for a feature `tracing`")]

use std::{process::ExitCode, time::Duration};

use retry_benches::{
    Contestant,
    work::{Locals, Outcome, is_transient, operation_async},
};
use retry_if::{ExponentialBackoffConfig, retry};

const POLICY: ExponentialBackoffConfig = ExponentialBackoffConfig {
    max_retries: 2,
    t_wait: Duration::from_millis(100),
    backoff: 2.0,
    t_wait_max: None,
    backoff_max: Some(Duration::from_secs(10)),
};
const AT_ONCE: ExponentialBackoffConfig = ExponentialBackoffConfig { t_wait: Duration::ZERO, ..POLICY };
const HOURS: ExponentialBackoffConfig = ExponentialBackoffConfig {
    t_wait: Duration::from_secs(3600),
    backoff_max: Some(Duration::from_secs(7200)),
    ..POLICY
};

fn failed_for_now(outcome: &Outcome) -> bool {
    outcome.as_ref().is_err_and(is_transient)
}

#[retry(POLICY, failed_for_now)]
async fn asynchronous(key: &str) -> Outcome {
    operation_async(key).await
}

#[retry(AT_ONCE, failed_for_now)]
async fn as_written(key: &str) -> Outcome {
    operation_async(key).await
}

#[retry(HOURS, failed_for_now)]
async fn waiting(key: &str) -> Outcome {
    let mut locals = Locals::new();
    let outcome = operation_async(key).await;
    locals.touch();
    outcome
}

fn main() -> ExitCode {
    Contestant::from_arguments()
        .asynchronous(asynchronous)
        .as_written(as_written)
        .future(waiting)
        .waiting(waiting)
        .exit()
}
