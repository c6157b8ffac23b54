//! Errors of well-known types, which are counted by what they hold, with and without a filter.

use std::io;

use retry_runtime::{is_transient_http, is_transient_io, retry};
use retry_tests::record;

use crate::{
    expected::operation,
    exposition::{scraped, scraped_async},
    upstream::{
        Answer::{Reset, Status},
        Upstream,
    },
};

#[retry(max_attempts = 1)]
fn unread(kind: io::ErrorKind) -> io::Result<()> {
    Err(kind.into())
}

#[retry(filter = is_transient_io, sleep = record)]
fn filtered(kind: io::ErrorKind) -> io::Result<()> {
    Err(kind.into())
}

#[test]
fn an_io_error_is_its_kind() {
    let scrape = scraped(|| {
        assert!(unread(io::ErrorKind::ConnectionReset).is_err());
        assert!(unread(io::ErrorKind::TimedOut).is_err());
        assert!(filtered(io::ErrorKind::PermissionDenied).is_err());
    });
    scrape.assert_is([
        operation("", "unread")
            .attempts([("1", 2)])
            .gave_up("connection_reset", "attempts exhausted", 1)
            .gave_up("timeout", "attempts exhausted", 1)
            .took_real_time(2),
        operation("", "filtered")
            .attempts([("1", 1)])
            .gave_up("permission_denied", "permanent", 1)
            .took_real_time(1),
    ]);
}

#[retry(max_attempts = 1, filter = is_transient_http)]
async fn fetch(url: &str) -> Result<String, reqwest::Error> {
    reqwest::get(url).await?.error_for_status()?.text().await
}

#[retry(max_attempts = 1, filter = is_transient_http)]
async fn through_a_middleware(url: &str) -> Result<String, reqwest_middleware::Error> {
    let client = reqwest_middleware::ClientBuilder::new(reqwest::Client::new()).build();
    Ok(client.get(url).send().await?.error_for_status()?.text().await?)
}

#[tokio::test]
async fn an_error_of_reqwest_is_its_status_or_what_kept_the_answer_away() {
    let upstream = Upstream::answering([Status(503), Status(404), Reset, Status(418)]);
    let scrape = scraped_async(async {
        for _ in 0..3 {
            assert!(fetch(&upstream.url).await.is_err());
        }
        assert!(through_a_middleware(&upstream.url).await.is_err());
    })
    .await;
    scrape.assert_is([
        operation("", "fetch")
            .attempts([("1", 3)])
            .gave_up("503", "attempts exhausted", 1)
            .gave_up("404", "permanent", 1)
            .gave_up("connection", "attempts exhausted", 1)
            .took_real_time(3),
        operation("", "through_a_middleware")
            .attempts([("1", 1)])
            .gave_up("418", "permanent", 1)
            .took_real_time(1),
    ]);
}
