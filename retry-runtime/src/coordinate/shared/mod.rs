//! Guards that processes share, as this one knows them. Calls find here what they need without asking anybody; the
//! coordinator's thread keeps it up to date for those that are in use.

mod breaker;
mod budget;
mod purse;
mod usage;

use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::Notify;

pub(crate) use self::{
    breaker::{Event, News, SharedBreaker},
    budget::{Figures, SharedBudget},
    purse::Taken,
};
pub(super) use self::{
    breaker::{Question, Told},
    budget::Due,
    purse::{Granted, LEASE, Mood, Report},
};

pub(crate) static BREAKERS: Shared<SharedBreaker> = Shared::new();
pub(crate) static BUDGETS: Shared<SharedBudget> = Shared::new();

/// All guards of a kind that were used since the program began, and are not gone. They belong to no coordinator, for they
/// may be older than it, and outlive it.
#[derive(Debug)]
pub(crate) struct Shared<Guard> {
    guards: Mutex<Vec<Weak<Guard>>>,
    /// Something must be told or asked at once. At a time one thread waits for it, that of the installed coordinator.
    hurry: Notify,
}

impl<Guard> Shared<Guard> {
    const fn new() -> Self {
        Self { guards: Mutex::new(Vec::new()), hurry: Notify::const_new() }
    }

    /// From now on it is looked after, until it is dropped.
    pub(crate) fn add(&self, guard: Guard) -> Arc<Guard> {
        let guard = Arc::new(guard);
        let mut guards = self.guards.lock().unwrap_or_else(PoisonError::into_inner);
        guards.retain(|guard| guard.strong_count() > 0);
        guards.push(Arc::downgrade(&guard));
        guard
    }

    pub(super) fn all(&self) -> Vec<Arc<Guard>> {
        let guards = self.guards.lock().unwrap_or_else(PoisonError::into_inner);
        guards.iter().filter_map(Weak::upgrade).collect()
    }

    pub(super) fn hurry(&self) {
        self.hurry.notify_one();
    }

    pub(super) async fn hurried(&self) {
        self.hurry.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guards_that_are_dropped_are_forgotten() {
        let shared = Shared::new();
        let (one, other) = (shared.add(1), shared.add(2));
        drop(one);
        assert_eq!(shared.all(), [Arc::clone(&other)]);
        let _last = shared.add(3);
        assert_eq!(shared.guards.lock().unwrap().len(), 2, "nor kept for long");
    }
}
