//! A process has one coordinator, and its tests run side by side: they take turns.

use std::sync::{Mutex, MutexGuard, PoisonError};

use retry_runtime::coordinate;

static TURN: Mutex<()> = Mutex::new(());

/// The turn of one test, at whose end nothing is coordinated any more.
pub(crate) struct Installed {
    _turn: MutexGuard<'static, ()>,
}

/// Installs a memory coordinator that knows of no call yet.
pub(crate) fn memory() -> Installed {
    // A test that failed has nothing that the next one needs.
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    coordinate::memory().install();
    Installed { _turn: turn }
}

impl Drop for Installed {
    fn drop(&mut self) {
        coordinate::uninstall();
    }
}
