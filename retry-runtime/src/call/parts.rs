//! What a call is made of: each part a type of its own, so that what is not asked for costs nothing.

use std::{fmt::Display, future::Future};

use crate::{Classify, Event, IntoVerdict, Verdict, observe::Described};

/// Marks calls that block their thread.
#[derive(Clone, Copy, Debug)]
pub struct Blocking;

/// Marks calls that are awaited.
#[derive(Clone, Copy, Debug)]
pub struct Asynchronous;

/// A closure that can be called again: `FnMut() -> Result<T, E>`, or with a future of that.
pub trait Operation<Kind> {
    /// The value of a success.
    type Value;
    /// The error of a failure.
    type Error;
}

impl<F, T, E> Operation<Blocking> for F
where
    F: FnMut() -> Result<T, E>,
{
    type Value = T;
    type Error = E;
}

impl<F, Fut, T, E> Operation<Asynchronous> for F
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<T, E>>,
{
    type Value = T;
    type Error = E;
}

/// What a call asks of its error: that the log can show it. (The attribute asks for nothing: it sees the
/// error's type, where a generic call sees only what its bounds say.)
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be shown in the log",
    label = "shown by `Display`, which this type lacks",
    note = "implement `Display` for it, or map it to text: `.map_err(|error| format!(\"{{error:?}}\"))`"
)]
pub trait Loggable: Display {}

impl<E: Display> Loggable for E {}

/// Judges errors.
pub trait JudgeError<E> {
    /// The verdict on `error`.
    fn judge(&mut self, error: &E) -> Verdict;

    /// What `error` is counted as.
    fn counted<'a>(_: &'a E, described: Described<'a>) -> Described<'a> {
        described
    }
}

/// Judges values.
pub trait JudgeValue<T> {
    /// The verdict on `value`; permanent is a success.
    fn judge(&mut self, value: &T) -> Verdict;
}

/// No filter: every error is transient, every value good.
#[derive(Clone, Copy, Debug)]
pub struct Anything;

impl<E> JudgeError<E> for Anything {
    fn judge(&mut self, _: &E) -> Verdict {
        Verdict::TRANSIENT
    }
}

impl<T> JudgeValue<T> for Anything {
    fn judge(&mut self, _: &T) -> Verdict {
        Verdict::PERMANENT
    }
}

/// The errors judge themselves; hints they do not give come from the judge that this replaces.
#[derive(Clone, Copy, Debug)]
pub struct Classified<J>(pub(super) J);

impl<E: Classify, J: JudgeError<E>> JudgeError<E> for Classified<J> {
    fn judge(&mut self, error: &E) -> Verdict {
        error.classify().or_hint_of(self.0.judge(error))
    }

    fn counted<'a>(error: &'a E, described: Described<'a>) -> Described<'a> {
        described.classified(error)
    }
}

/// A filter decides; hints it does not give come from the judge it replaces, and what errors are counted as.
#[derive(Clone, Copy, Debug)]
pub struct Judged<P, J>(pub(super) P, pub(super) J);

impl<E, P, R, J> JudgeError<E> for Judged<P, J>
where
    P: FnMut(&E) -> R,
    R: IntoVerdict,
    J: JudgeError<E>,
{
    fn judge(&mut self, error: &E) -> Verdict {
        (self.0)(error).into_verdict().or_hint_of(self.1.judge(error))
    }

    fn counted<'a>(error: &'a E, described: Described<'a>) -> Described<'a> {
        J::counted(error, described)
    }
}

/// A filter decides which values to turn down.
#[derive(Clone, Copy, Debug)]
pub struct TurnedDown<P>(pub(super) P);

impl<T, P, R> JudgeValue<T> for TurnedDown<P>
where
    P: FnMut(&T) -> R,
    R: IntoVerdict,
{
    fn judge(&mut self, value: &T) -> Verdict {
        (self.0)(value).into_verdict()
    }
}

/// Hooks, one inside the other.
pub trait Hooks<E> {
    /// Whether anyone wants to know when the call began.
    const LISTEN: bool;
    /// An attempt failed and will be repeated.
    fn on_retry(&mut self, event: &Event<'_, E>);
    /// The call succeeded.
    fn on_success(&mut self, event: &Event<'_, E>);
    /// The call was given up.
    fn on_give_up(&mut self, event: &Event<'_, E>);
}

impl<E> Hooks<E> for () {
    const LISTEN: bool = false;
    fn on_retry(&mut self, _: &Event<'_, E>) {}
    fn on_success(&mut self, _: &Event<'_, E>) {}
    fn on_give_up(&mut self, _: &Event<'_, E>) {}
}

macro_rules! hook {
    ($(#[$docs:meta])* $layer:ident, $own:ident, $($other:ident),+) => {
        $(#[$docs])*
        #[derive(Clone, Copy, Debug)]
        pub struct $layer<P, Inner>(pub(super) P, pub(super) Inner);

        impl<E, P, Inner> Hooks<E> for $layer<P, Inner>
        where
            P: FnMut(&Event<'_, E>),
            Inner: Hooks<E>,
        {
            const LISTEN: bool = true;
            fn $own(&mut self, event: &Event<'_, E>) {
                self.1.$own(event);
                (self.0)(event);
            }
            $(fn $other(&mut self, event: &Event<'_, E>) {
                self.1.$other(event);
            })+
        }
    };
}

hook!(/** Listens to retries. */ OnRetry, on_retry, on_success, on_give_up);
hook!(/** Listens to successes. */ OnSuccess, on_success, on_retry, on_give_up);
hook!(/** Listens to calls given up. */ OnGiveUp, on_give_up, on_retry, on_success);

/// Whether `before_retry` was asked for: its context says when the call began.
pub trait Before {
    /// Whether anyone wants to know.
    const LISTEN: bool;
}

impl Before for () {
    const LISTEN: bool = false;
}

impl<P> Before for Prepare<P> {
    const LISTEN: bool = true;
}

/// Prepares the next attempt.
#[derive(Clone, Copy, Debug)]
pub struct Prepare<P>(pub(super) P);

/// Answers in place of the error.
#[derive(Clone, Copy, Debug)]
pub struct FallBack<P>(pub(super) P);

/// Waits.
#[derive(Clone, Copy, Debug)]
pub struct SleepBy<P>(pub(super) P);
