//! What becomes of calls is counted.

use std::{sync::Barrier, thread, time::Duration};

use retry_runtime::{RetryPolicy, Verdict, retry, statistics};
use retry_tests::{Failure, Flaky, ServerError};

use crate::counted;

#[retry(max_attempts = 3, initial_delay = "0s", service = "billing")]
fn charge(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn each_outcome_is_counted_as_what_it_is() {
    let before = counted("charge");
    assert_eq!((before.attempts, before.successes, before.last_error_type), (0, 0, None));

    assert_eq!(charge(&Flaky::failing(0)), Ok(1));
    assert_eq!(charge(&Flaky::failing(2)), Ok(3));
    assert_eq!(charge(&Flaky::failing(9)), Err(Failure(3)));
    let after = counted("charge");
    assert_eq!((after.attempts, after.retries), (7, 4));
    assert_eq!((after.successes, after.successes_after_retries), (2, 1));
    assert_eq!((after.failures_permanent, after.failures_exhausted, after.failures_other), (0, 1, 0));
    assert_eq!(after.last_error_type, Some("retry_tests::Failure"));
    assert_eq!((after.service, after.line), (Some("billing"), crate::function("charge").line.into()));
}

#[retry(max_attempts = 3, initial_delay = "0s", on_success = |_| (), max_elapsed = "1h", filter = |error| error.0 < 2)]
async fn judged(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tokio::test]
async fn a_permanent_error_on_the_second_attempt_is_a_permanent_failure() {
    assert_eq!(judged(&Flaky::failing(5)).await, Err(Failure(2)));
    assert_eq!(judged(&Flaky::failing(0)).await, Ok(1));
    let found = counted("judged");
    assert_eq!((found.attempts, found.retries), (3, 1));
    assert_eq!((found.successes, found.successes_after_retries), (1, 0));
    assert_eq!((found.failures_permanent, found.failures_exhausted, found.failures_other), (1, 0, 0));
}

#[retry(max_attempts = 5, initial_delay = "10ms", max_elapsed = "1s")]
async fn asked_to_stay_away(error: ServerError) -> Result<u32, ServerError> {
    Err(error)
}

#[tokio::test(start_paused = true)]
async fn a_call_that_something_else_ends_is_another_failure() {
    assert!(asked_to_stay_away(ServerError::BusyFor(Duration::from_secs(3600))).await.is_err());
    let found = counted("asked_to_stay_away");
    assert_eq!((found.attempts, found.failures_other, found.failures_exhausted), (1, 1, 0));
}

#[retry(max_attempts = 2, initial_delay = "0s", filter_ok = |value| *value < 9, fallback = |error| Ok(error.0))]
fn polled(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn a_call_that_a_fallback_answers_has_failed() {
    assert_eq!(polled(&Flaky::failing(9)), Ok(2));
    assert_eq!(polled(&Flaky::failing(0)), Ok(2), "turned down, and no better one");
    let found = counted("polled");
    assert_eq!((found.successes, found.failures_exhausted), (0, 2));
    assert_eq!(found.last_error_type, Some("turned_down"));
}

#[retry(max_attempts = 2, initial_delay = "1s", jitter = none)]
async fn dropped(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tokio::test(start_paused = true)]
async fn a_future_that_is_dropped_counts_only_what_had_ended() {
    let flaky = Flaky::failing(9);
    assert!(tokio::time::timeout(Duration::from_millis(500), dropped(&flaky)).await.is_err());
    let found = counted("dropped");
    assert_eq!((found.attempts, found.retries, found.failures_exhausted, found.failures_other), (1, 0, 0, 0));
}

struct Tuning<const ATTEMPTS: u32>;

impl<const ATTEMPTS: u32> Tuning<ATTEMPTS> {
    const ATTEMPTS: u32 = ATTEMPTS;

    #[retry(max_attempts = Self::ATTEMPTS, initial_delay = "0s", operation = "tuned_by_type")]
    fn tuned() -> Result<u32, Failure> {
        Err(Failure(1))
    }
}

#[test]
fn the_instances_of_a_generic_function_are_counted_together() {
    assert!(Tuning::<2>::tuned().is_err() && Tuning::<3>::tuned().is_err());
    let found = counted("tuned_by_type");
    assert_eq!((found.attempts, found.retries, found.failures_exhausted), (5, 3, 2));
    assert_eq!(found.line, crate::function("tuned_by_type").line.into());
}

trait Named {
    const NAME: &'static str;

    #[retry(operation = Self::NAME, initial_delay = "0s")]
    fn named(&self) -> Result<u32, Failure> {
        Err(Failure(1))
    }
}

impl Named for u8 {
    const NAME: &'static str = "named_for_u8";
}

impl Named for u16 {
    const NAME: &'static str = "named_for_u16";
}

#[test]
fn functions_whose_name_depends_on_a_type_are_counted_by_name() {
    assert!(statistics().iter().all(|one| one.operation != "named"));
    assert!(1_u8.named().is_err() && 1_u16.named().is_err() && 2_u16.named().is_err());
    for (operation, failures) in [("named_for_u8", 1), ("named_for_u16", 2)] {
        let found = counted(operation);
        assert_eq!((found.failures_exhausted, found.file, found.line), (failures, None, None));
    }
}

#[tokio::test]
async fn calls_without_the_attribute_are_counted_by_name() {
    const POLICY: RetryPolicy = RetryPolicy::DEFAULT.with_initial_delay(Duration::ZERO);
    let flaky = Flaky::failing(2);
    let call = POLICY.call(|| flaky.call()).service("ad hoc").operation("named call");
    assert!(call.run().is_ok());
    let call = POLICY.call_async(async || Flaky::failing(0).call()).service("ad hoc").operation("named call");
    assert!(call.run().await.is_ok());
    let found = counted("named call");
    assert_eq!((found.service, found.file), (Some("ad hoc"), None));
    assert_eq!((found.attempts, found.retries), (4, 2));
    assert_eq!((found.successes, found.successes_after_retries), (2, 1));

    let mut attempts = POLICY.attempts("named loop");
    attempts.next().await;
    assert!(attempts.failed_with(Verdict::PERMANENT, "no").is_err());
    assert_eq!(counted("named loop").failures_permanent, 1);
}

#[test]
fn what_is_counted_by_name_comes_last_in_the_order_of_names() {
    for operation in ["z", "a"] {
        assert!(RetryPolicy::DEFAULT.call(|| Ok::<_, Failure>(1)).operation(operation).run().is_ok());
    }
    let all = statistics();
    let first_named = all.iter().position(|one| one.file.is_none()).unwrap();
    let (functions, named) = all.split_at(first_named);
    assert!(functions.is_sorted_by_key(|one| (one.file, one.line, one.operation)));
    assert!(named.is_sorted_by_key(|one| (one.service, one.operation)));
    assert!(named.iter().all(|one| one.file.is_none()));
}

#[retry(max_attempts = 2, initial_delay = "0s")]
fn contended(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn nothing_is_lost_where_threads_meet() {
    const THREADS: u64 = 4;
    const CALLS: u64 = 2_000;
    let together = Barrier::new(4);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                together.wait();
                for failures in [0, 1, 2].into_iter().cycle().take(usize::try_from(CALLS * 3).unwrap()) {
                    drop(contended(&Flaky::failing(failures)));
                }
            });
        }
    });
    let each = THREADS * CALLS;
    let found = counted("contended");
    assert_eq!((found.attempts, found.retries), (5 * each, 2 * each));
    assert_eq!((found.successes, found.successes_after_retries), (2 * each, each));
    assert_eq!(found.failures_exhausted, each);
}
