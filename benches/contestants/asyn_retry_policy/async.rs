use asyn_retry_policy::retry;

// each copy
#[retry(attempts = 3, base_delay_ms = 100, max_delay_ms = 10_000, predicate = is_transient)]
pub async fn call_COPY(key: &str) -> Result<u64, Failure> {
    send(key, COPY).await
}
