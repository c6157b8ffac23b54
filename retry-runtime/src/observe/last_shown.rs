//! When a guard last showed how it is, so that calls that pass do so once a second at most.

#[cfg(feature = "metrics")]
mod watched {
    use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

    use crate::metrics::recorders_met;

    /// A second, in nanoseconds.
    const OFTEN: i64 = 1_000_000_000;

    #[derive(Debug)]
    pub(crate) struct LastShown(AtomicI64);

    impl LastShown {
        /// Whether anyone watches guards.
        pub(crate) const IS_KEPT: bool = true;

        pub(crate) const fn never() -> Self {
            Self(AtomicI64::new(i64::MIN))
        }

        /// Whether it is time again, at `now` in the clock's nanoseconds: to be told to one thread.
        #[inline]
        pub(crate) fn is_due(&self, now: i64) -> bool {
            let last = self.0.load(Relaxed);
            let is_due = last == i64::MIN || now.abs_diff(last) >= OFTEN.unsigned_abs();
            is_due && self.0.compare_exchange(last, now, Relaxed, Relaxed).is_ok()
        }

        /// The same of a guard that shows itself when it changes and reads no clock: whether a recorder was met since
        /// that lasts. Its time is the number of those.
        #[inline]
        pub(crate) fn is_due_to_recorder(&self) -> bool {
            self.is_due(recorders_met() * OFTEN)
        }
    }
}

#[cfg(not(feature = "metrics"))]
mod unwatched {
    #[derive(Debug)]
    pub(crate) struct LastShown;

    impl LastShown {
        pub(crate) const IS_KEPT: bool = false;

        pub(crate) const fn never() -> Self {
            Self
        }

        #[expect(clippy::unused_self, reason = "nobody watches")]
        pub(crate) const fn is_due(&self, _now: i64) -> bool {
            false
        }

        #[expect(clippy::unused_self, reason = "nobody watches")]
        pub(crate) const fn is_due_to_recorder(&self) -> bool {
            false
        }
    }
}

#[cfg(not(feature = "metrics"))]
pub(crate) use unwatched::LastShown;
#[cfg(feature = "metrics")]
pub(crate) use watched::LastShown;
