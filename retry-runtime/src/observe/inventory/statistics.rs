//! What was counted so far, as a value.

#[cfg(feature = "inventory")]
use super::Listed;
#[cfg(feature = "inventory")]
use crate::observe::Figures;
use crate::{CircuitBreaker, CircuitState, RetryBudget};

/// What became of the calls so far: for every annotated function, called or not, in the order of [`inventory`], then for
/// every other operation that was called, in the order of its names. Feature `inventory`.
///
/// ```standalone_crate
/// use retry_runtime::{RetryBudget, retry, statistics};
///
/// static API: RetryBudget = RetryBudget::new("api");
///
/// #[retry(max_attempts = 3, initial_delay = "0s", budget = API)]
/// fn parse(text: &str) -> Result<u8, std::num::ParseIntError> {
///     text.parse()
/// }
///
/// assert!(parse("many").is_err());
/// assert!(parse("7").is_ok());
///
/// let statistics = statistics();
/// let parse = statistics.iter().find(|statistics| statistics.operation == "parse").unwrap();
/// assert_eq!((parse.attempts, parse.retries), (4, 2));
/// assert_eq!((parse.successes, parse.failures_exhausted), (1, 1));
/// assert_eq!(parse.last_error_type, Some("core::num::error::ParseIntError"));
/// assert_eq!(parse.budget.as_ref().unwrap().balance, 98);
/// ```
///
/// Other operations are [ad-hoc calls](crate::RetryPolicy::call), and functions whose names depend on type parameters or
/// `Self`: all of one name are counted together.
///
/// # What is counted
/// What has ended: an attempt that is under way is not there yet, and a call whose future is dropped never is, but for
/// its attempts that had ended. Counts begin with the program and are never set back. Each is exact; a snapshot that is
/// taken while calls end may have an attempt, and not yet its call.
///
/// # What it costs
/// A call that succeeds at once adds one to one number, and allocates nothing; where the counts are found by name, it
/// looks for them under a lock that readers share. A failed attempt adds to two or three, and notes its error type under
/// a lock of the function's own.
///
/// [`inventory`]: super::inventory()
#[must_use]
#[cfg(feature = "inventory")]
pub fn statistics() -> Vec<OperationStatistics> {
    let functions = Listed::all().into_iter().filter_map(Listed::statistics);
    let mut named = Figures::all_named();
    named.sort_by_key(|(name, _)| *name);
    let named =
        named.into_iter().map(|((service, operation), figures)| figures.counts.of(service, operation));
    functions.chain(named).collect()
}

/// What became of the calls of one operation so far.
#[cfg(feature = "inventory")]
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct OperationStatistics {
    /// The service's name, where set.
    pub service: Option<&'static str>,
    /// The operation's name: the function's, unless set.
    pub operation: &'static str,
    /// The source file of the function; `None` for what is counted by name.
    pub file: Option<&'static str>,
    /// The line of its attribute.
    pub line: Option<u32>,
    /// Attempts that ended. Not those that were never made: refused by a circuit breaker, late for their deadline.
    pub attempts: u64,
    /// Those among them that were not the first of their call.
    pub retries: u64,
    /// Calls that succeeded.
    pub successes: u64,
    /// Those among them that needed more than one attempt.
    pub successes_after_retries: u64,
    /// Calls that ended with a permanent error, on whatever attempt. Of these and the other failures count also those
    /// that a `fallback` answers.
    pub failures_permanent: u64,
    /// Calls that had no attempt left.
    pub failures_exhausted: u64,
    /// Calls that something else ended: a limit of time, a budget, a circuit breaker, a long server hint, a cancellation.
    pub failures_other: u64,
    /// What the last error was counted as, of an attempt that was retried among them: what
    /// [`Classify::error_type`](crate::Classify::error_type) says or the name of its type, `timeout`, `circuit_open`, or
    /// `turned_down` by `filter_ok`.
    pub last_error_type: Option<&'static str>,
    /// What its budget holds now, where `budget` names a `static`. A guard in a field is not shown: there may be many, one
    /// for each value that has the field, and none is at hand without it. A `LazyLock` is made by this look at the latest.
    pub budget: Option<BudgetBalance>,
    /// How its circuit is now, where `circuit_breaker` names a `static`.
    pub circuit_breaker: Option<BreakerState>,
}

/// What a [`RetryBudget`] holds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct BudgetBalance {
    /// The budget's name.
    pub name: &'static str,
    /// What is left: retries of a ratio, tokens of a token bucket.
    pub balance: u64,
}

impl BudgetBalance {
    /// For generated code.
    #[doc(hidden)]
    #[must_use]
    pub fn of(budget: &RetryBudget) -> Self {
        Self { name: budget.name(), balance: budget.balance() }
    }
}

/// How the circuit of a [`CircuitBreaker`] is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct BreakerState {
    /// The breaker's name.
    pub name: &'static str,
    /// The state that a call would find.
    #[cfg_attr(feature = "serde", serde(serialize_with = "super::words::word"))]
    pub state: CircuitState,
}

impl BreakerState {
    /// For generated code.
    #[doc(hidden)]
    #[must_use]
    pub fn of(breaker: &CircuitBreaker) -> Self {
        Self { name: breaker.name(), state: breaker.state() }
    }
}
