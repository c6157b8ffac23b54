//! The figures that say when to try again, and what follows from them.

use core::{fmt, time::Duration};

use crate::{Fault, UNLIMITED, duration::nanos, growth};

/// How delays grow from one attempt to the next.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Backoff {
    /// `initial_delay · exponential_base^(n−1)`: backs off fast from a server in trouble.
    Exponential,
    /// `initial_delay`, every time.
    Constant,
    /// `initial_delay · n`.
    Linear,
    /// `initial_delay` times 1, 1, 2, 3, 5, 8 …
    Fibonacci,
    /// A function of your own. `max_delay` bounds what it returns, jitter is applied to it.
    Custom(CustomBackoff),
}

/// `fn(attempt, initial_delay) -> delay`: the wait after failed attempt number `attempt`, from 1.
pub type CustomBackoff = fn(attempt: u32, initial: Duration) -> Duration;

impl PartialEq for Backoff {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Custom(a), Self::Custom(b)) => core::ptr::fn_addr_eq(*a, *b),
            _ => core::mem::discriminant(self) == core::mem::discriminant(other),
        }
    }
}

/// As the attribute writes it; a function of your own is `custom`.
impl fmt::Display for Backoff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Exponential => "exponential",
            Self::Constant => "constant",
            Self::Linear => "linear",
            Self::Fibonacci => "fibonacci",
            Self::Custom(_) => "custom",
        })
    }
}

/// How far a wait strays from its delay, so that clients which failed together do not return together.
///
/// `Full`, `Equal` and `Decorrelated` are those of Marc Brooker, "Exponential Backoff And Jitter", AWS
/// Architecture Blog, 2015.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Jitter {
    /// No spread. For tests, and where something else spreads the load.
    None,
    /// Evenly from nothing to the whole delay.
    Full,
    /// Half the delay, plus evenly up to the other half.
    Equal,
    /// Evenly from `initial_delay` to three times the previous wait. It replaces the backoff.
    Decorrelated,
    /// Evenly over ± this part of the delay, 0..=1.
    Factor(f64),
}

/// As the attribute writes it: a word, or the factor.
impl fmt::Display for Jitter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::None => "none",
            Self::Full => "full",
            Self::Equal => "equal",
            Self::Decorrelated => "decorrelated",
            Self::Factor(factor) => return fmt::Display::fmt(factor, f),
        })
    }
}

/// When to try again. A plain record: [`fault`](Schedule::fault) says whether it keeps the rules.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Schedule {
    /// First call included; [`UNLIMITED`] for no limit.
    pub max_attempts: u32,
    /// The delay before the second attempt.
    pub initial_delay: Duration,
    /// No delay exceeds it, jitter included.
    pub max_delay: Duration,
    /// How delays grow.
    pub backoff: Backoff,
    /// The factor of exponential growth.
    pub exponential_base: f64,
    /// How delays are spread.
    pub jitter: Jitter,
    /// No wait ends later than this after the call's start.
    pub max_elapsed: Option<Duration>,
}

impl Schedule {
    /// The first rule that the figures break.
    #[must_use]
    pub const fn fault(&self) -> Option<Fault> {
        if let Some(fault) = self.attempts_fault() {
            return Some(fault);
        }
        if let Some(fault) = self.delays_fault() {
            return Some(fault);
        }
        if let Some(fault) = Fault::of_base(self.exponential_base) {
            return Some(fault);
        }
        self.jitter_fault()
    }

    /// What is wrong with `max_attempts`.
    #[must_use]
    pub const fn attempts_fault(&self) -> Option<Fault> {
        match (self.max_attempts, self.max_elapsed) {
            (UNLIMITED, None) => Some(Fault::Endless),
            (UNLIMITED, Some(_)) => None,
            (attempts, _) => Fault::of_attempts(attempts),
        }
    }

    /// What is wrong with `initial_delay` beside `max_delay`.
    #[must_use]
    pub const fn delays_fault(&self) -> Option<Fault> {
        if self.initial_delay.as_nanos() > self.max_delay.as_nanos() {
            return Some(Fault::InitialAboveMax { initial: self.initial_delay, max: self.max_delay });
        }
        None
    }

    /// What is wrong with `jitter`.
    #[must_use]
    pub const fn jitter_fault(&self) -> Option<Fault> {
        match self.jitter {
            Jitter::Factor(factor) => Fault::of_jitter(factor),
            _ => None,
        }
    }

    /// Whether every delay is zero: nothing grows from nothing, and jitter spreads nothing. (Decorrelated jitter
    /// may grow from what a server asked for.)
    #[must_use]
    #[inline]
    pub const fn retries_at_once(&self) -> bool {
        self.initial_delay.is_zero()
            && !matches!(self.backoff, Backoff::Custom(_))
            && !matches!(self.jitter, Jitter::Decorrelated)
    }

    /// Nanoseconds to wait after failed attempt number `attempt` (from 1), before jitter.
    #[must_use]
    pub fn delay_after(&self, attempt: u32) -> u64 {
        let (initial, max) = (nanos(self.initial_delay), nanos(self.max_delay));
        let delay = match self.backoff {
            Backoff::Constant => initial,
            Backoff::Linear => initial.saturating_mul(u64::from(attempt)),
            Backoff::Fibonacci => initial.saturating_mul(growth::fibonacci(attempt)),
            Backoff::Custom(delay) => nanos(delay(attempt, self.initial_delay)),
            // Nothing grows from nothing, and 0 · ∞ is not a number.
            Backoff::Exponential if initial == 0 => 0,
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "not negative; past 64 bits it saturates, as documented"
            )]
            Backoff::Exponential => {
                (initial as f64 * growth::power(self.exponential_base, attempt.saturating_sub(1))) as u64
            }
        };
        if delay < max { delay } else { max }
    }

    /// The longest that all waits together can take: jitter included, server hints not. To the nanosecond an
    /// attempt up to 104 days, above that rounded up by one part in ten billion; in a number of steps that
    /// does not depend on `max_attempts`.
    ///
    /// A custom backoff counts with `max_delay` every time, since its values are not known here.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "not negative; past 64 bits it saturates, as documented"
    )]
    pub const fn worst_case_delay(&self) -> Duration {
        let waits =
            if self.max_attempts == UNLIMITED { UNLIMITED } else { self.max_attempts.saturating_sub(1) };
        let (initial, max) = (nanos(self.initial_delay) as f64, nanos(self.max_delay) as f64);
        let upward = match self.jitter {
            Jitter::Factor(factor) => 1.0 + factor,
            _ => 1.0,
        };
        let first = initial * upward;
        let sum = match (self.jitter, self.backoff) {
            (Jitter::Decorrelated, _) => growth::geometric_sum(initial * 3.0, 3.0, max, waits),
            (_, Backoff::Exponential) => growth::geometric_sum(first, self.exponential_base, max, waits),
            (_, Backoff::Constant) => growth::geometric_sum(first, 1.0, max, waits),
            (_, Backoff::Linear) => growth::linear_sum(first, max, waits),
            (_, Backoff::Fibonacci) => growth::fibonacci_sum(first, max, waits),
            (_, Backoff::Custom(_)) => max * waits as f64,
        };
        // Past 2^53 ns, 104 days, `f64` counts in steps of more than a nanosecond: round up, never down.
        let sum =
            if sum < 9_007_199_254_740_992.0 { (sum + 0.5) as u64 } else { (sum * (1.0 + 1e-10)) as u64 };
        match self.max_elapsed {
            Some(limit) if nanos(limit) < sum => limit,
            _ => Duration::from_nanos(sum),
        }
    }

    /// What of that is still to come once the wait before `attempt` is over.
    #[must_use]
    pub const fn worst_case_after(&self, attempt: u32) -> Duration {
        let made = Self { max_attempts: attempt, ..*self };
        // Each sum is rounded by itself.
        let rounding = Duration::from_nanos(1);
        match self.worst_case_delay().checked_sub(made.worst_case_delay()) {
            Some(Duration::ZERO) | None => Duration::ZERO,
            Some(rest) => rest.saturating_add(rounding),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{MAX_ATTEMPTS, presets};

    fn default_with(change: impl FnOnce(&mut Schedule)) -> Schedule {
        let mut schedule = presets::DEFAULT.schedule;
        change(&mut schedule);
        schedule
    }

    #[test]
    fn delays_double_up_to_the_cap() {
        let schedule = presets::HTTP.schedule;
        let seconds: Vec<u64> = (1..=7).map(|n| schedule.delay_after(n) / 1_000_000_000).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 16, 30, 30]);
    }

    #[test]
    fn what_is_to_come_is_the_rest_of_the_worst_case() {
        let schedule = default_with(|schedule| schedule.max_attempts = 5);
        let rest: Vec<u128> = (1..=6).map(|n| schedule.worst_case_after(n).as_millis()).collect();
        // 110 + 220 + 440 + 880 ms.
        assert_eq!(rest, [1650, 1540, 1320, 880, 0, 0]);
        let endless = default_with(|schedule| schedule.max_attempts = UNLIMITED);
        assert!(endless.worst_case_after(MAX_ATTEMPTS) > Duration::from_secs(1_000_000));
    }

    #[test]
    fn no_attempt_number_overflows() {
        let custom: CustomBackoff = |_, _| Duration::MAX;
        for backoff in [
            Backoff::Exponential,
            Backoff::Constant,
            Backoff::Linear,
            Backoff::Fibonacci,
            Backoff::Custom(custom),
        ] {
            for initial_delay in [Duration::ZERO, Duration::from_nanos(1), Duration::MAX] {
                let schedule = default_with(|s| {
                    (s.backoff, s.initial_delay, s.max_delay) = (backoff, initial_delay, Duration::MAX);
                });
                for attempt in [1, 10_000, u32::MAX] {
                    let delay = schedule.delay_after(attempt);
                    let grows = !matches!(backoff, Backoff::Custom(_));
                    assert!(!(initial_delay.is_zero() && grows && delay > 0), "{backoff:?} {attempt}");
                }
            }
        }
    }

    #[test]
    fn the_worst_case_includes_jitter() {
        let five = default_with(|s| s.max_attempts = 5);
        assert_eq!(five.worst_case_delay(), Duration::from_millis(1650));
        let full = default_with(|s| (s.max_attempts, s.jitter) = (5, Jitter::Full));
        assert_eq!(full.worst_case_delay(), Duration::from_millis(1500));
        let decorrelated = default_with(|s| (s.max_attempts, s.jitter) = (3, Jitter::Decorrelated));
        assert_eq!(decorrelated.worst_case_delay(), Duration::from_millis(300 + 900));
    }

    #[test]
    fn the_worst_case_of_endless_attempts_is_their_time_limit() {
        let endless =
            default_with(|s| (s.max_attempts, s.max_elapsed) = (UNLIMITED, Some(Duration::from_secs(60))));
        assert_eq!(endless.worst_case_delay(), Duration::from_secs(60));
    }

    #[test]
    fn the_worst_case_is_known_at_compile_time_for_a_million_attempts() {
        const WORST: Duration =
            Schedule { max_attempts: MAX_ATTEMPTS, exponential_base: 1.000_001, ..presets::DEFAULT.schedule }
                .worst_case_delay();
        assert!(WORST > Duration::from_secs(100_000));
    }

    #[test]
    fn choices_are_shown_as_the_attribute_writes_them() {
        let custom: CustomBackoff = |_, initial| initial;
        let backoffs = [Backoff::Exponential, Backoff::Constant, Backoff::Linear, Backoff::Fibonacci];
        assert_eq!(
            backoffs.map(|backoff| backoff.to_string()),
            ["exponential", "constant", "linear", "fibonacci"]
        );
        assert_eq!(Backoff::Custom(custom).to_string(), "custom");
        let jitters = [Jitter::None, Jitter::Full, Jitter::Equal, Jitter::Decorrelated, Jitter::Factor(0.25)];
        assert_eq!(
            jitters.map(|jitter| jitter.to_string()),
            ["none", "full", "equal", "decorrelated", "0.25"]
        );
    }

    #[test]
    fn each_broken_rule_is_named() {
        type Change = fn(&mut Schedule);
        let cases: [(Change, Fault); 6] = [
            (|s| s.max_attempts = 0, Fault::NoAttempts),
            (|s| s.max_attempts = MAX_ATTEMPTS + 1, Fault::TooManyAttempts),
            (|s| s.max_attempts = UNLIMITED, Fault::Endless),
            (|s| s.exponential_base = 0.5, Fault::Base),
            (|s| s.exponential_base = f64::NAN, Fault::Base),
            (|s| s.jitter = Jitter::Factor(1.1), Fault::JitterFactor),
        ];
        for (change, fault) in cases {
            assert_eq!(default_with(change).fault(), Some(fault));
        }
        let inverted = default_with(|s| s.initial_delay = Duration::from_secs(11));
        let message = inverted.fault().expect("a fault").message();
        assert!(message.as_str().contains("(11 s) is above `max_delay` (10 s)"), "{message}");
    }
}
