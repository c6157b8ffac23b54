//! `is_transient_grpc` against real servers: what it says of each code and of each way in which a call of
//! tonic's client can break, and that annotated calls survive the faults that pass.
#![deny(warnings, clippy::all)]

mod broken;
mod restarts;
mod service;

use std::{error::Error, fmt, time::Duration};

use h2::Reason;
use retry_runtime::{Verdict, connect_only, grpc_code, is_transient, is_transient_grpc, retry};
use retry_tests::{ports::Port, record_async, recorded_waits};
use service::{Fate, Server, channel, endpoint, say, say_within};
use tonic::{Code, Status, metadata::MetadataMap, transport::Channel};
use tonic_types::{ErrorDetails, StatusExt};

/// Longer than a loopback server needs, on a busy machine too.
const SHORT: Duration = Duration::from_millis(250);

#[retry(max_attempts = 2, initial_delay = "0s", filter = is_transient_grpc)]
async fn say_retried(channel: &Channel, text: &str) -> Result<String, Status> {
    say(channel, text).await
}

/// A user's own error.
#[derive(Debug)]
enum ApiError {
    Grpc(Status),
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the API failed")
    }
}

impl Error for ApiError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        let Self::Grpc(status) = self;
        Some(status)
    }
}

#[retry(max_attempts = 2, initial_delay = "0s", filter = is_transient_grpc)]
async fn say_with_own_error(channel: &Channel) -> Result<String, ApiError> {
    say(channel, "own").await.map_err(ApiError::Grpc)
}

#[retry(max_attempts = 2, initial_delay = "0s", filter = is_transient_grpc)]
async fn say_with_anyhow(channel: &Channel) -> anyhow::Result<String> {
    Ok(say(channel, "any").await?)
}

#[retry(max_attempts = 2, initial_delay = "0s", filter = is_transient_grpc)]
async fn say_with_boxed_error(channel: &Channel) -> Result<String, Box<dyn Error + Send + Sync>> {
    Ok(say(channel, "boxed").await?)
}

#[retry(max_attempts = 2, initial_delay = "0s", filter = is_transient)]
async fn say_with_any_filter(channel: &Channel) -> Result<String, Status> {
    say(channel, "transient").await
}

#[tokio::test]
async fn every_code_of_a_server() {
    let server = Server::start();
    let channel = server.channel();
    for number in 1..=16 {
        let code = Code::from_i32(number);
        let status = || Fate::Fails(Status::new(code, "as told"));
        let expected = match code {
            Code::Unavailable | Code::DeadlineExceeded | Code::Aborted => Verdict::TRANSIENT,
            Code::ResourceExhausted => Verdict::THROTTLED,
            _ => Verdict::PERMANENT,
        };

        server.echo.meets([status()]);
        let error = say(&channel, "plain").await.expect_err("without the attribute it fails");
        assert_eq!((grpc_code(&error), is_transient_grpc(&error)), (Some(code), expected));
        assert_eq!(is_transient(&error), expected, "{code:?}");
        assert_eq!(server.echo.heard(), ["plain"], "tonic does not retry by itself");

        server.echo.meets([status()]);
        let result = say_retried(&channel, "retried").await;
        if expected.is_transient() {
            assert_eq!(result.unwrap(), "retried");
            assert_eq!(server.echo.heard().len(), 2, "{code:?}");
        } else {
            assert_eq!(result.unwrap_err().code(), code);
            assert_eq!(server.echo.heard().len(), 1, "{code:?}");
        }
    }
}

#[tokio::test]
async fn whatever_form_the_error_takes() {
    let server = Server::start();
    let channel = server.channel();
    let fails = || server.echo.meets([Fate::Fails(Status::unavailable("as told"))]);

    fails();
    assert_eq!(say_with_own_error(&channel).await.unwrap(), "own");
    fails();
    assert_eq!(say_with_anyhow(&channel).await.unwrap(), "any");
    fails();
    assert_eq!(say_with_boxed_error(&channel).await.unwrap(), "boxed");
    fails();
    assert_eq!(say_with_any_filter(&channel).await.unwrap(), "transient");
}

#[retry(max_attempts = 5, initial_delay = "10ms", jitter = 0.0, filter = is_transient_grpc, sleep = record_async)]
async fn say_patiently(channel: &Channel) -> Result<String, Status> {
    say(channel, "patience").await
}

fn in_seconds(code: Code, seconds: u64) -> Fate {
    let details = ErrorDetails::with_retry_info(Some(Duration::from_secs(seconds)));
    Fate::Fails(Status::with_error_details(code, "later", details))
}

fn pushed_back(value: &str) -> Fate {
    let mut metadata = MetadataMap::new();
    metadata.insert("grpc-retry-pushback-ms", value.parse().unwrap());
    Fate::Fails(Status::with_metadata(Code::Unavailable, "later", metadata))
}

#[tokio::test]
async fn the_server_says_when() {
    let server = Server::start();
    server.echo.meets([
        in_seconds(Code::ResourceExhausted, 7),
        in_seconds(Code::Unavailable, 3),
        pushed_back("1500"),
        pushed_back("0"),
    ]);
    assert_eq!(say_patiently(&server.channel()).await.unwrap(), "patience");
    assert_eq!(recorded_waits(), [7_000, 3_000, 1_500, 80].map(Duration::from_millis));
    assert_eq!(server.echo.heard().len(), 5);
}

#[tokio::test]
async fn the_server_says_no_more() {
    let server = Server::start();
    let channel = server.channel();
    for fate in [pushed_back("-1"), pushed_back("soon"), in_seconds(Code::Unavailable, 31_536_000)] {
        server.echo.meets([fate]);
        say_patiently(&channel).await.expect_err("told to stop");
        assert_eq!(server.echo.heard().len(), 1);
        assert_eq!(recorded_waits(), []);
    }
}

#[retry(max_attempts = 2, initial_delay = "0s", filter = is_transient_grpc)]
async fn say_in_time(channel: &Channel) -> Result<String, Status> {
    say_within(channel, "now", SHORT).await
}

/// tonic calls it `CANCELLED`.
#[tokio::test]
async fn a_deadline_that_both_sides_know() {
    let server = Server::start();
    server.echo.meets([Fate::Hangs, Fate::Hangs]);
    let channel = server.channel();
    let error = say_within(&channel, "now", SHORT).await.expect_err("without the attribute it fails");
    assert_eq!((error.code(), is_transient_grpc(&error)), (Code::Cancelled, Verdict::TRANSIENT), "{error:?}");
    assert_eq!(say_in_time(&channel).await.unwrap(), "now");
}

#[tokio::test]
async fn a_deadline_of_the_client() {
    let server = Server::start();
    server.echo.meets([Fate::Hangs, Fate::Hangs]);
    let channel = endpoint(server.address()).timeout(SHORT).connect_lazy();
    let error = say(&channel, "plain").await.expect_err("without the attribute it fails");
    assert!(error.source().is_some(), "{error:?}");
    assert_eq!((error.code(), is_transient_grpc(&error)), (Code::Cancelled, Verdict::TRANSIENT), "{error:?}");
    assert_eq!(say_retried(&channel, "retried").await.unwrap(), "retried");
}

#[tokio::test]
async fn a_deadline_of_the_server() {
    let server = Server::start_impatient(SHORT);
    server.echo.meets([Fate::Hangs, Fate::Hangs]);
    let channel = server.channel();
    let error = say(&channel, "plain").await.expect_err("without the attribute it fails");
    assert!(error.source().is_none(), "{error:?}");
    assert_eq!((error.code(), is_transient_grpc(&error)), (Code::Cancelled, Verdict::TRANSIENT), "{error:?}");
    assert_eq!(say_retried(&channel, "retried").await.unwrap(), "retried");
}

#[tokio::test]
async fn nobody_listens() {
    let port = Port::reserve();
    let error = say(&channel(port.address()), "hello").await.unwrap_err();
    assert_eq!(
        (error.code(), is_transient_grpc(&error)),
        (Code::Unavailable, Verdict::TRANSIENT),
        "{error:?}"
    );
    assert_eq!(connect_only(&error), Verdict::TRANSIENT, "{error:?}");

    let error = endpoint(port.address()).connect().await.unwrap_err();
    assert_eq!(is_transient_grpc(&error), Verdict::TRANSIENT, "{error:?}");
    assert_eq!(connect_only(&error), Verdict::TRANSIENT, "{error:?}");
}

/// A call that meets this fate fails with one of these codes, and this verdict; annotated, it survives what passes.
async fn breaks(fate: broken::Fate, codes: &[Code], verdict: Verdict) {
    let server = broken::Server::start(fate).await;
    let error = say(&channel(server.address), "plain").await.expect_err("without the attribute it fails");
    assert!(codes.contains(&error.code()), "{fate:?}: {error:?}");
    assert_eq!(is_transient_grpc(&error), verdict, "{fate:?}: {error:?}");
    assert_eq!(is_transient(&error), verdict, "{fate:?}: {error:?}");

    let server = broken::Server::start(fate).await;
    match say_retried(&channel(server.address), "retried").await {
        Ok(answer) => assert_eq!((answer.as_str(), verdict.is_transient()), (broken::WELL, true), "{fate:?}"),
        Err(error) => assert!(verdict.is_permanent(), "{fate:?}: {error:?}"),
    }
}

#[tokio::test]
async fn connections_that_break() {
    use broken::Fate;

    for fate in [Fate::ClosedAtOnce, Fate::ResetAtOnce, Fate::Closed, Fate::Reset, Fate::CutShort] {
        // Which of the two depends on what the client was about to do.
        breaks(fate, &[Code::Unknown, Code::Cancelled], Verdict::TRANSIENT).await;
    }
}

#[tokio::test]
async fn what_http_2_says() {
    use broken::Fate;

    for (fate, code, verdict) in [
        (Fate::GoAway(Reason::NO_ERROR), Code::Internal, Verdict::TRANSIENT),
        (Fate::GoAway(Reason::ENHANCE_YOUR_CALM), Code::ResourceExhausted, Verdict::THROTTLED),
        (Fate::GoAway(Reason::PROTOCOL_ERROR), Code::Internal, Verdict::PERMANENT),
        (Fate::ResetStream(Reason::REFUSED_STREAM), Code::Unavailable, Verdict::TRANSIENT),
        (Fate::ResetStream(Reason::ENHANCE_YOUR_CALM), Code::ResourceExhausted, Verdict::THROTTLED),
        (Fate::ResetStream(Reason::CANCEL), Code::Cancelled, Verdict::PERMANENT),
        (Fate::ResetStream(Reason::INTERNAL_ERROR), Code::Internal, Verdict::PERMANENT),
        (Fate::WithoutStatus, Code::Unknown, Verdict::PERMANENT),
        (Fate::Http(503), Code::Unavailable, Verdict::TRANSIENT),
        (Fate::Http(404), Code::Unimplemented, Verdict::PERMANENT),
    ] {
        breaks(fate, &[code], verdict).await;
    }
}
