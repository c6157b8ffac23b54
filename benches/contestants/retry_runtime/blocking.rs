use retry_runtime::retry;

// each copy
#[retry(filter = is_transient)]
pub fn call_COPY(key: &str) -> Outcome {
    send_blocking(key, COPY)
}
