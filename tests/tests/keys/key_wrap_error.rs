//! `wrap_error`: the caller gets a `RetryError`, the body returns its own error.

use std::{error::Error, future::Future, pin::Pin, time::Duration};

use async_trait::async_trait;
use retry_runtime::{RetryError, StopReason, retry};
use retry_tests::{Failure, Flaky, ServerError, record};
use tokio::time::sleep;

#[retry(sleep = record, wrap_error)]
fn blocking(flaky: &Flaky) -> Result<u32, RetryError<Failure>> {
    let value = flaky.call()?;
    Ok(value)
}

#[retry(wrap_error)]
async fn asynchronous(flaky: &Flaky) -> Result<u32, RetryError<Failure>> {
    let value = flaky.call_async().await?;
    Ok(value)
}

#[tokio::test(start_paused = true)]
async fn it_tells_the_last_error_the_attempts_and_the_reason() {
    for error in [
        blocking(&Flaky::failing(9)).expect_err("flaky"),
        asynchronous(&Flaky::failing(9)).await.expect_err("flaky"),
    ] {
        assert_eq!(error.last_error(), Some(&Failure(3)));
        assert_eq!((error.attempts(), error.reason()), (3, StopReason::AttemptsExhausted));
        assert_eq!(error.to_string(), "gave up after 3 attempts (attempts exhausted): attempt 3 failed");
        assert_eq!(error.source().map(ToString::to_string).as_deref(), Some("attempt 3 failed"));
        assert_eq!(error.into_last_error(), Some(Failure(3)));
    }
}

#[tokio::test(start_paused = true)]
async fn values_are_not_wrapped() {
    assert_eq!(blocking(&Flaky::failing(2)), Ok(3));
    assert_eq!(asynchronous(&Flaky::failing(2)).await, Ok(3));
}

#[retry(max_elapsed = "1s", initial_delay = "2s", wrap_error)]
fn every_reason(error: ServerError) -> Result<(), RetryError<ServerError>> {
    Err(error)
}

#[test]
fn each_reason_is_named() {
    for (error, reason) in [
        (ServerError::Gone, StopReason::Permanent),
        (ServerError::Busy, StopReason::Elapsed),
        (ServerError::BusyFor(Duration::from_secs(61)), StopReason::ServerHintTooLong),
    ] {
        let wrapped = every_reason(error).expect_err("always");
        assert_eq!((wrapped.attempts(), wrapped.reason()), (1, reason));
        assert_eq!(wrapped.into_last_error(), Some(error));
    }
}

#[retry(jitter = none, wrap_error)]
async fn timed(flaky: &Flaky) -> Result<u32, RetryError<Failure>> {
    sleep(Duration::from_secs(1)).await;
    flaky.call()
}

#[tokio::test(start_paused = true)]
async fn elapsed_is_the_time_of_the_whole_call() {
    let error = timed(&Flaky::failing(9)).await.expect_err("flaky");
    assert_eq!(error.elapsed(), Duration::from_millis(3_300));
}

type Wrapped<T> = Result<T, RetryError<Failure>>;
type WrappedNumber = Wrapped<u32>;

mod api {
    pub(super) type Result<T, E = retry_tests::Failure> =
        std::result::Result<T, retry_runtime::RetryError<E>>;
    pub(super) type Reply = Result<u32>;
}

#[retry(initial_delay = "0s", wrap_error)]
fn generic_alias(flaky: &Flaky) -> Wrapped<u32> {
    flaky.call()
}

#[retry(initial_delay = "0s", wrap_error)]
fn alias(flaky: &Flaky) -> WrappedNumber {
    flaky.call()
}

#[retry(initial_delay = "0s", wrap_error)]
fn alias_called_result(flaky: &Flaky) -> api::Result<u32> {
    flaky.call()
}

#[retry(initial_delay = "0s", wrap_error)]
fn alias_called_otherwise(flaky: &Flaky) -> api::Reply {
    flaky.call()
}

#[retry(initial_delay = "0s", wrap_error)]
async fn alias_async(flaky: &Flaky) -> Wrapped<u32> {
    flaky.call_async().await
}

#[tokio::test]
async fn aliases_are_seen_through() {
    for function in [generic_alias, alias, alias_called_result, alias_called_otherwise] {
        assert_eq!(function(&Flaky::failing(2)), Ok(3));
        assert_eq!(function(&Flaky::failing(9)).map_err(|error| error.attempts()), Err(3));
    }
    assert_eq!(alias_async(&Flaky::failing(9)).await.map_err(|error| error.attempts()), Err(3));
}

#[retry(initial_delay = "0s", wrap_error)]
fn generic<T, E>(mut call: impl FnMut() -> Result<T, E>) -> Result<T, RetryError<E>> {
    call()
}

#[retry(initial_delay = "0s", wrap_error)]
fn converted(text: &str) -> Result<u8, RetryError<Box<dyn Error + Send + Sync>>> {
    Ok(text.parse::<u8>()?)
}

#[retry(initial_delay = "0s", wrap_error)]
async fn anyhow_error(text: &str) -> Result<u8, RetryError<anyhow::Error>> {
    anyhow::ensure!(!text.is_empty(), "empty");
    Ok(text.parse()?)
}

#[tokio::test]
async fn any_error_can_be_wrapped() {
    let flaky = Flaky::failing(9);
    assert_eq!(generic(|| flaky.call()).expect_err("flaky").into_last_error(), Some(Failure(3)));
    assert!(converted("many").expect_err("no number").to_string().ends_with("invalid digit found in string"));
    assert!(anyhow_error("").await.expect_err("empty").to_string().ends_with(": empty"));
}

#[retry(initial_delay = "0s", wrap_error)]
fn impl_trait(flaky: &Flaky) -> Result<impl Iterator<Item = u32> + use<>, RetryError<Failure>> {
    Ok(std::iter::once(flaky.call()?))
}

#[retry(initial_delay = "0s", wrap_error)]
fn future(flaky: &Flaky) -> impl Future<Output = Result<u32, RetryError<Failure>>> {
    async move { flaky.call_async().await }
}

#[retry(initial_delay = "0s", wrap_error)]
fn boxed(flaky: &Flaky) -> Pin<Box<dyn Future<Output = Result<u32, RetryError<Failure>>> + '_>> {
    Box::pin(async move { flaky.call_async().await })
}

#[retry(initial_delay = "0s", wrap_error)]
fn built(flaky: &Flaky) -> impl Future<Output = Result<u32, RetryError<Failure>>> {
    let call = flaky.call();
    async move { call }
}

#[tokio::test]
async fn other_shapes_wrap_alike() {
    let attempts = |outcome: Wrapped<u32>| outcome.map_err(|error| error.attempts());
    assert_eq!(attempts(impl_trait(&Flaky::failing(9)).map(|mut one| one.next().unwrap_or(0))), Err(3));
    assert_eq!(attempts(future(&Flaky::failing(9)).await), Err(3));
    assert_eq!(attempts(boxed(&Flaky::failing(9)).await), Err(3));
    assert_eq!(attempts(built(&Flaky::failing(9)).await), Err(3));
}

#[retry(initial_delay = "0s", filter_ok = |_| true, wrap_error)]
fn never_good(flaky: &Flaky) -> Result<u32, RetryError<Failure>> {
    flaky.call()
}

#[test]
fn a_value_that_was_turned_down_is_not_wrapped() {
    assert_eq!(never_good(&Flaky::failing(0)), Ok(3));
}

#[retry(initial_delay = "0s", wrap_error)]
fn built_boxed(flaky: &Flaky) -> Pin<Box<dyn Future<Output = Result<u32, RetryError<Failure>>> + '_>> {
    let call = flaky.call();
    Box::pin(async move { call })
}

#[tokio::test]
async fn built_boxed_futures_wrap_too() {
    assert_eq!(built_boxed(&Flaky::failing(9)).await.map_err(|error| error.attempts()), Err(3));
}

#[async_trait]
trait Fetch {
    async fn fetch(&self) -> Result<u32, RetryError<Failure>>;
}

#[async_trait]
impl Fetch for Flaky {
    #[retry(initial_delay = "0s", wrap_error)]
    async fn fetch(&self) -> Result<u32, RetryError<Failure>> {
        self.call_async().await
    }
}

#[tokio::test]
async fn async_trait_methods_wrap_too() {
    assert_eq!(Flaky::failing(9).fetch().await.map_err(|error| error.attempts()), Err(3));
}
