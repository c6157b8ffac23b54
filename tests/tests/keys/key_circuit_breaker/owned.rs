//! Arguments that a call owns, with a breaker in them.

use std::future::Future;

use retry_runtime::{CircuitBreaker, retry};
use retry_tests::Flaky;

use crate::error::Error;

struct Client {
    breaker: CircuitBreaker,
    flaky: Flaky,
    calls: u32,
}

impl Client {
    const fn new() -> Self {
        Self { breaker: super::fragile(), flaky: Flaky::failing(9), calls: 0 }
    }
}

fn sendable<F: Future + Send>(future: F) -> F {
    future
}

#[retry(max_attempts = 9, initial_delay = "0s", max_retry_after = "0s", circuit_breaker = client.breaker)]
async fn of_an_owned_argument(client: Client) -> Result<u32, Error> {
    if client.calls > 0 {
        return Ok(client.calls);
    }
    Ok(client.flaky.call_async().await?)
}

impl Client {
    #[retry(max_attempts = 9, initial_delay = "0s", max_retry_after = "0s", circuit_breaker = self.breaker)]
    async fn of_an_owned_self(self) -> Result<u32, Error> {
        Ok(self.flaky.call_async().await?)
    }

    #[retry(max_attempts = 9, initial_delay = "0s", max_retry_after = "0s", circuit_breaker = self.breaker)]
    async fn of_a_self_that_is_only_read(&mut self) -> Result<u32, Error> {
        Ok(self.flaky.call_async().await?)
    }
}

#[tokio::test]
async fn an_argument_that_a_body_only_reads_may_hold_it() {
    for outcome in [
        sendable(of_an_owned_argument(Client::new())).await,
        sendable(Client::new().of_an_owned_self()).await,
        sendable(Client::new().of_a_self_that_is_only_read()).await,
    ] {
        assert!(matches!(outcome, Err(Error::Open(_))), "{outcome:?}");
    }
}
