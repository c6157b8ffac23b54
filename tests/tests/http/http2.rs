//! HTTP/2: streams that are refused, and connections that say goodbye.

use std::net::SocketAddr;

use h2::Reason;
use reqwest::Client;
use retry_runtime::{Verdict, connect_only, is_transient_http};
use tokio::net::{TcpListener, TcpStream};

type Connection = h2::server::Connection<TcpStream, bytes::Bytes>;

/// A server that does with each connection what `serve` says.
async fn serving<F>(serve: impl Fn(Connection) -> F + Send + Sync + 'static) -> SocketAddr
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(serve(h2::server::handshake(socket).await.unwrap()));
        }
    });
    address
}

/// Each connection ends its first stream with `reason`.
async fn resetting(reason: Reason) -> SocketAddr {
    let serve = move |mut connection: Connection| async move {
        while let Some(Ok((_request, mut respond))) = connection.accept().await {
            respond.send_reset(reason);
        }
    };
    serving(serve).await
}

/// Each connection is left as soon as a request is there, for `reason`.
async fn leaving(reason: Reason) -> SocketAddr {
    let serve = move |mut connection: Connection| async move {
        let request = connection.accept().await;
        connection.abrupt_shutdown(reason);
        while connection.accept().await.is_some() {}
        drop(request);
    };
    serving(serve).await
}

/// Without reqwest's own retries of what was refused.
async fn error_of(address: SocketAddr) -> reqwest::Error {
    let client = Client::builder().no_proxy().http2_prior_knowledge().retry(reqwest::retry::never());
    client.build().unwrap().get(format!("http://{address}/")).send().await.unwrap_err()
}

#[tokio::test]
async fn a_stream_that_is_refused_was_never_looked_at() {
    let error = error_of(resetting(Reason::REFUSED_STREAM).await).await;
    assert_eq!(is_transient_http(&error), Verdict::TRANSIENT, "{error:?}");
    assert_eq!(connect_only(&error), Verdict::TRANSIENT, "{error:?}");
}

#[tokio::test]
async fn a_stream_that_is_reset() {
    for (reason, verdict) in [
        (Reason::INTERNAL_ERROR, Verdict::TRANSIENT),
        (Reason::ENHANCE_YOUR_CALM, Verdict::THROTTLED),
        (Reason::PROTOCOL_ERROR, Verdict::PERMANENT),
        (Reason::HTTP_1_1_REQUIRED, Verdict::PERMANENT),
    ] {
        let error = error_of(resetting(reason).await).await;
        assert_eq!(is_transient_http(&error), verdict, "{reason:?}: {error:?}");
        assert_eq!(connect_only(&error), Verdict::PERMANENT, "{reason:?}: {error:?}");
    }
}

/// What the connection itself reports: h2 tells its streams only that it ended.
async fn goodbye_of(address: SocketAddr) -> h2::Error {
    let socket = TcpStream::connect(address).await.unwrap();
    let (sender, connection) = h2::client::handshake(socket).await.unwrap();
    let request = http::Request::get(format!("http://{address}/")).body(()).unwrap();
    let mut sender = sender.ready().await.unwrap();
    let _response = sender.send_request(request, true).unwrap();
    connection.await.unwrap_err()
}

#[tokio::test]
async fn a_connection_that_says_goodbye() {
    for (reason, verdict) in [
        (Reason::INTERNAL_ERROR, Verdict::TRANSIENT),
        (Reason::ENHANCE_YOUR_CALM, Verdict::THROTTLED),
        (Reason::PROTOCOL_ERROR, Verdict::PERMANENT),
    ] {
        let error = goodbye_of(leaving(reason).await).await;
        assert!(error.is_go_away(), "{error:?}");
        assert_eq!(is_transient_http(&error), verdict, "{reason:?}: {error:?}");
        assert_eq!(connect_only(&error), Verdict::PERMANENT, "{reason:?}: {error:?}");
    }
}

#[tokio::test]
async fn a_request_whose_connection_said_goodbye() {
    for reason in [Reason::NO_ERROR, Reason::ENHANCE_YOUR_CALM] {
        let error = error_of(leaving(reason).await).await;
        assert_eq!(is_transient_http(&error), Verdict::TRANSIENT, "{reason:?}: {error:?}");
        assert_eq!(connect_only(&error), Verdict::PERMANENT, "{reason:?}: {error:?}");
    }
}
