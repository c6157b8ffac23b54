#![doc = include_str!("../../docs/coordinate.md")]

#[cfg(feature = "idempotency")]
pub(crate) mod idempotency;
mod memory;
#[cfg(feature = "coordinate-redis")]
pub mod redis;
#[cfg(feature = "coordinate-redis")]
pub(crate) mod shared;
mod slots;

#[cfg(feature = "idempotency")]
use std::sync::LazyLock;
use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use arc_swap::ArcSwapOption;

use self::memory::Memory;
pub(crate) use self::slots::Request;
use crate::site::Site;

/// What calls are coordinated by. Nothing is before one is installed.
static INSTALLED: ArcSwapOption<Coordinator> = ArcSwapOption::const_empty();

/// Whether there ever was one: until then a failure pays for a look at this alone.
static WAS_INSTALLED: AtomicBool = AtomicBool::new(false);

/// How many bytes a result may have unless something else is said: no more than Redis moves in a few milliseconds.
#[cfg(feature = "idempotency")]
const RESULT_LIMIT: usize = 1 << 20;

/// Coordinates the retries of all calls in this process, or of a fleet of them.
#[must_use = "nothing is coordinated before `install`"]
pub struct Coordinator {
    /// What this process knows by itself: all there is without a server, and where that does not answer.
    memory: Memory,
    #[cfg(feature = "idempotency")]
    keys: idempotency::Local,
    /// How many bytes a result may have that is kept.
    #[cfg(feature = "idempotency")]
    result_limit: usize,
    #[cfg(feature = "coordinate-redis")]
    redis: Option<redis::Redis>,
}

/// Without addresses: they may hold passwords.
impl fmt::Debug for Coordinator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Coordinator").finish_non_exhaustive()
    }
}

/// A coordinator for this process alone: no server is asked.
///
/// ```
/// retry_runtime::coordinate::memory().install();
/// ```
pub fn memory() -> Coordinator {
    Coordinator {
        memory: Memory::default(),
        #[cfg(feature = "idempotency")]
        keys: idempotency::Local::default(),
        #[cfg(feature = "idempotency")]
        result_limit: RESULT_LIMIT,
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
        let own = Arc::new(self);
        INSTALLED.store(Some(own.clone()));
        WAS_INSTALLED.store(true, Ordering::Release);
        #[cfg(feature = "coordinate-redis")]
        if let Some(redis) = &own.redis {
            redis.share_guards(&own);
        }
    }
}

/// The one that is installed, if any is.
#[inline]
pub(crate) fn installed() -> Option<Arc<Coordinator>> {
    if WAS_INSTALLED.load(Ordering::Acquire) { INSTALLED.load_full() } else { None }
}

/// The one that gives out idempotency keys. They hold in this process whether one is installed or not: a function that asks
/// for them is not to run twice because `main` forgot something.
#[cfg(feature = "idempotency")]
pub(crate) fn of_keys() -> Arc<Coordinator> {
    static OWN: LazyLock<Arc<Coordinator>> = LazyLock::new(|| Arc::new(memory()));
    installed().unwrap_or_else(|| OWN.clone())
}

/// Whether there are other processes to share guards with.
#[cfg(feature = "coordinate-redis")]
pub(crate) fn is_of_many() -> bool {
    INSTALLED.load().as_ref().is_some_and(|installed| installed.redis.is_some())
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

    /// What tells it from others, for keys elsewhere.
    #[cfg(feature = "coordinate-redis")]
    fn parts(&self) -> [&[u8]; 2] {
        [self.service.unwrap_or_default().as_bytes(), self.operation.as_bytes()]
    }

    #[cfg(all(test, feature = "idempotency"))]
    pub(crate) const fn named(operation: &'static str) -> Self {
        Self { service: None, operation }
    }
}

/// The answer to a [`Request`], once there is one: nanoseconds to wait on top of the backoff.
pub(crate) type Answer = Pin<Box<dyn Future<Output = u64> + Send>>;

impl Coordinator {
    /// Whether an answer takes time.
    #[cfg_attr(
        not(feature = "coordinate-redis"),
        expect(clippy::unused_self, reason = "there is nobody else")
    )]
    pub(crate) const fn asks_others(&self) -> bool {
        #[cfg(feature = "coordinate-redis")]
        return self.redis.is_some();
        #[cfg(not(feature = "coordinate-redis"))]
        false
    }

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
