//! Calls that somebody else ends: what `cancel` takes.

mod token;
mod unless;

use std::{future::Future, time::Duration};

pub use self::{token::CancelToken, unless::Unless};
use crate::{delay::Delay, site::Site, sleep};

/// What the key `cancel` takes: something that is cancelled once, and stays so.
///
/// Implemented for [`CancelToken`] and, with the feature `tokio-util`, for its `CancellationToken`. It may be
/// implemented for a token of your own, whose future is then awaited beside the sleeper's.
#[diagnostic::on_unimplemented(
    message = "`cancel` takes a `CancelToken`, or a `CancellationToken` with the feature `tokio-util`, this is `{Self}`",
    label = "cannot be waited for",
    note = "for a type of your own implement `retry_runtime::Cancel`"
)]
pub trait Cancel {
    /// Whether it is cancelled.
    fn is_cancelled(&self) -> bool;

    /// Is ready once it is cancelled.
    fn cancelled(&self) -> impl Future<Output = ()>;
}

/// What `cancel` takes in a function that blocks its thread.
#[diagnostic::on_unimplemented(
    message = "a blocked thread cannot wait for `{Self}`",
    label = "is waited for by async functions only",
    note = "in a function that is not async use `retry_runtime::CancelToken`"
)]
pub trait CancelBlocking: Cancel {
    /// Blocks the thread until it is cancelled, no longer than `limit`; whether it is.
    fn wait_for(&self, limit: Duration) -> bool;
}

#[diagnostic::do_not_recommend]
impl<C: Cancel + ?Sized> Cancel for &C {
    fn is_cancelled(&self) -> bool {
        (**self).is_cancelled()
    }

    fn cancelled(&self) -> impl Future<Output = ()> {
        (**self).cancelled()
    }
}

#[diagnostic::do_not_recommend]
impl<C: CancelBlocking + ?Sized> CancelBlocking for &C {
    fn wait_for(&self, limit: Duration) -> bool {
        (**self).wait_for(limit)
    }
}

#[cfg(feature = "tokio-util")]
impl Cancel for tokio_util::sync::CancellationToken {
    fn is_cancelled(&self) -> bool {
        Self::is_cancelled(self)
    }

    fn cancelled(&self) -> impl Future<Output = ()> {
        Self::cancelled(self)
    }
}

/// Whether the call is cancelled already.
#[inline]
pub fn is_cancelled(token: &impl Cancel) -> bool {
    token.is_cancelled()
}

/// Waits for `sleep`, or for the cancellation; says whether it was that.
pub fn unless<C: Cancel, S: Future>(
    token: &C,
    sleep: S,
) -> Unless<impl Future<Output = ()> + use<'_, C, S>, S> {
    Unless::new(token.cancelled(), sleep)
}

/// Blocks the thread, no longer than until the cancellation; says whether it was that.
pub fn blocking_unless(token: &impl CancelBlocking, delay: Delay, site: &Site) -> bool {
    sleep::warn_if_blocking_a_worker(site);
    token.wait_for(delay.duration())
}
