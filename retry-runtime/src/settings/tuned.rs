//! What settings make of a call, kept for ever: a call refers to it, and has nothing to give back when it ends.

use std::{
    collections::{BTreeSet, HashMap, hash_map::DefaultHasher},
    hash::{Hash, Hasher},
    mem::discriminant,
    sync::{Arc, LazyLock, Mutex, PoisonError},
    time::Duration,
};

use arc_swap::ArcSwap;

use crate::{Jitter, RetryPolicy};

/// What settings make of a call.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Tuned {
    /// `None` where they leave it as it is.
    pub(crate) policy: Option<RetryPolicy>,
    /// Where they say something of it.
    pub(crate) attempt_timeout: Option<Duration>,
    /// The same.
    pub(crate) deadline: Option<Duration>,
}

/// By their [marks](Tuned::mark).
type ByMark = HashMap<u64, Vec<&'static Tuned>>;

/// All there ever were. They stay: as many as settings have led to different figures. A call that looks for its own waits
/// for nobody.
static ALL: LazyLock<ArcSwap<ByMark>> = LazyLock::new(ArcSwap::default);

/// Who adds to them has leave.
static ADDING: Mutex<()> = Mutex::new(());

impl Tuned {
    /// A call that settings leave as it is.
    pub(crate) const NOTHING: &'static Self = &Self { policy: None, attempt_timeout: None, deadline: None };

    /// The one that says the same.
    pub(super) fn kept(self) -> &'static Self {
        if self == *Self::NOTHING {
            return Self::NOTHING;
        }
        let mark = self.mark();
        let find =
            |all: &ByMark| all.get(&mark).and_then(|alike| alike.iter().copied().find(|one| **one == self));
        if let Some(same) = find(&ALL.load()) {
            return same;
        }
        let _adding = ADDING.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all = ByMark::clone(&ALL.load());
        // Another thread may have been quicker.
        if let Some(same) = find(&all) {
            return same;
        }
        let kept: &'static Self = Box::leak(Box::new(self));
        all.entry(mark).or_default().push(kept);
        ALL.store(Arc::new(all));
        kept
    }

    /// Different for most that differ.
    fn mark(&self) -> u64 {
        let mut mark = DefaultHasher::new();
        (self.attempt_timeout, self.deadline).hash(&mut mark);
        if let Some(policy) = &self.policy {
            (policy.name(), policy.max_attempts(), policy.initial_delay(), policy.max_delay())
                .hash(&mut mark);
            (policy.max_elapsed(), policy.max_retry_after(), policy.max_total_delay()).hash(&mut mark);
            policy.exponential_base().to_bits().hash(&mut mark);
            (discriminant(&policy.backoff()), discriminant(&policy.jitter())).hash(&mut mark);
            if let Jitter::Factor(factor) = policy.jitter() {
                factor.to_bits().hash(&mut mark);
            }
            (policy.slot_count(), policy.slot_width(), policy.is_coordinated()).hash(&mut mark);
            policy.idempotency_ttl().hash(&mut mark);
        }
        mark.finish()
    }
}

/// The names that sources give to policies which the program does not have: as many as they have sections.
static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());

/// A name that stays.
pub(super) fn kept(name: &str) -> &'static str {
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(same) = names.get(name) {
        return same;
    }
    let kept: &'static str = Box::leak(name.into());
    names.insert(kept);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_attempts(attempts: u32) -> Tuned {
        Tuned { policy: Some(RetryPolicy::WORKER.with_max_attempts(attempts)), ..Tuned::default() }
    }

    #[test]
    fn what_says_the_same_is_kept_once() {
        assert!(std::ptr::eq(with_attempts(7).kept(), with_attempts(7).kept()));
        assert!(!std::ptr::eq(with_attempts(7).kept(), with_attempts(8).kept()));
        let limit = |seconds| Tuned { deadline: Some(Duration::from_secs(seconds)), ..with_attempts(7) };
        assert!(!std::ptr::eq(limit(1).kept(), with_attempts(7).kept()));
        assert!(!std::ptr::eq(limit(1).kept(), limit(2).kept()));
        assert_eq!(*limit(2).kept(), limit(2));
    }

    /// Those of one mark are searched one by one.
    #[test]
    fn what_differs_in_its_jitter_has_another_mark() {
        let of = |factor| {
            let policy = RetryPolicy::WORKER.with_jitter(Jitter::Factor(factor));
            Tuned { policy: Some(policy), ..Tuned::default() }.mark()
        };
        assert_ne!(of(0.2), of(0.3));
    }
}
