//! `connect_only`: what provably never reached the server.

use std::{io, net::TcpStream};

use hyper_util::{
    client::legacy::connect::{HttpConnector, proxy::Tunnel},
    rt::TokioExecutor,
};
use reqwest::Client;
use reqwest::redirect::Policy;
use retry_runtime::{HttpError, Verdict, connect_only, is_transient_http, is_transient_io, retry};
use socket2::Socket;

use super::{
    SHORT, impatient, patient,
    server::{BODY, Fate, Server, WELL, bound, closed_port},
    status,
};

async fn post(client: &Client, url: &str) -> reqwest::Result<String> {
    client.post(url).body(BODY).send().await?.error_for_status()?.text().await
}

#[retry(max_attempts = 2, initial_delay = "0s", filter = connect_only)]
async fn post_retried(client: &Client, url: &str) -> reqwest::Result<String> {
    post(client, url).await
}

/// A URL whose server does not even greet: its queue of connections is full.
fn silent() -> (Socket, Vec<TcpStream>, String) {
    let (socket, url) = bound();
    socket.listen(0).unwrap();
    let address = socket.local_addr().unwrap().as_socket().unwrap();
    let queue = std::iter::from_fn(|| TcpStream::connect_timeout(&address, SHORT).ok()).collect();
    (socket, queue, url)
}

#[tokio::test]
async fn no_connection_is_repeated() {
    let (_listener, _queue, silent) = silent();
    let connecting = Client::builder().no_proxy().connect_timeout(SHORT).build().unwrap();
    for (client, url) in [
        (&patient(), closed_port()),
        (&patient(), "http://no-such-host.invalid/".to_owned()),
        (&connecting, silent),
    ] {
        let error = post(client, &url).await.unwrap_err();
        assert!(error.is_connect(), "{error:?}");
        assert_eq!(connect_only(&error), Verdict::TRANSIENT, "{error:?}");
    }
}

#[tokio::test]
async fn whatever_may_have_reached_the_server_is_not() {
    let begun = "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n[1";
    for fate in [
        status(503),
        status(429),
        Fate::Stall(""),
        Fate::CloseAtOnce,
        Fate::Reset(""),
        Fate::Answer(begun),
        Fate::Stall(begun),
    ] {
        let server = Server::start(fate, WELL);
        let error = post_retried(&impatient(), &server.url).await.expect_err("a single attempt");
        assert_eq!(server.connections(), 1, "{fate:?}: {error:?}");
    }
}

#[test]
fn sockets_of_ones_own() {
    let address = closed_port();
    let address = address.trim_start_matches("http://").trim_end_matches('/');
    let error = TcpStream::connect(address).unwrap_err();
    assert_eq!(connect_only(&error), Verdict::TRANSIENT);
    assert_eq!(connect_only(&io::Error::from(io::ErrorKind::TimedOut)), Verdict::PERMANENT);
}

/// Carries a POST out, and sends the client elsewhere.
fn see_other(place: &str) -> Fate {
    let head = "HTTP/1.1 303 See Other\r\nconnection: close\r\ncontent-length: 0\r\nlocation: ";
    Fate::Answer(format!("{head}{place}\r\n\r\n").leak())
}

#[tokio::test]
async fn a_post_that_was_answered_with_a_redirect_was_carried_out() {
    let elsewhere = see_other(&closed_port());
    let client = Client::builder().no_proxy().redirect(Policy::none()).build().unwrap();
    let server = Server::start(elsewhere, WELL);
    assert_eq!(post_retried(&client, &server.url).await.unwrap(), "", "the redirect itself");
    assert_eq!(server.connections(), 1);

    // As the documentation warns: with redirects it looks like one that never left.
    let server = Server::start(elsewhere, WELL);
    assert_eq!(post_retried(&patient(), &server.url).await.unwrap(), "[17]");
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn a_proxy_without_a_tunnel() {
    for (fate, verdict) in [
        (status(502), Verdict::TRANSIENT),
        (status(503), Verdict::TRANSIENT),
        (Fate::Answer(""), Verdict::TRANSIENT),
        (status(407), Verdict::PERMANENT),
    ] {
        let proxy = Server::start(fate, fate);
        let client: hyper_util::client::legacy::Client<_, http_body_util::Empty<&'static [u8]>> =
            hyper_util::client::legacy::Client::builder(TokioExecutor::new())
                .build(Tunnel::new(proxy.url.parse().unwrap(), HttpConnector::new()));
        let error = client.get("http://workers.test/".parse().unwrap()).await.unwrap_err();
        assert!(error.is_connect(), "{error:?}");
        assert_eq!(is_transient_http(&error), verdict, "{fate:?}: {error:?}");
        assert_eq!(connect_only(&error), verdict, "{fate:?}: {error:?}");
    }
}

#[tokio::test]
async fn a_unix_socket_that_is_not_there_yet() {
    let client = Client::builder().unix_socket("/nowhere/workers.sock").build().unwrap();
    let error = post(&client, "http://workers.test/").await.unwrap_err();
    assert_eq!(is_transient_http(&error), Verdict::TRANSIENT, "{error:?}");
    assert_eq!(connect_only(&error), Verdict::TRANSIENT, "{error:?}");
}

#[tokio::test]
async fn an_address_that_is_not_this_machines() {
    let address: std::net::IpAddr = "192.0.2.7".parse().unwrap();
    let client = Client::builder().no_proxy().local_address(address).build().unwrap();
    let error = post(&client, &closed_port()).await.unwrap_err();
    assert_eq!(is_transient_http(&error), Verdict::PERMANENT, "{error:?}");
}

#[test]
fn a_client_error_is_looked_into() {
    let refused = || HttpError::from(io::Error::from(io::ErrorKind::ConnectionRefused));
    assert_eq!(connect_only(&refused()), Verdict::TRANSIENT);
    assert_eq!(is_transient_io(&refused()), Verdict::TRANSIENT);
    assert!(refused().client_error().unwrap().is::<io::Error>());
}
