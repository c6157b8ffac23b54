//! Where time comes from. The engine is handed a clock; it never reads one by itself.

use std::{sync::OnceLock, time::Instant};

/// The clock of blocking functions.
pub(crate) fn blocking() -> Instant {
    Instant::now()
}

/// The clock of async functions: tokio's, so that a paused one is obeyed. Outside a runtime it is the
/// system's.
pub(crate) fn asynchronous() -> Instant {
    #[cfg(feature = "tokio")]
    return tokio::time::Instant::now().into_std();
    #[cfg(not(feature = "tokio"))]
    return Instant::now();
}

/// A point in time in eight bytes, where an `Instant` takes sixteen: it lives in every retried future.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment(i64);

impl Moment {
    /// Nothing can be older.
    pub(crate) const UNKNOWN: Self = Self(i64::MIN);

    pub(crate) fn of(instant: Instant) -> Self {
        static EPOCH: OnceLock<Instant> = OnceLock::new();
        let epoch = *EPOCH.get_or_init(Instant::now);
        let after = instant.saturating_duration_since(epoch).as_nanos();
        let before = epoch.saturating_duration_since(instant).as_nanos();
        // 292 years either way; beyond, time stands still.
        let signed = |nanos: u128| i64::try_from(nanos).unwrap_or(i64::MAX);
        Self(if before > 0 { -signed(before) } else { signed(after) })
    }

    /// Nanoseconds from `self` to `later`; zero if the clock went backwards.
    pub(crate) const fn until(self, later: Self) -> u64 {
        #[expect(clippy::cast_sign_loss, reason = "checked in the condition")]
        if later.0 > self.0 { later.0.wrapping_sub(self.0) as u64 } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn moments_keep_the_distance_of_instants() {
        let now = Instant::now();
        let later = now + Duration::from_secs(90);
        assert_eq!(Moment::of(now).until(Moment::of(later)), 90_000_000_000);
        assert_eq!(Moment::of(later).until(Moment::of(now)), 0);
    }

    #[test]
    fn a_moment_before_the_first_one_read_is_kept_apart() {
        let now = Instant::now();
        let _ = Moment::of(now);
        let Some(earlier) = now.checked_sub(Duration::from_millis(1)) else { return };
        assert_eq!(Moment::of(earlier).until(Moment::of(now)), 1_000_000);
    }

    #[test]
    fn an_unknown_moment_is_older_than_all() {
        assert!(Moment::UNKNOWN.until(Moment::of(Instant::now())) >= i64::MAX.unsigned_abs());
        assert_eq!(Moment::of(Instant::now()).until(Moment::UNKNOWN), 0);
    }

    #[cfg(feature = "tokio")]
    #[tokio::test(start_paused = true)]
    async fn the_clock_of_async_functions_obeys_a_paused_one() {
        let start = asynchronous();
        tokio::time::advance(Duration::from_secs(60)).await;
        assert_eq!(asynchronous() - start, Duration::from_secs(60));
    }

    #[test]
    fn the_clock_of_async_functions_serves_without_a_runtime() {
        assert!(asynchronous().elapsed() < Duration::from_secs(60));
    }
}
