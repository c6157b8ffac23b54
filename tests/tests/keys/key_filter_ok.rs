//! `filter_ok`: successful values that are worth another attempt.

use std::time::Duration;

use retry_runtime::{StopReason, Verdict, retry};
use retry_tests::{Failure, Flaky, millis, record, record_async, recorded_waits};

fn is_pending(value: &u32) -> bool {
    *value < 3
}

#[retry(max_attempts = 5, jitter = none, sleep = record, filter_ok = is_pending)]
fn path(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(max_attempts = 5, jitter = none, sleep = record, filter_ok = |value| value.lt(&3))]
fn closure(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(max_attempts = 5, jitter = none, sleep = record_async, filter_ok = |value| is_pending(value))]
async fn closure_async(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tokio::test]
async fn it_polls_until_a_value_is_good() {
    for function in [path, closure] {
        assert_eq!(function(&Flaky::failing(0)), Ok(3));
        assert_eq!(recorded_waits(), millis([100, 200]));
    }
    assert_eq!(closure_async(&Flaky::failing(0)).await, Ok(3));
    assert_eq!(recorded_waits(), millis([100, 200]));
}

#[test]
fn errors_and_values_share_the_attempts() {
    // An error, a pending value, a good one.
    assert_eq!(path(&Flaky::failing(1)), Ok(3));
    assert_eq!(path(&Flaky::failing(9)), Err(Failure(5)));
}

#[retry(initial_delay = "0s", filter_ok = |_| true)]
fn never_good(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn when_attempts_run_out_the_last_value_is_returned() {
    assert_eq!(never_good(&Flaky::failing(0)), Ok(3));
}

#[retry(initial_delay = "0s", filter_ok = |value| *value < wanted)]
fn sees_an_argument(flaky: &Flaky, wanted: u32) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn a_closure_sees_the_arguments() {
    assert_eq!(sees_an_argument(&Flaky::failing(0), 2), Ok(2));
}

/// A response that is no error of its client.
#[derive(Debug, PartialEq)]
struct Response {
    status: u16,
    retry_after: Option<Duration>,
}

fn judge(response: &Response) -> Verdict {
    match (response.status, response.retry_after) {
        (503, Some(hint)) => Verdict::THROTTLED.with_server_hint(hint),
        (503, None) => Verdict::TRANSIENT,
        _ => Verdict::PERMANENT,
    }
}

#[retry(jitter = none, sleep = record, filter_ok = judge)]
fn get(responses: &mut Vec<Response>) -> Result<Response, Failure> {
    responses.pop().ok_or(Failure(0))
}

fn busy(retry_after: u64) -> Response {
    Response { status: 503, retry_after: (retry_after > 0).then(|| Duration::from_secs(retry_after)) }
}

#[test]
fn a_value_may_carry_the_hint_of_the_server() {
    let good = || Response { status: 200, retry_after: None };
    assert_eq!(get(&mut vec![good(), busy(0), busy(30)]), Ok(good()));
    assert_eq!(recorded_waits(), millis([30_000, 200]));
}

#[test]
fn a_permanent_verdict_accepts_the_value() {
    let missing = || Response { status: 404, retry_after: None };
    assert_eq!(get(&mut vec![missing()]), Ok(missing()));
    assert_eq!(recorded_waits(), []);
}

#[test]
fn a_hint_that_is_too_long_gives_the_value_back() {
    assert_eq!(get(&mut vec![busy(61)]), Ok(busy(61)));
    assert_eq!(recorded_waits(), []);
}

#[retry(max_attempts = 9, initial_delay = "0s", filter = |error| error.0 < 2, filter_ok = |value| *value < 4)]
async fn both_filters(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tokio::test]
async fn errors_are_judged_by_their_own_filter() {
    assert_eq!(both_filters(&Flaky::failing(1)).await, Ok(4));
    assert_eq!(both_filters(&Flaky::failing(2)).await, Err(Failure(2)));
}

type Seen = Vec<(u32, Option<Failure>, Option<StopReason>)>;

#[retry(
    initial_delay = "0s",
    filter_ok = |_| true,
    on_retry = |event| seen.push((event.attempt, event.error.cloned(), event.reason)),
    on_give_up = |event| seen.push((event.attempt, event.error.cloned(), event.reason)),
    on_success = |_| unreachable!("no value was good"),
    fallback = |_| unreachable!("there is a value to return"),
)]
fn observed(flaky: &Flaky, seen: &mut Seen) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn hooks_see_values_that_were_turned_down() {
    let mut seen = Seen::new();
    assert_eq!(observed(&Flaky::failing(0), &mut seen), Ok(3));
    assert_eq!(seen, [(1, None, None), (2, None, None), (3, None, Some(StopReason::AttemptsExhausted))]);
}

#[retry(initial_delay = "0s", filter_ok = |value: &Option<u32>| value.is_none())]
async fn optional(flaky: &Flaky) -> Result<Option<u32>, Failure> {
    Ok(flaky.call().ok())
}

#[tokio::test]
async fn an_empty_answer_can_be_worth_another_attempt() {
    assert_eq!(optional(&Flaky::failing(1)).await, Ok(Some(2)));
    assert_eq!(optional(&Flaky::failing(9)).await, Ok(None));
}
