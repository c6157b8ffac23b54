//! The event that hooks are given.

use std::{cell::Cell, time::Duration};

use super::Described;
use crate::{CircuitOpen, Elapsed, StopReason};

/// Something that happened to a call: an attempt failed and will be repeated (`on_retry`), the call
/// succeeded (`on_success`), or it was given up (`on_give_up`).
///
/// ```
/// use retry_runtime::{Event, retry};
///
/// fn report(event: &Event<'_, std::num::ParseIntError>) {
///     println!("{} failed for the {}. time: {:?}", event.operation, event.attempt, event.error);
/// }
///
/// #[retry(max_attempts = 3, initial_delay = "0s", on_retry = report, on_give_up = |event| {
///     assert_eq!(event.attempt, 3);
///     assert!(event.reason.is_some());
/// })]
/// fn parse(text: &str) -> Result<u8, std::num::ParseIntError> {
///     text.parse()
/// }
///
/// assert!(parse("many").is_err());
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct Event<'a, E: ?Sized> {
    /// The operation's name: the function's, unless set.
    pub operation: &'static str,
    /// The service's name, where set.
    pub service: Option<&'static str>,
    /// The number of the attempt that just ended, from 1.
    pub attempt: u32,
    /// How many attempts the policy allows; `None` if only time limits them.
    pub max_attempts: Option<u32>,
    /// The wait that follows; only in `on_retry`.
    pub delay: Option<Duration>,
    /// The error of the attempt; `None` on success, where `filter_ok` turned a value down, and where an
    /// attempt timed out or was refused and that is no error of the function's own (`wrap_error`): when the call is
    /// given up after one, it is the error of the last attempt that had one.
    pub error: Option<&'a E>,
    /// The time since the call's start; always known in hooks.
    pub elapsed: Option<Duration>,
    /// The time since the first failure, where the call's start is not known.
    pub retrying: Option<Duration>,
    /// Why the call ended; only in `on_give_up`.
    pub reason: Option<StopReason>,
    /// Whose time is over, if that is why the attempt ended.
    pub timeout: Option<Elapsed>,
    /// Which circuit breaker refused the attempt, if one did: it was not made.
    pub circuit_open: Option<CircuitOpen>,
    /// The name of the budget that refused the retry, if that is why the call ended.
    pub budget: Option<&'static str>,
    /// What the error is counted as, one of few words: what it says itself
    /// ([`Classify::error_type`](crate::Classify::error_type)), the kind of an I/O error, the status of one of reqwest's,
    /// else the name of its type; `timeout` or `circuit_open` where a limit ended the attempt, `turned_down` where
    /// `filter_ok` did not take the value, `no_outcome` where nothing is known of it. `None` on success.
    pub error_type: Option<&'static str>,
    /// Whether an attempt ended, and not only the call.
    pub(crate) is_of_attempt: bool,
    /// Whether `before_retry` ended the call.
    pub(crate) is_abandoned: bool,
}

impl<E: ?Sized> Event<'_, E> {
    /// The same event, of an error as someone else sees it.
    pub(crate) fn with_error<'b, F: ?Sized>(&self, error: Option<&'b F>) -> Event<'b, F> {
        let Self {
            operation,
            service,
            attempt,
            max_attempts,
            delay,
            error: _,
            elapsed,
            retrying,
            reason,
            timeout,
            circuit_open,
            budget,
            error_type,
            is_of_attempt,
            is_abandoned,
        } = *self;
        Event {
            operation,
            service,
            attempt,
            max_attempts,
            delay,
            error,
            elapsed,
            retrying,
            reason,
            timeout,
            circuit_open,
            budget,
            error_type,
            is_of_attempt,
            is_abandoned,
        }
    }
}

/// The event that the engine told logs and metrics, for the function's own hooks and spans.
#[derive(Debug)]
pub struct Told(Cell<Event<'static, ()>>);

impl Told {
    /// Nothing yet.
    #[must_use]
    pub const fn nothing() -> Self {
        Self(Cell::new(Event::NOTHING))
    }

    pub(crate) fn tell(&self, event: &Event<'_, Described<'_>>) {
        self.0.set(event.with_error(None));
    }

    /// The event, with the error as the function knows it.
    pub fn event<'b, E: ?Sized>(&self, error: Option<&'b E>) -> Event<'b, E> {
        self.0.get().with_error(error)
    }
}

impl Event<'static, ()> {
    const NOTHING: Self = Self {
        operation: "",
        service: None,
        attempt: 0,
        max_attempts: None,
        delay: None,
        error: None,
        elapsed: None,
        retrying: None,
        reason: None,
        timeout: None,
        circuit_open: None,
        budget: None,
        error_type: None,
        is_of_attempt: false,
        is_abandoned: false,
    };
}

// By hand: a derive would ask for `E: Clone`.
impl<E: ?Sized> Clone for Event<'_, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E: ?Sized> Copy for Event<'_, E> {}
