//! An error type that can express whatever limits make of an attempt.

use retry_runtime::{CircuitOpen, Elapsed};
use retry_tests::Failure;

/// An error that can express that the circuit is open, and that the time is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Error {
    Failed(u32),
    Open(CircuitOpen),
    TimedOut(Elapsed),
}

impl From<CircuitOpen> for Error {
    fn from(open: CircuitOpen) -> Self {
        Self::Open(open)
    }
}

impl From<Elapsed> for Error {
    fn from(elapsed: Elapsed) -> Self {
        Self::TimedOut(elapsed)
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure.0)
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Failed(attempt) => write!(f, "attempt {attempt} failed"),
            Self::Open(open) => open.fmt(f),
            Self::TimedOut(elapsed) => elapsed.fmt(f),
        }
    }
}

impl std::error::Error for Error {}
