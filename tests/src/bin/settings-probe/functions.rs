//! Functions of all kinds.

use std::{fmt, time::Duration};

use retry_runtime::{Elapsed, Jitter, RetryPolicy, retry};
use retry_tests::{Failure, record, record_async};
use tokio::time::Instant;

use crate::work::{note_most, work, work_async};

/// Waits of 1 s, 2 s and 4 s.
const PAYMENTS: RetryPolicy = RetryPolicy::named("payments")
    .with_max_attempts(4)
    .with_initial_delay(Duration::from_secs(1))
    .with_jitter(Jitter::None);

#[retry(sleep = record)]
fn plain() -> Result<(), Failure> {
    work()
}

#[retry(policy = worker, sleep = record)]
fn on_worker() -> Result<(), Failure> {
    work()
}

/// Its keys are those of [`PAYMENTS`].
#[retry(policy = worker, max_attempts = 4, initial_delay = "1s", max_delay = "4s", jitter = none, sleep = record)]
fn written() -> Result<(), Failure> {
    work()
}

#[retry(policy = PAYMENTS, on_retry = note_most, sleep = record)]
fn pay() -> Result<(), Failure> {
    work()
}

#[retry(policy = PAYMENTS, service = "billing", sleep = record_async)]
async fn charge() -> Result<(), Failure> {
    work_async().await
}

/// A named policy, but for one field.
#[retry(policy = PAYMENTS, max_attempts = 2, sleep = record)]
fn pay_twice() -> Result<(), Failure> {
    work()
}

/// An operation that is called like a policy.
#[retry(policy = PAYMENTS, operation = "storage", sleep = record)]
fn store() -> Result<(), Failure> {
    work()
}

/// What a type parameter decides.
trait Tenant {
    const ATTEMPTS: u32;
}

struct Small;

impl Tenant for Small {
    const ATTEMPTS: u32 = 2;
}

#[retry(policy = PAYMENTS, sleep = record)]
fn generic<T: Tenant>() -> Result<T, Failure> {
    Err(work().unwrap_err())
}

/// No list has its policy.
#[retry(policy = PAYMENTS, max_attempts = T::ATTEMPTS, sleep = record)]
fn per_tenant<T: Tenant>() -> Result<T, Failure> {
    Err(work().unwrap_err())
}

/// The same, for the one whose promise would bind all of the others' changes.
const ORDERS: RetryPolicy = PAYMENTS.with_name("orders");

#[retry(policy = ORDERS, max_total_delay = "10s", sleep = record)]
fn promised() -> Result<(), Failure> {
    work()
}

/// What a call with a limit of time may end with.
#[derive(Debug)]
struct Late;

impl fmt::Display for Late {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("late")
    }
}

impl From<Failure> for Late {
    fn from(_: Failure) -> Self {
        Self
    }
}

impl From<Elapsed> for Late {
    fn from(_: Elapsed) -> Self {
        Self
    }
}

#[retry(policy = PAYMENTS, max_elapsed = "30s")]
async fn elapsing() -> Result<(), Late> {
    Ok(work_async().await?)
}

#[retry(policy = PAYMENTS, attempt_timeout = "2s")]
async fn timed() -> Result<(), Late> {
    Ok(work_async().await?)
}

#[retry(policy = PAYMENTS, attempt_timeout = "2s", deadline = "10s")]
async fn limited() -> Result<(), Late> {
    Ok(work_async().await?)
}

#[retry(policy = PAYMENTS, max_attempts = unlimited, deadline = "30s")]
async fn endless() -> Result<(), Late> {
    Ok(work_async().await?)
}

fn looped() -> Result<(), Failure> {
    let mut attempts = PAYMENTS.attempts("polling").sleep(record);
    loop {
        attempts.next_blocking();
        match work() {
            Ok(()) => return Ok(()),
            Err(failure) => attempts.failed(failure)?,
        }
    }
}

/// Calls it; how long that took by tokio's clock, which nothing but waits turns. `None` if there is no such function.
pub(crate) fn call(function: &str) -> Option<Duration> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let runtime = runtime.expect("a runtime");
    runtime.block_on(async {
        let start = Instant::now();
        let failed = match function {
            "plain" => plain().is_err(),
            "on_worker" => on_worker().is_err(),
            "written" => written().is_err(),
            "pay" => pay().is_err(),
            "charge" => charge().await.is_err(),
            "pay_twice" => pay_twice().is_err(),
            "store" => store().is_err(),
            "generic" => generic::<Small>().is_err(),
            "per_tenant" => per_tenant::<Small>().is_err(),
            "promised" => promised().is_err(),
            "elapsing" => elapsing().await.is_err(),
            "timed" => timed().await.is_err(),
            "limited" => limited().await.is_err(),
            "endless" => endless().await.is_err(),
            "looped" => looped().is_err(),
            "worker_closure" => RetryPolicy::WORKER.call(work).sleep(record).run().is_err(),
            "named_closure" => PAYMENTS.call(work).operation("adhoc").sleep(record).run().is_err(),
            "async_closure" => PAYMENTS.call_async(work_async).sleep(record_async).run().await.is_err(),
            _ => return None,
        };
        assert!(failed, "all of them fail");
        Some(start.elapsed())
    })
}
