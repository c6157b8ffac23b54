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

    pub(crate) const fn mode(&self) -> Mode {
        self.mode
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

    /// Whether this is the first time that anyone asks so for this operation at this place: functions
    /// that one macro writes share their place.
    #[cfg(feature = "tokio")]
    pub(crate) fn is_first_warning(&self) -> bool {
        use std::{collections::HashSet, sync::Mutex};

        type Place = (&'static str, Location<'static>);
        static WARNED: Mutex<Option<HashSet<Place>>> = Mutex::new(None);
        let mut warned = WARNED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        warned.get_or_insert_default().insert((self.operation, *self.location))
    }
}
