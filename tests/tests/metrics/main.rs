//! What is counted, read from the text that Prometheus scrapes.
#![deny(warnings, clippy::all)]

mod adaptive;
mod answers;
mod attempts;
mod budgets;
#[path = "../logging/capture.rs"]
#[expect(dead_code, reason = "what only the tests of the log look at")]
mod capture;
mod cardinality;
mod circuits;
mod described;
mod dropped;
mod error_types;
mod exposition;
mod http;
#[cfg(feature = "coordinate")]
mod idempotency;
mod known_errors;
mod odd_recorders;
mod one_event;
mod recorders;
mod shapes;
mod time_limits;
mod upstream;

use std::time::Duration;

use exposition::{
    expected::{self, operation},
    scraped, scraped_async,
};
use retry_runtime::retry;
use retry_tests::{Failure, Flaky, record};

#[retry(max_attempts = 3, initial_delay = "200ms", jitter = none, service = "billing", sleep = record)]
fn charge(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(initial_delay = "2s", jitter = none)]
async fn fetch(flaky: &Flaky) -> Result<u32, Failure> {
    tokio::time::sleep(Duration::from_millis(700)).await;
    flaky.call()
}

/// The text itself, but for what time it took.
#[test]
fn a_call_that_succeeds_at_once_counts_an_attempt_and_a_success() {
    let scrape = scraped(|| assert!(charge(&Flaky::failing(0)).is_ok()));
    let names = r#"{service="billing",operation="charge""#;
    assert_eq!(scrape.all("retry_attempts_total"), [(&*format!(r#"{names},attempt="1"}}"#), 1.0)]);
    assert_eq!(scrape.all("retry_success_total"), [(&*format!(r#"{names},attempts_needed="1"}}"#), 1.0)]);
    assert_eq!(scrape.all("retry_failure_total"), []);
    assert_eq!(scrape.all("retry_delay_seconds"), []);
}

#[tokio::test(start_paused = true)]
async fn the_duration_of_a_call_is_that_of_its_attempts_and_waits() {
    let at_once = scraped_async(async { assert!(fetch(&Flaky::failing(0)).await.is_ok()) }).await;
    at_once.assert_is([operation("", "fetch").attempts([("1", 1)]).succeeded("1", 1).took([0.7])]);

    let scrape = scraped_async(async { assert!(fetch(&Flaky::failing(2)).await.is_ok()) }).await;
    let names = r#"{service="",operation="fetch""#;
    assert_eq!(scrape.value(&format!("retry_duration_seconds_sum{names}}}")), 8.1, "{scrape}");
    let bucket =
        |bound: &str| scrape.value(&format!(r#"retry_duration_seconds_bucket{names},le="{bound}"}}"#));
    assert_eq!(["0.1", "0.5", "1", "2", "5", "10", "+Inf"].map(bucket), [0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0]);
    assert_eq!(scrape.value(&format!("retry_delay_seconds_sum{names}}}")), 6.0, "{scrape}");
}
