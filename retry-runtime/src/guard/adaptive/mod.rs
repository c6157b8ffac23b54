//! Fewer attempts for a server that asks for less, and fewer retries while little succeeds.

mod ceiling;
mod half_second;
mod measured;
mod throttle;
mod timeline;
mod turn;

use std::{
    fmt,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Instant,
};

pub use turn::Turn;

use self::{
    ceiling::Window,
    half_second::half_second,
    measured::{Measured, tick},
    throttle::Throttle,
    timeline::Timeline,
};
use crate::Verdict;

#[doc = include_str!("../../../docs/adaptive.md")]
pub struct AdaptiveRate {
    name: &'static str,
    min_rate: f64,
    /// The half second in which successes need only be counted: while the server does not throttle, the one that
    /// the state knows.
    calm: AtomicU64,
    /// Successes that the state does not know yet.
    successes: AtomicU64,
    state: Mutex<State>,
}

/// Values of `calm` that are no half second of any clock.
const UNUSED: u64 = u64::MAX;
const THROTTLED: u64 = u64::MAX - 1;

#[derive(Debug)]
struct State {
    timeline: Timeline,
    measured: Measured,
    window: Window,
    throttle: Option<Throttle>,
}

/// What an attempt says about the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    /// It did its work. It also did where the caller was wrong.
    Done,
    Failed,
    Throttled,
}

/// Making one, and asking it.
impl AdaptiveRate {
    /// One that has not seen a throttling yet. The name tells rates apart. Write `static`, never `const`: each look at a
    /// `const` is a new one, which has seen nothing.
    ///
    /// # Panics
    /// If the name is empty.
    #[must_use]
    #[track_caller]
    pub const fn new(name: &'static str) -> Self {
        assert!(!name.is_empty(), "an adaptive rate needs a name: it tells rates apart");
        Self {
            name,
            min_rate: 0.5,
            calm: AtomicU64::new(UNUSED),
            successes: AtomicU64::new(0),
            state: Mutex::new(State {
                timeline: Timeline::new(),
                measured: Measured::new(),
                window: Window::new(),
                throttle: None,
            }),
        }
    }

    /// Sets the rate that is always allowed, in attempts a second: 0.5, as in the AWS SDKs, if not set. Lower it where
    /// so many processes call one server that half an attempt a second of each would be too much.
    ///
    /// ```
    /// use retry_runtime::AdaptiveRate;
    /// static API_RATE: AdaptiveRate = AdaptiveRate::new("api").with_min_rate(0.01);
    /// ```
    ///
    /// ```compile_fail
    /// use retry_runtime::AdaptiveRate;
    /// static API_RATE: AdaptiveRate = AdaptiveRate::new("api").with_min_rate(0.0);
    /// ```
    ///
    /// # Panics
    /// If it is not from 0.001 to 1,000,000.
    #[must_use]
    #[track_caller]
    pub const fn with_min_rate(mut self, per_second: f64) -> Self {
        assert!(
            per_second >= 0.001 && per_second <= 1_000_000.0,
            "`min_rate` is out of range\nuse 0.001 to 1000000 attempts a second"
        );
        self.min_rate = per_second;
        self
    }

    /// The name it was given.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The attempts a second that it allows; `None` while the server has not throttled.
    #[must_use]
    pub fn rate(&self) -> Option<f64> {
        self.state().throttle.as_ref().map(Throttle::rate)
    }

    /// The share of attempts that were answered in the ten seconds before the last one ended, 0 to 1: successes and
    /// permanent errors count as answered, transient errors and throttlings do not. 1 if there were none.
    #[must_use]
    pub fn success_rate(&self) -> f64 {
        self.up_to_date().window.share()
    }
}

/// What a retried call asks and tells it.
#[doc(hidden)]
impl AdaptiveRate {
    /// Whether attempts have to wait for their turn. If not, [`acquire`](Self::acquire) need not be asked, nor a
    /// clock.
    #[inline]
    #[must_use]
    pub fn is_throttled(&self) -> bool {
        self.calm.load(Relaxed) == THROTTLED
    }

    /// Takes a token for the attempt that comes: `None` if it may be sent at once, else its turn to wait for.
    #[inline]
    pub fn acquire(&self, now: Instant) -> Option<Turn<'_>> {
        if self.is_throttled() { self.take(now) } else { None }
    }

    #[cold]
    fn take(&self, now: Instant) -> Option<Turn<'_>> {
        let mut state = self.state();
        let moment = state.timeline.moment(now);
        let throttle = state.throttle.as_mut()?;
        let number = throttle.take(moment);
        (!throttle.wait(number, moment).is_zero()).then(|| Turn::new(self, number, now))
    }

    /// An attempt succeeded.
    #[inline]
    pub fn succeeded(&self, now: Instant) {
        if half_second(now).is_some_and(|half_second| half_second == self.calm.load(Relaxed)) {
            self.successes.fetch_add(1, Relaxed);
        } else {
            self.answered(Answer::Done, now);
        }
    }

    /// An attempt failed.
    #[cold]
    pub fn failed(&self, verdict: Verdict, now: Instant) {
        let answer = match verdict {
            verdict if verdict.is_throttled() => Answer::Throttled,
            verdict if verdict.is_permanent() => Answer::Done,
            _ => Answer::Failed,
        };
        self.answered(answer, now);
    }

    /// How many attempts a call may make whose policy allows `max_attempts`, as of the last attempt that ended.
    #[must_use]
    pub fn ceiling(&self, max_attempts: u32) -> u32 {
        self.up_to_date().window.ceiling(max_attempts)
    }

    #[inline(never)]
    fn answered(&self, answer: Answer, now: Instant) {
        let mut state = self.up_to_date();
        state.answered(answer, self.min_rate, now);
        let calm = if state.throttle.is_some() { THROTTLED } else { half_second(now).unwrap_or(UNUSED) };
        self.calm.store(calm, Relaxed);
    }

    /// The state, once it knows of all successes.
    fn up_to_date(&self) -> MutexGuard<'_, State> {
        let mut state = self.state();
        let successes = self.successes.swap(0, Relaxed);
        state.measured.add(successes);
        state.window.add(successes, 0);
        state
    }

    /// Nothing panics while it is locked: a poisoned one is as good as any.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn answered(&mut self, answer: Answer, min_rate: f64, now: Instant) {
        let moment = self.timeline.moment(now);
        let tick = tick(moment);
        self.window.advance(tick);
        let (answered, failed) = if answer == Answer::Done { (1, 0) } else { (0, 1) };
        self.window.add(answered, failed);
        self.measured.answered(tick);
        let measured = self.measured.rate();
        match (&mut self.throttle, answer) {
            (Some(throttle), Answer::Throttled) => throttle.throttled(measured, min_rate, moment),
            (Some(throttle), _) => throttle.answered(measured, min_rate, moment),
            (none, Answer::Throttled) => *none = Some(Throttle::new(measured, min_rate, moment)),
            (None, _) => {}
        }
    }
}

impl fmt::Debug for AdaptiveRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AdaptiveRate")
            .field("name", &self.name)
            .field("min_rate", &self.min_rate)
            .field("rate", &self.rate())
            .field("success_rate", &self.success_rate())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
