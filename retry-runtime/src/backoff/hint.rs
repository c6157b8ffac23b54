//! Waits that a server asked for.

use rand::Rng;
use retry_rules::{Jitter, Schedule};

use super::spread;

/// Nanoseconds to wait when the server asked for `hint`, at most `max_retry_after`: never less than
/// the hint. Where the policy's own draw is longer, it decides, within `max_delay`. Where the hint is, its
/// jitter goes upward within `max_retry_after`, by a part of the hint itself: clients that were told the same
/// must not come back at the same moment, whatever their backoff would have been.
pub(crate) fn wait_for_hint(
    schedule: &Schedule,
    attempt: u32,
    previous: Option<u64>,
    hint: u64,
    max_retry_after: u64,
    rng: &mut dyn Rng,
) -> u64 {
    let wait = super::wait(schedule, attempt, previous, rng);
    if wait >= hint {
        return wait;
    }
    let room = match schedule.jitter {
        Jitter::Factor(factor) => spread::scale(hint, factor),
        Jitter::Full | Jitter::Decorrelated => hint,
        Jitter::Equal => hint / 2,
        _ => 0,
    };
    spread::between(hint, hint.saturating_add(room), max_retry_after, rng)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;
    use rand::{SeedableRng, rngs::SmallRng};
    use retry_rules::presets;

    use super::*;

    const SECOND: u64 = 1_000_000_000;
    const MINUTE: u64 = 60 * SECOND;

    fn schedule(jitter: Jitter) -> Schedule {
        Schedule { jitter, ..presets::HTTP.schedule }
    }

    /// The shortest and the longest of many waits.
    fn range(jitter: Jitter, attempt: u32, previous: u64, hint: u64, limit: u64) -> (u64, u64) {
        let mut rng = SmallRng::seed_from_u64(7);
        let draw = |_| wait_for_hint(&schedule(jitter), attempt, Some(previous), hint, limit, &mut rng);
        let waits: Vec<u64> = (0..2_000).map(draw).collect();
        (*waits.iter().min().expect("waits"), *waits.iter().max().expect("waits"))
    }

    fn near(value: u64, expected: u64) -> bool {
        value.abs_diff(expected) < expected / 50
    }

    #[test]
    fn the_jitter_of_a_hint_goes_upward() {
        for (jitter, highest) in
            [(Jitter::Factor(0.5), 15), (Jitter::Full, 20), (Jitter::Equal, 15), (Jitter::Decorrelated, 20)]
        {
            let (low, high) = range(jitter, 1, SECOND, 10 * SECOND, MINUTE);
            assert!(low >= 10 * SECOND && near(low, 10 * SECOND), "{jitter:?} {low}");
            assert!(near(high, highest * SECOND), "{jitter:?} {high}");
        }
    }

    #[test]
    fn without_jitter_a_hint_is_waited_for_exactly() {
        assert_eq!(range(Jitter::None, 1, SECOND, 10 * SECOND, MINUTE), (10 * SECOND, 10 * SECOND));
    }

    #[test]
    fn clients_that_were_told_the_same_do_not_return_at_the_same_moment() {
        for jitter in [Jitter::Factor(0.1), Jitter::Full, Jitter::Equal, Jitter::Decorrelated] {
            // Around the backoff, 1 s, and far above it.
            for hint in [900, 999, 1_000, 1_001, 2_000, 3_000].map(|millis| millis * (SECOND / 1_000)) {
                let mut rng = SmallRng::seed_from_u64(7);
                let draw = |_| wait_for_hint(&schedule(jitter), 1, None, hint, MINUTE, &mut rng);
                let mut waits: Vec<u64> = (0..1_000).map(draw).collect();
                waits.sort_unstable();
                waits.dedup();
                assert!(waits.len() > 950, "{jitter:?} {hint}: {} moments", waits.len());
            }
        }
    }

    #[test]
    fn the_jitter_of_a_hint_stays_within_max_retry_after() {
        let (low, high) = range(Jitter::Factor(1.0), 1, SECOND, 10 * SECOND, 12 * SECOND);
        assert!(low >= 10 * SECOND && high <= 12 * SECOND, "{low} {high}");
        assert_eq!(range(Jitter::Factor(1.0), 1, SECOND, MINUTE, MINUTE), (MINUTE, MINUTE));
    }

    #[test]
    fn a_longer_backoff_decides() {
        // 8 s ± 4 s; the hint cuts off what is below.
        let (low, high) = range(Jitter::Factor(0.5), 4, SECOND, 6 * SECOND, MINUTE);
        assert!(near(low, 6 * SECOND) && near(high, 12 * SECOND), "{low} {high}");
    }

    #[test]
    fn decorrelated_waits_are_not_cut_short_by_a_hint() {
        // From 1 s to 24 s without a hint; the schedule's own delay, 1 s, does not count here.
        let (low, high) = range(Jitter::Decorrelated, 1, 8 * SECOND, 5 * SECOND, MINUTE);
        assert!(near(low, 5 * SECOND) && near(high, 24 * SECOND), "{low} {high}");
    }

    #[test]
    fn a_hint_of_zero_is_none() {
        let mut rng = SmallRng::seed_from_u64(7);
        let plain = super::super::wait(&schedule(Jitter::Full), 3, None, &mut rng.clone());
        assert_eq!(wait_for_hint(&schedule(Jitter::Full), 3, None, 0, MINUTE, &mut rng), plain);
    }

    proptest! {
        #[test]
        fn no_figures_overflow(
            max: u64, initial: u64, hint: u64, limit: u64, previous: Option<u64>, attempt: u32, seed: u64,
            jitter in prop_oneof![
                Just(Jitter::None), Just(Jitter::Full), Just(Jitter::Equal), Just(Jitter::Decorrelated),
                (0.0..=1.0_f64).prop_map(Jitter::Factor),
            ],
        ) {
            let schedule = Schedule {
                initial_delay: Duration::from_nanos(initial.min(max)),
                max_delay: Duration::from_nanos(max),
                ..schedule(jitter)
            };
            let hint = hint.min(limit);
            let wait = wait_for_hint(&schedule, attempt, previous, hint, limit, &mut SmallRng::seed_from_u64(seed));
            prop_assert!((hint..=limit.max(max)).contains(&wait));
        }
    }
}
