//! `max_attempts`: how many attempts there are in all, the first call included.

use retry_runtime::retry;
use retry_tests::{Failure, Flaky, record, record_async, recorded_waits};

#[retry(max_attempts = 1, sleep = record)]
fn once(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn one_means_no_retry() {
    assert_eq!(once(&Flaky::failing(1)), Err(Failure(1)));
    assert_eq!(recorded_waits(), []);
}

#[retry(max_attempts = 5, initial_delay = "0s")]
fn five(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(max_attempts = 5, initial_delay = "0s")]
async fn five_async(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tokio::test]
async fn the_first_call_counts() {
    assert_eq!(five(&Flaky::failing(4)), Ok(5));
    assert_eq!(five(&Flaky::failing(5)), Err(Failure(5)));
    assert_eq!(five_async(&Flaky::failing(4)).await, Ok(5));
    assert_eq!(five_async(&Flaky::failing(5)).await, Err(Failure(5)));
}

#[test]
fn success_ends_the_attempts() {
    let flaky = Flaky::failing(1);
    assert_eq!(five(&flaky), Ok(2));
    assert_eq!(flaky.attempts(), 2);
}

#[test]
fn each_call_has_all_its_attempts() {
    let flaky = Flaky::failing(10);
    assert_eq!(five(&flaky), Err(Failure(5)));
    assert_eq!(five(&flaky), Err(Failure(10)));
    assert_eq!(five(&flaky), Ok(11));
}

const FOUR: u32 = 4;

#[expect(non_upper_case_globals, reason = "a user may name it so")]
const four: u32 = 4;

#[retry(max_attempts = FOUR, initial_delay = "0s")]
fn constant(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(max_attempts = self::four, initial_delay = "0s")]
fn lower_case_constant(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(max_attempts = if FOUR > 3 { FOUR } else { FOUR - 2 }, initial_delay = "0s")]
fn expression(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn it_may_be_any_const_expression() {
    for function in [constant, lower_case_constant, expression] {
        assert_eq!(function(&Flaky::failing(9)), Err(Failure(4)));
    }
}

trait Tier {
    const ATTEMPTS: u32;

    #[retry(max_attempts = Self::ATTEMPTS, initial_delay = "0s")]
    async fn by_default(&self, flaky: &Flaky) -> Result<u32, Failure> {
        flaky.call_async().await
    }
}

impl Tier for u8 {
    const ATTEMPTS: u32 = 2;
}

impl Tier for u16 {
    const ATTEMPTS: u32 = 4;
}

#[retry(max_attempts = T::ATTEMPTS + 1, initial_delay = "0s")]
fn of_a_type_parameter<T: Tier>(_: T, flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(max_attempts = N, initial_delay = "0s")]
fn of_a_const_parameter<const N: u32>(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[tokio::test]
async fn it_may_depend_on_self_and_on_parameters() {
    assert_eq!(0_u8.by_default(&Flaky::failing(9)).await, Err(Failure(2)));
    assert_eq!(0_u16.by_default(&Flaky::failing(9)).await, Err(Failure(4)));
    assert_eq!(of_a_type_parameter(0_u8, &Flaky::failing(9)), Err(Failure(3)));
    assert_eq!(of_a_type_parameter(0_u16, &Flaky::failing(9)), Err(Failure(5)));
    assert_eq!(of_a_const_parameter::<6>(&Flaky::failing(9)), Err(Failure(6)));
}

#[retry(max_attempts = unlimited, max_elapsed = "1h", initial_delay = "0s")]
fn unlimited(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn unlimited_goes_on_for_as_long_as_the_time_allows() {
    assert_eq!(unlimited(&Flaky::failing(5_000)), Ok(5_001));
}

#[retry(
    max_attempts = unlimited, max_elapsed = "10s", initial_delay = "1s", backoff = constant, jitter = none
)]
async fn unlimited_for_ten_seconds(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tokio::test(start_paused = true)]
async fn unlimited_ends_with_the_time() {
    // At 0, 1, 2 .. 10 seconds.
    assert_eq!(unlimited_for_ten_seconds(&Flaky::failing(99)).await, Err(Failure(11)));
}

#[retry(rabbitmq, max_attempts = 2, sleep = record_async)]
async fn fewer_than_the_preset(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tokio::test]
async fn it_overrides_the_preset() {
    assert_eq!(fewer_than_the_preset(&Flaky::failing(9)).await, Err(Failure(2)));
}

macro_rules! with_attempts {
    ($name:ident, $attempts:expr) => {
        #[retry(max_attempts = $attempts, initial_delay = "0s")]
        fn $name(flaky: &Flaky) -> Result<u32, Failure> {
            flaky.call()
        }
    };
}

with_attempts!(literal_from_a_macro, 2);
with_attempts!(constant_from_a_macro, FOUR);

#[test]
fn it_may_come_from_a_macro() {
    assert_eq!(literal_from_a_macro(&Flaky::failing(9)), Err(Failure(2)));
    assert_eq!(constant_from_a_macro(&Flaky::failing(9)), Err(Failure(4)));
}
