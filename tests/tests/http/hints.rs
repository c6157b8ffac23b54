//! What a server says about when to come back, from its header to the wait.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, HeaderValue, StatusCode};
use proptest::prelude::*;
use reqwest::{Client, ResponseBuilderExt as _};
use reqwest_middleware::ClientBuilder;
use retry_runtime::{
    ErrorForRetry, HttpError, RetryError, StopReason, Verdict, is_transient_http, retry, server_hint,
};
use retry_tests::{record, record_async, recorded_waits};

use super::{
    ApiError, patient,
    server::{Fate, Server, WELL, closed_port},
};

/// A server that is unavailable at first, and says so with these headers.
fn unavailable(headers: &str) -> Fate {
    let answer = format!("HTTP/1.1 503 Busy\r\nconnection: close\r\ncontent-length: 0\r\n{headers}\r\n");
    Fate::Answer(answer.leak())
}

#[retry(max_attempts = 2, initial_delay = "1ms", jitter = none, max_retry_after = "5m", sleep = record_async)]
async fn get(client: &Client, url: &str) -> Result<Vec<u32>, HttpError> {
    Ok(client.get(url).send().await?.error_for_retry()?.json().await?)
}

/// The wait that these headers lead to.
async fn wait_after(headers: &str) -> Duration {
    let server = Server::start(unavailable(headers), WELL);
    assert_eq!(get(&patient(), &server.url).await.unwrap(), [17], "{headers}");
    let waits = recorded_waits();
    assert_eq!(waits.len(), 1, "{headers}");
    waits[0]
}

#[tokio::test]
async fn the_wait_is_what_the_server_asked_for() {
    assert_eq!(wait_after("retry-after: 7\r\n").await, Duration::from_secs(7));
    assert_eq!(wait_after("retry-after-ms: 1500\r\n").await, Duration::from_millis(1500));
    assert_eq!(wait_after("x-amz-retry-after: 250\r\n").await, Duration::from_millis(250));
}

#[tokio::test]
async fn any_form_of_a_date_is_understood() {
    for date in
        ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"]
    {
        let headers = format!("date: Sun, 06 Nov 1994 08:49:07 GMT\r\nretry-after: {date}\r\n");
        assert_eq!(wait_after(&headers).await, Duration::from_secs(30), "{date}");
    }
}

#[tokio::test]
async fn a_date_without_the_servers_own_is_taken_by_this_machines_clock() {
    let date = httpdate::fmt_http_date(SystemTime::now() + Duration::from_mins(4));
    let wait = wait_after(&format!("retry-after: {date}\r\n")).await;
    assert!(wait > Duration::from_mins(3) && wait <= Duration::from_mins(4), "{wait:?}");
}

#[tokio::test]
async fn of_several_values_the_longest_counts() {
    let headers = "retry-after: soon\r\nretry-after: 3\r\nretry-after: 70\r\n";
    assert_eq!(wait_after(headers).await, Duration::from_secs(70));
    let headers = "date: Sun, 06 Nov 1994 08:49:07 GMT\r\nretry-after: 3\r\n\
        retry-after: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
    assert_eq!(wait_after(headers).await, Duration::from_secs(30));
}

#[tokio::test]
async fn what_is_no_hint_leaves_the_backoff() {
    for garbage in ["soon", "-1", "1e400", "0x10", "1,5", "", "Someday, 06 Nov 1994 08:49:37 GMT"] {
        assert_eq!(wait_after(&format!("retry-after: {garbage}\r\n")).await, Duration::from_millis(1));
    }
    // A date in the past is a hint of zero: the backoff is longer.
    let past = "retry-after: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
    assert_eq!(wait_after(past).await, Duration::from_millis(1));
}

#[tokio::test]
async fn a_hint_beyond_the_limit_ends_the_call() {
    #[retry(max_attempts = 3, sleep = record_async, wrap_error)]
    async fn get(client: &Client, url: &str) -> Result<Vec<u32>, RetryError<HttpError>> {
        Ok(client.get(url).send().await?.error_for_retry()?.json().await?)
    }

    let forever = "9".repeat(400);
    for hint in ["31536000", "99999999999999999999", forever.as_str(), "Fri, 31 Dec 9999 23:59:59 GMT"] {
        let server = Server::start(unavailable(&format!("retry-after: {hint}\r\n")), WELL);
        let error = get(&patient(), &server.url).await.unwrap_err();
        assert_eq!(error.reason(), StopReason::ServerHintTooLong, "{hint}");
        assert_eq!(server.connections(), 1, "{hint}");
        assert_eq!(recorded_waits(), []);
    }
}

#[tokio::test]
async fn the_error_keeps_what_the_response_said() {
    let server = Server::start(unavailable("retry-after: 7\r\n"), WELL);
    let url = format!("{}workers?token=secret", server.url);
    let response = patient().get(&url).send().await.unwrap();
    let error = response.error_for_retry().unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::SERVICE_UNAVAILABLE));
    assert_eq!(error.server_hint(), Some(Duration::from_secs(7)));
    assert_eq!(error.url(), Some(url.as_str()));
    let shown = format!("HTTP status 503 Service Unavailable from {}workers, retry after 7s", server.url);
    assert_eq!(error.to_string(), shown, "without the query");

    let verdict = Verdict::TRANSIENT.with_server_hint(Duration::from_secs(7));
    assert_eq!(is_transient_http(&anyhow::Error::from(error).context("while listing")), verdict);
}

#[tokio::test]
async fn no_query_is_shown() {
    let secret = format!("{}workers?token=secret", closed_port());
    let errors = [
        HttpError::from(patient().get(&secret).send().await.unwrap_err()),
        HttpError::from(ClientBuilder::new(patient()).build().get(&secret).send().await.unwrap_err()),
    ];
    for error in errors {
        assert_eq!(error.url(), Some(secret.as_str()));
        let shown = format!("{error} {error:?}");
        assert!(shown.contains("/workers") && !shown.contains("secret"), "{shown}");
    }
}

#[test]
fn no_password_is_shown() {
    let redirected = http::Response::builder().status(503);
    let response = reqwest::Response::from(
        redirected.url("http://user:hunter2@host/x?token=1".parse().unwrap()).body("").unwrap(),
    );
    let error = response.error_for_retry().unwrap_err();
    assert_eq!(error.to_string(), "HTTP status 503 Service Unavailable from http://host/x");
    assert!(!format!("{error:?}").contains("hunter2"));
}

#[tokio::test]
async fn a_response_that_is_no_error_passes() {
    let server = Server::start(WELL, WELL);
    let response = patient().get(&server.url).send().await.unwrap();
    assert_eq!(response.error_for_retry().unwrap().text().await.unwrap(), "[17]");
}

#[test]
fn the_blocking_clients_responses_do_the_same() {
    #[retry(max_attempts = 2, initial_delay = "1ms", jitter = none, sleep = record)]
    fn get(client: &reqwest::blocking::Client, url: &str) -> Result<Vec<u32>, HttpError> {
        Ok(client.get(url).send()?.error_for_retry()?.json()?)
    }

    let client = reqwest::blocking::Client::builder().no_proxy().build().unwrap();
    let server = Server::start(unavailable("retry-after: 7\r\n"), WELL);
    assert_eq!(get(&client, &server.url).unwrap(), [17]);
    assert_eq!(recorded_waits(), [Duration::from_secs(7)]);
}

#[tokio::test]
async fn a_response_can_be_judged_as_a_value() {
    #[retry(
        max_attempts = 2,
        jitter = none,
        filter = is_transient_http,
        filter_ok = is_transient_http,
        sleep = record_async,
    )]
    async fn get(client: &Client, url: &str) -> reqwest::Result<reqwest::Response> {
        client.get(url).send().await
    }

    let server = Server::start(unavailable("retry-after: 7\r\n"), WELL);
    assert_eq!(get(&patient(), &server.url).await.unwrap().status(), 200);
    assert_eq!(recorded_waits(), [Duration::from_secs(7)]);

    let server = Server::start(super::status(404), WELL);
    assert_eq!(get(&patient(), &server.url).await.unwrap().status(), 404);
    assert_eq!(server.connections(), 1);
}

#[test]
fn a_users_error_keeps_the_hint_of_the_error_it_wraps() {
    let headers = HeaderMap::from_iter([(http::header::RETRY_AFTER, HeaderValue::from_static("2"))]);
    let error = HttpError::new(StatusCode::TOO_MANY_REQUESTS, &headers);
    let verdict = Verdict::THROTTLED.with_server_hint(Duration::from_secs(2));
    assert_eq!(is_transient_http(&ApiError::Status(error)), verdict);
}

proptest! {
    #[test]
    fn no_header_hangs_or_panics(name in 0..4_usize, value in proptest::collection::vec(any::<u8>(), 0..40)) {
        let Ok(value) = HeaderValue::from_bytes(&value) else { return Ok(()) };
        let name = ["retry-after", "retry-after-ms", "x-amz-retry-after", "date"][name];
        let mut headers = HeaderMap::new();
        headers.insert("retry-after", HeaderValue::from_static("Sun, 06 Nov 1994 08:49:37 GMT"));
        headers.insert(name, value);
        let error = HttpError::new(StatusCode::SERVICE_UNAVAILABLE, &headers);
        prop_assert_eq!(is_transient_http(&error).server_hint(), server_hint(&headers));
    }

    #[test]
    fn any_number_of_seconds_is_a_hint(seconds in "[0-9]{1,30}") {
        let mut headers = HeaderMap::new();
        headers.insert("retry-after", HeaderValue::from_str(&seconds).unwrap());
        let hint = server_hint(&headers).unwrap();
        match seconds.parse::<u64>() {
            Ok(seconds) if seconds < 1 << 50 => prop_assert_eq!(hint, Duration::from_secs(seconds)),
            _ => prop_assert!(hint >= Duration::from_secs(1 << 50)),
        }
    }
}
