//! The rate of a client that was throttled: down at once, up along a cubic curve, with a token per attempt.

use std::{collections::VecDeque, time::Duration};

/// What a throttling leaves of the rate (RFC 9438, section 4.6).
const BETA: f64 = 0.7;

/// How steeply it recovers, in attempts a second per cubic second (RFC 9438, section 5: C).
const SCALE: f64 = 0.4;

/// How far above the measured rate the allowed one may be.
const AHEAD: f64 = 2.0;

/// How many attempts a bucket that has long been idle lets pass at once: a second's worth, and one at least.
const MIN_CAPACITY: f64 = 1.0;

/// A year: the longest wait that is named.
pub(super) const LONGEST: Duration = Duration::from_secs(365 * 86_400);

/// What a client that was throttled may send.
#[derive(Debug)]
pub(super) struct Throttle {
    curve: Cubic,
    tokens: Tokens,
}

impl Throttle {
    /// The first throttling, of a client whose rate was `measured`.
    pub(super) fn new(measured: f64, min_rate: f64, now: i64) -> Self {
        let curve = Cubic::new(measured, now);
        let rate = allowed(curve.rate(now), measured, min_rate);
        Self { curve, tokens: Tokens::new(rate, now) }
    }

    /// Attempts a second.
    pub(super) const fn rate(&self) -> f64 {
        self.tokens.rate
    }

    /// The server asked for less.
    pub(super) fn throttled(&mut self, measured: f64, min_rate: f64, now: i64) {
        self.curve = Cubic::new(measured.min(self.rate()), now);
        self.answered(measured, min_rate, now);
    }

    /// The server did not ask for less.
    pub(super) fn answered(&mut self, measured: f64, min_rate: f64, now: i64) {
        self.tokens.set_rate(allowed(self.curve.rate(now), measured, min_rate), now);
    }

    /// Takes a token, which may be there only later, and gives it its number.
    pub(super) fn take(&mut self, now: i64) -> u64 {
        self.tokens.refill(now);
        self.tokens.available -= 1.0;
        self.tokens.taken = self.tokens.taken.wrapping_add(1);
        self.tokens.taken
    }

    /// How long until that token is there, at the present rate; a year at most.
    pub(super) fn wait(&mut self, number: u64, now: i64) -> Duration {
        self.tokens.refill(now);
        self.tokens.wait(number)
    }

    /// Gives back a token that was not used: whoever waits behind it moves up.
    pub(super) fn give_back(&mut self, number: u64) {
        self.tokens.give_back(number);
    }
}

fn allowed(rate: f64, measured: f64, min_rate: f64) -> f64 {
    rate.min(AHEAD * measured).max(min_rate)
}

/// The curve of CUBIC congestion control (RFC 9438, section 4.2): from 0.7 of the rate that was too much back
/// to it, slowly around it, and beyond.
#[derive(Debug)]
struct Cubic {
    /// The rate that was too much.
    max: f64,
    since: i64,
    /// Seconds until the curve is back at it.
    plateau: f64,
}

impl Cubic {
    fn new(max: f64, since: i64) -> Self {
        Self { max, since, plateau: (max * (1.0 - BETA) / SCALE).cbrt() }
    }

    fn rate(&self, now: i64) -> f64 {
        SCALE * (seconds(self.since, now) - self.plateau).powi(3) + self.max
    }
}

/// A bucket that fills at a rate. Attempts that must wait have taken their token already: it is then negative,
/// and they go in turn.
#[derive(Debug)]
struct Tokens {
    rate: f64,
    available: f64,
    taken: u64,
    /// The numbers that were given back, in order, as long as one before them may still be waiting.
    returned: VecDeque<u64>,
    filled_at: i64,
}

impl Tokens {
    /// An empty one: whoever was throttled has sent enough.
    const fn new(rate: f64, now: i64) -> Self {
        Self { rate, available: 0.0, taken: 0, returned: VecDeque::new(), filled_at: now }
    }

    fn wait(&self, number: u64) -> Duration {
        // Only those behind one that was given back move up.
        let returned_later = self.returned.len() - self.returned.partition_point(|&other| other <= number);
        let taken_later = self.taken.wrapping_sub(number).saturating_sub(returned_later as u64);
        let missing = -(self.available + taken_later as f64);
        // To the nearest nanosecond: what a wait has made up for is there.
        Duration::from_secs_f64((missing / self.rate).clamp(0.0, LONGEST.as_secs_f64()))
    }

    fn give_back(&mut self, number: u64) {
        self.available += 1.0;
        if number == self.taken {
            // Nobody is behind it, nor behind those that were given back before it.
            self.taken = self.taken.wrapping_sub(1);
            while self.returned.back() == Some(&self.taken) {
                self.returned.pop_back();
                self.taken = self.taken.wrapping_sub(1);
            }
            return self.cut();
        }
        let place = self.returned.partition_point(|&other| other < number);
        self.returned.insert(place, number);
        self.forget();
        self.cut();
    }

    /// Forgets what was given back once all tokens before it are there.
    fn forget(&mut self) {
        while self.returned.front().is_some_and(|&number| self.wait(number).is_zero()) {
            self.returned.pop_front();
        }
    }

    fn refill(&mut self, now: i64) {
        self.available += seconds(self.filled_at, now) * self.rate;
        self.filled_at = now;
        self.forget();
        self.cut();
    }

    /// The time until now is filled at the old rate.
    fn set_rate(&mut self, rate: f64, now: i64) {
        self.refill(now);
        self.rate = rate;
        self.cut();
    }

    fn cut(&mut self) {
        self.available = self.available.min(self.rate.max(MIN_CAPACITY));
    }
}

fn seconds(from: i64, to: i64) -> f64 {
    to.saturating_sub(from).max(0) as f64 / 1e9
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000_000;

    #[track_caller]
    fn assert_near(rate: f64, expected: f64) {
        assert!((rate - expected).abs() < 1e-9, "{rate} instead of {expected}");
    }

    // Of the cloud SDKs' common specification, as smithy-java's SepCubicTest and aws-sdk-go-v2's
    // TestAdaptiveRateLimit_cubic have it. By hand, for second 6: K = ∛(10 · 0.3 / 0.4) = 1.957434,
    // 0.4 · (1 − K)³ + 10 = 0.4 · (−0.877660) + 10 = 9.648936.
    #[test]
    fn recovery_follows_the_published_curve() {
        let curve = Cubic::new(10.0, 5 * SECOND);
        assert_near(curve.plateau, 1.957_433_820_584_431_7);
        let published = [
            7.0,
            9.648_936_009_66,
            10.000_030_849_917_364,
            10.453_284_520_772_092,
            13.408_697_022_224_185,
            21.266_268_354_273_64,
            36.425_998_516_920_465,
        ];
        for (second, rate) in (5..).zip(published) {
            assert_near(curve.rate(second * SECOND), rate);
        }
    }

    #[test]
    fn each_throttling_starts_the_published_curve_anew() {
        let published = [
            (5, false, 7.0),
            (6, false, 9.648_936_009_66),
            (7, true, 6.754_255_206_761_999),
            (8, true, 4.727_978_644_733_399),
            (9, false, 6.606_547_753_887_045),
            (10, false, 6.763_279_816_944_947),
            (11, false, 7.598_174_833_907_107),
            (12, false, 11.511_232_804_773_524),
        ];
        let mut curve = Cubic::new(10.0, 5 * SECOND);
        let mut rate = 0.0;
        for (second, throttled, expected) in published {
            if throttled {
                curve = Cubic::new(rate, second * SECOND);
            }
            rate = curve.rate(second * SECOND);
            assert_near(rate, expected);
        }
    }

    #[test]
    fn attempts_go_in_turn_at_the_rate() {
        let mut throttle = Throttle::new(10.0 / BETA, 0.5, 0);
        assert_near(throttle.rate(), 10.0);
        let numbers = [(); 3].map(|()| throttle.take(0));
        for (number, tenth) in numbers.into_iter().zip(1..) {
            assert_eq!(throttle.wait(number, 0), Duration::from_millis(tenth * 100));
        }
        assert_eq!(throttle.wait(numbers[2], 200_000_000), Duration::from_millis(100));
        assert_eq!(throttle.wait(numbers[1], 200_000_000), Duration::ZERO);
    }

    #[test]
    fn waits_follow_the_rate() {
        let mut throttle = Throttle::new(10.0 / BETA, 0.5, 0);
        let numbers = [(); 11].map(|()| throttle.take(0));
        assert_eq!(throttle.wait(numbers[10], 0), Duration::from_millis(1100));
        throttle.tokens.set_rate(20.0, 100_000_000);
        assert_eq!(throttle.wait(numbers[10], 100_000_000), Duration::from_millis(500));
        throttle.tokens.set_rate(5.0, 200_000_000);
        assert_eq!(throttle.wait(numbers[10], 200_000_000), Duration::from_millis(1600));
    }

    #[test]
    fn a_token_given_back_moves_those_up_who_are_behind_it() {
        let mut throttle = Throttle::new(10.0 / BETA, 0.5, 0);
        let [first, second, third, fourth] = [(); 4].map(|()| throttle.take(0));
        throttle.give_back(second);
        let tenths = |throttle: &mut Throttle, number| throttle.wait(number, 0).as_millis() / 100;
        assert_eq!([first, third, fourth].map(|number| tenths(&mut throttle, number)), [1, 2, 3]);
        throttle.give_back(fourth);
        assert_eq!([first, third].map(|number| tenths(&mut throttle, number)), [1, 2]);
        let fifth = throttle.take(0);
        assert_eq!(tenths(&mut throttle, fifth), 3);
    }

    #[test]
    fn what_was_given_back_is_forgotten_in_time() {
        let mut throttle = Throttle::new(10.0 / BETA, 0.5, 0);
        let numbers = [(); 100].map(|()| throttle.take(0));
        for number in numbers {
            throttle.give_back(number);
        }
        assert_eq!(throttle.tokens.returned.len(), 0);
        let [first, second] = [(); 2].map(|()| throttle.take(0));
        throttle.give_back(second);
        assert_eq!(throttle.tokens.returned.len(), 0, "nobody is behind it");
        let [second, _third] = [(); 2].map(|()| throttle.take(0));
        throttle.give_back(second);
        assert_eq!(throttle.tokens.returned.len(), 1);
        assert!(throttle.wait(first, 100_000_000).is_zero());
        assert_eq!(throttle.tokens.returned.len(), 0, "nobody is before it");
    }

    #[test]
    fn an_idle_bucket_holds_a_second_and_one_token_at_least() {
        for (rate, expected) in [(10.0, 10), (1.5, 1), (0.5, 1)] {
            let mut throttle = Throttle::new(0.0, 0.5, 0);
            throttle.tokens.set_rate(rate, 0);
            let hour = 3600 * SECOND;
            let at_once = (0..20).filter(|_| {
                let number = throttle.take(hour);
                throttle.wait(number, hour).is_zero()
            });
            assert_eq!(at_once.count(), expected);
        }
    }

    #[test]
    fn a_slow_bucket_names_no_wait_above_a_year() {
        let mut throttle = Throttle::new(0.0, 1e-3, 0);
        let number = (0..100_000).map(|_| throttle.take(0)).last().expect("some");
        assert_eq!(throttle.wait(number, 0), LONGEST);
    }
}
