//! The counters of a call that succeeds at once, kept beside its function.

use std::{fmt, sync::OnceLock};

use metrics::{Counter, Histogram, Recorder};

use super::{
    ATTEMPTS_TOTAL, DURATION_SECONDS, SUCCESS_TOTAL, counter, histogram,
    recorder::{self, LASTS},
};
use crate::site::Site;

/// One set for each recorder that lasts: the one that nobody installed, and the one that somebody did.
pub(crate) struct Handles([OnceLock<AtOnce>; LASTS]);

/// What a call that succeeds at once counts.
pub(crate) struct AtOnce {
    attempts: Counter,
    successes: Counter,
    durations: Histogram,
}

impl Handles {
    pub(crate) const fn new() -> Self {
        Self([const { OnceLock::new() }; LASTS])
    }

    /// Those of the recorder there is now, if it lasts and was met before.
    #[inline]
    pub(crate) fn present(&self) -> Option<&AtOnce> {
        recorder::known(recorder::present()).and_then(|place| self.0[place].get())
    }

    /// Counts a call that succeeded at once, under whatever recorder.
    pub(crate) fn count_first(&self, site: &Site, nanos: i64) {
        if let Some(kept) = self.present() {
            return kept.count(nanos);
        }
        recorder::with(|recorder, place| {
            // Made before they are kept, for a recorder may make calls of its own.
            let made = AtOnce::of(site, recorder);
            made.count(nanos);
            if let Some(place) = place {
                let _ = self.0[place].set(made);
            }
        });
    }
}

impl AtOnce {
    fn of(site: &Site, recorder: &dyn Recorder) -> Self {
        let names = super::Names::of(site.service(), site.operation());
        Self {
            attempts: counter(recorder, ATTEMPTS_TOTAL, names.and("attempt", "1")),
            successes: counter(recorder, SUCCESS_TOTAL, names.and("attempts_needed", "1")),
            durations: histogram(recorder, DURATION_SECONDS, names.alone()),
        }
    }

    /// Counts one, which took so many nanoseconds.
    #[inline]
    pub(crate) fn count(&self, nanos: i64) {
        self.attempts.increment(1);
        self.successes.increment(1);
        self.durations.record(nanos as f64 / 1e9);
    }
}

impl fmt::Debug for Handles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handles").finish_non_exhaustive()
    }
}
