//! Calls of a real server: what is counted of each sequence of answers, all of it.

mod kinds;
mod outcomes;

use reqwest::Client;
use retry_runtime::{ErrorForRetry, HttpError, retry};

use crate::{
    exposition::{Scrape, scraped_async},
    upstream::{Answer, Upstream},
};

#[retry(http, max_attempts = 3, initial_delay = "300ms", jitter = none, service = "tea")]
async fn brew(client: &Client, url: &str) -> Result<String, HttpError> {
    Ok(client.get(url).send().await?.error_for_retry()?.text().await?)
}

fn client() -> Client {
    Client::builder().no_proxy().build().unwrap()
}

/// What one call counts that meets these answers, all of them. With a paused clock it takes as long as it waits.
async fn one_call<const N: usize>(answers: [Answer; N]) -> Scrape {
    let upstream = Upstream::answering(answers);
    let scrape = scraped_async(async { drop(brew(&client(), &upstream.url).await) }).await;
    upstream.assert_asked();
    scrape
}
