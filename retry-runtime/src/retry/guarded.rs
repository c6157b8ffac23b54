//! Calls that share limits with others: a budget, a circuit breaker, an adaptive rate.

use std::ops::Deref;

use super::Retry;
use crate::{
    AdaptiveRate, CircuitBreaker, CircuitOpen, Elapsed, RetryBudget, StopReason, Verdict,
    bounds::Bounds,
    delay::Delay,
    guard::{Permit, Turn},
    observe::{Described, log},
    site::Site,
    sleep,
};

/// What a guard's key takes: the guard, or something that leads to it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no `{Guard}`, and leads to none",
    label = "no `{Guard}`",
    note = "name one that calls share: a `static`, a field, a reference, an `Arc`"
)]
pub trait LeadsTo<Guard> {
    /// The guard.
    fn guard(&self) -> &Guard;
}

#[diagnostic::do_not_recommend]
impl LeadsTo<Self> for RetryBudget {
    #[inline]
    fn guard(&self) -> &Self {
        self
    }
}

#[diagnostic::do_not_recommend]
impl LeadsTo<Self> for CircuitBreaker {
    #[inline]
    fn guard(&self) -> &Self {
        self
    }
}

#[diagnostic::do_not_recommend]
impl LeadsTo<Self> for AdaptiveRate {
    #[inline]
    fn guard(&self) -> &Self {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<Guard, L: Deref<Target: LeadsTo<Guard>>> LeadsTo<Guard> for L {
    #[inline]
    fn guard(&self) -> &Guard {
        (**self).guard()
    }
}

/// Lends a guard for a moment, or for an attempt. One function for all looks, so that what is no guard is reported
/// once.
#[inline]
pub fn lend<Guard, L: LeadsTo<Guard>>(leads: &L) -> &Guard {
    leads.guard()
}

/// A call begins: its budget counts it.
#[inline]
pub fn called(budget: &RetryBudget, site: &Site) {
    budget.called(site.clock());
}

/// Leave to make an attempt.
///
/// # Errors
/// The circuit is open.
#[inline]
pub fn admit<'a>(breaker: &'a CircuitBreaker, site: &Site) -> Result<Permit<'a>, CircuitOpen> {
    breaker.admit_by(site.clock())
}

/// The same where an attempt may not be made at all: none is asked for that.
///
/// # Errors
/// The circuit is open.
#[inline]
pub fn admit_if<'a>(
    breaker: &'a CircuitBreaker,
    site: &Site,
    is_made: bool,
) -> Result<Option<Permit<'a>>, CircuitOpen> {
    if is_made { admit(breaker, site).map(Some) } else { Ok(None) }
}

/// The place of an attempt in the queue of its rate; `None` while nothing waits, nor an attempt that the circuit
/// breaker will refuse.
#[inline]
pub fn queue<'a>(rate: &'a AdaptiveRate, site: &Site, bounds: Bounds<'_>) -> Option<Turn<'a>> {
    if rate.is_throttled() { join_queue(rate, site, bounds) } else { None }
}

#[cold]
#[inline(never)]
fn join_queue<'a>(rate: &'a AdaptiveRate, site: &Site, bounds: Bounds<'_>) -> Option<Turn<'a>> {
    if bounds.is_refused(site.clock()) { None } else { rate.acquire(site.clock()()) }
}

/// An attempt failed now; its breaker is told, and the verdict passed on.
#[inline]
pub fn fails<'a>(permit: impl Into<Option<Permit<'a>>>, site: &Site, verdict: Verdict) -> Verdict {
    if let Some(permit) = permit.into() {
        fails_now(permit, site, verdict);
    }
    verdict
}

#[cold]
#[inline(never)]
fn fails_now(permit: Permit<'_>, site: &Site, verdict: Verdict) {
    permit.failed(verdict, site.clock()());
}

/// What an attempt does that waits for its turn.
#[derive(Clone, Copy, Debug)]
pub enum Queued {
    /// It is made.
    Made,
    /// It asks again after so long.
    Waits(Delay),
    /// It is not made, for its turn comes after the deadline.
    TooLate(Elapsed),
    /// It is not made: the call ends with the last error.
    Over(StopReason),
}

impl Retry {
    /// The call succeeded: tells its guards.
    #[expect(clippy::inline_always, reason = "what a function has not named folds away")]
    #[inline(always)]
    pub fn tell_success(&self, site: &Site, bounds: Bounds<'_>) {
        if let Some(rate) = bounds.rate {
            rate.succeeded(site.clock()());
        }
        self.repay(bounds);
    }

    /// The same, of a call whose last attempt a circuit breaker let through. (In an `Option` the permit would stay in
    /// memory, and be looked for there once it is gone.)
    #[expect(clippy::inline_always, reason = "what a function has not named folds away")]
    #[inline(always)]
    pub fn tell_success_of(&self, permit: Permit<'_>, site: &Site, bounds: Bounds<'_>) {
        let now = site.clock()();
        permit.succeeded(now);
        if let Some(rate) = bounds.rate {
            rate.succeeded(now);
        }
        self.repay(bounds);
    }

    #[expect(clippy::inline_always, reason = "what a function has not named folds away")]
    #[inline(always)]
    fn repay(&self, bounds: Bounds<'_>) {
        if let Some(budget) = bounds.budget {
            budget.succeeded(|| self.charged());
        }
    }

    /// The circuit breaker refused the attempt.
    #[cold]
    #[inline(never)]
    pub fn refused(&mut self, site: &Site, bounds: Bounds<'_>, open: &CircuitOpen) -> Option<Delay> {
        self.decide_now(site, bounds, Verdict::refused(open), Described::refusal(open))
    }

    /// What the attempt that comes does: its turn has come, or it waits, or it comes too late.
    #[cold]
    #[inline(never)]
    pub fn queued(&mut self, site: &Site, bounds: Bounds<'_>, turn: &mut Turn<'_>) -> Queued {
        let clock = site.clock();
        if bounds.is_cancelled {
            if self.is_retry() {
                return Queued::Over(StopReason::Cancelled);
            }
            // There is no error to end with.
            turn.keep();
            return Queued::Made;
        }
        if bounds.is_refused(clock) {
            return Queued::Made;
        }
        let wait = Delay::of(turn.wait(clock()));
        let (driver, policy) = self.decider(site);
        match driver.may_wait(policy, bounds, wait.nanos(), &clock) {
            Ok(()) if !wait.lasts() => Queued::Made,
            Ok(()) => {
                if site.is_on_tokio() {
                    sleep::assert_timer(site);
                }
                if turn.is_new() {
                    log::waits_for_turn(site, driver.attempt(), turn.rate(), wait.duration());
                }
                let part = Delay::of(wait.duration().min(Turn::LONGEST_SLEEP));
                driver.waited(part.nanos());
                turn.sleeps(part.duration());
                Queued::Waits(part)
            }
            Err(StopReason::Deadline) => match bounds.deadline {
                Some(deadline) => Queued::TooLate(deadline.elapsed().unmade()),
                None => Queued::Over(StopReason::Deadline),
            },
            Err(reason) => Queued::Over(reason),
        }
    }
}
