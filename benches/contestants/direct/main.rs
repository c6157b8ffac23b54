//! No retry at all. Where the others recover from two failures, this calls three times: the work alone.

use std::process::ExitCode;

use retry_benches::{
    Contestant,
    work::{Locals, Outcome, operation, operation_async},
};

fn blocking(key: &str) -> Outcome {
    operation(key)
}

fn blocking_at_once(key: &str) -> Outcome {
    operation(key).or_else(|_| operation(key)).or_else(|_| operation(key))
}

async fn asynchronous(key: &str) -> Outcome {
    operation_async(key).await
}

async fn at_once(key: &str) -> Outcome {
    if let Ok(value) = operation_async(key).await {
        return Ok(value);
    }
    if let Ok(value) = operation_async(key).await {
        return Ok(value);
    }
    operation_async(key).await
}

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
