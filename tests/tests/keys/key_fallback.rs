//! `fallback`: runs after every give-up; what it gives is the function's.

use std::{cell::Cell, time::Duration};

use async_trait::async_trait;
use retry_runtime::{RetryError, StopReason, retry};
use retry_tests::{Failure, Flaky, ServerError, record};

fn cached(error: Failure) -> Result<u32, Failure> {
    Ok(error.0 + 100)
}

async fn cached_async(error: Failure) -> Result<u32, Failure> {
    tokio::task::yield_now().await;
    cached(error)
}

#[retry(sleep = record, fallback = cached)]
fn path(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(sleep = record, fallback = |error| Ok(error.0 + 100))]
fn closure(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(fallback = cached_async)]
async fn path_async(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[retry(fallback = |error| cached_async(error))]
async fn closure_async(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[retry(fallback = |error| async move { Ok(error.0 + 100) })]
async fn async_block(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[retry(fallback = async |error| cached_async(error).await)]
async fn async_closure(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tokio::test(start_paused = true)]
async fn it_is_given_the_last_error() {
    assert_eq!(path(&Flaky::failing(9)), Ok(103));
    assert_eq!(closure(&Flaky::failing(9)), Ok(103));
    assert_eq!(path_async(&Flaky::failing(9)).await, Ok(103));
    assert_eq!(closure_async(&Flaky::failing(9)).await, Ok(103));
    assert_eq!(async_block(&Flaky::failing(9)).await, Ok(103));
    assert_eq!(async_closure(&Flaky::failing(9)).await, Ok(103));
}

#[test]
fn it_does_not_run_on_success() {
    assert_eq!(path(&Flaky::failing(2)), Ok(3));
}

#[retry(initial_delay = "0s", fallback = |error| Err(Failure(error.0 * 10)))]
fn fails(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn its_error_is_the_functions() {
    assert_eq!(fails(&Flaky::failing(9)), Err(Failure(30)));
}

#[retry(max_elapsed = "1s", initial_delay = "2s", fallback = |_| Ok("fallback"))]
fn every_reason(error: ServerError) -> Result<&'static str, ServerError> {
    Err(error)
}

#[test]
fn it_runs_whatever_the_reason() {
    for error in [ServerError::Gone, ServerError::Busy, ServerError::BusyFor(Duration::from_secs(61))] {
        assert_eq!(every_reason(error), Ok("fallback"));
    }
}

#[retry(initial_delay = "0s", fallback = |_| Ok(name))]
fn takes_an_argument(flaky: &Flaky, name: String) -> Result<String, Failure> {
    flaky.call()?;
    Ok(name.clone())
}

#[retry(initial_delay = "0s", fallback = async |_| {
    calls.set(calls.get() + 1);
    Ok(name)
})]
async fn takes_an_argument_async(flaky: &Flaky, name: String, calls: &Cell<u32>) -> Result<String, Failure> {
    flaky.call_async().await?;
    Ok(name.clone())
}

#[tokio::test]
async fn it_sees_the_arguments() {
    assert_eq!(takes_an_argument(&Flaky::failing(9), "name".to_owned()).as_deref(), Ok("name"));
    let calls = Cell::new(0);
    let name = takes_an_argument_async(&Flaky::failing(9), "name".to_owned(), &calls).await;
    assert_eq!((name.as_deref(), calls.get()), (Ok("name"), 1));
}

#[retry(
    initial_delay = "0s",
    fallback = |error| Ok(error.attempts() * 100 + error.last_error().map_or(0, |last| last.0)),
    wrap_error,
)]
fn wrapped(flaky: &Flaky) -> Result<u32, RetryError<Failure>> {
    flaky.call()
}

async fn unwrap_wrapped(error: RetryError<Failure>) -> Result<u32, RetryError<Failure>> {
    if error.reason() == StopReason::AttemptsExhausted { Ok(error.attempts()) } else { Err(error) }
}

#[retry(initial_delay = "0s", fallback = unwrap_wrapped, filter = |error| error.0 < *limit, wrap_error)]
async fn wrapped_async(flaky: &Flaky, limit: &u32) -> Result<u32, RetryError<Failure>> {
    flaky.call_async().await
}

#[tokio::test]
async fn with_wrap_error_it_is_given_the_wrapped_one() {
    assert_eq!(wrapped(&Flaky::failing(9)), Ok(303));
    assert_eq!(wrapped_async(&Flaky::failing(9), &9).await, Ok(3));
    let error = wrapped_async(&Flaky::failing(9), &2).await.expect_err("permanent");
    assert_eq!((error.reason(), error.into_last_error()), (StopReason::Permanent, Some(Failure(2))));
}

struct Cache {
    stale: u32,
}

impl Cache {
    fn read(&self) -> Result<u32, Failure> {
        Ok(self.stale)
    }

    async fn take(&mut self) -> Result<u32, Failure> {
        tokio::task::yield_now().await;
        Ok(std::mem::take(&mut self.stale))
    }

    #[retry(initial_delay = "0s", fallback = |_| self.read())]
    fn fetch(&self, flaky: &Flaky) -> Result<u32, Failure> {
        flaky.call()
    }

    #[retry(initial_delay = "0s", fallback = |_| self.take())]
    async fn fetch_async(&mut self, flaky: &Flaky) -> Result<u32, Failure> {
        self.stale += 1;
        flaky.call_async().await
    }
}

#[async_trait]
trait Fetch {
    async fn fetch_dyn(&self, flaky: &Flaky) -> Result<u32, Failure>;
}

#[async_trait]
impl Fetch for Cache {
    #[retry(initial_delay = "0s", fallback = async |_| self.read())]
    async fn fetch_dyn(&self, flaky: &Flaky) -> Result<u32, Failure> {
        flaky.call_async().await
    }
}

#[tokio::test]
async fn a_method_may_ask_self() {
    let mut cache = Cache { stale: 7 };
    assert_eq!(cache.fetch(&Flaky::failing(9)), Ok(7));
    assert_eq!(cache.fetch_dyn(&Flaky::failing(9)).await, Ok(7));
    assert_eq!(cache.fetch_async(&Flaky::failing(9)).await, Ok(10));
}

struct NotSend(#[expect(dead_code, reason = "only its type matters")] *const u8);

#[retry(initial_delay = "0s", fallback = |_| async { Ok(0) })]
async fn unsendable(flaky: &Flaky) -> Result<u32, NotSend> {
    flaky.call_async().await.map_err(|_| NotSend(std::ptr::null()))
}

#[tokio::test]
async fn an_error_that_is_not_send_does_not_spoil_the_future() {
    fn sendable<F: Future + Send>(future: F) -> F {
        future
    }
    assert!(matches!(sendable(unsendable(&Flaky::failing(9))).await, Ok(0)));
}
