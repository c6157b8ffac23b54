//! `exponential_base`: the factor by which exponential waits grow.

use retry_runtime::retry;
use retry_tests::{Failure, Flaky, millis, record, record_async, recorded_waits};

#[retry(max_attempts = 4, exponential_base = 1.5, jitter = none, sleep = record)]
fn fraction(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(max_attempts = 4, exponential_base = 1.5, jitter = none, sleep = record_async)]
async fn fraction_async(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tokio::test]
async fn each_wait_is_the_last_one_times_it() {
    assert!(fraction(&Flaky::failing(9)).is_err());
    assert_eq!(recorded_waits(), millis([100, 150, 225]));
    assert!(fraction_async(&Flaky::failing(9)).await.is_err());
    assert_eq!(recorded_waits(), millis([100, 150, 225]));
}

#[retry(max_attempts = 4, exponential_base = 10, jitter = none, sleep = record)]
fn whole(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn it_may_be_a_whole_number() {
    assert!(whole(&Flaky::failing(9)).is_err());
    assert_eq!(recorded_waits(), millis([100, 1_000, 10_000]));
}

#[retry(exponential_base = 1, jitter = none, sleep = record)]
fn one(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn one_does_not_grow() {
    assert!(one(&Flaky::failing(9)).is_err());
    assert_eq!(recorded_waits(), millis([100, 100]));
}

#[retry(max_attempts = 1_000, exponential_base = 1e300, max_delay = "1s", jitter = none, sleep = record)]
fn enormous(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn no_base_leads_past_the_cap() {
    assert!(enormous(&Flaky::failing(u32::MAX)).is_err());
    let waits = recorded_waits();
    assert_eq!(waits.len(), 999);
    assert!(waits[1..].iter().all(|wait| wait.as_secs_f64() == 1.0), "{waits:?}");
}

const BASE: f64 = 3.0;

#[retry(exponential_base = BASE, jitter = none, sleep = record)]
fn constant(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(exponential_base = BASE / 2.0 + 1.5, jitter = none, sleep = record)]
fn expression(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

struct Client;

impl Client {
    const BASE: f64 = BASE;

    #[retry(exponential_base = Self::BASE, jitter = none, sleep = record)]
    fn call(flaky: &Flaky) -> Result<u32, Failure> {
        flaky.call()
    }
}

#[test]
fn it_may_be_any_const_expression() {
    for function in [constant, expression, Client::call] {
        assert!(function(&Flaky::failing(9)).is_err());
        assert_eq!(recorded_waits(), millis([100, 300]));
    }
}
