//! `crate`: where generated code finds the runtime, for crates that re-export it.

use retry_tests::{Failure, Flaky, millis, recorded_waits};

/// A crate that re-exports the runtime.
mod framework {
    pub(crate) use ::retry_runtime;
    pub(crate) use retry_runtime::retry;
}

/// A stand-in for the runtime: what is found here and not there shows whose path was taken.
mod stand_in {
    pub(crate) use retry_runtime::{Jitter, RetryPolicy};

    pub(crate) mod __private {
        pub(crate) use retry_runtime::__private::*;
        pub(crate) fn blocking(delay: Delay, _: &Site) {
            retry_tests::record(delay.duration());
        }

        pub(crate) async fn asynchronous(delay: Delay) {
            retry_tests::record_async(delay.duration()).await;
        }
    }
}

use framework::retry;

#[retry(crate = self::framework::retry_runtime, initial_delay = "0s")]
fn re_exported(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(crate = crate::key_crate::framework::retry_runtime, initial_delay = "0s")]
async fn re_exported_async(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[retry(
    aggressive,
    crate = framework::retry_runtime,
    max_attempts = ATTEMPTS,
    initial_delay = "0s",
    jitter = equal,
    filter = |_| true,
    filter_ok = |_| false,
    clone(text),
    context = cx,
    on_retry = |_| (),
    on_success = |_| (),
    on_give_up = |_| (),
    before_retry = |_| (),
    fallback = |error| Err(error),
    wrap_error,
)]
fn with_every_key(flaky: &Flaky, text: String) -> Result<u32, framework::retry_runtime::RetryError<Failure>> {
    drop(text);
    flaky.call().map(|_| cx.attempt())
}

const ATTEMPTS: u32 = 4;

#[tokio::test]
async fn a_re_export_is_enough() {
    assert_eq!(re_exported(&Flaky::failing(2)), Ok(3));
    assert_eq!(re_exported_async(&Flaky::failing(2)).await, Ok(3));
    assert_eq!(with_every_key(&Flaky::failing(3), String::new()), Ok(4));
}

#[retry(crate = stand_in, jitter = none)]
fn blocking(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(crate = self::stand_in, jitter = none)]
async fn asynchronous(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tokio::test]
async fn generated_code_takes_that_path() {
    assert_eq!(blocking(&Flaky::failing(2)), Ok(3));
    assert_eq!(recorded_waits(), millis([100, 200]));
    assert_eq!(asynchronous(&Flaky::failing(2)).await, Ok(3));
    assert_eq!(recorded_waits(), millis([100, 200]));
}
