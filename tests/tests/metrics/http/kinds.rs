//! What went wrong, by its kind: `error_type` and `reason`.

use std::time::Duration;

use reqwest::{Client, blocking};
use retry_runtime::{ErrorForRetry, HttpError, retry};
use retry_tests::{ports::Port, record};

use super::{brew, client, one_call};
use crate::{
    expected::operation,
    exposition::{scraped, scraped_async},
    upstream::{
        Answer::{Reset, RetryAfter, Stall, Status},
        Upstream, WELL,
    },
};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn a_server_that_says_when_is_waited_for() {
    one_call([RetryAfter(429, 7), WELL]).await.assert_is([operation("tea", "brew")
        .attempts([("1", 1), ("2", 1)])
        .succeeded("2", 1)
        .delayed([7.0])
        .took([7.0])]);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_asks_for_too_long_is_left_alone() {
    one_call([RetryAfter(429, 3_600)]).await.assert_is([operation("tea", "brew")
        .attempts([("1", 1)])
        .gave_up("429", "server hint too long", 1)
        .took([0.0])]);
}

#[tokio::test(start_paused = true)]
async fn a_status_of_the_servers_own_is_counted_by_its_hundred() {
    for (status, error_type) in [(499, "4xx"), (599, "5xx")] {
        one_call([Status(status)]).await.assert_is([operation("tea", "brew")
            .attempts([("1", 1)])
            .gave_up(error_type, "permanent", 1)
            .took([0.0])]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_is_reset() {
    one_call([Reset, Reset, Reset]).await.assert_is([operation("tea", "brew")
        .attempts([("1", 1), ("2", 1), ("3", 1)])
        .gave_up("connection", "attempts exhausted", 1)
        .delayed([0.3, 0.6])
        .took([0.9])]);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_not_there() {
    let port = Port::reserve();
    let url = format!("http://{}/", port.address());
    let scrape = scraped_async(async { assert!(brew(&client(), &url).await.is_err()) }).await;
    scrape.assert_is([operation("tea", "brew")
        .attempts([("1", 1), ("2", 1), ("3", 1)])
        .gave_up("connection", "attempts exhausted", 1)
        .delayed([0.3, 0.6])
        .took([0.9])]);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_cannot_be_built() {
    let scrape = scraped_async(async { assert!(brew(&client(), "tea:/").await.is_err()) }).await;
    scrape.assert_is([operation("tea", "brew")
        .attempts([("1", 1)])
        .gave_up("client", "permanent", 1)
        .took([0.0])]);
}

#[retry(max_attempts = 3, initial_delay = "10ms", jitter = none, attempt_timeout = "5s")]
async fn brew_in_time(client: &Client, url: &str) -> Result<String, HttpError> {
    Ok(client.get(url).send().await?.error_for_retry()?.text().await?)
}

/// Lets every attempt that stalls time out, without waiting for it.
async fn hurry(upstream: &Upstream) {
    loop {
        upstream.stalled().await;
        tokio::time::pause();
        tokio::time::advance(SECOND * 5).await;
        tokio::time::resume();
    }
}

#[tokio::test]
async fn an_attempt_that_stalls_times_out_and_counts() {
    let upstream = Upstream::answering([Stall, Status(503), WELL]);
    let client = client();
    let scrape = scraped_async(async {
        tokio::select! {
            outcome = brew_in_time(&client, &upstream.url) => assert!(outcome.is_ok()),
            () = hurry(&upstream) => {}
        }
    })
    .await;
    upstream.assert_asked();
    scrape.assert_is([operation("", "brew_in_time")
        .attempts([("1", 1), ("2", 1), ("3", 1)])
        .succeeded("3", 1)
        .delayed([0.01, 0.02])
        .took_real_time(1)]);
    let took = scrape.value(r#"retry_duration_seconds_sum{service="",operation="brew_in_time"}"#);
    assert!(took >= 5.03, "{took}");
}

#[tokio::test]
async fn a_server_that_stalls_for_good() {
    let upstream = Upstream::answering([Stall, Stall, Stall]);
    let client = client();
    let scrape = scraped_async(async {
        tokio::select! {
            outcome = brew_in_time(&client, &upstream.url) => assert!(outcome.is_err()),
            () = hurry(&upstream) => {}
        }
    })
    .await;
    upstream.assert_asked();
    scrape.assert_is([operation("", "brew_in_time")
        .attempts([("1", 1), ("2", 1), ("3", 1)])
        .gave_up("timeout", "attempts exhausted", 1)
        .delayed([0.01, 0.02])
        .took_real_time(1)]);
    let took = scrape.value(r#"retry_duration_seconds_sum{service="",operation="brew_in_time"}"#);
    assert!(took >= 15.03, "{took}");
}

#[tokio::test]
async fn the_clients_own_timeout_is_counted_alike() {
    let upstream = Upstream::answering([Stall, Status(404)]);
    let client = Client::builder().no_proxy().timeout(SECOND * 5).build().unwrap();
    let last = Upstream::answering([Status(503), Status(503), Stall]);
    let scrape = scraped_async(async {
        tokio::select! {
            outcome = brew(&client, &upstream.url) => assert!(outcome.is_err()),
            () = hurry(&upstream) => {}
        }
        tokio::select! {
            outcome = brew(&client, &last.url) => assert!(outcome.is_err()),
            () = hurry(&last) => {}
        }
    })
    .await;
    upstream.assert_asked();
    last.assert_asked();
    scrape.assert_is([operation("tea", "brew")
        .attempts([("1", 2), ("2", 2), ("3", 1)])
        .gave_up("404", "permanent", 1)
        .gave_up("timeout", "attempts exhausted", 1)
        .delayed([0.3, 0.3, 0.6])
        .took_real_time(2)]);
}

#[retry(max_attempts = 3, initial_delay = "100ms", jitter = none, service = "tea", sleep = record)]
fn brew_blocking(client: &blocking::Client, url: &str) -> Result<String, HttpError> {
    Ok(client.get(url).send()?.error_for_retry()?.text()?)
}

#[test]
fn a_client_that_blocks_is_counted_alike() {
    let client = blocking::Client::builder().no_proxy().build().unwrap();
    let calls: [&[_]; 5] = [
        &[WELL],
        &[Status(503), Reset, WELL],
        &[Status(503), Status(410)],
        &[Status(504), Status(408), Status(425)],
        &[WELL],
    ];
    let upstream = Upstream::answering(calls.concat());
    let scrape = scraped(|| calls.iter().for_each(|_| drop(brew_blocking(&client, &upstream.url))));
    upstream.assert_asked();
    scrape.assert_is([operation("tea", "brew_blocking")
        .attempts([("1", 5), ("2", 3), ("3", 2)])
        .succeeded("1", 2)
        .succeeded("3", 1)
        .gave_up("410", "permanent", 1)
        .gave_up("425", "attempts exhausted", 1)
        .delayed([0.1, 0.2, 0.1, 0.1, 0.2])
        .took_real_time(5)]);
}
