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

/// A retried function, as it is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Layer {
    service: Option<&'static str>,
    operation: &'static str,
}

/// A function whose attempt is under way.
#[derive(Clone, Copy, Debug)]
struct Outer {
    layer: Layer,
    /// `None` if only time limits them.
    max_attempts: Option<u32>,
    task: Task,
}

/// What runs on this thread: another task may do so meanwhile, where an attempt drives a runtime of its own.
#[cfg(feature = "tokio")]
type Task = Option<tokio::task::Id>;
/// Nobody knows.
#[cfg(not(feature = "tokio"))]
type Task = Option<u64>;

#[cfg(feature = "tokio")]
fn task() -> Task {
    tokio::task::try_id()
}

#[cfg(not(feature = "tokio"))]
const fn task() -> Task {
    None
}

thread_local! {
    /// The innermost of them on this thread, now.
    static AROUND: Cell<Option<Outer>> = const { Cell::new(None) };
}

/// Each pair that was found.
static FOUND: Mutex<BTreeMap<(Layer, Layer), Found>> = Mutex::new(BTreeMap::new());

#[derive(Clone, Copy, Debug, Default)]
struct Found {
    calls: u64,
    /// The most that any of the calls might make: policies may be made at run time.
    max_attempts: Option<u64>,
}

impl Layer {
    fn of(site: &Site) -> Self {
        Self { service: site.service(), operation: site.operation() }
    }

    /// As logs and metrics name it.
    fn name(&self) -> String {
        match self.service {
            Some(service) => format!("{service}/{}", self.operation),
            None => self.operation.to_owned(),
        }
    }
}

/// Whether a function of this policy retries.
fn retries(site: &Site) -> bool {
    site.max_attempts() != Some(1)
}

/// A retried function that calls another one in its attempts: the load of the inner one is multiplied. Retry in one
/// place, as near to the service as possible; or share a [`RetryBudget`](crate::RetryBudget).
///
/// What [`nested_retries`] tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct NestedRetries {
    /// The outer operation, as `operation` or `service/operation`.
    pub outer: String,
    /// The inner one.
    pub inner: String,
    /// How many calls of the inner one were made in attempts of the outer one.
    pub calls: u64,
    /// How many attempts of the inner one a single call of the outer one may make, if it calls it once in each of its
    /// own; `None` if only time limits them, or each call computes its policy (`policy_from`).
    pub max_attempts: Option<u64>,
}

impl NestedRetries {
    fn of(outer: &Layer, inner: &Layer, found: Found) -> Self {
        let Found { calls, max_attempts } = found;
        Self { outer: outer.name(), inner: inner.name(), calls, max_attempts }
    }
}

/// The retries inside retries that this process has made so far, by the names of the outer and the inner operation.
///
/// Found are calls that an attempt makes itself, through whatever other functions: of annotated functions and of closures,
/// in the same task. What it spawns on tokio, or hands to a thread, is a call of its own; a thread pool that runs strange
/// work while an attempt waits for its own cannot be told apart. The attempts of a loop
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
    found.iter().map(|((outer, inner), found)| NestedRetries::of(outer, inner, *found)).collect()
}

/// A call begins: notes it if that is in an attempt of another.
#[inline]
pub(crate) fn begin(site: &Site) {
    if let Some(outer) = AROUND.get() {
        note(outer, site);
    }
}

#[cold]
#[inline(never)]
fn note(outer: Outer, site: &Site) {
    if !retries(site) || outer.task != task() {
        return;
    }
    let (layer, inner) = (outer.layer, Layer::of(site));
    let most = outer.max_attempts.zip(site.max_attempts());
    let most = most.map(|(outer, inner)| u64::from(outer) * u64::from(inner));
    let found = {
        let mut all = FOUND.lock().unwrap_or_else(PoisonError::into_inner);
        let found = all.entry((layer, inner)).or_insert(Found { calls: 0, max_attempts: most });
        found.calls += 1;
        // Without a limit is more than any number.
        found.max_attempts = found.max_attempts.zip(most).map(|(one, other)| one.max(other));
        *found
    };
    // Without the lock, for a subscriber may make a retried call itself.
    if found.calls == 1 {
        log::nested(&NestedRetries::of(&layer, &inner, found));
    }
    #[cfg(feature = "metrics")]
    super::metrics::count_nested(layer.name(), inner.name());
}

/// As long as it lives, calls are made in an attempt of `site`.
#[derive(Debug)]
#[must_use = "ends when it is dropped"]
pub struct Within(Option<Outer>);

impl Within {
    /// From now on. A function that does not retry is as its caller is.
    pub fn attempt_of(site: &Site) -> Self {
        let around = AROUND.get();
        if retries(site) {
            let max_attempts = site.max_attempts();
            AROUND.set(Some(Outer { layer: Layer::of(site), max_attempts, task: task() }));
        }
        Self(around)
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
