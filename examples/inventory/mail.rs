//! Letters to customers.

use retry_runtime::retry;

use crate::upstream::{Error, Upstream};

/// Nobody has called it yet, and it is listed all the same.
#[retry(rabbitmq, service = "mail", jitter = full, attempt_timeout = "10s", deadline = "5m")]
#[expect(dead_code, reason = "called by nobody")]
pub(crate) async fn send(server: &Upstream, text: &str) -> Result<usize, Error> {
    server.answer().map(|_| text.len())
}
