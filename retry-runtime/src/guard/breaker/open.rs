//! The error of a call that was not made.

use std::{error::Error, fmt, io, time::Duration};

use crate::{Classify, Verdict};

/// A circuit breaker refused the call: nothing was sent.
///
/// Transient, with [`retry_after`](Self::retry_after) as the server's hint, so that a function that calls another one
/// waits until the circuit may let a call through. As an [`io::Error`] it is of the kind
/// [`ConnectionRefused`](io::ErrorKind::ConnectionRefused), and holds this error.
///
/// In an enum that derives [`Classify`] the variant that holds it is marked `#[classify(source)]`, which keeps the hint.
///
/// ```
/// use std::time::Duration;
/// use retry_runtime::{CircuitOpen, retry};
///
/// #[derive(Debug)]
/// enum ApiError {
///     Unavailable(Duration),
/// }
///
/// impl From<CircuitOpen> for ApiError {
///     fn from(open: CircuitOpen) -> Self {
///         Self::Unavailable(open.retry_after())
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CircuitOpen {
    breaker: &'static str,
    retry_after: Duration,
}

impl CircuitOpen {
    pub(super) const fn new(breaker: &'static str, retry_after: Duration) -> Self {
        Self { breaker, retry_after }
    }

    /// The breaker's name.
    #[must_use]
    pub const fn breaker(&self) -> &'static str {
        self.breaker
    }

    /// When to try again: what is left of the time that the circuit stays open. While all probes of a half-open
    /// one are under way, a tenth of that time, at most a second.
    #[must_use]
    pub const fn retry_after(&self) -> Duration {
        self.retry_after
    }
}

impl fmt::Display for CircuitOpen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "circuit breaker `{}` is open: try again in {:.1?}", self.breaker, self.retry_after)
    }
}

impl Error for CircuitOpen {}

impl Classify for CircuitOpen {
    fn classify(&self) -> Verdict {
        Verdict::TRANSIENT.with_server_hint(self.retry_after)
    }

    fn error_type(&self) -> &'static str {
        CIRCUIT_OPEN
    }
}

/// What it is counted as.
pub(crate) const CIRCUIT_OPEN: &str = "circuit_open";

impl From<CircuitOpen> for io::Error {
    fn from(open: CircuitOpen) -> Self {
        Self::new(io::ErrorKind::ConnectionRefused, open)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{connect_only, is_transient, is_transient_io};

    const OPEN: CircuitOpen = CircuitOpen::new("lake", Duration::from_millis(2_500));

    #[test]
    fn it_says_which_and_when() {
        assert_eq!(OPEN.to_string(), "circuit breaker `lake` is open: try again in 2.5s");
        assert_eq!((OPEN.breaker(), OPEN.retry_after()), ("lake", Duration::from_millis(2_500)));
    }

    #[test]
    fn it_is_transient_and_hints_when() {
        assert_eq!(OPEN.classify(), Verdict::TRANSIENT.with_server_hint(Duration::from_millis(2_500)));
    }

    #[test]
    fn as_an_io_error_it_keeps_its_hint() {
        let error = io::Error::from(OPEN);
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
        assert_eq!(is_transient_io(&error), OPEN.classify());
        assert_eq!(is_transient(&error), OPEN.classify());
        assert_eq!(connect_only(&error), OPEN.classify());
        assert_eq!(error.downcast::<CircuitOpen>().expect("itself"), OPEN);
    }

    #[cfg(feature = "http")]
    #[test]
    fn as_an_http_error_it_keeps_its_hint() {
        let error = crate::HttpError::from(OPEN);
        assert_eq!((error.classify(), connect_only(&error)), (OPEN.classify(), OPEN.classify()));
        assert_eq!(error.to_string(), OPEN.to_string());
    }
}
