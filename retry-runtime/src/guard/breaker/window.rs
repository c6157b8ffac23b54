//! What a closed circuit remembers: the calls of the last while, in a fixed number of buckets.

use std::time::{Duration, Instant};

use retry_rules::duration::nanos;

/// As many as Hystrix and Polly have: what is forgotten goes by tenths of the window.
const BUCKETS: usize = 10;

/// Calls, and how many of them were a failure or slow. Sixty-four bits, so that nothing ever overflows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) calls: u64,
    pub(super) failures: u64,
    pub(super) slow: u64,
}

impl Counts {
    pub(super) const ZERO: Self = Self { calls: 0, failures: 0, slow: 0 };

    const fn plus(self, other: Self) -> Self {
        Self {
            calls: self.calls + other.calls,
            failures: self.failures + other.failures,
            slow: self.slow + other.slow,
        }
    }

    const fn minus(self, other: Self) -> Self {
        Self {
            calls: self.calls - other.calls,
            failures: self.failures - other.failures,
            slow: self.slow - other.slow,
        }
    }
}

/// A window that slides by whole buckets: the one that is being filled, and those before it. A call is
/// remembered for the window's length less at most one bucket's. All time is relative to the filling bucket's
/// start, so that a clock that jumps back only moves that.
#[derive(Debug)]
pub(super) struct Window {
    /// From when until when the filling bucket takes calls; `None` before the first.
    span: Option<(Instant, Instant)>,
    filling: Counts,
    /// The full buckets, the oldest at `oldest`. Where the window has fewer nanoseconds than there are
    /// buckets, not all of them are used.
    full: [Counts; BUCKETS - 1],
    oldest: usize,
    /// The sum of the full ones.
    past: Counts,
}

impl Window {
    pub(super) const EMPTY: Self = Self {
        span: None,
        filling: Counts::ZERO,
        full: [Counts::ZERO; BUCKETS - 1],
        oldest: 0,
        past: Counts::ZERO,
    };

    /// Until when the filling bucket takes calls; earlier ones too, for where the clock jumped back no time passed.
    pub(super) fn end(&self) -> Option<Instant> {
        self.span.map(|(_, end)| end)
    }

    /// Counts calls in the filling bucket that took none of its time.
    pub(super) const fn count_successes(&mut self, number: u64) {
        self.filling.calls += number;
    }

    /// Slides to `now` and gives the bucket to count in.
    pub(super) fn at(&mut self, now: Instant, length: u64) -> &mut Counts {
        match self.span {
            Some((start, end)) if start <= now && now < end => {}
            _ => self.slide(now, length),
        }
        &mut self.filling
    }

    /// What the window remembers.
    pub(super) fn total(&self) -> Counts {
        self.past.plus(self.filling)
    }

    fn slide(&mut self, now: Instant, length: u64) {
        let width = length.div_ceil(BUCKETS as u64).max(1);
        let start = match self.span {
            // No time passed, whatever the clock says.
            Some((start, _)) if now >= start => {
                let passed = nanos(now - start) / width;
                self.fill_up(passed, length.div_ceil(width));
                start.checked_add(Duration::from_nanos(passed * width)).unwrap_or(now)
            }
            _ => now,
        };
        self.span = Some((start, start.checked_add(Duration::from_nanos(width)).unwrap_or(start)));
    }

    /// Takes the filling bucket and the empty ones after it, `passed` in all, for full, in a window of
    /// `buckets`.
    fn fill_up(&mut self, passed: u64, buckets: u64) {
        if passed >= buckets {
            *self = Self { span: self.span, ..Self::EMPTY };
            return;
        }
        let used = usize::try_from(buckets).map_or(BUCKETS, |buckets| buckets.min(BUCKETS)) - 1;
        for _ in 0..passed {
            let newest = std::mem::take(&mut self.filling);
            let forgotten = std::mem::replace(&mut self.full[self.oldest], newest);
            self.past = self.past.plus(newest).minus(forgotten);
            self.oldest = (self.oldest + 1) % used;
        }
    }
}
