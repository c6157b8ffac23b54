//! What generated code may call, and nothing else. Not covered by semantic versioning.

use crate::{Classify, Context, Event, IntoVerdict, RetryError, Verdict};
pub use crate::{
    bounds::Bounds,
    cancel::{Unless, blocking_unless, is_cancelled, unless},
    delay::Delay,
    guard::{Permit, Turn},
    observe::{CallSpan, Described, Figures, IsOn, Show, Shown, Spans, Told, Tracing},
    policy::Draft,
    retry::{LeadsTo, Queued, Retry, admit, admit_if, called, fails, lend, queue},
    site::Site,
    sleep::{asynchronous, blocking, timer},
    time::{Deadline, Limit, Moment, Within, within},
};

#[cfg(feature = "nested")]
pub use crate::observe::nested::{Within as InAttempt, attempt};
#[cfg(not(feature = "nested"))]
pub use crate::observe::unnested::{Within as InAttempt, attempt};

/// Registers a function for the inventory. There without the feature too: where a program and its build script have
/// different features, the macros have those of both.
#[cfg(any(feature = "inventory", feature = "settings"))]
pub use ::inventory::submit as list;

#[cfg(not(any(feature = "inventory", feature = "settings")))]
pub use crate::__retry_list_nowhere as list;
#[cfg(any(feature = "inventory", feature = "settings"))]
pub use crate::observe::{BreakerState, BudgetBalance, Listed};

/// Registers nothing.
#[cfg(not(any(feature = "inventory", feature = "settings")))]
#[doc(hidden)]
#[macro_export]
macro_rules! __retry_list_nowhere {
    ($($entry:tt)*) => {};
}

#[cfg(feature = "idempotency")]
pub use crate::coordinate::idempotency::{Asked, Claim, Claiming, Storable, key_text};
#[cfg(feature = "settings")]
pub use crate::retry::Computed;
#[cfg(feature = "coordinate")]
pub use crate::retry::Slot;

pub mod check;
pub mod derive;
mod lost;

pub use self::lost::{
    AnyLost, FromCircuitOpen, FromElapsed, Lost, last, last_outcome, open_error, timeout_error,
};
#[cfg(feature = "idempotency")]
pub use self::lost::{FromIdempotencyConflict, conflict_error};

/// An error whose verdict is looked for: by `Classify` if its type implements that, else transient.
/// Method resolution prefers the inherent methods where their bound holds.
#[derive(Debug)]
pub struct Judged<'a, E>(pub &'a E);

impl<E: Classify> Judged<'_, E> {
    /// The error's own verdict.
    #[inline]
    pub fn verdict(&self) -> Verdict {
        self.0.classify()
    }

    /// The filter's verdict, with the error's own hint if the filter gave none.
    #[inline]
    pub fn filtered(&self, verdict: impl IntoVerdict) -> Verdict {
        verdict.into_verdict().or_hint_of(self.0.classify())
    }
}

impl<'a, E: Classify> Judged<'a, E> {
    /// Counted as the error says.
    #[inline]
    #[must_use]
    pub fn counted(&self, described: Described<'a>) -> Described<'a> {
        described.classified(self.0)
    }
}

/// A type that derives `Classify`, whether or not the bounds hold that its marks ask for.
pub trait Marked {}

/// For error types that derive `Classify`: where their bounds do not hold, that is an error, and not the same as
/// errors that judge nothing, all of which are transient. Taken by value, so that it comes before all others.
pub trait JudgeMarked<E> {
    /// The error's own verdict.
    fn verdict(self) -> Verdict
    where
        E: Classify;
}

impl<E: Marked> JudgeMarked<E> for Judged<'_, E> {
    #[inline]
    fn verdict(self) -> Verdict
    where
        E: Classify,
    {
        self.0.classify()
    }
}

/// For error types that do not implement `Classify`.
pub trait JudgeAny {
    /// Counted by its type.
    fn counted<'b>(&self, described: Described<'b>) -> Described<'b>;
    /// Transient.
    fn verdict(&self) -> Verdict;
    /// The filter's verdict.
    fn filtered(&self, verdict: impl IntoVerdict) -> Verdict;
}

impl<E> JudgeAny for Judged<'_, E> {
    #[inline]
    fn counted<'b>(&self, described: Described<'b>) -> Described<'b> {
        described
    }

    #[inline]
    fn verdict(&self) -> Verdict {
        Verdict::TRANSIENT
    }

    #[inline]
    fn filtered(&self, verdict: impl IntoVerdict) -> Verdict {
        verdict.into_verdict()
    }
}

/// The verdict of `filter_ok`.
#[inline]
pub fn verdict(verdict: impl IntoVerdict) -> Verdict {
    verdict.into_verdict()
}

/// Asks a closure; taking the value first lets the closure's parameter be inferred.
#[inline]
pub fn ask<T: ?Sized, V: IntoVerdict>(value: &T, filter: impl FnOnce(&T) -> V) -> V {
    filter(value)
}

/// Builds an attempt's future; naming its outcome first fixes what `?` in it converts to.
#[inline]
pub fn build<Outcome, Body, Attempt>(body: Body) -> Attempt
where
    Body: FnOnce() -> Attempt,
    Attempt: Future<Output = Outcome>,
{
    body()
}

/// Calls a hook that is a closure.
#[inline]
pub fn tell<E: ?Sized>(event: &Event<'_, E>, hook: impl FnOnce(&Event<'_, E>)) {
    hook(event);
}

/// Calls a `before_retry` that is a closure.
#[inline]
pub fn prepare<'a, R>(context: Context<'a>, hook: impl FnOnce(Context<'a>) -> R) -> R {
    hook(context)
}

/// Calls a `fallback` that is a closure.
#[inline]
pub fn fall_back<E, R>(error: E, fallback: impl FnOnce(E) -> R) -> R {
    fallback(error)
}

/// What `before_retry` may return: nothing, or a `Result` whose error ends the call.
#[diagnostic::on_unimplemented(
    message = "`before_retry` returns `()` or `Result<(), E>`, in an async function a future of one, this one returns `{Self}`",
    label = "neither `()` nor `Result<(), E>`"
)]
pub trait Preparation<E> {
    /// The error, as the function's own.
    ///
    /// # Errors
    /// What went wrong while preparing.
    fn prepared(self) -> Result<(), E>;
}

impl<E> Preparation<E> for () {
    fn prepared(self) -> Result<(), E> {
        Ok(())
    }
}

// For the function's own error type alone, so that it is known in `|cx| { connect()?; Ok(()) }`.
impl<E> Preparation<E> for Result<(), E> {
    fn prepared(self) -> Self {
        self
    }
}

/// What a retried function returns.
#[diagnostic::on_unimplemented(
    message = "`#[retry]` needs a function that returns a `Result`, this one returns `{Self}`",
    label = "not a `Result`",
    note = "a function that returns a future is `async fn`, or returns `impl Future` or `Pin<Box<dyn Future>>`"
)]
pub trait Outcome {
    /// The value.
    type Value;
    /// The error.
    type Error;
    /// The `Result` itself.
    ///
    /// # Errors
    /// The outcome's own.
    fn settle(self) -> Result<Self::Value, Self::Error>;
    /// The way back.
    fn given(result: Result<Self::Value, Self::Error>) -> Self;
}

impl<T, E> Outcome for Result<T, E> {
    type Value = T;
    type Error = E;

    #[inline]
    fn settle(self) -> Self {
        self
    }

    #[inline]
    fn given(result: Self) -> Self {
        result
    }
}

/// What a function with `wrap_error` returns.
#[diagnostic::on_unimplemented(
    message = "with `wrap_error` the function returns `Result<T, RetryError<E>>`, this one returns `{Self}`",
    label = "not a `Result<T, RetryError<E>>`",
    note = "the body still returns `Result<T, E>`; import `retry_runtime::RetryError`"
)]
pub trait WrappedOutcome {
    /// The value.
    type Value;
    /// The error of an attempt.
    type Cause;
    /// What the caller gets when the call is over.
    fn given(
        outcome: Result<Self::Value, Self::Cause>,
        wrap: impl FnOnce(Self::Cause) -> RetryError<Self::Cause>,
    ) -> Self;
    /// What the caller gets when there may be no error of an attempt.
    fn failed(error: RetryError<Self::Cause>) -> Self;
}

impl<T, E> WrappedOutcome for Result<T, RetryError<E>> {
    type Value = T;
    type Cause = E;

    #[inline]
    fn given(outcome: Result<T, E>, wrap: impl FnOnce(E) -> RetryError<E>) -> Self {
        outcome.map_err(wrap)
    }

    fn failed(error: RetryError<E>) -> Self {
        Err(error)
    }
}
