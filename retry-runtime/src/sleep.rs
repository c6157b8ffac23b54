//! The default sleepers, and the two ways in which they can be the wrong ones.

use std::time::Duration;

/// Sleeps on this thread.
pub fn blocking(delay: Duration) {
    std::thread::sleep(delay);
}

/// Sleeps on tokio's timer.
///
/// # Panics
/// Outside a tokio runtime. There is no error value to return: the error type is the user's.
#[cfg(feature = "tokio")]
#[track_caller]
pub fn asynchronous(delay: Duration) -> tokio::time::Sleep {
    assert!(
        tokio::runtime::Handle::try_current().is_ok(),
        "an async retry waits on tokio's timer, but this is no tokio runtime: call it from one, or name \
         another sleeper, `#[retry(sleep = path)]` or `.sleep(path)`"
    );
    tokio::time::sleep(delay)
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
pub(crate) fn warn_if_blocking_a_worker(site: &crate::site::Site) {
    #[cfg(feature = "tokio")]
    if tokio::runtime::Handle::try_current().is_ok() && site.is_first_warning() {
        crate::observe::log::may_block_worker(site.operation());
    }
    #[cfg(not(feature = "tokio"))]
    let _ = site;
}
