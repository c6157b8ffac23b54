//! The annotated functions. The preset `http` says that each attempt is a request: from the second one on its span has
//! `http.request.resend_count`.

use reqwest::Client;
use retry_runtime::{ErrorForRetry, HttpError, retry};

pub(crate) struct Shop {
    http: Client,
    upstream: String,
}

impl Shop {
    pub(crate) fn new(upstream: String) -> reqwest::Result<Self> {
        Ok(Self { http: Client::builder().no_proxy().build()?, upstream })
    }

    #[retry(http, initial_delay = "50ms", service = "warehouse", span = true)]
    pub(crate) async fn price(&self) -> Result<(), HttpError> {
        self.ask("price").await
    }

    #[retry(http, initial_delay = "50ms", attempt_timeout = "200ms", service = "warehouse", span = true)]
    pub(crate) async fn stock(&self) -> Result<(), HttpError> {
        self.ask("stock").await
    }

    #[retry(http, initial_delay = "50ms", service = "warehouse", span = true)]
    pub(crate) async fn gift(&self) -> Result<(), HttpError> {
        self.ask("gift").await
    }

    #[retry(http, max_attempts = 3, initial_delay = "50ms", span = true)]
    pub(crate) async fn pay(&self) -> Result<(), HttpError> {
        self.ask("payment").await
    }

    /// Without spans of its own: what the log says of it belongs to the request's span.
    #[retry(http, initial_delay = "50ms")]
    pub(crate) async fn mail(&self) -> Result<(), HttpError> {
        self.ask("mail").await
    }

    async fn ask(&self, what: &str) -> Result<(), HttpError> {
        let url = format!("{}/{what}", self.upstream);
        self.http.get(url).send().await?.error_for_retry()?.bytes().await?;
        Ok(())
    }
}
