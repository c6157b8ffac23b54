//! Arguments named like anything that might be generated, and raw identifiers.

use retry_runtime::retry;
use retry_tests::{Failure, Flaky};

#[retry(initial_delay = "0s", filter = |error| error.0 < 9, clone(this, verdict))]
#[expect(clippy::too_many_arguments, reason = "many names")]
fn blocking(
    retry: &Flaky,
    delay: u32,
    error: u32,
    value: u32,
    decision: u32,
    verdict: u32,
    outcome: u32,
    this: u32,
    future: u32,
) -> Result<u32, Failure> {
    Ok(retry.call()? + delay + error + value + decision + verdict + outcome + this + future)
}

#[retry(initial_delay = "0s", max_attempts = 3)]
async fn awaited(
    retry: &Flaky,
    delay: u32,
    outcome: u32,
    prepared: u32,
    r#async: u32,
) -> Result<u32, Failure> {
    Ok(retry.call_async().await? + delay + outcome + prepared + r#async)
}

#[retry(initial_delay = "0s", span, clone(tracing))]
fn with_spans(retry: &Flaky, span: u32, tracing: u32, _entered: u32) -> Result<u32, Failure> {
    Ok(retry.call()? + span + tracing)
}

#[retry(initial_delay = "0s", span)]
async fn with_spans_async(retry: &Flaky, span: u32, tracing: Vec<u32>) -> Result<usize, Failure> {
    retry.call_async().await?;
    Ok(tracing.len() + span as usize)
}

#[retry(initial_delay = "0s")]
fn r#match(r#fn: &Flaky) -> Result<u32, Failure> {
    r#fn.call()
}

#[test]
fn no_name_clashes() {
    assert_eq!(blocking(&Flaky::failing(2), 1, 1, 1, 1, 1, 1, 1, 1), Ok(11));
    assert_eq!(r#match(&Flaky::failing(2)), Ok(3));
    assert_eq!(with_spans(&Flaky::failing(2), 1, 1, 1), Ok(5));
}

#[tokio::test]
async fn no_name_clashes_in_async_functions() {
    assert_eq!(awaited(&Flaky::failing(2), 1, 1, 1, 1).await, Ok(7));
    assert_eq!(with_spans_async(&Flaky::failing(2), 1, vec![]).await, Ok(1));
}
