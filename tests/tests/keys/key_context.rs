//! `context = cx`: what an attempt knows of itself.

use std::time::Duration;

use retry_runtime::{Context, retry};
use retry_tests::{Failure, millis, record};
use tokio::time::sleep;

type Seen = Vec<(u32, Option<u32>, Option<Duration>, bool)>;

fn note(cx: Context<'_>) -> (u32, Option<u32>, Option<Duration>, bool) {
    (cx.attempt(), cx.attempts_left(), cx.previous_delay(), cx.is_last())
}

#[retry(jitter = none, sleep = record, context = cx)]
fn noted(seen: &mut Seen) -> Result<(), Failure> {
    seen.push(note(cx));
    Err(Failure(cx.attempt()))
}

#[retry(jitter = none, context = cx)]
async fn noted_async(seen: &mut Seen) -> Result<(), Failure> {
    tokio::task::yield_now().await;
    seen.push(note(cx));
    Err(Failure(cx.attempt()))
}

#[tokio::test(start_paused = true)]
async fn an_attempt_knows_where_it_stands() {
    let [first, second] = millis([100, 200]).map(Some);
    let expected = [(1, Some(2), None, false), (2, Some(1), first, false), (3, Some(0), second, true)];
    let mut seen = Seen::new();
    assert_eq!(noted(&mut seen), Err(Failure(3)));
    assert_eq!(seen, expected);
    seen.clear();
    assert_eq!(noted_async(&mut seen).await, Err(Failure(3)));
    assert_eq!(seen, expected);
}

#[retry(max_attempts = unlimited, max_elapsed = "1h", initial_delay = "0s", context = cx)]
fn endless() -> Result<(u32, Option<u32>, bool), Failure> {
    if cx.attempt() < 100 {
        return Err(Failure(cx.attempt()));
    }
    Ok((cx.attempt(), cx.attempts_left(), cx.is_last()))
}

#[test]
fn no_attempt_is_the_last_where_only_time_limits_them() {
    assert_eq!(endless(), Ok((100, None, false)));
}

#[retry(jitter = none, context = cx)]
async fn timed(elapsed: &mut Vec<Duration>) -> Result<(), Failure> {
    elapsed.push(cx.elapsed());
    sleep(Duration::from_secs(1)).await;
    Err(Failure(cx.attempt()))
}

#[tokio::test(start_paused = true)]
async fn elapsed_runs_from_the_start_of_the_call_to_that_of_the_attempt() {
    let mut elapsed = vec![];
    assert!(timed(&mut elapsed).await.is_err());
    assert_eq!(elapsed, millis([0, 1_100, 2_300]));
}

#[retry(initial_delay = "0s", context = cx, operation = "fetch_user")]
fn named() -> Result<&'static str, Failure> {
    Ok(cx.operation())
}

#[test]
fn it_names_the_operation() {
    assert_eq!(named(), Ok("fetch_user"));
}

#[retry(initial_delay = "0s", context = attempt, filter = |error| error.0 < 2 && attempt.attempt() < 9)]
fn seen_by_the_filter() -> Result<(), Failure> {
    let inner = |n: u32| Failure(n);
    Err(inner(attempt.attempt()))
}

#[test]
fn it_is_a_name_of_the_users_choice() {
    assert_eq!(seen_by_the_filter(), Err(Failure(2)));
}

struct Replicas(Vec<Result<&'static str, Failure>>);

impl Replicas {
    #[retry(initial_delay = "0s", context = cx)]
    async fn ask(&self) -> Result<&'static str, Failure> {
        self.0[cx.attempt() as usize - 1].clone()
    }
}

#[tokio::test]
async fn each_attempt_can_ask_another_replica() {
    let replicas = Replicas(vec![Err(Failure(1)), Ok("second"), Ok("third")]);
    assert_eq!(replicas.ask().await, Ok("second"));
}

#[retry(initial_delay = "0s", context = cx)]
fn builds_a_future(base: u32) -> impl Future<Output = Result<u32, Failure>> {
    let attempt = cx.attempt();
    async move { if cx.is_last() { Ok(base + attempt) } else { Err(Failure(attempt)) } }
}

#[tokio::test]
async fn functions_that_return_a_future_have_it_too() {
    assert_eq!(builds_a_future(10).await, Ok(13));
}
