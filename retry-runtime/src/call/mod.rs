//! Retrying without the attribute: calls of a closure, and a loop for code that is no function.

mod asynchronous;
mod attempts;
mod blocking;
mod builder;
mod guards;
mod parts;
mod steps;

use std::{fmt, future::Future, marker::PhantomData, time::Instant};

pub use attempts::Attempts;
use parts::{Anything, Asynchronous, Blocking, Operation};
use rand::Rng;

use crate::{RetryPolicy, policy::Draft, site::Site};

/// A closure that will be called until it succeeds or the policy says stop. Nothing happens before
/// `run`.
///
/// What the attribute's keys say, the methods of the same names say here; all are optional.
///
/// ```
/// use retry_runtime::RetryPolicy;
///
/// # fn main() -> Result<(), std::io::Error> {
/// let config = RetryPolicy::MEMORY
///     .call(|| std::fs::read_to_string("Cargo.toml"))
///     .filter(|error| error.kind() == std::io::ErrorKind::Interrupted)
///     .operation("read_config")
///     .run()?;
/// assert!(config.contains("[package]"));
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing happens before `run`"]
pub struct Call<
    Kind,
    F,
    Judge = Anything,
    JudgeOk = Anything,
    Hooks = (),
    Before = (),
    Fallback = (),
    Sleep = (),
    Guards = (),
> {
    core: Core<Kind>,
    operation: F,
    judge: Judge,
    judge_ok: JudgeOk,
    hooks: Hooks,
    before: Before,
    fallback: Fallback,
    sleep: Sleep,
    guards: Guards,
}

/// What every call has.
struct Core<Kind> {
    _kind: PhantomData<Kind>,
    site: Site,
    rng: Option<Box<dyn Rng + Send + Sync>>,
    clock: Option<fn() -> Instant>,
}

impl<Kind> Core<Kind> {
    fn now(&self) -> fn() -> Instant {
        self.clock.unwrap_or_else(|| self.site.clock())
    }
}

impl RetryPolicy {
    /// Calls a closure with this policy: `policy.call(|| ..).filter(..).run()`.
    ///
    /// For a closure that is async see [`call_async`](Self::call_async), for code that borrows what no
    /// closure can hold [`attempts`](Self::attempts).
    #[track_caller]
    pub fn call<F, T, E>(&self, operation: F) -> Call<Blocking, F>
    where
        F: FnMut() -> Result<T, E>,
    {
        Call::new(Site::blocking("call", Draft::of(*self)), operation)
    }

    /// Calls an async closure with this policy: `policy.call_async(async || ..).filter(..).run().await`.
    ///
    /// The future can be spawned where the closure's own can. A closure that owns what its futures use
    /// gives each of them its own: `move || { let client = client.clone(); async move { .. } }`; an
    /// `async move ||` would lend it, which no `FnMut` can.
    ///
    /// ```
    /// use retry_runtime::RetryPolicy;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), std::num::ParseIntError> {
    /// let answer = RetryPolicy::AGGRESSIVE
    ///     .call_async(async || "42".parse::<u8>())
    ///     .operation("fetch")
    ///     .run()
    ///     .await?;
    /// assert_eq!(answer, 42);
    /// # Ok(())
    /// # }
    /// ```
    #[track_caller]
    pub fn call_async<F, Fut, T, E>(&self, operation: F) -> Call<Asynchronous, F>
    where
        F: FnMut() -> Fut,
        Fut: Future<Output = Result<T, E>>,
    {
        Call::new(Site::asynchronous("call_async", Draft::of(*self)), operation)
    }
}

impl<Kind, F> Call<Kind, F> {
    fn new(site: Site, operation: F) -> Self {
        Self {
            core: Core { _kind: PhantomData, site, rng: None, clock: None },
            operation,
            judge: Anything,
            judge_ok: Anything,
            hooks: (),
            before: (),
            fallback: (),
            sleep: (),
            guards: (),
        }
    }
}

impl<Kind, F, J, V, H, B, L, S, G> fmt::Debug for Call<Kind, F, J, V, H, B, L, S, G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("policy", self.core.site.policy())
            .field("site", &self.core.site)
            .finish_non_exhaustive()
    }
}
