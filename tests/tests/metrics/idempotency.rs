//! Calls that asked for their idempotency key, by what became of that.

use std::{pin::pin, task::Context, task::Waker, time::Duration};

use retry_runtime::{IdempotencyConflict, retry};
use retry_tests::{Failure, Flaky};

use crate::exposition::scraped_async;

/// Nobody is to find it in a label.
const SECRET: &str = "card-4111";

#[derive(Debug)]
struct Failed;

impl From<Failure> for Failed {
    fn from(_: Failure) -> Self {
        Self
    }
}

impl From<IdempotencyConflict> for Failed {
    fn from(_: IdempotencyConflict) -> Self {
        Self
    }
}

#[retry(
    service = "billing",
    operation = "charge_by_key",
    idempotency_key = key,
    max_retry_after = "1s",
    initial_delay = "0s"
)]
async fn charge(key: &str, flaky: &Flaky, time: Duration) -> Result<u32, Failed> {
    tokio::time::sleep(time).await;
    Ok(flaky.call()?)
}

#[retry(service = "billing", operation = "charge_by_key", idempotency_key = key)]
async fn charge_in_words(key: &str) -> Result<String, Failed> {
    Ok(key.repeat(1 << 20))
}

#[tokio::test(start_paused = true)]
async fn each_outcome_of_a_question_is_counted() {
    let now = Duration::ZERO;
    let scrape = scraped_async(async {
        // It runs, with one retry; it is given what is stored; it runs, but is kept waiting; it runs again.
        assert!(charge(SECRET, &Flaky::failing(1), now).await.is_ok());
        assert!(charge(SECRET, &Flaky::failing(9), now).await.is_ok());
        let flaky = Flaky::failing(0);
        let mut owner = pin!(charge("running", &flaky, Duration::from_secs(9)));
        assert!(owner.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        assert!(charge("running", &flaky, now).await.is_err());
        assert!(charge_in_words(SECRET).await.is_ok());
        assert!(charge_in_words(SECRET).await.is_err());
    })
    .await;
    let names = r#"retry_idempotency_total{service="billing",operation="charge_by_key",outcome="#;
    let counted = [
        (r#""conflict_result_not_kept"}"#, 1.0),
        (r#""conflict_running"}"#, 1.0),
        (r#""ran"}"#, 3.0),
        (r#""stored"}"#, 1.0),
        (r#""undecodable"}"#, 1.0),
    ];
    assert_eq!(scrape.all(names), counted);
    assert_eq!(scrape.all("retry_idempotency_total").len(), counted.len(), "{scrape}");
    assert!(!scrape.text.contains("4111"), "{scrape}");
}
