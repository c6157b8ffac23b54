//! Retrying without the attribute: calls of a closure, and a loop for code that is no function.

mod asynchronous;
mod attempts;
mod blocking;
mod parts;
mod steps;

use std::{fmt, future::Future, marker::PhantomData, time::Instant};

pub use attempts::Attempts;
use parts::{Anything, Asynchronous, Blocking, Judged, OnGiveUp, OnRetry, OnSuccess, Operation, TurnedDown};
use rand::Rng;

use crate::{Classify, Context, Event, IntoVerdict, RetryPolicy, site::Site};

/// A closure that will be called until it succeeds or the policy says stop. Nothing happens before
/// `run`.
///
/// What the attribute's keys say, the methods of the same names say here; all are optional.
///
/// ```
/// use retry_runtime::RetryPolicy;
///
/// # fn main() -> Result<(), std::io::Error> {
/// let config = RetryPolicy::MEMORY
///     .call(|| std::fs::read_to_string("Cargo.toml"))
///     .filter(|error| error.kind() == std::io::ErrorKind::Interrupted)
///     .operation("read_config")
///     .run()?;
/// assert!(config.contains("[package]"));
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing happens before `run`"]
pub struct Call<
    Kind,
    F,
    Judge = Anything,
    JudgeOk = Anything,
    Hooks = (),
    Before = (),
    Fallback = (),
    Sleep = (),
> {
    core: Core<Kind>,
    operation: F,
    judge: Judge,
    judge_ok: JudgeOk,
    hooks: Hooks,
    before: Before,
    fallback: Fallback,
    sleep: Sleep,
}

/// What every call has.
struct Core<Kind> {
    _kind: PhantomData<Kind>,
    site: Site,
    rng: Option<Box<dyn Rng + Send + Sync>>,
    clock: Option<fn() -> Instant>,
}

impl<Kind> Core<Kind> {
    fn now(&self) -> fn() -> Instant {
        self.clock.unwrap_or_else(|| self.site.clock())
    }
}

impl RetryPolicy {
    /// Calls a closure with this policy: `policy.call(|| ..).filter(..).run()`.
    ///
    /// For a closure that is async see [`call_async`](Self::call_async), for code that borrows what no
    /// closure can hold [`attempts`](Self::attempts).
    #[track_caller]
    pub fn call<F, T, E>(&self, operation: F) -> Call<Blocking, F>
    where
        F: FnMut() -> Result<T, E>,
    {
        Call::new(Site::blocking("call", *self), operation)
    }

    /// Calls an async closure with this policy: `policy.call_async(async || ..).filter(..).run().await`.
    ///
    /// The future can be spawned where the closure's own can. A closure that owns what its futures use
    /// gives each of them its own: `move || { let client = client.clone(); async move { .. } }`; an
    /// `async move ||` would lend it, which no `FnMut` can.
    ///
    /// ```
    /// use retry_runtime::RetryPolicy;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), std::num::ParseIntError> {
    /// let answer = RetryPolicy::AGGRESSIVE
    ///     .call_async(async || "42".parse::<u8>())
    ///     .operation("fetch")
    ///     .run()
    ///     .await?;
    /// assert_eq!(answer, 42);
    /// # Ok(())
    /// # }
    /// ```
    #[track_caller]
    pub fn call_async<F, Fut, T, E>(&self, operation: F) -> Call<Asynchronous, F>
    where
        F: FnMut() -> Fut,
        Fut: Future<Output = Result<T, E>>,
    {
        Call::new(Site::asynchronous("call_async", *self), operation)
    }
}

impl<Kind, F> Call<Kind, F> {
    fn new(site: Site, operation: F) -> Self {
        Self {
            core: Core { _kind: PhantomData, site, rng: None, clock: None },
            operation,
            judge: Anything,
            judge_ok: Anything,
            hooks: (),
            before: (),
            fallback: (),
            sleep: (),
        }
    }
}

impl<Kind, F, J, V, H, B, L, S> Call<Kind, F, J, V, H, B, L, S>
where
    F: Operation<Kind>,
{
    /// Which errors are worth another attempt: a function or closure on `&E` that returns `bool` or
    /// [`Verdict`](crate::Verdict). Without it every error is.
    pub fn filter<P, R>(self, filter: P) -> Call<Kind, F, Judged<P, J>, V, H, B, L, S>
    where
        P: FnMut(&F::Error) -> R,
        R: IntoVerdict,
    {
        let Self { core, operation, judge, judge_ok, hooks, before, fallback, sleep } = self;
        Call { core, operation, judge: Judged(filter, judge), judge_ok, hooks, before, fallback, sleep }
    }

    /// Lets the errors judge themselves. Before a [`filter`](Self::filter), which then decides whether,
    /// they still say when (server hints).
    #[expect(clippy::type_complexity, reason = "one field of another type")]
    pub fn classified(self) -> Call<Kind, F, Judged<fn(&F::Error) -> crate::Verdict, J>, V, H, B, L, S>
    where
        F::Error: Classify,
    {
        let Self { core, operation, judge, judge_ok, hooks, before, fallback, sleep } = self;
        Call {
            core,
            operation,
            judge: Judged(<F::Error as Classify>::classify as fn(&F::Error) -> _, judge),
            judge_ok,
            hooks,
            before,
            fallback,
            sleep,
        }
    }

    /// Which values are worth another attempt (polling). When the attempts run out, the last value is
    /// the result.
    pub fn filter_ok<P, R>(self, filter: P) -> Call<Kind, F, J, TurnedDown<P>, H, B, L, S>
    where
        P: FnMut(&F::Value) -> R,
        R: IntoVerdict,
    {
        let Self { core, operation, judge, judge_ok: _, hooks, before, fallback, sleep } = self;
        Call { core, operation, judge, judge_ok: TurnedDown(filter), hooks, before, fallback, sleep }
    }

    /// Is told of each failed attempt that will be repeated, before the wait.
    pub fn on_retry<P>(self, hook: P) -> Call<Kind, F, J, V, OnRetry<P, H>, B, L, S>
    where
        P: FnMut(&Event<'_, F::Error>),
    {
        let Self { core, operation, judge, judge_ok, hooks, before, fallback, sleep } = self;
        Call { core, operation, judge, judge_ok, hooks: OnRetry(hook, hooks), before, fallback, sleep }
    }

    /// Is told of every success.
    pub fn on_success<P>(self, hook: P) -> Call<Kind, F, J, V, OnSuccess<P, H>, B, L, S>
    where
        P: FnMut(&Event<'_, F::Error>),
    {
        let Self { core, operation, judge, judge_ok, hooks, before, fallback, sleep } = self;
        Call { core, operation, judge, judge_ok, hooks: OnSuccess(hook, hooks), before, fallback, sleep }
    }

    /// Is told when the call is given up.
    pub fn on_give_up<P>(self, hook: P) -> Call<Kind, F, J, V, OnGiveUp<P, H>, B, L, S>
    where
        P: FnMut(&Event<'_, F::Error>),
    {
        let Self { core, operation, judge, judge_ok, hooks, before, fallback, sleep } = self;
        Call { core, operation, judge, judge_ok, hooks: OnGiveUp(hook, hooks), before, fallback, sleep }
    }

    /// Runs after each wait, before the next attempt (refresh a token, reconnect). Returns `()` or
    /// `Result<(), E>`, whose error ends the call; a future of that in an async call.
    pub fn before_retry<P, R>(self, hook: P) -> Call<Kind, F, J, V, H, parts::Prepare<P>, L, S>
    where
        P: FnMut(Context<'static>) -> R,
    {
        let Self { core, operation, judge, judge_ok, hooks, before: _, fallback, sleep } = self;
        Call { core, operation, judge, judge_ok, hooks, before: parts::Prepare(hook), fallback, sleep }
    }

    /// Takes the error of a call that was given up and returns what the caller gets instead:
    /// `Result<T, E>`, a future of it in an async call.
    pub fn fallback<P, R>(self, answer: P) -> Call<Kind, F, J, V, H, B, parts::FallBack<P>, S>
    where
        P: FnOnce(F::Error) -> R,
    {
        let Self { core, operation, judge, judge_ok, hooks, before, fallback: _, sleep } = self;
        Call { core, operation, judge, judge_ok, hooks, before, fallback: parts::FallBack(answer), sleep }
    }

    /// Waits with another sleeper, of any runtime: `fn(Duration)`, or `fn(Duration) -> impl Future` in
    /// an async call. It is not asked for a wait of zero.
    pub fn sleep<P, R>(self, sleeper: P) -> Call<Kind, F, J, V, H, B, L, parts::SleepBy<P>>
    where
        P: FnMut(std::time::Duration) -> R,
    {
        let Self { core, operation, judge, judge_ok, hooks, before, fallback, sleep: _ } = self;
        Call { core, operation, judge, judge_ok, hooks, before, fallback, sleep: parts::SleepBy(sleeper) }
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

impl<Kind, F, J, V, H, B, L, S> fmt::Debug for Call<Kind, F, J, V, H, B, L, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("policy", self.core.site.policy())
            .field("site", &self.core.site)
            .finish_non_exhaustive()
    }
}
