//! What a budget shares with other processes. Where no Redis is there to ask, nothing.

#[cfg(not(feature = "coordinate-redis"))]
pub(super) use self::alone::Sharing;
#[cfg(feature = "coordinate-redis")]
pub(super) use self::among_many::Sharing;
#[cfg(feature = "coordinate")]
use super::RetryBudget;

/// Sharing one.
#[cfg(feature = "coordinate")]
impl RetryBudget {
    /// Shares the budget with all processes that have one of this name and kind, through the Redis that coordinates them
    /// ([`coordinate::redis`](crate::coordinate), feature `coordinate-redis`): all of them together make no more retries
    /// than it allows. A reserve of ten a second is ten a second for the whole fleet.
    ///
    /// ```
    /// use retry_runtime::RetryBudget;
    ///
    /// static API: RetryBudget = RetryBudget::new("api").with_reserve(50).shared();
    /// static LAKE: RetryBudget = RetryBudget::token_bucket("lake").with_capacity(5_000).shared();
    ///
    /// // No Redis coordinates this program: the budgets are its own.
    /// assert_eq!((API.balance(), LAKE.balance()), (500, 5_000));
    /// ```
    ///
    /// # How
    /// A retry takes from an allowance that the process was granted in advance, so no call waits for Redis. What one holds
    /// counts as spent for the others. Half of what is left lies ready in equal parts with those that make calls; who runs
    /// short is granted a part of the other half, at once. What is not needed goes back within two seconds: one process
    /// alone can make nearly all retries there are, though not all at the same moment. Of a token bucket, less than the
    /// dearest retry costs is not given out.
    ///
    /// # What is guaranteed
    /// While Redis answers, and keeps its data, the retries of all processes in any window are no more than the budget allows,
    /// but for one a process before it was answered for the first time, or after ten seconds without a call (this one is
    /// charged too). They may be less by what the others hold. Calls are told of once a second, ten times while there are
    /// retries: when their number changes, what the ratio allows follows as late.
    ///
    /// A process that dies takes what it held with it: for a ratio until the window after it is over; a token bucket has it back
    /// after three seconds, and bears so many retries more, if it died after it made them.
    ///
    /// A token bucket that no process used for an hour is full again.
    ///
    /// Processes whose figures differ count together, and each goes by its own figures. Windows of different lengths, and
    /// a ratio and a token bucket of the same name, share nothing. The name says what is shared, within the namespace of
    /// the coordinator.
    ///
    /// # Cost
    /// A call adds to one more atomic word, a retry takes a lock that is held for nanoseconds. Redis is told what happened
    /// once a second by each process that makes calls, ten times a second while there are retries, by a thread of the
    /// coordinator.
    ///
    /// # Failure
    /// When Redis has not answered for a second, and as without one, or with
    /// [`coordinate::memory`](crate::coordinate::memory), the budget is the process's own: it has counted along. It is
    /// shared again as soon as Redis answers. One that comes back without its data starts with a full budget, less what
    /// the processes hold.
    ///
    /// [`balance`](Self::balance) and the gauge say what is left for all, as it was last heard.
    pub const fn shared(mut self) -> Self {
        self.sharing.share();
        self
    }
}

#[cfg(feature = "coordinate-redis")]
mod among_many {
    use std::{
        sync::{Arc, OnceLock},
        time::Instant,
    };

    use super::super::{Failure, Kind};
    use crate::{
        RetryBudget,
        coordinate::{
            self,
            shared::{BUDGETS, SharedBudget, Taken},
        },
    };

    #[derive(Debug)]
    pub(in super::super) struct Sharing {
        is_shared: bool,
        /// Made by the first call: a `static` has no place for it before.
        known: OnceLock<Arc<SharedBudget>>,
    }

    impl Sharing {
        pub(in super::super) const fn none() -> Self {
            Self { is_shared: false, known: OnceLock::new() }
        }

        pub(super) const fn share(&mut self) {
            self.is_shared = true;
        }

        #[inline]
        pub(in super::super) const fn is_shared(&self) -> bool {
            self.is_shared
        }
    }

    impl RetryBudget {
        /// A call that uses it brings so much: one call, or tokens.
        #[inline]
        pub(in super::super) fn brings(&self, income: u64) {
            if let Some(known) = self.known() {
                known.brings(income);
            }
        }

        /// Whether all processes together have a retry left, which is taken; `None` where the process goes by its own
        /// budget.
        pub(in super::super) fn take(&self, after: Failure) -> Option<bool> {
            // The system's time, whatever the call's is.
            let known = self.known().filter(|_| coordinate::is_of_many())?;
            match known.take(self.kind.cost(after), Instant::now()) {
                Taken::Granted => Some(true),
                Taken::Refused => Some(false),
                Taken::Alone => None,
            }
        }

        pub(in super::super) fn balance_of_all(&self) -> Option<u64> {
            self.known().filter(|_| coordinate::is_of_many())?.balance(Instant::now())
        }

        #[inline]
        fn known(&self) -> Option<&SharedBudget> {
            let make = || BUDGETS.add(SharedBudget::new(self.name, self.kind.figures()));
            self.sharing.is_shared.then(|| &**self.sharing.known.get_or_init(make))
        }
    }

    impl Kind {
        fn cost(&self, after: Failure) -> u64 {
            match self {
                Self::Ratio(_) => 1,
                Self::Tokens(tokens) => tokens.cost(after).into(),
            }
        }

        fn figures(&self) -> coordinate::shared::Figures {
            match self {
                Self::Ratio(ratio) => ratio.figures(),
                Self::Tokens(tokens) => tokens.figures(),
            }
        }
    }
}

#[cfg(not(feature = "coordinate-redis"))]
mod alone {
    use super::super::Failure;
    use crate::RetryBudget;

    #[derive(Debug)]
    pub(in super::super) struct Sharing;

    impl Sharing {
        pub(in super::super) const fn none() -> Self {
            Self
        }

        #[cfg(feature = "coordinate")]
        pub(super) const fn share(&mut self) {
            let _ = self;
        }

        pub(in super::super) const fn is_shared(&self) -> bool {
            let _ = self;
            false
        }
    }

    impl RetryBudget {
        pub(in super::super) const fn brings(&self, _: u64) {
            let _ = self;
        }

        pub(in super::super) const fn take(&self, _: Failure) -> Option<bool> {
            let _ = self;
            None
        }

        pub(in super::super) const fn balance_of_all(&self) -> Option<u64> {
            let _ = self;
            None
        }
    }
}
