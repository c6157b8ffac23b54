//! A dependency under another name: `crate = path` tells where it is.
#![deny(warnings)]

use resilience::{retry, RetryError};
use retry_tests::{Failure, Flaky};

mod reexport {
    pub use ::resilience as retry_runtime;
}

#[retry(crate = ::resilience, initial_delay = "0s", jitter = full, max_attempts = 3)]
async fn by_name(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[retry(crate = crate::reexport::retry_runtime, initial_delay = "0s", wrap_error, filter = |_| true)]
fn by_reexport(flaky: &Flaky) -> Result<u32, RetryError<Failure>> {
    flaky.call()
}

#[tokio::test]
async fn a_renamed_crate_is_found() {
    assert_eq!(by_name(&Flaky::failing(2)).await, Ok(3));
    assert_eq!(by_reexport(&Flaky::failing(2)), Ok(3));
}
