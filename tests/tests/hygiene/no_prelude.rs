//! Without any prelude: every generated path is absolute.
#![no_implicit_prelude]

use ::retry_runtime::{CancelToken, RetryError, retry};
use ::retry_tests::{Failure, Flaky};
use ::std::{
    convert::From,
    future::Future,
    pin::Pin,
    result::Result::{self, Ok},
};

type BoxedFuture<'a, T> = Pin<::std::boxed::Box<dyn Future<Output = T> + ::std::marker::Send + 'a>>;

#[retry(initial_delay = "0s", context = cx, clone(name), on_retry = |_| (), filter_ok = |_| false)]
fn blocking(flaky: &Flaky, name: ::std::string::String) -> Result<usize, Failure> {
    let _ = cx.attempt();
    flaky.call()?;
    Ok(name.into_bytes().len())
}

#[retry(initial_delay = "0s", span, wrap_error, before_retry = |_| -> Result<(), Failure> { Ok(()) })]
fn wrapped(flaky: &Flaky) -> Result<u32, RetryError<Failure>> {
    flaky.call()
}

#[retry(initial_delay = "0s", max_attempts = 3, jitter = 0.5, backoff = linear)]
async fn awaited(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[retry(initial_delay = "0s", span)]
fn boxed(
    flaky: &Flaky,
) -> Pin<::std::boxed::Box<dyn Future<Output = Result<u32, Failure>> + ::std::marker::Send + '_>> {
    let future: BoxedFuture<'_, _> = ::std::boxed::Box::pin(flaky.call_async());
    future
}

#[retry(
    attempt_timeout = "5s",
    deadline = "30s",
    deadline_from = ::std::time::Instant::now() + ::std::time::Duration::from_secs(60),
    cancel = stop,
    initial_delay = "0s",
    on_give_up = |_| (),
    filter_ok = |_| false,
    before_retry = async |_| (),
    wrap_error,
    span
)]
async fn limited(flaky: &Flaky, stop: &CancelToken) -> Result<u32, RetryError<Failure>> {
    flaky.call()
}

#[retry(attempt_timeout = "5s", timeout_error = |_| Failure(0), initial_delay = "0s", on_retry = |_| ())]
async fn expressed(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[::core::prelude::v1::test]
fn no_prelude_is_needed() {
    ::std::assert_eq!(blocking(&Flaky::failing(2), From::from("four")), Ok(4));
    ::std::assert!(::std::matches!(wrapped(&Flaky::failing(2)), Ok(3)));
}

#[::core::prelude::v1::test]
fn no_prelude_is_needed_in_async_functions() {
    ::std::assert_eq!(crate::block_on(awaited(&Flaky::failing(2))), Ok(3));
    ::std::assert_eq!(crate::block_on(boxed(&Flaky::failing(2))), Ok(3));
    let (flaky, stop) = (Flaky::failing(2), CancelToken::new());
    ::std::assert!(crate::block_on(limited(&flaky, &stop)).is_ok());
    ::std::assert_eq!(crate::block_on(expressed(&Flaky::failing(2))), Ok(3));
}
