//! The default sleepers, and the two ways in which they can be the wrong ones.

#[cfg(feature = "tokio")]
mod timer;

#[cfg(feature = "tokio")]
use self::timer::Timer;
use crate::{delay::Delay, site::Site};

/// Sleeps on this thread. Says so, once, where that may hold up an async runtime.
pub fn blocking(delay: Delay, site: &Site) {
    warn_if_blocking_a_worker(site);
    std::thread::sleep(delay.duration());
}

/// Sleeps on tokio's timer.
///
/// # Panics
/// When polled outside a tokio runtime; a decision to wait on it has asserted that there is one.
#[cfg(feature = "tokio")]
#[inline]
#[must_use]
pub const fn asynchronous(delay: Delay) -> Timer {
    Timer::new(delay)
}

/// Sleeps on tokio's timer, for an attempt whose time is limited.
///
/// # Panics
/// Outside a tokio runtime.
#[cfg(feature = "tokio")]
#[must_use]
pub fn timer(limit: std::time::Duration, site: &Site) -> Timer {
    assert_timer(site);
    Timer::new(Delay::of(limit))
}

/// Without the feature `tokio` the wait between attempts does not compile, which says why.
#[cfg(not(feature = "tokio"))]
pub fn timer(_: std::time::Duration, _: &Site) -> std::future::Pending<()> {
    std::future::pending()
}

/// Asserts that there is a timer to wait on.
///
/// # Panics
/// Outside a tokio runtime. There is no error value to return: the error type is the user's.
#[cfg_attr(
    not(feature = "tokio"),
    expect(clippy::missing_const_for_fn, reason = "with the feature it is not")
)]
pub(crate) fn assert_timer(site: &Site) {
    #[cfg(feature = "tokio")]
    assert!(
        tokio::runtime::Handle::try_current().is_ok(),
        "the retry of `{}` at {} waits on tokio's timer, but this is no tokio runtime: call it from one, or \
         name another sleeper, `#[retry(sleep = path)]` or `.sleep(path)`",
        site.operation(),
        site.location(),
    );
    #[cfg(not(feature = "tokio"))]
    let _ = site;
}

/// Without the feature `tokio` there is no default sleeper: a call of this does not compile.
#[cfg(not(feature = "tokio"))]
pub async fn asynchronous(_: impl NeedsSleeper) {}

/// Implemented by nothing: names what is missing.
#[cfg(not(feature = "tokio"))]
#[diagnostic::on_unimplemented(
    message = "an async retry needs a sleeper, and the feature `tokio` of `retry-runtime` is off",
    note = "turn the feature on, or name a sleeper: `#[retry(sleep = path)]`"
)]
pub trait NeedsSleeper {}

/// Says once for each place in the code that a blocking retry may hold up an async runtime.
pub(crate) fn warn_if_blocking_a_worker(site: &Site) {
    #[cfg(feature = "tokio")]
    if crate::observe::log::hears_warnings() && site.is_unwarned() && is_within_a_task() && site.warn() {
        crate::observe::log::may_block_worker(site.operation());
    }
    #[cfg(not(feature = "tokio"))]
    let _ = site;
}

/// Whether this thread is polling a tokio task. That a runtime is at hand would not do: it is in
/// `spawn_blocking` and `block_in_place` too, where blocking is right. Only a task that is being polled
/// has a limited budget (`tokio::task::coop`), unless it is `unconstrained`; it is spent to see, then
/// restored.
#[cfg(feature = "tokio")]
fn is_within_a_task() -> bool {
    use std::task::{Context, Poll, Waker};

    use tokio::{runtime::Handle, task::coop};

    if Handle::try_current().is_err() {
        return false;
    }
    let mut context = Context::from_waker(Waker::noop());
    let Poll::Ready(_restores_when_dropped) = coop::poll_proceed(&mut context) else { return true };
    (0..=u8::MAX).any(|_| match coop::poll_proceed(&mut context) {
        Poll::Ready(spent) => {
            spent.made_progress();
            !coop::has_budget_remaining()
        }
        Poll::Pending => true,
    })
}
