//! `tower` with the features `retry` and `util`. It has no blocking form; the attempts and the filter are a
//! `Policy` of the user's, and a request is cloned for each attempt. Its jitter adds to the delay only. The
//! service is built for each call: clones of one policy all draw the same jitter.

use std::{
    future::{self, Ready},
    process::ExitCode,
    time::Duration,
};

use retry_benches::{
    Contestant,
    work::{Failure, Outcome, is_transient, operation_async, operation_with_locals},
};
use tower::{
    ServiceExt,
    retry::{
        Policy, Retry,
        backoff::{Backoff, ExponentialBackoff, ExponentialBackoffMaker, MakeBackoff},
    },
    service_fn,
    util::rng::HasherRng,
};

#[derive(Clone)]
struct Transient<B> {
    backoff: B,
    retries: u32,
}

impl<B> Transient<B> {
    const fn new(backoff: B) -> Self {
        Self { backoff, retries: 2 }
    }
}

impl<Request: Clone, Response, B: Backoff> Policy<Request, Response, Failure> for Transient<B> {
    type Future = B::Future;

    fn retry(&mut self, _: &mut Request, result: &mut Result<Response, Failure>) -> Option<B::Future> {
        let failure = result.as_ref().err()?;
        if !is_transient(failure) {
            return None;
        }
        self.retries = self.retries.checked_sub(1)?;
        Some(self.backoff.next_backoff())
    }

    fn clone_request(&mut self, request: &Request) -> Option<Request> {
        Some(request.clone())
    }
}

fn exponential(initial: Duration, max: Duration) -> Transient<ExponentialBackoff> {
    let maker = ExponentialBackoffMaker::new(initial, max, 0.1, HasherRng::new());
    Transient::new(maker.expect("the bounds are right").make_backoff())
}

fn policy() -> Transient<ExponentialBackoff> {
    exponential(Duration::from_millis(100), Duration::from_secs(10))
}

fn hours() -> Transient<ExponentialBackoff> {
    exponential(Duration::from_secs(3600), Duration::from_secs(7200))
}

/// No delay, on tokio's timer.
#[derive(Clone)]
struct Zero;

impl Backoff for Zero {
    type Future = tokio::time::Sleep;

    fn next_backoff(&mut self) -> Self::Future {
        tokio::time::sleep(Duration::ZERO)
    }
}

/// No delay, as tower's own example has it.
#[derive(Clone)]
struct NoSleep;

impl Backoff for NoSleep {
    type Future = Ready<()>;

    fn next_backoff(&mut self) -> Ready<()> {
        future::ready(())
    }
}

async fn asynchronous(key: &str) -> Outcome {
    Retry::new(policy(), service_fn(operation_async)).oneshot(key).await
}

async fn timer_free(key: &str) -> Outcome {
    Retry::new(Transient::new(NoSleep), service_fn(operation_async)).oneshot(key).await
}

async fn as_written(key: &str) -> Outcome {
    Retry::new(Transient::new(Zero), service_fn(operation_async)).oneshot(key).await
}

async fn waiting(key: &str) -> Outcome {
    Retry::new(hours(), service_fn(operation_with_locals)).oneshot(key).await
}

fn main() -> ExitCode {
    Contestant::from_arguments()
        .asynchronous(asynchronous)
        .timer_free(timer_free)
        .as_written(as_written)
        .future(waiting)
        .waiting(waiting)
        .exit()
}
