//! An adaptive rate: waits for its turn are no waits before retries, and its ceiling is a reason.

use std::time::Duration;

use retry_runtime::{AdaptiveRate, retry};
use retry_tests::{Failure, Flaky, ServerError};

use crate::{expected::operation, exposition::scraped_async};

#[retry(max_attempts = 5, initial_delay = "300ms", jitter = none, adaptive = rate)]
async fn adaptive(flaky: &Flaky, rate: &AdaptiveRate) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tokio::test(start_paused = true)]
async fn an_attempt_ceiling_is_a_reason() {
    let rate = AdaptiveRate::new("api");
    for _ in 0..100 {
        assert!(adaptive(&Flaky::failing(9), &rate).await.is_err());
    }
    let scrape = scraped_async(adaptive(&Flaky::failing(9), &rate)).await;
    scrape.assert_is([operation("", "adaptive")
        .attempts([("1", 1)])
        .gave_up("retry_tests::Failure", "attempt ceiling", 1)
        .took([0.0])]);
}

#[retry(initial_delay = "0s", adaptive = rate)]
async fn throttled(rate: &AdaptiveRate) -> Result<u32, ServerError> {
    Err(ServerError::BusyFor(Duration::ZERO))
}

#[retry(max_elapsed = "400ms", initial_delay = "0s", adaptive = rate)]
async fn hurried(rate: &AdaptiveRate) -> Result<u32, ServerError> {
    Err(ServerError::BusyFor(Duration::ZERO))
}

#[retry(deadline = "400ms", initial_delay = "0s", adaptive = rate, wrap_error)]
async fn late(rate: &AdaptiveRate) -> Result<u32, retry_runtime::RetryError<ServerError>> {
    Err(ServerError::BusyFor(Duration::ZERO))
}

const BUSY: &str = "retry_tests::ServerError";

/// As long as its call takes, none of it is decided before a retry.
#[tokio::test(start_paused = true)]
async fn a_turn_is_part_of_the_call_and_no_delay() {
    let start = tokio::time::Instant::now();
    let scrape = scraped_async(throttled(&AdaptiveRate::new("api"))).await;
    let took = start.elapsed().as_secs_f64();
    assert!(took > 1.0, "it waited for its turns: {took}");
    scrape.assert_is([operation("", "throttled")
        .attempts([("1", 1), ("2", 1), ("3", 1)])
        .gave_up(BUSY, "attempts exhausted", 1)
        .delayed([0.0, 0.0])
        .took([took])]);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_whose_turn_comes_too_late_is_not_made() {
    let scrape = scraped_async(hurried(&AdaptiveRate::new("api"))).await;
    scrape.assert_is([operation("", "hurried")
        .attempts([("1", 1)])
        .gave_up(BUSY, "elapsed", 1)
        .delayed([0.0])
        .took([0.0])]);
}

#[tokio::test(start_paused = true)]
async fn nor_one_whose_turn_comes_after_the_deadline() {
    let scrape = scraped_async(late(&AdaptiveRate::new("api"))).await;
    scrape.assert_is([operation("", "late")
        .attempts([("1", 1)])
        .gave_up("timeout", "deadline", 1)
        .delayed([0.0])
        .took([0.0])]);
}
