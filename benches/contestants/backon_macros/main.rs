//! `#[backon]` of backon-macros, with the default features of `backon`. It takes a policy as the path of a
//! function, not as keys of the attribute, and its jitter adds up to 100 % of the delay, past the cap.

use std::{
    future::{self, Ready},
    process::ExitCode,
    time::Duration,
};

use backon::{ConstantBuilder, ExponentialBuilder};
use backon_macros::backon;
use retry_benches::{
    Contestant,
    work::{Locals, Outcome, is_transient, operation, operation_async},
};

const fn policy() -> ExponentialBuilder {
    ExponentialBuilder::new()
        .with_min_delay(Duration::from_millis(100))
        .with_max_delay(Duration::from_secs(10))
        .with_max_times(2)
        .with_jitter()
}

const fn at_once() -> ConstantBuilder {
    ConstantBuilder::new().with_delay(Duration::ZERO).with_max_times(2)
}

const fn hours() -> ExponentialBuilder {
    policy().with_min_delay(Duration::from_secs(3600)).with_max_delay(Duration::from_secs(7200))
}

fn no_sleep(_: Duration) -> Ready<()> {
    future::ready(())
}

#[backon(backoff = policy, when = is_transient)]
fn blocking(key: &str) -> Outcome {
    operation(key)
}

#[backon(backoff = at_once, when = is_transient)]
fn blocking_at_once(key: &str) -> Outcome {
    operation(key)
}

#[backon(backoff = policy, when = is_transient)]
async fn asynchronous(key: &str) -> Outcome {
    operation_async(key).await
}

#[backon(backoff = at_once, sleep = no_sleep, when = is_transient)]
async fn timer_free(key: &str) -> Outcome {
    operation_async(key).await
}

#[backon(backoff = at_once, when = is_transient)]
async fn as_written(key: &str) -> Outcome {
    operation_async(key).await
}

#[backon(backoff = hours, when = is_transient)]
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
        .timer_free(timer_free)
        .as_written(as_written)
        .future(waiting)
        .waiting(waiting)
        .exit()
}
