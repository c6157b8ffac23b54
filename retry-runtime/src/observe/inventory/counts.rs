//! What is counted of one operation for its statistics.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use super::OperationStatistics;
use crate::{
    StopReason,
    observe::{Described, Event},
};

/// Each counts for itself: a snapshot that is taken meanwhile may have one of a call's counts, and not yet another.
#[derive(Debug)]
pub(in crate::observe) struct Counts {
    /// Calls that succeeded at once, and their attempts: one count for two, since it is the one that is always paid.
    at_once: AtomicU64,
    /// All other attempts.
    attempts: AtomicU64,
    retries: AtomicU64,
    recovered: AtomicU64,
    permanent: AtomicU64,
    exhausted: AtomicU64,
    other: AtomicU64,
    last_error_type: Mutex<Option<&'static str>>,
}

impl Counts {
    pub(in crate::observe) const fn new() -> Self {
        Self {
            at_once: AtomicU64::new(0),
            attempts: AtomicU64::new(0),
            retries: AtomicU64::new(0),
            recovered: AtomicU64::new(0),
            permanent: AtomicU64::new(0),
            exhausted: AtomicU64::new(0),
            other: AtomicU64::new(0),
            last_error_type: Mutex::new(None),
        }
    }

    /// Counts a call that succeeded at once.
    #[inline]
    pub(in crate::observe) fn count_success(&self) {
        self.at_once.fetch_add(1, Relaxed);
    }

    /// Counts what happened to a call.
    pub(in crate::observe) fn note(&self, event: &Event<'_, Described<'_>>) {
        let is_over = event.delay.is_none();
        if is_over && event.reason.is_none() && event.attempt == 1 {
            return self.count_success();
        }
        if event.is_of_attempt {
            self.attempts.fetch_add(1, Relaxed);
            if event.attempt > 1 {
                self.retries.fetch_add(1, Relaxed);
            }
        }
        if event.error_type.is_some() {
            *self.last_error_type.lock().unwrap_or_else(PoisonError::into_inner) = event.error_type;
        }
        if is_over {
            let ended = match event.reason {
                None => &self.recovered,
                Some(StopReason::Permanent) => &self.permanent,
                Some(StopReason::AttemptsExhausted) => &self.exhausted,
                Some(_) => &self.other,
            };
            ended.fetch_add(1, Relaxed);
        }
    }

    /// What was counted so far, under these names.
    pub(super) fn of(&self, service: Option<&'static str>, operation: &'static str) -> OperationStatistics {
        let read = |count: &AtomicU64| count.load(Relaxed);
        let (at_once, recovered) = (read(&self.at_once), read(&self.recovered));
        OperationStatistics {
            service,
            operation,
            file: None,
            line: None,
            attempts: at_once + read(&self.attempts),
            retries: read(&self.retries),
            successes: at_once + recovered,
            successes_after_retries: recovered,
            failures_permanent: read(&self.permanent),
            failures_exhausted: read(&self.exhausted),
            failures_other: read(&self.other),
            last_error_type: *self.last_error_type.lock().unwrap_or_else(PoisonError::into_inner),
            budget: None,
            circuit_breaker: None,
        }
    }
}
