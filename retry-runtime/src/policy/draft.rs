//! A policy being changed: fields in any order, one check at the end.

use std::time::Duration;

use retry_rules::{Fault, Schedule, UNLIMITED};

use super::{Field, Fields, RetryPolicy, span::Span};
use crate::{Backoff, Jitter};

/// A policy that may break rules until [`build`](Draft::build) has checked it, so that fields which
/// depend on each other can be set in any order.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Draft {
    policy: RetryPolicy,
    written: Fields,
}

impl Draft {
    /// Starts from `policy`.
    pub const fn of(policy: RetryPolicy) -> Self {
        Self { policy, written: Fields::NONE }
    }

    /// Sets the number of attempts.
    pub const fn max_attempts(mut self, attempts: u32) -> Self {
        // The mark of `unlimited` is no number a user may give.
        self.policy.schedule.max_attempts = if attempts == UNLIMITED { UNLIMITED - 1 } else { attempts };
        self.write(Field::MaxAttempts)
    }

    /// Lifts the limit on attempts.
    pub const fn unlimited(mut self) -> Self {
        self.policy.schedule.max_attempts = UNLIMITED;
        self.write(Field::MaxAttempts)
    }

    /// Sets the delay before the second attempt.
    pub const fn initial_delay(mut self, delay: Duration) -> Self {
        self.policy.schedule.initial_delay = delay;
        self.write(Field::InitialDelay)
    }

    /// Sets the longest delay.
    pub const fn max_delay(mut self, delay: Duration) -> Self {
        self.policy.schedule.max_delay = delay;
        self.write(Field::MaxDelay)
    }

    /// Sets how delays grow.
    pub const fn backoff(mut self, backoff: Backoff) -> Self {
        self.policy.schedule.backoff = backoff;
        self.write(Field::Backoff)
    }

    /// Sets the factor of exponential growth.
    pub const fn exponential_base(mut self, base: f64) -> Self {
        self.policy.schedule.exponential_base = base;
        self.write(Field::ExponentialBase)
    }

    /// Sets how delays are spread.
    pub const fn jitter(mut self, jitter: Jitter) -> Self {
        self.policy.schedule.jitter = jitter;
        self.write(Field::Jitter)
    }

    /// Sets the time limit.
    pub const fn max_elapsed(mut self, limit: Duration) -> Self {
        self.policy.schedule.max_elapsed = Some(limit);
        self.write(Field::MaxElapsed)
    }

    /// Sets the time limit to that of the deadline, unless there is one.
    pub const fn within(mut self, limit: Duration) -> Self {
        if self.policy.schedule.max_elapsed.is_none() {
            self.policy.schedule.max_elapsed = Some(limit);
            self.written = self.written.with_elapsed_of_deadline();
        }
        self
    }

    /// Sets the longest server hint.
    pub const fn max_retry_after(mut self, limit: Duration) -> Self {
        self.policy.max_retry_after = limit;
        self.write(Field::MaxRetryAfter)
    }

    /// Sets the promise about the sum of all waits.
    pub const fn max_total_delay(mut self, limit: Duration) -> Self {
        self.policy.max_total_delay = Some(limit);
        self.write(Field::MaxTotalDelay)
    }

    /// Sets how many slots there are.
    pub(crate) const fn slot_count(mut self, count: u32) -> Self {
        self.policy.slot_count = count;
        self.write(Field::SlotCount)
    }

    /// Sets how wide a slot is.
    pub(crate) const fn slot_width(mut self, width: Duration) -> Self {
        self.policy.slot_width = Span::of(width);
        self.write(Field::SlotWidth)
    }

    /// Sets whether a coordinator may spread its retries.
    pub const fn coordinated(mut self, coordinated: bool) -> Self {
        self.policy.coordinated = coordinated;
        self.write(Field::Coordinated)
    }

    /// Sets how long a finished key is remembered.
    pub(crate) const fn idempotency_ttl(mut self, ttl: Duration) -> Self {
        self.policy.idempotency_ttl = Span::of(ttl);
        self.write(Field::IdempotencyTtl)
    }

    /// The policy, checked.
    ///
    /// # Panics
    /// If it breaks a rule: in const evaluation a compile error with the rule and the figures.
    #[track_caller]
    pub const fn build(self) -> RetryPolicy {
        if let Some(fault) = self.fault() {
            panic!("{}", fault.message().as_str());
        }
        self.policy
    }

    /// The same, for an attribute, which wrote what was changed. Where the checks of
    /// [`check`](crate::__private::check) have seen it, this one would repeat them.
    ///
    /// # Panics
    /// As [`build`](Self::build).
    #[track_caller]
    pub const fn settled(self) -> Self {
        let _ = self.build();
        self
    }

    #[inline]
    pub(crate) const fn policy(&self) -> &RetryPolicy {
        &self.policy
    }

    /// A policy of which so much was written by an attribute.
    #[cfg(feature = "settings")]
    pub(crate) const fn written_as(policy: RetryPolicy, written: Fields) -> Self {
        Self { policy, written }
    }

    /// What was changed.
    #[cfg(feature = "settings")]
    pub(crate) const fn written(&self) -> Fields {
        self.written
    }

    const fn write(mut self, field: Field) -> Self {
        self.written = self.written.with(field);
        self
    }

    pub(crate) const fn schedule(&self) -> &Schedule {
        &self.policy.schedule
    }

    /// The first rule that it breaks.
    pub(crate) const fn fault(&self) -> Option<Fault> {
        let policy = &self.policy;
        if let Some(fault) = policy.schedule.fault() {
            return Some(fault);
        }
        if let Some(fault) = Fault::of_slot_count(policy.slot_count) {
            return Some(fault);
        }
        if let Some(fault) = Fault::of_slot_width(policy.slot_width()) {
            return Some(fault);
        }
        if let Some(fault) = Fault::of_idempotency_ttl(policy.idempotency_ttl()) {
            return Some(fault);
        }
        self.total_fault()
    }

    /// What is wrong with `max_total_delay`, for figures that are right by themselves.
    pub(crate) const fn total_fault(&self) -> Option<Fault> {
        match self.policy.max_total_delay {
            Some(limit) if self.policy.worst_case_delay().as_nanos() > limit.as_nanos() => {
                Some(Fault::TotalDelay { worst: self.policy.worst_case_delay(), limit })
            }
            _ => None,
        }
    }
}
