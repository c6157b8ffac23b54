//! Whether Redis answers: while it does not, nobody waits for it.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::observe::log;

/// Whether Redis answered when it was last asked.
#[derive(Debug)]
pub(super) struct Health(AtomicBool);

impl Health {
    pub(super) const fn unknown() -> Self {
        // Whoever asks first waits for the first connection.
        Self(AtomicBool::new(true))
    }

    pub(super) fn is_up(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    pub(super) fn answered(&self) {
        if !self.0.swap(true, Ordering::Relaxed) {
            log::coordinator_is_back();
        }
    }

    /// One warning, however many calls notice.
    pub(super) fn failed(&self, why: &str) {
        if self.0.swap(false, Ordering::Relaxed) {
            log::coordinator_is_gone(why);
        }
    }
}
