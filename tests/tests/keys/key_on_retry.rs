//! `on_retry`: called when an attempt failed and will be repeated.

use std::{cell::RefCell, time::Duration};

use retry_runtime::{Event, retry};
use retry_tests::{Failure, Flaky, millis, record};
use tokio::time::sleep;

type Seen = Vec<(u32, Option<Failure>, Option<Duration>)>;

thread_local! {
    static SEEN: RefCell<Seen> = const { RefCell::new(Vec::new()) };
}

fn note(event: &Event<'_, Failure>) {
    SEEN.with_borrow_mut(|seen| seen.push((event.attempt, event.error.cloned(), event.delay)));
}

#[retry(jitter = none, sleep = record, on_retry = note)]
fn path(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(jitter = none, on_retry = note)]
async fn path_async(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[retry(jitter = none, sleep = record, on_retry = |event| note(event))]
fn closure(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[tokio::test(start_paused = true)]
async fn it_sees_the_attempt_its_error_and_the_wait() {
    let [first, second] = millis([100, 200]).map(Some);
    let expected = [(1, Some(Failure(1)), first), (2, Some(Failure(2)), second)];
    for function in [path, closure] {
        assert_eq!(function(&Flaky::failing(2)), Ok(3));
        assert_eq!(SEEN.take(), expected);
    }
    assert_eq!(path_async(&Flaky::failing(2)).await, Ok(3));
    assert_eq!(SEEN.take(), expected);
}

#[test]
fn it_is_not_called_for_the_last_failure_nor_for_success() {
    assert_eq!(path(&Flaky::failing(9)), Err(Failure(3)));
    assert_eq!(SEEN.take().len(), 2);
    assert_eq!(path(&Flaky::failing(0)), Ok(1));
    assert_eq!(SEEN.take(), []);
}

#[retry(initial_delay = "0s", filter = |_| false, on_retry = |_| unreachable!("nothing is retried"))]
fn permanent(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn it_is_not_called_for_a_permanent_error() {
    assert_eq!(permanent(&Flaky::failing(9)), Err(Failure(1)));
}

#[retry(
    max_attempts = 2,
    initial_delay = "0s",
    service = "billing",
    operation = "charge",
    on_retry = |event| {
        assert_eq!((event.service, event.operation), (Some("billing"), "charge"));
        assert_eq!((event.attempt, event.max_attempts), (1, Some(2)));
        assert!(event.elapsed.is_some() && event.retrying.is_none() && event.reason.is_none());
        *called = true;
    },
)]
fn all_fields(flaky: &Flaky, called: &mut bool) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn the_event_says_whose_attempt_it_was() {
    let mut called = false;
    assert_eq!(all_fields(&Flaky::failing(1), &mut called), Ok(2));
    assert!(called);
}

#[retry(jitter = none, on_retry = |event| elapsed.extend(event.elapsed))]
async fn timed(flaky: &Flaky, elapsed: &mut Vec<Duration>) -> Result<u32, Failure> {
    sleep(Duration::from_secs(1)).await;
    flaky.call()
}

#[tokio::test(start_paused = true)]
async fn elapsed_counts_from_the_start_of_the_call() {
    let mut elapsed = vec![];
    assert_eq!(timed(&Flaky::failing(9), &mut elapsed).await, Err(Failure(3)));
    assert_eq!(elapsed, millis([1_000, 2_100]));
}

struct Client {
    failures: Vec<u32>,
    flaky: Flaky,
}

impl Client {
    fn count(event: &Event<'_, Failure>) {
        note(event);
    }

    #[retry(initial_delay = "0s", on_retry = |event| self.failures.push(event.attempt))]
    async fn by_self(&mut self) -> Result<u32, Failure> {
        self.flaky.call_async().await
    }

    #[retry(initial_delay = "0s", on_retry = Self::count)]
    fn by_association(&self) -> Result<u32, Failure> {
        self.flaky.call()
    }
}

#[tokio::test]
async fn a_method_may_tell_self() {
    let mut client = Client { failures: vec![], flaky: Flaky::failing(2) };
    assert_eq!(client.by_self().await, Ok(3));
    assert_eq!(client.failures, [1, 2]);
    client.flaky = Flaky::failing(1);
    assert_eq!(client.by_association(), Ok(2));
    assert_eq!(SEEN.take().len(), 1);
}

#[retry(initial_delay = "0s", on_retry = report)]
fn given(flaky: &Flaky, mut report: impl FnMut(&Event<'_, Failure>)) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn an_argument_may_be_the_hook() {
    let mut attempts = vec![];
    assert_eq!(given(&Flaky::failing(2), |event| attempts.push(event.attempt)), Ok(3));
    assert_eq!(attempts, [1, 2]);
}

#[retry(initial_delay = "0s", on_retry = |event| texts.push(event.error.unwrap().to_string()))]
fn generic<E: std::fmt::Display>(
    mut call: impl FnMut() -> Result<u32, E>,
    texts: &mut Vec<String>,
) -> Result<u32, E> {
    call()
}

#[test]
fn the_error_has_its_own_type() {
    let (flaky, mut texts) = (Flaky::failing(1), vec![]);
    assert_eq!(generic(|| flaky.call(), &mut texts), Ok(2));
    assert_eq!(texts, ["attempt 1 failed"]);
}
