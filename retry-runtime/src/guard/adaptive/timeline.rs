//! Time that never runs backwards: what threads and paused clocks say, made into one line.

use std::time::Instant;

use super::{half_second::passed, measured::TICK};
use crate::clock;

/// A moment earlier than the latest one by less than this was read before another thread's and told after it.
/// It counts as the latest. Were time to go on from it, threads that race would make it run too fast.
const TOLERANCE: i64 = 1_000_000_000;

/// Nanoseconds that only grow. A clock that jumps back by more than a second is another clock (a static seen
/// by two paused runtimes): no time has passed, and it goes on from there.
#[derive(Debug)]
pub(super) struct Timeline {
    latest: i64,
    /// How far the clock has jumped back in all.
    shift: i64,
}

impl Timeline {
    pub(super) const fn new() -> Self {
        Self { latest: i64::MIN, shift: 0 }
    }

    /// The moment of an instant. Half seconds begin with those of the clock.
    pub(super) fn moment(&mut self, now: Instant) -> i64 {
        let clock = clock::nanos(now);
        if self.latest == i64::MIN {
            self.shift = passed(now).map_or(0, i64::from) - clock.rem_euclid(TICK);
        }
        self.at(clock)
    }

    /// The moment that `clock` stands for.
    fn at(&mut self, clock: i64) -> i64 {
        let moment = clock.saturating_add(self.shift);
        let behind = self.latest.saturating_sub(moment);
        if behind >= TOLERANCE {
            self.shift = self.shift.saturating_add(behind);
        }
        self.latest = self.latest.max(moment);
        self.latest
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{
        super::{half_second::half_second, measured::tick},
        *,
    };

    const SECOND: i64 = 1_000_000_000;

    #[test]
    fn time_goes_on_as_the_clock_does() {
        let mut line = Timeline::new();
        assert_eq!([-5, 0, 7, 7, 9 * SECOND].map(|clock| line.at(clock)), [-5, 0, 7, 7, 9 * SECOND]);
    }

    #[test]
    fn a_reading_that_comes_late_adds_no_time() {
        let mut line = Timeline::new();
        let readings = [100, 40, 90, 110, 105, 120];
        assert_eq!(readings.map(|clock| line.at(clock)), [100, 100, 100, 110, 110, 120]);
    }

    #[test]
    fn time_goes_on_from_where_another_clock_is() {
        let mut line = Timeline::new();
        let readings = [90 * SECOND, 0, SECOND, 4 * SECOND];
        assert_eq!(readings.map(|clock| line.at(clock)), [90, 90, 91, 94].map(|seconds| seconds * SECOND));
    }

    #[test]
    fn half_seconds_begin_with_those_of_the_clock() {
        let (mut line, start) = (Timeline::new(), Instant::now());
        let first = tick(line.moment(start));
        for step in 1..1000 {
            let now = start + Duration::from_millis(7) * step;
            let halves = half_second(now).zip(half_second(start)).map(|(now, start)| now - start);
            assert_eq!(u64::try_from(tick(line.moment(now)) - first).ok(), halves);
        }
    }

    #[test]
    fn at_the_end_of_time_it_stands_still() {
        let mut line = Timeline::new();
        for clock in [i64::MIN, i64::MAX, i64::MIN, i64::MAX, 0, i64::MAX] {
            line.at(clock);
        }
        assert_eq!(line.at(0), i64::MAX);
    }
}
