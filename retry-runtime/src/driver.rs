//! The engine: a state machine that is told how an attempt ended and says whether to wait or to stop.
//! It does no I/O; the clock and the random numbers are handed to it and asked only when a decision
//! needs them. The attribute's loop, the ad-hoc calls and the loop form all ask this one.

use std::time::{Duration, Instant};

use rand::Rng;
use retry_rules::{UNLIMITED, duration::nanos};

use crate::{Context, RetryPolicy, StopReason, Verdict, backoff, clock::Moment};

/// What to do after an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Wait this long, then try again.
    Wait(Duration),
    /// The call is over.
    Stop(StopReason),
}

/// The state of one call, part of every retried future: packed, so that the future's own state, one byte,
/// fits beside it into 32.
#[derive(Clone, Copy, Debug)]
#[repr(C, packed)]
pub(crate) struct Driver {
    /// The call's start if `timed`, else the first failure, else unknown.
    since: Moment,
    previous_delay: u64,
    total_delay: u64,
    attempt: u32,
    timed: bool,
    /// `before_retry` failed: the attempt was not made, its error is final.
    abandoned: bool,
    stopped: Option<StopReason>,
}

impl Driver {
    /// A call that has no time limit: no clock is read before it fails.
    #[inline]
    pub(crate) const fn untimed() -> Self {
        Self {
            since: Moment::UNKNOWN,
            previous_delay: 0,
            total_delay: 0,
            attempt: 1,
            timed: false,
            abandoned: false,
            stopped: None,
        }
    }

    /// A call that began at `now`.
    pub(crate) fn timed(now: Instant) -> Self {
        Self { since: Moment::of(now), timed: true, ..Self::untimed() }
    }

    /// The same call, counted from `now`.
    pub(crate) fn retimed(self, now: Instant) -> Self {
        Self { since: Moment::of(now), timed: true, ..self }
    }

    /// The number of the attempt that is running, or that ran last.
    #[inline]
    pub(crate) const fn attempt(&self) -> u32 {
        self.attempt
    }

    /// Why the call is over, once it is.
    pub(crate) const fn stopped(&self) -> Option<StopReason> {
        self.stopped
    }

    /// Decides what follows a failed attempt. Limits are applied last, so nothing escapes them.
    pub(crate) fn failed(
        &mut self,
        policy: &RetryPolicy,
        verdict: Verdict,
        now: &dyn Fn() -> Instant,
        rng: &mut dyn Rng,
    ) -> Decision {
        if let Some(decision) = self.failed_at_once(policy, verdict) {
            return decision;
        }
        match self.next_delay(policy, verdict, now, rng) {
            Ok(delay) => self.wait(delay),
            Err(reason) => self.stop(reason),
        }
    }

    /// The decision, where it takes neither a clock nor a draw: the call is over, or its next attempt follows
    /// without a delay and nothing limits its time.
    #[inline]
    pub(crate) fn failed_at_once(&mut self, policy: &RetryPolicy, verdict: Verdict) -> Option<Decision> {
        if let Some(reason) = self.reason_to_stop(policy, verdict) {
            return Some(self.stop(reason));
        }
        let schedule = policy.schedule();
        let is_at_once = schedule.retries_at_once() && !verdict.has_server_hint();
        (is_at_once && schedule.max_elapsed.is_none()).then(|| self.wait(0))
    }

    #[inline]
    fn wait(&mut self, delay: u64) -> Decision {
        // Below `UNLIMITED`, which no attempt reaches.
        self.attempt = self.attempt.saturating_add(1).min(UNLIMITED - 1);
        self.previous_delay = delay;
        self.total_delay = self.total_delay.saturating_add(delay);
        Decision::Wait(Duration::from_nanos(delay))
    }

    #[inline]
    fn stop(&mut self, reason: StopReason) -> Decision {
        self.stopped = Some(reason);
        Decision::Stop(reason)
    }

    /// Why there is no further attempt, whatever the delay would be.
    #[inline]
    fn reason_to_stop(&self, policy: &RetryPolicy, verdict: Verdict) -> Option<StopReason> {
        // What is over stays over.
        if self.stopped.is_some() {
            return self.stopped;
        }
        if verdict.is_permanent() {
            return Some(StopReason::Permanent);
        }
        let has_attempts_left = self.attempt < policy.schedule().max_attempts;
        if has_attempts_left { None } else { Some(StopReason::AttemptsExhausted) }
    }

    /// Nanoseconds until the next attempt, if the limits leave room for them.
    fn next_delay(
        &self,
        policy: &RetryPolicy,
        verdict: Verdict,
        now: &dyn Fn() -> Instant,
        rng: &mut dyn Rng,
    ) -> Result<u64, StopReason> {
        let schedule = policy.schedule();
        let previous = (self.attempt > 1).then_some(self.previous_delay);
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
        let total = self.total_delay.saturating_add(delay);
        if policy.max_total_delay().is_some_and(|limit| total > nanos(limit)) {
            return Err(StopReason::Elapsed);
        }
        if let Some(limit) = policy.max_elapsed() {
            let end = self.since.until(Moment::of(now())).saturating_add(delay);
            if end > nanos(limit) {
                return Err(StopReason::Elapsed);
            }
        }
        Ok(delay)
    }

    /// Takes back the attempt that was about to be made: the call is over.
    pub(crate) fn abandon(&mut self) {
        self.attempt = self.attempt.saturating_sub(1);
        self.abandoned = true;
        self.stopped = Some(StopReason::Permanent);
    }

    /// Whether the call is over because `before_retry` failed.
    pub(crate) const fn is_abandoned(&self) -> bool {
        self.abandoned
    }

    /// Notes `now` as the first failure, from which untimed calls count.
    pub(crate) fn note_failure(&mut self, now: Instant) {
        if { self.since } == Moment::UNKNOWN {
            self.since = Moment::of(now);
        }
    }

    /// Time since the call's start; `None` if nothing asked for it.
    pub(crate) fn elapsed(&self, now: &dyn Fn() -> Instant) -> Option<Duration> {
        self.timed.then(|| self.since_origin(now)).flatten()
    }

    /// Time since the first noted failure; `None` for calls that know their start.
    pub(crate) fn retrying(&self, now: &dyn Fn() -> Instant) -> Option<Duration> {
        if self.timed { None } else { self.since_origin(now) }
    }

    fn since_origin(&self, now: &dyn Fn() -> Instant) -> Option<Duration> {
        let known = { self.since } != Moment::UNKNOWN;
        known.then(|| Duration::from_nanos(self.since.until(Moment::of(now()))))
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
            previous_delay: (self.attempt > 1).then(|| Duration::from_nanos(self.previous_delay)),
            elapsed: self.since_origin(now).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests;
