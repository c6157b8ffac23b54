//! What follows an attempt: the same for calls that block and calls that are awaited.

use std::time::Instant;

use super::{
    Call, Core, Operation,
    guards::{Guards, Refusal as _},
    parts::{Before, Hooks, JudgeError, JudgeValue, Loggable},
};
use crate::{
    CircuitOpen, Context, Verdict,
    delay::Delay,
    guard::Permit,
    observe::{ARE_TIMED, Described, Told},
    retry::Retry,
    rng::ThreadRng,
};

/// What follows an attempt.
pub(super) enum Step<T, E> {
    Wait(Delay),
    Done(T),
    GaveUp(E),
}

/// An outcome with its verdict, or why there is none.
pub(super) type Made<T, E, R> = Result<(Verdict, Result<T, E>), R>;

/// The verdict on an outcome; permanent on a value is a success.
pub(super) fn judge<T, E>(
    errors: &mut impl JudgeError<E>,
    values: &mut impl JudgeValue<T>,
    outcome: &Result<T, E>,
) -> Verdict {
    match outcome {
        Ok(value) => values.judge(value),
        Err(error) => errors.judge(error),
    }
}

/// Counts a call whose first attempt is let through.
pub(super) fn count<E>(guards: &impl Guards<E>, retry: &Retry, clock: fn() -> Instant) {
    if let Some(budget) = guards.bounds().budget.filter(|_| !retry.is_retry()) {
        budget.called(clock);
    }
}

/// Tells a circuit breaker how the attempt ended. What is permanent, a success among it, was answered.
pub(super) fn tell(permit: Option<Permit<'_>>, verdict: Verdict, clock: fn() -> Instant) {
    if let Some(permit) = permit {
        permit.failed(verdict, clock());
    }
}

impl<Kind, F, J, V, H, B, L, S, G> Call<Kind, F, J, V, H, B, L, S, G>
where
    F: Operation<Kind>,
    F::Error: Loggable,
    J: JudgeError<F::Error>,
    V: JudgeValue<F::Value>,
    H: Hooks<F::Error>,
    B: Before,
    G: Guards<F::Error>,
{
    pub(super) fn start(&self, wrapped: bool) -> Retry {
        let is_limited = self.core.site.policy().max_elapsed().is_some();
        if ARE_TIMED || wrapped || H::LISTEN || B::LISTEN || is_limited {
            Retry::timed_at(&self.core.site, self.core.now()())
        } else {
            Retry::start(&self.core.site)
        }
    }

    /// Decides what follows an attempt that was made, or refused by a circuit breaker.
    pub(super) fn settle(
        &mut self,
        retry: &mut Retry,
        made: Made<F::Value, F::Error, G::Refusal>,
    ) -> Step<F::Value, F::Error> {
        match made {
            Ok((verdict, Ok(value))) if verdict.is_permanent() => {
                self.succeeded(retry);
                Step::Done(value)
            }
            Ok((verdict, Ok(value))) => match self.failed(retry, verdict, None) {
                Some(delay) => Step::Wait(delay),
                None => Step::Done(value),
            },
            Ok((verdict, Err(error))) => match self.failed(retry, verdict, Some(&error)) {
                Some(delay) => Step::Wait(delay),
                None => Step::GaveUp(error),
            },
            Err(refusal) => {
                let (open, error) = (refusal.open(), refusal.error());
                match self.refused(retry, open, &error) {
                    Some(delay) => Step::Wait(delay),
                    None => Step::GaveUp(error),
                }
            }
        }
    }

    /// What `before_retry` may know; `None` if there is none, or nothing to prepare for.
    pub(super) fn preparation(&self, retry: &mut Retry) -> Option<Context<'static>> {
        let due = B::LISTEN && retry.is_retry();
        due.then(|| retry.context_at(&self.core.site, &self.core.now()))
    }

    /// `before_retry` failed: its error ends the call. No filter is asked about it.
    pub(super) fn abandon(&mut self, retry: &mut Retry, error: &F::Error) {
        retry.abandon();
        self.failed(retry, Verdict::PERMANENT, Some(error));
    }

    fn succeeded(&mut self, retry: &Retry) {
        if let Some(budget) = self.guards.bounds().budget {
            budget.succeeded(|| retry.charged());
        }
        let (site, now) = (&self.core.site, self.core.now());
        if H::LISTEN {
            self.hooks.on_success(&retry.success_at(site, &now));
        } else {
            retry.succeeded_at(site, now);
        }
    }

    fn refused(&mut self, retry: &mut Retry, open: CircuitOpen, error: &F::Error) -> Option<Delay> {
        self.decide(retry, Verdict::refused(&open), Described::refusal(&open), Some(error))
    }

    fn failed(&mut self, retry: &mut Retry, verdict: Verdict, error: Option<&F::Error>) -> Option<Delay> {
        let described = error
            .map_or(Described::VALUE_TURNED_DOWN, |error| J::counted(error, Described::displayed(error)));
        self.decide(retry, verdict, described, error)
    }

    /// Decides, and tells the hooks.
    fn decide(
        &mut self,
        retry: &mut Retry,
        verdict: Verdict,
        described: Described<'_>,
        error: Option<&F::Error>,
    ) -> Option<Delay> {
        self.core.site.tune();
        let now = self.core.now();
        let told = Told::nothing();
        let bounds = self.guards.bounds();
        let bounds = if H::LISTEN { bounds.telling(&told) } else { bounds };
        let Core { site, rng, .. } = &mut self.core;
        let delay = match rng.as_deref_mut() {
            Some(rng) => retry.decide(site, bounds, verdict, described, &now, rng),
            None => retry.decide(site, bounds, verdict, described, &now, &mut ThreadRng),
        };
        match delay {
            _ if !H::LISTEN => {}
            Some(_) => self.hooks.on_retry(&told.event(error)),
            None => self.hooks.on_give_up(&told.event(error)),
        }
        delay
    }
}
