//! When a call is over, whatever its policy says.

use std::time::{Duration, Instant};

use retry_rules::duration::nanos;

use crate::{Elapsed, clock, delay::Delay, driver::LONGEST};

/// When a call began and when it is over, counted as the clock's nanoseconds are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    start: i64,
    end: i64,
}

impl Deadline {
    /// `limit` after `start`, or `sooner` if it is. No call goes on for longer than the engine counts.
    pub(crate) fn after(start: Instant, limit: Duration, sooner: Option<Instant>) -> Self {
        let longest = i64::try_from(nanos(limit).min(LONGEST)).unwrap_or(i64::MAX);
        let start = clock::nanos(start);
        let end = start.saturating_add(longest);
        // Past is past, however long: the engine counts no time before the start.
        let end = sooner.map_or(end, |sooner| clock::nanos(sooner).clamp(start, end));
        Self { start, end }
    }

    /// Whether it had passed before the call began.
    #[inline]
    pub(crate) const fn had_passed(self) -> bool {
        self.end <= self.start
    }

    /// What an attempt becomes that it ends.
    pub(crate) const fn elapsed(self) -> Elapsed {
        Elapsed::deadline(Duration::from_nanos(self.end.abs_diff(self.start)))
    }

    /// `delay` from `now` on, and no longer than the call: hooks may have taken their time since it was decided.
    pub(crate) fn cut(self, delay: Delay, now: Instant) -> Delay {
        let left = self.left(now);
        if delay.duration() <= left { delay } else { Delay::from_nanos(nanos(left)) }
    }

    /// What is left at `now`.
    pub(crate) fn left(self, now: Instant) -> Duration {
        let left = self.end.saturating_sub(clock::nanos(now));
        Duration::from_nanos(u64::try_from(left).unwrap_or(0))
    }

    /// Whether an attempt that begins `delay` nanoseconds after `now` would have no time.
    pub(crate) fn is_over(self, now: Instant, delay: u64) -> bool {
        let delay = i64::try_from(delay).unwrap_or(i64::MAX);
        clock::nanos(now).saturating_add(delay) >= self.end
    }
}

/// What `deadline_from` may give.
#[diagnostic::on_unimplemented(
    message = "`deadline_from` takes an `Instant` of std or tokio, or an `Option` of one, this is `{Self}`",
    label = "not an `Instant`",
    note = "for a time from the call's start write `deadline = \"30s\"`"
)]
pub trait Moment {
    /// As the standard library has it; `None` sets no deadline.
    fn instant(self) -> Option<Instant>;
}

impl Moment for Instant {
    fn instant(self) -> Option<Instant> {
        Some(self)
    }
}

#[cfg(feature = "tokio")]
impl Moment for tokio::time::Instant {
    fn instant(self) -> Option<Instant> {
        Some(self.into_std())
    }
}

impl<M: Moment> Moment for Option<M> {
    fn instant(self) -> Option<Instant> {
        self.and_then(Moment::instant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn the_nearer_one_wins() {
        let start = Instant::now();
        let left = |limit, sooner| Deadline::after(start, limit, sooner).left(start);
        assert_eq!(left(SECOND * 3, None), SECOND * 3);
        assert_eq!(left(SECOND * 3, Some(start + SECOND)), SECOND);
        assert_eq!(left(SECOND * 3, Some(start + SECOND * 5)), SECOND * 3);
        assert_eq!(left(SECOND * 3, start.checked_sub(SECOND)), Duration::ZERO);
    }

    #[test]
    fn a_wait_is_cut_by_what_hooks_have_taken() {
        let start = Instant::now();
        let deadline = Deadline::after(start, SECOND * 3, None);
        let cut = |delay: Duration, now| deadline.cut(Delay::of(delay), now).duration();
        assert_eq!(cut(SECOND * 2, start), SECOND * 2);
        assert_eq!(cut(SECOND * 2, start + SECOND * 2), SECOND);
        assert_eq!(cut(SECOND * 2, start + SECOND * 5), Duration::ZERO);
    }

    #[test]
    fn a_moment_years_ago_is_past() {
        let start = Instant::now();
        let Some(sooner) = start.checked_sub(SECOND * 3600 * 24 * 600) else { return };
        assert_eq!(Deadline::after(start, SECOND, Some(sooner)), Deadline::after(start, SECOND, Some(start)));
    }

    #[test]
    fn one_that_is_years_away_is_cut_to_a_year() {
        let start = Instant::now();
        let year = Duration::from_secs(365 * 86_400);
        assert_eq!(Deadline::after(start, Duration::MAX, None).left(start), year);
        assert_eq!(Deadline::after(start, Duration::MAX, start.checked_add(year * 9)).left(start), year);
    }

    #[test]
    fn an_attempt_at_the_deadline_has_no_time() {
        let start = Instant::now();
        let deadline = Deadline::after(start, SECOND, None);
        assert!(!deadline.is_over(start, 999_999_999));
        assert!(deadline.is_over(start, 1_000_000_000));
        assert!(deadline.is_over(start + SECOND, 0));
        assert!(deadline.is_over(start, u64::MAX));
    }
}
