//! What the tests share: operations that fail a given number of times, sleepers that record, private real
//! servers, and a proxy that breaks connections.
#![forbid(unsafe_code)]

#[cfg(feature = "servers")]
pub mod example;
#[cfg(feature = "inventory")]
pub mod listed;
pub mod ports;
pub mod proxy;
#[cfg(feature = "servers")]
pub mod servers;
#[cfg(feature = "coordinate")]
pub mod storm;
#[cfg(feature = "coordinate")]
pub mod worker;

use std::{
    cell::RefCell,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

/// An operation that fails until its turn comes, and counts its attempts.
#[derive(Debug)]
pub struct Flaky {
    attempts: AtomicU32,
    failures: u32,
}

impl Flaky {
    /// Fails `failures` times, then succeeds.
    #[must_use]
    pub const fn failing(failures: u32) -> Self {
        Self { attempts: AtomicU32::new(0), failures }
    }

    /// Makes an attempt.
    ///
    /// # Errors
    /// As long as its turn has not come.
    pub fn call(&self) -> Result<u32, Failure> {
        let attempt = self.attempts.fetch_add(1, Ordering::Relaxed) + 1;
        if attempt > self.failures { Ok(attempt) } else { Err(Failure(attempt)) }
    }

    /// Makes an attempt that suspends first.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub async fn call_async(&self) -> Result<u32, Failure> {
        tokio::task::yield_now().await;
        self.call()
    }

    /// How many attempts were made.
    pub fn attempts(&self) -> u32 {
        self.attempts.load(Ordering::Relaxed)
    }
}

/// The error of the attempt with this number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure(pub u32);

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "attempt {} failed", self.0)
    }
}

impl std::error::Error for Failure {}

thread_local! {
    static WAITS: RefCell<Vec<Duration>> = const { RefCell::new(Vec::new()) };
}

/// A sleeper that returns at once and records the wait: `sleep = retry_tests::record`.
pub fn record(delay: Duration) {
    WAITS.with_borrow_mut(|waits| waits.push(delay));
}

/// As [`record`], for async functions.
pub async fn record_async(delay: Duration) {
    record(delay);
}

/// Takes the waits recorded on this thread.
#[must_use]
pub fn recorded_waits() -> Vec<Duration> {
    WAITS.take()
}

/// The README's code is run as documentation tests, with the features that it names.
#[cfg(all(doctest, feature = "metrics", feature = "opentelemetry"))]
#[doc = include_str!("../../README.md")]
pub struct Readme;

/// Waits, written in milliseconds.
#[must_use]
pub fn millis<const N: usize>(waits: [u64; N]) -> [Duration; N] {
    waits.map(Duration::from_millis)
}

/// An error that says itself whether it may pass, and when its server wants the next attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerError {
    /// May pass.
    Busy,
    /// May pass, after this time.
    BusyFor(Duration),
    /// Will not pass.
    Gone,
}

impl std::fmt::Display for ServerError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Busy => f.write_str("busy"),
            Self::BusyFor(delay) => write!(f, "busy for {delay:?}"),
            Self::Gone => f.write_str("gone"),
        }
    }
}

impl std::error::Error for ServerError {}

impl retry_runtime::Classify for ServerError {
    fn classify(&self) -> retry_runtime::Verdict {
        use retry_runtime::Verdict;

        match self {
            Self::Busy => Verdict::TRANSIENT,
            Self::BusyFor(delay) => Verdict::THROTTLED.with_server_hint(*delay),
            Self::Gone => Verdict::PERMANENT,
        }
    }
}
