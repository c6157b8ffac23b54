//! The counters of a call that succeeds at once, kept beside its function.

use std::{fmt, sync::OnceLock, time::Duration};

use metrics::{Counter, Histogram, Recorder};

use super::{
    ATTEMPTS_TOTAL, DURATION_SECONDS, SUCCESS_TOTAL, counter, histogram,
    recorder::{self, LASTS},
};
use crate::site::Site;

/// One set for each recorder that lasts: the one that nobody installed, and the one that somebody did.
pub(crate) struct Handles([OnceLock<AtOnce>; LASTS]);

/// What a call that succeeds at once counts.
struct AtOnce {
    attempts: Counter,
    successes: Counter,
    durations: Histogram,
}

impl Handles {
    pub(crate) const fn new() -> Self {
        Self([const { OnceLock::new() }; LASTS])
    }

    /// Counts a call that succeeded at once.
    pub(crate) fn count_success(&self, site: &Site, elapsed: Option<Duration>) {
        recorder::with(|recorder, place| match place {
            Some(place) => {
                let handles = &self.0[place];
                match handles.get() {
                    Some(handles) => handles.count(elapsed),
                    None => handles.get_or_init(|| AtOnce::of(site, recorder, Some(place))).count(elapsed),
                }
            }
            None => AtOnce::of(site, recorder, None).count(elapsed),
        });
    }
}

impl AtOnce {
    #[cold]
    #[inline(never)]
    fn of(site: &Site, recorder: &dyn Recorder, place: Option<usize>) -> Self {
        recorder::described(recorder, place);
        let names = super::Names::of(site.service(), site.operation());
        Self {
            attempts: counter(recorder, ATTEMPTS_TOTAL, names.and("attempt", "1")),
            successes: counter(recorder, SUCCESS_TOTAL, names.and("attempts_needed", "1")),
            durations: histogram(recorder, DURATION_SECONDS, names.alone()),
        }
    }

    #[inline]
    fn count(&self, elapsed: Option<Duration>) {
        self.attempts.increment(1);
        self.successes.increment(1);
        if let Some(elapsed) = elapsed {
            self.durations.record(elapsed);
        }
    }
}

impl fmt::Debug for Handles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handles").finish_non_exhaustive()
    }
}
