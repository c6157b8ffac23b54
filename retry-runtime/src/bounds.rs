//! What ends a call besides its policy, and who wants to know.

use std::time::Instant;

use crate::{
    AdaptiveRate, Cancel, CircuitBreaker, RetryBudget,
    observe::{self, Spans, Told},
    time::Deadline,
};

/// What ends a call besides its policy.
#[derive(Clone, Copy, Debug)]
pub struct Bounds<'a> {
    pub(crate) deadline: Option<Deadline>,
    pub(crate) is_cancelled: bool,
    pub(crate) budget: Option<&'a RetryBudget>,
    pub(crate) rate: Option<&'a AdaptiveRate>,
    /// Of an attempt that waits for its turn.
    pub(crate) breaker: Option<&'a CircuitBreaker>,
    /// Who else wants the event, beside log and figures.
    pub(crate) told: Option<&'a Told>,
    /// The spans that it is recorded in.
    pub(crate) spans: Option<Spans<'a>>,
}

impl<'a> Bounds<'a> {
    /// Nothing.
    pub const NONE: Self = Self {
        deadline: None,
        is_cancelled: false,
        budget: None,
        rate: None,
        breaker: None,
        told: None,
        spans: None,
    };

    /// A deadline.
    #[must_use]
    pub const fn until(deadline: Deadline) -> Self {
        Self { deadline: Some(deadline), ..Self::NONE }
    }

    /// A cancellation, if it has happened.
    #[must_use]
    #[inline]
    pub fn unless(self, token: &impl Cancel) -> Self {
        Self { is_cancelled: token.is_cancelled(), ..self }
    }

    /// A budget that further attempts are charged to.
    #[must_use]
    #[inline]
    pub const fn charged_to(self, budget: &'a RetryBudget) -> Self {
        Self { budget: Some(budget), ..self }
    }

    /// A rate that attempts keep to.
    #[must_use]
    #[inline]
    pub const fn at_rate(self, rate: &'a AdaptiveRate) -> Self {
        Self { rate: Some(rate), ..self }
    }

    /// A circuit breaker that may refuse the attempt in the end.
    #[must_use]
    #[inline]
    pub const fn behind(self, breaker: &'a CircuitBreaker) -> Self {
        Self { breaker: Some(breaker), ..self }
    }

    /// The function has hooks of its own.
    #[must_use]
    #[inline]
    pub const fn telling(self, told: &'a Told) -> Self {
        Self { told: Some(told), ..self }
    }

    /// The function has spans.
    #[must_use]
    pub fn traced_in(self, spans: Spans<'a>) -> Self {
        Self { spans: Some(spans).filter(|spans| spans.are_seen()), ..self }
    }

    /// Whether anyone wants the event.
    pub(crate) fn is_heard(&self) -> bool {
        self.told.is_some() || self.spans.is_some() || observe::is_heard()
    }

    /// Whether the circuit breaker would refuse the attempt now.
    pub(crate) fn is_refused(&self, clock: fn() -> Instant) -> bool {
        self.breaker.is_some_and(|breaker| breaker.refuses(clock))
    }
}
