//! `cancel`: somebody else ends the call's waits.

mod shapes;

use std::{
    cell::Cell,
    future::{pending, ready},
    rc::Rc,
    thread,
    time::Duration,
};

use retry_runtime::{Cancel, CancelToken, RetryError, StopReason, retry};
use retry_tests::{Failure, Flaky, millis, record, record_async, recorded_waits};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use crate::error::Error;

const SECOND: Duration = Duration::from_secs(1);

#[retry(max_attempts = 9, initial_delay = "10s", max_delay = "10s", jitter = none, cancel = stop, wrap_error)]
async fn asynchronous(flaky: &Flaky, stop: &CancelToken) -> Result<u32, RetryError<Failure>> {
    flaky.call_async().await
}

#[retry(max_attempts = 9, initial_delay = "10s", max_delay = "10s", jitter = none, cancel = stop, wrap_error)]
async fn by_tokio(flaky: &Flaky, stop: CancellationToken) -> Result<u32, RetryError<Failure>> {
    flaky.call_async().await
}

#[tokio::test(start_paused = true)]
async fn a_wait_ends_at_once_with_the_last_error() {
    let start = Instant::now();
    let stop = CancelToken::new();
    let flaky = Flaky::failing(9);
    let (outcome, ()) = tokio::join!(asynchronous(&flaky, &stop), async {
        sleep(SECOND * 15).await;
        stop.cancel();
    });
    let error = outcome.expect_err("cancelled");
    assert_eq!((error.attempts(), error.reason()), (2, StopReason::Cancelled));
    assert_eq!((flaky.attempts(), start.elapsed()), (2, SECOND * 15));
    assert_eq!(error.to_string(), "gave up after 2 attempts (cancelled): attempt 2 failed");
}

#[tokio::test(start_paused = true)]
async fn tokios_own_token_does_the_same() {
    let (stop, flaky) = (CancellationToken::new(), Flaky::failing(9));
    let (outcome, ()) = tokio::join!(by_tokio(&flaky, stop.child_token()), async {
        sleep(SECOND * 15).await;
        stop.cancel();
    });
    let error = outcome.expect_err("cancelled");
    assert_eq!((error.attempts(), error.into_last_error()), (2, Some(Failure(2))));
}

#[tokio::test(start_paused = true)]
async fn cancelled_before_the_first_attempt_that_one_is_made() {
    let stop = CancelToken::new();
    stop.cancel();
    let (start, flaky) = (Instant::now(), Flaky::failing(9));
    let error = asynchronous(&flaky, &stop).await.expect_err("cancelled");
    assert_eq!((flaky.attempts(), error.attempts(), error.reason()), (1, 1, StopReason::Cancelled));
    assert_eq!(start.elapsed(), Duration::ZERO);
    assert_eq!(asynchronous(&Flaky::failing(0), &stop).await.ok(), Some(1));
}

#[tokio::test(start_paused = true)]
async fn cancelled_after_success_nothing_happens() {
    let stop = CancelToken::new();
    assert_eq!(asynchronous(&Flaky::failing(2), &stop).await.ok(), Some(3));
    stop.cancel();
}

#[retry(initial_delay = "10s", cancel = stop, wrap_error)]
async fn slow(stop: &CancelToken) -> Result<u32, RetryError<Failure>> {
    sleep(SECOND * 5).await;
    Err(Failure(1))
}

#[tokio::test(start_paused = true)]
async fn an_attempt_is_not_interrupted() {
    let (start, stop) = (Instant::now(), CancelToken::new());
    let (outcome, ()) = tokio::join!(slow(&stop), async {
        sleep(SECOND).await;
        stop.cancel();
    });
    assert_eq!(outcome.map_err(|error| error.reason()), Err(StopReason::Cancelled));
    assert_eq!(start.elapsed(), SECOND * 5);
}

#[retry(initial_delay = "0s", cancel = stop, on_retry = |_| stop.cancel())]
async fn at_once(flaky: &Flaky, stop: &CancelToken) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[retry(initial_delay = "1s", cancel = stop, before_retry = |_| { stop.cancel(); ready(()) })]
async fn while_preparing(flaky: &Flaky, stop: &CancelToken) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tokio::test(start_paused = true)]
async fn no_attempt_follows_whenever_it_was_cancelled() {
    assert_eq!(at_once(&Flaky::failing(9), &CancelToken::new()).await, Err(Failure(1)));
    assert_eq!(while_preparing(&Flaky::failing(9), &CancelToken::new()).await, Err(Failure(1)));
}

#[retry(initial_delay = "1h", max_delay = "1h", cancel = stop, wrap_error)]
fn blocking(flaky: &Flaky, stop: &CancelToken) -> Result<u32, RetryError<Failure>> {
    flaky.call()
}

#[test]
fn a_thread_that_waits_is_woken() {
    let (start, stop, flaky) = (std::time::Instant::now(), CancelToken::new(), Flaky::failing(9));
    let error = thread::scope(|scope| {
        let call = scope.spawn(|| blocking(&flaky, &stop));
        while flaky.attempts() == 0 {
            thread::yield_now();
        }
        stop.cancel();
        call.join().expect("no panic").expect_err("cancelled")
    });
    assert!(start.elapsed() < SECOND * 60);
    assert_eq!((error.attempts(), error.reason()), (1, StopReason::Cancelled));
    assert_eq!(error.into_last_error(), Some(Failure(1)));
}

#[retry(initial_delay = "1ms", cancel = CancelToken::new())]
fn never_cancelled(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(jitter = none, sleep = record, cancel = stop, on_retry = |event| if event.attempt == last { stop.cancel() })]
fn on_own_sleeper(flaky: &Flaky, stop: &CancelToken, last: u32) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(jitter = none, sleep = record_async, cancel = stop, on_retry = |event| if event.attempt == last { stop.cancel() })]
async fn on_own_timer(flaky: &Flaky, stop: &CancelToken, last: u32) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(initial_delay = "1s", sleep = forever, cancel = stop)]
async fn without_tokio(flaky: &Flaky, stop: &CancelToken) -> Result<u32, Failure> {
    flaky.call()
}

async fn forever(_: Duration) {
    pending().await
}

#[test]
fn it_goes_with_any_sleeper() {
    assert_eq!(never_cancelled(&Flaky::failing(2)), Ok(3));
    assert_eq!(on_own_sleeper(&Flaky::failing(9), &CancelToken::new(), 2), Err(Failure(2)));
    assert_eq!(recorded_waits(), millis([100]));
    assert_eq!(on_own_sleeper(&Flaky::failing(2), &CancelToken::new(), 9), Ok(3));
    assert_eq!(recorded_waits(), millis([100, 200]));
    let (flaky, stop) = (Flaky::failing(2), CancelToken::new());
    assert_eq!(futures_executor::block_on(on_own_timer(&flaky, &stop, 9)), Ok(3));
    assert_eq!(recorded_waits(), millis([100, 200]));

    let later = stop.clone();
    let cancel = thread::spawn(move || later.cancel());
    assert_eq!(futures_executor::block_on(without_tokio(&Flaky::failing(9), &stop)), Err(Failure(1)));
    cancel.join().expect("no panic");
}

type Seen = Vec<(u32, Option<StopReason>, Option<u32>)>;

#[retry(
    initial_delay = "10s",
    jitter = none,
    cancel = stop,
    on_retry = |event| seen.push((event.attempt, event.reason, event.error.map(|error| error.0))),
    on_give_up = |event| seen.push((event.attempt, event.reason, event.error.map(|error| error.0))),
    fallback = |error| async move { Ok(error.0 + 6) },
)]
async fn told(seen: &mut Seen, stop: &CancelToken) -> Result<u32, Failure> {
    Err(Failure(1))
}

#[tokio::test(start_paused = true)]
async fn hooks_are_told_and_a_fallback_asked() {
    let (mut seen, stop) = (vec![], CancelToken::new());
    let (outcome, ()) = tokio::join!(told(&mut seen, &stop), async {
        sleep(SECOND).await;
        stop.cancel();
    });
    assert_eq!(outcome, Ok(7));
    assert_eq!(seen, [(1, None, Some(1)), (1, Some(StopReason::Cancelled), Some(1))]);
}

#[retry(initial_delay = "10s", cancel = stop, filter_ok = |_| true)]
async fn polled(stop: &CancelToken) -> Result<u32, Failure> {
    Ok(5)
}

#[retry(initial_delay = "10s", cancel = stop, filter_ok = |_| true, sleep = record)]
fn polled_blocking(stop: &CancelToken) -> Result<u32, Failure> {
    Ok(5)
}

#[tokio::test(start_paused = true)]
async fn the_last_value_that_was_turned_down_is_the_result() {
    let stop = CancelToken::new();
    let (outcome, ()) = tokio::join!(polled(&stop), async {
        sleep(SECOND).await;
        stop.cancel();
    });
    assert_eq!(outcome, Ok(5));
    assert_eq!(polled_blocking(&stop), Ok(5));
}

/// A token of the user's own.
struct Switch(tokio::sync::watch::Receiver<bool>);

impl Cancel for Switch {
    fn is_cancelled(&self) -> bool {
        *self.0.borrow()
    }

    async fn cancelled(&self) {
        let _ = self.0.clone().wait_for(|is_off| *is_off).await;
    }
}

#[retry(initial_delay = "10s", cancel = switch)]
async fn by_switch(switch: Switch) -> Result<u32, Failure> {
    Err(Failure(1))
}

#[tokio::test(start_paused = true)]
async fn a_token_of_ones_own_will_do() {
    let (sender, receiver) = tokio::sync::watch::channel(false);
    let start = Instant::now();
    let (outcome, sent) = tokio::join!(by_switch(Switch(receiver)), async {
        sleep(SECOND * 3).await;
        sender.send(true)
    });
    assert_eq!((outcome, sent.is_ok(), start.elapsed()), (Err(Failure(1)), true, SECOND * 3));
}

#[retry(
    initial_delay = "4s",
    jitter = none,
    attempt_timeout = "5s",
    deadline = "30s",
    cancel = stop,
    wrap_error,
)]
async fn with_every_limit(stop: &CancelToken) -> Result<u32, RetryError<Error>> {
    pending().await
}

#[retry(initial_delay = "4s", jitter = none, attempt_timeout = "5s", cancel = stop, wrap_error)]
async fn without_any_error(stop: &CancelToken) -> Result<u32, RetryError<Failure>> {
    pending().await
}

#[tokio::test(start_paused = true)]
async fn it_goes_with_the_limits_of_time() {
    for (seconds, attempts, reason) in [(7, 1, StopReason::Cancelled), (60, 3, StopReason::AttemptsExhausted)]
    {
        let stop = CancelToken::new();
        let (one, two, ()) = tokio::join!(with_every_limit(&stop), without_any_error(&stop), async {
            sleep(SECOND * seconds).await;
            stop.cancel();
        });
        let (one, two) = (one.expect_err("stalled"), two.expect_err("stalled"));
        assert_eq!((one.attempts(), one.reason()), (attempts, reason));
        assert!(matches!(one.last_error(), Some(Error::TimedOut(_))));
        assert_eq!((two.attempts(), two.reason(), two.last_error()), (attempts, reason, None));
    }
}

#[derive(Debug)]
struct Local(Rc<Cell<u32>>);

#[retry(initial_delay = "1s", cancel = stop)]
async fn not_send(stop: &CancelToken) -> Result<u32, Local> {
    Err(Local(Rc::new(Cell::new(4))))
}

#[tokio::test(start_paused = true)]
async fn an_error_that_is_not_send_can_be_kept() {
    let stop = CancelToken::new();
    stop.cancel();
    assert_eq!(not_send(&stop).await.map_err(|error| error.0.get()), Err(4));
    assert!(not_send(&CancelToken::new()).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn dropping_the_future_ends_it_in_a_wait() {
    let (flaky, stop) = (Flaky::failing(9), CancelToken::new());
    assert!(tokio::time::timeout(SECOND, asynchronous(&flaky, &stop)).await.is_err());
    stop.cancel();
    sleep(SECOND * 60).await;
    assert_eq!(flaky.attempts(), 1);
}
