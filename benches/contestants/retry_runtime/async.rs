use retry_runtime::retry;

// each copy
#[retry(filter = is_transient)]
pub async fn call_COPY(key: &str) -> Outcome {
    send(key, COPY).await
}
