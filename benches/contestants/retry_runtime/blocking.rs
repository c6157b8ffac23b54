use retry_runtime::retry;

// each copy
#[retry(filter = is_transient)]
pub fn call_COPY(key: &str) -> Outcome {
    let request = prepare(key, COPY)?;
    send_blocking(&request)
}
