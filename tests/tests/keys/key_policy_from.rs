//! `policy_from`: a policy that each call computes.

mod early;
mod settled;
mod shapes;
mod surroundings;

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

use retry_runtime::{Jitter, RetryError, RetryPolicy, StopReason, Verdict, retry};
use retry_tests::{Failure, Flaky, millis, record, recorded_waits};

/// Waits of 100, 200, 400 ms and so on.
const PLAIN: RetryPolicy = RetryPolicy::named("plain_of_policy_from").with_jitter(Jitter::None);

/// A source of policies that counts how often it is asked.
struct Source {
    asked: AtomicU32,
    policy: Mutex<RetryPolicy>,
}

impl Source {
    const fn of(policy: RetryPolicy) -> Self {
        Self { asked: AtomicU32::new(0), policy: Mutex::new(policy) }
    }

    const fn attempts(attempts: u32) -> Self {
        Self::of(PLAIN.with_max_attempts(attempts))
    }

    fn policy(&self) -> RetryPolicy {
        self.asked.fetch_add(1, Relaxed);
        *self.policy.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, policy: RetryPolicy) {
        *self.policy.lock().unwrap_or_else(PoisonError::into_inner) = policy;
    }

    fn asked(&self) -> u32 {
        self.asked.load(Relaxed)
    }
}

#[retry(policy_from = source.policy(), sleep = record)]
fn read(source: &Source, flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn the_call_goes_by_it() {
    assert_eq!(read(&Source::attempts(4), &Flaky::failing(9)), Err(Failure(4)));
    assert_eq!(recorded_waits(), millis([100, 200, 400]));
    let source = Source::of(PLAIN.with_max_attempts(2).with_initial_delay(Duration::from_secs(2)));
    assert_eq!(read(&source, &Flaky::failing(9)), Err(Failure(2)));
    assert_eq!(recorded_waits(), millis([2_000]));
    assert_eq!(read(&Source::attempts(1), &Flaky::failing(9)), Err(Failure(1)));
    assert_eq!(recorded_waits(), []);
}

#[test]
fn it_is_computed_once_at_the_first_failure() {
    let source = Source::attempts(5);
    assert_eq!(read(&source, &Flaky::failing(0)), Ok(1));
    assert_eq!(source.asked(), 0);
    assert_eq!(read(&source, &Flaky::failing(1)), Ok(2));
    assert_eq!(source.asked(), 1);
    assert_eq!(read(&source, &Flaky::failing(9)), Err(Failure(5)));
    assert_eq!(source.asked(), 2);
    let _ = recorded_waits();
}

#[retry(policy_from = source.policy(), sleep = record)]
fn changing(source: &Source, flaky: &Flaky) -> Result<u32, Failure> {
    let attempt = flaky.call();
    if flaky.attempts() > 1 {
        source.set(PLAIN.with_max_attempts(1).with_initial_delay(Duration::ZERO));
    }
    attempt
}

#[test]
fn it_is_kept_whatever_becomes_of_its_source() {
    let source = Source::attempts(4);
    assert_eq!(changing(&source, &Flaky::failing(9)), Err(Failure(4)));
    assert_eq!(recorded_waits(), millis([100, 200, 400]));
    // The next call has what the source says now.
    assert_eq!(changing(&source, &Flaky::failing(9)), Err(Failure(1)));
}

#[retry(policy_from = RetryPolicy::HTTP.with_max_attempts(n).with_jitter(Jitter::None), sleep = record)]
fn of_a_number(n: u32, flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn it_sees_the_arguments() {
    assert_eq!(of_a_number(2, &Flaky::failing(9)), Err(Failure(2)));
    assert_eq!(recorded_waits(), millis([1_000]));
    assert_eq!(of_a_number(3, &Flaky::failing(9)), Err(Failure(3)));
    assert_eq!(recorded_waits(), millis([1_000, 2_000]));
}

#[retry(policy_from = policy, sleep = record)]
fn of_a_value(mut policy: RetryPolicy, flaky: &Flaky) -> Result<u32, Failure> {
    policy = policy.with_initial_delay(Duration::from_secs(1));
    let _ = &policy;
    flaky.call()
}

#[test]
fn what_the_first_attempt_changed_is_seen() {
    assert_eq!(of_a_value(PLAIN, &Flaky::failing(9)), Err(Failure(3)));
    assert_eq!(recorded_waits(), millis([1_000, 2_000]));
}

#[retry(policy_from = PLAIN, filter = |_| false, sleep = record)]
fn permanent(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(policy_from = source.policy(), filter_ok = |value| *value < 3, sleep = record)]
fn polled(source: &Source, flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn filters_decide_as_ever() {
    assert_eq!(permanent(&Flaky::failing(9)), Err(Failure(1)));
    let source = Source::attempts(2);
    assert_eq!(polled(&source, &Flaky::failing(0)), Ok(2));
    assert_eq!((source.asked(), recorded_waits()), (1, millis([100]).to_vec()));
}

#[retry(policy_from = policy, filter = |_| Verdict::THROTTLED.with_server_hint(Duration::from_secs(5)), wrap_error, sleep = record)]
fn hinted(policy: RetryPolicy, flaky: &Flaky) -> Result<u32, RetryError<Failure>> {
    flaky.call()
}

#[test]
fn every_limit_of_it_counts() {
    let reason = |policy| hinted(policy, &Flaky::failing(9)).expect_err("it fails").reason();
    assert_eq!(reason(PLAIN), StopReason::AttemptsExhausted);
    assert_eq!(recorded_waits(), millis([5_000, 5_000]));
    assert_eq!(reason(PLAIN.with_max_retry_after(Duration::from_secs(4))), StopReason::ServerHintTooLong);
    assert_eq!(reason(PLAIN.with_max_total_delay(Duration::from_secs(4))), StopReason::Elapsed);
    assert_eq!(recorded_waits(), []);
}

#[retry(policy_from = policy, wrap_error)]
async fn slow(policy: RetryPolicy) -> Result<u32, RetryError<Failure>> {
    tokio::time::sleep(Duration::from_secs(2)).await;
    Err(Failure(1))?
}

#[tokio::test(start_paused = true)]
async fn its_max_elapsed_counts_from_the_start_of_the_call() {
    // The first attempt takes 2 s, and the wait behind it would end after 3.
    let policy =
        PLAIN.with_initial_delay(Duration::from_millis(1_500)).with_max_elapsed(Duration::from_secs(3));
    let error = slow(policy).await.expect_err("it fails");
    assert_eq!((error.attempts(), error.reason()), (1, StopReason::Elapsed));
    assert_eq!(error.elapsed(), Duration::from_secs(2));
    let error = slow(policy.with_max_elapsed(Duration::from_secs(4))).await.expect_err("it fails");
    assert_eq!((error.attempts(), error.elapsed()), (2, Duration::from_millis(5_500)));
    let endless = policy.with_max_elapsed(Duration::from_secs(60)).with_unlimited_attempts();
    assert_eq!(slow(endless).await.expect_err("it fails").reason(), StopReason::Elapsed);
}

/// Names that the generated code uses.
#[retry(policy_from = policy, sleep = record)]
fn names(policy: RetryPolicy, retry: &Flaky, site: u32, delay: u32) -> Result<u32, Failure> {
    let _ = (policy, site, delay);
    retry.call()
}

/// No argument of it is named like this.
#[retry(policy_from = { let retry = attempts; PLAIN.with_max_attempts(retry) }, sleep = record)]
fn names_within(attempts: u32, flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn names_of_the_arguments_do_not_matter() {
    assert_eq!(names(PLAIN, &Flaky::failing(9), 1, 1), Err(Failure(3)));
    assert_eq!(names_within(2, &Flaky::failing(9)), Err(Failure(2)));
    let _ = recorded_waits();
}
