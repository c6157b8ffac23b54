//! A policy: when to try again, how long to wait, when to stop.

mod delays;
mod draft;
mod field;
mod presets;
mod span;

use std::time::Duration;

pub use delays::Delays;
pub use draft::Draft;
pub(crate) use field::{Field, Fields};
use retry_rules::{Fault, Schedule, UNLIMITED};

use self::span::Span;
use crate::{Backoff, Jitter};

/// When to try again, how long to wait in between, and when to stop.
///
/// Start from a preset and change what differs. Every method checks the result, so a policy that
/// exists is right; in a `const` the check happens at compile time.
///
/// ```
/// use std::time::Duration;
/// use retry_runtime::RetryPolicy;
///
/// const PAYMENTS: RetryPolicy = RetryPolicy::CONSERVATIVE
///     .with_max_attempts(4)
///     .with_max_elapsed(Duration::from_secs(20));
///
/// assert_eq!(PAYMENTS.max_attempts(), Some(4));
/// assert_eq!(PAYMENTS.initial_delay(), Duration::from_millis(500));
/// ```
///
/// A wrong one does not compile when it is a `const`:
///
/// ```compile_fail
/// use retry_runtime::RetryPolicy;
/// const NEVER: RetryPolicy = RetryPolicy::DEFAULT.with_max_attempts(0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[must_use]
pub struct RetryPolicy {
    name: &'static str,
    schedule: Schedule,
    max_retry_after: Duration,
    max_total_delay: Option<Duration>,
    slot_count: u32,
    slot_width: Span,
    coordinated: bool,
    idempotency_ttl: Span,
}

/// Naming a policy.
impl RetryPolicy {
    /// [`RetryPolicy::DEFAULT`] under a name of its own, by which the inventory shows it and
    /// settings (feature `settings`) find it: 1 to 64 of `a`–`z`, `0`–`9`, `_`, `-` and `.`, the first one a letter.
    /// What is changed afterwards keeps the name.
    ///
    /// ```
    /// use retry_runtime::RetryPolicy;
    ///
    /// const PAYMENTS: RetryPolicy = RetryPolicy::named("payments").with_max_attempts(4);
    ///
    /// assert_eq!(PAYMENTS.name(), "payments");
    /// assert_eq!(RetryPolicy::HTTP.name(), "http");
    /// ```
    ///
    /// # Panics
    /// If the name has other letters, or is too long; in a `const` at compile time.
    #[track_caller]
    pub const fn named(name: &'static str) -> Self {
        Self::DEFAULT.with_name(name)
    }

    /// The same figures under another name.
    ///
    /// # Panics
    /// As [`named`](Self::named).
    #[track_caller]
    pub const fn with_name(self, name: &'static str) -> Self {
        if let Some(fault) = Fault::of_name(name) {
            panic!("{}", fault.message().as_str());
        }
        Self { name, ..self }
    }

    /// As [`with_name`](Self::with_name), where settings have the name, whatever letters.
    #[cfg(feature = "settings")]
    pub(crate) const fn called(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    /// Its name: that of the preset it comes from, unless it was given one of its own.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }
}

/// What a policy says.
impl RetryPolicy {
    /// How many attempts there are in all, the first call included; `None` if only time limits them.
    #[must_use]
    #[inline]
    pub const fn max_attempts(&self) -> Option<u32> {
        if self.schedule.max_attempts == UNLIMITED { None } else { Some(self.schedule.max_attempts) }
    }

    /// The delay before the second attempt.
    #[must_use]
    pub const fn initial_delay(&self) -> Duration {
        self.schedule.initial_delay
    }

    /// The longest delay, jitter included. Server hints obey [`max_retry_after`](Self::max_retry_after).
    #[must_use]
    pub const fn max_delay(&self) -> Duration {
        self.schedule.max_delay
    }

    /// How delays grow.
    #[must_use]
    pub const fn backoff(&self) -> Backoff {
        self.schedule.backoff
    }

    /// The factor by which exponential delays grow.
    #[must_use]
    pub const fn exponential_base(&self) -> f64 {
        self.schedule.exponential_base
    }

    /// How delays are spread.
    #[must_use]
    pub const fn jitter(&self) -> Jitter {
        self.schedule.jitter
    }

    /// No wait ends later than this after the call's start.
    #[must_use]
    #[inline]
    pub const fn max_elapsed(&self) -> Option<Duration> {
        self.schedule.max_elapsed
    }

    /// The longest server hint that is waited for; a longer one ends the call.
    #[must_use]
    pub const fn max_retry_after(&self) -> Duration {
        self.max_retry_after
    }

    /// All waits together never take longer than this.
    #[must_use]
    pub const fn max_total_delay(&self) -> Option<Duration> {
        self.max_total_delay
    }

    /// How many slots a coordinator spreads retries over. Nothing reads it before one is installed.
    #[must_use]
    pub const fn slot_count(&self) -> u32 {
        self.slot_count
    }

    /// How wide one such slot is.
    #[must_use]
    pub const fn slot_width(&self) -> Duration {
        self.slot_width.duration()
    }

    /// Whether a coordinator may spread its retries over slots.
    #[must_use]
    pub const fn is_coordinated(&self) -> bool {
        self.coordinated
    }

    /// How long what a function with an `idempotency_key` returned is kept for others with the same key.
    #[must_use]
    pub const fn idempotency_ttl(&self) -> Duration {
        self.idempotency_ttl.duration()
    }

    /// The longest that all waits together can take: jitter included, server hints not. Never more
    /// than `max_elapsed`. A custom backoff counts as `max_delay` each time.
    ///
    /// ```
    /// use std::time::Duration;
    /// use retry_runtime::RetryPolicy;
    ///
    /// // 100 + 200 + 400 + 800 ms, each up to 10 % longer.
    /// const WORST: Duration = RetryPolicy::DEFAULT.with_max_attempts(5).worst_case_delay();
    /// assert_eq!(WORST, Duration::from_millis(1650));
    /// ```
    #[must_use]
    pub const fn worst_case_delay(&self) -> Duration {
        self.schedule.worst_case_delay()
    }

    #[inline]
    pub(crate) const fn schedule(&self) -> &Schedule {
        &self.schedule
    }
}

/// Changing a policy. Each method panics, in a `const` at compile time, when the result breaks a rule:
/// its own below, or the promise of [`with_max_total_delay`](Self::with_max_total_delay) if one was made.
impl RetryPolicy {
    /// Sets the number of attempts, the first call included: 1 means no retry.
    ///
    /// # Panics
    /// If `attempts` is 0 or above 1,000,000.
    #[track_caller]
    pub const fn with_max_attempts(self, attempts: u32) -> Self {
        Draft::of(self).max_attempts(attempts).build()
    }

    /// Lifts the limit on attempts.
    ///
    /// # Panics
    /// If the policy has no [`max_elapsed`](Self::with_max_elapsed): set that first.
    #[track_caller]
    pub const fn with_unlimited_attempts(self) -> Self {
        Draft::of(self).unlimited().build()
    }

    /// Sets the delay before the second attempt; zero retries at once.
    ///
    /// # Panics
    /// If it is above `max_delay`: raise that first.
    #[track_caller]
    pub const fn with_initial_delay(self, delay: Duration) -> Self {
        Draft::of(self).initial_delay(delay).build()
    }

    /// Sets the longest delay, jitter included.
    ///
    /// # Panics
    /// If it is below `initial_delay`: lower that first.
    #[track_caller]
    pub const fn with_max_delay(self, delay: Duration) -> Self {
        Draft::of(self).max_delay(delay).build()
    }

    /// Sets how delays grow.
    ///
    /// # Panics
    /// If the waits may then exceed `max_total_delay`.
    #[track_caller]
    pub const fn with_backoff(self, backoff: Backoff) -> Self {
        Draft::of(self).backoff(backoff).build()
    }

    /// Sets the factor by which exponential delays grow; other backoffs ignore it.
    ///
    /// # Panics
    /// If it is below 1, infinite or not a number.
    #[track_caller]
    pub const fn with_exponential_base(self, base: f64) -> Self {
        Draft::of(self).exponential_base(base).build()
    }

    /// Sets how delays are spread.
    ///
    /// # Panics
    /// If a factor is outside 0..=1 or not a number.
    #[track_caller]
    pub const fn with_jitter(self, jitter: Jitter) -> Self {
        Draft::of(self).jitter(jitter).build()
    }

    /// Sets a time limit: no wait ends later than this after the call's start. It never interrupts an
    /// attempt. More than a year (365 days) counts as a year.
    ///
    /// # Panics
    /// If it replaces a shorter limit and the waits may then exceed `max_total_delay`.
    #[track_caller]
    pub const fn with_max_elapsed(self, limit: Duration) -> Self {
        Draft::of(self).max_elapsed(limit).build()
    }

    /// Sets the longest server hint that is waited for (60 s by default); a longer one ends the call.
    /// Zero refuses every hint but "now".
    pub const fn with_max_retry_after(self, limit: Duration) -> Self {
        Draft::of(self).max_retry_after(limit).build()
    }

    /// Sets over how many slots a coordinator spreads the retries of a cluster, and how wide each of them is.
    ///
    /// # Panics
    /// If `count` is 0 or above 10,000, or `width` is below 1 ms.
    #[track_caller]
    pub const fn with_slots(self, count: u32, width: Duration) -> Self {
        Draft::of(self).slot_count(count).slot_width(width).build()
    }

    /// Sets whether a coordinator may spread its retries over slots: it does, unless told otherwise.
    pub const fn with_coordination(self, coordinated: bool) -> Self {
        Draft::of(self).coordinated(coordinated).build()
    }

    /// Sets how long a coordinator remembers a finished idempotency key.
    ///
    /// # Panics
    /// If `ttl` is below 1 s.
    #[track_caller]
    pub const fn with_idempotency_ttl(self, ttl: Duration) -> Self {
        Draft::of(self).idempotency_ttl(ttl).build()
    }

    /// Promises that all waits together never take longer than `limit`, server hints included: the
    /// worst case is checked here, the sum of the real waits at run time, where more than a year (365 days)
    /// counts as a year.
    ///
    /// # Panics
    /// If [`worst_case_delay`](Self::worst_case_delay) is above `limit`.
    #[track_caller]
    pub const fn with_max_total_delay(self, limit: Duration) -> Self {
        Draft::of(self).max_total_delay(limit).build()
    }
}

impl Default for RetryPolicy {
    /// [`RetryPolicy::DEFAULT`].
    fn default() -> Self {
        Self::DEFAULT
    }
}

#[cfg(test)]
mod tests;
