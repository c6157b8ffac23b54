//! What follows an attempt: the same for calls that block and calls that are awaited.

use super::{
    Call, Core, Operation,
    parts::{Before, Hooks, JudgeError, JudgeValue, Loggable},
};
use crate::{Context, Verdict, delay::Delay, observe::Described, retry::Retry, rng::ThreadRng};

/// What follows an attempt.
pub(super) enum Step<T, E> {
    Wait(Delay),
    Done(T),
    GaveUp(E),
}

impl<Kind, F, J, V, H, B, L, S> Call<Kind, F, J, V, H, B, L, S>
where
    F: Operation<Kind>,
    F::Error: Loggable,
    J: JudgeError<F::Error>,
    V: JudgeValue<F::Value>,
    H: Hooks<F::Error>,
    B: Before,
{
    pub(super) fn start(&self, wrapped: bool) -> Retry {
        if wrapped || H::LISTEN || B::LISTEN || self.core.site.policy().max_elapsed().is_some() {
            Retry::timed_at(self.core.now()())
        } else {
            Retry::start(&self.core.site)
        }
    }

    pub(super) fn settle(
        &mut self,
        retry: &mut Retry,
        outcome: Result<F::Value, F::Error>,
    ) -> Step<F::Value, F::Error> {
        match outcome {
            Ok(value) => {
                let verdict = self.judge_ok.judge(&value);
                if verdict.is_permanent() {
                    self.succeeded(retry);
                    return Step::Done(value);
                }
                match self.failed(retry, verdict, None) {
                    Some(delay) => Step::Wait(delay),
                    None => Step::Done(value),
                }
            }
            Err(error) => {
                let verdict = self.judge.judge(&error);
                match self.failed(retry, verdict, Some(&error)) {
                    Some(delay) => Step::Wait(delay),
                    None => Step::GaveUp(error),
                }
            }
        }
    }

    /// What `before_retry` may know; `None` if there is none, or nothing to prepare for.
    pub(super) fn preparation(&self, retry: &Retry) -> Option<Context<'static>> {
        let due = B::LISTEN && retry.is_retry();
        due.then(|| retry.context_at(&self.core.site, &self.core.now()))
    }

    /// `before_retry` failed: its error ends the call. No filter is asked about it.
    pub(super) fn abandon(&mut self, retry: &mut Retry, error: &F::Error) {
        retry.abandon();
        self.failed(retry, Verdict::PERMANENT, Some(error));
    }

    fn succeeded(&mut self, retry: &Retry) {
        if retry.is_retry() {
            retry.succeeded_at(&self.core.site, &self.core.now());
        }
        if H::LISTEN {
            self.hooks.on_success(&retry.event_at(&self.core.site, None, None, &self.core.now()));
        }
    }

    fn failed(&mut self, retry: &mut Retry, verdict: Verdict, error: Option<&F::Error>) -> Option<Delay> {
        let described = error.map_or(Described::VALUE_TURNED_DOWN, |error| Described::Display(error));
        let now = self.core.now();
        let Core { site, rng, .. } = &mut self.core;
        let delay = match rng.as_deref_mut() {
            Some(rng) => retry.decide(site, verdict, described, &now, rng),
            None => retry.decide(site, verdict, described, &now, &mut ThreadRng),
        };
        if H::LISTEN {
            let event = retry.event_at(site, error, delay, &now);
            match delay {
                Some(_) => self.hooks.on_retry(&event),
                None => self.hooks.on_give_up(&event),
            }
        }
        delay
    }
}
