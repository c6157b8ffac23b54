//! Budgets: what they hold, and the retries that they did not pay for.

use std::{sync::Arc, time::Duration};

use retry_runtime::{RetryBudget, RetryPolicy, retry};
use retry_tests::{Failure, Flaky, record};
use tokio::time::advance;

use crate::{
    expected::{budget, operation},
    exposition::{Scrape, recorder, scraped, scraped_async},
};

const FAILURE: &str = "retry_tests::Failure";

#[retry(max_attempts = 9, initial_delay = "300ms", max_delay = "300ms", jitter = none, budget = budget)]
async fn charged(flaky: &Flaky, budget: &RetryBudget) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tokio::test(start_paused = true)]
async fn a_bucket_that_runs_dry_ends_the_call() {
    let tokens = RetryBudget::token_bucket("bucket").with_capacity(40);
    let scrape = scraped_async(charged(&Flaky::failing(9), &tokens)).await;
    scrape.assert_is([
        operation("", "charged")
            .attempts([("1", 1), ("2", 1), ("3", 1)])
            .gave_up(FAILURE, "budget", 1)
            .delayed([0.3, 0.3])
            .took([0.6]),
        budget("bucket").holds(40 - 2 * 14).rejected(1),
    ]);
}

/// The gauge, after each of these calls.
async fn gauges<const N: usize>(budget: &RetryBudget, failures: [u32; N]) -> [f64; N] {
    let recorder = recorder();
    let _guard = metrics::set_default_local_recorder(&recorder);
    let mut gauges = [f64::NAN; N];
    for (gauge, failures) in gauges.iter_mut().zip(failures) {
        let _ = charged(&Flaky::failing(failures), budget).await;
        *gauge = Scrape::of(&recorder.handle())
            .value(&format!(r#"retry_budget_tokens{{budget="{}"}}"#, budget.name()));
        assert_eq!(*gauge, budget.balance() as f64);
    }
    gauges
}

#[tokio::test(start_paused = true)]
async fn a_bucket_fills_again_with_successes() {
    let tokens = RetryBudget::token_bucket("bucket").with_capacity(30);
    // Two retries, a third that is not paid for; then one token a success; then what a retry took comes back.
    assert_eq!(gauges(&tokens, [0, 9, 0, 0, 9, 0]).await, [30.0, 2.0, 3.0, 4.0, 4.0, 5.0]);
    let tokens = RetryBudget::token_bucket("other").with_capacity(30);
    assert_eq!(gauges(&tokens, [1, 2, 0]).await, [30.0, 16.0, 17.0]);
}

#[tokio::test(start_paused = true)]
async fn a_part_of_the_calls_comes_back_with_time_and_calls() {
    let ratio = RetryBudget::new("ratio").with_ratio(0.0).with_reserve(1).with_window(Duration::from_secs(2));
    // Two retries in two seconds.
    assert_eq!(gauges(&ratio, [0, 9]).await, [2.0, 0.0]);
    advance(Duration::from_secs(3)).await;
    assert_eq!(gauges(&ratio, [0]).await, [2.0]);

    let ratio = RetryBudget::new("calls").with_ratio(1.0).with_reserve(0);
    assert_eq!(gauges(&ratio, [0]).await, [1.0]);
    advance(Duration::from_secs(1)).await;
    assert_eq!(gauges(&ratio, [0]).await, [2.0]);
}

#[tokio::test(start_paused = true)]
async fn a_part_of_the_calls_that_is_spent_ends_the_call() {
    let ratio = RetryBudget::new("ratio").with_ratio(0.0).with_reserve(1).with_window(Duration::from_secs(2));
    let scrape = scraped_async(async {
        for _ in 0..3 {
            let _ = charged(&Flaky::failing(9), &ratio).await;
        }
    })
    .await;
    scrape.assert_is([
        operation("", "charged")
            .attempts([("1", 3), ("2", 1), ("3", 1)])
            .gave_up(FAILURE, "budget", 3)
            .delayed([0.3, 0.3])
            .took([0.6, 0.0, 0.0]),
        budget("ratio").holds(0).rejected(3),
    ]);
}

#[retry(max_attempts = 2, initial_delay = "0s", sleep = record, budget = budget, filter = |error| error.0 < 3)]
fn charged_blocking(flaky: &Flaky, budget: &RetryBudget) -> Result<u32, Failure> {
    flaky.call()
}

/// One that was refused by nobody but the policy is no rejection.
#[test]
fn a_call_that_asks_for_no_retry_is_not_rejected() {
    let tokens = RetryBudget::token_bucket("bucket").with_capacity(20);
    let scrape = scraped(|| assert_eq!(charged_blocking(&Flaky::failing(9), &tokens), Err(Failure(2))));
    scrape.assert_is([
        operation("", "charged_blocking")
            .attempts([("1", 1), ("2", 1)])
            .gave_up(FAILURE, "attempts exhausted", 1)
            .delayed([0.0])
            .took_real_time(1),
        budget("bucket").holds(6),
    ]);
}

#[tokio::test]
async fn ad_hoc_calls_and_loops_are_charged_alike() {
    let policy = RetryPolicy::DEFAULT.with_max_attempts(9).with_initial_delay(Duration::ZERO);
    let tokens = Arc::new(RetryBudget::token_bucket("bucket").with_capacity(14));
    let scrape = scraped_async(async {
        let flaky = Flaky::failing(9);
        let call = policy.call(|| flaky.call()).operation("called").budget(&*tokens);
        assert_eq!(call.run(), Err(Failure(2)));
        let call = policy.call_async(|| flaky.call_async()).operation("awaited").budget(&*tokens);
        assert_eq!(call.run().await, Err(Failure(3)));
        let mut attempts = policy.attempts("looped").budget(Arc::clone(&tokens));
        attempts.next().await;
        assert_eq!(attempts.failed(Failure(1)), Err(Failure(1)));
    })
    .await;
    let dry = |name| operation("", name).gave_up(FAILURE, "budget", 1).took_real_time(1);
    scrape.assert_is([
        dry("called").attempts([("1", 1), ("2", 1)]).delayed([0.0]),
        dry("awaited").attempts([("1", 1)]),
        dry("looped").attempts([("1", 1)]),
        budget("bucket").holds(0).rejected(3),
    ]);
}

#[tokio::test(start_paused = true)]
async fn two_functions_share_the_series_of_their_budget() {
    let tokens = RetryBudget::token_bucket("bucket").with_capacity(14);
    let scrape = scraped_async(async {
        let _ = charged_blocking(&Flaky::failing(9), &tokens);
        let _ = charged(&Flaky::failing(9), &tokens).await;
    })
    .await;
    scrape.assert_holds([budget("bucket").holds(0).rejected(1)]);
}
