//! The annotated functions of a program, and what is counted of them.

#[cfg(feature = "inventory")]
mod counts;
mod listed;
mod statistics;
#[cfg(feature = "serde")]
mod words;

use std::time::Duration;

#[cfg(feature = "inventory")]
pub(super) use self::counts::Counts;
#[cfg(feature = "inventory")]
pub use self::statistics::{OperationStatistics, statistics};
pub use self::{
    listed::Listed,
    statistics::{BreakerState, BudgetBalance},
};
use crate::RetryPolicy;

/// Every function with [`#[retry]`](macro@crate::retry) that is linked into the program, whether it was called or not, in
/// the order of file, line and operation. Feature `inventory` or `settings`.
///
/// ```standalone_crate
/// use std::time::Duration;
/// use retry_runtime::{inventory, retry};
///
/// #[retry(aggressive, max_attempts = 4, service = "billing")]
/// async fn charge(cents: u32) -> Result<u32, std::io::Error> {
///     Ok(cents)
/// }
///
/// let functions = inventory();
/// let charge = functions.iter().find(|function| function.operation == "charge").unwrap();
/// assert_eq!((charge.service, charge.is_async), (Some("billing"), true));
/// assert_eq!(charge.policy.unwrap().max_attempts(), Some(4));
/// // 50 + 75 + 112.5 ms, each up to 10 % longer.
/// assert_eq!(charge.worst_case_delay, Some(Duration::from_micros(261_250)));
/// ```
///
/// Functions of libraries are among them, but of a library of which the program uses nothing: that is not linked.
/// [Ad-hoc calls](crate::RetryPolicy::call) are no functions; `statistics` (feature `inventory`) has those that were made.
///
/// A test can hold a team to its rules:
///
/// ```standalone_crate
/// # use std::time::Duration;
/// # #[retry_runtime::retry] fn pay() -> Result<(), std::io::Error> { Ok(()) }
/// // In a test of its own, `use payments as _;`: a library that nobody uses is not linked, and the list is empty.
/// let functions = retry_runtime::inventory();
/// assert!(!functions.is_empty());
/// for function in functions {
///     // `None` is known only where the function is called: look at it yourself.
///     let is_short = function.worst_case_delay.is_some_and(|delay| delay <= Duration::from_secs(60));
///     assert!(is_short, "{}:{} may wait too long", function.file, function.line);
/// }
/// ```
///
/// Each function leaves an entry in the program, which the crate [`inventory`](https://docs.rs/inventory) puts into a list
/// before `main`: a call costs nothing more for it.
#[must_use]
pub fn inventory() -> Vec<AnnotatedFunction> {
    Listed::all().into_iter().map(Listed::described).collect()
}

/// A function with [`#[retry]`](macro@crate::retry): where it is, what it calls, and how it retries.
///
/// With the feature `serde` durations are seconds, and the policy is its figures:
///
/// ```standalone_crate
/// # #[cfg(feature = "serde")] {
/// use retry_runtime::{inventory, retry};
/// use serde_json::json;
///
/// #[retry(conservative, max_elapsed = "20s")]
/// fn save(text: &str) -> Result<(), std::io::Error> {
///     std::fs::write("notes", text)
/// }
///
/// let functions = inventory();
/// let save = functions.iter().find(|function| function.operation == "save").unwrap();
/// let policy = &serde_json::to_value(save).unwrap()["policy"];
/// assert_eq!(
///     *policy,
///     json!({
///         "max_attempts": 2,
///         "initial_delay_seconds": 0.5,
///         "max_delay_seconds": 15.0,
///         "backoff": "exponential",
///         "exponential_base": 2.0,
///         "jitter": 0.05,
///         "max_elapsed_seconds": 20.0,
///         "max_retry_after_seconds": 60.0,
///         "max_total_delay_seconds": null,
///     })
/// );
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct AnnotatedFunction {
    /// The source file of its attribute, as the compiler was told it: relative to the workspace, or absolute.
    pub file: &'static str,
    /// The line of its attribute; for what a macro wrote, that of the macro's call.
    pub line: u32,
    /// The path of the module it is in.
    pub module: &'static str,
    /// The service's name, where set.
    pub service: Option<&'static str>,
    /// The operation's name: the function's, unless set.
    pub operation: &'static str,
    /// Whether it awaits its waits, and does not block its thread.
    pub is_async: bool,
    /// Whether its policy is known only where it is called, for it or a name of it depends on type parameters or
    /// `Self`, or each call computes its policy (`policy_from`). There is no policy here then, nor a name that depends on
    /// them; the operation is the function's name then.
    pub is_generic: bool,
    /// Its policy; `None` where [`is_generic`](Self::is_generic).
    #[cfg_attr(feature = "serde", serde(serialize_with = "words::policy"))]
    pub policy: Option<RetryPolicy>,
    /// The longest that all its waits together can take, without those that a server asks for (each up to
    /// `max_retry_after`) and without the attempts: [`RetryPolicy::worst_case_delay`].
    #[cfg_attr(
        feature = "serde",
        serde(rename = "worst_case_delay_seconds", serialize_with = "words::seconds")
    )]
    pub worst_case_delay: Option<Duration>,
    /// How long an attempt may take; `None` without such a limit, and where it depends on type parameters or `Self`.
    #[cfg_attr(
        feature = "serde",
        serde(rename = "attempt_timeout_seconds", serialize_with = "words::seconds")
    )]
    pub attempt_timeout: Option<Duration>,
    /// How long a call may take; `None` without such a limit, where it depends on type parameters or `Self`, and where
    /// the caller sets it (`deadline_from`).
    #[cfg_attr(feature = "serde", serde(rename = "deadline_seconds", serialize_with = "words::seconds"))]
    pub deadline: Option<Duration>,
}
