//! A place in the user's code that retries: what is known about it at compile time.

use std::{panic::Location, time::Instant};

use crate::clock;

/// Whether a call blocks its thread or is awaited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Sleeps on the thread.
    Blocking,
    /// Awaits a timer.
    Async,
}

/// Names and kind of a retried operation.
#[derive(Clone, Copy, Debug)]
pub struct Site {
    operation: &'static str,
    service: Option<&'static str>,
    mode: Mode,
    #[cfg_attr(not(feature = "tokio"), expect(dead_code, reason = "for a warning about tokio's threads"))]
    location: &'static Location<'static>,
}

impl Site {
    /// A site at the caller's place.
    #[must_use]
    #[track_caller]
    pub const fn new(operation: &'static str, service: Option<&'static str>, mode: Mode) -> Self {
        Self { operation, service, mode, location: Location::caller() }
    }

    pub(crate) const fn with_operation(self, operation: &'static str) -> Self {
        Self { operation, ..self }
    }

    pub(crate) const fn with_service(self, service: &'static str) -> Self {
        Self { service: Some(service), ..self }
    }

    #[inline]
    pub(crate) const fn operation(&self) -> &'static str {
        self.operation
    }

    pub(crate) const fn service(&self) -> Option<&'static str> {
        self.service
    }

    pub(crate) const fn is_async(&self) -> bool {
        matches!(self.mode, Mode::Async)
    }

    /// The clock of such calls.
    pub(crate) fn clock(&self) -> fn() -> Instant {
        match self.mode {
            Mode::Blocking => clock::blocking,
            Mode::Async => clock::asynchronous,
        }
    }

    /// Where the function is annotated or the call is written.
    #[cfg(feature = "tokio")]
    pub(crate) const fn location(&self) -> &'static Location<'static> {
        self.location
    }

    /// Whether nobody was warned yet about this operation at this place.
    #[cfg(feature = "tokio")]
    pub(crate) fn is_unwarned(&self) -> bool {
        !warned().contains(&self.place())
    }

    /// Marks the operation at this place as warned about; `false` if it was. (Functions that one macro
    /// writes share their place, so the operation counts too.)
    #[cfg(feature = "tokio")]
    pub(crate) fn warn(&self) -> bool {
        warned().insert(self.place())
    }

    #[cfg(feature = "tokio")]
    fn place(&self) -> Place {
        (self.operation, *self.location)
    }
}

#[cfg(feature = "tokio")]
type Place = (&'static str, Location<'static>);

/// The places that were warned about.
#[cfg(feature = "tokio")]
fn warned() -> std::sync::MutexGuard<'static, std::collections::BTreeSet<Place>> {
    use std::{
        collections::BTreeSet,
        sync::{Mutex, PoisonError},
    };

    static WARNED: Mutex<BTreeSet<Place>> = Mutex::new(BTreeSet::new());
    WARNED.lock().unwrap_or_else(PoisonError::into_inner)
}
