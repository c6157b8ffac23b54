//! One call that is being retried: the driver with its surroundings. Every loop, generated or ad hoc,
//! tells it how an attempt ended; it decides, logs, and answers with the wait.

mod bounded;
#[cfg(feature = "settings")]
mod computed;
#[cfg(feature = "coordinate")]
mod coordinated;
mod guarded;
mod succeeded;
mod tuning;

use std::time::Instant;

use rand::Rng;

use self::tuning::Tuning;
use crate::{
    Context, Event, RetryBudget, RetryError, RetryPolicy, StopReason, Verdict,
    bounds::Bounds,
    delay::Delay,
    driver::{Decision, Driver},
    guard::Failure,
    observe::{self, ARE_TIMED, Described},
    rng::ThreadRng,
    site::Site,
    sleep,
};

#[cfg(feature = "settings")]
pub use self::computed::Computed;
#[cfg(feature = "coordinate")]
pub use self::coordinated::Slot;
pub use self::guarded::{LeadsTo, Queued, admit, admit_if, called, fails, lend, queue};

/// After so many retries at a delay of zero an async call waits for the timer's next tick: one that fails
/// without ever suspending could not be cancelled otherwise, and would keep its thread from all other
/// tasks. As many as tokio's tasks may do at a stretch. (A point to suspend at for each of these retries
/// would cost every success some twenty-five instructions.)
const TURN: u32 = 128;

impl Decision {
    /// The wait after failed attempt number `attempt`; `None` if the call is over.
    ///
    /// # Panics
    /// If the wait needs tokio's timer, and there is none.
    #[inline]
    fn delay(self, site: &Site, attempt: u32) -> Option<Delay> {
        let delay = match self {
            Self::Wait(Delay::ZERO) if attempt % TURN != 0 || !site.is_async() => return Some(Delay::ZERO),
            Self::Wait(Delay::ZERO) => Delay::from_nanos(1),
            Self::Wait(delay) => delay,
            Self::Stop(_) => return None,
        };
        if site.is_on_tokio() {
            sleep::assert_timer(site);
        }
        Some(delay)
    }
}

/// The state of one call. Nothing is written for a call that succeeds at once but the mark that there is
/// nothing.
#[derive(Clone, Copy, Debug)]
pub struct Retry(Option<Begun>);

/// What is known of a call once something is. Packed, as the [`Driver`] is.
#[derive(Clone, Copy, Debug)]
#[repr(C, packed)]
struct Begun {
    driver: Driver,
    tuning: Tuning,
}

impl Begun {
    const fn with(driver: Driver) -> Self {
        Self { driver, tuning: Tuning::UNREAD }
    }

    /// What settings make of the call, read now unless that has been done.
    #[inline]
    fn tuning(&mut self, site: &Site) -> Tuning {
        let mut tuning = self.tuning;
        if !tuning.is_read() {
            tuning = Tuning::of(site);
            self.tuning = tuning;
        }
        tuning
    }
}

impl Retry {
    /// A call whose policy alone says whether its start must be known.
    #[inline]
    #[must_use]
    pub fn start(site: &Site) -> Self {
        observe::begin(site);
        Self::unbegun(site)
    }

    /// One that does not begin yet.
    #[inline]
    pub(crate) fn unbegun(site: &Site) -> Self {
        let is_timed = ARE_TIMED || site.policy().max_elapsed().is_some();
        Self(is_timed.then(|| Begun::with(Driver::timed(site.clock()()))))
    }

    /// A call whose start must be known.
    #[must_use]
    pub fn timed(site: &Site) -> Self {
        Self::timed_at(site, site.clock()())
    }

    pub(crate) fn timed_at(site: &Site, now: Instant) -> Self {
        observe::begin(site);
        Self(Some(Begun::with(Driver::timed(now))))
    }

    pub(crate) fn driver(&self) -> Driver {
        self.0.map_or(Driver::untimed(), |begun| begun.driver)
    }

    fn begun(&mut self) -> &mut Begun {
        self.0.get_or_insert_with(|| Begun::with(Driver::untimed()))
    }

    fn driver_mut(&mut self) -> &mut Driver {
        &mut self.begun().driver
    }

    /// The driver and the policy, which is read now at the latest.
    #[inline]
    fn decider<'a>(&mut self, site: &'a Site) -> (&mut Driver, &'a RetryPolicy) {
        let begun = self.begun();
        let policy = begun.tuning(site).policy(site);
        (&mut begun.driver, policy)
    }

    /// The policy that it goes by, or would if it failed now.
    pub(crate) fn policy<'a>(&self, site: &'a Site) -> &'a RetryPolicy {
        let read = self.0.map(|begun| begun.tuning).filter(|tuning| tuning.is_read());
        read.unwrap_or_else(|| Tuning::of(site)).policy(site)
    }

    /// Counts from `now`, whatever happened before.
    pub(crate) fn retime(&mut self, now: Instant) {
        let driver = self.driver_mut();
        *driver = driver.retimed(now);
    }

    /// An attempt failed: the wait before the next one, or `None` if the call is over.
    #[cold]
    #[inline(never)]
    pub fn failed(&mut self, site: &Site, verdict: Verdict, error: Described<'_>) -> Option<Delay> {
        if !observe::is_heard() {
            let (driver, policy) = self.decider(site);
            let attempt = driver.attempt();
            if let Some(decision) = driver.failed_at_once(policy, verdict, Bounds::NONE) {
                return decision.delay(site, attempt);
            }
        }
        self.decide(site, Bounds::NONE, verdict, error, &site.clock(), &mut ThreadRng)
    }

    /// As [`failed`](Self::failed), within `bounds`, with clock and random numbers handed in.
    #[inline(never)]
    pub(crate) fn decide(
        &mut self,
        site: &Site,
        bounds: Bounds<'_>,
        verdict: Verdict,
        error: Described<'_>,
        clock: &dyn Fn() -> Instant,
        rng: &mut dyn Rng,
    ) -> Option<Delay> {
        let is_heard = bounds.is_heard();
        let (driver, policy) = self.decider(site);
        if bounds.told.is_some() || observe::is_timed() {
            driver.note_failure(clock());
        }
        let attempt = driver.attempt();
        let decision = driver.failed(policy, verdict, bounds, clock, rng);
        if let Some(budget) = bounds.budget {
            budget.asked(decision == Decision::Stop(StopReason::Budget), clock);
        }
        if is_heard {
            let delay = match decision {
                Decision::Wait(delay) => Some(delay),
                Decision::Stop(_) => None,
            };
            Self::tell(site, bounds, &Event { attempt, ..self.event_at(site, Some(&error), delay, clock) });
        }
        decision.delay(site, attempt)
    }

    /// Something happened: tells log, figures and spans, and keeps the event for those who asked for it.
    fn tell(site: &Site, bounds: Bounds<'_>, event: &Event<'_, Described<'_>>) {
        let is_unpaid = event.reason == Some(StopReason::Budget);
        let budget = bounds.budget.filter(|_| is_unpaid).map(RetryBudget::name);
        let event = Event { budget, ..*event };
        observe::tell_within(bounds.spans, site, &event);
        if let Some(told) = bounds.told {
            told.tell(&event);
        }
    }

    /// Notes the first failure for those who will ask how long ago it was.
    pub(crate) fn note_failure(&mut self, now: Instant) {
        self.driver_mut().note_failure(now);
    }

    /// Whether the attempt that comes is not the first.
    #[inline]
    #[must_use]
    pub const fn is_retry(&self) -> bool {
        match &self.0 {
            Some(begun) => begun.driver.attempt() > 1,
            None => false,
        }
    }

    /// The number of the attempt that comes.
    #[cfg(feature = "tracing")]
    pub(crate) fn attempt(&self) -> u32 {
        self.driver().attempt()
    }

    /// The attempt that was about to run will not: `before_retry` failed, and its error is final.
    pub fn abandon(&mut self) {
        self.driver_mut().abandon();
    }

    /// What the attempt that comes may know.
    #[must_use]
    pub fn context(&mut self, site: &Site) -> Context<'static> {
        self.context_at(site, &site.clock())
    }

    pub(crate) fn context_at(&mut self, site: &Site, clock: &dyn Fn() -> Instant) -> Context<'static> {
        let (driver, policy) = self.decider(site);
        driver.context(policy, site.operation(), clock)
    }

    /// What happened to the attempt that ended last: `error` did, and `delay` follows.
    fn event_at<'a>(
        &self,
        site: &Site,
        error: Option<&'a Described<'a>>,
        delay: Option<Delay>,
        clock: &dyn Fn() -> Instant,
    ) -> Event<'a, Described<'a>> {
        let driver = self.driver();
        Event {
            operation: site.operation(),
            service: site.service(),
            attempt: driver.attempt(),
            max_attempts: self.policy(site).max_attempts(),
            delay: delay.map(Delay::duration),
            error,
            elapsed: driver.elapsed(clock),
            retrying: driver.retrying(clock),
            reason: driver.stopped(),
            timeout: error.and_then(Described::timeout),
            circuit_open: error.and_then(Described::circuit_open),
            budget: None,
            error_type: error.map(Described::error_type),
            is_of_attempt: error.is_none_or(Described::is_of_attempt) && !driver.is_abandoned(),
            is_abandoned: driver.is_abandoned(),
        }
    }

    /// The error of a call that is over, wrapped.
    pub fn wrap<E>(&self, site: &Site, error: E) -> RetryError<E> {
        self.wrap_at(error, &site.clock())
    }

    pub(crate) fn wrap_at<E>(&self, error: E, clock: &dyn Fn() -> Instant) -> RetryError<E> {
        self.wrap_any(Some(error), clock)
    }

    fn wrap_any<E>(&self, error: Option<E>, clock: &dyn Fn() -> Instant) -> RetryError<E> {
        let driver = self.driver();
        let reason = driver.stopped().unwrap_or(StopReason::Permanent);
        let elapsed = driver.elapsed(clock).or_else(|| driver.retrying(clock)).unwrap_or_default();
        RetryError::new(error, driver.attempt(), elapsed, reason)
    }

    /// What the last retry was charged for; a call that knows nothing of itself made none.
    #[inline]
    pub(crate) fn charged(&self) -> Option<Failure> {
        self.0.and_then(|begun| begun.driver.charged())
    }

    pub(crate) fn stop_reason(&self) -> Option<StopReason> {
        self.driver().stopped()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Part of every retried future, whatever limits others have. With settings there are a pointer to their policy.
    #[test]
    fn the_state_of_a_call_takes_23_bytes() {
        assert_eq!(size_of::<Retry>(), if cfg!(feature = "settings") { 31 } else { 23 });
    }
}
