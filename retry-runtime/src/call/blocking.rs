//! Calls that block their thread.

use std::time::Duration;

use super::{
    Call,
    guards::Guards,
    parts::{Before, Blocking, FallBack, Hooks, JudgeError, JudgeValue, Loggable, Prepare, SleepBy},
    steps::{Step, count, judge, tell},
};
use crate::{
    __private::{InAttempt, Preparation},
    Context, RetryError,
    delay::Delay,
    retry::Retry,
    site::Site,
    sleep,
};

/// Prepares an attempt, on this thread.
pub trait BlockingBefore<E>: Before {
    /// Runs the hook.
    ///
    /// # Errors
    /// The hook's own.
    fn prepare(&mut self, context: Context<'static>) -> Result<(), E>;
}

impl<E> BlockingBefore<E> for () {
    fn prepare(&mut self, _: Context<'static>) -> Result<(), E> {
        Ok(())
    }
}

impl<E, P, R> BlockingBefore<E> for Prepare<P>
where
    P: FnMut(Context<'static>) -> R,
    R: Preparation<E>,
{
    fn prepare(&mut self, context: Context<'static>) -> Result<(), E> {
        (self.0)(context).prepared()
    }
}

/// Answers in place of an error, on this thread.
pub trait BlockingFallback<T, E> {
    /// The answer.
    ///
    /// # Errors
    /// The error itself, or the fallback's own.
    fn fall_back(self, error: E) -> Result<T, E>;
}

impl<T, E> BlockingFallback<T, E> for () {
    fn fall_back(self, error: E) -> Result<T, E> {
        Err(error)
    }
}

impl<T, E, P: FnOnce(E) -> Result<T, E>> BlockingFallback<T, E> for FallBack<P> {
    fn fall_back(self, error: E) -> Result<T, E> {
        (self.0)(error)
    }
}

/// Blocks the thread.
pub trait BlockingSleep {
    /// Blocks for `delay`; a warning names the `site`.
    fn sleep(&mut self, delay: Delay, site: &Site);
}

impl BlockingSleep for () {
    fn sleep(&mut self, delay: Delay, site: &Site) {
        sleep::blocking(delay, site);
    }
}

impl<P: FnMut(Duration)> BlockingSleep for SleepBy<P> {
    fn sleep(&mut self, delay: Delay, _: &Site) {
        (self.0)(delay.duration());
    }
}

impl<F, T, E, J, V, H, B, L, S, G> Call<Blocking, F, J, V, H, B, L, S, G>
where
    F: FnMut() -> Result<T, E>,
    J: JudgeError<E>,
    V: JudgeValue<T>,
    H: Hooks<E>,
    B: BlockingBefore<E>,
    L: BlockingFallback<T, E>,
    S: BlockingSleep,
    G: Guards<E>,
{
    /// Calls the closure until it succeeds or the policy says stop.
    ///
    /// # Errors
    /// The closure's own last error, unchanged; or that of `before_retry` or `fallback`.
    pub fn run(mut self) -> Result<T, E>
    where
        E: Loggable,
    {
        self.drive(false).or_else(|(error, _)| self.fallback.fall_back(error))
    }

    /// As [`run`](Self::run), with the error wrapped: how many attempts, how long, why it ended. The
    /// fallback still takes and returns the plain error.
    ///
    /// # Errors
    /// The last error, wrapped.
    pub fn run_wrapped(mut self) -> Result<T, RetryError<E>>
    where
        E: Loggable,
    {
        self.drive(true).or_else(|(error, retry)| {
            let end = self.core.now()();
            self.fallback.fall_back(error).map_err(|error| retry.wrap_at(error, &|| end))
        })
    }

    fn drive(&mut self, wrapped: bool) -> Result<T, (E, Retry)>
    where
        E: Loggable,
    {
        let mut retry = self.start(wrapped);
        loop {
            if let Err(error) = self.prepare(&mut retry) {
                self.abandon(&mut retry, &error);
                return Err((error, retry));
            }
            let made = match self.guards.admit(self.core.now()) {
                Err(refused) => Err(refused),
                Ok(permit) => {
                    count(&self.guards, &retry, self.core.now());
                    let outcome = {
                        let _within = InAttempt::attempt_of(&self.core.site);
                        (self.operation)()
                    };
                    let verdict = judge(&mut self.judge, &mut self.judge_ok, &outcome);
                    tell(permit, verdict, self.core.now());
                    Ok((verdict, outcome))
                }
            };
            match self.settle(&mut retry, made) {
                Step::Wait(delay) => {
                    #[cfg(feature = "coordinate")]
                    let delay = retry.slot_blocking_by(&self.core.site, self.core.now(), delay);
                    if delay.lasts() {
                        self.sleep.sleep(delay, &self.core.site);
                    }
                }
                Step::Done(value) => return Ok(value),
                Step::GaveUp(error) => return Err((error, retry)),
            }
        }
    }

    fn prepare(&mut self, retry: &mut Retry) -> Result<(), E>
    where
        E: Loggable,
    {
        match self.preparation(retry) {
            Some(context) => self.before.prepare(context),
            None => Ok(()),
        }
    }
}
