//! How many attempts a call may make while few succeed.

/// Half seconds in the window: ten seconds, as in Hystrix and go-zero.
const HALF_SECONDS: u8 = 20;

/// A failure is tolerated for each answer: below one in two the ceiling shrinks (K = 2 in "Site Reliability
/// Engineering", chapter 21).
const FAILURES_PER_ANSWER: u64 = 1;

/// Failures beyond those that are tolerated while there is little traffic: a call of up to eleven attempts never
/// cuts itself short when it is alone. (go-zero's breaker, which has the same formula, has 5.)
const RESERVE: u64 = 10;

/// What became of the attempts of the last ten seconds.
#[derive(Debug)]
pub(super) struct Window {
    /// The newest half second, once there was one.
    tick: Option<i64>,
    counts: [Counts; HALF_SECONDS as usize],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Counts {
    /// Successes, and errors that would be the same however often one tries.
    pub(super) answered: u32,
    pub(super) failed: u32,
}

impl Counts {
    const NONE: Self = Self { answered: 0, failed: 0 };
}

impl Window {
    pub(super) const fn new() -> Self {
        Self { tick: None, counts: [Counts::NONE; HALF_SECONDS as usize] }
    }

    /// Adds what ended in the newest half second, or before it and is told only now.
    pub(super) fn add(&mut self, answered: u64, failed: u64) {
        let Some(tick) = self.tick else { return };
        let counts = &mut self.counts[slot(tick)];
        counts.answered = counts.answered.saturating_add(u32::try_from(answered).unwrap_or(u32::MAX));
        counts.failed = counts.failed.saturating_add(u32::try_from(failed).unwrap_or(u32::MAX));
    }

    /// Goes on to `tick`; what is older than ten seconds is forgotten.
    pub(super) fn advance(&mut self, tick: i64) {
        let last = *self.tick.get_or_insert(tick);
        let steps = usize::try_from(tick.saturating_sub(last)).unwrap_or(0);
        for step in (0_i64..).take(steps.min(HALF_SECONDS.into())) {
            self.counts[slot(tick.saturating_sub(step))] = Counts::NONE;
        }
        self.tick = Some(tick.max(last));
    }

    /// The share of attempts that were answered; 1 if there were none.
    pub(super) fn share(&self) -> f64 {
        let (answered, failed) = self.totals();
        let all = answered + failed;
        if all == 0 { 1.0 } else { answered as f64 / all as f64 }
    }

    /// The attempts a call may make that is allowed `max_attempts`: the first, and a part of the others that
    /// shrinks to none as answers become rare.
    pub(super) fn ceiling(&self, max_attempts: u32) -> u32 {
        let (answered, failed) = self.totals();
        let tolerated = answered * (1 + FAILURES_PER_ANSWER) + RESERVE + 1;
        let all = answered + failed + 1;
        let retries = u128::from(max_attempts.saturating_sub(1));
        let kept = retries * u128::from(tolerated.min(all)) / u128::from(all);
        u32::try_from(kept).unwrap_or(u32::MAX).saturating_add(1)
    }

    fn totals(&self) -> (u64, u64) {
        self.counts.iter().fold((0, 0), |(answered, failed), counts| {
            (answered + u64::from(counts.answered), failed + u64::from(counts.failed))
        })
    }
}

fn slot(tick: i64) -> usize {
    usize::try_from(tick.rem_euclid(HALF_SECONDS.into())).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn window(answered: u64, failed: u64) -> Window {
        let mut window = Window::new();
        window.advance(0);
        window.add(answered, failed);
        window
    }

    #[test]
    fn the_ceiling_follows_the_table_of_the_docs() {
        // Of a hundred thousand attempts, and a policy of five.
        let table =
            [(100, 5), (50, 5), (49, 4), (38, 4), (37, 3), (25, 3), (24, 2), (13, 2), (12, 1), (0, 1)];
        for (percent, ceiling) in table {
            let window = window(percent * 1000, (100 - percent) * 1000);
            assert_eq!(window.ceiling(5), ceiling, "{percent} %");
        }
    }

    #[test]
    fn a_call_alone_does_not_cut_itself_short() {
        for failed in 0..11 {
            assert_eq!(window(0, failed).ceiling(11), 11);
        }
        assert!(window(0, 12).ceiling(11) < 11);
    }

    #[test]
    fn ten_seconds_later_all_is_forgotten() {
        let mut window = window(0, 100);
        window.advance(19);
        assert_eq!(window.ceiling(5), 1);
        window.advance(20);
        assert_eq!((window.ceiling(5), window.share()), (5, 1.0));
    }

    #[test]
    fn a_window_slides_by_half_seconds() {
        let mut window = Window::new();
        for tick in -30..=30 {
            window.advance(tick);
            window.add(1, 0);
        }
        assert_eq!(window.totals(), (20, 0));
        window.advance(35);
        assert_eq!(window.totals(), (15, 0));
        window.advance(i64::MAX);
        assert_eq!(window.totals(), (0, 0));
    }

    #[test]
    fn counts_do_not_overflow() {
        let mut window = Window::new();
        for tick in 0..40 {
            window.advance(tick);
            window.add(u64::MAX, u64::MAX);
        }
        assert_eq!(window.ceiling(u32::MAX), u32::MAX);
        assert!((window.share() - 0.5).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn the_ceiling_stays_in_range_and_is_monotone(
            answered in 0_u64..10_000,
            failed in 0_u64..10_000,
            max_attempts in 1_u32..=u32::MAX,
        ) {
            let ceiling = window(answered, failed).ceiling(max_attempts);
            prop_assert!((1..=max_attempts).contains(&ceiling));
            prop_assert!(window(answered + 1, failed).ceiling(max_attempts) >= ceiling);
            prop_assert!(window(answered, failed + 1).ceiling(max_attempts) <= ceiling);
            prop_assert!(window(answered, failed).ceiling(max_attempts.saturating_add(1)) >= ceiling);
        }
    }
}
