//! Calls whose policy is computed while the program runs (`policy_from`): the one of the site only holds its place.
//! Evaluated once at most, whoever asks for it how often.

use std::time::{Duration, Instant};

use super::{Retry, tuning::Tuning};
use crate::{RetryPolicy, site::Site, time::Deadline};

impl Retry {
    /// The policy comes from `policy`, unless it has been read.
    #[cold]
    pub fn read_from(&mut self, site: &Site, policy: impl FnOnce() -> RetryPolicy) {
        let begun = self.begun();
        if !std::mem::replace(&mut begun.is_tuned, true) {
            begun.tuning = Tuning::from(site, policy());
        }
    }

    /// The same at the call's start, where settings may change what that must know: the limits of time. Without any
    /// settings a call that succeeds needs no policy.
    pub fn read_early_from(&mut self, site: &Site, policy: impl FnOnce() -> RetryPolicy) {
        if Tuning::may_differ() {
            self.read_from(site, policy);
        }
    }

    /// As [`until`](Self::until), where the policy comes from `policy`.
    #[must_use]
    pub fn until_from(
        site: &Site,
        limit: Duration,
        sooner: Option<Instant>,
        policy: impl FnOnce() -> RetryPolicy,
    ) -> (Self, Deadline) {
        let now = site.clock()();
        let mut retry = Self::timed_at(site, now);
        retry.read_early_from(site, policy);
        let limit = retry.begun().tuning.deadline(limit);
        (retry, Deadline::after(now, limit, sooner))
    }
}
