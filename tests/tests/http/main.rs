//! `is_transient_http` against real servers: what it says of each `reqwest::Error`, bare and wrapped,
//! and that an annotated call survives the faults that pass.
#![deny(warnings, clippy::all)]

mod clients;
mod connecting;
mod error_types;
mod hints;
mod http2;
mod proxied;
mod server;

use std::{
    error::Error,
    fmt,
    io::{self, Read},
    sync::Arc,
    time::Duration,
};

use futures_util::future::join_all;
use reqwest::Client;
use retry_runtime::{HttpError, Verdict, is_transient_http, retry};
use server::{Fate, Server, WELL, bound, closed_port};
use tower::{BoxError, util::MapErrLayer};

/// Longer than a loopback server needs, on a busy machine too.
const SHORT: Duration = Duration::from_millis(250);

/// A client whose patience is short: for servers that stall.
fn impatient() -> Client {
    Client::builder().no_proxy().timeout(SHORT).build().unwrap()
}

/// A client that waits long enough for any server that answers, however busy this machine is.
fn patient() -> Client {
    Client::builder().no_proxy().timeout(Duration::from_secs(30)).build().unwrap()
}

async fn get(client: &Client, url: &str) -> reqwest::Result<Vec<u32>> {
    client.get(url).send().await?.error_for_status()?.json().await
}

#[retry(max_attempts = 2, initial_delay = "0s", filter = is_transient_http)]
async fn get_retried(client: &Client, url: &str) -> reqwest::Result<Vec<u32>> {
    get(client, url).await
}

/// A user's own error.
#[derive(Debug)]
enum ApiError {
    Http(reqwest::Error),
    Status(HttpError),
    NotOurs,
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the API failed")
    }
}

impl Error for ApiError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Http(error) => Some(error),
            Self::Status(error) => Some(error),
            Self::NotOurs => None,
        }
    }
}

#[retry(max_attempts = 2, initial_delay = "0s", filter = is_transient_http)]
async fn get_with_own_error(client: &Client, url: &str) -> Result<Vec<u32>, ApiError> {
    get(client, url).await.map_err(ApiError::Http)
}

#[retry(max_attempts = 2, initial_delay = "0s", filter = is_transient_http)]
async fn get_with_anyhow(client: &Client, url: &str) -> anyhow::Result<Vec<u32>> {
    Ok(get(client, url).await?)
}

#[retry(max_attempts = 2, initial_delay = "0s", filter = is_transient_http)]
async fn get_with_boxed_error(client: &Client, url: &str) -> Result<Vec<u32>, Box<dyn Error + Send + Sync>> {
    Ok(get(client, url).await?)
}

/// The verdict on an error, which is the same in whatever the error is wrapped.
fn verdict_on(error: reqwest::Error) -> Verdict {
    let verdict = is_transient_http(&error);
    let shown = format!("{error:?}");

    let boxed: Box<dyn Error + Send + Sync> = error.into();
    assert_eq!(is_transient_http(&boxed), verdict, "boxed: {shown}");
    let error = *boxed.downcast::<reqwest::Error>().unwrap();

    let any = anyhow::Error::from(error).context("while listing workers");
    assert_eq!(is_transient_http(&any), verdict, "anyhow: {shown}");
    let error = any.downcast::<reqwest::Error>().unwrap();

    let io = io::Error::other(error);
    assert_eq!(is_transient_http(&io), verdict, "io: {shown}");
    let error = *io.into_inner().unwrap().downcast::<reqwest::Error>().unwrap();

    let shared = Arc::new(error);
    assert_eq!(is_transient_http(&shared), verdict, "shared: {shown}");
    let error = Arc::into_inner(shared).unwrap();

    let own = ApiError::Http(error);
    assert_eq!(is_transient_http(&own), verdict, "own: {shown}");
    let nested = anyhow::Error::from(own);
    assert_eq!(is_transient_http(&nested), verdict, "own in anyhow: {shown}");
    verdict
}

/// A call fails by this fate with this verdict; annotated, in whatever form it gives its error, it
/// survives it.
async fn passes(client: &Client, fate: Fate, verdict: Verdict) {
    let server = Server::start(fate, WELL);
    let error = get(client, &server.url).await.expect_err("without the attribute it fails");
    let shown = format!("{fate:?}: {error:?}");
    assert_eq!(verdict_on(error), verdict, "{shown}");
    assert_eq!(server.connections(), 1, "reqwest does not retry by itself: {shown}");

    let server = Server::start(fate, WELL);
    assert_eq!(get_retried(client, &server.url).await.expect(&shown), [17]);
    assert_eq!(server.connections(), 2, "{shown}");

    let server = Server::start(fate, WELL);
    assert_eq!(get_with_own_error(client, &server.url).await.expect(&shown), [17]);
    let server = Server::start(fate, WELL);
    assert_eq!(get_with_anyhow(client, &server.url).await.expect(&shown), [17]);
    let server = Server::start(fate, WELL);
    assert_eq!(get_with_boxed_error(client, &server.url).await.expect(&shown), [17]);
}

/// A call fails by this fate for good, and annotated makes no second attempt. Gives its error.
async fn is_final(fate: Fate) -> reqwest::Error {
    let server = Server::start(fate, fate);
    let error = get(&patient(), &server.url).await.expect_err("it fails");
    let shown = format!("{fate:?}: {error:?}");
    assert_eq!(verdict_on(error), Verdict::PERMANENT, "{shown}");
    let connections = server.connections();

    let server = Server::start(fate, fate);
    let error = get_retried(&patient(), &server.url).await.expect_err("it fails for good");
    assert_eq!(server.connections(), connections, "{shown}");
    error
}

fn status(code: u16) -> Fate {
    let answer = format!("HTTP/1.1 {code} Status\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
    Fate::Answer(answer.leak())
}

#[tokio::test]
async fn statuses_that_pass() {
    for code in [408, 425, 500, 502, 503, 504] {
        passes(&patient(), status(code), Verdict::TRANSIENT).await;
    }
}

#[tokio::test]
async fn too_many_requests_is_throttled() {
    passes(&patient(), status(429), Verdict::THROTTLED).await;
}

#[tokio::test]
async fn statuses_that_stay() {
    for code in [400, 401, 403, 404, 409, 410, 422, 501, 505] {
        assert_eq!(is_final(status(code)).await.status().unwrap(), code);
    }
}

#[tokio::test]
async fn a_connection_that_is_reset() {
    for fate in [
        Fate::ResetAtOnce,
        Fate::Reset(""),
        Fate::Reset("HTTP/1.1 200 OK\r\nconte"),
        Fate::Reset("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n[1"),
    ] {
        passes(&patient(), fate, Verdict::TRANSIENT).await;
    }
}

#[tokio::test]
async fn a_message_that_is_cut_short() {
    for fate in [
        Fate::CloseAtOnce,
        Fate::Answer(""),
        Fate::Answer("HTTP/1.1 200 OK\r\nconte"),
        Fate::Answer("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n[1"),
        Fate::Answer("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\n[1"),
        Fate::Answer("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\n[17]\r\n"),
    ] {
        passes(&patient(), fate, Verdict::TRANSIENT).await;
    }
}

#[tokio::test]
async fn a_server_that_stalls() {
    let client = impatient();
    let fates = [
        Fate::Stall(""),
        Fate::Stall("HTTP/1.1 200 OK\r\nconte"),
        Fate::Stall("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n[1"),
    ];
    join_all(fates.map(|fate| passes(&client, fate, Verdict::TRANSIENT))).await;
}

#[tokio::test]
async fn a_server_that_is_not_there_yet() {
    /// Between the attempts the server starts to listen.
    #[retry(
        max_attempts = 2,
        initial_delay = "0s",
        filter = is_transient_http,
        before_retry = |_| start(socket)
    )]
    async fn get_from_restarting(
        client: &Client,
        url: &str,
        socket: &socket2::Socket,
    ) -> reqwest::Result<Vec<u32>> {
        get(client, url).await
    }

    async fn start(socket: &socket2::Socket) {
        socket.listen(8).unwrap();
        Server::listen(socket.try_clone().unwrap().into(), WELL, WELL);
    }

    let error = get(&patient(), &closed_port()).await.unwrap_err();
    assert!(error.is_connect());
    assert_eq!(verdict_on(error), Verdict::TRANSIENT);

    let (socket, url) = bound();
    assert_eq!(get_from_restarting(&patient(), &url, &socket).await.unwrap(), [17]);
}

#[tokio::test]
async fn a_name_that_does_not_resolve() {
    struct Nowhere;

    impl reqwest::dns::Resolve for Nowhere {
        fn resolve(&self, _: reqwest::dns::Name) -> reqwest::dns::Resolving {
            // What the resolver of the standard library reports has no kind either.
            Box::pin(async { Err(io::Error::other("temporary failure in name resolution").into()) })
        }
    }

    let client = Client::builder().no_proxy().dns_resolver(Arc::new(Nowhere)).build().unwrap();
    let error = get(&client, "http://workers.test/").await.unwrap_err();
    assert!(error.is_dns());
    assert_eq!(verdict_on(error), Verdict::TRANSIENT);
}

#[tokio::test]
async fn redirects_without_end() {
    let error = is_final(Fate::Answer(
        "HTTP/1.1 302 Found\r\nlocation: /\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
    ));
    assert!(error.await.is_redirect());
}

#[tokio::test]
async fn a_body_that_cannot_be_decoded() {
    for body in ["{\"error\":", "<html>!!!", "[1, \"2\"]_"] {
        let answer = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 9\r\n\r\n{body}");
        assert!(is_final(Fate::Answer(answer.leak())).await.is_decode());
    }
}

#[tokio::test]
async fn an_answer_that_is_no_http() {
    for bytes in ["SSH-2.0-OpenSSH_9.6\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n"] {
        is_final(Fate::Answer(bytes)).await;
    }
}

#[tokio::test]
async fn a_request_that_cannot_be_built() {
    for url in ["workers", "http://", "ftp://localhost/", "http://[::1"] {
        let error = get(&patient(), url).await.expect_err(url);
        assert!(error.is_builder(), "{url}: {error:?}");
        assert_eq!(verdict_on(error), Verdict::PERMANENT, "{url}");
    }
}

#[tokio::test]
async fn https_in_a_build_without_tls() {
    let error = get(&patient(), "https://localhost/").await.unwrap_err();
    assert!(error.is_connect());
    assert_eq!(verdict_on(error), Verdict::PERMANENT);
}

/// No TLS here, which would need a C compiler: the errors are made by hand, as both of reqwest's TLS
/// layers were seen to make them for a self-signed certificate.
#[tokio::test]
async fn a_certificate_that_is_not_trusted() {
    #[derive(Debug)]
    struct Untrusted;

    impl fmt::Display for Untrusted {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("certificate verify failed")
        }
    }

    impl Error for Untrusted {}

    fn as_by_rustls(_: BoxError) -> BoxError {
        io::Error::other(io::Error::new(io::ErrorKind::InvalidData, Untrusted)).into()
    }

    fn as_by_native_tls(_: BoxError) -> BoxError {
        Untrusted.into()
    }

    for layer in [as_by_rustls as fn(BoxError) -> BoxError, as_by_native_tls] {
        let client = Client::builder().no_proxy().connector_layer(MapErrLayer::new(layer)).build().unwrap();
        let error = get(&client, "https://localhost/").await.unwrap_err();
        assert!(error.is_connect());
        assert_eq!(verdict_on(error), Verdict::PERMANENT);
    }
}

#[test]
fn the_blocking_client() {
    #[retry(max_attempts = 2, initial_delay = "0s", filter = is_transient_http)]
    fn get_blocking(client: &reqwest::blocking::Client, url: &str) -> reqwest::Result<Vec<u32>> {
        client.get(url).send()?.error_for_status()?.json()
    }

    /// The body as a reader: `reqwest` hides its error in an `io::Error`.
    #[retry(max_attempts = 2, initial_delay = "0s", filter = is_transient_http)]
    fn read_blocking(client: &reqwest::blocking::Client, url: &str) -> Result<String, Box<dyn Error>> {
        let mut text = String::new();
        client.get(url).send()?.error_for_status()?.read_to_string(&mut text)?;
        Ok(text)
    }

    let client = reqwest::blocking::Client::builder().no_proxy().timeout(SHORT).build().unwrap();
    for fate in [
        status(503),
        Fate::ResetAtOnce,
        Fate::Stall(""),
        Fate::Stall("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n[1"),
        Fate::Answer("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n[1"),
        Fate::Reset("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n[1"),
    ] {
        let server = Server::start(fate, WELL);
        assert_eq!(get_blocking(&client, &server.url).unwrap_or_else(|e| panic!("{fate:?}: {e:?}")), [17]);
        assert_eq!(server.connections(), 2, "{fate:?}");
        let server = Server::start(fate, WELL);
        assert_eq!(read_blocking(&client, &server.url).unwrap_or_else(|e| panic!("{fate:?}: {e:?}")), "[17]");
        assert_eq!(server.connections(), 2, "{fate:?}");
    }

    let server = Server::start(status(404), WELL);
    assert!(get_blocking(&client, &server.url).unwrap_err().is_status());
    assert_eq!(server.connections(), 1);
}

#[test]
fn what_has_no_http_error_among_its_causes() {
    assert_eq!(is_transient_http(&ApiError::NotOurs), Verdict::PERMANENT);
    assert_eq!(is_transient_http(&std::fmt::Error), Verdict::PERMANENT);
    let reset = io::Error::from(io::ErrorKind::ConnectionReset);
    assert_eq!(is_transient_http(&reset), Verdict::TRANSIENT);
}
