//! Calls that end while they wait for their slot.

use std::time::Duration;

use retry_runtime::{CancelToken, Jitter, RetryError, RetryPolicy, StopReason, retry};
use retry_tests::{Failure, Flaky};
use tokio::time::{Instant, sleep, timeout};

use crate::installed;

const SECOND: Duration = Duration::from_secs(1);
/// One slot follows the other in ten seconds.
const SLOW: RetryPolicy = RetryPolicy::DEFAULT
    .with_max_attempts(2)
    .with_initial_delay(Duration::ZERO)
    .with_jitter(Jitter::None)
    .with_slots(10, SECOND.saturating_mul(10));

#[retry(SLOW, cancel = stop, wrap_error)]
async fn cancelled(flaky: &Flaky, stop: &CancelToken) -> Result<u32, RetryError<Failure>> {
    flaky.call_async().await
}

/// Has the slots of `cancelled` begin with others, so that whoever comes now waits for its own.
async fn crowd() {
    for _ in 0..3 {
        let (flaky, stop) = (Flaky::failing(9), CancelToken::new());
        // The first one has its slot at once, the others are dropped in theirs.
        let _ = timeout(Duration::from_millis(1), cancelled(&flaky, &stop)).await;
        assert!(flaky.attempts() > 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_cancelled_in_its_slot_ends_at_once() {
    let _installed = installed::memory();
    crowd().await;
    let (start, stop, flaky) = (Instant::now(), CancelToken::new(), Flaky::failing(9));
    let (outcome, ()) = tokio::join!(cancelled(&flaky, &stop), async {
        sleep(SECOND).await;
        stop.cancel();
    });
    let error = outcome.expect_err("cancelled");
    assert_eq!((error.attempts(), error.reason()), (1, StopReason::Cancelled));
    assert_eq!((flaky.attempts(), start.elapsed()), (1, SECOND));
}

#[test]
fn so_does_a_blocking_one() {
    #[retry(SLOW, cancel = stop, wrap_error)]
    fn blocking(flaky: &Flaky, stop: &CancelToken) -> Result<u32, RetryError<Failure>> {
        flaky.call()
    }

    let _installed = installed::memory();
    let (stop, flaky) = (CancelToken::new(), Flaky::failing(99));
    // Whoever had to wait would have waited a second at least; that these come back is what is tested.
    std::thread::scope(|threads| {
        let calls: Vec<_> = (0..4).map(|_| threads.spawn(|| blocking(&flaky, &stop))).collect();
        while flaky.attempts() < 4 {
            std::thread::yield_now();
        }
        stop.cancel();
        let reasons =
            calls.into_iter().map(|call| call.join().expect("no panic").expect_err("it fails").reason());
        let cancelled = reasons.filter(|reason| *reason == StopReason::Cancelled).count();
        // The second one's slot may begin before the call is cancelled.
        assert!(cancelled >= 2, "only {cancelled} of four were cancelled");
    });
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_in_its_slot_makes_no_attempt_more() {
    let _installed = installed::memory();
    crowd().await;
    let (stop, flaky) = (CancelToken::new(), Flaky::failing(9));
    assert!(timeout(SECOND, cancelled(&flaky, &stop)).await.is_err());
    sleep(SECOND * 200).await;
    assert_eq!(flaky.attempts(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_place_that_nobody_took_expires() {
    let _installed = installed::memory();
    crowd().await;
    sleep(SECOND * 200).await;
    let (start, stop, flaky) = (Instant::now(), CancelToken::new(), Flaky::failing(1));
    assert_eq!(cancelled(&flaky, &stop).await.ok(), Some(2));
    assert_eq!(start.elapsed(), Duration::ZERO);
}

/// Cancel safe: whoever drops `next` waits for what is left, and takes no second place.
#[tokio::test(start_paused = true)]
async fn a_loop_whose_wait_is_dropped_keeps_its_slot() {
    let _installed = installed::memory();
    let name = "kept_slot";
    for _ in 0..3 {
        let mut attempts = SLOW.attempts(name);
        let _ = attempts.next().await;
        assert!(attempts.failed(Failure(1)).is_ok());
        let _ = timeout(Duration::ZERO, attempts.next()).await;
    }
    let mut attempts = SLOW.attempts(name);
    let _ = attempts.next().await;
    let start = Instant::now();
    assert!(attempts.failed(Failure(1)).is_ok());
    assert!(timeout(SECOND, attempts.next()).await.is_err());
    let _ = attempts.next().await;
    // The fourth place: two to three slots from here on.
    let waited = start.elapsed();
    assert!((SECOND * 20..=SECOND * 30).contains(&waited), "{waited:?}");
}
