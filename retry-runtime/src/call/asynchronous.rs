//! Calls that are awaited.

use std::{
    future::{Future, Pending},
    time::Duration,
};

use super::{
    Call,
    guards::Guards,
    parts::{Asynchronous, Before, FallBack, Hooks, JudgeError, JudgeValue, Loggable, Prepare, SleepBy},
    steps::{Step, count, judge, tell},
};
use crate::{
    __private::{InAttempt, Preparation, attempt as in_attempt},
    Context, RetryError,
    delay::Delay,
    retry::Retry,
    site::Site,
};

/// Prepares an attempt.
#[expect(async_fn_in_trait, reason = "sealed by `Call`; `Send` is seen through the concrete types")]
pub trait AsyncBefore<E>: Before {
    /// Runs the hook.
    ///
    /// # Errors
    /// The hook's own.
    async fn prepare(&mut self, context: Context<'static>) -> Result<(), E>;
}

impl<E> AsyncBefore<E> for () {
    async fn prepare(&mut self, _: Context<'static>) -> Result<(), E> {
        Ok(())
    }
}

impl<E, P, Fut> AsyncBefore<E> for Prepare<P>
where
    P: FnMut(Context<'static>) -> Fut,
    Fut: Future<Output: Preparation<E>>,
{
    async fn prepare(&mut self, context: Context<'static>) -> Result<(), E> {
        let prepared = (self.0)(context);
        prepared.await.prepared()
    }
}

/// Answers in place of an error.
pub trait AsyncFallback<T, E> {
    /// The answer that is awaited.
    type Answer: Future<Output = Result<T, E>>;
    /// The answer, or the error itself where there is no fallback: an error that need not be awaited is
    /// not part of the call's future, which stays `Send` whatever the error is.
    ///
    /// # Errors
    /// The error itself.
    fn fall_back(self, error: E) -> Result<Self::Answer, E>;
}

impl<T, E> AsyncFallback<T, E> for () {
    type Answer = Pending<Result<T, E>>;

    fn fall_back(self, error: E) -> Result<Self::Answer, E> {
        Err(error)
    }
}

impl<T, E, P, Fut> AsyncFallback<T, E> for FallBack<P>
where
    P: FnOnce(E) -> Fut,
    Fut: Future<Output = Result<T, E>>,
{
    type Answer = Fut;

    fn fall_back(self, error: E) -> Result<Fut, E> {
        Ok((self.0)(error))
    }
}

/// Waits without blocking.
#[diagnostic::on_unimplemented(
    message = "an async retry needs a sleeper, and the feature `tokio` of `retry-runtime` is off",
    note = "turn the feature on, or name a sleeper: `.sleep(path)`"
)]
#[expect(async_fn_in_trait, reason = "sealed by `Call`; `Send` is seen through the concrete types")]
pub trait AsyncSleep {
    /// Waits for `delay`; a panic names the `site`.
    async fn sleep(&mut self, delay: Delay, site: &Site);
}

#[cfg(feature = "tokio")]
impl AsyncSleep for () {
    async fn sleep(&mut self, delay: Delay, site: &Site) {
        crate::sleep::assert_timer(site);
        crate::sleep::asynchronous(delay).await;
    }
}

impl<P, Fut> AsyncSleep for SleepBy<P>
where
    P: FnMut(Duration) -> Fut,
    Fut: Future,
{
    async fn sleep(&mut self, delay: Delay, _: &Site) {
        (self.0)(delay.duration()).await;
    }
}

impl<F, Fut, T, E, J, V, H, B, L, S, G> Call<Asynchronous, F, J, V, H, B, L, S, G>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<T, E>>,
    J: JudgeError<E>,
    V: JudgeValue<T>,
    H: Hooks<E>,
    B: AsyncBefore<E>,
    L: AsyncFallback<T, E>,
    S: AsyncSleep,
    G: Guards<E>,
{
    /// Calls the closure until it succeeds or the policy says stop. Dropping the future ends it at once.
    ///
    /// # Errors
    /// The closure's own last error, unchanged; or that of `before_retry` or `fallback`.
    ///
    /// # Panics
    /// When it waits outside a tokio runtime without a `sleep` of its own.
    pub async fn run(mut self) -> Result<T, E>
    where
        E: Loggable,
    {
        let answer = match self.drive(false).await {
            Ok(value) => return Ok(value),
            Err((error, _)) => self.fallback.fall_back(error)?,
        };
        answer.await
    }

    /// As [`run`](Self::run), with the error wrapped: how many attempts, how long, why it ended. The
    /// fallback still takes and returns the plain error.
    ///
    /// # Errors
    /// The last error, wrapped.
    ///
    /// # Panics
    /// As [`run`](Self::run).
    pub async fn run_wrapped(mut self) -> Result<T, RetryError<E>>
    where
        E: Loggable,
    {
        let now = self.core.now();
        let (answer, retry, end) = match self.drive(true).await {
            Ok(value) => return Ok(value),
            Err((error, retry)) => {
                let end = now();
                let answer = self.fallback.fall_back(error);
                (answer.map_err(|error| retry.wrap_at(error, &|| end))?, retry, end)
            }
        };
        answer.await.map_err(|error| retry.wrap_at(error, &|| end))
    }

    async fn drive(&mut self, wrapped: bool) -> Result<T, (E, Retry)>
    where
        E: Loggable,
    {
        let mut retry = self.start(wrapped);
        loop {
            if let Err(error) = self.prepare(&mut retry).await {
                self.abandon(&mut retry, &error);
                return Err((error, retry));
            }
            let delay = {
                let made = match self.guards.admit(self.core.now()) {
                    Err(refused) => Err(refused),
                    Ok(permit) => {
                        count(&self.guards, &retry, self.core.now());
                        let attempt = {
                            let _within = InAttempt::attempt_of(&self.core.site);
                            (self.operation)()
                        };
                        let outcome = in_attempt(&self.core.site, attempt).await;
                        let verdict = judge(&mut self.judge, &mut self.judge_ok, &outcome);
                        tell(permit, verdict, self.core.now());
                        Ok((verdict, outcome))
                    }
                };
                match self.settle(&mut retry, made) {
                    Step::Wait(delay) => delay,
                    Step::Done(value) => return Ok(value),
                    Step::GaveUp(error) => return Err((error, retry)),
                }
            };
            #[cfg(feature = "coordinate")]
            let delay = match retry.slot_by(&self.core.site, self.core.now(), None, delay) {
                Some(slot) => retry.takes_slot(&self.core.site, delay, slot.await),
                None => delay,
            };
            if delay.lasts() {
                self.sleep.sleep(delay, &self.core.site).await;
            }
        }
    }

    async fn prepare(&mut self, retry: &mut Retry) -> Result<(), E>
    where
        E: Loggable,
    {
        match self.preparation(retry) {
            Some(context) => self.before.prepare(context).await,
            None => Ok(()),
        }
    }
}
