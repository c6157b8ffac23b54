//! Whether Redis answers: while it does not, nobody waits for it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::key::beside;
use crate::observe::log;

/// Whether Redis answered when it was last asked.
#[derive(Debug, Default)]
pub(super) struct Health {
    /// The key beside that which it failed to answer for. (In a Cluster other nodes may answer yet.)
    lost: Mutex<Option<String>>,
}

impl Health {
    /// Until it was asked, it is.
    pub(super) fn is_up(&self) -> bool {
        self.lost().is_none()
    }

    /// The key to write to in order to see whether it is back.
    pub(super) fn probe(&self) -> Option<String> {
        self.lost().clone()
    }

    /// It could be written to.
    pub(super) fn is_back(&self) {
        if self.lost().take().is_some() {
            log::coordinator_is_back();
            show(true);
        }
    }

    /// One warning, however many calls notice.
    pub(super) fn failed(&self, key: &str, why: &str) {
        if self.lost().replace(beside(key, "probe")).is_none() {
            log::coordinator_is_gone(why);
            show(false);
        }
    }

    fn lost(&self) -> MutexGuard<'_, Option<String>> {
        self.lost.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn show(is_up: bool) {
    #[cfg(feature = "metrics")]
    crate::metrics::coordinator_is(is_up);
    let _ = is_up;
}
