//! What a call may be told before it is made.

use std::time::Instant;

use rand::Rng;

use super::{
    Call,
    guards::{AdmittedBy, ChargedTo, Shares},
    parts::{self, Classified, Judged, OnGiveUp, OnRetry, OnSuccess, Operation, TurnedDown},
};
use crate::{CircuitBreaker, CircuitOpen, Classify, Context, Event, IntoVerdict, RetryBudget};

impl<Kind, F, J, V, H, B, L, S, G> Call<Kind, F, J, V, H, B, L, S, G>
where
    F: Operation<Kind>,
{
    /// Which errors are worth another attempt: a function or closure on `&E` that returns `bool` or
    /// [`Verdict`](crate::Verdict). Without it every error is.
    pub fn filter<P, R>(self, filter: P) -> Call<Kind, F, Judged<P, J>, V, H, B, L, S, G>
    where
        P: FnMut(&F::Error) -> R,
        R: IntoVerdict,
    {
        let Self { core, operation, judge, judge_ok, hooks, before, fallback, sleep, guards } = self;
        Call {
            core,
            operation,
            judge: Judged(filter, judge),
            judge_ok,
            hooks,
            before,
            fallback,
            sleep,
            guards,
        }
    }

    /// Lets the errors judge themselves. Before a [`filter`](Self::filter), which then decides whether,
    /// they still say when (server hints), and what they are counted as.
    pub fn classified(self) -> Call<Kind, F, Classified<J>, V, H, B, L, S, G>
    where
        F::Error: Classify,
    {
        let Self { core, operation, judge, judge_ok, hooks, before, fallback, sleep, guards } = self;
        Call { core, operation, judge: Classified(judge), judge_ok, hooks, before, fallback, sleep, guards }
    }

    /// Which values are worth another attempt (polling). When the attempts run out, the last value is
    /// the result.
    pub fn filter_ok<P, R>(self, filter: P) -> Call<Kind, F, J, TurnedDown<P>, H, B, L, S, G>
    where
        P: FnMut(&F::Value) -> R,
        R: IntoVerdict,
    {
        let Self { core, operation, judge, judge_ok: _, hooks, before, fallback, sleep, guards } = self;
        Call { core, operation, judge, judge_ok: TurnedDown(filter), hooks, before, fallback, sleep, guards }
    }

    /// Is told of each failed attempt that will be repeated, before the wait.
    pub fn on_retry<P>(self, hook: P) -> Call<Kind, F, J, V, OnRetry<P, H>, B, L, S, G>
    where
        P: FnMut(&Event<'_, F::Error>),
    {
        let Self { core, operation, judge, judge_ok, hooks, before, fallback, sleep, guards } = self;
        Call {
            core,
            operation,
            judge,
            judge_ok,
            hooks: OnRetry(hook, hooks),
            before,
            fallback,
            sleep,
            guards,
        }
    }

    /// Is told of every success.
    pub fn on_success<P>(self, hook: P) -> Call<Kind, F, J, V, OnSuccess<P, H>, B, L, S, G>
    where
        P: FnMut(&Event<'_, F::Error>),
    {
        let Self { core, operation, judge, judge_ok, hooks, before, fallback, sleep, guards } = self;
        Call {
            core,
            operation,
            judge,
            judge_ok,
            hooks: OnSuccess(hook, hooks),
            before,
            fallback,
            sleep,
            guards,
        }
    }

    /// Is told when the call is given up.
    pub fn on_give_up<P>(self, hook: P) -> Call<Kind, F, J, V, OnGiveUp<P, H>, B, L, S, G>
    where
        P: FnMut(&Event<'_, F::Error>),
    {
        let Self { core, operation, judge, judge_ok, hooks, before, fallback, sleep, guards } = self;
        Call {
            core,
            operation,
            judge,
            judge_ok,
            hooks: OnGiveUp(hook, hooks),
            before,
            fallback,
            sleep,
            guards,
        }
    }

    /// Runs after each wait, before the next attempt (refresh a token, reconnect). Returns `()` or
    /// `Result<(), E>`, whose error ends the call; a future of that in an async call.
    pub fn before_retry<P, R>(self, hook: P) -> Call<Kind, F, J, V, H, parts::Prepare<P>, L, S, G>
    where
        P: FnMut(Context<'static>) -> R,
    {
        let Self { core, operation, judge, judge_ok, hooks, before: _, fallback, sleep, guards } = self;
        Call {
            core,
            operation,
            judge,
            judge_ok,
            hooks,
            before: parts::Prepare(hook),
            fallback,
            sleep,
            guards,
        }
    }

    /// Takes the error of a call that was given up and returns what the caller gets instead:
    /// `Result<T, E>`, a future of it in an async call.
    pub fn fallback<P, R>(self, answer: P) -> Call<Kind, F, J, V, H, B, parts::FallBack<P>, S, G>
    where
        P: FnOnce(F::Error) -> R,
    {
        let Self { core, operation, judge, judge_ok, hooks, before, fallback: _, sleep, guards } = self;
        Call {
            core,
            operation,
            judge,
            judge_ok,
            hooks,
            before,
            fallback: parts::FallBack(answer),
            sleep,
            guards,
        }
    }

    /// Waits with another sleeper, of any runtime: `fn(Duration)`, or `fn(Duration) -> impl Future` in
    /// an async call. It is not asked for a wait of zero.
    pub fn sleep<P, R>(self, sleeper: P) -> Call<Kind, F, J, V, H, B, L, parts::SleepBy<P>, G>
    where
        P: FnMut(std::time::Duration) -> R,
    {
        let Self { core, operation, judge, judge_ok, hooks, before, fallback, sleep: _, guards } = self;
        Call {
            core,
            operation,
            judge,
            judge_ok,
            hooks,
            before,
            fallback,
            sleep: parts::SleepBy(sleeper),
            guards,
        }
    }

    /// Shares a budget with other calls: each retry is charged to it, and none is made that it does not pay for.
    /// Takes a reference, or an `Arc`.
    pub fn budget<R>(self, budget: R) -> Call<Kind, F, J, V, H, B, L, S, ChargedTo<R, G>>
    where
        R: Shares<RetryBudget>,
    {
        let Self { core, operation, judge, judge_ok, hooks, before, fallback, sleep, guards } = self;
        let guards = ChargedTo(budget, guards);
        Call { core, operation, judge, judge_ok, hooks, before, fallback, sleep, guards }
    }

    /// Asks a circuit breaker before each attempt, and tells it how that ended. One that it refuses is not made;
    /// it fails with what the closure's error makes of [`CircuitOpen`]. That ends a call whose first attempt it is; a
    /// later one waits for the circuit as for a server hint. Takes a reference, or an `Arc`.
    pub fn circuit_breaker<C>(self, breaker: C) -> Call<Kind, F, J, V, H, B, L, S, AdmittedBy<C, G>>
    where
        C: Shares<CircuitBreaker>,
        F::Error: From<CircuitOpen>,
    {
        let Self { core, operation, judge, judge_ok, hooks, before, fallback, sleep, guards } = self;
        let guards = AdmittedBy(breaker, guards);
        Call { core, operation, judge, judge_ok, hooks, before, fallback, sleep, guards }
    }

    /// Draws jitter from `rng` instead of the thread's own generator: with a seeded one the waits repeat.
    pub fn rng(mut self, rng: impl Rng + Send + Sync + 'static) -> Self {
        self.core.rng = Some(Box::new(rng));
        self
    }

    /// Reads the time from `clock` instead of the system (tokio's, in an async call).
    pub fn clock(mut self, clock: fn() -> Instant) -> Self {
        self.core.clock = Some(clock);
        self
    }

    /// Whether settings may change the policy of this call. They may unless told otherwise; without the feature
    /// `settings` there are none.
    pub fn configurable(mut self, configurable: bool) -> Self {
        self.core.site = self.core.site.configurable(configurable);
        self
    }

    /// The operation's name in logs.
    pub fn operation(mut self, name: &'static str) -> Self {
        self.core.site = self.core.site.with_operation(name);
        self
    }

    /// The service's name in logs.
    pub fn service(mut self, name: &'static str) -> Self {
        self.core.site = self.core.site.with_service(name);
        self
    }
}
