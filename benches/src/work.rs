//! The operation that every contestant retries. It fails as often as it was told to, and counts its
//! attempts.

use std::{
    fmt,
    hint::black_box,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

/// What a call returns.
pub type Outcome = Result<u64, Failure>;

/// The error of the operation: the transient kind is retried, the permanent one is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The service is away; the attempt's number tells the errors apart.
    Unavailable(u64),
    /// The service refuses, and will go on refusing.
    Denied,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unavailable(attempt) => write!(f, "attempt {attempt} found the service away"),
            Self::Denied => f.write_str("the service refuses"),
        }
    }
}

impl std::error::Error for Failure {}

/// The filter of every contestant.
#[must_use]
pub fn is_transient(failure: &Failure) -> bool {
    matches!(failure, Failure::Unavailable(_))
}

static FAILURES_LEFT: AtomicU64 = AtomicU64::new(0);
static ATTEMPTS: AtomicU64 = AtomicU64::new(0);

/// How many of the next attempts fail: `u64::MAX` never stops failing.
#[inline]
pub fn fail_next(attempts: u64) {
    FAILURES_LEFT.store(attempts, Relaxed);
}

/// Attempts made since the program began.
#[must_use]
pub fn attempts() -> u64 {
    ATTEMPTS.load(Relaxed)
}

/// One attempt. A key that begins with `!` is denied.
///
/// # Errors
///
/// [`Failure::Unavailable`] as often as [`fail_next`] said; [`Failure::Denied`] for a denied key.
#[inline(never)]
pub fn operation(key: &str) -> Outcome {
    let attempt = ATTEMPTS.load(Relaxed) + 1;
    ATTEMPTS.store(attempt, Relaxed);
    let left = FAILURES_LEFT.load(Relaxed);
    if left > 0 {
        FAILURES_LEFT.store(left - 1, Relaxed);
        return Err(Failure::Unavailable(attempt));
    }
    if key.as_bytes().first() == Some(&b'!') {
        return Err(Failure::Denied);
    }
    Ok(black_box(key).len() as u64)
}

/// The operation of one thread: threads that contend for a limit have nothing else in common.
#[derive(Debug, Default)]
pub struct Own {
    failures_left: u64,
    attempts: u64,
}

impl Own {
    /// How many of the next attempts fail.
    #[inline]
    pub fn fail_next(&mut self, attempts: u64) {
        self.failures_left = attempts;
    }

    /// Attempts made.
    #[must_use]
    pub fn attempts(&self) -> u64 {
        self.attempts
    }

    /// One attempt.
    ///
    /// # Errors
    ///
    /// [`Failure::Unavailable`] as often as [`fail_next`](Self::fail_next) said.
    #[inline(never)]
    pub fn operation(&mut self) -> Outcome {
        self.attempts += 1;
        if self.failures_left > 0 {
            self.failures_left -= 1;
            return Err(Failure::Unavailable(self.attempts));
        }
        Ok(black_box(8))
    }
}

/// One attempt of an async function.
///
/// # Errors
///
/// As [`operation`].
#[expect(clippy::unused_async, reason = "the least that an async attempt can be")]
pub async fn operation_async(key: &str) -> Outcome {
    operation(key)
}

/// 64 bytes that a body keeps across a suspension point.
pub struct Locals([u8; 64]);

impl Locals {
    /// In use.
    #[must_use]
    pub fn new() -> Self {
        Self(black_box([0; 64]))
    }

    /// Still in use.
    pub fn touch(&mut self) {
        black_box(&mut self.0);
    }
}

impl Default for Locals {
    fn default() -> Self {
        Self::new()
    }
}

/// One attempt that keeps [`Locals`], for those who retry a function of its own; an attribute stands on one that
/// has them in its body.
///
/// # Errors
///
/// As [`operation`].
pub async fn operation_with_locals(key: &str) -> Outcome {
    let mut locals = Locals::new();
    let outcome = operation_async(key).await;
    locals.touch();
    outcome
}

/// What the copied functions do: each with a number of its own, so that the compiler makes one of no two.
///
/// # Errors
///
/// As [`operation`].
#[inline(never)]
pub fn send_blocking(key: &str, number: u64) -> Outcome {
    operation(key).map(|answer| answer + number)
}

/// The same, async.
///
/// # Errors
///
/// As [`operation`].
#[expect(clippy::unused_async, reason = "what is measured is a future")]
pub async fn send(key: &str, number: u64) -> Outcome {
    send_blocking(key, number)
}
