//! `max_delay`: the longest wait, jitter included.

use std::time::Duration;

use retry_runtime::retry;
use retry_tests::{Failure, Flaky, ServerError, millis, record, record_async, recorded_waits};

#[retry(max_attempts = 6, max_delay = "300ms", jitter = none, sleep = record)]
fn capped(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(max_attempts = 6, max_delay = "300ms", jitter = none, sleep = record_async)]
async fn capped_async(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tokio::test]
async fn delays_stop_growing_there() {
    assert!(capped(&Flaky::failing(9)).is_err());
    assert_eq!(recorded_waits(), millis([100, 200, 300, 300, 300]));
    assert!(capped_async(&Flaky::failing(9)).await.is_err());
    assert_eq!(recorded_waits(), millis([100, 200, 300, 300, 300]));
}

#[retry(max_attempts = 200, max_delay = "300ms", jitter = 1.0, sleep = record)]
fn spread(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn jitter_does_not_exceed_it_nor_pile_up_there() {
    assert!(spread(&Flaky::failing(200)).is_err());
    let waits = recorded_waits();
    let cap = Duration::from_millis(300);
    assert!(waits.iter().all(|wait| *wait <= cap), "{waits:?}");
    assert!(waits.iter().filter(|wait| **wait == cap).count() < 5, "{waits:?}");
}

const CAP: Duration = Duration::from_millis(150);

#[retry(max_delay = CAP, jitter = none, sleep = record)]
fn constant(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

struct Client;

impl Client {
    const CAP: Duration = CAP;

    #[retry(max_delay = Self::CAP, jitter = none, sleep = record)]
    fn call(flaky: &Flaky) -> Result<u32, Failure> {
        flaky.call()
    }
}

#[test]
fn it_may_be_any_const_expression() {
    for function in [constant, Client::call] {
        assert!(function(&Flaky::failing(9)).is_err());
        assert_eq!(recorded_waits(), millis([100, 150]));
    }
}

#[retry(max_attempts = 2, max_delay = "300ms", jitter = none, sleep = record)]
fn told_to_wait(hint: Duration) -> Result<(), ServerError> {
    Err(ServerError::BusyFor(hint))
}

#[test]
fn a_server_may_ask_for_more() {
    assert!(told_to_wait(Duration::from_secs(7)).is_err());
    assert_eq!(recorded_waits(), millis([7_000]));
}

#[test]
fn a_server_that_asks_for_less_gets_the_longer_wait() {
    assert!(told_to_wait(Duration::from_millis(30)).is_err());
    assert_eq!(recorded_waits(), millis([100]));
}
