//! One check for each rule that only const evaluation can apply, so that every fault is reported at the
//! token of its own key.

use std::time::Duration;

use retry_rules::Fault;

use crate::policy::Draft;

/// `max_attempts`.
///
/// # Panics
/// If it is 0, too large, or without limit and without `max_elapsed`.
#[track_caller]
pub const fn max_attempts(draft: &Draft) {
    refuse(draft.schedule().attempts_fault());
}

/// `initial_delay` beside `max_delay`.
///
/// # Panics
/// If the first is above the second.
#[track_caller]
pub const fn delays(draft: &Draft) {
    refuse(draft.schedule().delays_fault());
}

/// `exponential_base`.
///
/// # Panics
/// If it is below 1, infinite or not a number.
#[track_caller]
pub const fn exponential_base(draft: &Draft) {
    refuse(Fault::of_base(draft.schedule().exponential_base));
}

/// `jitter`.
///
/// # Panics
/// If it is outside 0..=1 or not a number.
#[track_caller]
pub const fn jitter(draft: &Draft) {
    refuse(draft.schedule().jitter_fault());
}

/// `max_total_delay`, unless a figure is wrong by itself: that has its own report.
///
/// # Panics
/// If the worst-case waiting exceeds it.
#[track_caller]
pub const fn max_total_delay(draft: &Draft) {
    if draft.schedule().fault().is_none() {
        refuse(draft.total_fault());
    }
}

/// `attempt_timeout`.
///
/// # Panics
/// If it is zero.
#[must_use]
#[track_caller]
pub const fn attempt_timeout(limit: Duration) -> Duration {
    refuse(Fault::of_limit("attempt_timeout", limit));
    limit
}

/// `deadline`.
///
/// # Panics
/// If it is zero.
#[must_use]
#[track_caller]
pub const fn deadline(limit: Duration) -> Duration {
    refuse(Fault::of_limit("deadline", limit));
    limit
}

#[track_caller]
const fn refuse(fault: Option<Fault>) {
    if let Some(fault) = fault {
        panic!("{}", fault.message().as_str());
    }
}
