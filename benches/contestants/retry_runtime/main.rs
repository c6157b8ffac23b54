//! `#[retry]` of retry-runtime, with its default features.

use std::process::ExitCode;

use retry_benches::{
    Contestant,
    work::{Failure, Locals, is_transient, operation, operation_async},
};
use retry_runtime::retry;

#[retry(filter = is_transient)]
fn blocking(key: &str) -> Result<u64, Failure> {
    operation(key)
}

#[retry(initial_delay = "0s", filter = is_transient)]
fn blocking_at_once(key: &str) -> Result<u64, Failure> {
    operation(key)
}

#[retry(filter = is_transient)]
async fn asynchronous(key: &str) -> Result<u64, Failure> {
    operation_async(key).await
}

#[retry(initial_delay = "0s", filter = is_transient)]
async fn at_once(key: &str) -> Result<u64, Failure> {
    operation_async(key).await
}

#[retry(initial_delay = "1h", max_delay = "2h", filter = is_transient)]
async fn waiting(key: &str) -> Result<u64, Failure> {
    let mut locals = Locals::new();
    let outcome = operation_async(key).await;
    locals.touch();
    outcome
}

pub(crate) fn main() -> ExitCode {
    Contestant::from_arguments()
        .blocking(blocking)
        .blocking_at_once(blocking_at_once)
        .asynchronous(asynchronous)
        .timer_free(at_once)
        .as_written(at_once)
        .future(waiting)
        .waiting(waiting)
        .exit()
}
