//! Functions of edition 2021, in a crate that knows the runtime under another name, are listed and counted.
#![deny(warnings, clippy::all, clippy::pedantic)]
#![forbid(unsafe_code)]

use resilience::{inventory, retry, statistics, RetryBudget};
use retry_tests::{Failure, Flaky};

static API: RetryBudget = RetryBudget::token_bucket("api");

struct Client {
    flaky: Flaky,
}

impl Client {
    #[retry(crate = ::resilience, initial_delay = "0s", budget = crate::API, attempt_timeout = "5s", wrap_error)]
    async fn fetch(&self) -> Result<u32, resilience::RetryError<Failure>> {
        self.flaky.call_async().await
    }
}

#[tokio::test]
async fn functions_of_edition_2021_are_listed_and_counted() {
    assert!(Client { flaky: Flaky::failing(1) }.fetch().await.is_ok());
    let functions = inventory();
    let fetch = functions.iter().find(|function| function.operation == "fetch").expect("listed");
    assert_eq!((fetch.module, fetch.is_async), (module_path!(), true));
    assert!(functions.iter().any(|function| function.operation == "fetch_in_a_library"));
    let statistics = statistics();
    let fetch = statistics.iter().find(|statistics| statistics.operation == "fetch").expect("counted");
    assert_eq!((fetch.attempts, fetch.successes_after_retries), (2, 1));
    assert_eq!(fetch.budget.as_ref().map(|budget| budget.name), Some("api"));
}
