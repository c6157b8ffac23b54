//! `max_retry_after`: the longest server hint that is waited for.

use std::time::Duration;

use retry_runtime::{RetryError, StopReason, retry};
use retry_tests::{ServerError, millis, record, record_async, recorded_waits};

#[retry(max_attempts = 2, max_retry_after = "5s", jitter = none, sleep = record, wrap_error)]
fn five_seconds(hint: Duration) -> Result<(), RetryError<ServerError>> {
    Err(ServerError::BusyFor(hint))
}

#[retry(max_attempts = 2, max_retry_after = "5s", jitter = none, sleep = record_async)]
async fn five_seconds_async(hint: Duration) -> Result<(), ServerError> {
    Err(ServerError::BusyFor(hint))
}

#[tokio::test]
async fn a_hint_up_to_it_is_waited_for() {
    assert!(five_seconds(Duration::from_secs(5)).is_err());
    assert_eq!(recorded_waits(), millis([5_000]));
    assert!(five_seconds_async(Duration::from_secs(5)).await.is_err());
    assert_eq!(recorded_waits(), millis([5_000]));
}

#[tokio::test]
async fn a_longer_hint_ends_the_call() {
    let hint = Duration::from_millis(5_001);
    let error = five_seconds(hint).expect_err("too long");
    assert_eq!((error.attempts(), error.reason()), (1, StopReason::ServerHintTooLong));
    assert_eq!(five_seconds_async(hint).await, Err(ServerError::BusyFor(hint)));
    assert_eq!(recorded_waits(), []);
}

#[retry(max_attempts = 2, jitter = none, sleep = record)]
fn unset(hint: Duration) -> Result<(), ServerError> {
    Err(ServerError::BusyFor(hint))
}

#[test]
fn it_is_a_minute_unless_set() {
    assert!(unset(Duration::from_secs(60)).is_err());
    assert_eq!(recorded_waits(), millis([60_000]));
    assert!(unset(Duration::from_secs(61)).is_err());
    assert_eq!(recorded_waits(), []);
}

#[retry(max_attempts = 200, max_retry_after = "5s", jitter = 0.5, sleep = record)]
fn spread(hint: Duration) -> Result<(), ServerError> {
    Err(ServerError::BusyFor(hint))
}

#[test]
fn jitter_goes_upward_from_the_hint() {
    assert!(spread(Duration::from_secs(2)).is_err());
    // Early waits: later ones are longer by themselves.
    let waits = &recorded_waits()[..4];
    let allowed = Duration::from_secs(2)..=Duration::from_secs(3);
    assert!(waits.iter().all(|wait| allowed.contains(wait)), "{waits:?}");
    assert!(waits.iter().any(|wait| *wait > Duration::from_secs(2)), "{waits:?}");
}

#[retry(
    max_attempts = 200,
    initial_delay = "1ms",
    max_delay = "1ms",
    max_retry_after = "5s",
    jitter = 0.5,
    sleep = record,
)]
fn spread_near_the_limit(hint: Duration) -> Result<(), ServerError> {
    Err(ServerError::BusyFor(hint))
}

#[test]
fn jitter_does_not_exceed_it_nor_go_below_the_hint() {
    assert!(spread_near_the_limit(Duration::from_millis(4_900)).is_err());
    let waits = recorded_waits();
    let allowed = Duration::from_millis(4_900)..=Duration::from_secs(5);
    assert!(waits.iter().all(|wait| allowed.contains(wait)), "{waits:?}");
}

#[retry(max_retry_after = "0s", jitter = none, sleep = record)]
fn no_hints(hint: Duration) -> Result<(), ServerError> {
    Err(ServerError::BusyFor(hint))
}

#[test]
fn zero_refuses_every_hint_but_now() {
    assert!(no_hints(Duration::from_nanos(1)).is_err());
    assert_eq!(recorded_waits(), []);
    assert!(no_hints(Duration::ZERO).is_err());
    assert_eq!(recorded_waits(), millis([100, 200]));
}

const LIMIT: Duration = Duration::from_secs(2);

#[retry(max_attempts = 2, max_retry_after = LIMIT, jitter = none, sleep = record)]
fn constant(hint: Duration) -> Result<(), ServerError> {
    Err(ServerError::BusyFor(hint))
}

struct Client;

impl Client {
    const LIMIT: Duration = LIMIT;

    #[retry(max_attempts = 2, max_retry_after = Self::LIMIT, jitter = none, sleep = record)]
    fn call(hint: Duration) -> Result<(), ServerError> {
        Err(ServerError::BusyFor(hint))
    }
}

#[test]
fn it_may_be_any_const_expression() {
    for function in [constant, Client::call] {
        assert!(function(Duration::from_secs(2)).is_err());
        assert_eq!(recorded_waits(), millis([2_000]));
        assert!(function(Duration::from_secs(3)).is_err());
        assert_eq!(recorded_waits(), []);
    }
}

#[retry(max_attempts = 200, initial_delay = "1s", backoff = constant, jitter = 0.5, sleep = record)]
fn told_to_wait_less(hint: Duration) -> Result<(), ServerError> {
    Err(ServerError::BusyFor(hint))
}

#[test]
fn a_longer_wait_of_the_policys_own_is_not_spread_below_the_hint() {
    assert!(told_to_wait_less(Duration::from_millis(900)).is_err());
    let waits = recorded_waits();
    let allowed = Duration::from_millis(900)..=Duration::from_millis(1_500);
    assert!(waits.iter().all(|wait| allowed.contains(wait)), "{waits:?}");
}
