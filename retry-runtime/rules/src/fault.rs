//! What can be wrong with a policy, and how it is said: the fault, then the fix.

use core::time::Duration;

use crate::{MAX_ATTEMPTS, Text};

/// A rule that a policy breaks.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// `max_attempts` is zero.
    NoAttempts,
    /// `max_attempts` is above [`MAX_ATTEMPTS`].
    TooManyAttempts,
    /// No limit on attempts and none on time.
    Endless,
    /// `initial_delay` is above `max_delay`.
    InitialAboveMax {
        /// The `initial_delay`.
        initial: Duration,
        /// The `max_delay`.
        max: Duration,
    },
    /// `exponential_base` is below 1, infinite or not a number.
    Base,
    /// The jitter factor is outside 0..=1 or not a number.
    JitterFactor,
    /// The worst-case waiting exceeds `max_total_delay`.
    TotalDelay {
        /// `worst_case_delay()` of the policy.
        worst: Duration,
        /// The `max_total_delay`.
        limit: Duration,
    },
}

/// The rules about one figure each.
impl Fault {
    /// `max_attempts`, where it is a number: 1 to [`MAX_ATTEMPTS`].
    #[must_use]
    pub const fn of_attempts(attempts: u32) -> Option<Self> {
        match attempts {
            0 => Some(Self::NoAttempts),
            1..=MAX_ATTEMPTS => None,
            _ => Some(Self::TooManyAttempts),
        }
    }

    /// `exponential_base`: finite, at least 1.
    #[must_use]
    pub const fn of_base(base: f64) -> Option<Self> {
        if base >= 1.0 && base.is_finite() { None } else { Some(Self::Base) }
    }

    /// A jitter factor: 0..=1.
    #[must_use]
    pub const fn of_jitter(factor: f64) -> Option<Self> {
        if factor >= 0.0 && factor <= 1.0 { None } else { Some(Self::JitterFactor) }
    }

    /// The message, ready for `panic!` in const evaluation.
    #[must_use]
    pub const fn message(&self) -> Text {
        let text = Text::new();
        match self {
            Self::NoAttempts => text.text("`max_attempts` counts the first call, so it is at least 1: 1 means no retry"),
            Self::TooManyAttempts => text
                .text("`max_attempts` is at most ")
                .number(MAX_ATTEMPTS as u64)
                .text(": for more, use `unlimited` with `max_elapsed`"),
            Self::Endless => text.text(
                "unlimited attempts need a time limit, or the call may never end: add `max_elapsed`, such as \"5m\"",
            ),
            Self::InitialAboveMax { initial, max } => text
                .text("`initial_delay` (")
                .duration(*initial)
                .text(") is above `max_delay` (")
                .duration(*max)
                .text("): lower the first or, before it, raise the second"),
            Self::Base => text.text("`exponential_base` is a finite number of at least 1: 2.0 doubles each delay"),
            Self::JitterFactor => text.text("a jitter factor lies in 0..=1: 0.1 spreads over ±10 % of the delay"),
            Self::TotalDelay { worst, limit } => text
                .text("the policy may wait up to ")
                .duration(*worst)
                .text(" in all, which is above `max_total_delay` (")
                .duration(*limit)
                .text("): use fewer attempts or shorter delays, or raise the limit"),
        }
    }
}
