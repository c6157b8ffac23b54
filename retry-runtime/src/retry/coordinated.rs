//! Waits that a coordinator has a say in.

#[cfg(feature = "idempotency")]
use std::time::Duration;
use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Instant,
};

use retry_rules::duration::nanos;

use super::Retry;
use crate::{
    clock,
    coordinate::{self, Coordinator, Request, Subject},
    delay::Delay,
    observe::log,
    site::Site,
    sleep,
    time::Deadline,
};

/// Ten years: what keeps results counts no further than a few centuries.
#[cfg(feature = "idempotency")]
const LONGEST_TTL: Duration = Duration::from_secs(10 * 365 * 24 * 3600);

/// A place in a slot that was asked for. No larger than a pointer: it is a part of every retried future.
#[must_use = "asks when it is polled"]
pub struct Slot(Option<Pin<Box<dyn Future<Output = Place> + Send>>>);

impl Future for Slot {
    type Output = Place;

    // Out of line, as dropping is: what is written into every retried future must stay small, or those that succeed pay
    // for it.
    #[cold]
    #[inline(never)]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Place> {
        match &mut self.0 {
            Some(place) => place.as_mut().poll(context),
            None => Poll::Ready(Place { wait: 0, passed: 0 }),
        }
    }
}

impl Drop for Slot {
    #[cold]
    #[inline(never)]
    fn drop(&mut self) {
        drop(self.0.take());
    }
}

/// A place in a slot, in nanoseconds.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// On top of the backoff.
    wait: u64,
    /// What of both went by while others were asked.
    passed: u64,
}

impl Place {
    fn of(wait: u64, asked: Option<(Instant, fn() -> Instant)>) -> Self {
        let passed = asked.map_or(0, |(since, clock)| nanos(clock().saturating_duration_since(since)));
        Self { wait, passed }
    }

    /// What is left of this and the backoff.
    fn after(self, backoff: Delay) -> Delay {
        Delay::from_nanos(backoff.nanos().saturating_add(self.wait).saturating_sub(self.passed))
    }
}

impl Retry {
    /// Asks for a place in a slot after the backoff `delay`; `None` where nothing is coordinated.
    #[inline]
    #[must_use]
    pub fn slot(&self, site: &Site, deadline: Option<Deadline>, delay: Delay) -> Option<Slot> {
        self.slot_by(site, site.clock(), deadline, delay)
    }

    /// The same, by the clock that the call counts by.
    #[inline]
    #[must_use]
    pub(crate) fn slot_by(
        &self,
        site: &Site,
        clock: fn() -> Instant,
        deadline: Option<Deadline>,
        delay: Delay,
    ) -> Option<Slot> {
        let coordinator = coordinate::installed()?;
        self.slot_of(&coordinator, site, clock, deadline, delay)
    }

    #[cold]
    fn slot_of(
        &self,
        coordinator: &Arc<Coordinator>,
        site: &Site,
        clock: fn() -> Instant,
        deadline: Option<Deadline>,
        delay: Delay,
    ) -> Option<Slot> {
        let now = clock();
        let request = self.request(site, deadline, delay, now)?;
        let answer = coordinator.reserve(Subject::of(site), request, clock::nanos(now));
        let asked = coordinator.asks_others().then_some((now, clock));
        Some(Slot(Some(Box::pin(async move { Place::of(answer.await, asked) }))))
    }

    /// The same, on this thread: what there is to wait in all.
    #[inline]
    pub fn slot_blocking(&mut self, site: &Site, delay: Delay) -> Delay {
        self.slot_blocking_by(site, site.clock(), delay)
    }

    #[inline]
    pub(crate) fn slot_blocking_by(&mut self, site: &Site, clock: fn() -> Instant, delay: Delay) -> Delay {
        match coordinate::installed() {
            Some(coordinator) => self.slot_blocking_of(&coordinator, site, clock, delay),
            None => delay,
        }
    }

    #[cold]
    fn slot_blocking_of(
        &mut self,
        coordinator: &Coordinator,
        site: &Site,
        clock: fn() -> Instant,
        delay: Delay,
    ) -> Delay {
        let now = clock();
        let Some(request) = self.request(site, None, delay, now) else { return delay };
        let wait = coordinator.reserve_blocking(Subject::of(site), request, clock::nanos(now));
        let asked = coordinator.asks_others().then_some((now, clock));
        self.takes_slot(site, delay, Place::of(wait, asked))
    }

    /// For how long what this call returns is kept.
    #[cfg(feature = "idempotency")]
    pub(crate) fn idempotency_ttl(&self, site: &Site) -> Duration {
        self.policy(site).idempotency_ttl().min(LONGEST_TTL)
    }

    fn request(
        &self,
        site: &Site,
        deadline: Option<Deadline>,
        delay: Delay,
        now: Instant,
    ) -> Option<Request> {
        let policy = self.policy(site);
        if !policy.is_coordinated() {
            return None;
        }
        let room = self.driver().room(policy, deadline, delay.nanos(), now);
        Some(Request::of(policy, delay.nanos(), room))
    }

    /// The place was given: what there is to wait in all.
    pub fn takes_slot(&mut self, site: &Site, delay: Delay, place: Place) -> Delay {
        let wait = place.wait;
        if wait > 0 {
            if site.is_on_tokio() {
                sleep::assert_timer(site);
            }
            let driver = self.driver_mut();
            driver.waited(wait);
            let duration = Delay::from_nanos(wait).duration();
            log::waits_for_slot(site, driver.attempt(), duration);
            #[cfg(feature = "metrics")]
            crate::metrics::waits_for_slot(site, duration);
        }
        place.after(delay)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nanos_of(delay: u64, wait: u64, passed: u64) -> u64 {
        Place { wait, passed }.after(Delay::from_nanos(delay)).nanos()
    }

    #[test]
    fn what_went_by_while_others_were_asked_is_part_of_the_wait() {
        assert_eq!(nanos_of(100, 50, 30), 120);
        assert_eq!(nanos_of(100, 0, 30), 70);
        assert_eq!(nanos_of(20, 0, 30), 0);
        assert_eq!(nanos_of(u64::MAX - 1, u64::MAX, 0), u64::MAX - 1);
    }
}
