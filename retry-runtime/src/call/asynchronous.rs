//! Calls that are awaited.

use std::{fmt::Display, future::Future, time::Duration};

use super::{
    Call,
    parts::{Asynchronous, FallBack, Hooks, JudgeError, JudgeValue, Prepare, SleepBy},
    steps::Step,
};
use crate::{__private::Preparation, Context, RetryError, retry::Retry, sleep};

/// Prepares an attempt.
#[expect(async_fn_in_trait, reason = "sealed by `Call`; `Send` is seen through the concrete types")]
pub trait AsyncBefore<E> {
    /// Runs the hook.
    ///
    /// # Errors
    /// The hook's own.
    async fn prepare(&mut self, context: impl FnOnce() -> Context<'static>) -> Result<(), E>;
}

impl<E> AsyncBefore<E> for () {
    async fn prepare(&mut self, _: impl FnOnce() -> Context<'static>) -> Result<(), E> {
        Ok(())
    }
}

impl<E, P, Fut> AsyncBefore<E> for Prepare<P>
where
    P: FnMut(Context<'static>) -> Fut,
    Fut: Future<Output: Preparation<E>>,
{
    async fn prepare(&mut self, context: impl FnOnce() -> Context<'static>) -> Result<(), E> {
        let prepared = (self.0)(context());
        prepared.await.prepared()
    }
}

/// Answers in place of an error.
#[expect(async_fn_in_trait, reason = "sealed by `Call`; `Send` is seen through the concrete types")]
pub trait AsyncFallback<T, E> {
    /// The answer.
    ///
    /// # Errors
    /// The error itself, or the fallback's own.
    async fn fall_back(self, error: E) -> Result<T, E>;
}

impl<T, E> AsyncFallback<T, E> for () {
    async fn fall_back(self, error: E) -> Result<T, E> {
        Err(error)
    }
}

impl<T, E, P, Fut> AsyncFallback<T, E> for FallBack<P>
where
    P: FnOnce(E) -> Fut,
    Fut: Future<Output = Result<T, E>>,
{
    async fn fall_back(self, error: E) -> Result<T, E> {
        let answer = (self.0)(error);
        answer.await
    }
}

/// Waits without blocking.
#[expect(async_fn_in_trait, reason = "sealed by `Call`; `Send` is seen through the concrete types")]
pub trait AsyncSleep {
    /// Waits for `delay`.
    async fn sleep(&mut self, delay: Duration);
}

#[cfg(feature = "tokio")]
impl AsyncSleep for () {
    async fn sleep(&mut self, delay: Duration) {
        sleep::asynchronous(delay).await;
    }
}

impl<P, Fut> AsyncSleep for SleepBy<P>
where
    P: FnMut(Duration) -> Fut,
    Fut: Future,
{
    async fn sleep(&mut self, delay: Duration) {
        (self.0)(delay).await;
    }
}

impl<F, Fut, T, E, J, V, H, B, L, S> Call<Asynchronous, F, J, V, H, B, L, S>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<T, E>>,
    E: Display,
    J: JudgeError<E>,
    V: JudgeValue<T>,
    H: Hooks<E>,
    B: AsyncBefore<E>,
    L: AsyncFallback<T, E>,
    S: AsyncSleep,
{
    /// Calls the closure until it succeeds or the policy says stop. Dropping the future ends it at once.
    ///
    /// # Errors
    /// The closure's own last error, unchanged; or that of `before_retry` or `fallback`.
    ///
    /// # Panics
    /// When it waits outside a tokio runtime without a `sleep` of its own.
    pub async fn run(mut self) -> Result<T, E> {
        match self.drive(false).await {
            Ok(value) => Ok(value),
            Err((error, _)) => self.fallback.fall_back(error).await,
        }
    }

    /// As [`run`](Self::run), with the error wrapped: how many attempts, how long, why it ended. The
    /// fallback still takes and returns the plain error.
    ///
    /// # Errors
    /// The last error, wrapped.
    ///
    /// # Panics
    /// As [`run`](Self::run).
    pub async fn run_wrapped(mut self) -> Result<T, RetryError<E>> {
        match self.drive(true).await {
            Ok(value) => Ok(value),
            Err((error, retry)) => {
                let now = self.core.now();
                let answer = self.fallback.fall_back(error).await;
                answer.map_err(|error| retry.wrap_at(error, &now))
            }
        }
    }

    async fn drive(&mut self, wrapped: bool) -> Result<T, (E, Retry)> {
        let mut retry = self.start(wrapped);
        loop {
            let delay = {
                let outcome = match self.prepare(&mut retry).await {
                    Ok(()) => (self.operation)().await,
                    Err(error) => Err(error),
                };
                match self.settle(&mut retry, outcome) {
                    Step::Wait(delay) => delay,
                    Step::Done(value) => return Ok(value),
                    Step::GaveUp(error) => return Err((error, retry)),
                }
            };
            if !delay.is_zero() {
                self.sleep.sleep(delay).await;
            }
        }
    }

    async fn prepare(&mut self, retry: &mut Retry) -> Result<(), E> {
        if !retry.is_retry() {
            return Ok(());
        }
        let (now, site, policy) = (self.core.now(), &self.core.site, &self.core.policy);
        let state = *retry;
        let prepared = self.before.prepare(move || state.context_at(site, policy, &now)).await;
        prepared.inspect_err(|_| retry.abandon())
    }
}
