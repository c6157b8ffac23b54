//! Retrying without the attribute: `call`, `call_async` and the loop form do all that it does.

use std::{
    cell::{Cell, RefCell},
    future::Future,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use rand::{SeedableRng, rngs::SmallRng};
use retry_runtime::{
    Backoff, Classify, Context, Jitter, RetryError, RetryPolicy, StopReason, Verdict, retry,
};
use retry_tests::{Failure, Flaky, record, record_async, recorded_waits};

const SECOND: Duration = Duration::from_secs(1);

/// 5 attempts, waits of 1, 2, 4, 8 s.
const STEADY: RetryPolicy = RetryPolicy::HTTP.with_jitter(Jitter::None);

fn seconds<const N: usize>(waits: [u64; N]) -> Vec<Duration> {
    waits.map(Duration::from_secs).to_vec()
}

thread_local! {
    static PASSED: Cell<Duration> = const { Cell::new(Duration::ZERO) };
    static START: Instant = Instant::now();
}

/// A clock that stands still until [`pass`] moves it.
fn clock() -> Instant {
    START.with(|start| *start) + PASSED.get()
}

fn pass(delay: Duration) {
    record(delay);
    PASSED.set(PASSED.get() + delay);
}

/// An error that says when to come back, or that there is no point.
#[derive(Clone, Debug, PartialEq, Eq)]
enum ApiError {
    Busy(u64),
    Gone,
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

impl Classify for ApiError {
    fn classify(&self) -> Verdict {
        match self {
            Self::Busy(hint) => Verdict::THROTTLED.with_server_hint(Duration::from_secs(*hint)),
            Self::Gone => Verdict::PERMANENT,
        }
    }
}

mod blocking;

mod asynchronous;

mod sending;

mod guards;
mod loops;

mod randomness;

mod cancelling;

mod runtimes;

mod properties;
