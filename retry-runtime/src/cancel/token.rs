//! The token: a flag that wakes who waits for it, thread or task.

use std::{
    collections::BTreeMap,
    fmt,
    future::Future,
    pin::Pin,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Waker},
    time::Duration,
};

use super::{Cancel, CancelBlocking};

/// Ends the waits of calls: `cancel = token`. Works in async functions on any runtime, and in functions that
/// block their thread, which it wakes. Clones are the same token. Once cancelled it stays so.
///
/// ```
/// use std::time::{Duration, Instant};
/// use retry_runtime::{CancelToken, retry};
///
/// #[retry(initial_delay = "1h", max_delay = "1h", cancel = stop)]
/// fn connect(stop: &CancelToken) -> Result<(), &'static str> {
///     Err("refused")
/// }
///
/// let stop = CancelToken::new();
/// let call = std::thread::spawn({
///     let stop = stop.clone();
///     move || connect(&stop)
/// });
/// stop.cancel();
/// assert_eq!(call.join().unwrap(), Err("refused"));
/// ```
#[derive(Clone, Default)]
pub struct CancelToken(Arc<Shared>);

#[derive(Default)]
struct Shared {
    is_cancelled: AtomicBool,
    waiting: Mutex<Waiting>,
    /// Wakes the threads.
    bell: Condvar,
}

/// The tasks that wait, by the number of their future.
#[derive(Default)]
struct Waiting {
    wakers: BTreeMap<u64, Waker>,
    next: u64,
}

impl CancelToken {
    /// One that is not cancelled.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Ends the waits of all calls that were given this token, and lets none begin.
    pub fn cancel(&self) {
        // Under the lock, so that no thread misses it between its look and its sleep.
        let wakers = {
            let mut waiting = self.0.lock();
            self.0.is_cancelled.store(true, Ordering::Release);
            std::mem::take(&mut waiting.wakers)
        };
        self.0.bell.notify_all();
        wakers.into_values().for_each(Waker::wake);
    }

    /// Whether it is cancelled.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.is_cancelled.load(Ordering::Acquire)
    }

    /// Is ready once it is cancelled.
    pub fn cancelled(&self) -> impl Future<Output = ()> + Send + Sync + use<'_> {
        Cancelled { token: self, number: None }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Cancel for CancelToken {
    fn is_cancelled(&self) -> bool {
        self.is_cancelled()
    }

    fn cancelled(&self) -> impl Future<Output = ()> {
        self.cancelled()
    }
}

impl CancelBlocking for CancelToken {
    fn wait_for(&self, limit: Duration) -> bool {
        let waiting = self.0.lock();
        let is_waiting = |_: &mut Waiting| !self.is_cancelled();
        // That the lock was poisoned changes nothing: no one panics while holding it.
        drop(self.0.bell.wait_timeout_while(waiting, limit, is_waiting));
        self.is_cancelled()
    }
}

impl fmt::Debug for CancelToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CancelToken").field("is_cancelled", &self.is_cancelled()).finish()
    }
}

/// Waits for the cancellation.
struct Cancelled<'a> {
    token: &'a CancelToken,
    /// Of its waker, once it was polled.
    number: Option<u64>,
}

impl Future for Cancelled<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.token.is_cancelled() {
            return Poll::Ready(());
        }
        let mut waiting = self.token.0.lock();
        if self.token.is_cancelled() {
            return Poll::Ready(());
        }
        let number = self.number.unwrap_or(waiting.next);
        waiting.next = waiting.next.max(number + 1);
        let former = waiting.wakers.insert(number, context.waker().clone());
        // Without the lock: a waker may own a task, and what that drops may ask this token.
        drop(waiting);
        drop(former);
        self.number = Some(number);
        Poll::Pending
    }
}

impl Drop for Cancelled<'_> {
    fn drop(&mut self) {
        if let Some(number) = self.number {
            let waker = self.token.0.lock().wakers.remove(&number);
            drop(waker);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{pin::pin, sync::atomic::AtomicU32, task::Wake, thread, time::Instant};

    use super::*;

    #[derive(Default)]
    struct Count(AtomicU32);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn a_waker_may_cancel_when_it_is_dropped() {
        struct Cancels(CancelToken);

        impl Wake for Cancels {
            fn wake(self: Arc<Self>) {}
        }

        impl Drop for Cancels {
            fn drop(&mut self) {
                self.0.cancel();
            }
        }

        let poll = |token: &CancelToken, again: bool| {
            let mut cancelled = Box::pin(token.cancelled());
            let waker = Waker::from(Arc::new(Cancels(token.clone())));
            assert!(cancelled.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
            drop(waker);
            again.then(|| cancelled.as_mut().poll(&mut Context::from_waker(Waker::noop())));
        };
        for again in [false, true] {
            let token = CancelToken::new();
            poll(&token, again);
            assert!(token.is_cancelled());
        }
    }

    #[test]
    fn it_wakes_every_task_once() {
        let (token, count) = (CancelToken::new(), Arc::new(Count::default()));
        let waker = Waker::from(Arc::clone(&count));
        let context = &mut Context::from_waker(&waker);
        let (mut one, mut two) = (pin!(token.cancelled()), pin!(token.cancelled()));
        for _ in 0..3 {
            assert!(one.as_mut().poll(context).is_pending() && two.as_mut().poll(context).is_pending());
        }
        token.clone().cancel();
        token.cancel();
        assert_eq!(count.0.load(Ordering::Relaxed), 2);
        assert!(one.poll(context).is_ready() && two.poll(context).is_ready());
    }

    #[test]
    fn a_future_that_is_dropped_leaves_nothing_behind() {
        let token = CancelToken::new();
        let context = &mut Context::from_waker(Waker::noop());
        for _ in 0..3 {
            assert!(pin!(token.cancelled()).poll(context).is_pending());
        }
        assert_eq!(token.0.lock().wakers.len(), 0);
    }

    #[test]
    fn it_wakes_a_thread_that_waits() {
        let token = CancelToken::new();
        let start = Instant::now();
        let waiting = thread::spawn({
            let token = token.clone();
            move || token.wait_for(Duration::from_secs(3_600))
        });
        token.cancel();
        assert!(waiting.join().expect("no panic"));
        assert!(start.elapsed() < Duration::from_secs(60));
    }

    #[test]
    fn a_thread_waits_no_longer_than_it_said() {
        let token = CancelToken::new();
        assert!(!token.wait_for(Duration::from_millis(1)));
        token.cancel();
        assert!(token.wait_for(Duration::MAX) && token.is_cancelled());
    }
}
