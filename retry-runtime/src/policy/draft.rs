//! A policy being changed: fields in any order, one check at the end.

use std::time::Duration;

use retry_rules::{Fault, Schedule, UNLIMITED};

use super::RetryPolicy;
use crate::{Backoff, Jitter};

/// A policy that may break rules until [`build`](Draft::build) has checked it, so that fields which
/// depend on each other can be set in any order.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Draft(RetryPolicy);

impl Draft {
    /// Starts from `policy`.
    pub const fn of(policy: RetryPolicy) -> Self {
        Self(policy)
    }

    /// Sets the number of attempts.
    pub const fn max_attempts(mut self, attempts: u32) -> Self {
        // The mark of `unlimited` is no number a user may give.
        self.0.schedule.max_attempts = if attempts == UNLIMITED { UNLIMITED - 1 } else { attempts };
        self
    }

    /// Lifts the limit on attempts.
    pub const fn unlimited(mut self) -> Self {
        self.0.schedule.max_attempts = UNLIMITED;
        self
    }

    /// Sets the delay before the second attempt.
    pub const fn initial_delay(mut self, delay: Duration) -> Self {
        self.0.schedule.initial_delay = delay;
        self
    }

    /// Sets the longest delay.
    pub const fn max_delay(mut self, delay: Duration) -> Self {
        self.0.schedule.max_delay = delay;
        self
    }

    /// Sets how delays grow.
    pub const fn backoff(mut self, backoff: Backoff) -> Self {
        self.0.schedule.backoff = backoff;
        self
    }

    /// Sets the factor of exponential growth.
    pub const fn exponential_base(mut self, base: f64) -> Self {
        self.0.schedule.exponential_base = base;
        self
    }

    /// Sets how delays are spread.
    pub const fn jitter(mut self, jitter: Jitter) -> Self {
        self.0.schedule.jitter = jitter;
        self
    }

    /// Sets the time limit.
    pub const fn max_elapsed(mut self, limit: Duration) -> Self {
        self.0.schedule.max_elapsed = Some(limit);
        self
    }

    /// Sets the time limit, unless there is one.
    pub const fn within(mut self, limit: Duration) -> Self {
        if self.0.schedule.max_elapsed.is_none() {
            self.0.schedule.max_elapsed = Some(limit);
        }
        self
    }

    /// Sets the longest server hint.
    pub const fn max_retry_after(mut self, limit: Duration) -> Self {
        self.0.max_retry_after = limit;
        self
    }

    /// Sets the promise about the sum of all waits.
    pub const fn max_total_delay(mut self, limit: Duration) -> Self {
        self.0.max_total_delay = Some(limit);
        self
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
        self.0
    }

    /// The policy of a draft that the checks of [`check`](crate::__private::check) have seen: they
    /// report each fault at its own token, one more here would repeat them.
    pub const fn checked(self) -> RetryPolicy {
        self.0
    }

    pub(crate) const fn schedule(&self) -> &Schedule {
        &self.0.schedule
    }

    const fn fault(&self) -> Option<Fault> {
        if let Some(fault) = self.0.schedule.fault() {
            return Some(fault);
        }
        self.total_fault()
    }

    /// What is wrong with `max_total_delay`, for figures that are right by themselves.
    pub(crate) const fn total_fault(&self) -> Option<Fault> {
        match self.0.max_total_delay {
            Some(limit) if self.0.worst_case_delay().as_nanos() > limit.as_nanos() => {
                Some(Fault::TotalDelay { worst: self.0.worst_case_delay(), limit })
            }
            _ => None,
        }
    }
}
