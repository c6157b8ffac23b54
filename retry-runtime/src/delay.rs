//! A delay as it travels from the decision to the wait.

use std::{num::NonZeroU64, time::Duration};

use retry_rules::duration::nanos;

/// Nanoseconds, counted from one: with its absence it takes eight bytes, where an `Option<Duration>` takes two
/// registers and several comparisons in each annotated function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delay(NonZeroU64);

impl Delay {
    /// At once.
    pub const ZERO: Self = Self(NonZeroU64::MIN);

    #[inline]
    pub(crate) const fn from_nanos(nanos: u64) -> Self {
        Self(NonZeroU64::MIN.saturating_add(nanos))
    }

    pub(crate) const fn of(duration: Duration) -> Self {
        Self::from_nanos(nanos(duration))
    }

    /// Whether there is anything to wait for.
    #[inline]
    #[must_use]
    pub const fn lasts(self) -> bool {
        self.0.get() != Self::ZERO.0.get()
    }

    /// What is left of it.
    pub(crate) fn saturating_sub(self, passed: Duration) -> Self {
        Self::from_nanos(nanos(self.duration().saturating_sub(passed)))
    }

    /// As the standard library has it.
    #[must_use]
    pub const fn duration(self) -> Duration {
        Duration::from_nanos(self.nanos())
    }

    pub(crate) const fn nanos(self) -> u64 {
        self.0.get() - Self::ZERO.0.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_and_its_absence_fit_into_a_word() {
        assert_eq!(size_of::<Option<Delay>>(), 8);
    }

    #[test]
    fn a_delay_is_kept_to_the_nanosecond() {
        for nanos in [0, 1, 1_000_000_000, u64::MAX - 1] {
            assert_eq!(Delay::from_nanos(nanos).duration(), Duration::from_nanos(nanos));
            assert_eq!(Delay::from_nanos(nanos).lasts(), nanos > 0);
        }
    }
}
