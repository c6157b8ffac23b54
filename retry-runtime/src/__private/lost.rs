//! What an attempt becomes that has no outcome: its time is over, or a circuit breaker refused it.

use std::marker::PhantomData;

#[cfg(feature = "idempotency")]
use crate::IdempotencyConflict;
use crate::{CircuitOpen, Elapsed};

/// An error type that can express that the time is over: in a word of its own, because there are other ways.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot express that an attempt's time is over",
    label = "what becomes of an attempt that is dropped?",
    note = "implement `From<retry_runtime::Elapsed>` for `{Self}`,\n\
            or make the error here, `timeout_error = |elapsed| ..`,\n\
            or return `Result<T, RetryError<{Self}>>` and add `wrap_error`"
)]
pub trait FromElapsed {
    /// The error.
    fn from_elapsed(elapsed: Elapsed) -> Self;
}

#[diagnostic::do_not_recommend]
impl<E: From<Elapsed>> FromElapsed for E {
    fn from_elapsed(elapsed: Elapsed) -> Self {
        elapsed.into()
    }
}

/// An error type that can express that a circuit is open.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot express that a circuit breaker refused an attempt",
    label = "what becomes of an attempt that is refused?",
    note = "implement `From<retry_runtime::CircuitOpen>` for `{Self}`,\n\
            or make the error here, `open_error = |open| ..`,\n\
            or return `Result<T, RetryError<{Self}>>` and add `wrap_error`"
)]
pub trait FromCircuitOpen {
    /// The error.
    fn from_circuit_open(open: CircuitOpen) -> Self;
}

#[diagnostic::do_not_recommend]
impl<E: From<CircuitOpen>> FromCircuitOpen for E {
    fn from_circuit_open(open: CircuitOpen) -> Self {
        open.into()
    }
}

/// An error type that can express that an idempotency key is another call's.
#[cfg(feature = "idempotency")]
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot express that another call has the same idempotency key",
    label = "what becomes of a call that does not run?",
    note = "implement `From<retry_runtime::IdempotencyConflict>` for `{Self}`,\n\
            or make the error here, `conflict_error = |conflict| ..`,\n\
            or return `Result<T, RetryError<{Self}>>` and add `wrap_error`"
)]
pub trait FromIdempotencyConflict {
    /// The error.
    fn from_idempotency_conflict(conflict: IdempotencyConflict) -> Self;
}

#[cfg(feature = "idempotency")]
#[diagnostic::do_not_recommend]
impl<E: From<IdempotencyConflict>> FromIdempotencyConflict for E {
    fn from_idempotency_conflict(conflict: IdempotencyConflict) -> Self {
        conflict.into()
    }
}

/// Calls a `conflict_error` that is a closure.
#[cfg(feature = "idempotency")]
#[inline]
pub fn conflict_error<E>(conflict: IdempotencyConflict, make: impl FnOnce(IdempotencyConflict) -> E) -> E {
    make(conflict)
}

/// Calls a `timeout_error` that is a closure.
#[inline]
pub fn timeout_error<E>(elapsed: Elapsed, make: impl FnOnce(Elapsed) -> E) -> E {
    make(elapsed)
}

/// Calls an `open_error` that is a closure.
#[inline]
pub fn open_error<E>(open: CircuitOpen, make: impl FnOnce(CircuitOpen) -> E) -> E {
    make(open)
}

/// What was kept, if the call is over because of its deadline.
#[inline]
pub fn last<T>(kept: &mut Option<T>, elapsed: &Elapsed) -> Option<T> {
    if elapsed.is_deadline() { kept.take() } else { None }
}

/// The last outcome of a call that ends with an attempt that was dropped: its own error, or what was kept.
/// The other way round where the whole call's time is over.
#[inline]
pub fn last_outcome<T>(kept: Option<T>, own: Option<T>, elapsed: &Elapsed) -> Option<T> {
    if elapsed.is_deadline() { kept.or(own) } else { own.or(kept) }
}

/// What `E` may make of the cause `C` where `wrap_error` does not ask it to. Method resolution prefers the
/// inherent method where its bound holds.
#[derive(Clone, Copy, Debug)]
pub struct Lost<E, C>(pub C, PhantomData<fn() -> E>);

impl<E, C> Lost<E, C> {
    /// Because of `cause`.
    #[must_use]
    pub const fn to(cause: C) -> Self
    where
        C: Copy,
    {
        Self(cause, PhantomData)
    }
}

impl<E: From<C>, C> Lost<E, C> {
    /// The error.
    #[must_use]
    pub fn error(self) -> Option<E> {
        Some(self.0.into())
    }
}

/// For error types that cannot express it.
pub trait AnyLost<E> {
    /// None.
    fn error(self) -> Option<E>;
}

impl<E, C> AnyLost<E> for Lost<E, C> {
    fn error(self) -> Option<E> {
        None
    }
}
