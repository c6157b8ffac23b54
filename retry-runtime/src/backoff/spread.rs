//! Jitter: a draw around a delay, kept inside its bound without piling up there.
//!
//! Full, equal and decorrelated jitter are those of Marc Brooker, "Exponential Backoff And Jitter",
//! AWS Architecture Blog, 2015. What a draw would put above the bound is reflected back inside:
//! clamping would send every capped client back at the same moment, which jitter is there to prevent.

use rand::{Rng, RngExt};
use retry_rules::Jitter;

/// A draw around `delay`, which is at most `max`.
pub(super) fn around(delay: u64, jitter: Jitter, max: u64, rng: &mut dyn Rng) -> u64 {
    match jitter {
        // Nothing to spread: no draw.
        _ if delay == 0 => 0,
        Jitter::Full => between(0, delay, max, rng),
        Jitter::Equal => between(delay / 2, delay, max, rng),
        Jitter::Factor(factor) if factor > 0.0 => {
            let part = scale(delay, factor);
            between(delay - part, delay.saturating_add(part), max, rng)
        }
        _ => delay,
    }
}

/// An even draw from `low..=high`; what is above `max` is reflected into `low..=max`.
pub(super) fn between(low: u64, high: u64, max: u64, rng: &mut dyn Rng) -> u64 {
    let low = low.min(max);
    if high <= low {
        return low;
    }
    reflect(low + scale(high - low, rng.random::<f64>()), low, max)
}

/// `part` of `delay`, for a part in 0..=1.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "not negative, not above `delay`"
)]
pub(super) fn scale(delay: u64, part: f64) -> u64 {
    ((delay as f64 * part) as u64).min(delay)
}

/// Folds `value` back and forth between `low` and `max`, as a ball between two walls.
fn reflect(value: u64, low: u64, max: u64) -> u64 {
    if value <= max {
        return value;
    }
    let room = max - low;
    if room == 0 {
        return max;
    }
    let path = (u128::from(value) - u128::from(low)) % (2 * u128::from(room));
    let room_wide = u128::from(room);
    let offset = if path > room_wide { 2 * room_wide - path } else { path };
    low + u64::try_from(offset).unwrap_or(room)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::{SeedableRng, rngs::SmallRng};

    use super::*;

    #[test]
    fn draws_do_not_pile_up_at_the_bound() {
        let mut rng = SmallRng::seed_from_u64(7);
        let draws: Vec<u64> =
            (0..10_000).map(|_| around(10_000, Jitter::Factor(0.5), 10_000, &mut rng)).collect();
        let at_the_bound = draws.iter().filter(|&&draw| draw > 9_900).count();
        // Even over 5,000..=10,000: 2 % lie in the highest 100.
        assert!((120..300).contains(&at_the_bound), "{at_the_bound}");
        assert!(draws.iter().all(|draw| (5_000..=10_000).contains(draw)));
    }

    #[test]
    fn full_and_equal_jitter_fill_their_ranges() {
        let mut rng = SmallRng::seed_from_u64(7);
        let mut range = |jitter| {
            let draws: Vec<u64> = (0..1_000).map(|_| around(1_000, jitter, 5_000, &mut rng)).collect();
            (*draws.iter().min().expect("draws"), *draws.iter().max().expect("draws"))
        };
        let (low, high) = range(Jitter::Full);
        assert!(low < 20 && (980..=1_000).contains(&high), "{low} {high}");
        let (low, high) = range(Jitter::Equal);
        assert!((500..520).contains(&low) && (980..=1_000).contains(&high), "{low} {high}");
    }

    proptest! {
        #[test]
        fn a_draw_never_leaves_its_bounds(low: u64, high: u64, max: u64, seed: u64) {
            let draw = between(low, high, max, &mut SmallRng::seed_from_u64(seed));
            prop_assert!(draw <= max && draw >= low.min(max));
        }

        #[test]
        fn jitter_never_exceeds_the_cap(delay: u64, max: u64, factor in 0.0..=1.0_f64, seed: u64) {
            let draw = around(delay.min(max), Jitter::Factor(factor), max, &mut SmallRng::seed_from_u64(seed));
            prop_assert!(draw <= max);
        }
    }
}
