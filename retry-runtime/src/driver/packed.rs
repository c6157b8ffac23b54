//! The figures of a call in as few bytes as they need: they are part of every retried future, and a million
//! of those may wait at once.

use std::num::NonZeroU8;

use crate::{StopReason, guard::Failure};

/// The lower 56 bits of a number of nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SevenBytes([u8; 7]);

impl SevenBytes {
    pub(super) const ZERO: Self = Self([0; 7]);
    const BITS: u32 = 56;

    /// What is above 2.28 years is cut to that.
    pub(super) const fn saturating(nanos: u64) -> Self {
        let max = u64::MAX >> (u64::BITS - Self::BITS);
        Self::lower(if nanos < max { nanos } else { max }.to_le_bytes())
    }

    pub(super) const fn of_moment(nanos: i64) -> Self {
        Self::lower(nanos.to_le_bytes())
    }

    const fn lower([bytes @ .., _]: [u8; 8]) -> Self {
        Self(bytes)
    }

    pub(super) const fn get(self) -> u64 {
        let bytes = self.0;
        u64::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], 0])
    }

    /// How far `later` is from these bits, if that is less than 1.14 years either way; zero if it is earlier.
    #[inline]
    pub(super) const fn until(self, later: i64) -> i64 {
        let spare = u64::BITS - Self::BITS;
        #[expect(clippy::cast_possible_wrap, clippy::cast_sign_loss, reason = "a difference modulo 2^56")]
        let distance = (((later as u64).wrapping_sub(self.get()) << spare) as i64) >> spare;
        if distance > 0 { distance } else { 0 }
    }
}

/// Nanoseconds in four bytes: the 26 highest bits, and by how many they are shifted. Rounds down, by less than
/// one part in thirty million: 60 seconds are exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rounded(u32);

impl Rounded {
    pub(crate) const ZERO: Self = Self(0);
    const DIGITS: u32 = 26;

    pub(crate) const fn down(nanos: u64) -> Self {
        let shift = (u64::BITS - nanos.leading_zeros()).saturating_sub(Self::DIGITS);
        #[expect(clippy::cast_possible_truncation, reason = "26 bits are left")]
        let digits = (nanos >> shift) as u32;
        Self(shift << Self::DIGITS | digits)
    }

    pub(crate) const fn get(self) -> u64 {
        let digits = self.0 & (u32::MAX >> (u32::BITS - Self::DIGITS));
        (digits as u64) << (self.0 >> Self::DIGITS)
    }
}

/// What is known of a call, in a byte that is never zero: a call of which nothing is known takes no byte more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Marks(NonZeroU8);

/// Always set.
const PRESENT: NonZeroU8 = NonZeroU8::MIN;
const TIMED: u8 = 1 << 1;
const SINCE_KNOWN: u8 = 1 << 2;
const ABANDONED: u8 = 1 << 3;
/// From here on four bits: zero, the reason why the call is over, counted from 1, or, while it goes on, what its last
/// retry was charged for, counted from behind the reasons.
const REASON: u32 = 4;
const REASONS: u8 = StopReason::IdempotencyConflict as u8 + 1;
const CHARGES: [Failure; 3] = [Failure::Transient, Failure::Throttled, Failure::TimedOut];

impl Marks {
    pub(super) const NONE: Self = Self(PRESENT);

    const fn has(self, mark: u8) -> bool {
        self.0.get() & mark != 0
    }

    const fn with(self, mark: u8) -> Self {
        Self(match NonZeroU8::new(self.0.get() | mark) {
            Some(marks) => marks,
            None => PRESENT,
        })
    }

    /// The call's start is known.
    pub(super) const fn is_timed(self) -> bool {
        self.has(TIMED)
    }

    pub(super) const fn timed(self) -> Self {
        self.with(TIMED | SINCE_KNOWN)
    }

    /// The call's start or its first failure is known.
    pub(super) const fn knows_since(self) -> bool {
        self.has(SINCE_KNOWN)
    }

    pub(super) const fn knowing_since(self) -> Self {
        self.with(SINCE_KNOWN)
    }

    /// `before_retry` failed: the attempt was not made, its error is final.
    pub(super) const fn is_abandoned(self) -> bool {
        self.has(ABANDONED)
    }

    pub(super) const fn abandoned(self) -> Self {
        self.with(ABANDONED)
    }

    #[inline]
    pub(super) const fn is_stopped(self) -> bool {
        matches!(self.0.get() >> REASON, 1..=REASONS)
    }

    pub(super) fn stopped(self) -> Option<StopReason> {
        let reason = (self.0.get() >> REASON).checked_sub(1)?;
        StopReason::ALL.get(usize::from(reason)).copied()
    }

    /// The first reason stays.
    pub(super) const fn stopping(self, reason: StopReason) -> Self {
        if self.is_stopped() { self } else { self.noting(reason as u8 + 1) }
    }

    /// What the last retry was charged for, while the call is not over.
    pub(super) fn charged(self) -> Option<Failure> {
        let charge = (self.0.get() >> REASON).checked_sub(REASONS + 1)?;
        CHARGES.get(usize::from(charge)).copied()
    }

    /// A call that is over stays so.
    pub(super) const fn charging(self, failure: Failure) -> Self {
        if self.is_stopped() { self } else { self.noting(REASONS + 1 + failure as u8) }
    }

    const fn noting(self, reason: u8) -> Self {
        let marks = self.0.get() & !(u8::MAX << REASON);
        Self(PRESENT).with(marks | reason << REASON)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_reason_to_stop_is_kept() {
        for reason in StopReason::ALL {
            assert_eq!(Marks::NONE.timed().stopping(reason).stopped(), Some(reason));
        }
        assert_eq!(Marks::NONE.timed().abandoned().stopped(), None);
    }

    #[test]
    fn the_reasons_are_in_the_order_of_their_numbers() {
        for (number, reason) in StopReason::ALL.into_iter().enumerate() {
            assert_eq!(reason as usize, number);
        }
        assert_eq!(StopReason::ALL.len(), usize::from(REASONS));
    }

    #[test]
    fn the_last_charge_is_kept_until_the_call_is_over() {
        let mut marks = Marks::NONE.timed();
        assert_eq!(marks.charged(), None);
        for failure in CHARGES {
            marks = marks.charging(failure);
            assert_eq!((marks.charged(), marks.stopped(), marks.is_timed()), (Some(failure), None, true));
        }
        for reason in StopReason::ALL {
            let over = marks.stopping(reason);
            assert_eq!((over.charged(), over.stopped()), (None, Some(reason)));
            assert_eq!(over.charging(Failure::Throttled), over);
        }
    }

    #[test]
    fn round_delays_are_exact() {
        for millis in [1, 50, 100, 1_650, 10_000, 30_000, 60_000] {
            let nanos = millis * 1_000_000;
            assert_eq!(Rounded::down(nanos).get(), nanos);
        }
    }

    proptest! {
        #[test]
        fn rounding_goes_down_by_no_more_than_it_says(nanos: u64) {
            let rounded = Rounded::down(nanos).get();
            prop_assert!(rounded <= nanos && nanos - rounded <= nanos / 30_000_000);
        }

        #[test]
        fn sums_are_exact_for_two_years(nanos in 0_u64..1 << 56) {
            prop_assert_eq!(SevenBytes::saturating(nanos).get(), nanos);
        }

        #[test]
        fn a_year_passes_from_any_moment(moment: i64, passed in 0_i64..1 << 55) {
            let since = SevenBytes::of_moment(moment);
            prop_assert_eq!(since.until(moment.wrapping_add(passed)), passed);
            prop_assert_eq!(since.until(moment.wrapping_sub(passed)), 0);
        }
    }
}
