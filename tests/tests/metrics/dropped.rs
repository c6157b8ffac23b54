//! Calls that do not end: futures that are dropped, and panics. What ended before them is counted.

use std::{
    future::pending,
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use retry_runtime::retry;
use retry_tests::{Failure, Flaky, record};
use tokio::time::{sleep, timeout};

use crate::{
    expected::operation,
    exposition::{scraped, scraped_async},
};

const SECOND: Duration = Duration::from_secs(1);

#[retry(initial_delay = "7s", jitter = none)]
async fn slow(flaky: &Flaky) -> Result<u32, Failure> {
    sleep(SECOND).await;
    flaky.call()
}

#[tokio::test(start_paused = true)]
async fn a_future_that_is_dropped_in_its_first_attempt_counts_nowhere() {
    let scrape = scraped_async(async {
        drop(slow(&Flaky::failing(0)));
        assert!(timeout(SECOND / 2, slow(&Flaky::failing(0))).await.is_err());
    })
    .await;
    scrape.assert_is([]);
}

/// The call counts nowhere; its attempt ended, and its wait was decided.
#[tokio::test(start_paused = true)]
async fn one_that_is_dropped_in_a_wait_or_a_later_attempt_counts_what_had_ended() {
    for seconds in [4, 8] {
        let half = SECOND * seconds + SECOND / 2;
        let scrape = scraped_async(timeout(half, slow(&Flaky::failing(9)))).await;
        scrape.assert_is([operation("", "slow").attempts([("1", 1)]).delayed([7.0])]);
    }
}

#[retry(initial_delay = "7s", jitter = none, attempt_timeout = "5s", deadline = "30s")]
async fn limited() -> std::io::Result<u32> {
    pending().await
}

#[tokio::test(start_paused = true)]
async fn limits_count_nothing_of_a_future_that_is_dropped() {
    let scrape = scraped_async(timeout(SECOND * 4, limited())).await;
    scrape.assert_is([]);
    let scrape = scraped_async(timeout(SECOND * 6, limited())).await;
    scrape.assert_is([operation("", "limited").attempts([("1", 1)]).delayed([7.0])]);
}

#[retry(initial_delay = "0s", sleep = record)]
fn panicking(flaky: &Flaky, last: u32) -> Result<u32, Failure> {
    let outcome = flaky.call();
    assert!(flaky.attempts() < last, "on purpose");
    outcome
}

#[test]
fn a_body_that_panics_counts_like_a_future_that_is_dropped() {
    let panics = |last| {
        let call = || panicking(&Flaky::failing(9), last);
        assert!(catch_unwind(AssertUnwindSafe(call)).is_err());
    };
    scraped(|| panics(1)).assert_is([]);
    let scrape = scraped(|| panics(3));
    scrape.assert_is([operation("", "panicking").attempts([("1", 1), ("2", 1)]).delayed([0.0, 0.0])]);
}

#[retry(max_attempts = 1, on_give_up = |_| panic!("on purpose"))]
fn reported() -> Result<u32, Failure> {
    Err(Failure(1))
}

/// It is told when all is counted.
#[test]
fn a_hook_that_panics_takes_nothing_back() {
    let scrape = scraped(|| assert!(catch_unwind(reported).is_err()));
    scrape.assert_is([operation("", "reported")
        .attempts([("1", 1)])
        .gave_up("retry_tests::Failure", "attempts exhausted", 1)
        .took_real_time(1)]);
}

#[tokio::test(start_paused = true)]
async fn what_is_dropped_leaves_the_next_call_as_it_was() {
    let scrape = scraped_async(async {
        assert!(timeout(SECOND / 2, slow(&Flaky::failing(0))).await.is_err());
        assert_eq!(slow(&Flaky::failing(1)).await, Ok(2));
    })
    .await;
    scrape.assert_is([operation("", "slow")
        .attempts([("1", 1), ("2", 1)])
        .succeeded("2", 1)
        .delayed([7.0])
        .took([9.0])]);
}
