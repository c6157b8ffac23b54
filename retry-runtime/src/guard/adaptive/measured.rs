//! How many attempts a second there are: an average that favours the last half second.

/// The weight of the newest measurement.
const SMOOTH: f64 = 0.8;

/// Ticks a second: the rate is measured anew every half second.
const TICKS: i64 = 2;

/// Nanoseconds a tick.
pub(super) const TICK: i64 = 1_000_000_000 / TICKS;

/// The half second in which a moment lies.
#[inline]
pub(super) const fn tick(nanos: i64) -> i64 {
    nanos.div_euclid(TICK)
}

/// The rate of answers, as botocore's `RateClocker` has it: counted by half seconds, each of them one part in
/// five what it was before. The half second that is running does not count until the next begins.
#[derive(Debug)]
pub(super) struct Measured {
    /// The half second that is running, once there was one.
    tick: Option<i64>,
    count: u64,
    rate: f64,
}

impl Measured {
    pub(super) const fn new() -> Self {
        Self { tick: None, count: 0, rate: 0.0 }
    }

    /// Answers a second.
    pub(super) const fn rate(&self) -> f64 {
        self.rate
    }

    /// Counts answers in the half second that is running.
    pub(super) fn add(&mut self, answers: u64) {
        self.count = self.count.saturating_add(answers);
    }

    /// Counts an answer in `tick`. It counts among those before it even if it is the first of its half second:
    /// so do the cloud SDKs, and their published figures.
    pub(super) fn answered(&mut self, tick: i64) {
        self.add(1);
        let last = *self.tick.get_or_insert(tick);
        if tick > last {
            let seconds = tick.saturating_sub(last) as f64 / TICKS as f64;
            self.rate = self.count as f64 / seconds * SMOOTH + self.rate * (1.0 - SMOOTH);
            self.count = 0;
            self.tick = Some(tick);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rate after answers at these moments, in tenths of a second.
    fn after(tenths: impl IntoIterator<Item = i64>) -> f64 {
        let mut measured = Measured::new();
        measured.tick = Some(0);
        for tenth in tenths {
            measured.answered(tick(tenth * 100_000_000));
        }
        measured.rate()
    }

    #[track_caller]
    fn assert_near(rate: f64, expected: f64) {
        assert!((rate - expected).abs() < 1e-9, "{rate} instead of {expected}");
    }

    // The figures of botocore's tests/unit/retries/test_adaptive.py, TestRateClocker.
    #[test]
    fn answers_are_grouped_by_half_seconds() {
        assert_near(after([1, 2, 3, 4, 4]), 0.0);
        assert_near(after([1, 2, 3, 4, 4, 5]), 12.0 * 0.8);
        assert_near(after([10]), 0.8);
    }

    #[test]
    fn a_constant_rate_is_measured() {
        assert!((after((1..=20).map(|second| second * 10)) - 1.0).abs() < 1e-7);
    }

    #[test]
    fn recent_answers_weigh_more() {
        let steady = [10, 15, 20, 25, 30, 35, 40];
        assert!((1.99..=2.0).contains(&after(steady)));
        // One in ten seconds: 0.8 × 0.1 + 0.2 × 2.
        assert!((after(steady.into_iter().chain([140])) - 0.48).abs() < 0.01);
    }

    #[test]
    fn nothing_makes_it_infinite() {
        let mut measured = Measured::new();
        for tick in [i64::MIN, 0, i64::MAX, i64::MIN] {
            measured.add(u64::MAX);
            measured.answered(tick);
            assert!(measured.rate().is_finite());
        }
    }
}
