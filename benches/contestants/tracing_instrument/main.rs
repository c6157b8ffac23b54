//! `#[tracing::instrument]` on functions without retries, with tracing's default features and no subscriber:
//! a yardstick for what an attribute costs. Where the others recover, this calls three times.

use std::process::ExitCode;

use retry_benches::{
    Contestant,
    work::{Locals, Outcome, operation, operation_async},
};
use tracing::instrument;

#[instrument]
fn blocking(key: &str) -> Outcome {
    operation(key)
}

#[instrument]
fn blocking_at_once(key: &str) -> Outcome {
    operation(key).or_else(|_| operation(key)).or_else(|_| operation(key))
}

#[instrument]
async fn asynchronous(key: &str) -> Outcome {
    operation_async(key).await
}

#[instrument]
async fn at_once(key: &str) -> Outcome {
    if let Ok(value) = operation_async(key).await {
        return Ok(value);
    }
    if let Ok(value) = operation_async(key).await {
        return Ok(value);
    }
    operation_async(key).await
}

#[instrument]
async fn waiting(key: &str) -> Outcome {
    let mut locals = Locals::new();
    let outcome = operation_async(key).await;
    locals.touch();
    outcome
}

fn main() -> ExitCode {
    Contestant::from_arguments()
        .blocking(blocking)
        .blocking_at_once(blocking_at_once)
        .asynchronous(asynchronous)
        .timer_free(at_once)
        .as_written(at_once)
        .future(waiting)
        .exit()
}
