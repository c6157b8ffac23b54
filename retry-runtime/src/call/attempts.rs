//! The loop form: for a block that is no function, or that borrows what no closure can hold.

use std::{
    fmt,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use rand::Rng;

use super::{
    asynchronous::AsyncSleep,
    blocking::BlockingSleep,
    guards::{ChargedTo, Guards, Shares},
    parts::{Loggable, SleepBy},
};
use crate::{
    Context, IntoVerdict, RetryBudget, RetryError, RetryPolicy, StopReason, Verdict,
    delay::Delay,
    observe::{self, ARE_TIMED, Described},
    policy::Draft,
    retry::Retry,
    rng::ThreadRng,
    site::Site,
};

/// The attempts of one call, made in a loop of your own.
///
/// ```
/// use retry_runtime::{Context, RetryPolicy};
///
/// async fn work(attempt: Context<'_>, seen: &mut Vec<u32>) -> Result<&'static str, std::io::Error> {
///     seen.push(attempt.attempt());
///     if seen.len() < 3 { Err(std::io::ErrorKind::ConnectionReset.into()) } else { Ok("done") }
/// }
///
/// async fn process(seen: &mut Vec<u32>) -> Result<&'static str, std::io::Error> {
///     let mut attempts = RetryPolicy::DEFAULT.attempts("data_processing");
///     loop {
///         let attempt = attempts.next().await; // next_blocking() in sync code
///         match work(attempt, seen).await {
///             Err(e) => attempts.failed(e)?, // decides; gives the error back when it is over
///             done => return done,
///         }
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let mut seen = Vec::new();
/// assert_eq!(process(&mut seen).await.unwrap(), "done");
/// assert_eq!(seen, [1, 2, 3]);
/// # }
/// ```
#[must_use = "attempts are made by `next`"]
pub struct Attempts<Sleep = (), Guards = ()> {
    site: Site,
    retry: Retry,
    /// The wait before the next attempt, and when it began.
    pending: Delay,
    waiting_since: Option<Instant>,
    /// Whether an attempt was given whose outcome is not known yet.
    undecided: AtomicBool,
    sleep: Sleep,
    guards: Guards,
    rng: Option<Box<dyn Rng + Send + Sync>>,
    clock: Option<fn() -> Instant>,
}

impl RetryPolicy {
    /// Starts a call whose attempts are made in a loop; `operation` is its name in logs.
    #[track_caller]
    pub fn attempts(&self, operation: &'static str) -> Attempts {
        let site = Site::asynchronous(operation, Draft::of(*self));
        Attempts {
            site,
            retry: Retry::unbegun(&site),
            pending: Delay::ZERO,
            waiting_since: None,
            undecided: AtomicBool::new(false),
            sleep: (),
            guards: (),
            rng: None,
            clock: None,
        }
    }
}

impl<S, G: Guards<()>> Attempts<S, G> {
    /// The service's name in logs.
    pub fn service(mut self, name: &'static str) -> Self {
        self.site = self.site.with_service(name);
        self
    }

    /// Whether settings may change the policy of this call. They may unless told otherwise; without the feature
    /// `settings` there are none.
    pub fn configurable(mut self, configurable: bool) -> Self {
        self.site = self.site.configurable(configurable);
        self
    }

    /// Waits with another sleeper, of any runtime: `fn(Duration)` for `next_blocking`,
    /// `fn(Duration) -> impl Future` for `next`. It is not asked for a wait of zero.
    pub fn sleep<P, R>(self, sleep: P) -> Attempts<SleepBy<P>, G>
    where
        P: FnMut(Duration) -> R,
    {
        let Self { site, retry, pending, waiting_since, undecided, guards, rng, clock, .. } = self;
        Attempts { site, retry, pending, waiting_since, undecided, sleep: SleepBy(sleep), guards, rng, clock }
    }

    /// Shares a budget with other calls, which is told of this one now: each retry is charged to it, and none is made
    /// that it does not pay for. [`succeeded`](Self::succeeded) gives back what a token bucket gives back. Takes a
    /// reference, or an `Arc`. A [`clock`](Self::clock) is named before.
    pub fn budget<R: Shares<RetryBudget>>(self, budget: R) -> Attempts<S, ChargedTo<R, G>> {
        budget.shared().called(self.now());
        let Self { site, retry, pending, waiting_since, undecided, sleep, guards, rng, clock } = self;
        let guards = ChargedTo(budget, guards);
        Attempts { site, retry, pending, waiting_since, undecided, sleep, guards, rng, clock }
    }

    /// Draws jitter from `rng` instead of the thread's own generator.
    pub fn rng(mut self, rng: impl Rng + Send + Sync + 'static) -> Self {
        self.rng = Some(Box::new(rng));
        self
    }

    /// Reads the time from `clock` instead of tokio's clock (the system's outside a runtime), and counts
    /// from now on.
    pub fn clock(mut self, clock: fn() -> Instant) -> Self {
        self.clock = Some(clock);
        if ARE_TIMED || self.site.policy().max_elapsed().is_some() {
            self.retry.retime(clock());
        }
        self
    }

    /// Waits as long as the last failure asked for, then says which attempt comes.
    ///
    /// An attempt that was given up, without [`failed`](Self::failed) or [`turned_down`](Self::turned_down), counts as
    /// failed: nothing escapes the limits.
    ///
    /// Cancel safe: when it is dropped, the next call waits for what is left.
    ///
    /// # Panics
    /// When it waits outside a tokio runtime without a [`sleep`](Self::sleep) of its own, and when no attempt is left.
    pub async fn next(&mut self) -> Context<'static>
    where
        S: AsyncSleep,
    {
        self.settle();
        #[cfg(feature = "coordinate")]
        self.take_slot().await;
        if self.pending.lasts() {
            let now = self.now()();
            let since = *self.waiting_since.get_or_insert(now);
            let rest = self.pending.saturating_sub(now.saturating_duration_since(since));
            if rest.lasts() {
                self.sleep.sleep(rest, &self.site).await;
            }
            self.pending = Delay::ZERO;
        }
        self.waiting_since = None;
        *self.undecided.get_mut() = true;
        self.context()
    }

    /// As [`next`](Self::next), blocking the thread.
    ///
    /// # Panics
    /// When no attempt is left.
    pub fn next_blocking(&mut self) -> Context<'static>
    where
        S: BlockingSleep,
    {
        self.settle();
        let delay = std::mem::replace(&mut self.pending, Delay::ZERO);
        #[cfg(feature = "coordinate")]
        let delay = if self.retry.is_retry() {
            self.retry.slot_blocking_by(&self.site, self.now(), delay)
        } else {
            delay
        };
        if delay.lasts() {
            self.sleep.sleep(delay, &self.site);
        }
        *self.undecided.get_mut() = true;
        self.context()
    }

    /// Adds the wait for a slot to that which is about to begin.
    #[cfg(feature = "coordinate")]
    async fn take_slot(&mut self) {
        if !self.retry.is_retry() || self.waiting_since.is_some() {
            return;
        }
        if let Some(slot) = self.retry.slot_by(&self.site, self.now(), None, self.pending) {
            let wait = slot.await;
            self.pending = self.retry.takes_slot(&self.site, self.pending, wait);
        }
    }

    /// The attempt failed. Every error counts as transient; to judge it, see
    /// [`failed_with`](Self::failed_with).
    ///
    /// # Errors
    /// `error` itself when there is no further attempt.
    pub fn failed<E: Loggable>(&mut self, error: E) -> Result<(), E> {
        self.failed_with(Verdict::TRANSIENT, error)
    }

    /// The attempt failed, and `verdict` says whether another one may help: a `bool`, a [`Verdict`], the
    /// answer of a filter such as `is_transient_io(&error)`.
    ///
    /// # Errors
    /// `error` itself when there is no further attempt.
    pub fn failed_with<E: Loggable>(&mut self, verdict: impl IntoVerdict, error: E) -> Result<(), E> {
        if self.decide(verdict.into_verdict(), Described::displayed(&error)) { Ok(()) } else { Err(error) }
    }

    /// The attempt gave a value that is not good enough yet (polling).
    ///
    /// # Errors
    /// `value` itself when there is no further attempt.
    pub fn turned_down<T>(&mut self, value: T) -> Result<(), T> {
        if self.decide(Verdict::TRANSIENT, Described::phrase("value turned down", "turned_down")) {
            Ok(())
        } else {
            Err(value)
        }
    }

    /// The call succeeded: counts it (feature `metrics`), says so in the log if it had failed before, and tells its
    /// budget, if it has one.
    pub fn succeeded(&self) {
        // Once: there is nothing to tell of an attempt whose outcome is known.
        if !self.undecided.swap(false, Ordering::Relaxed) {
            return;
        }
        if let Some(budget) = self.guards.bounds().budget {
            budget.succeeded(|| self.retry.charged());
        }
        self.retry.succeeded_at(&self.site, self.now());
    }

    /// Why the call is over; `None` while it is not.
    #[must_use]
    pub fn stop_reason(&self) -> Option<StopReason> {
        self.retry.stop_reason()
    }

    /// Wraps the error of a call that is over: `attempts.failed(e).map_err(|e| attempts.wrap(e))?`.
    /// The time counts from the first failure unless the policy has a `max_elapsed`.
    pub fn wrap<E>(&self, error: E) -> RetryError<E> {
        self.retry.wrap_at(error, &self.now())
    }

    fn now(&self) -> fn() -> Instant {
        self.clock.unwrap_or_else(|| self.site.clock())
    }

    fn context(&mut self) -> Context<'static> {
        self.site.tune();
        let now = self.now();
        self.retry.context_at(&self.site, &now)
    }

    /// Settles an attempt that was given up without a word. Panics where no further attempt is allowed.
    fn settle(&mut self) {
        let undecided = *self.undecided.get_mut();
        if !undecided && !self.retry.is_retry() {
            observe::begin(&self.site);
        }
        if undecided {
            self.decide(Verdict::TRANSIENT, Described::phrase("attempt without an outcome", "no_outcome"));
        }
        assert!(
            self.stop_reason().is_none(),
            "no attempt is left: end the loop where `failed` or `turned_down` gives its value back"
        );
    }

    fn decide(&mut self, verdict: Verdict, error: Described<'_>) -> bool {
        *self.undecided.get_mut() = false;
        self.site.tune();
        let now = self.now();
        let (retry, site, bounds) = (&mut self.retry, &self.site, self.guards.bounds());
        retry.note_failure(now());
        let delay = match self.rng.as_deref_mut() {
            Some(rng) => retry.decide(site, bounds, verdict, error, &now, rng),
            None => retry.decide(site, bounds, verdict, error, &now, &mut ThreadRng),
        };
        self.pending = delay.unwrap_or(Delay::ZERO);
        delay.is_some()
    }
}

impl<S, G> fmt::Debug for Attempts<S, G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attempts")
            .field("policy", self.site.policy())
            .field("site", &self.site)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}
