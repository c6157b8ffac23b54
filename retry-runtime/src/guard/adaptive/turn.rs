//! A place in the queue of attempts that a throttled client holds back.

use std::time::{Duration, Instant};

use super::AdaptiveRate;

/// The token of an attempt that has to wait. Attempts go in the order in which they asked. Who is dropped while
/// it waits gives its token back, and those behind it move up.
///
/// The rate changes while attempts wait, so a turn is asked again and again:
///
/// ```text
/// if let Some(mut turn) = rate.acquire(now()) {
///     loop {
///         let wait = turn.wait(now());
///         if wait.is_zero() { break }
///         // a time limit that `wait` does not fit into ends the call here
///         sleep(wait.min(Turn::LONGEST_SLEEP));
///     }
/// }
/// ```
#[doc(hidden)]
#[derive(Debug)]
#[must_use]
pub struct Turn<'a> {
    rate: &'a AdaptiveRate,
    number: u64,
    begun: Instant,
    /// What it has slept since.
    slept: Duration,
    has_come: bool,
}

impl<'a> Turn<'a> {
    /// After so long the turn is asked again: by then a server that recovered may allow far more. (botocore
    /// wakes all who wait whenever the rate changes.)
    pub const LONGEST_SLEEP: Duration = Duration::from_secs(1);

    pub(super) const fn new(rate: &'a AdaptiveRate, number: u64, begun: Instant) -> Self {
        Self { rate, number, begun, slept: Duration::ZERO, has_come: false }
    }

    /// The attempt is made before its turn: the token is its own, and those behind wait for it.
    pub(crate) const fn keep(&mut self) {
        self.has_come = true;
    }

    /// The name of its rate.
    pub(crate) const fn rate(&self) -> &'static str {
        self.rate.name()
    }

    /// Whether it did not sleep yet.
    pub(crate) const fn is_new(&self) -> bool {
        self.slept.is_zero()
    }

    /// It sleeps for so long before it asks again. What a sleeper returns early from, as in a test, was slept all
    /// the same.
    pub(crate) const fn sleeps(&mut self, time: Duration) {
        self.slept = self.slept.saturating_add(time);
    }

    /// How long until the attempt may be sent if the rate stays as it is: a year at most. Zero: now, and the token
    /// is its own for good.
    pub fn wait(&mut self, now: Instant) -> Duration {
        if self.has_come {
            return Duration::ZERO;
        }
        let mut state = self.rate.state();
        let moment = state.timeline.moment(now);
        let wait =
            state.throttle.as_mut().map_or(Duration::ZERO, |throttle| throttle.wait(self.number, moment));
        let ahead = self.slept.saturating_sub(now.saturating_duration_since(self.begun));
        let wait = wait.saturating_sub(ahead);
        self.has_come = wait.is_zero();
        wait
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if !self.has_come {
            if let Some(throttle) = &mut self.rate.state().throttle {
                throttle.give_back(self.number);
            }
        }
    }
}
