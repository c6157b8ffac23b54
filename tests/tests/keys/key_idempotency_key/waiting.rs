//! A call whose key another call has.

use std::{
    future::Future,
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::{Arc, mpsc},
    task::{Context, Poll, Waker},
    thread,
    time::Duration,
};

use retry_runtime::{CancelToken, ConflictReason, RetryError, RetryPolicy, StopReason, retry};
use retry_tests::Failure;
use tokio::{
    sync::Notify,
    time::{Instant, sleep},
};

use super::{Error, begin};

const RUNNING: Result<u32, Error> = Err(Error::Conflict(ConflictReason::Running));
const SECOND: Duration = Duration::from_secs(1);

#[retry(operation = "take_time", idempotency_key = key)]
async fn take_time(key: &str, time: Duration, value: u32) -> Result<u32, Error> {
    sleep(time).await;
    Ok(value)
}

#[tokio::test(start_paused = true)]
async fn it_waits_for_the_result() {
    let start = Instant::now();
    let outcomes = tokio::join!(
        take_time("wait", SECOND * 20, 1),
        take_time("wait", SECOND, 2),
        take_time("wait", SECOND, 3),
        take_time("wait too", SECOND, 4),
    );
    assert_eq!(outcomes, (Ok(1), Ok(1), Ok(1), Ok(4)));
    // It looks at least every half second.
    assert!(start.elapsed() <= Duration::from_millis(20_501), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn it_waits_as_long_as_for_a_servers_hint() {
    let mut owner = pin!(take_time("too long", SECOND * 600, 1));
    begin(owner.as_mut());
    let start = Instant::now();
    assert_eq!(take_time("too long", SECOND, 2).await, RUNNING);
    assert_eq!(start.elapsed(), RetryPolicy::DEFAULT.max_retry_after());
    assert_eq!(owner.await, Ok(1));
}

#[retry(operation = "take_time", idempotency_key = key, max_retry_after = "2s")]
async fn wait_two_seconds(key: &str) -> Result<u32, Error> {
    Ok(2)
}

#[retry(operation = "take_time", idempotency_key = key, max_retry_after = "2s", max_elapsed = "1s")]
async fn wait_a_second(key: &str) -> Result<u32, Error> {
    Ok(2)
}

#[retry(operation = "take_time", idempotency_key = key, max_retry_after = "2s", deadline = "90s")]
async fn wait_until_the_deadline(key: &str) -> Result<u32, Error> {
    Ok(2)
}

#[tokio::test(start_paused = true)]
async fn each_limit_of_the_calls_time_bounds_it() {
    let mut owner = pin!(take_time("bounds", SECOND * 600, 1));
    begin(owner.as_mut());
    let start = Instant::now();
    assert_eq!(wait_two_seconds("bounds").await, RUNNING);
    assert_eq!(start.elapsed(), SECOND * 2);
    assert_eq!(wait_a_second("bounds").await, RUNNING);
    assert_eq!(start.elapsed(), SECOND * 3);
    assert_eq!(wait_until_the_deadline("bounds").await, RUNNING);
    let waited = start.elapsed() - SECOND * 3;
    assert!(waited <= SECOND * 90 && waited > SECOND * 89, "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn a_future_that_is_dropped_gives_its_key_back() {
    {
        let mut owner = pin!(take_time("dropped", SECOND, 1));
        begin(owner.as_mut());
    }
    let start = Instant::now();
    assert_eq!(take_time("dropped", Duration::ZERO, 2).await, Ok(2));
    assert!(start.elapsed() < Duration::from_millis(2), "nothing to wait for: {:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn one_that_is_dropped_while_it_waits_leaves_the_key_where_it_is() {
    let mut owner = pin!(take_time("waiter dropped", SECOND, 1));
    begin(owner.as_mut());
    {
        let mut waiter = pin!(take_time("waiter dropped", SECOND, 2));
        begin(waiter.as_mut());
    }
    assert_eq!(wait_a_second_less("waiter dropped").await, RUNNING);
    assert_eq!(owner.await, Ok(1));
    assert_eq!(take_time("waiter dropped", SECOND, 3).await, Ok(1));
}

#[retry(operation = "take_time", idempotency_key = key, max_retry_after = "100ms")]
async fn wait_a_second_less(key: &str) -> Result<u32, Error> {
    Ok(9)
}

#[retry(operation = "panic_or_not", idempotency_key = key, initial_delay = "0s")]
fn panic_or_not(key: &str, panics: bool) -> Result<u32, Error> {
    assert!(!panics, "as it was told");
    Ok(1)
}

#[retry(operation = "panic_or_not_async", idempotency_key = key)]
async fn panic_or_not_async(key: &str, panics: bool) -> Result<u32, Error> {
    assert!(!panics, "as it was told");
    Ok(1)
}

#[tokio::test(start_paused = true)]
async fn a_body_that_panics_gives_its_key_back() {
    assert!(catch_unwind(|| panic_or_not("panics", true)).is_err());
    assert_eq!(panic_or_not("panics", false), Ok(1));
    let panicked = tokio::spawn(async { panic_or_not_async("panics", true).await.is_ok() }).await;
    assert!(panicked.is_err_and(|error| error.is_panic()));
    assert_eq!(panic_or_not_async("panics", false).await, Ok(1));
}

#[retry(operation = "panic_in_hook", idempotency_key = key, on_success = |_| assert!(!panics, "as it was told"))]
fn panic_in_hook(key: &str, panics: bool, flaky: &retry_tests::Flaky) -> Result<u32, Error> {
    Ok(flaky.call()?)
}

#[retry(operation = "panic_in_hook_async", idempotency_key = key, on_success = |_| assert!(!panics, "as it was told"))]
async fn panic_in_hook_async(key: &str, panics: bool, flaky: &retry_tests::Flaky) -> Result<u32, Error> {
    Ok(flaky.call_async().await?)
}

/// The body succeeded: it is not to run again.
#[tokio::test(start_paused = true)]
async fn a_hook_that_panics_does_not_lose_the_result() {
    let flaky = Arc::new(retry_tests::Flaky::failing(0));
    let blocking = AssertUnwindSafe(|| panic_in_hook("hook", true, &flaky));
    assert!(catch_unwind(blocking).is_err());
    assert_eq!(panic_in_hook("hook", false, &flaky), Ok(1));
    let of_task = flaky.clone();
    let call = async move { panic_in_hook_async("hook", true, &of_task).await.is_ok() };
    assert!(tokio::spawn(call).await.is_err_and(|error| error.is_panic()));
    assert_eq!(panic_in_hook_async("hook", false, &flaky).await, Ok(2));
}

/// Shows itself, or panics.
struct Key(bool);

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        assert!(self.0, "a key that cannot be shown");
        f.write_str("shown")
    }
}

#[retry(operation = "of_panicking_key", idempotency_key = key)]
fn of_panicking_key(key: &Key) -> Result<u32, Error> {
    Ok(1)
}

#[test]
fn a_key_that_panics_takes_nothing_with_it() {
    assert!(catch_unwind(AssertUnwindSafe(|| of_panicking_key(&Key(false)))).is_err());
    assert_eq!(of_panicking_key(&Key(true)), Ok(1));
}

#[retry(operation = "take_time", idempotency_key = key, cancel = stop, wrap_error)]
async fn until_cancelled(key: &str, stop: &CancelToken) -> Result<u32, RetryError<Failure>> {
    Ok(9)
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_call_waits_no_longer() {
    let mut owner = pin!(take_time("cancelled", SECOND * 600, 1));
    begin(owner.as_mut());
    let (start, stop) = (Instant::now(), CancelToken::new());
    let (outcome, ()) = tokio::join!(until_cancelled("cancelled", &stop), async {
        sleep(SECOND * 5).await;
        stop.cancel();
    });
    let error = outcome.expect_err("cancelled");
    assert_eq!((error.attempts(), error.reason()), (0, StopReason::IdempotencyConflict));
    assert_eq!(start.elapsed(), SECOND * 5);
    // It leaves the key to its owner.
    assert_eq!(wait_a_second_less("cancelled").await, RUNNING);
}

#[tokio::test(start_paused = true)]
async fn a_waiter_runs_where_the_owner_fails() {
    let failing = async {
        let outcome = fail_after_a_while("fails").await;
        assert_eq!(outcome, Err(Error::failed(1)));
    };
    let ((), outcome) = tokio::join!(failing, take_time_after_a_failure("fails", 2));
    assert_eq!(outcome, Ok(2));
}

#[retry(operation = "fail_or_not", idempotency_key = key, max_attempts = 1)]
async fn fail_after_a_while(key: &str) -> Result<u32, Error> {
    sleep(SECOND).await;
    Err(Error::failed(1))
}

#[retry(operation = "fail_or_not", idempotency_key = key)]
async fn take_time_after_a_failure(key: &str, value: u32) -> Result<u32, Error> {
    Ok(value)
}

/// Between two attempts the key is still its owner's.
#[tokio::test(start_paused = true)]
async fn the_owner_keeps_the_key_while_it_waits_for_its_next_attempt() {
    let flaky = retry_tests::Flaky::failing(2);
    let outcomes = tokio::join!(retrying("retried", &flaky), retrying("retried", &flaky));
    assert_eq!(outcomes, (Ok(3), Ok(3)));
    assert_eq!(flaky.attempts(), 3);
}

#[retry(operation = "retry_with_key", idempotency_key = key, initial_delay = "5s")]
async fn retrying(key: &str, flaky: &retry_tests::Flaky) -> Result<u32, Error> {
    Ok(flaky.call_async().await?)
}

#[retry(operation = "take_turns", idempotency_key = key)]
fn take_turns(key: &str, begun: &mpsc::Sender<()>, go: &mpsc::Receiver<u32>) -> io::Result<u32> {
    begun.send(()).expect("the test listens");
    Ok(go.recv().expect("the test says"))
}

#[test]
fn blocking_calls_wait_on_their_own_threads() {
    let (begun, is_begun) = mpsc::channel();
    let (go, of_owner) = mpsc::channel();
    let (_never, of_waiter) = mpsc::channel();
    thread::scope(|threads| {
        let of_threads = begun.clone();
        let owner = threads.spawn(move || take_turns("blocking", &of_threads, &of_owner));
        is_begun.recv().expect("the owner runs");
        let waiter = threads.spawn(move || take_turns("blocking", &begun, &of_waiter));
        go.send(7).expect("the owner listens");
        assert_eq!(owner.join().expect("no panic").ok(), Some(7));
        assert_eq!(waiter.join().expect("no panic").ok(), Some(7));
    });
}

/// As a program polls that has no tokio: the first wait says what is missing.
#[test]
fn to_wait_without_tokio_says_what_is_missing() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let mut owner = pin!(take_time("no tokio", SECOND, 1));
    {
        let _within = runtime.enter();
        begin(owner.as_mut());
    }
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let mut waiter = pin!(take_time("no tokio", SECOND, 2));
        let poll: Poll<_> = waiter.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(poll.is_pending());
    }));
    let message = panicked.expect_err("there is no timer");
    let message = message.downcast_ref::<String>().expect("a formatted message");
    assert!(message.contains("waits on tokio's timer, but this is no tokio runtime"), "{message}");
    assert!(message.contains("`take_time`"), "{message}");
}

#[retry(operation = "own_sleeper", idempotency_key = key, sleep = note)]
async fn own_sleeper(key: &str, until: &Notify) -> Result<u32, Error> {
    until.notified().await;
    Ok(1)
}

/// A sleeper that lets others go on, and counts.
async fn note(delay: Duration) {
    retry_tests::record(delay);
    sleep(delay).await;
}

#[tokio::test(start_paused = true)]
async fn a_sleeper_of_the_users_is_used() {
    let until = Arc::new(Notify::new());
    let mut owner = pin!(own_sleeper("own", &until));
    begin(owner.as_mut());
    let (second, (), first) = tokio::join!(
        own_sleeper("own", &until),
        async {
            sleep(SECOND * 3).await;
            until.notify_one();
        },
        owner
    );
    assert_eq!((first, second), (Ok(1), Ok(1)));
    let waits = retry_tests::recorded_waits();
    assert!(waits.iter().sum::<Duration>() >= SECOND * 3, "{waits:?}");
    // From 10 ms, twice as long each time, half of it jitter.
    let (mut most, longest) = (Duration::from_millis(10), Duration::from_millis(500));
    for wait in waits {
        assert!(wait >= most / 2 && wait < most, "{wait:?} is not within {most:?}");
        most = (most * 2).min(longest);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_calls_at_once_one_runs() {
    let flaky = Arc::new(retry_tests::Flaky::failing(0));
    let calls: Vec<_> = (0..100)
        .map(|_| {
            let flaky = flaky.clone();
            tokio::spawn(async move { crowded("crowd", &flaky).await.map_err(|error| error.to_string()) })
        })
        .collect();
    for call in calls {
        assert_eq!(call.await.expect("no panic"), Ok(1));
    }
    assert_eq!(flaky.attempts(), 1);
}

#[retry(operation = "be_crowded", idempotency_key = key)]
async fn crowded(key: &str, flaky: &retry_tests::Flaky) -> Result<u32, Error> {
    tokio::task::yield_now().await;
    Ok(flaky.call_async().await?)
}
