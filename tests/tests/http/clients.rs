//! Other clients than `reqwest` alone.

use std::{error::Error, io};

use http_body_util::{BodyExt, Empty};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use reqwest_middleware::ClientBuilder;
use retry_runtime::{HttpError, Verdict, is_transient, is_transient_http, retry};

use super::{
    patient,
    server::{Fate, Server, WELL, closed_port},
    status,
};

type Hyper = Client<hyper_util::client::legacy::connect::HttpConnector, Empty<&'static [u8]>>;

fn hyper() -> Hyper {
    Client::builder(TokioExecutor::new()).build_http()
}

async fn get(client: &Hyper, url: &str) -> Result<Vec<u8>, HttpError> {
    let response = client.get(url.parse().expect("a URL")).await?;
    Ok(response.into_body().collect().await?.to_bytes().to_vec())
}

#[retry(max_attempts = 2, initial_delay = "0s")]
async fn get_retried(client: &Hyper, url: &str) -> Result<Vec<u8>, HttpError> {
    get(client, url).await
}

#[tokio::test]
async fn hyper_and_its_client() {
    const CUT_SHORT: &str = "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n[1";
    for fate in [
        Fate::ResetAtOnce,
        Fate::CloseAtOnce,
        Fate::Reset(""),
        Fate::Reset(CUT_SHORT),
        Fate::Answer(CUT_SHORT),
    ] {
        let server = Server::start(fate, WELL);
        let error = get(&hyper(), &server.url).await.expect_err("without the attribute it fails");
        assert_eq!(is_transient_http(&error), Verdict::TRANSIENT, "{fate:?}: {error:?}");
        assert_eq!(is_transient(&error), Verdict::TRANSIENT, "{fate:?}: {error:?}");

        let server = Server::start(fate, WELL);
        assert_eq!(get_retried(&hyper(), &server.url).await.unwrap(), b"[17]", "{fate:?}");
        assert_eq!(server.connections(), 2, "{fate:?}");
    }

    let server = Server::start(Fate::Answer("SSH-2.0-OpenSSH_9.2\r\n"), WELL);
    let error = get_retried(&hyper(), &server.url).await.unwrap_err();
    assert_eq!(is_transient_http(&error), Verdict::PERMANENT, "{error:?}");
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn hyper_without_a_connection() {
    for url in [&closed_port(), "http://no-such-host.invalid/"] {
        let error = get(&hyper(), url).await.unwrap_err();
        assert_eq!(is_transient_http(&error), Verdict::TRANSIENT, "{error:?}");
    }
}

#[tokio::test]
async fn reqwest_behind_middleware() {
    type Result<T> = reqwest_middleware::Result<T>;

    #[retry(max_attempts = 2, initial_delay = "0s", filter = is_transient_http)]
    async fn get(client: &reqwest_middleware::ClientWithMiddleware, url: &str) -> Result<String> {
        Ok(client.get(url).send().await?.error_for_status()?.text().await?)
    }

    let client = ClientBuilder::new(patient()).build();
    for (fate, connections) in [(status(503), 2), (Fate::ResetAtOnce, 2), (status(404), 1)] {
        let server = Server::start(fate, WELL);
        assert_eq!(get(&client, &server.url).await.is_ok(), connections == 2, "{fate:?}");
        assert_eq!(server.connections(), connections, "{fate:?}");
    }

    // An error of the middleware itself is judged by what it wraps.
    let reset = || io::Error::from(io::ErrorKind::ConnectionReset);
    let error = reqwest_middleware::Error::middleware(reset());
    assert_eq!(is_transient_http(&error), Verdict::TRANSIENT);
    let wrapped = anyhow::Error::from(error).context("while listing");
    assert_eq!(is_transient_http(&wrapped), Verdict::TRANSIENT);
    assert_eq!(is_transient_http(&HttpError::from(reset())), Verdict::TRANSIENT);
}

#[test]
fn the_error_is_shown_as_the_clients() {
    let error = HttpError::from(io::Error::other("out of cheese"));
    assert_eq!(error.to_string(), "out of cheese");
    assert!(error.status().is_none() && error.url().is_none() && error.source().is_none());
}
