//! What must hold of every log.

use std::{collections::BTreeSet, time::Duration};

use proptest::prelude::*;
use retry_runtime::{CircuitState, RetryError, StopReason};
use retry_tests::ServerError;

use super::world::{
    Budget, Ended, Entry, Failure, MAX_ATTEMPTS, MAX_ELAPSED, MAX_RETRY_AFTER, MAX_TOTAL_DELAY, Plan, What,
    World,
};
use crate::script::{MILLI, SECOND, admits, next_turn};

/// Timers tick once a millisecond.
const TICK: Duration = MILLI.saturating_mul(2);

/// A call, moment by moment.
struct Told<'a> {
    plan: &'a Plan,
    start: Duration,
    attempts: u32,
    /// When the next attempt may be made, of a retry that was decided.
    due: Option<Duration>,
    waited: Duration,
    last: Option<Failure>,
}

pub(super) fn of_each_call(world: &World, plans: &[Plan], ended: &[Ended]) -> Result<(), TestCaseError> {
    for (number, (plan, ended)) in plans.iter().zip(ended).enumerate() {
        let entries = world.of(number);
        let start = entries[0].at;
        let mut told = Told { plan, start, attempts: 0, due: None, waited: Duration::ZERO, last: None };
        for entry in &entries {
            told.follows(world, entry)?;
        }
        told.ends(ended)?;
    }
    Ok(())
}

impl Told<'_> {
    fn follows(&mut self, world: &World, entry: &Entry) -> Result<(), TestCaseError> {
        let Entry { at, what, .. } = *entry;
        match what {
            What::Called | What::Answered { .. } | What::Succeeded => {}
            What::Made { state, probes_out, .. } => {
                prop_assert!(state != CircuitState::Open, "an attempt of an open circuit");
                prop_assert!(probes_out <= world.probes, "{probes_out} probes");
                prop_assert!(self.plan.deadline.is_none_or(|deadline| at < self.start + deadline));
                self.begins(at)?;
            }
            What::Retries { failure, elapsed, delay } => {
                if let Failure::Refused(open) = failure {
                    self.begins(at)?;
                    prop_assert!(self.attempts > 1, "a call that comes to an open circuit waits for it");
                    prop_assert!(delay >= open.retry_after(), "{delay:?} spins on {open}");
                    prop_assert!(open.retry_after() <= MAX_RETRY_AFTER);
                }
                if let Failure::Failed(ServerError::BusyFor(hint)) = failure {
                    prop_assert!(delay >= hint && hint <= MAX_RETRY_AFTER);
                }
                prop_assert!(self.attempts < MAX_ATTEMPTS);
                prop_assert!(elapsed + delay <= MAX_ELAPSED);
                let end = at + delay;
                prop_assert!(self.plan.deadline.is_none_or(|deadline| end < self.start + deadline));
                self.due = Some(end);
                self.waited += delay;
                prop_assert!(self.waited <= MAX_TOTAL_DELAY + TICK * self.attempts);
                self.last = Some(failure);
            }
            What::GaveUp { failure, reason } => {
                if matches!(failure, Some(Failure::Refused(_))) {
                    self.begins(at)?;
                    prop_assert!(
                        matches!(reason, StopReason::CircuitOpen | StopReason::Cancelled),
                        "{reason}"
                    );
                }
                self.last = failure;
            }
        }
        Ok(())
    }

    /// An attempt, made or refused: not before its time, nor too late.
    fn begins(&mut self, at: Duration) -> Result<(), TestCaseError> {
        self.attempts += 1;
        prop_assert!(self.attempts <= MAX_ATTEMPTS);
        if let Some(due) = self.due.take() {
            prop_assert!(at >= due, "{:?} too early", due - at);
            prop_assert!(
                at <= self.start + MAX_ELAPSED + TICK,
                "a retry {:?} after the start",
                at - self.start
            );
            self.waited += at - due;
            prop_assert!(self.waited <= MAX_TOTAL_DELAY + TICK * self.attempts, "waited {:?}", self.waited);
        }
        Ok(())
    }

    fn ends(&self, ended: &Ended) -> Result<(), TestCaseError> {
        if let Some(deadline) = self.plan.deadline {
            prop_assert!(ended.at <= self.start + deadline + TICK, "{:?} is too late", ended.at);
        }
        let Some(Err(error)) = &ended.outcome else { return Ok(()) };
        prop_assert_eq!(error.attempts(), self.attempts);
        self.has_reason(error)
    }

    fn has_reason(&self, error: &RetryError<ServerError>) -> Result<(), TestCaseError> {
        let (reason, last) = (error.reason(), self.last);
        let is_refused = matches!(last, Some(Failure::Refused(_)));
        prop_assert!(
            match reason {
                StopReason::Permanent => matches!(last, Some(Failure::Failed(ServerError::Gone))),
                StopReason::AttemptsExhausted => self.attempts == MAX_ATTEMPTS && !is_refused,
                StopReason::AttemptCeiling => self.attempts < MAX_ATTEMPTS && !is_refused,
                StopReason::CircuitOpen => is_refused,
                StopReason::ServerHintTooLong =>
                    matches!(last, Some(Failure::Failed(ServerError::BusyFor(hint))) if hint > MAX_RETRY_AFTER),
                StopReason::Deadline => self.plan.deadline.is_some(),
                StopReason::Cancelled => self.plan.cancelled.is_some(),
                _ => true,
            },
            "{reason} after {last:?}"
        );
        Ok(())
    }
}

/// Never overspent: replayed from the log.
pub(super) fn of_the_budget(world: &World) -> Result<(), TestCaseError> {
    match &world.budget {
        Budget::Tokens { budget, capacity } => {
            prop_assert_eq!(replayed(world, *capacity)?, budget.balance());
        }
        Budget::Ratio { ratio, reserve, window, .. } => {
            let log = world.log.borrow();
            let retries: Vec<_> = log.iter().filter(|entry| is_charged(&entry.what)).collect();
            // A call counts when its first attempt is let through.
            let mut counted = BTreeSet::new();
            let is_first =
                |entry: &&Entry| matches!(entry.what, What::Made { .. }) && counted.insert(entry.call);
            let calls: Vec<_> = log.iter().filter(is_first).collect();
            let within = |entries: &[&Entry], end: Duration, length: Duration| {
                entries.iter().filter(|entry| entry.at <= end && entry.at + length >= end).count()
            };
            for entry in &retries {
                // Both ends of a window that is counted in ticks.
                let (inner, outer) = (*window - *window / 100, *window + *window / 100);
                let (retries, calls) = (within(&retries, entry.at, inner), within(&calls, entry.at, outer));
                let allowed = calls as f64 * ratio + f64::from(*reserve) * outer.as_secs_f64();
                prop_assert!(retries as f64 <= allowed + 1e-6, "{retries} retries, {calls} calls");
            }
        }
    }
    Ok(())
}

fn is_charged(what: &What) -> bool {
    matches!(what, What::Retries { failure, .. } if failure.cost() > 0)
}

/// The tokens that are left of `capacity`.
fn replayed(world: &World, capacity: u64) -> Result<u64, TestCaseError> {
    let mut tokens = capacity;
    let mut charged = std::collections::BTreeMap::new();
    for Entry { call, what, .. } in world.log.borrow().iter() {
        match what {
            What::Retries { failure, .. } => {
                let cost = failure.cost();
                prop_assert!(cost <= tokens, "{failure:?} was retried with {tokens} tokens");
                tokens -= cost;
                if cost > 0 {
                    charged.insert(*call, cost);
                }
            }
            What::GaveUp { failure: Some(failure), reason: StopReason::Budget } => {
                prop_assert!(failure.cost() > tokens, "{tokens} tokens were enough for {failure:?}");
            }
            What::Succeeded => {
                tokens = capacity.min(tokens + charged.get(call).copied().unwrap_or(1));
            }
            _ => {}
        }
    }
    Ok(tokens)
}

/// Nothing waits while the server has not throttled; then no more attempts are made than were ever allowed.
pub(super) fn of_the_rate(world: &World, plans: &[Plan]) -> Result<(), TestCaseError> {
    let log = world.log.borrow();
    let rate_of = |entry: &Entry| match entry.what {
        What::Made { rate, .. } | What::Answered { rate } => rate,
        _ => None,
    };
    let throttled = log.iter().find(|entry| rate_of(entry).is_some()).map(|entry| entry.at);
    let is_calm = |at: Duration| throttled.is_none_or(|throttled| at < throttled);
    for number in 0..plans.len() {
        let entries = world.of(number);
        for pair in entries.windows(2) {
            let due = match pair[0].what {
                What::Called => pair[0].at,
                What::Retries { delay, .. } => pair[0].at + delay,
                _ => continue,
            };
            if matches!(pair[1].what, What::Made { .. }) && is_calm(pair[1].at) {
                prop_assert!(pair[1].at <= due + TICK, "waited {:?} for nothing", pair[1].at - due);
            }
        }
    }
    let Some(throttled) = throttled else { return Ok(()) };
    let most = log.iter().filter_map(rate_of).fold(1.0, f64::max).max(world.rate.rate().unwrap_or(0.0));
    // A call that was cancelled makes its first attempt before its turn.
    let in_turn = |entry: &&Entry| plans[entry.call].cancelled.is_none() && entry.at > throttled;
    let made = log.iter().filter(in_turn).filter(|entry| matches!(entry.what, What::Made { .. }));
    let (number, last) = made.fold((0_u32, throttled), |(number, _), entry| (number + 1, entry.at));
    let allowed = most * (last - throttled).as_secs_f64() + most;
    prop_assert!(f64::from(number) <= allowed + 1.0, "{number} attempts where {allowed} were allowed");
    Ok(())
}

/// Everybody is gone: nothing is held any more.
pub(super) async fn of_what_is_left(world: &World) -> Result<(), TestCaseError> {
    if let Some(rate) = world.rate.rate() {
        let wait = next_turn(&world.rate).await;
        prop_assert!(wait <= Duration::from_secs_f64(1.0 / rate) + TICK, "somebody has a token: {wait:?}");
    }
    tokio::time::advance(SECOND * 3_600).await;
    // Half-open, it would refuse the last.
    for probe in 1..=world.probes {
        prop_assert!(admits(&world.breaker).await, "somebody holds a probe: the {probe}. was refused");
    }
    prop_assert_eq!(world.breaker.state(), CircuitState::Closed);
    Ok(())
}
