//! Operations whose first two attempts fail, in all shapes that functions have.

use std::{
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
    time::Duration,
};

use retry_runtime::{Jitter, RetryPolicy, retry};
use retry_tests::{Failure, Flaky};

/// Retries that soon come: 20 ms of backoff, then up to 80 ms for a slot.
const SOON: RetryPolicy = RetryPolicy::named("soon")
    .with_initial_delay(Duration::from_millis(20))
    .with_max_delay(Duration::from_millis(20))
    .with_jitter(Jitter::None)
    .with_slots(4, Duration::from_millis(20));

macro_rules! operations {
    ($($number:literal $name:literal $blocking:ident $asynchronous:ident $bare:ident)*) => {
        /// How many there are. Their names are spread over the nodes of a cluster, as names are.
        pub(crate) const COUNT: usize = [$($number),*].len();

        /// Calls one and blocks.
        pub(crate) fn blocking(operation: usize) -> Result<u32, Failure> {
            match operation % COUNT {
                $($number => $blocking(&Flaky::failing(2)),)*
                _ => unreachable!(),
            }
        }

        /// Calls one on tokio.
        pub(crate) async fn on_tokio(operation: usize) -> Result<u32, Failure> {
            match operation % COUNT {
                $($number => $asynchronous(&Flaky::failing(2)).await,)*
                _ => unreachable!(),
            }
        }

        /// Calls one without a runtime.
        pub(crate) fn without_runtime(operation: usize) -> Result<u32, Failure> {
            match operation % COUNT {
                $($number => block_on($bare(&Flaky::failing(2))),)*
                _ => unreachable!(),
            }
        }

        $(
            #[retry(policy = SOON, operation = $name)]
            fn $blocking(flaky: &Flaky) -> Result<u32, Failure> {
                flaky.call()
            }

            #[retry(policy = SOON, operation = $name)]
            async fn $asynchronous(flaky: &Flaky) -> Result<u32, Failure> {
                flaky.call()
            }

            #[retry(policy = SOON, operation = $name, sleep = nap)]
            async fn $bare(flaky: &Flaky) -> Result<u32, Failure> {
                flaky.call()
            }
        )*
    };
}

operations! {
    0 "plain" b0 a0 s0
    1 "}{" b1 a1 s1
    2 "two\r\nlines" b2 a2 s2
    3 "_" b3 a3 s3
    4 "slots}:slots" b4 a4 s4
    5 "a name so long that nobody would write it, and yet somebody has: ------------------------------------------------------" b5 a5 s5
    6 "plain " b6 a6 s6
    7 "größer 🦀" b7 a7 s7
    8 "*" b8 a8 s8
    9 "Plain" b9 a9 s9
    10 "\0" b10 a10 s10
    11 "eleven" b11 a11 s11
}

/// Needs no retry.
#[retry(operation = "plain")]
pub(crate) fn succeed() -> Result<(), Failure> {
    Ok(())
}

/// A sleeper that knows no runtime.
async fn nap(delay: Duration) {
    thread::sleep(delay);
}

/// Runs a future on this thread, which knows no runtime.
fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}
