//! Functions with idempotency keys: without a prelude, with decoys of what generated code might name, under the strictest
//! lints.
#![no_implicit_prelude]
#![allow(dead_code, non_camel_case_types, non_snake_case, reason = "decoys")]

use ::retry_runtime::{IdempotencyConflict, RetryError, retry};
use ::retry_tests::Flaky;
use ::std::{
    convert::From,
    format,
    future::Future,
    pin::Pin,
    result::Result::{self, Ok},
    string::String,
};

struct Option;
struct Claim;
struct u32;
const fn Some() {}
const fn None() {}
const fn drop() {}
const fn Err() {}

type Number = ::core::primitive::u32;

#[derive(Debug)]
struct Failed;

impl From<::retry_tests::Failure> for Failed {
    fn from(_: ::retry_tests::Failure) -> Self {
        Self
    }
}

impl From<IdempotencyConflict> for Failed {
    fn from(_: IdempotencyConflict) -> Self {
        Self
    }
}

#[retry(operation = "keyed_blocking", idempotency_key = key, initial_delay = "0s", fallback = |_| Ok(0), context = cx)]
fn blocking(key: Number, flaky: &Flaky) -> Result<Number, Failed> {
    let _ = cx.idempotency_key();
    Ok(flaky.call()?)
}

#[retry(operation = "keyed_awaited", idempotency_key = format!("{key}"), deadline = "9s", timeout_error = |_| Failed)]
async fn awaited(key: Number, flaky: &Flaky) -> Result<Number, Failed> {
    Ok(flaky.call_async().await?)
}

#[retry(operation = "keyed_wrapped", idempotency_key = key, wrap_error, filter_ok = |_| false, on_give_up = |_| ())]
async fn wrapped(key: &str, flaky: &Flaky) -> Result<String, RetryError<Failed>> {
    flaky.call_async().await?;
    Ok(String::new())
}

#[retry(operation = "keyed_future", idempotency_key = key, conflict_error = |_| Failed)]
fn future(key: Number, flaky: &Flaky) -> impl Future<Output = Result<Number, Failed>> + ::std::marker::Send {
    async move { Ok(flaky.call_async().await?) }
}

#[retry(operation = "keyed_boxed", idempotency_key = key)]
fn boxed(
    key: Number,
    flaky: &Flaky,
) -> Pin<::std::boxed::Box<dyn Future<Output = Result<Number, Failed>> + ::std::marker::Send + '_>> {
    ::std::boxed::Box::pin(async move { Ok(flaky.call_async().await?) })
}

#[::core::prelude::v1::test]
fn functions_with_keys_name_nothing_of_the_users() {
    let runtime = ::tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(async {
        let flaky = Flaky::failing(0);
        for _ in 0..2 {
            ::std::assert!(::std::matches!(blocking(1, &flaky), Ok(1)));
            ::std::assert!(::std::matches!(awaited(1, &flaky).await, Ok(2)));
            ::std::assert!(wrapped("1", &flaky).await.is_ok());
            ::std::assert!(::std::matches!(future(1, &flaky).await, Ok(4)));
            ::std::assert!(::std::matches!(boxed(1, &flaky).await, Ok(5)));
        }
        ::std::assert_eq!(flaky.attempts(), 5);
    });
}
