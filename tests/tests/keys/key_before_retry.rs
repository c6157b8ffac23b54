//! `before_retry`: runs after the wait, before the next attempt.

use std::{
    cell::{Cell, RefCell},
    time::Duration,
};

use async_trait::async_trait;
use retry_runtime::{Context, RetryError, StopReason, retry};
use retry_tests::{Failure, Flaky, record, recorded_waits};
use tokio::time::{Instant, sleep};

thread_local! {
    static SEEN: RefCell<Vec<u32>> = const { RefCell::new(Vec::new()) };
}

fn note(cx: Context<'_>) {
    SEEN.with_borrow_mut(|seen| seen.push(cx.attempt()));
}

async fn note_async(cx: Context<'_>) {
    tokio::task::yield_now().await;
    note(cx);
}

#[retry(sleep = record, before_retry = note)]
fn path(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(sleep = record, before_retry = |cx| note(cx))]
fn closure(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(before_retry = note_async)]
async fn path_async(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[retry(before_retry = |cx| note_async(cx))]
async fn closure_async(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[retry(before_retry = async |cx| note_async(cx).await)]
async fn async_closure(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tokio::test(start_paused = true)]
async fn it_runs_before_each_attempt_but_the_first() {
    assert_eq!(path(&Flaky::failing(2)), Ok(3));
    assert_eq!(SEEN.take(), [2, 3]);
    assert_eq!(closure(&Flaky::failing(9)), Err(Failure(3)));
    assert_eq!(SEEN.take(), [2, 3]);
    assert_eq!(path_async(&Flaky::failing(2)).await, Ok(3));
    assert_eq!(SEEN.take(), [2, 3]);
    assert_eq!(closure_async(&Flaky::failing(2)).await, Ok(3));
    assert_eq!(SEEN.take(), [2, 3]);
    assert_eq!(async_closure(&Flaky::failing(2)).await, Ok(3));
    assert_eq!(SEEN.take(), [2, 3]);
}

#[retry(max_attempts = 2, initial_delay = "1s", jitter = none, before_retry = |cx| {
    assert_eq!(cx.previous_delay(), Some(Duration::from_secs(1)));
    assert_eq!(cx.elapsed(), Duration::from_secs(1));
    *at = Some(Instant::now());
    sleep(Duration::from_secs(5))
})]
async fn after_the_wait(flaky: &Flaky, at: &mut Option<Instant>) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tokio::test(start_paused = true)]
async fn it_runs_after_the_wait_and_is_awaited() {
    let (start, mut at) = (Instant::now(), None);
    assert_eq!(after_the_wait(&Flaky::failing(1), &mut at).await, Ok(2));
    assert_eq!(at, Some(start + Duration::from_secs(1)));
    assert_eq!(start.elapsed(), Duration::from_secs(6));
}

/// A connection that works once it was renewed often enough.
struct Client {
    generation: u32,
}

impl Client {
    async fn connect(&mut self) -> Result<(), Failure> {
        tokio::task::yield_now().await;
        self.generation += 1;
        if self.generation > 4 { Err(Failure(100)) } else { Ok(()) }
    }

    #[retry(max_attempts = 9, initial_delay = "0s", before_retry = |_| self.connect())]
    async fn fetch(&mut self, wanted: u32) -> Result<u32, Failure> {
        tokio::task::yield_now().await;
        if self.generation >= wanted { Ok(self.generation) } else { Err(Failure(self.generation)) }
    }

    #[retry(max_attempts = 9, initial_delay = "0s", before_retry = async |_| {
        self.connect().await?;
        self.connect().await
    })]
    async fn fetch_twice_as_fast(&mut self, wanted: u32) -> Result<u32, Failure> {
        if self.generation >= wanted { Ok(self.generation) } else { Err(Failure(self.generation)) }
    }
}

#[tokio::test]
async fn it_may_reconnect() {
    assert_eq!(Client { generation: 0 }.fetch(3).await, Ok(3));
    assert_eq!(Client { generation: 0 }.fetch_twice_as_fast(3).await, Ok(4));
}

#[tokio::test]
async fn its_error_ends_the_call_and_is_the_functions() {
    let mut client = Client { generation: 0 };
    assert_eq!(client.fetch(9).await, Err(Failure(100)));
    assert_eq!(client.generation, 5);
}

#[retry(initial_delay = "0s", before_retry = |_| token.set(token.get() + 1))]
fn refreshes(flaky: &Flaky, token: &Cell<u32>) -> Result<u32, Failure> {
    flaky.call()?;
    Ok(token.get())
}

#[retry(initial_delay = "0s", before_retry = |_| token += 1)]
fn refreshes_uniquely(flaky: &Flaky, mut token: u32) -> Result<u32, Failure> {
    flaky.call()?;
    Ok(token)
}

#[test]
fn it_sees_the_arguments() {
    assert_eq!(refreshes(&Flaky::failing(2), &Cell::new(10)), Ok(12));
    assert_eq!(refreshes_uniquely(&Flaky::failing(2), 10), Ok(12));
}

/// The error of a token service.
struct Refused;

impl From<Refused> for Failure {
    fn from(_: Refused) -> Self {
        Self(403)
    }
}

fn ask_for_a_token() -> Result<(), Refused> {
    Err(Refused)
}

type Told = Option<(u32, Option<Failure>, Option<StopReason>)>;

#[retry(
    max_attempts = 5,
    sleep = record,
    before_retry = |cx| {
        if cx.attempt() == 3 {
            ask_for_a_token()?;
        }
        Ok(())
    },
    on_give_up = |event| *told = Some((event.attempt, event.error.cloned(), event.reason)),
)]
fn refused(flaky: &Flaky, told: &mut Told) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn its_error_is_told_and_question_marks_convert() {
    let (flaky, mut told) = (Flaky::failing(9), None);
    assert_eq!(refused(&flaky, &mut told), Err(Failure(403)));
    assert_eq!(told, Some((2, Some(Failure(403)), Some(StopReason::Permanent))));
    assert_eq!(flaky.attempts(), 2);
    assert_eq!(recorded_waits().len(), 2);
}

#[retry(
    initial_delay = "0s", filter = |_| true, before_retry = |_| Err(Failure(403)), fallback = |error| Ok(error.0)
)]
fn refused_with_a_fallback(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(initial_delay = "0s", before_retry = async |_| Err(Failure(403)), fallback = async |error| Ok(error.0))]
async fn refused_with_a_fallback_async(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tokio::test]
async fn the_fallback_is_given_its_error() {
    assert_eq!(refused_with_a_fallback(&Flaky::failing(9)), Ok(403));
    assert_eq!(refused_with_a_fallback_async(&Flaky::failing(9)).await, Ok(403));
}

#[retry(initial_delay = "0s", before_retry = |_| Err(Failure(403)), wrap_error)]
fn refused_and_wrapped(flaky: &Flaky) -> Result<u32, RetryError<Failure>> {
    flaky.call()
}

#[test]
fn its_error_is_wrapped_with_the_attempts_that_were_made() {
    let error = refused_and_wrapped(&Flaky::failing(9)).expect_err("refused");
    assert_eq!(error.last_error(), Some(&Failure(403)));
    assert_eq!((error.attempts(), error.reason()), (1, StopReason::Permanent));
}

async fn refresh(_: Context<'_>) -> Result<(), Failure> {
    ask_for_a_token()?;
    Ok(())
}

#[retry(initial_delay = "0s", before_retry = refresh)]
async fn refreshed_by_path(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tokio::test]
async fn a_function_may_fail_too() {
    let flaky = Flaky::failing(9);
    assert_eq!(refreshed_by_path(&flaky).await, Err(Failure(403)));
    assert_eq!(flaky.attempts(), 1);
}

#[retry(initial_delay = "0s", before_retry = |_| { std::fs::read("/does/not/exist")?; Ok(()) })]
fn into_anyhow(flaky: &Flaky) -> anyhow::Result<u32> {
    Ok(flaky.call()?)
}

#[test]
fn its_error_may_become_any_that_takes_it() {
    let error = into_anyhow(&Flaky::failing(9)).expect_err("no such file");
    assert!(error.downcast_ref::<std::io::Error>().is_some());
}

#[retry(sleep = record, filter_ok = |value| *value < 3, before_retry = note)]
fn polled(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn it_runs_after_a_value_was_turned_down_too() {
    assert_eq!(polled(&Flaky::failing(0)), Ok(3));
    assert_eq!(SEEN.take(), [2, 3]);
}

#[async_trait]
trait Fetch {
    async fn fetch_dyn(&mut self, wanted: u32) -> Result<u32, Failure>;
}

#[async_trait]
impl Fetch for Client {
    #[retry(max_attempts = 9, initial_delay = "0s", before_retry = |_| self.connect())]
    async fn fetch_dyn(&mut self, wanted: u32) -> Result<u32, Failure> {
        if self.generation >= wanted { Ok(self.generation) } else { Err(Failure(self.generation)) }
    }
}

#[tokio::test]
async fn async_trait_methods_may_reconnect() {
    assert_eq!(Client { generation: 0 }.fetch_dyn(3).await, Ok(3));
}
