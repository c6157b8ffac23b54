//! Why a call ended, and the error for those who ask for more than their own.

use std::{error::Error, fmt, time::Duration};

/// Why there was no further attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StopReason {
    /// The error was judged permanent: another attempt would fail alike.
    Permanent,
    /// All attempts that the policy allows were made.
    AttemptsExhausted,
    /// The next wait would have ended after `max_elapsed`, or exceeded `max_total_delay`.
    Elapsed,
    /// The server asked to stay away for longer than `max_retry_after`.
    ServerHintTooLong,
    /// The `deadline` of the call passed, or the next wait would have ended no sooner.
    Deadline,
    /// The call was cancelled before its next attempt.
    Cancelled,
    /// The [`RetryBudget`](crate::RetryBudget) that the call shares with others ran dry.
    Budget,
    /// A [`CircuitBreaker`](crate::CircuitBreaker) refused the last attempt: the first one, or one whose limits leave
    /// no room to wait for the circuit.
    CircuitOpen,
    /// While so few succeed, an [`AdaptiveRate`](crate::AdaptiveRate) allows no more attempts.
    AttemptCeiling,
    /// Another call with the same idempotency key is running, or its result was not kept: see
    /// [`IdempotencyConflict`](crate::IdempotencyConflict).
    IdempotencyConflict,
}

impl StopReason {
    /// In the order of their numbers.
    pub(crate) const ALL: [Self; 10] = [
        Self::Permanent,
        Self::AttemptsExhausted,
        Self::Elapsed,
        Self::ServerHintTooLong,
        Self::Deadline,
        Self::Cancelled,
        Self::Budget,
        Self::CircuitOpen,
        Self::AttemptCeiling,
        Self::IdempotencyConflict,
    ];

    /// The name used in logs and metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Permanent => "permanent",
            Self::AttemptsExhausted => "attempts exhausted",
            Self::Elapsed => "elapsed",
            Self::ServerHintTooLong => "server hint too long",
            Self::Deadline => "deadline",
            Self::Cancelled => "cancelled",
            Self::Budget => "budget",
            Self::CircuitOpen => "circuit open",
            Self::AttemptCeiling => "attempt ceiling",
            Self::IdempotencyConflict => "idempotency conflict",
        }
    }
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The last error of a call, with how often and how long it was tried and why it ended.
///
/// What a function with `wrap_error` returns; others give back the caller's own error, unchanged.
///
/// ```
/// use retry_runtime::{RetryError, StopReason, retry};
///
/// #[retry(max_attempts = 2, initial_delay = "0s", wrap_error)]
/// fn parse(text: &str) -> Result<u8, RetryError<std::num::ParseIntError>> {
///     text.parse::<u8>()
/// }
///
/// let error = parse("many").unwrap_err();
/// assert_eq!(error.attempts(), 2);
/// assert_eq!(error.reason(), StopReason::AttemptsExhausted);
/// assert_eq!(
///     error.to_string(),
///     "gave up after 2 attempts (attempts exhausted): invalid digit found in string",
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryError<E> {
    error: Option<E>,
    attempts: u32,
    elapsed: Duration,
    reason: StopReason,
}

impl<E> RetryError<E> {
    pub(crate) const fn new(error: Option<E>, attempts: u32, elapsed: Duration, reason: StopReason) -> Self {
        Self { error, attempts, elapsed, reason }
    }

    /// The error of the last attempt; `None` if no attempt got as far as an error of its own.
    #[must_use]
    pub const fn last_error(&self) -> Option<&E> {
        self.error.as_ref()
    }

    /// Gives the error of the last attempt back.
    #[must_use]
    pub fn into_last_error(self) -> Option<E> {
        self.error
    }

    /// How many attempts were made, the first call and those that a circuit breaker refused included; none if the
    /// deadline had passed before the call.
    #[must_use]
    pub const fn attempts(&self) -> u32 {
        self.attempts
    }

    /// How long the call took, attempts and waits together.
    #[must_use]
    pub const fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// Why there was no further attempt.
    #[must_use]
    pub const fn reason(&self) -> StopReason {
        self.reason
    }
}

impl<E: fmt::Display> fmt::Display for RetryError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.attempts == 1 { "" } else { "s" };
        write!(f, "gave up after {} attempt{plural} ({})", self.attempts, self.reason)?;
        self.error.as_ref().map_or(Ok(()), |error| write!(f, ": {error}"))
    }
}

impl<E: Error + 'static> Error for RetryError<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.error.as_ref().map(|error| error as _)
    }
}
