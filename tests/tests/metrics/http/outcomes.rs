//! The four outcomes of a call, and that they can be told apart.

use super::{brew, client, one_call};
use crate::{
    expected::{Expected, operation},
    exposition::scraped_async,
    upstream::{
        Answer::{Reset, RetryAfter, Status},
        Upstream, WELL,
    },
};

fn tea() -> Expected {
    operation("tea", "brew")
}

#[tokio::test(start_paused = true)]
async fn success_at_once() {
    one_call([WELL]).await.assert_is([tea().attempts([("1", 1)]).succeeded("1", 1).took([0.0])]);
}

#[tokio::test(start_paused = true)]
async fn success_after_a_retry() {
    one_call([Status(503), WELL]).await.assert_is([tea()
        .attempts([("1", 1), ("2", 1)])
        .succeeded("2", 1)
        .delayed([0.3])
        .took([0.3])]);
}

#[tokio::test(start_paused = true)]
async fn success_after_two_retries() {
    one_call([Status(503), Status(502), WELL]).await.assert_is([tea()
        .attempts([("1", 1), ("2", 1), ("3", 1)])
        .succeeded("3", 1)
        .delayed([0.3, 0.6])
        .took([0.9])]);
}

#[tokio::test(start_paused = true)]
async fn permanent_at_once() {
    one_call([Status(404)])
        .await
        .assert_is([tea().attempts([("1", 1)]).gave_up("404", "permanent", 1).took([0.0])]);
}

#[tokio::test(start_paused = true)]
async fn permanent_on_the_second_attempt_is_not_failed_without_retry() {
    one_call([Status(503), Status(404)]).await.assert_is([tea()
        .attempts([("1", 1), ("2", 1)])
        .gave_up("404", "permanent", 1)
        .delayed([0.3])
        .took([0.3])]);
}

#[tokio::test(start_paused = true)]
async fn exhausted_with_the_last_error() {
    one_call([Status(503), Status(500), Status(502)]).await.assert_is([tea()
        .attempts([("1", 1), ("2", 1), ("3", 1)])
        .gave_up("502", "attempts exhausted", 1)
        .delayed([0.3, 0.6])
        .took([0.9])]);
}

/// Fourteen calls of one function under one recorder.
#[tokio::test(start_paused = true)]
async fn the_four_are_told_apart_in_one_scrape() {
    let calls: [&[_]; 14] = [
        &[WELL],
        &[Status(503), WELL],
        &[WELL],
        &[Status(404)],
        &[Status(502), Status(503), WELL],
        &[WELL],
        &[Reset, WELL],
        &[WELL],
        &[Status(503), Status(503), Status(503)],
        &[Reset, Status(403)],
        &[RetryAfter(429, 7), WELL],
        &[WELL],
        &[Status(503), Status(503), Reset],
        &[Status(401)],
    ];
    let upstream = Upstream::answering(calls.concat());
    let client = client();
    let scrape = scraped_async(async {
        for _ in calls {
            drop(brew(&client, &upstream.url).await);
        }
    })
    .await;
    upstream.assert_asked();
    scrape.assert_is([tea()
        .attempts([("1", 14), ("2", 7), ("3", 3)])
        .succeeded("1", 5)
        .succeeded("2", 3)
        .succeeded("3", 1)
        .gave_up("404", "permanent", 1)
        .gave_up("403", "permanent", 1)
        .gave_up("401", "permanent", 1)
        .gave_up("503", "attempts exhausted", 1)
        .gave_up("connection", "attempts exhausted", 1)
        .delayed([0.3, 0.3, 0.6, 0.3, 0.3, 0.6, 0.3, 7.0, 0.3, 0.6])
        .took([0.0, 0.3, 0.0, 0.0, 0.9, 0.0, 0.3, 0.0, 0.9, 0.3, 7.0, 0.0, 0.9, 0.0])]);

    // As a query would.
    let (success, failure) = ("retry_success_total", "retry_failure_total");
    let at_once = scrape.sum(success, r#"attempts_needed="1""#);
    let after_retries = scrape.sum(success, "") - at_once;
    let permanent = scrape.sum(failure, r#"reason="permanent""#);
    let exhausted = scrape.sum(failure, r#"reason="attempts exhausted""#);
    assert_eq!([at_once, after_retries, permanent, exhausted], [5.0, 4.0, 3.0, 2.0]);
}
