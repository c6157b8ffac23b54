//! Everything that generated code might name is shadowed by something else.
#![allow(dead_code, non_camel_case_types, non_snake_case, reason = "decoys")]

mod core {}
mod std {}
mod retry_runtime {}
mod tokio {}
mod tracing {}

type Outcome<T, E> = ::core::result::Result<T, E>;

struct Result;
struct Option;
struct Duration;
struct Box;
struct Clone;
struct Context;
struct RetryPolicy;
struct Verdict;
struct u32;

const fn Ok() {}
const fn Err() {}
const fn Some() {}
const fn None() {}
const fn drop() {}

use ::retry_runtime::{CancelToken, Elapsed, retry};
use ::retry_tests::{Failure, Flaky, record, record_async};

#[retry(
    max_attempts = 3,
    initial_delay = "1ms",
    filter = |error| error.0 > 0,
    filter_ok = |value| *value == 0,
    on_retry = |event| assert!(event.error.is_some()),
    on_success = |event| assert!(event.attempt == 3),
    on_give_up = |_| unreachable!(),
    before_retry = |_| (),
    fallback = ::core::result::Result::Err,
    context = cx,
    clone(name),
    sleep = record,
    service = "decoys",
)]
fn blocking(flaky: &Flaky, name: ::std::string::String) -> Outcome<usize, Failure> {
    let attempt = flaky.call()?;
    assert_eq!(attempt, cx.attempt());
    ::core::result::Result::Ok(name.into_bytes().len())
}

#[retry(
    max_attempts = 3,
    initial_delay = "1ms",
    filter = |error| error.0 > 0,
    filter_ok = |value| *value == 0,
    on_retry = |event| assert!(event.error.is_some()),
    on_success = |event| assert!(event.attempt == 3),
    on_give_up = |_| unreachable!(),
    before_retry = async |_| (),
    fallback = async |error| ::core::result::Result::Err(error),
    context = cx,
    clone(name),
    sleep = record_async,
)]
async fn awaited(flaky: &Flaky, name: ::std::string::String) -> Outcome<usize, Failure> {
    let attempt = flaky.call_async().await?;
    assert_eq!(attempt, cx.attempt());
    ::core::result::Result::Ok(name.into_bytes().len())
}

#[retry(wrap_error, initial_delay = "0s")]
fn wrapped(flaky: &Flaky) -> Outcome<::core::primitive::u32, ::retry_runtime::RetryError<Failure>> {
    flaky.call()
}

#[retry(
    attempt_timeout = "5s",
    timeout_error = |elapsed| Failure(u32_of(elapsed)),
    deadline = "30s",
    deadline_from = ::core::option::Option::None::<::std::time::Instant>,
    cancel = stop,
    max_attempts = 3,
    initial_delay = "1ms",
    filter_ok = |value| *value == 0,
    on_retry = |event| assert!(event.error.is_some()),
    on_give_up = |_| unreachable!(),
    before_retry = async |_| (),
    fallback = async |error| ::core::result::Result::Err(error),
    sleep = record_async,
    span,
)]
async fn limited(flaky: &Flaky, stop: &CancelToken) -> Outcome<::core::primitive::u32, Failure> {
    flaky.call()
}

fn u32_of(elapsed: Elapsed) -> ::core::primitive::u32 {
    elapsed.limit().subsec_nanos()
}

#[retry(attempt_timeout = "5s", cancel = stop, initial_delay = "1ms", wrap_error, sleep = record_async)]
async fn limited_and_wrapped(
    flaky: &Flaky,
    stop: &CancelToken,
) -> Outcome<::core::primitive::u32, ::retry_runtime::RetryError<Failure>> {
    flaky.call()
}

#[retry(cancel = stop, initial_delay = "1ms", span)]
fn cancelled(flaky: &Flaky, stop: &CancelToken) -> Outcome<::core::primitive::u32, Failure> {
    flaky.call()
}

#[test]
fn decoys_change_nothing() {
    assert_eq!(blocking(&Flaky::failing(2), "four".into()), ::core::result::Result::Ok(4));
    assert_eq!(wrapped(&Flaky::failing(9)).map_err(|error| error.attempts()), ::core::result::Result::Err(3));
}

#[::core::prelude::v1::test]
fn decoys_change_nothing_in_async_functions() {
    assert_eq!(crate::block_on(awaited(&Flaky::failing(2), "four".into())), ::core::result::Result::Ok(4));
    let stop = CancelToken::new();
    let (one, two) = (Flaky::failing(2), Flaky::failing(2));
    assert_eq!(crate::block_on(limited(&one, &stop)), ::core::result::Result::Ok(3));
    assert_eq!(crate::block_on(limited_and_wrapped(&two, &stop)).ok(), ::core::option::Option::Some(3));
    assert_eq!(cancelled(&Flaky::failing(2), &stop), ::core::result::Result::Ok(3));
}
