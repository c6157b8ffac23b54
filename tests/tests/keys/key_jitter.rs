//! `jitter`: how far a wait strays from its delay.

use std::{collections::HashSet, ops::RangeInclusive, time::Duration};

use retry_runtime::retry;
use retry_tests::{Failure, Flaky, ServerError, millis, record, record_async, recorded_waits};

macro_rules! spread_by {
    ($name:ident, $jitter:expr) => {
        #[retry(
            max_attempts = 500, initial_delay = "1s", backoff = constant, jitter = $jitter, sleep = record
        )]
        fn $name(flaky: &Flaky) -> Result<u32, Failure> {
            flaky.call()
        }
    };
}

spread_by!(by_a_tenth, 0.1);
spread_by!(by_everything, 1);
spread_by!(fully, full);
spread_by!(by_half, equal);

/// The waits of 499 retries stay within `allowed` and come within a tenth of both its ends.
fn assert_fills(function: fn(&Flaky) -> Result<u32, Failure>, allowed: RangeInclusive<f64>) {
    assert!(function(&Flaky::failing(u32::MAX)).is_err());
    let waits: Vec<f64> = recorded_waits().iter().map(Duration::as_secs_f64).collect();
    let (low, high) =
        waits.iter().fold((f64::MAX, 0.0_f64), |(low, high), &wait| (low.min(wait), high.max(wait)));
    let tenth = (allowed.end() - allowed.start()) / 10.0;
    assert!((*allowed.start()..allowed.start() + tenth).contains(&low), "{low} of {allowed:?}");
    assert!((allowed.end() - tenth..=*allowed.end()).contains(&high), "{high} of {allowed:?}");
}

#[test]
fn each_kind_fills_its_range() {
    assert_fills(by_a_tenth, 0.9..=1.1);
    assert_fills(by_everything, 0.0..=2.0);
    assert_fills(fully, 0.0..=1.0);
    assert_fills(by_half, 0.5..=1.0);
}

#[retry(max_attempts = 500, initial_delay = "1s", max_delay = "20s", jitter = decorrelated, sleep = record)]
fn decorrelated(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn decorrelated_draws_up_to_three_times_the_wait_before() {
    assert!(decorrelated(&Flaky::failing(u32::MAX)).is_err());
    let waits = recorded_waits();
    let (initial, cap) = (Duration::from_secs(1), Duration::from_secs(20));
    assert!(waits[0] <= initial * 3, "{waits:?}");
    for pair in waits.windows(2) {
        assert!((initial..=cap.min(pair[0] * 3)).contains(&pair[1]), "{pair:?}");
    }
    assert!(waits.iter().any(|wait| *wait > initial * 6), "{waits:?}");
}

#[retry(jitter = none, sleep = record)]
fn none(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(jitter = 0.0, sleep = record)]
fn zero(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn none_and_zero_do_not_spread() {
    for function in [none, zero] {
        assert!(function(&Flaky::failing(9)).is_err());
        assert_eq!(recorded_waits(), millis([100, 200]));
    }
}

#[retry(max_attempts = 2, initial_delay = "10s", jitter = full, sleep = record_async)]
async fn one_retry(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tokio::test]
async fn each_call_draws_its_own_numbers() {
    for _ in 0..50 {
        assert!(one_retry(&Flaky::failing(9)).await.is_err());
    }
    let waits: HashSet<Duration> = recorded_waits().into_iter().collect();
    assert_eq!(waits.len(), 50);
}

#[retry(max_attempts = 200, initial_delay = "10ms", backoff = constant, jitter = full, sleep = record)]
fn told_to_wait() -> Result<(), ServerError> {
    Err(ServerError::BusyFor(Duration::from_secs(1)))
}

#[test]
fn no_jitter_goes_below_what_the_server_asked_for() {
    assert!(told_to_wait().is_err());
    let waits = recorded_waits();
    let allowed = Duration::from_secs(1)..=Duration::from_secs(2);
    assert!(waits.iter().all(|wait| allowed.contains(wait)), "{waits:?}");
}

const SPREAD: f64 = 0.25;

#[expect(non_upper_case_globals, reason = "a user may name it so")]
const spread: f64 = SPREAD;

spread_by!(constant, SPREAD);
spread_by!(lower_case_constant, self::spread);
spread_by!(expression, SPREAD * 2.0 - 0.25);

struct Client;

impl Client {
    const SPREAD: f64 = SPREAD;

    #[retry(
        max_attempts = 500, initial_delay = "1s", backoff = constant, jitter = Self::SPREAD, sleep = record
    )]
    fn call(flaky: &Flaky) -> Result<u32, Failure> {
        flaky.call()
    }
}

#[test]
fn a_factor_may_be_any_const_expression() {
    for function in [constant, lower_case_constant, expression, Client::call] {
        assert_fills(function, 0.75..=1.25);
    }
}
