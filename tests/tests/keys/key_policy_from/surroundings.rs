//! Strict lints, no prelude, and everything that generated code might name shadowed by something else.
#![no_implicit_prelude]
#![deny(warnings, clippy::all, clippy::pedantic, clippy::nursery, missing_docs, unused_qualifications)]

/// Decoys.
#[allow(dead_code, non_camel_case_types, reason = "decoys")]
mod shadowed {
    mod core {}
    mod std {}
    mod retry_runtime {}

    struct RetryPolicy;
    struct u32;
    const fn policy() {}
    const fn retry() {}

    use ::retry_tests::{Failure, Flaky};

    #[::retry_runtime::retry(policy_from = ours, deadline = "1h", context = cx, wrap_error, filter_ok = |_| false)]
    pub(super) async fn call(
        flaky: &Flaky,
        ours: ::retry_runtime::RetryPolicy,
    ) -> ::core::result::Result<::core::primitive::u32, ::retry_runtime::RetryError<Failure>> {
        let _ = cx.attempt();
        flaky.call_async().await
    }
}

use ::retry_runtime::{RetryPolicy, retry};
use ::retry_tests::{Failure, Flaky};
use ::std::{assert_eq, result::Result};
// What `tokio::test` writes names it so.
use ::tokio;

/// A value that leads to a policy.
pub(super) struct Owner {
    policy: RetryPolicy,
    flaky: Flaky,
}

impl Owner {
    /// Documented.
    ///
    /// # Errors
    /// Those of the attempts.
    #[retry(policy_from = self.policy, on_retry = |_| ())]
    pub(super) async fn call(&self) -> Result<u32, Failure> {
        self.flaky.call_async().await
    }
}

const fn policy() -> RetryPolicy {
    super::PLAIN
}

#[retry(policy_from = policy())]
async fn named_by_a_call(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

macro_rules! retried {
    ($name:ident by $policy:expr) => {
        #[retry(policy_from = $policy)]
        async fn $name(flaky: &Flaky) -> Result<u32, Failure> {
            flaky.call_async().await
        }
    };
}

retried!(written_by_a_macro by policy().with_max_attempts(2));

#[tokio::test(start_paused = true)]
async fn nothing_around_it_matters() {
    let failed = |attempt| Result::Err(Failure(attempt));
    let error = shadowed::call(&Flaky::failing(9), policy()).await.err();
    assert_eq!(error.map(|error| error.attempts()), ::std::option::Option::Some(3));
    assert_eq!(Owner { policy: policy(), flaky: Flaky::failing(9) }.call().await, failed(3));
    assert_eq!(named_by_a_call(&Flaky::failing(9)).await, failed(3));
    assert_eq!(written_by_a_macro(&Flaky::failing(9)).await, failed(2));
}
