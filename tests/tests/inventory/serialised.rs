//! Both lists as JSON.

use std::time::Duration;

use retry_runtime::{Backoff, CircuitBreaker, Jitter, RetryBudget, RetryPolicy, retry};
use retry_tests::Failure;
use serde_json::{Value, json};

use crate::{counted, function};

static BUDGET: RetryBudget = RetryBudget::token_bucket("json").with_capacity(20);
static BREAKER: CircuitBreaker = CircuitBreaker::new("json");

const ABOVE: u32 = line!();
#[retry(
    max_attempts = 3,
    initial_delay = "250ms",
    max_delay = "1s",
    max_total_delay = "10s",
    attempt_timeout = "1500ms",
    timeout_error = |_| Failure(0),
    open_error = |_| Failure(0),
    service = "json",
    clone(answer),
    budget = BUDGET,
    circuit_breaker = BREAKER,
    sleep = retry_tests::record_async,
)]
async fn written_as_json(answer: Result<u32, Failure>) -> Result<u32, Failure> {
    answer
}

#[test]
fn a_function_is_figures_in_seconds_and_words() {
    let written = serde_json::to_value(function("written_as_json")).unwrap();
    assert_eq!(
        written,
        json!({
            "file": file!(),
            "line": ABOVE + 1,
            "module": module_path!(),
            "service": "json",
            "operation": "written_as_json",
            "is_async": true,
            "is_generic": false,
            "policy": {
                "max_attempts": 3,
                "initial_delay_seconds": 0.25,
                "max_delay_seconds": 1.0,
                "backoff": "exponential",
                "exponential_base": 2.0,
                "jitter": 0.1,
                "max_elapsed_seconds": null,
                "max_retry_after_seconds": 60.0,
                "max_total_delay_seconds": 10.0,
            },
            "worst_case_delay_seconds": 0.825,
            "attempt_timeout_seconds": 1.5,
            "deadline_seconds": null,
        })
    );
}

#[tokio::test]
async fn statistics_are_counts_with_the_state_of_the_guards() {
    assert!(written_as_json(Err(Failure(1))).await.is_err());
    let written = serde_json::to_value(counted("written_as_json")).unwrap();
    assert_eq!(
        written,
        json!({
            "service": "json",
            "operation": "written_as_json",
            "file": file!(),
            "line": ABOVE + 1,
            "attempts": 2,
            "retries": 1,
            "successes": 0,
            "successes_after_retries": 0,
            "failures_permanent": 0,
            "failures_exhausted": 0,
            "failures_other": 1,
            "last_error_type": "retry_tests::Failure",
            "budget": { "name": "json", "balance": 6 },
            "circuit_breaker": { "name": "json", "state": "closed" },
        })
    );
}

const LINEAR: RetryPolicy = RetryPolicy::DEFAULT
    .with_max_elapsed(Duration::from_secs(60))
    .with_unlimited_attempts()
    .with_backoff(Backoff::Linear)
    .with_jitter(Jitter::Full);

#[retry(LINEAR)]
#[expect(dead_code, reason = "listed all the same")]
fn in_words() -> Result<u32, Failure> {
    Err(Failure(1))
}

#[test]
fn choices_are_words_and_what_does_not_count_is_null() {
    let written = serde_json::to_value(function("in_words")).unwrap();
    let policy = &written["policy"];
    assert_eq!((&policy["backoff"], &policy["jitter"]), (&json!("linear"), &json!("full")));
    assert_eq!((&policy["exponential_base"], &policy["max_attempts"]), (&Value::Null, &Value::Null));
    assert_eq!(written["worst_case_delay_seconds"], 60.0);
}
