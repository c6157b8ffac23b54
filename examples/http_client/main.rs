//! An HTTP client that honours `Retry-After`, and repeats a POST only where it never reached the server.
//!
//! ```text
//! cargo run --example http_client &                    # waits for its server
//! python3 -m http.server 8080 --bind 127.0.0.1
//! ```
//! Another server: `cargo run --example http_client -- http://127.0.0.1:8000/`.

use std::{error::Error, time::Duration};

use reqwest::{Client, StatusCode, redirect::Policy};
use retry_runtime::{ErrorForRetry, HttpError, connect_only, http_status, retry};

/// `error_for_retry` keeps what the server says about when to come back; `HttpError` judges itself.
#[retry(http, max_attempts = 10)]
async fn fetch(client: &Client, url: &str) -> Result<String, HttpError> {
    Ok(client.get(url).send().await?.error_for_retry()?.text().await?)
}

/// A POST that must not be carried out twice. One that timed out may have been: it is not repeated.
#[retry(http, filter = connect_only)]
async fn submit(client: &Client, url: &str, order: &'static str) -> Result<StatusCode, HttpError> {
    Ok(client.post(url).body(order).send().await?.error_for_retry()?.status())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt::init();
    let url = std::env::args().nth(1).unwrap_or_else(|| "http://127.0.0.1:8080/".to_owned());
    // Without redirects: a POST that was answered with one was carried out, whatever becomes of the redirect.
    let client = Client::builder().timeout(Duration::from_secs(10)).redirect(Policy::none()).build()?;

    println!("{url} answers with {} bytes", fetch(&client, &url).await?.len());
    match submit(&client, &url, "tea").await {
        Ok(status) => println!("{url} took the order: {status}"),
        Err(error) if http_status(&error).is_some() => println!("{url} does not take orders: {error}"),
        Err(error) => return Err(error.into()),
    }
    Ok(())
}
