use retry_runtime::retry;

// each copy
#[retry(filter = is_transient)]
pub async fn call_COPY(key: &str) -> Result<u64, Failure> {
    send(key, COPY).await
}
