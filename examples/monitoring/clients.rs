//! The annotated functions: all that the metrics speak of.

use std::time::Duration;

use reqwest::Client;
use retry_runtime::{CircuitBreaker, ErrorForRetry, HttpError, RetryBudget, retry};

/// A fifth of recent calls, and two retries a second: the default's ten are for more calls than this process makes.
static WAREHOUSE_BUDGET: RetryBudget = RetryBudget::new("warehouse").with_reserve(2);
/// Open for five seconds instead of thirty, so that who tries it out need not wait.
static WAREHOUSE: CircuitBreaker = CircuitBreaker::new("warehouse").with_open_time(Duration::from_secs(5));
/// Ten retries ahead of the successes that pay for them.
static MAIL_BUDGET: RetryBudget = RetryBudget::token_bucket("mail").with_capacity(140);

#[derive(Clone)]
pub(crate) struct Clients {
    http: Client,
    upstream: String,
}

impl Clients {
    pub(crate) fn new(upstream: String) -> reqwest::Result<Self> {
        Ok(Self { http: Client::builder().no_proxy().build()?, upstream })
    }

    /// With all limits: while the warehouse fails, a budget holds the retries and the breaker then all attempts.
    #[retry(
        max_attempts = 4,
        initial_delay = "50ms",
        jitter = full,
        attempt_timeout = "500ms",
        deadline = "3s",
        budget = WAREHOUSE_BUDGET,
        circuit_breaker = WAREHOUSE,
        service = "warehouse"
    )]
    pub(crate) async fn price(&self, item: &str) -> Result<String, HttpError> {
        let url = format!("{}/prices/{item}", self.upstream);
        Ok(self.http.get(url).send().await?.error_for_retry()?.text().await?)
    }

    /// Without a breaker: attempts are made all through an outage, and the budget holds the retries.
    #[retry(
        max_attempts = 4,
        initial_delay = "50ms",
        jitter = full,
        attempt_timeout = "500ms",
        deadline = "3s",
        budget = MAIL_BUDGET,
        service = "mail",
        operation = "send"
    )]
    pub(crate) async fn send_mail(&self, text: &str) -> Result<(), HttpError> {
        let url = format!("{}/mails", self.upstream);
        self.http.post(url).body(text.to_owned()).send().await?.error_for_retry()?;
        Ok(())
    }
}
