//! `#[retry]` of retry-runtime with a Redis installed: one retry a call, which waits for no timer.

use std::{
    future::{Ready, ready},
    process::ExitCode,
    time::Duration,
};

use retry_benches::{
    Contestant,
    work::{Failure, Own, is_transient},
};
use retry_runtime::{coordinate::redis, retry};

#[retry(max_attempts = 2, filter = is_transient, sleep = at_once)]
fn blocking(work: &mut Own) -> Result<u64, Failure> {
    work.operation()
}

#[retry(max_attempts = 2, filter = is_transient, sleep = at_once_async)]
async fn asynchronous(work: &mut Own) -> Result<u64, Failure> {
    work.operation()
}

fn at_once(_: Duration) {}

fn at_once_async(_: Duration) -> Ready<()> {
    ready(())
}

fn blocking_calls(calls: u64, failures: u64) {
    let mut work = Own::default();
    for _ in 0..calls {
        work.fail_next(failures);
        assert!(blocking(&mut work).is_ok());
    }
    assert_eq!(work.attempts(), calls * (failures + 1));
}

async fn async_calls(calls: u64, failures: u64) {
    let mut work = Own::default();
    for _ in 0..calls {
        work.fail_next(failures);
        assert!(asynchronous(&mut work).await.is_ok());
    }
    assert_eq!(work.attempts(), calls * (failures + 1));
}

fn main() -> ExitCode {
    let contestant = Contestant::from_arguments();
    redis::connect(contestant.redis()).expect("a right URL").install();
    contestant
        .blocking_trips("success", |calls| blocking_calls(calls, 0))
        .async_trips("success", |calls| async_calls(calls, 0))
        .blocking_trips("retry", |calls| blocking_calls(calls, 1))
        .async_trips("retry", |calls| async_calls(calls, 1))
        .coordinated(|calls| async_calls(calls, 1))
        .exit()
}
