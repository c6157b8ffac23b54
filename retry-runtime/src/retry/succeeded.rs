//! Calls that succeeded: who hears of it.

use std::time::Instant;

use super::{Begun, Retry};
use crate::{
    Event,
    observe::{self, ARE_KEPT, ARE_TIMED},
    site::Site,
};

impl Retry {
    /// The call succeeded: counts it, and says so if it had failed before.
    #[inline]
    pub fn succeeded(&self, site: &Site) {
        if ARE_KEPT {
            self.count_success(site, site.clock());
        } else if self.0.is_some() {
            // One comparison, for a call that knows nothing of itself has not failed.
            self.succeeded_late(site);
        }
    }

    /// The same of a call that knows its start.
    #[inline]
    pub fn succeeded_timed(&self, site: &Site) {
        if ARE_KEPT {
            self.count_success(site, site.clock());
        } else if self.is_retry() {
            self.succeeded_late(site);
        }
    }

    #[cold]
    #[inline(never)]
    fn succeeded_late(&self, site: &Site) {
        if self.is_retry() {
            self.succeeded_telling(site, &site.clock());
        }
    }

    /// No event for a call that succeeded at once: nobody else would hear of it.
    #[inline(never)]
    fn count_success(&self, site: &Site, clock: fn() -> Instant) {
        match &self.0 {
            Some(Begun { driver, .. }) if driver.attempt() == 1 => {
                observe::count_success(site, || if ARE_TIMED { driver.nanos_until(clock()) } else { 0 });
            }
            None if !ARE_TIMED => observe::count_success(site, || 0),
            _ => self.succeeded_telling(site, &clock),
        }
    }

    /// As [`succeeded`](Self::succeeded), with the clock handed in.
    #[inline]
    pub(crate) fn succeeded_at(&self, site: &Site, clock: fn() -> Instant) {
        if ARE_KEPT {
            self.count_success(site, clock);
        } else if self.is_retry() {
            self.succeeded_telling(site, &clock);
        }
    }

    #[cold]
    #[inline(never)]
    fn succeeded_telling(&self, site: &Site, clock: &dyn Fn() -> Instant) {
        observe::tell(site, &self.event_at(site, None, None, clock));
    }

    /// As [`succeeded`](Self::succeeded), with the event for `on_success`.
    #[must_use]
    pub fn success<'a, E: ?Sized>(&self, site: &Site) -> Event<'a, E> {
        self.success_at(site, &site.clock())
    }

    pub(crate) fn success_at<'a, E: ?Sized>(&self, site: &Site, clock: &dyn Fn() -> Instant) -> Event<'a, E> {
        let event = self.event_at(site, None, None, clock);
        if event.attempt == 1 {
            // As without an event: nobody else hears of it.
            let nanos =
                event.elapsed.map_or(0, |elapsed| i64::try_from(elapsed.as_nanos()).unwrap_or(i64::MAX));
            observe::count_success(site, || nanos);
        } else {
            observe::tell(site, &event);
        }
        event.with_error(None)
    }
}
