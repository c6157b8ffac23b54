//! `#[retry]` of asyn-retry-policy. It has no blocking form and no sleeper of the user's, its jitter is from
//! zero to the delay, in milliseconds, and it clones every argument for each attempt. Its jitter makes a
//! delay of zero up to 1 ms: here the zero delay has none.

use std::process::ExitCode;

use asyn_retry_policy::retry;
use retry_benches::{
    Contestant,
    work::{Locals, Outcome, is_transient, operation_async},
};

#[retry(attempts = 3, base_delay_ms = 100, max_delay_ms = 10_000, predicate = is_transient)]
async fn asynchronous(key: &str) -> Outcome {
    operation_async(key).await
}

#[retry(attempts = 3, base_delay_ms = 0, jitter = false, predicate = is_transient)]
async fn as_written(key: &str) -> Outcome {
    operation_async(key).await
}

#[retry(attempts = 3, base_delay_ms = 3_600_000, max_delay_ms = 7_200_000, predicate = is_transient)]
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
