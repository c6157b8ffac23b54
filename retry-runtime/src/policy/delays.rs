//! The waits of a policy as iterators: for tests, for docs, for loops of one's own.

use std::time::Duration;

use rand::Rng;

use super::RetryPolicy;
use crate::{backoff, driver::Rounded};

/// The waits of a policy, one for each retry. Endless when the attempts are unlimited.
#[derive(Clone, Debug)]
pub struct Delays<R> {
    policy: RetryPolicy,
    rng: R,
    attempt: u32,
    previous: Option<u64>,
}

impl RetryPolicy {
    /// The waits between attempts, without jitter. (Decorrelated jitter replaces the backoff: what these are
    /// then, only [`delays_with`](Self::delays_with) can say.)
    ///
    /// ```
    /// use retry_runtime::RetryPolicy;
    ///
    /// let millis: Vec<_> = RetryPolicy::AGGRESSIVE.delays().map(|delay| delay.as_micros()).collect();
    /// assert_eq!(millis, [50_000, 75_000, 112_500, 168_750]);
    /// ```
    pub fn delays(&self) -> impl Iterator<Item = Duration> + use<> {
        let policy = *self;
        let retries = policy.max_attempts().map_or(u32::MAX, |attempts| attempts - 1);
        (1..=retries).map(move |attempt| Duration::from_nanos(policy.schedule.delay_after(attempt)))
    }

    /// The waits between attempts, with jitter drawn from `rng`: the same seed gives the same waits.
    ///
    /// ```
    /// use rand::{SeedableRng, rngs::SmallRng};
    /// use retry_runtime::RetryPolicy;
    ///
    /// let waits = |seed| RetryPolicy::HTTP.delays_with(SmallRng::seed_from_u64(seed)).collect::<Vec<_>>();
    /// assert_eq!(waits(1), waits(1));
    /// assert_ne!(waits(1), waits(2));
    /// ```
    pub fn delays_with<R: Rng>(&self, rng: R) -> Delays<R> {
        Delays { policy: *self, rng, attempt: 1, previous: None }
    }
}

impl<R: Rng> Iterator for Delays<R> {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        if self.policy.max_attempts().is_some_and(|attempts| self.attempt >= attempts) {
            return None;
        }
        let wait = backoff::wait(self.policy.schedule(), self.attempt, self.previous, &mut self.rng);
        self.attempt = self.attempt.saturating_add(1);
        // As the engine remembers it.
        self.previous = Some(Rounded::down(wait).get());
        Some(Duration::from_nanos(wait))
    }
}
