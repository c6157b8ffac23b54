use retry_runtime::retry;

// each copy
#[retry(filter = is_transient)]
pub fn call_COPY(key: &str) -> Result<u64, Failure> {
    send_blocking(key, COPY)
}
