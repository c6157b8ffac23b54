//! One check for each key whose value only const evaluation knows, so that a fault is reported at its
//! own token.

use std::time::Duration;

use retry_rules::{Fault, MAX_ATTEMPTS};

use crate::{RetryPolicy, policy::Draft};

/// `max_attempts`.
///
/// # Panics
/// If it is 0 or too large.
#[track_caller]
pub const fn max_attempts(attempts: u32) -> u32 {
    if attempts == 0 {
        panic!("{}", Fault::NoAttempts.message().as_str());
    }
    if attempts > MAX_ATTEMPTS {
        panic!("{}", Fault::TooManyAttempts.message().as_str());
    }
    attempts
}

/// `exponential_base`.
///
/// # Panics
/// If it is below 1, infinite or not a number.
#[track_caller]
pub const fn exponential_base(base: f64) -> f64 {
    if !(base >= 1.0 && base.is_finite()) {
        panic!("{}", Fault::Base.message().as_str());
    }
    base
}

/// `jitter`.
///
/// # Panics
/// If it is outside 0..=1 or not a number.
#[track_caller]
pub const fn jitter(factor: f64) -> f64 {
    if !(factor >= 0.0 && factor <= 1.0) {
        panic!("{}", Fault::JitterFactor.message().as_str());
    }
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
