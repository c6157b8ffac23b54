//! What a call shares with others: each a type of its own, so that what is not asked for costs nothing.

use std::{convert::Infallible, ops::Deref, time::Instant};

use crate::{CircuitBreaker, CircuitOpen, RetryBudget, bounds::Bounds, guard::Permit, retry::LeadsTo};

/// What leads to a guard that calls share.
#[diagnostic::on_unimplemented(
    message = "`{Self}` leads to no `{Guard}` that calls share",
    label = "no shared `{Guard}`",
    note = "pass a reference, such as `&API`, or an `Arc`"
)]
pub trait Shares<Guard> {
    /// The guard.
    fn shared(&self) -> &Guard;
}

#[diagnostic::do_not_recommend]
impl<Guard, S: Deref<Target: LeadsTo<Guard>>> Shares<Guard> for S {
    fn shared(&self) -> &Guard {
        (**self).guard()
    }
}

/// The guards of a call, one inside the other.
pub trait Guards<E> {
    /// Why an attempt may be refused.
    type Refusal: Refusal<E>;

    /// What the engine asks.
    fn bounds(&self) -> Bounds<'_>;

    /// Leave to make an attempt; `None` where nobody need be asked.
    ///
    /// # Errors
    /// A circuit is open.
    fn admit(&self, clock: fn() -> Instant) -> Result<Option<Permit<'_>>, Self::Refusal>;
}

/// Why an attempt was refused. Becomes an error only when nothing is awaited, so that a future is `Send` whatever
/// the error is.
pub trait Refusal<E> {
    /// The open circuit.
    fn open(&self) -> CircuitOpen;
    /// As an error of the call's.
    fn error(self) -> E;
}

impl<E> Refusal<E> for Infallible {
    fn open(&self) -> CircuitOpen {
        match *self {}
    }

    fn error(self) -> E {
        match self {}
    }
}

impl<E: From<Self>> Refusal<E> for CircuitOpen {
    fn open(&self) -> CircuitOpen {
        *self
    }

    fn error(self) -> E {
        self.into()
    }
}

impl<E> Guards<E> for () {
    type Refusal = Infallible;

    fn bounds(&self) -> Bounds<'_> {
        Bounds::NONE
    }

    fn admit(&self, _: fn() -> Instant) -> Result<Option<Permit<'_>>, Infallible> {
        Ok(None)
    }
}

/// A budget, in place of any before it.
#[derive(Clone, Copy, Debug)]
pub struct ChargedTo<R, Inner>(pub(super) R, pub(super) Inner);

impl<E, R: Shares<RetryBudget>, Inner: Guards<E>> Guards<E> for ChargedTo<R, Inner> {
    type Refusal = Inner::Refusal;

    fn bounds(&self) -> Bounds<'_> {
        self.1.bounds().charged_to(self.0.shared())
    }

    fn admit(&self, clock: fn() -> Instant) -> Result<Option<Permit<'_>>, Inner::Refusal> {
        self.1.admit(clock)
    }
}

/// A circuit breaker, in place of any before it.
#[derive(Clone, Copy, Debug)]
pub struct AdmittedBy<C, Inner>(pub(super) C, pub(super) Inner);

impl<E: From<CircuitOpen>, C: Shares<CircuitBreaker>, Inner: Guards<E>> Guards<E> for AdmittedBy<C, Inner> {
    type Refusal = CircuitOpen;

    fn bounds(&self) -> Bounds<'_> {
        self.1.bounds()
    }

    fn admit(&self, clock: fn() -> Instant) -> Result<Option<Permit<'_>>, CircuitOpen> {
        self.0.shared().admit_by(clock).map(Some)
    }
}
