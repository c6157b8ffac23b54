//! Whether Redis answers: while it does not, nobody waits for it.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::key::{beside, part};
use crate::observe::log;

/// Whether Redis answered when it was last asked.
#[derive(Debug)]
pub(super) struct Health {
    /// Whether keys are spread over nodes, of which some may answer while others do not.
    has_parts: bool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The parts that do not answer, each with a key in it to ask for.
    lost: BTreeMap<u8, String>,
    /// Whether it has answered, or failed to, once: until then it may yet be on its way.
    was_met: bool,
    /// When one was last found again.
    was_found: Option<Instant>,
}

impl Health {
    /// Of something that is there until it was asked and did not answer.
    pub(super) fn new(has_parts: bool) -> Self {
        Self { has_parts, state: Mutex::default() }
    }

    /// The first attempt to connect is over.
    pub(super) fn was_met(&self) {
        self.state().was_met = true;
    }

    /// Whether it answers for this key.
    pub(super) fn is_up(&self, key: &str) -> bool {
        let state = self.state();
        state.lost.is_empty() || !state.lost.contains_key(&self.part(key))
    }

    /// The keys to write to in order to see what is back, one for each part that is lost.
    pub(super) fn probes(&self) -> Vec<String> {
        self.state().lost.values().cloned().collect()
    }

    /// This key could be written to.
    pub(super) fn is_back(&self, key: &str) {
        let mut state = self.state();
        let was_lost = state.lost.remove(&self.part(key)).is_some();
        state.was_found = Some(Instant::now());
        if was_lost && state.lost.is_empty() {
            log::coordinator_is_back();
            show(true);
        }
    }

    /// No answer came in time.
    pub(super) fn was_late(&self, key: &str, asked: Instant, limit: Duration) {
        if self.state().was_met {
            self.failed(key, asked, &format!("no answer within {limit:?}"));
        }
    }

    /// It was asked for this key at that time and did not answer. One warning, however many calls notice, and of however many
    /// parts; what was asked before it was found again says nothing.
    pub(super) fn failed(&self, key: &str, asked: Instant, why: &str) {
        let mut state = self.state();
        if state.was_found.is_some_and(|found| asked < found) {
            return;
        }
        let was_up = state.lost.is_empty();
        state.lost.entry(self.part(key)).or_insert_with(|| beside(key, "probe"));
        if was_up {
            log::coordinator_is_gone(why);
            show(false);
        }
    }

    fn part(&self, key: &str) -> u8 {
        if self.has_parts { part(key) } else { 0 }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn show(is_up: bool) {
    #[cfg(feature = "metrics")]
    crate::metrics::coordinator_is(is_up);
    let _ = is_up;
}
