//! What a call ends with that is not its last error: values, fallbacks, errors of hooks.

use std::time::Duration;

use retry_runtime::{RetryError, RetryPolicy, Verdict, retry};
use retry_tests::{Failure, Flaky, ServerError, record};

use crate::{
    expected::operation,
    exposition::{scraped, scraped_async},
};

const FAILURE: &str = "retry_tests::Failure";

#[retry(initial_delay = "300ms", jitter = none, filter_ok = |value| *value < 3)]
async fn polled(values: &mut u32) -> Result<u32, Failure> {
    *values += 1;
    Ok(*values)
}

#[tokio::test(start_paused = true)]
async fn a_value_that_is_good_in_the_end_is_a_success() {
    let scrape = scraped_async(polled(&mut 1)).await;
    scrape.assert_is([operation("", "polled")
        .attempts([("1", 1), ("2", 1)])
        .succeeded("2", 1)
        .delayed([0.3])
        .took([0.3])]);
}

#[retry(max_attempts = 2, initial_delay = "0s", sleep = record, filter_ok = |_| true)]
fn never_good() -> Result<u32, Failure> {
    Ok(1)
}

/// The caller has the value, and yet the call failed.
#[test]
fn a_value_that_was_turned_down_to_the_end_is_a_failure() {
    let policy = RetryPolicy::DEFAULT.with_max_attempts(2).with_initial_delay(Duration::ZERO);
    let scrape = scraped(|| {
        assert_eq!(never_good(), Ok(1));
        let call = policy.call(|| Ok::<_, Failure>(1)).filter_ok(|_| true).operation("called");
        assert_eq!(call.run(), Ok(1));
        let mut attempts = policy.attempts("looped");
        for attempt in 1..=2 {
            attempts.next_blocking();
            assert_eq!(attempts.turned_down(attempt).is_err(), attempt == 2);
        }
    });
    scrape.assert_is(["never_good", "called", "looped"].map(|name| {
        operation("", name)
            .attempts([("1", 1), ("2", 1)])
            .gave_up("turned_down", "attempts exhausted", 1)
            .delayed([0.0])
            .took_real_time(1)
    }));
}

#[retry(initial_delay = "300ms", jitter = none, fallback = |_| async { Ok(7) })]
async fn answered(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[retry(initial_delay = "0s", sleep = record, filter = |_| false, fallback = |error| if error.0 == 1 { Ok(7) } else { Err(error) })]
fn answered_blocking(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[tokio::test(start_paused = true)]
async fn a_call_that_a_fallback_answers_is_a_failure() {
    let scrape = scraped_async(async {
        assert_eq!(answered(&Flaky::failing(9)).await, Ok(7));
        assert_eq!(answered_blocking(&Flaky::failing(9)), Ok(7));
    })
    .await;
    scrape.assert_is([
        operation("", "answered")
            .attempts([("1", 1), ("2", 1), ("3", 1)])
            .gave_up(FAILURE, "attempts exhausted", 1)
            .delayed([0.3, 0.6])
            .took([0.9]),
        operation("", "answered_blocking")
            .attempts([("1", 1)])
            .gave_up(FAILURE, "permanent", 1)
            .took_real_time(1),
    ]);
}

#[retry(initial_delay = "300ms", jitter = none, wrap_error, service = "billing")]
async fn wrapped(flaky: &Flaky) -> Result<u32, RetryError<Failure>> {
    flaky.call_async().await
}

/// Counted as the error in it, as long as it took.
#[tokio::test(start_paused = true)]
async fn a_wrapped_error_is_counted_as_what_it_wraps() {
    let mut elapsed = Duration::ZERO;
    let scrape = scraped_async(async {
        elapsed = wrapped(&Flaky::failing(9)).await.map_err(|error| error.elapsed()).expect_err("flaky");
        assert_eq!(wrapped(&Flaky::failing(1)).await, Ok(2));
    })
    .await;
    scrape.assert_is([operation("billing", "wrapped")
        .attempts([("1", 2), ("2", 2), ("3", 1)])
        .succeeded("2", 1)
        .gave_up(FAILURE, "attempts exhausted", 1)
        .delayed([0.3, 0.6, 0.3])
        .took([elapsed.as_secs_f64(), 0.3])]);
}

#[retry(initial_delay = "300ms", jitter = none, before_retry = |_| async { Err(Failure(7)) })]
async fn unprepared(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[retry(initial_delay = "0s", sleep = record, before_retry = |_| Err(ServerError::Gone))]
fn unprepared_blocking() -> Result<u32, ServerError> {
    Err(ServerError::Busy)
}

/// The attempt that it prepared for was not made.
#[tokio::test(start_paused = true)]
async fn a_preparation_that_failed_is_no_attempt() {
    let policy = RetryPolicy::DEFAULT.with_initial_delay(Duration::ZERO);
    let scrape = scraped_async(async {
        assert_eq!(unprepared(&Flaky::failing(9)).await, Err(Failure(7)));
        assert_eq!(unprepared_blocking(), Err(ServerError::Gone));
        let call = policy.call(|| Err::<(), _>("expired")).operation("called");
        assert_eq!(call.before_retry(|_| Err("no token")).run(), Err("no token"));
    })
    .await;
    scrape.assert_is([
        operation("", "unprepared")
            .attempts([("1", 1)])
            .gave_up(FAILURE, "permanent", 1)
            .delayed([0.3])
            .took([0.3]),
        operation("", "unprepared_blocking")
            .attempts([("1", 1)])
            .gave_up("retry_tests::ServerError", "permanent", 1)
            .delayed([0.0])
            .took_real_time(1),
        operation("", "called")
            .attempts([("1", 1)])
            .gave_up("&str", "permanent", 1)
            .delayed([0.0])
            .took_real_time(1),
    ]);
}

#[retry(deadline = "10s", initial_delay = "1s", jitter = none, wrap_error, before_retry = |_| std::future::pending::<()>())]
async fn stuck(flaky: &Flaky) -> Result<u32, RetryError<Failure>> {
    flaky.call_async().await
}

#[tokio::test(start_paused = true)]
async fn a_preparation_whose_time_is_over_is_no_attempt_either() {
    let scrape = scraped_async(stuck(&Flaky::failing(9))).await;
    scrape.assert_is([operation("", "stuck")
        .attempts([("1", 1)])
        .gave_up("timeout", "deadline", 1)
        .delayed([1.0])
        .took([10.0])]);
}

#[retry(initial_delay = "0s", sleep = record, filter = |error| error.0 < 2)]
fn filtered(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(max_attempts = 2, initial_delay = "0s", sleep = record)]
fn judging_itself(errors: &mut Vec<ServerError>) -> Result<u32, ServerError> {
    errors.pop().map_or(Ok(1), Err)
}

#[retry(sleep = record, filter = |_| Verdict::THROTTLED.with_server_hint(Duration::from_secs(3_600)))]
fn throttled() -> Result<u32, Failure> {
    Err(Failure(1))
}

#[test]
fn whoever_judges_the_error_gives_the_reason() {
    let scrape = scraped(|| {
        assert_eq!(filtered(&Flaky::failing(9)), Err(Failure(2)));
        assert_eq!(judging_itself(&mut vec![ServerError::Gone, ServerError::Busy]), Err(ServerError::Gone));
        assert_eq!(judging_itself(&mut vec![ServerError::Gone]), Err(ServerError::Gone));
        assert_eq!(throttled(), Err(Failure(1)));
    });
    scrape.assert_is([
        operation("", "filtered")
            .attempts([("1", 1), ("2", 1)])
            .gave_up(FAILURE, "permanent", 1)
            .delayed([0.0])
            .took_real_time(1),
        operation("", "judging_itself")
            .attempts([("1", 2), ("2", 1)])
            .gave_up("retry_tests::ServerError", "permanent", 2)
            .delayed([0.0])
            .took_real_time(2),
        operation("", "throttled")
            .attempts([("1", 1)])
            .gave_up(FAILURE, "server hint too long", 1)
            .took_real_time(1),
    ]);
}
