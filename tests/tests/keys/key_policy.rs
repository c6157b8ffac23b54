//! `policy`, or a bare first word: what the other keys override.

use std::{marker::PhantomData, time::Duration};

use retry_runtime::{RetryPolicy, retry};
use retry_tests::{Failure, Flaky, millis, record, record_async, recorded_waits};

macro_rules! assert_waits {
    ($($preset:ident: $millis:expr;)*) => {$(
        #[retry($preset, jitter = none, sleep = record)]
        fn $preset(flaky: &Flaky) -> Result<u32, Failure> {
            flaky.call()
        }
        let flaky = Flaky::failing(u32::MAX);
        assert!($preset(&flaky).is_err());
        assert_eq!(recorded_waits(), millis($millis), stringify!($preset));
    )*};
}

#[test]
fn each_preset_has_its_figures() {
    assert_waits! {
        default: [100, 200];
        conservative: [500];
        http: [1_000, 2_000, 4_000, 8_000];
        rabbitmq: [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 30_000];
        database: [500, 1_000];
        kafka: [1_000, 2_000];
        worker: [1_000, 2_000];
        storage: [500, 1_000, 2_000, 4_000];
        scheduler: [1_000, 2_000];
        api: [1_000, 2_000, 4_000];
        memory: [100, 200];
    }
}

#[retry(aggressive, sleep = record)]
fn bare_word(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(policy = aggressive, sleep = record_async)]
async fn named(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

fn assert_aggressive(waits: &[Duration]) {
    let delays = [50.0, 75.0, 112.5, 168.75];
    assert_eq!(waits.len(), delays.len());
    for (wait, delay) in waits.iter().zip(delays) {
        let millis = wait.as_secs_f64() * 1_000.0;
        assert!((delay * 0.899..=delay * 1.101).contains(&millis), "{waits:?}");
    }
}

#[tokio::test]
async fn a_preset_is_a_bare_word_or_a_value() {
    assert_eq!(bare_word(&Flaky::failing(9)), Err(Failure(5)));
    assert_aggressive(&recorded_waits());
    assert_eq!(named(&Flaky::failing(9)).await, Err(Failure(5)));
    assert_aggressive(&recorded_waits());
}

#[retry]
async fn nothing_named(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[tokio::test(start_paused = true)]
async fn without_a_policy_it_is_the_default_one() {
    let start = tokio::time::Instant::now();
    assert_eq!(nothing_named(&Flaky::failing(9)).await, Err(Failure(3)));
    let millis = start.elapsed().as_millis();
    assert!((270..=332).contains(&millis), "{millis}");
}

const PAYMENTS: RetryPolicy =
    RetryPolicy::CONSERVATIVE.with_max_attempts(4).with_jitter(retry_runtime::Jitter::None);

#[expect(non_upper_case_globals, reason = "a user may name it so")]
const payments: RetryPolicy = PAYMENTS;

#[retry(PAYMENTS, sleep = record)]
fn bare_constant(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(policy = PAYMENTS, sleep = record)]
fn constant(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(self::payments, sleep = record)]
fn bare_lower_case_constant(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(policy = self::payments, sleep = record)]
fn lower_case_constant(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(policy = crate::key_policy::PAYMENTS, sleep = record)]
fn path(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn a_constant_is_named_by_its_path() {
    for function in [bare_constant, constant, bare_lower_case_constant, lower_case_constant, path] {
        assert_eq!(function(&Flaky::failing(9)), Err(Failure(4)));
        assert_eq!(recorded_waits(), millis([500, 1_000, 2_000]));
    }
}

#[retry(RetryPolicy::HTTP, jitter = none, max_attempts = 2, sleep = record)]
fn associated_constant(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn the_constants_of_the_library_are_policies_too() {
    assert_eq!(associated_constant(&Flaky::failing(9)), Err(Failure(2)));
    assert_eq!(recorded_waits(), millis([1_000]));
}

#[retry(PAYMENTS, initial_delay = "2s", max_attempts = 6, max_delay = "5s", sleep = record)]
fn overridden(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn other_keys_override_it_and_leave_the_rest() {
    assert_eq!(overridden(&Flaky::failing(9)), Err(Failure(6)));
    assert_eq!(recorded_waits(), millis([2_000, 4_000, 5_000, 5_000, 5_000]));
}

#[retry(memory, initial_delay = "5s", max_delay = "9s", jitter = none, sleep = record)]
fn above_the_maximum_of_the_preset(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn overrides_are_checked_together() {
    assert_eq!(above_the_maximum_of_the_preset(&Flaky::failing(9)), Err(Failure(3)));
    assert_eq!(recorded_waits(), millis([5_000, 9_000]));
}

trait Tier {
    const POLICY: RetryPolicy;

    #[retry(policy = Self::POLICY, sleep = record)]
    fn by_default(&self, flaky: &Flaky) -> Result<u32, Failure> {
        flaky.call()
    }
}

struct Basic;
struct Premium;

impl Tier for Basic {
    const POLICY: RetryPolicy = RetryPolicy::DEFAULT.with_max_attempts(1);
}

impl Tier for Premium {
    const POLICY: RetryPolicy = PAYMENTS;
}

#[test]
fn a_policy_may_depend_on_self() {
    assert_eq!(Basic.by_default(&Flaky::failing(9)), Err(Failure(1)));
    assert_eq!(recorded_waits(), []);
    assert_eq!(Premium.by_default(&Flaky::failing(9)), Err(Failure(4)));
    assert_eq!(recorded_waits(), millis([500, 1_000, 2_000]));
}

#[retry(T::POLICY, sleep = record)]
fn of_a_parameter<T: Tier>(_: T, flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(policy = T::POLICY, initial_delay = "0s", sleep = record_async)]
async fn of_a_parameter_overridden<T: Tier>(_tier: T, flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[tokio::test]
async fn a_policy_may_depend_on_a_type_parameter() {
    assert_eq!(of_a_parameter(Basic, &Flaky::failing(9)), Err(Failure(1)));
    assert_eq!(of_a_parameter(Premium, &Flaky::failing(9)), Err(Failure(4)));
    assert_eq!(recorded_waits(), millis([500, 1_000, 2_000]));
    assert_eq!(of_a_parameter_overridden(Premium, &Flaky::failing(9)).await, Err(Failure(4)));
    assert_eq!(recorded_waits(), []);
}

struct Client<T>(PhantomData<T>);

impl<T: Tier> Client<T> {
    const POLICY: RetryPolicy = T::POLICY;

    #[retry(Self::POLICY, sleep = record)]
    fn call(&self, flaky: &Flaky) -> Result<u32, Failure> {
        flaky.call()
    }
}

#[test]
fn the_constant_of_a_generic_type_is_a_policy() {
    assert_eq!(Client::<Premium>(PhantomData).call(&Flaky::failing(9)), Err(Failure(4)));
    assert_eq!(recorded_waits(), millis([500, 1_000, 2_000]));
    assert_eq!(Client::<Basic>(PhantomData).call(&Flaky::failing(9)), Err(Failure(1)));
}
