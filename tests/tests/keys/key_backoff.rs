//! `backoff`: how waits grow.

use std::time::Duration;

use retry_runtime::retry;
use retry_tests::{Failure, Flaky, millis, record, record_async, recorded_waits};

macro_rules! assert_waits {
    ($($backoff:ident: $millis:expr;)*) => {$(
        #[retry(max_attempts = 7, max_delay = "600ms", backoff = $backoff, jitter = none, sleep = record)]
        fn $backoff(flaky: &Flaky) -> Result<u32, Failure> {
            flaky.call()
        }
        assert!($backoff(&Flaky::failing(9)).is_err());
        assert_eq!(recorded_waits(), millis($millis), stringify!($backoff));
    )*};
}

#[test]
fn each_kind_grows_in_its_way_up_to_the_cap() {
    assert_waits! {
        exponential: [100, 200, 400, 600, 600, 600];
        constant: [100, 100, 100, 100, 100, 100];
        linear: [100, 200, 300, 400, 500, 600];
        fibonacci: [100, 100, 200, 300, 500, 600];
    }
}

#[retry(max_attempts = 4, initial_delay = "1s", backoff = linear, jitter = none)]
async fn on_the_clock(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tokio::test(start_paused = true)]
async fn async_functions_wait_alike() {
    let start = tokio::time::Instant::now();
    assert_eq!(on_the_clock(&Flaky::failing(3)).await, Ok(4));
    assert_eq!(start.elapsed(), Duration::from_secs(1 + 2 + 3));
}

fn squares(attempt: u32, initial: Duration) -> Duration {
    initial * attempt * attempt
}

#[retry(max_attempts = 5, max_delay = "1s", backoff = self::squares, jitter = none, sleep = record)]
fn custom(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn a_function_is_given_the_attempt_and_the_initial_delay_and_is_capped() {
    assert!(custom(&Flaky::failing(9)).is_err());
    assert_eq!(recorded_waits(), millis([100, 400, 900, 1_000]));
}

#[retry(max_attempts = 50, max_delay = "1s", backoff = self::squares, jitter = 0.5, sleep = record)]
fn custom_with_jitter(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn jitter_is_applied_to_a_function_too() {
    assert!(custom_with_jitter(&Flaky::failing(99)).is_err());
    let waits = recorded_waits();
    let allowed = Duration::from_millis(50)..=Duration::from_secs(1);
    assert!(waits.iter().all(|wait| allowed.contains(wait)), "{waits:?}");
    assert!(waits[3..].iter().any(|wait| *wait != waits[3]), "{waits:?}");
}

trait Paced {
    fn pace(attempt: u32, initial: Duration) -> Duration;

    #[retry(backoff = Self::pace, jitter = none, sleep = record)]
    fn by_default(&self, flaky: &Flaky) -> Result<u32, Failure> {
        flaky.call()
    }
}

impl Paced for u8 {
    fn pace(attempt: u32, _: Duration) -> Duration {
        Duration::from_millis(u64::from(attempt) * 7)
    }
}

#[retry(backoff = T::pace, jitter = none, sleep = record_async)]
async fn of_a_type_parameter<T: Paced>(_pace: T, flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tokio::test]
async fn it_may_depend_on_self_and_on_type_parameters() {
    assert_eq!(0_u8.by_default(&Flaky::failing(2)), Ok(3));
    assert_eq!(recorded_waits(), millis([7, 14]));
    assert_eq!(of_a_type_parameter(0_u8, &Flaky::failing(2)).await, Ok(3));
    assert_eq!(recorded_waits(), millis([7, 14]));
}

fn no_wait(_: u32, _: Duration) -> Duration {
    Duration::ZERO
}

#[retry(backoff = self::no_wait, sleep = record)]
fn custom_zero(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn a_function_may_ask_for_no_wait() {
    assert_eq!(custom_zero(&Flaky::failing(2)), Ok(3));
    assert_eq!(recorded_waits(), []);
}
