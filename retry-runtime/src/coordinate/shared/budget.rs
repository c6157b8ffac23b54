//! A budget that processes share, as this one knows it.

use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use rand::Rng;

use super::{
    BUDGETS,
    purse::{Granted, Purse, Report, Taken},
    usage::Usage,
};
use crate::rng::ThreadRng;

/// How long after its last call a budget is looked after.
const REST: Duration = Duration::from_secs(10);

/// What the budget allows, by this process's figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Figures {
    Ratio {
        /// In milliseconds.
        window: u64,
        /// Of a retry, that a call brings.
        millionths: u64,
        per_second: u32,
    },
    Tokens {
        capacity: u32,
        /// What the dearest retry costs.
        unit: u32,
    },
}

/// When a budget wants Redis to be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    Now(Report),
    /// After so long, if nothing happens.
    Within(Duration),
    /// When it is used again.
    OnceUsed,
}

#[derive(Debug)]
pub(crate) struct SharedBudget {
    name: &'static str,
    figures: Figures,
    /// What tells this one apart from all others of its name.
    member: u64,
    usage: Usage,
    /// Calls, or tokens brought back, since the beginning.
    income: AtomicU64,
    purse: Mutex<Purse>,
    /// When it was looked after last while in use; `None` while it rests.
    last_used: Mutex<Option<Instant>>,
}

/// What calls do.
impl SharedBudget {
    pub(crate) fn new(name: &'static str, figures: Figures) -> Self {
        Self {
            name,
            figures,
            member: ThreadRng.next_u64(),
            usage: Usage::new(),
            income: AtomicU64::new(0),
            purse: Mutex::new(Purse::new()),
            last_used: Mutex::new(None),
        }
    }

    /// A call uses it, and brings so much.
    #[inline]
    pub(crate) fn brings(&self, income: u64) {
        if income > 0 {
            self.income.fetch_add(income, Relaxed);
        }
        if self.usage.is_due() {
            self.note();
        }
    }

    #[cold]
    #[inline(never)]
    fn note(&self) {
        if self.usage.note() {
            BUDGETS.hurry();
        }
    }

    /// Takes what a retry costs.
    pub(crate) fn take(&self, cost: u64, now: Instant) -> Taken {
        let mut purse = self.purse();
        let was_in_need = purse.is_in_need();
        let taken = purse.take(cost, now);
        let is_in_need = purse.is_in_need();
        drop(purse);
        if is_in_need && !was_in_need {
            BUDGETS.hurry();
        }
        taken
    }

    /// What is left for all, as far as it is known.
    pub(crate) fn balance(&self, now: Instant) -> Option<u64> {
        self.purse().balance(now)
    }

    fn purse(&self) -> MutexGuard<'_, Purse> {
        self.purse.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the coordinator's thread does.
impl SharedBudget {
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) fn figures(&self) -> Figures {
        self.figures
    }

    pub(crate) fn member(&self) -> u64 {
        self.member
    }

    pub(crate) fn due(&self, session: u64, now: Instant) -> Due {
        let Some(is_resting) = self.look(now) else { return Due::OnceUsed };
        let income = self.income.load(Relaxed);
        let mut purse = self.purse();
        if is_resting || purse.is_due(session, now) {
            return Due::Now(purse.report(session, income, is_resting, now));
        }
        Due::Within(purse.pace())
    }

    pub(crate) fn answered(&self, report: Report, answer: Option<Granted>, asked: Instant) -> Duration {
        let mut purse = self.purse();
        purse.answered(report, answer, asked);
        purse.pace()
    }

    /// Whether it goes to rest; `None` while it rests.
    fn look(&self, now: Instant) -> Option<bool> {
        let mut last_used = self.last_used.lock().unwrap_or_else(PoisonError::into_inner);
        if self.usage.is_used() {
            self.usage.freshen();
            *last_used = Some(now);
            return Some(false);
        }
        let rests = now.saturating_duration_since((*last_used)?) >= REST && self.usage.rest();
        if rests {
            *last_used = None;
        }
        Some(rests)
    }
}
