//! One check for each key whose value only const evaluation knows, so that a fault is reported at its
//! own token.

use std::time::Duration;

use retry_rules::Fault;

use crate::{RetryPolicy, policy::Draft};

/// `max_attempts`.
///
/// # Panics
/// If it is 0 or too large.
#[track_caller]
#[must_use]
pub const fn max_attempts(attempts: u32) -> u32 {
    refuse(Fault::of_attempts(attempts));
    attempts
}

/// `exponential_base`.
///
/// # Panics
/// If it is below 1, infinite or not a number.
#[track_caller]
#[must_use]
pub const fn exponential_base(base: f64) -> f64 {
    refuse(Fault::of_base(base));
    base
}

/// `jitter`.
///
/// # Panics
/// If it is outside 0..=1 or not a number.
#[track_caller]
#[must_use]
pub const fn jitter(factor: f64) -> f64 {
    refuse(Fault::of_jitter(factor));
    factor
}

/// A duration: any will do, only the type matters.
#[must_use]
pub const fn duration(duration: Duration) -> Duration {
    duration
}

/// `policy`: only the type matters.
pub const fn policy(policy: RetryPolicy) -> Draft {
    Draft::of(policy)
}

#[track_caller]
const fn refuse(fault: Option<Fault>) {
    if let Some(fault) = fault {
        panic!("{}", fault.message().as_str());
    }
}
