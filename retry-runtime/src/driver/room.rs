//! How much longer than decided a wait may take.

use std::time::Instant;

use retry_rules::duration::nanos;

use super::{Driver, LONGEST};
use crate::{RetryPolicy, time::Deadline};

impl Driver {
    /// Nanoseconds that the limits of time leave beyond a wait of `delay` that was decided and begins now.
    pub(crate) fn room(
        &self,
        policy: &RetryPolicy,
        deadline: Option<Deadline>,
        delay: u64,
        now: Instant,
    ) -> u64 {
        let of_deadline =
            deadline.map(|deadline| nanos(deadline.left(now)).saturating_sub(1).saturating_sub(delay));
        // The sum of all waits has this one already. It must hold those to come too: a slot costs no attempt.
        let of_total = policy.max_total_delay().map(|limit| {
            let to_come = nanos(policy.schedule().worst_case_after(self.attempt));
            nanos(limit).min(LONGEST).saturating_sub(self.total_delay.get()).saturating_sub(to_come)
        });
        let of_elapsed = self.room_of_elapsed(policy, delay, now);
        [of_deadline, of_total].into_iter().flatten().fold(of_elapsed, u64::min)
    }

    /// The same of what the policy says of the whole call's time.
    pub(crate) fn room_of_elapsed(&self, policy: &RetryPolicy, delay: u64, now: Instant) -> u64 {
        policy.max_elapsed().map_or(LONGEST, |limit| {
            let end = self.since_origin(&|| now).unwrap_or(u64::MAX).saturating_add(delay);
            nanos(limit).min(LONGEST).saturating_sub(end)
        })
    }
}
