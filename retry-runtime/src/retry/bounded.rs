//! Calls that something ends besides their policy: the time of an attempt, a deadline, a cancellation.

use std::time::{Duration, Instant};

use super::{Retry, tuning::Tuning};
use crate::{
    Elapsed, Event, RetryError, StopReason, Verdict,
    bounds::Bounds,
    delay::Delay,
    observe::Described,
    rng::ThreadRng,
    site::Site,
    time::{Deadline, Limit},
};

impl Retry {
    /// A call that is over `limit` after now, or at `sooner` if that is.
    #[must_use]
    pub fn until(site: &Site, limit: Duration, sooner: Option<Instant>) -> (Self, Deadline) {
        let now = site.clock()();
        let mut retry = Self::timed_at(site, now);
        let limit = retry.tuning(site).deadline(limit);
        (retry, Deadline::after(now, limit, sooner))
    }

    /// What settings say of the call: its attempts' limits must be known before the first one.
    fn tuning(&mut self, site: &Site) -> Tuning {
        self.begun().tuning(site)
    }

    /// How long an attempt may take where nothing limits the call.
    #[inline]
    pub fn attempt_limit(&mut self, site: &Site, timeout: Duration) -> Limit {
        let timeout = if Tuning::may_differ() { self.tuning(site).attempt_timeout(timeout) } else { timeout };
        Limit::attempt(timeout)
    }

    /// How long the attempt that comes may take.
    ///
    /// # Errors
    /// Nothing is left: it must not be made.
    #[inline]
    pub fn limit(&mut self, site: &Site, deadline: Deadline, timeout: Duration) -> Result<Limit, Elapsed> {
        let clock = site.clock();
        // The first attempt begins with the call, whose start was read.
        let is_over = if self.is_retry() { deadline.is_over(clock(), 0) } else { deadline.had_passed() };
        if is_over {
            Err(deadline.elapsed().unmade())
        } else {
            Ok(self.attempt_limit(site, timeout).until(deadline, clock))
        }
    }

    /// The wait that was decided, cut to what hooks have left of the call.
    #[must_use]
    pub fn cut(&self, site: &Site, deadline: Deadline, delay: Delay) -> Delay {
        deadline.cut(delay, site.clock()())
    }

    /// How long `before_retry` may take.
    ///
    /// # Errors
    /// Nothing is left: it must not run.
    pub fn limit_of_preparation(&mut self, site: &Site, deadline: Deadline) -> Result<Limit, Elapsed> {
        self.limit(site, deadline, Duration::MAX).map(Limit::of_preparation)
    }

    /// As [`failed`](Self::failed), within `bounds`.
    #[cold]
    #[inline(never)]
    pub fn failed_within(
        &mut self,
        site: &Site,
        verdict: Verdict,
        bounds: Bounds<'_>,
        error: Described<'_>,
    ) -> Option<Delay> {
        if let Some(rate) = bounds.rate {
            rate.failed(verdict, site.clock()());
        }
        self.decide_now(site, bounds, verdict, error)
    }

    pub(super) fn decide_now(
        &mut self,
        site: &Site,
        bounds: Bounds<'_>,
        verdict: Verdict,
        error: Described<'_>,
    ) -> Option<Delay> {
        self.decide(site, bounds, verdict, error, &site.clock(), &mut ThreadRng)
    }

    /// An attempt was dropped because its time was over, or not made at all.
    #[cold]
    #[inline(never)]
    pub fn timed_out(&mut self, site: &Site, bounds: Bounds<'_>, elapsed: &Elapsed) -> Option<Delay> {
        let error = Described::elapsed(elapsed);
        if !elapsed.is_deadline() {
            return self.failed_within(site, Verdict::TIMED_OUT, bounds, error);
        }
        if elapsed.is_unmade() {
            self.driver_mut().withdraw();
        } else if let Some(rate) = bounds.rate {
            rate.failed(Verdict::TIMED_OUT, site.clock()());
        }
        self.give_up(site, StopReason::Deadline, bounds, error, !elapsed.is_unmade());
        None
    }

    /// The call is over while it waits for an attempt, which will not be made.
    #[cold]
    #[inline(never)]
    pub fn over(&mut self, site: &Site, reason: StopReason, bounds: Bounds<'_>, error: Described<'_>) {
        self.driver_mut().withdraw();
        self.give_up(site, reason, bounds, error, false);
    }

    fn give_up(
        &mut self,
        site: &Site,
        reason: StopReason,
        bounds: Bounds<'_>,
        error: Described<'_>,
        is_of_attempt: bool,
    ) {
        self.driver_mut().end(reason);
        if bounds.is_heard() {
            let event = self.event_at(site, Some(&error), None, &site.clock());
            Self::tell(site, bounds, &Event { is_of_attempt, ..event });
        }
    }

    /// As [`wrap`](Self::wrap), of a call that may have no error.
    pub fn wrap_last<E>(&self, site: &Site, error: Option<E>) -> RetryError<E> {
        self.wrap_any(error, &site.clock())
    }
}
