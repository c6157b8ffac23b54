//! `deadline`: the time of the whole call, attempts and waits.

use std::{cell::Cell, future::pending, rc::Rc, time::Duration};

use proptest::prelude::*;
use retry_runtime::{Elapsed, RetryError, StopReason, retry};
use retry_tests::{Failure, Flaky, ServerError, millis, record_async, recorded_waits};
use tokio::time::{Instant, sleep};

use crate::error::Error;

const SECOND: Duration = Duration::from_secs(1);

#[retry(deadline = "1s", max_attempts = 9, jitter = none)]
async fn failing(flaky: &Flaky) -> Result<u32, Error> {
    Ok(flaky.call_async().await?)
}

#[tokio::test(start_paused = true)]
async fn no_wait_ends_after_it() {
    let start = Instant::now();
    // Waits of 100, 200 and 400 ms; one of 800 ms would end too late and is not begun.
    assert_eq!(failing(&Flaky::failing(9)).await, Err(Error::Failed(4)));
    assert_eq!(start.elapsed(), Duration::from_millis(700));
    assert_eq!(failing(&Flaky::failing(3)).await, Ok(4));
}

#[retry(deadline = "700ms", max_attempts = 9, jitter = none, wrap_error)]
async fn no_time_left(flaky: &Flaky) -> Result<u32, RetryError<Error>> {
    Ok(flaky.call_async().await?)
}

#[tokio::test(start_paused = true)]
async fn a_wait_after_which_no_attempt_has_time_is_not_begun() {
    let error = no_time_left(&Flaky::failing(9)).await.expect_err("flaky");
    assert_eq!((error.attempts(), error.reason()), (3, StopReason::Deadline));
    assert_eq!((error.elapsed(), error.last_error()), (Duration::from_millis(300), Some(&Error::Failed(3))));
}

#[retry(deadline = "10s", initial_delay = "1s", jitter = none, wrap_error)]
async fn stalls_in_attempt(number: u32, flaky: &Flaky) -> Result<u32, RetryError<Error>> {
    if flaky.attempts() + 1 == number {
        pending::<()>().await;
    }
    Ok(flaky.call()?)
}

#[tokio::test(start_paused = true)]
async fn an_attempt_in_flight_is_dropped_and_the_last_error_returned() {
    let error = stalls_in_attempt(3, &Flaky::failing(9)).await.expect_err("stalled");
    assert_eq!((error.attempts(), error.reason()), (3, StopReason::Deadline));
    assert_eq!((error.elapsed(), error.into_last_error()), (SECOND * 10, Some(Error::Failed(2))));
}

#[tokio::test(start_paused = true)]
async fn without_one_it_becomes_what_a_timed_out_attempt_does() {
    let error = stalls_in_attempt(1, &Flaky::failing(9)).await.expect_err("stalled");
    let elapsed = Elapsed::deadline(SECOND * 10);
    assert_eq!((error.attempts(), error.into_last_error()), (1, Some(Error::TimedOut(elapsed))));
}

#[retry(deadline = "10s", attempt_timeout = "4s", initial_delay = "0s", max_attempts = 9)]
async fn both(times: &mut Vec<Instant>) -> Result<u32, Error> {
    times.push(Instant::now());
    pending().await
}

#[tokio::test(start_paused = true)]
async fn attempt_timeouts_are_cut_to_the_remainder() {
    let (start, mut times) = (Instant::now(), vec![]);
    let error = both(&mut times).await;
    assert_eq!(
        times.iter().map(|time| *time - start).collect::<Vec<_>>(),
        [0, 4, 8].map(Duration::from_secs)
    );
    assert_eq!(start.elapsed(), SECOND * 10);
    assert_eq!(error, Err(Error::TimedOut(Elapsed::attempt(SECOND * 4))), "the last error, of an attempt");
}

#[retry(deadline = "10s", wrap_error)]
async fn hinted(hint: u64) -> Result<(), RetryError<ServerError>> {
    sleep(SECOND).await;
    Err(ServerError::BusyFor(Duration::from_secs(hint)))
}

#[tokio::test(start_paused = true)]
async fn a_hint_longer_than_the_deadline_ends_the_call_at_once() {
    let start = Instant::now();
    let error = hinted(10).await.expect_err("busy");
    assert_eq!((error.attempts(), error.reason()), (1, StopReason::Deadline));
    assert_eq!(start.elapsed(), SECOND);
    let error = hinted(61).await.expect_err("busy");
    assert_eq!(error.reason(), StopReason::ServerHintTooLong);
}

#[retry(deadline = "10s", max_attempts = unlimited, backoff = constant, initial_delay = "3s", jitter = none)]
async fn unlimited(flaky: &Flaky) -> Result<u32, Error> {
    Ok(flaky.call()?)
}

#[retry(deadline = "10s", max_attempts = unlimited, initial_delay = "0s")]
async fn at_once(flaky: &Flaky) -> Result<u32, Error> {
    sleep(SECOND).await;
    Ok(flaky.call()?)
}

const LIMIT: Duration = Duration::from_secs(10);

#[retry(deadline = LIMIT, max_attempts = unlimited, initial_delay = "0s", max_elapsed = "2s")]
async fn by_constant(flaky: &Flaky) -> Result<u32, Error> {
    sleep(SECOND).await;
    Ok(flaky.call()?)
}

#[tokio::test(start_paused = true)]
async fn it_limits_unlimited_attempts() {
    assert_eq!(unlimited(&Flaky::failing(99)).await, Err(Error::Failed(4)));
    assert_eq!(at_once(&Flaky::failing(99)).await, Err(Error::Failed(10)));
    assert_eq!(by_constant(&Flaky::failing(99)).await, Err(Error::Failed(3)));
}

async fn overslept(delay: Duration) {
    sleep(delay + SECOND * 20).await;
}

#[retry(deadline = "10s", sleep = overslept, initial_delay = "1s", wrap_error)]
async fn on_a_slow_timer(flaky: &Flaky) -> Result<u32, RetryError<Error>> {
    Ok(flaky.call()?)
}

#[tokio::test(start_paused = true)]
async fn no_attempt_begins_after_it() {
    let flaky = Flaky::failing(9);
    let error = on_a_slow_timer(&flaky).await.expect_err("flaky");
    assert_eq!((flaky.attempts(), error.attempts(), error.reason()), (1, 1, StopReason::Deadline));
    assert_eq!(error.into_last_error(), Some(Error::Failed(1)));
}

#[retry(deadline = "10s", initial_delay = "1s", jitter = none, wrap_error, before_retry = |_| async move {
    sleep(SECOND * seconds).await;
})]
async fn prepared(seconds: u32, flaky: &Flaky) -> Result<u32, RetryError<Error>> {
    Ok(flaky.call()?)
}

#[tokio::test(start_paused = true)]
async fn a_preparation_that_stalls_is_dropped_too() {
    let (start, flaky) = (Instant::now(), Flaky::failing(9));
    let error = prepared(60, &flaky).await.expect_err("flaky");
    assert_eq!((start.elapsed(), flaky.attempts()), (SECOND * 10, 1));
    assert_eq!((error.attempts(), error.reason()), (1, StopReason::Deadline));
    assert_eq!(prepared(1, &Flaky::failing(1)).await.ok(), Some(2));
}

#[retry(
    deadline = "10s",
    initial_delay = "1s",
    jitter = none,
    on_retry = |event| seen.push((event.attempt, event.reason, event.timeout)),
    on_give_up = |event| seen.push((event.attempt, event.reason, event.timeout)),
    fallback = |error| async move { if error == Error::Failed(1) { Ok(7) } else { Err(error) } },
)]
async fn told(seen: &mut Vec<(u32, Option<StopReason>, Option<Elapsed>)>) -> Result<u32, Error> {
    if !seen.is_empty() {
        pending::<()>().await;
    }
    Err(Error::Failed(1))
}

#[tokio::test(start_paused = true)]
async fn hooks_are_told_and_a_fallback_asked() {
    let mut seen = vec![];
    assert_eq!(told(&mut seen).await, Ok(7));
    let elapsed = Elapsed::deadline(SECOND * 10);
    assert_eq!(seen, [(1, None, None), (2, Some(StopReason::Deadline), Some(elapsed))]);
}

#[retry(deadline = "10s", initial_delay = "1s", jitter = none, filter_ok = |value| *value < 9)]
async fn polled(values: &mut u32) -> Result<u32, Error> {
    *values += 1;
    if *values == 3 {
        pending::<()>().await;
    }
    Ok(*values)
}

#[tokio::test(start_paused = true)]
async fn the_last_value_that_was_turned_down_is_the_result() {
    assert_eq!(polled(&mut 0).await, Ok(2));
}

/// The smallest sleeper: no clock, no runtime.
#[retry(deadline = "1h", jitter = none, sleep = record_async)]
async fn without_tokio(flaky: &Flaky) -> Result<u32, Error> {
    Ok(flaky.call()?)
}

#[retry(deadline = "1h", sleep = record_async, wrap_error)]
async fn stalled_without_tokio() -> Result<u32, RetryError<Failure>> {
    pending().await
}

#[test]
fn any_runtime_will_do() {
    assert_eq!(futures_executor::block_on(without_tokio(&Flaky::failing(2))), Ok(3));
    assert_eq!(recorded_waits(), millis([100, 200]));
    let error = futures_executor::block_on(stalled_without_tokio()).expect_err("stalled");
    assert_eq!((error.attempts(), error.reason()), (1, StopReason::Deadline));
    assert_eq!(error.into_last_error(), None);
    let [waited] = recorded_waits()[..] else { panic!("one wait") };
    assert!(waited <= SECOND * 3_600 && waited > SECOND * 3_500);
}

/// An error that is not `Send` may be kept in a future that is not either.
#[derive(Debug)]
struct Local(Rc<Cell<u32>>);

#[retry(deadline = "10s", initial_delay = "1s", jitter = none, timeout_error = |_| Local(Rc::default()))]
async fn not_send(attempts: Rc<Cell<u32>>) -> Result<u32, Local> {
    attempts.set(attempts.get() + 1);
    if attempts.get() > 1 {
        pending::<()>().await;
    }
    Err(Local(Rc::clone(&attempts)))
}

#[tokio::test(start_paused = true)]
async fn an_error_that_is_not_send_can_be_kept() {
    assert_eq!(not_send(Rc::default()).await.map_err(|error| error.0.get()), Err(2));
}

fn sendable<F: Future + Send>(future: F) -> F {
    future
}

/// Only errors are kept, and values only where they may be turned down.
#[retry(deadline = "10s", initial_delay = "1s", jitter = none)]
async fn value_not_send(flaky: &Flaky) -> Result<Rc<u32>, Error> {
    Ok(Rc::new(flaky.call_async().await?))
}

#[tokio::test(start_paused = true)]
async fn a_value_need_not_be_send() {
    assert_eq!(sendable(value_not_send(&Flaky::failing(2))).await, Ok(Rc::new(3)));
}

#[retry(deadline = "10s", initial_delay = "2s", jitter = none)]
async fn dropped(attempts: &mut u32) -> Result<u32, Error> {
    *attempts += 1;
    sleep(SECOND * 3).await;
    Err(Error::Failed(*attempts))
}

#[tokio::test(start_paused = true)]
async fn dropping_the_future_ends_it_at_every_await() {
    for (seconds, made) in [(1, 1), (4, 1), (6, 2)] {
        let mut attempts = 0;
        assert!(tokio::time::timeout(SECOND * seconds, dropped(&mut attempts)).await.is_err());
        sleep(SECOND * 60).await;
        assert_eq!(attempts, made);
    }
}

const DEADLINE: Duration = Duration::from_secs(20);

#[retry(
    max_attempts = 6,
    initial_delay = "300ms",
    max_delay = "8s",
    jitter = none,
    max_retry_after = "1h",
    attempt_timeout = "5s",
    deadline = DEADLINE,
    wrap_error,
)]
async fn scripted(
    script: &mut impl Iterator<Item = (u64, Option<ServerError>)>,
    attempts: &mut u32,
) -> Result<u32, RetryError<ServerError>> {
    *attempts += 1;
    let (millis, error) = script.next().unwrap_or((0, None));
    sleep(Duration::from_millis(millis)).await;
    error.map_or(Ok(*attempts), Err)
}

fn any_step() -> impl Strategy<Value = (u64, Option<ServerError>)> {
    let hint = (0..30_000_u64).prop_map(|millis| ServerError::BusyFor(Duration::from_millis(millis)));
    let error = prop_oneof![4 => Just(ServerError::Busy), 1 => hint];
    (0..8_000_u64, proptest::option::weighted(0.9, error))
}

proptest! {
    #[test]
    fn no_sequence_of_outcomes_exceeds_a_limit(script in proptest::collection::vec(any_step(), 0..12)) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let (start, mut attempts) = (Instant::now(), 0);
            let outcome = scripted(&mut script.into_iter(), &mut attempts).await;
            prop_assert!(start.elapsed() <= DEADLINE, "{:?}", start.elapsed());
            prop_assert!(attempts <= 6);
            if let Err(error) = outcome {
                prop_assert_eq!(error.attempts(), attempts);
                prop_assert_eq!(error.elapsed(), start.elapsed());
                prop_assert!(matches!(error.reason(), StopReason::Deadline | StopReason::AttemptsExhausted));
            }
            Ok(())
        })?;
    }
}
