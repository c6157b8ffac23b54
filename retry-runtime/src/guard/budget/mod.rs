//! Retry budgets: how many retries all calls together may make.

mod making;
mod ratio;
mod sharing;
mod tokens;
mod window;

use std::{fmt, time::Instant};

use self::{ratio::Ratio, sharing::Sharing, tokens::Tokens};
use crate::{clock, observe::LastShown};

/// How many retries the functions that share it may make together.
///
/// Limits of one call do not add up to a limit: when a service is down, three attempts a call are three times the
/// load. A budget is charged with each retry, by every function and thread that shares it. One that runs dry stops
/// the retry, and the caller has its error at once. First attempts are never refused, and a call that ends with a
/// permanent error, or has no attempts left, is charged with nothing.
///
/// ```
/// use std::time::Duration;
/// use retry_runtime::RetryBudget;
///
/// // A fifth of the calls of the last ten seconds, and ten retries a second beside.
/// static API: RetryBudget = RetryBudget::new("api");
///
/// static SEARCH: RetryBudget =
///     RetryBudget::new("search").with_ratio(0.1).with_reserve(2).with_window(Duration::from_secs(30));
///
/// static STORAGE: RetryBudget = RetryBudget::token_bucket("storage").with_capacity(1_000);
///
/// assert_eq!(API.balance(), 100);
/// assert_eq!(SEARCH.balance(), 60);
/// assert_eq!(STORAGE.balance(), 1_000);
/// ```
///
/// # Which one, and how large
///
/// The **ratio** ([`new`](Self::new)) bounds the load: whatever happens, the service sees at most 1.2 times the calls,
/// plus the reserve. It is the one to choose unless something speaks against it. A process that makes few calls lives
/// on the reserve, so choose that by what the service can bear from *all* processes: a thousand of them at ten a
/// second are ten thousand retries a second. A longer window forgives longer bursts, and takes longer to recover
/// from one.
///
/// The **token bucket** ([`token_bucket`](Self::token_bucket)) has a memory of successes instead of time: it reads no
/// clock, pays for a burst of failures in full, then lets retries come back as fast as calls succeed. The retries of 35
/// transient failures drain it. It suits jobs that make calls in bursts, and those who know it from
/// the AWS SDKs. Once dry, and with nothing that succeeds, it stays so.
///
/// Give each service its own budget. One that several services share lets the failing one spend what the others
/// need. A budget counts in one process, unless it is shared (`RetryBudget::shared`, feature `coordinate`), and lives as long as
/// its `static` or its field.
///
/// # Time
///
/// A ratio's time is that of the functions that use it, tokio's paused clock included. A clock that is behind what
/// the budget has already seen (two paused runtimes, one `static`) counts as no time passed. Tests that advance a
/// paused clock should not share a budget.
///
/// A retry is allowed if the window that ends with it has room for it. The window is counted in ten thousandths; of
/// calls and retries that lie closer together than a twentieth of it, the calls are forgotten with the first and the
/// retries with the last: never too many retries, and under steady load up to a tenth less than the ratio.
///
/// # Sources
///
/// 20 %, ten a second and ten seconds are the defaults of [Finagle](https://finagle.github.io/blog/2016/02/08/retry-budgets),
/// which had the idea, and of tower's [`TpsBudget`](https://docs.rs/tower/latest/tower/retry/budget/struct.TpsBudget.html);
/// Linkerd writes the same figures in its examples. 500 tokens, 14 for a transient failure and 5 for a throttled one,
/// and what a success brings back, are the retry quota of the
/// [AWS SDKs](https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html) as of 2026; 10 for a
/// timeout is what they took before, in smithy-rs's `TokenBucket` and elsewhere.
#[must_use]
pub struct RetryBudget {
    name: &'static str,
    kind: Kind,
    shown: LastShown,
    sharing: Sharing,
}

#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "a process has a handful of budgets, each of them in its place"
)]
enum Kind {
    Ratio(Ratio),
    Tokens(Tokens),
}

/// What a budget says.
impl RetryBudget {
    /// The name that it was given.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What is left now: retries of a ratio, tokens of a token bucket. A moment later it may be less.
    ///
    /// A ratio reads the clock: tokio's inside a runtime, so that a paused one is obeyed, else the system's.
    #[must_use]
    pub fn balance(&self) -> u64 {
        self.balance_at(clock::asynchronous)
    }
}

/// What a call tells its budget. Clocks are asked only by budgets that need them.
impl RetryBudget {
    /// A call begins.
    #[inline]
    pub(crate) fn called(&self, clock: impl FnOnce() -> Instant) {
        match &self.kind {
            Kind::Ratio(ratio) => {
                self.brings(1);
                let time = clock();
                let now = clock::nanos(time);
                ratio.called(now);
                if self.shown.is_due(now) {
                    self.show(|| self.balance_at(|| time));
                }
            }
            Kind::Tokens(tokens) => {
                self.brings(0);
                // It has no time; what it has is shown once to each recorder, and then as it changes.
                if self.shown.is_due_to_recorder() {
                    self.show(|| self.tokens_left(tokens));
                }
            }
        }
    }

    /// Whether a call may try again after such a failure; it is charged if so. To be asked last, when nothing else
    /// stops the call.
    pub(crate) fn withdraw(&self, after: Failure, clock: impl FnOnce() -> Instant) -> bool {
        let of_all = self.take(after);
        if of_all == Some(false) {
            return false;
        }
        // Charged in any case, to be right when the process must go by it alone.
        let is_left = match &self.kind {
            Kind::Ratio(ratio) => ratio.withdraw(clock::nanos(clock())),
            Kind::Tokens(tokens) => tokens.withdraw(after),
        };
        of_all.unwrap_or(is_left)
    }

    /// A call asked for a retry, and was refused or not: shows what is left.
    pub(crate) fn asked(&self, is_refused: bool, clock: &dyn Fn() -> Instant) {
        #[cfg(feature = "metrics")]
        if is_refused {
            crate::metrics::budget_rejected(self.name);
        }
        if LastShown::IS_KEPT {
            self.show(|| self.balance_at(clock));
        }
        let _ = is_refused;
    }

    /// A call succeeded; `last_retry` is what its last retry was charged for, asked only where it matters.
    #[inline]
    pub(crate) fn succeeded(&self, last_retry: impl FnOnce() -> Option<Failure>) {
        let Kind::Tokens(tokens) = &self.kind else { return };
        let was_spent = if self.sharing.is_shared() {
            let last_retry = last_retry();
            self.brings(tokens.worth(last_retry).into());
            tokens.succeeded(|| last_retry)
        } else {
            tokens.succeeded(last_retry)
        };
        // What is full does not change.
        if was_spent && LastShown::IS_KEPT {
            self.show(|| self.tokens_left(tokens));
        }
    }

    /// Shows what is left to those who watch.
    #[cold]
    #[inline(never)]
    fn show(&self, balance: impl FnOnce() -> u64) {
        #[cfg(feature = "metrics")]
        crate::metrics::budget_holds(self.name, balance());
        #[cfg(not(feature = "metrics"))]
        let _ = (self.name, balance);
    }
}

impl RetryBudget {
    fn balance_at(&self, clock: impl FnOnce() -> Instant) -> u64 {
        match &self.kind {
            Kind::Ratio(ratio) => {
                self.balance_of_all().unwrap_or_else(|| ratio.balance(clock::nanos(clock())))
            }
            Kind::Tokens(tokens) => self.tokens_left(tokens),
        }
    }

    fn tokens_left(&self, tokens: &Tokens) -> u64 {
        self.balance_of_all().unwrap_or_else(|| tokens.balance().into())
    }
}

impl fmt::Debug for RetryBudget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, balance) = (self.name, self.balance());
        f.debug_struct("RetryBudget").field("name", &name).field("balance", &balance).finish_non_exhaustive()
    }
}

/// What a retry is charged for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    Transient,
    Throttled,
    /// An attempt was dropped at its time limit.
    TimedOut,
}

#[cfg(test)]
mod tests;
