//! The services that are called: here only as far as they fail.

use std::sync::atomic::{AtomicU32, Ordering};

use retry_runtime::{CircuitOpen, Classify, Elapsed};

/// The statistics know an error by its variant.
#[derive(Debug, Classify)]
pub(crate) enum Error {
    #[transient]
    Unavailable,
    #[permanent]
    Declined,
    #[classify(source)]
    NotCalled(CircuitOpen),
    #[classify(source)]
    TooSlow(Elapsed),
}

impl From<CircuitOpen> for Error {
    fn from(open: CircuitOpen) -> Self {
        Self::NotCalled(open)
    }
}

impl From<Elapsed> for Error {
    fn from(elapsed: Elapsed) -> Self {
        Self::TooSlow(elapsed)
    }
}

pub(crate) struct Upstream {
    calls: AtomicU32,
    failures: u32,
    declines: bool,
}

impl Upstream {
    /// Fails so many times, then answers.
    pub(crate) const fn failing(failures: u32) -> Self {
        Self { calls: AtomicU32::new(0), failures, declines: false }
    }

    pub(crate) const fn declining() -> Self {
        Self { calls: AtomicU32::new(0), failures: 0, declines: true }
    }

    pub(crate) fn answer(&self) -> Result<u32, Error> {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        match call {
            _ if self.declines => Err(Error::Declined),
            _ if call < self.failures => Err(Error::Unavailable),
            _ => Ok(call),
        }
    }
}
