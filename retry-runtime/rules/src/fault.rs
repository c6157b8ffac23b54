//! What can be wrong with a policy, and how it is said: the fault, then the fix.

use core::time::Duration;

use crate::{MAX_ATTEMPTS, MAX_NAME, MAX_SLOTS, MIN_IDEMPOTENCY_TTL, MIN_SLOT_WIDTH, Text};

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
    /// `attempt_timeout` or `deadline` is zero.
    NoTime {
        /// Which of them.
        key: &'static str,
    },
    /// `attempt_timeout` is not below `deadline`.
    IdleTimeout,
    /// `exponential_base` beside a backoff that does not grow by it.
    IdleBase {
        /// The backoff, as the attribute writes it.
        backoff: &'static str,
    },
    /// `backoff` or `exponential_base` beside decorrelated jitter.
    Replaced {
        /// Which of them.
        key: &'static str,
    },
    /// `slot_count` is zero or above [`MAX_SLOTS`].
    SlotCount,
    /// `slot_width` is below [`MIN_SLOT_WIDTH`].
    SlotWidth,
    /// `idempotency_ttl` is below [`MIN_IDEMPOTENCY_TTL`].
    IdempotencyTtl,
    /// A policy's name is empty, too long, or has letters that names of settings cannot have.
    Name,
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

    /// A limit of time: above zero.
    #[must_use]
    pub const fn of_limit(key: &'static str, limit: Duration) -> Option<Self> {
        if limit.is_zero() { Some(Self::NoTime { key }) } else { None }
    }

    /// `attempt_timeout` beside `deadline`.
    #[must_use]
    pub const fn of_timeout(attempt_timeout: Duration, deadline: Duration) -> Option<Self> {
        if attempt_timeout.as_nanos() >= deadline.as_nanos() { Some(Self::IdleTimeout) } else { None }
    }

    /// `slot_count`: 1 to [`MAX_SLOTS`].
    #[must_use]
    pub const fn of_slot_count(count: u32) -> Option<Self> {
        if count >= 1 && count <= MAX_SLOTS { None } else { Some(Self::SlotCount) }
    }

    /// `slot_width`: at least [`MIN_SLOT_WIDTH`].
    #[must_use]
    pub const fn of_slot_width(width: Duration) -> Option<Self> {
        if width.as_nanos() >= MIN_SLOT_WIDTH.as_nanos() { None } else { Some(Self::SlotWidth) }
    }

    /// `idempotency_ttl`: at least [`MIN_IDEMPOTENCY_TTL`].
    #[must_use]
    pub const fn of_idempotency_ttl(ttl: Duration) -> Option<Self> {
        if ttl.as_nanos() >= MIN_IDEMPOTENCY_TTL.as_nanos() { None } else { Some(Self::IdempotencyTtl) }
    }

    /// A policy's name: 1 to [`MAX_NAME`] of `a`–`z`, `0`–`9`, `_`, `-` and `.`, the first one a letter.
    #[must_use]
    pub const fn of_name(name: &str) -> Option<Self> {
        let name = name.as_bytes();
        if name.is_empty() || name.len() > MAX_NAME || !name[0].is_ascii_lowercase() {
            return Some(Self::Name);
        }
        let mut i = 0;
        while i < name.len() {
            if !matches!(name[i], b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'.') {
                return Some(Self::Name);
            }
            i += 1;
        }
        None
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
            Self::NoTime { key } => text
                .text("`")
                .text(key)
                .text("` of zero leaves no time for an attempt: raise it, or remove it"),
            Self::IdleTimeout => text.text(
                "`attempt_timeout` has no effect, for the `deadline` of the call is no later: lower the first, or remove it",
            ),
            Self::IdleBase { backoff } => text
                .text("`exponential_base` has no effect on a ")
                .text(backoff)
                .text(" backoff: remove it, or use `backoff = exponential`"),
            Self::Replaced { key } => text
                .text("`jitter = decorrelated` replaces the backoff, so `")
                .text(key)
                .text("` has no effect: remove one"),
            Self::SlotCount => text.text("`slot_count` lies in 1..=").number(MAX_SLOTS as u64).text(": 10 is usual"),
            Self::SlotWidth => text.text("`slot_width` is at least ").duration(MIN_SLOT_WIDTH).text(": 100 ms is usual"),
            Self::IdempotencyTtl => {
                text.text("`idempotency_ttl` is at least ").duration(MIN_IDEMPOTENCY_TTL).text(": an hour is usual")
            }
            Self::Name => text
                .text("the name of a policy is 1 to ")
                .number(MAX_NAME as u64)
                .text(" of a-z, 0-9, `_`, `-` and `.`, and begins with a letter, as in \"payments\""),
        }
    }
}
