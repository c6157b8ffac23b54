//! The engine: a state machine that is told how an attempt ended and says whether to wait or to stop.
//! It does no I/O; the clock and the random numbers are handed to it and asked only when a decision
//! needs them. The attribute's loop, the ad-hoc calls and the loop form all ask this one.

mod packed;
#[cfg(feature = "coordinate")]
mod room;

use std::time::{Duration, Instant};

use rand::Rng;
use retry_rules::{UNLIMITED, duration::nanos};

pub(crate) use self::packed::Rounded;
use self::packed::{Marks, SevenBytes};
use crate::{
    AdaptiveRate, Context, RetryPolicy, StopReason, Verdict, backoff, bounds::Bounds, clock, delay::Delay,
    guard::Failure,
};

/// A year, in nanoseconds: no call goes on for longer. A [`Driver`] has no room to count much further.
pub(crate) const LONGEST: u64 = 365 * 86_400 * 1_000_000_000;

/// What to do after an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Wait this long, then try again.
    Wait(Delay),
    /// The call is over.
    Stop(StopReason),
}

/// The state of one call, part of every retried future: 23 bytes, so that the future's own state fits beside
/// them into three words.
#[derive(Clone, Copy, Debug)]
#[repr(C, packed)]
pub(crate) struct Driver {
    attempt: u32,
    previous_delay: Rounded,
    total_delay: SevenBytes,
    /// The call's start if it is timed, else the first failure, if either is known.
    since: SevenBytes,
    marks: Marks,
}

impl Driver {
    /// A call that has no time limit: no clock is read before it fails.
    #[inline]
    pub(crate) const fn untimed() -> Self {
        Self {
            attempt: 1,
            previous_delay: Rounded::ZERO,
            total_delay: SevenBytes::ZERO,
            since: SevenBytes::ZERO,
            marks: Marks::NONE,
        }
    }

    /// A call that began at `now`.
    pub(crate) fn timed(now: Instant) -> Self {
        Self::untimed().retimed(now)
    }

    /// The same call, counted from `now`.
    pub(crate) fn retimed(self, now: Instant) -> Self {
        Self { since: moment(now), marks: self.marks.timed(), ..self }
    }

    /// The number of the attempt that is running, or that ran last.
    #[inline]
    pub(crate) const fn attempt(&self) -> u32 {
        self.attempt
    }

    /// Why the call is over, once it is.
    pub(crate) fn stopped(&self) -> Option<StopReason> {
        self.marks.stopped()
    }

    /// Decides what follows a failed attempt. Limits are applied last, so nothing escapes them.
    pub(crate) fn failed(
        &mut self,
        policy: &RetryPolicy,
        verdict: Verdict,
        bounds: Bounds<'_>,
        now: &dyn Fn() -> Instant,
        rng: &mut dyn Rng,
    ) -> Decision {
        if let Some(decision) = self.failed_at_once(policy, verdict, bounds) {
            return decision;
        }
        let delay = self.next_delay(policy, verdict, bounds, now, rng);
        match delay.and_then(|delay| self.charge(verdict, bounds, now).map(|()| delay)) {
            Ok(delay) => self.wait(delay),
            Err(reason) => self.stop(verdict, reason),
        }
    }

    /// The decision, where it takes neither a clock nor a draw: the call is over, or its next attempt follows
    /// without a delay and nothing limits its time.
    #[inline]
    pub(crate) fn failed_at_once(
        &mut self,
        policy: &RetryPolicy,
        verdict: Verdict,
        bounds: Bounds<'_>,
    ) -> Option<Decision> {
        if let Some(reason) = self.reason_to_stop(policy, verdict, bounds) {
            return Some(self.stop(verdict, reason));
        }
        let schedule = policy.schedule();
        let is_at_once = schedule.retries_at_once() && !verdict.has_server_hint();
        let is_timeless = schedule.max_elapsed.is_none() && bounds.deadline.is_none();
        (is_at_once && is_timeless && bounds.budget.is_none()).then(|| self.wait(0))
    }

    #[inline]
    fn wait(&mut self, delay: u64) -> Decision {
        // Below `UNLIMITED`, which no attempt reaches.
        self.attempt = self.attempt.saturating_add(1).min(UNLIMITED - 1);
        self.previous_delay = Rounded::down(delay);
        if delay > 0 {
            self.total_delay = SevenBytes::saturating(self.total_delay.get().saturating_add(delay));
        }
        Decision::Wait(Delay::from_nanos(delay))
    }

    /// Whatever keeps a call from waiting for an open circuit, the circuit is why it ends.
    #[inline]
    fn stop(&mut self, verdict: Verdict, reason: StopReason) -> Decision {
        let is_refused = verdict.is_refused() && reason != StopReason::Cancelled;
        let reason = if is_refused { StopReason::CircuitOpen } else { reason };
        self.marks = self.marks.stopping(reason);
        Decision::Stop(reason)
    }

    /// Charges the budget with the attempt that would come: asked last, when nothing else stops the call.
    fn charge(
        &mut self,
        verdict: Verdict,
        bounds: Bounds<'_>,
        now: &dyn Fn() -> Instant,
    ) -> Result<(), StopReason> {
        let (Some(budget), Some(failure)) = (bounds.budget, verdict.charge()) else { return Ok(()) };
        if !budget.withdraw(failure, now) {
            return Err(StopReason::Budget);
        }
        self.marks = self.marks.charging(failure);
        Ok(())
    }

    /// What the last retry was charged for, if it was.
    pub(crate) fn charged(&self) -> Option<Failure> {
        self.marks.charged()
    }

    /// Why there is no further attempt, whatever the delay would be.
    #[inline]
    fn reason_to_stop(
        &self,
        policy: &RetryPolicy,
        verdict: Verdict,
        bounds: Bounds<'_>,
    ) -> Option<StopReason> {
        // What is over stays over.
        if self.marks.is_stopped() {
            return self.marks.stopped();
        }
        if verdict.is_permanent() {
            return Some(StopReason::Permanent);
        }
        // A call that comes to an open circuit fails at once; only one that was under way waits for it.
        if verdict.is_refused() && self.attempt == 1 {
            return Some(StopReason::CircuitOpen);
        }
        let most = policy.schedule().max_attempts;
        if self.attempt >= most {
            return Some(StopReason::AttemptsExhausted);
        }
        if bounds.is_cancelled {
            return Some(StopReason::Cancelled);
        }
        let is_capped = |rate: &AdaptiveRate| most < UNLIMITED && self.attempt >= rate.ceiling(most);
        bounds.rate.is_some_and(is_capped).then_some(StopReason::AttemptCeiling)
    }

    /// Nanoseconds until the next attempt, if the limits leave room for them.
    fn next_delay(
        &self,
        policy: &RetryPolicy,
        verdict: Verdict,
        bounds: Bounds<'_>,
        now: &dyn Fn() -> Instant,
        rng: &mut dyn Rng,
    ) -> Result<u64, StopReason> {
        let schedule = policy.schedule();
        let previous = (self.attempt > 1).then(|| self.previous_delay.get());
        let delay = match verdict.server_hint().map(nanos) {
            None => backoff::wait(schedule, self.attempt, previous, rng),
            Some(hint) => {
                let limit = nanos(policy.max_retry_after());
                if hint > limit {
                    return Err(StopReason::ServerHintTooLong);
                }
                backoff::wait_for_hint(schedule, self.attempt, previous, hint, limit, rng)
            }
        };
        self.fits(policy, bounds, delay, now).map(|()| delay)
    }

    /// Whether the limits of time leave room for a wait.
    fn fits(
        &self,
        policy: &RetryPolicy,
        bounds: Bounds<'_>,
        delay: u64,
        now: &dyn Fn() -> Instant,
    ) -> Result<(), StopReason> {
        if bounds.deadline.is_some_and(|deadline| deadline.is_over(now(), delay)) {
            return Err(StopReason::Deadline);
        }
        let total = self.total_delay.get().saturating_add(delay);
        if policy.max_total_delay().is_some_and(|limit| total > nanos(limit).min(LONGEST)) {
            return Err(StopReason::Elapsed);
        }
        if let Some(limit) = policy.max_elapsed() {
            let end = self.since_origin(now).unwrap_or(u64::MAX).saturating_add(delay);
            if end > nanos(limit).min(LONGEST) {
                return Err(StopReason::Elapsed);
            }
        }
        Ok(())
    }

    /// Whether the attempt that comes may wait `delay` for its turn. Before the first one there is no error yet
    /// that the policy could end the call with, and nothing to cancel.
    pub(crate) fn may_wait(
        &self,
        policy: &RetryPolicy,
        bounds: Bounds<'_>,
        delay: u64,
        now: &dyn Fn() -> Instant,
    ) -> Result<(), StopReason> {
        if self.attempt > 1 && delay > 0 {
            return self.fits(policy, bounds, delay, now);
        }
        let is_late = bounds.deadline.is_some_and(|deadline| deadline.is_over(now(), delay));
        if is_late { Err(StopReason::Deadline) } else { Ok(()) }
    }

    /// Notes a retry's wait for its turn.
    pub(crate) fn waited(&mut self, delay: u64) {
        if self.attempt == 1 {
            return;
        }
        self.total_delay = SevenBytes::saturating(self.total_delay.get().saturating_add(delay));
    }

    /// Takes back the attempt that was about to be made.
    pub(crate) fn withdraw(&mut self) {
        self.attempt = self.attempt.saturating_sub(1);
    }

    /// Ends the call.
    pub(crate) fn end(&mut self, reason: StopReason) {
        self.marks = self.marks.stopping(reason);
    }

    /// Takes back the attempt that was about to be made: the call is over.
    pub(crate) fn abandon(&mut self) {
        self.withdraw();
        self.marks = self.marks.abandoned().stopping(StopReason::Permanent);
    }

    /// Whether the call is over because `before_retry` failed.
    pub(crate) const fn is_abandoned(&self) -> bool {
        self.marks.is_abandoned()
    }

    /// Notes `now` as the first failure, from which untimed calls count.
    pub(crate) fn note_failure(&mut self, now: Instant) {
        if !self.marks.knows_since() {
            self.since = moment(now);
            self.marks = self.marks.knowing_since();
        }
    }

    /// Time since the call's start; `None` if nothing asked for it.
    pub(crate) fn elapsed(&self, now: &dyn Fn() -> Instant) -> Option<Duration> {
        if self.marks.is_timed() { self.since_origin(now).map(Duration::from_nanos) } else { None }
    }

    /// Nanoseconds from the call's start, which must be known.
    #[inline]
    pub(crate) fn nanos_until(&self, now: Instant) -> i64 {
        self.since.until(clock::nanos(now))
    }

    /// Time since the first noted failure; `None` for calls that know their start.
    pub(crate) fn retrying(&self, now: &dyn Fn() -> Instant) -> Option<Duration> {
        if self.marks.is_timed() { None } else { self.since_origin(now).map(Duration::from_nanos) }
    }

    /// Nanoseconds since the call's start or its first failure.
    fn since_origin(&self, now: &dyn Fn() -> Instant) -> Option<u64> {
        self.marks.knows_since().then(|| self.since.until(clock::nanos(now())).unsigned_abs())
    }

    /// What the attempt that is about to run may know.
    pub(crate) fn context<'a>(
        &self,
        policy: &RetryPolicy,
        operation: &'a str,
        now: &dyn Fn() -> Instant,
    ) -> Context<'a> {
        Context {
            operation,
            attempt: self.attempt,
            max_attempts: policy.max_attempts(),
            previous_delay: (self.attempt > 1).then(|| Duration::from_nanos(self.previous_delay.get())),
            elapsed: Duration::from_nanos(self.since_origin(now).unwrap_or(0)),
            #[cfg(feature = "idempotency")]
            idempotency_key: None,
        }
    }
}

fn moment(instant: Instant) -> SevenBytes {
    SevenBytes::of_moment(clock::nanos(instant))
}

#[cfg(test)]
mod tests;
