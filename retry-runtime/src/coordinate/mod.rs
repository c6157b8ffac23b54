//! Retries of many calls that know of each other.

mod memory;
#[cfg(feature = "coordinate-redis")]
pub mod redis;
mod slots;

use std::{future::Future, pin::Pin, sync::Arc};

use arc_swap::ArcSwapOption;

use self::memory::Memory;
pub(crate) use self::slots::Request;
use crate::site::Site;

/// What calls are coordinated by. Nothing is before one is installed.
static INSTALLED: ArcSwapOption<Coordinator> = ArcSwapOption::const_empty();

/// Coordinates the retries of all calls in this process, or of a fleet of them.
#[derive(Debug)]
#[must_use = "nothing is coordinated before `install`"]
pub struct Coordinator {
    /// What this process knows by itself: all there is without a server, and where that does not answer.
    memory: Memory,
    #[cfg(feature = "coordinate-redis")]
    redis: Option<redis::Redis>,
}

/// A coordinator for this process alone: no server is asked.
///
/// ```
/// retry_runtime::coordinate::memory().install();
/// ```
pub fn memory() -> Coordinator {
    Coordinator {
        memory: Memory::default(),
        #[cfg(feature = "coordinate-redis")]
        redis: None,
    }
}

/// From now on nothing is coordinated.
pub fn uninstall() {
    INSTALLED.store(None);
}

impl Coordinator {
    /// From now on calls are coordinated by it, and no more by the one that was installed before.
    pub fn install(self) {
        INSTALLED.store(Some(Arc::new(self)));
    }
}

/// The one that is installed, if any is.
#[inline]
pub(crate) fn installed() -> Option<Arc<Coordinator>> {
    INSTALLED.load_full()
}

/// What is coordinated: the calls of one operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Subject {
    service: Option<&'static str>,
    operation: &'static str,
}

impl Subject {
    pub(crate) const fn of(site: &Site) -> Self {
        Self { service: site.service(), operation: site.operation() }
    }
}

/// The answer to a [`Request`], once there is one: nanoseconds to wait on top of the backoff.
pub(crate) type Answer = Pin<Box<dyn Future<Output = u64> + Send>>;

impl Coordinator {
    /// Reserves a place in a slot. `now` is the call's own clock, in nanoseconds.
    pub(crate) fn reserve(self: &Arc<Self>, subject: Subject, request: Request, now: i64) -> Answer {
        #[cfg(feature = "coordinate-redis")]
        if let Some(redis) = &self.redis {
            let (answer, own) = (redis.reserve(subject, request), self.clone());
            return Box::pin(async move {
                answer.await.unwrap_or_else(|| own.memory.reserve(subject, request, now))
            });
        }
        Box::pin(std::future::ready(self.memory.reserve(subject, request, now)))
    }

    /// The same, on this thread.
    pub(crate) fn reserve_blocking(&self, subject: Subject, request: Request, now: i64) -> u64 {
        #[cfg(feature = "coordinate-redis")]
        if let Some(wait) = self.redis.as_ref().and_then(|redis| redis.reserve_blocking(subject, request)) {
            return wait;
        }
        self.memory.reserve(subject, request, now)
    }
}
