//! The figures of a circuit breaker, and what is refused of them.

use std::time::Duration;

use retry_rules::duration::nanos;

/// When the circuit opens, how long it stays so, and how it closes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    pub(super) failure_rate: f64,
    pub(super) minimum_calls: u64,
    /// In nanoseconds.
    pub(super) window: u64,
    pub(super) consecutive_failures: Option<u32>,
    pub(super) slow_rate: Option<f64>,
    /// In nanoseconds, a day at most.
    pub(super) slow_after: i64,
    pub(super) open_time: Duration,
    pub(super) probes: u32,
}

impl Rules {
    /// Where each comes from is told at its method of [`CircuitBreaker`](super::CircuitBreaker).
    pub(super) const DEFAULT: Self = Self {
        failure_rate: 0.5,
        minimum_calls: 20,
        window: 10_000_000_000,
        consecutive_failures: None,
        slow_rate: None,
        slow_after: 0,
        open_time: Duration::from_secs(30),
        probes: 3,
    };

    /// When to ask again while all probes are out. Nobody knows when they return; a second is longer than most
    /// calls take, and a breaker that opens for less than ten is asked sooner.
    pub(super) fn probe_time(&self) -> Duration {
        (self.open_time / 10).min(Duration::from_secs(1))
    }

    /// From when on a call is slow, by the clock's nanoseconds, whose end no time comes near.
    #[inline]
    pub(super) const fn slow_from(&self, started: i64) -> i64 {
        if self.slow_rate.is_some() { started.wrapping_add(self.slow_after) } else { i64::MAX }
    }
}

/// Part of `whole` that `part` is, against `rate`. A division, since it is rounded as a decimal in the source
/// is: 7 of 100 reach 0.07, but `0.07 * 100.0` is above 7.
pub(super) fn reaches(part: u64, whole: u64, rate: f64) -> bool {
    part as f64 / whole as f64 >= rate
}

/// Longer is taken for a mistake, as Polly does.
const LONGEST: Duration = Duration::from_secs(86_400);

#[track_caller]
pub(super) const fn checked_failure_rate(rate: f64) -> f64 {
    assert!(
        is_rate(rate),
        "a failure rate lies above 0 and goes up to 1: 0.5 opens the circuit when half of the calls fail"
    );
    rate
}

#[track_caller]
pub(super) const fn checked_slow_rate(rate: f64) -> f64 {
    assert!(
        is_rate(rate),
        "a rate of slow calls lies above 0 and goes up to 1: 0.5 opens the circuit when half of the calls are slow"
    );
    rate
}

#[track_caller]
#[expect(clippy::cast_possible_wrap, reason = "a day at most")]
pub(super) const fn checked_slow_time(longer_than: Duration) -> i64 {
    assert!(is_time(longer_than), "what a slow call takes longer than lies between 1 ns and 1 day: 2 s, say");
    nanos(longer_than) as i64
}

#[track_caller]
pub(super) const fn checked_minimum_calls(calls: u32) -> u64 {
    assert!(
        calls > 0,
        "the minimum of calls is at least 1: with 20, no rate is taken of fewer than 20 calls"
    );
    calls as u64
}

#[track_caller]
pub(super) const fn checked_window(window: Duration) -> u64 {
    assert!(is_time(window), "the window lies between 1 ns and 1 day: 10 s, say");
    nanos(window)
}

#[track_caller]
pub(super) const fn checked_consecutive_failures(failures: u32) -> u32 {
    assert!(failures > 0, "the circuit opens after at least 1 failure: 5 in a row, say");
    failures
}

#[track_caller]
pub(super) const fn checked_open_time(time: Duration) -> Duration {
    assert!(is_time(time), "the circuit stays open between 1 ns and 1 day: 30 s, say");
    time
}

#[track_caller]
pub(super) const fn checked_probes(probes: u32) -> u32 {
    assert!(probes > 0, "a circuit closes after at least 1 probe: without one it would stay open for ever");
    probes
}

/// Not a number is no rate either.
const fn is_rate(rate: f64) -> bool {
    rate > 0.0 && rate <= 1.0
}

const fn is_time(time: Duration) -> bool {
    !time.is_zero() && time.as_nanos() <= LONGEST.as_nanos()
}
