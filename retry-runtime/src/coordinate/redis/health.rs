//! Whether Redis answers: while it does not, nobody waits for it.

#[cfg(feature = "idempotency")]
use std::sync::atomic::{AtomicU64, Ordering};
use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

#[cfg(feature = "idempotency")]
use tokio::sync::Notify;

use super::key::{beside, part};
use crate::observe::log;

/// Whether Redis answered when it was last asked.
#[derive(Debug)]
pub(super) struct Health {
    /// Whether keys are spread over nodes, of which some may answer while others do not.
    has_parts: bool,
    state: Mutex<State>,
    /// How often something of it was lost.
    #[cfg(feature = "idempotency")]
    outages: AtomicU64,
    #[cfg(feature = "idempotency")]
    back: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// The parts that do not answer, each with a key in it to ask for, and since when.
    lost: BTreeMap<u8, (String, Instant)>,
    /// Whether it has answered, or failed to, once: until then it may yet be on its way.
    was_met: bool,
    /// When one was last found again.
    was_found: Option<Instant>,
}

impl Health {
    /// Of something that is there until it was asked and did not answer.
    pub(super) fn new(has_parts: bool) -> Self {
        Self {
            has_parts,
            state: Mutex::default(),
            #[cfg(feature = "idempotency")]
            outages: AtomicU64::new(0),
            #[cfg(feature = "idempotency")]
            back: Notify::new(),
        }
    }

    /// The first attempt to connect is over.
    pub(super) fn was_met(&self) {
        self.state().was_met = true;
    }

    /// Whether it answers for this key, or did so lately.
    pub(super) fn is_up(&self, key: &str, lately: Duration) -> bool {
        let state = self.state();
        state.lost.is_empty()
            || state.lost.get(&self.part(key)).is_none_or(|(_, since)| since.elapsed() < lately)
    }

    /// The keys to write to in order to see what is back, one for each part that is lost.
    pub(super) fn probes(&self) -> Vec<String> {
        self.state().lost.values().map(|(key, _)| key.clone()).collect()
    }

    /// This key could be written to.
    pub(super) fn is_back(&self, key: &str) {
        let mut state = self.state();
        let was_lost = state.lost.remove(&self.part(key)).is_some();
        state.was_found = Some(Instant::now());
        let is_whole = was_lost && state.lost.is_empty();
        // Without the lock, for whoever hears of it may make a call that is coordinated.
        drop(state);
        #[cfg(feature = "idempotency")]
        if was_lost {
            self.back.notify_waiters();
        }
        if is_whole {
            tell(|| {
                log::coordinator_is_back();
                show(true);
            });
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
        state.lost.entry(self.part(key)).or_insert_with(|| {
            #[cfg(feature = "idempotency")]
            self.outages.fetch_add(1, Ordering::Relaxed);
            (beside(key, "probe"), Instant::now())
        });
        drop(state);
        if was_up {
            tell(|| {
                log::coordinator_is_gone(why);
                show(false);
            });
        }
    }

    #[cfg(feature = "idempotency")]
    pub(super) fn outages(&self) -> u64 {
        self.outages.load(Ordering::Relaxed)
    }

    /// When something of it can be written to again, after it could not.
    #[cfg(feature = "idempotency")]
    pub(super) async fn back(&self) {
        self.back.notified().await;
    }

    fn part(&self, key: &str) -> u8 {
        if self.has_parts { part(key) } else { 0 }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A subscriber or recorder that panics must not end the thread that looks for Redis.
fn tell(what: impl FnOnce()) {
    let _ = catch_unwind(AssertUnwindSafe(what));
}

fn show(is_up: bool) {
    #[cfg(feature = "metrics")]
    crate::metrics::coordinator_is(is_up);
    let _ = is_up;
}
