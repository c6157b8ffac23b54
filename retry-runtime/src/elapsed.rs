//! What an attempt becomes whose time is over.

use std::{error::Error, fmt, io, time::Duration};

use crate::{Classify, Verdict};

/// The time of an attempt (`attempt_timeout`) or of the whole call (`deadline`) is over.
///
/// An error type that is `From<Elapsed>` can express it, as [`io::Error`] can (its kind is
/// [`TimedOut`](io::ErrorKind::TimedOut)); for another one `timeout_error` makes the error.
///
/// ```
/// use std::time::Duration;
/// use retry_runtime::{Elapsed, retry};
///
/// #[derive(Debug, PartialEq)]
/// enum ApiError {
///     TookLongerThan(Duration),
/// }
///
/// impl From<Elapsed> for ApiError {
///     fn from(elapsed: Elapsed) -> Self {
///         Self::TookLongerThan(elapsed.limit())
///     }
/// }
///
/// #[retry(attempt_timeout = "5s")]
/// async fn fetch() -> Result<u32, ApiError> {
///     std::future::pending().await
/// }
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// assert_eq!(fetch().await, Err(ApiError::TookLongerThan(Duration::from_secs(5))));
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Elapsed {
    limit: Duration,
    kind: Kind,
}

/// What it is counted as.
pub(crate) const TIMEOUT: &str = "timeout";

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    Attempt,
    Deadline,
    /// The deadline passed before the attempt began.
    Unmade,
}

impl Elapsed {
    /// An attempt that took longer than `limit`.
    #[must_use]
    pub const fn attempt(limit: Duration) -> Self {
        Self { limit, kind: Kind::Attempt }
    }

    /// A call that took longer than `limit`.
    #[must_use]
    pub const fn deadline(limit: Duration) -> Self {
        Self { limit, kind: Kind::Deadline }
    }

    /// The same, of an attempt that was not made.
    pub(crate) const fn unmade(self) -> Self {
        Self { kind: Kind::Unmade, ..self }
    }

    /// How much time there was: for an attempt, or from the call's start to its deadline. Zero for a
    /// deadline that had passed before the call began.
    #[must_use]
    pub const fn limit(&self) -> Duration {
        self.limit
    }

    /// Whether the time of the whole call is over, and not only that of an attempt.
    #[must_use]
    pub const fn is_deadline(&self) -> bool {
        !matches!(self.kind, Kind::Attempt)
    }

    pub(crate) const fn is_unmade(&self) -> bool {
        matches!(self.kind, Kind::Unmade)
    }
}

impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Kind::Attempt => write!(f, "attempt timed out after {:?}", self.limit),
            _ if self.limit.is_zero() => f.write_str("deadline passed before the call"),
            _ => write!(f, "deadline passed after {:?}", self.limit),
        }
    }
}

impl Error for Elapsed {}

impl Classify for Elapsed {
    fn classify(&self) -> Verdict {
        Verdict::TIMED_OUT
    }

    fn error_type(&self) -> &'static str {
        TIMEOUT
    }
}

impl From<Elapsed> for io::Error {
    fn from(elapsed: Elapsed) -> Self {
        Self::new(io::ErrorKind::TimedOut, elapsed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::is_transient_io;

    const LIMIT: Duration = Duration::from_millis(1_500);

    #[test]
    fn it_says_whose_time_is_over() {
        assert_eq!(Elapsed::attempt(LIMIT).to_string(), "attempt timed out after 1.5s");
        assert_eq!(Elapsed::deadline(LIMIT).to_string(), "deadline passed after 1.5s");
        assert_eq!(Elapsed::deadline(Duration::ZERO).to_string(), "deadline passed before the call");
        assert!(Elapsed::deadline(LIMIT).is_deadline() && !Elapsed::attempt(LIMIT).is_deadline());
        assert!(Elapsed::deadline(LIMIT).unmade().is_deadline());
    }

    #[test]
    fn it_is_transient_in_whatever_it_comes() {
        let error = io::Error::from(Elapsed::attempt(LIMIT));
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert_eq!(error.to_string(), "attempt timed out after 1.5s");
        assert!(is_transient_io(&error).is_transient());
        assert!(Elapsed::attempt(LIMIT).classify().is_transient());
    }
}
