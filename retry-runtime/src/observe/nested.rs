//! Retries inside retries. Three attempts of a function that makes three of its own are nine: layers multiply the load
//! just when a service can bear it least.

use std::{
    cell::Cell,
    collections::BTreeMap,
    pin::Pin,
    sync::{Mutex, PoisonError},
    task::{Context, Poll},
};

use pin_project_lite::pin_project;

use super::log;
use crate::site::Site;

/// A function whose attempt is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Layer {
    service: Option<&'static str>,
    operation: &'static str,
    /// `None` if only time limits them.
    max_attempts: Option<u32>,
}

thread_local! {
    /// The innermost of them on this thread, now.
    static AROUND: Cell<Option<Layer>> = const { Cell::new(None) };
}

/// Each pair that was found, and how many calls it had.
static FOUND: Mutex<BTreeMap<(Layer, Layer), u64>> = Mutex::new(BTreeMap::new());

impl Layer {
    fn of(site: &Site) -> Self {
        Self {
            service: site.service(),
            operation: site.operation(),
            max_attempts: site.policy().max_attempts(),
        }
    }

    /// As logs and metrics name it.
    fn name(&self) -> String {
        match self.service {
            Some(service) => format!("{service}/{}", self.operation),
            None => self.operation.to_owned(),
        }
    }

    const fn retries(&self) -> bool {
        !matches!(self.max_attempts, Some(1))
    }
}

/// A retried function that calls another one in its attempts: the load of the inner one is multiplied. Retry in one
/// place, as near to the service as possible; or share a [`RetryBudget`](crate::RetryBudget).
///
/// What [`nested_retries`] tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NestedRetries {
    /// The outer operation, as `operation` or `service/operation`.
    pub outer: String,
    /// The inner one.
    pub inner: String,
    /// How many calls of the inner one were made in attempts of the outer one.
    pub calls: u64,
    /// How many attempts of the inner one a single call of the outer one may make, if it calls it once in each of its
    /// own; `None` if only time limits them.
    pub max_attempts: Option<u64>,
}

impl NestedRetries {
    fn of(outer: &Layer, inner: &Layer, calls: u64) -> Self {
        let max_attempts = outer.max_attempts.zip(inner.max_attempts);
        Self {
            outer: outer.name(),
            inner: inner.name(),
            calls,
            max_attempts: max_attempts.map(|(outer, inner)| u64::from(outer) * u64::from(inner)),
        }
    }
}

/// The retries inside retries that this process has made so far, by the names of the outer and the inner operation.
///
/// Found are calls that an attempt makes itself: of annotated functions and of closures, in the same task. What it
/// spawns, or hands to a thread, is a call of its own. The attempts of a loop
/// ([`attempts`](crate::RetryPolicy::attempts)) are found as inner ones alone. A function of a single attempt does not
/// retry, and counts on neither side.
///
/// ```
/// use retry_runtime::{nested_retries, retry};
///
/// #[retry(max_attempts = 3)]
/// fn read_page(number: u32) -> Result<u32, std::io::Error> {
///     Ok(number)
/// }
///
/// #[retry(max_attempts = 5, service = "library")]
/// fn read_book() -> Result<u32, std::io::Error> {
///     (1..=10).map(read_page).sum()
/// }
///
/// assert_eq!(read_book().unwrap(), 55);
/// let found = nested_retries();
/// assert_eq!((&*found[0].outer, &*found[0].inner), ("library/read_book", "read_page"));
/// assert_eq!((found[0].calls, found[0].max_attempts), (10, Some(15)));
/// ```
#[must_use]
pub fn nested_retries() -> Vec<NestedRetries> {
    let found = FOUND.lock().unwrap_or_else(PoisonError::into_inner);
    found.iter().map(|((outer, inner), calls)| NestedRetries::of(outer, inner, *calls)).collect()
}

/// A call begins: notes it if that is in an attempt of another.
#[inline]
pub(crate) fn begin(site: &Site) {
    if let Some(outer) = AROUND.get() {
        note(outer, Layer::of(site));
    }
}

#[cold]
#[inline(never)]
fn note(outer: Layer, inner: Layer) {
    if !outer.retries() || !inner.retries() {
        return;
    }
    let calls = {
        let mut found = FOUND.lock().unwrap_or_else(PoisonError::into_inner);
        let calls = found.entry((outer, inner)).or_default();
        *calls += 1;
        *calls
    };
    // Without the lock, for a subscriber may make a retried call itself.
    if calls == 1 {
        log::nested(&NestedRetries::of(&outer, &inner, calls));
    }
    #[cfg(feature = "metrics")]
    super::metrics::count_nested(outer.name(), inner.name());
}

/// As long as it lives, calls are made in an attempt of `site`.
#[derive(Debug)]
#[must_use = "ends when it is dropped"]
pub struct Within(Option<Layer>);

impl Within {
    /// From now on.
    pub fn attempt_of(site: &Site) -> Self {
        Self(AROUND.replace(Some(Layer::of(site))))
    }
}

impl Drop for Within {
    fn drop(&mut self) {
        AROUND.set(self.0);
    }
}

pin_project! {
    /// An attempt of `site` that is awaited.
    #[derive(Debug)]
    #[must_use = "does nothing until it is awaited"]
    pub struct Attempt<'a, F> {
        site: &'a Site,
        #[pin]
        future: F,
    }
}

/// `future` as an attempt of `site`.
pub const fn attempt<F: Future>(site: &Site, future: F) -> Attempt<'_, F> {
    Attempt { site, future }
}

impl<F: Future> Future for Attempt<'_, F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _within = Within::attempt_of(this.site);
        this.future.poll(context)
    }
}
