//! What an `HttpError` is counted as.

use std::{
    io,
    time::{Duration, Instant},
};

use http::{HeaderMap, StatusCode};
use retry_runtime::{CircuitBreaker, CircuitOpen, Classify, Elapsed, HttpError, Verdict};

use super::{
    get, impatient, patient,
    server::{Fate, Server, closed_port},
    status,
};

#[test]
fn a_status_is_counted_by_its_number() {
    for code in 400..600 {
        let status = StatusCode::from_u16(code).unwrap();
        let known = status.canonical_reason().is_some();
        let expected = match code {
            _ if known => code.to_string(),
            400..500 => "4xx".to_owned(),
            _ => "5xx".to_owned(),
        };
        assert_eq!(HttpError::new(status, &HeaderMap::new()).error_type(), expected);
        assert_eq!(HttpError::from(status).error_type(), expected);
    }
}

#[test]
fn an_answer_that_is_no_error_is_a_status_and_no_more() {
    for code in [100, 200, 204, 301, 304, 399, 600, 799, 999] {
        let status = StatusCode::from_u16(code).unwrap();
        assert_eq!(HttpError::from(status).error_type(), "status", "{code}");
    }
}

async fn error_type(client: &reqwest::Client, fate: Fate) -> &'static str {
    let server = Server::start(fate, fate);
    HttpError::from(get(client, &server.url).await.expect_err("it fails")).error_type()
}

#[tokio::test]
async fn a_status_that_the_client_made_an_error_of_is_one_too() {
    assert_eq!(error_type(&patient(), status(404)).await, "404");
    assert_eq!(error_type(&patient(), status(503)).await, "503");
    assert_eq!(error_type(&patient(), status(599)).await, "5xx");
}

#[tokio::test]
async fn what_may_pass_without_an_answer_is_the_connection() {
    const CUT_SHORT: &str = "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n[1";
    for fate in [
        Fate::ResetAtOnce,
        Fate::CloseAtOnce,
        Fate::Reset(""),
        Fate::Answer(""),
        Fate::Answer(CUT_SHORT),
        Fate::Reset(CUT_SHORT),
    ] {
        assert_eq!(error_type(&patient(), fate).await, "connection", "{fate:?}");
    }
    let refused = get(&patient(), &closed_port()).await.expect_err("nobody listens");
    assert_eq!(HttpError::from(refused).error_type(), "connection");
}

#[tokio::test]
async fn what_came_too_late_is_a_timeout() {
    for fate in [Fate::Stall(""), Fate::Stall("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n[1")] {
        assert_eq!(error_type(&impatient(), fate).await, "timeout", "{fate:?}");
    }
}

#[tokio::test]
async fn what_will_not_pass_is_the_client() {
    for fate in [
        Fate::Answer("SSH-2.0-OpenSSH_9.6\r\n\r\n"),
        Fate::Answer("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 9\r\n\r\n<html>!!!"),
        Fate::Answer("HTTP/1.1 302 Found\r\nlocation: /\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"),
    ] {
        assert_eq!(error_type(&patient(), fate).await, "client", "{fate:?}");
    }
    let error = get(&patient(), "no url").await.expect_err("no URL");
    assert_eq!(HttpError::from(error).error_type(), "client");
}

#[tokio::test]
async fn behind_middleware_it_is_the_same() {
    let client = reqwest_middleware::ClientBuilder::new(impatient()).build();
    let failed = async |fate: Fate| {
        let server = Server::start(fate, fate);
        let response = client.get(&server.url).send().await;
        match response.and_then(|response| response.error_for_status().map_err(Into::into)) {
            Ok(_) => panic!("{fate:?} is no error"),
            Err(error) => HttpError::from(error).error_type(),
        }
    };
    assert_eq!(failed(status(503)).await, "503");
    assert_eq!(failed(Fate::ResetAtOnce).await, "connection");
    assert_eq!(failed(Fate::Stall("")).await, "timeout");
    let of_middleware = |error| HttpError::from(reqwest_middleware::Error::Middleware(error));
    let gone = || anyhow::Error::from(HttpError::from(StatusCode::GONE));
    for error in [gone(), gone().context("in a middleware")] {
        let error = of_middleware(error);
        assert_eq!((error.error_type(), error.status()), ("410", Some(StatusCode::GONE)));
    }
    assert_eq!(of_middleware(Elapsed::attempt(Duration::ZERO).into()).error_type(), "timeout");
    assert_eq!(of_middleware(refused().into()).error_type(), "circuit_open");
}

#[test]
fn errors_of_input_and_output_are_told_apart_by_kind() {
    let of = |kind: io::ErrorKind| HttpError::from(io::Error::from(kind)).error_type();
    assert_eq!(of(io::ErrorKind::TimedOut), "timeout");
    assert_eq!(of(io::ErrorKind::ConnectionReset), "connection");
    assert_eq!(of(io::ErrorKind::PermissionDenied), "client");
    assert_eq!(HttpError::from(io::Error::other("row 7 is locked")).error_type(), "client");
}

fn refused() -> CircuitOpen {
    let breaker = CircuitBreaker::new("lake").with_consecutive_failures(1);
    let now = Instant::now();
    breaker.admit(now).expect("closed").failed(Verdict::TRANSIENT, now);
    breaker.admit(now).expect_err("open")
}

#[test]
fn limits_of_ours_keep_their_names_in_it() {
    let elapsed = Elapsed::attempt(Duration::from_secs(5));
    assert_eq!(elapsed.error_type(), "timeout");
    assert_eq!(Elapsed::deadline(Duration::ZERO).error_type(), "timeout");
    assert_eq!(HttpError::from(elapsed).error_type(), "timeout");
    assert_eq!(HttpError::from(io::Error::from(elapsed)).error_type(), "timeout");
    let open = refused();
    assert_eq!(open.error_type(), "circuit_open");
    assert_eq!(HttpError::from(open).error_type(), "circuit_open");
    assert_eq!(HttpError::from(io::Error::from(open)).error_type(), "circuit_open");
}
